// SPDX-License-Identifier: Apache-2.0
//
// Without a mouse or a finger: every step of a working day by keys alone.
import assert from 'node:assert/strict';
import { field, heading, marked, record } from './harness/person.mjs';
import { kPassword } from './harness/server.mjs';
import { test, until } from './harness/test.mjs';

/** More stops than any screen has. */
const kStopsMax = 150;

/** Tab (or Shift+Tab) until the focus is on the control with this role and name. */
async function tab_to(page, role, name, on = page, key = 'Tab') {
  const wanted = on.getByRole(role, { name, exact: typeof name === 'string' }).first();
  await wanted.waitFor();
  for (let stop = 0; stop < kStopsMax; ++stop) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${role} "${name}" can't be reached by Tab`);
}

async function press(page, role, name, on) {
  await tab_to(page, role, name, on);
  await page.keyboard.press('Enter');
}

test('by keyboard alone: sign in, list, record, edit, save, delete and undo', { sizes: ['tablet'] }, async (t) => {
  const server = await t.server();
  const [account] = await server.rows('accounts?$select=accountid,name,telephone1&$filter=statecode eq 0&$orderby=name&$top=1', 'east1@demo');
  const { page } = await t.device();
  await page.goto(server.url);
  await heading(page, "Let's get started").waitFor({ timeout: 30_000 });
  await tab_to(page, 'textbox', 'User name');
  await page.keyboard.type('east1@demo');
  await page.keyboard.press('Tab');
  await page.keyboard.type(kPassword);
  await page.keyboard.press('Enter');
  await heading(page, 'Choose a PIN').waitFor({ timeout: 60_000 });
  await press(page, 'button', 'Skip');

  await press(page, 'link', 'Accounts', page.getByRole('navigation', { name: 'Main' }));
  await heading(page, 'Accounts').waitFor();
  await tab_to(page, 'searchbox', 'Search');
  await page.keyboard.type(account.name);
  await press(page, 'link', account.name, page.getByRole('region', { name: 'List of accounts' }));
  await record(page, 'Account').getByRole('heading', { name: account.name, exact: true }).waitFor();
  await tab_to(page, 'textbox', 'Main Phone');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('555 0301');
  await press(page, 'button', 'Save');
  await marked(page, 'Account', 'Sent');
  assert.equal((await server.api('GET', `accounts(${account.accountid})?$select=telephone1`)).telephone1, '555 0301');

  await tab_to(page, 'button', 'Delete', page, 'Shift+Tab');
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Delete' });
  await press(page, 'button', 'Delete', question);
  await question.waitFor({ state: 'detached' });
  await press(page, 'button', 'Undo');
  await record(page, 'Account').getByRole('heading', { name: account.name, exact: true }).waitFor();
  assert.equal(await field(record(page, 'Account'), 'Main Phone').inputValue(), '555 0301');
  await until(async () => (await server.rows(`accounts?$filter=accountid eq ${account.accountid}`)).length === 1, 'it is at the server');
});
