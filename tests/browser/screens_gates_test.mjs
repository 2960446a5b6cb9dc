// SPDX-License-Identifier: Apache-2.0
//
// Pictures of what stands before the app: sign-in, PIN, first sync, and sessions that end.
import assert from 'node:assert/strict';
import { Gallery } from './harness/gallery.mjs';
import { button, heading, visit } from './harness/person.mjs';
import { begin, kBothSizes, scroll_to, sign_in, synced, try_sign_in } from './harness/screens.mjs';
import { SlowLine } from './harness/slow_line.mjs';
import { test, until } from './harness/test.mjs';

test('gates', kBothSizes, async (t) => {
  const server = await t.server();
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await page.goto(server.url);
  await heading(page, "Let's get started").waitFor();
  await gallery.keep('get started');
  await try_sign_in(page, server, { password: 'not this one' });
  await page.getByRole('alert').locator('.notice').waitFor();
  await gallery.keep('wrong password');
  await try_sign_in(page, server);
  await heading(page, 'Choose a PIN').waitFor();
  await gallery.keep('choose pin');
  await page.getByLabel('PIN', { exact: true }).fill('12');
  await button(page, 'Continue').click();
  await page.getByRole('alert').locator('.notice').waitFor();
  await gallery.keep('pin too short');
  await page.getByLabel('PIN', { exact: true }).fill('2468');
  await button(page, 'Continue').click();
  await synced(page);
  await visit(page, '/settings');
  await button(page, 'Lock now').click();
  await button(page, 'Unlock').waitFor();
  await gallery.keep('unlock');
  await page.getByLabel('PIN', { exact: true }).fill('1111');
  await button(page, 'Unlock').click();
  await page.getByRole('alert').locator('.notice').waitFor();
  await gallery.keep('wrong pin');
  // From the third on there is a wait, and of the last ones it is said how many are left.
  for (let left = 5; left >= 3; --left) {
    await until(async () => (await button(page, 'Unlock').getAttribute('aria-disabled')) === 'false', 'another try');
    await page.getByLabel('PIN', { exact: true }).fill('1111');
    await button(page, 'Unlock').click();
    await page.getByText(`${left} tries are left.`).waitFor();
  }
  await page.getByText(/Try again in/).waitFor();
  await gallery.keep('wrong pin again');
  gallery.end();
});

test('first sync', kBothSizes, async (t) => {
  const server = await t.server({ records: 20_000 });
  const line = await new SlowLine().start(server.port);
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await try_sign_in(page, line);
  await heading(page, 'Choose a PIN').waitFor();
  line.stand_still_after(0);
  await button(page, 'Skip').click();
  const progress = page.getByRole('progressbar', { name: 'First sync' });
  await progress.waitFor();
  await until(() => {
    line.stand_still_after(16_384);
    return progress.evaluate((bar) => bar.value > 0);
  }, 'some rows are here');
  await gallery.keep('home');
  await visit(page, '/sync');
  await progress.waitFor();
  await gallery.keep('status');
  await visit(page, '/accounts');
  await heading(page, 'Accounts').waitFor();
  await gallery.keep('list');
  await line.stop();
  gallery.end();
});

const kLongDays = 100;

/** Opens the app again on a platform, so many days later. */
async function open_as(page, server, platform, days, name) {
  await page.goto(`${server.url}/drafts?platform=${platform}&now=${new Date(Date.now() + days * 86_400_000).toISOString()}`);
  await heading(page, name).waitFor({ timeout: 30_000 });
}

for (const rules of ['classic', 'modern'])
  test(`sign-in while offline, ${rules} rules`, kBothSizes, async (t) => {
    const server = await t.server();
    await server.admin('set', `rules=${rules}`, 'deployment=on-premises');
    const { page } = await t.device();
    const gallery = new Gallery(t, page);
    await sign_in(page, server, 'drafts1@demo');
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await page.goto(`${server.url}/settings`);
    await page.getByRole('region', { name: 'Experience' }).getByText('On-premises').waitFor({ timeout: 30_000 });
    await gallery.keep('settings');
    await server.stop('SIGKILL');
    await page.getByRole('status').filter({ hasText: /^Offline/ }).waitFor({ timeout: 90_000 });
    if (rules === 'modern') {
      await open_as(page, server, 'ipad', kLongDays, 'Locked until you are connected');
      await gallery.keep('lease over');
      await button(page, 'Reconnect').click();
      await page.getByRole('alert').locator('.notice').waitFor();
      await gallery.keep('lease over, not connected');
      await button(page, 'Sign in').click();
      await heading(page, "Let's get started").waitFor();
      await gallery.keep('lease over, sign in');
    } else {
      await open_as(page, server, 'windows8', 0, 'Locked until you are connected');
      await gallery.keep('closed while offline');
      await open_as(page, server, 'ipad', kLongDays, "Let's get started");
      await button(page, 'Back').waitFor();
      await page.getByText('Back goes on working offline').waitFor();
      await gallery.keep('prompt with Back');
      await open_as(page, server, 'android-phone', kLongDays, "Let's get started");
      await page.getByText('offline work ends with it').waitFor();
      await gallery.keep('offline work has ended');
      await open_as(page, server, 'ipad', kLongDays, "Let's get started");
      await button(page, 'Back').click();
      await heading(page, 'Draft Records').waitFor();
      await gallery.keep('went back');
      await visit(page, '/help');
      await gallery.keep('help');
    }
    gallery.end();
  });

test('a new sign-in is wanted', kBothSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await server.admin('revoke', 'east1@demo');
  await visit(page, '/sync');
  await button(page, 'Sync now').click();
  await page.getByText('The server asks you to sign in again').waitFor();
  assert.equal(await page.locator('.bars .update-bar').count(), 1, 'it is told once');
  await page.locator('.toast').first().waitFor().catch(() => {});
  await gallery.keep('bar');
  await button(page, 'Sign in').click();
  await heading(page, "Let's get started").waitFor();
  await gallery.keep('sign in');
  gallery.end();
});

test('a PIN that the organisation asks for', kBothSizes, async (t) => {
  const server = await t.server();
  await server.admin('set', 'pin=required', 'lock_minutes=5');
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await try_sign_in(page, server);
  await heading(page, 'Choose a PIN').waitFor();
  await until(async () => (await button(page, 'Skip').count()) === 0, 'the policy is known');
  await gallery.keep('choose');
  await page.getByLabel('PIN', { exact: true }).fill('2468');
  await button(page, 'Continue').click();
  await synced(page);
  await visit(page, '/settings');
  await button(page, 'Change PIN').click();
  await heading(page, 'Choose a PIN').waitFor();
  await gallery.keep('change');
  await button(page, 'Back').click();
  await scroll_to(page, page.getByRole('region', { name: 'Protection' }));
  await gallery.keep('settings');
  gallery.end();
});
