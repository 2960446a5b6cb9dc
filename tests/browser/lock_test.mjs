// SPDX-License-Identifier: Apache-2.0
//
// The device's own lock: wrong PINs cost more and more time and end in a lock that needs the server; idle minutes lock by themselves.
import assert from 'node:assert/strict';
import { danas_device } from './harness/dana.mjs';
import { begin_account, button, field, fill_sign_in, heading, keep_as_draft, lose_line, record, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kPin = '271828';
const kAccount = 'Llebeig Lighthouse';
const inside = (page) => page.getByRole('navigation', { name: 'Main' });

/** Dana's device with a PIN and a draft that nobody else has. */
async function with_draft(t, ...settings) {
  const dana = await danas_device(t, { settings, pin: kPin });
  await lose_line(dana);
  await begin_account(dana.page, kAccount);
  const draft = await keep_as_draft(dana.page, 'Account');
  return { ...dana, draft };
}

async function enter(page, pin) {
  await heading(page, 'Welcome back').waitFor();
  await field(page, 'PIN').fill(pin);
  await button(page, 'Unlock').click();
}

/** Tries a wrong PIN; how many milliseconds pass until another one may be tried. */
async function wait_after_wrong(page) {
  await enter(page, '000000');
  await until(async () => (await field(page, 'PIN').inputValue()) === '' && (await button(page, 'Unlock').count()) > 0, 'it is refused');
  await page.getByRole('alert').getByText(/PIN/).waitFor();
  const began = performance.now();
  await until(async () => (await button(page, 'Unlock').getAttribute('aria-disabled')) !== 'true', 'another try');
  return performance.now() - began;
}

test('wrong PINs wait longer and longer, a restart doesn’t shorten that, and the last one needs the server; nothing is lost (S5)', { sizes: ['phone', 'tablet'] }, async (t) => {
  const { gate, device, draft } = await with_draft(t, 'pin_tries=5');
  await device.restart();
  const { page } = device;
  await page.goto(gate.url);
  const waits = [];
  for (let tries = 0; tries < 3; ++tries) waits.push(await wait_after_wrong(page));
  assert.ok(waits[0] < 700 && waits[1] < 700, `the first two are mistakes: ${waits}`);
  assert.ok(waits[2] > 300, `the third waits: ${waits}`);
  await enter(page, '000000');
  await page.getByText(/^Try again in/).waitFor();
  await page.getByRole('alert').getByText('1 try is left.').waitFor();
  await t.shot(page, 'slowed');
  await page.reload();
  await page.getByText(/^Try again in/).waitFor();
  await page.getByText('One try is left before the server is needed.').waitFor();
  // Not even the right one opens before the time is over.
  await field(page, 'PIN').fill(kPin);
  await page.keyboard.press('Enter');
  await heading(page, 'Welcome back').waitFor();
  const began = performance.now();
  await until(async () => (await button(page, 'Unlock').getAttribute('aria-disabled')) !== 'true', 'another try');
  assert.ok(performance.now() - began > 1_500, 'a restart shortens nothing');

  await enter(page, '000000');
  await page.getByText('Too many wrong PINs.').waitFor();
  await t.shot(page, 'needs the server');
  await fill_sign_in(page, 'drafts1@demo');
  await page.getByRole('alert').getByText("can't be reached").waitFor();
  gate.pass();
  await fill_sign_in(page, 'west1@demo');
  await page.getByRole('alert').getByText('The records here belong to somebody else').waitFor();
  await fill_sign_in(page, 'drafts1@demo');
  await enter(page, kPin);
  await inside(page).waitFor();
  await visit(page, `/accounts/${draft}`);
  await record(page, 'Account').getByRole('heading', { name: kAccount, exact: true }).waitFor();
});

/** In the worker: its clock and its timers run so many times faster from now on. */
function hurry(times) {
  const [now, set] = [Date.now, self.setTimeout];
  const began = now();
  Date.now = () => began + (now() - began) * times;
  self.setTimeout = (act, milliseconds, ...rest) => set(act, milliseconds / times, ...rest);
}

test('idle minutes lock by themselves, while somebody works they don’t, and the draft is there again (S5, C3)', { sizes: ['phone', 'tablet'] }, async (t) => {
  const { page, draft } = await with_draft(t, 'lock_minutes=1');
  const worker = page.workers().find((each) => each.url().includes('worker'));
  await worker.evaluate(hurry, 20);
  // A minute takes three seconds: longer than that with something done in every one of them.
  const until_then = performance.now() + 4_500;
  for (let number = 0; performance.now() < until_then; ++number) {
    await field(record(page, 'Account'), 'Main Phone').fill(`555 06${number}`);
    await button(page, 'Save').click();
    await page.getByText('Kept as a draft, on this device only.').first().waitFor();
  }
  assert.equal(await heading(page, 'Welcome back').count(), 0, 'used is not idle');
  await heading(page, 'Welcome back').waitFor({ timeout: 20_000 });
  assert.equal(await page.getByText(kAccount).count(), 0, 'nothing of the records is in sight');
  await t.shot(page, 'locked by itself');
  await enter(page, kPin);
  await record(page, 'Account').getByRole('heading', { name: kAccount, exact: true }).waitFor();
  assert.ok(page.url().includes(draft), 'where it was left');
});

test('a PIN that the organisation asks for: no "Skip", and its length (S5)', { sizes: ['phone'] }, async (t) => {
  const server = await t.server();
  await server.admin('set', 'pin=required', 'pin_length=6');
  const { page } = await t.device();
  await page.goto(server.url);
  await fill_sign_in(page, 'drafts1@demo');
  await heading(page, 'Choose a PIN').waitFor({ timeout: 60_000 });
  await until(async () => (await button(page, 'Skip').count()) === 0, 'the policy is known, and lets no one skip');
  await field(page, 'PIN').fill(kPin.slice(0, 5));
  await button(page, 'Continue').click();
  await page.getByText('At least 6 characters').waitFor();
  await field(page, 'PIN').fill(kPin);
  await button(page, 'Continue').click();
  await inside(page).waitFor();
});
