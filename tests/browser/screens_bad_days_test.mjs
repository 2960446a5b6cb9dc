// SPDX-License-Identifier: Apache-2.0
//
// Pictures of bad days: no room, damage, a network of its own, a server too new, a changed experience, a wiped device.
import { let_answers_be_altered } from './harness/altered_answers.mjs';
import { Gallery } from './harness/gallery.mjs';
import { button, heading, visit } from './harness/person.mjs';
import { begin, first_id, kBothSizes, open_record, sign_in } from './harness/screens.mjs';
import { test } from './harness/test.mjs';

test('bad days', kBothSizes, async (t) => {
  const server = await t.server();
  const gate = await t.gate(server);
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await page.addInitScript(let_answers_be_altered);
  await sign_in(page, gate);
  await open_record(page, 'accounts', await first_id(server, 'accounts', 'accountid', "$filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')&$orderby=name"));
  const message = 'There is no room left on this device. Free some space, then try again; what was saved before is safe.';
  await page.evaluate((text) => (window.refuses.update = text), message);
  await page.getByLabel('Description').fill('Wants a visit');
  await button(page, 'Save').click();
  await page.locator('.toast-bad').first().waitFor();
  await gallery.keep('no room');
  await button(page, 'Revert').click();
  await visit(page, '/sync');
  for (const [wire, sentence, what] of [['99', 'This app is newer than the server', 'server too old'], ['0', 'Update the app', 'server too new']]) {
    gate.rewrite({ 'satchel-wire': wire }, ({ path }) => path.startsWith('/api/'));
    await button(page, 'Sync now').click();
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
    await gallery.keep(what);
  }
  gate.portal();
  await button(page, 'Sync now').click();
  await button(page, 'Reconnect').click();
  await page.getByText('This network answers with a page of its own').first().waitFor();
  await gallery.keep('captive portal');
  await page.evaluate(() => window.worker_says({ kind: 'broken', sentence: 'The records on this device are damaged and can’t be read.' }));
  await page.getByText('The app could not open its records').waitFor();
  await gallery.keep('store damaged');
  gallery.end();
});

test('the experience has changed', kBothSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await server.admin('experience', 'east1@demo', 'drafts');
  await visit(page, '/sync');
  await button(page, 'Sync now').click();
  await button(page, 'OK').waitFor({ timeout: 30_000 });
  await gallery.keep('told');
  await visit(page, '/settings');
  await gallery.keep('settings');
  gallery.end();
});

test('the device was wiped', kBothSizes, async (t) => {
  const server = await t.server();
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await page.addInitScript(let_answers_be_altered);
  await page.goto(server.url);
  await heading(page, "Let's get started").waitFor();
  const reason = 'An administrator had everything removed from this device.';
  await page.addInitScript((text) => (window.alters.session = ({ answer }) => ({ answer: { ...answer, wiped: true, reason: text } })), reason);
  await page.reload();
  await page.getByText(reason).waitFor();
  await gallery.keep('get started');
  gallery.end();
});
