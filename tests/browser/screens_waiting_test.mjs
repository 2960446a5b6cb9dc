// SPDX-License-Identifier: Apache-2.0
//
// Pictures of what waits and what went wrong for somebody who works with offline sync.
import assert from 'node:assert/strict';
import { button, visit } from './harness/person.mjs';
import { begin, edit_offline, first_id, kBothSizes, open_list, open_record, reconnect_to_trouble } from './harness/screens.mjs';
import { test, until } from './harness/test.mjs';

test('nothing waits', kBothSizes, async (t) => {
  const { page, gallery } = await begin(t);
  await visit(page, '/conflicts');
  await page.getByText('Nothing to decide').waitFor();
  await gallery.keep('no conflicts');
  await visit(page, '/errors');
  await page.getByText('Nothing was refused').waitFor();
  await gallery.keep('no errors');
  await visit(page, '/drafts');
  await page.getByText('No drafts').waitFor();
  await gallery.keep('drafts');
  gallery.end();
});

test('edits offline', kBothSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await edit_offline(page, server, (what) => gallery.keep(what));
  await visit(page, '/');
  await page.getByRole('region', { name: 'Needs you' }).waitFor();
  await gallery.keep('home offline');
  await open_list(page, 'accounts', 'Accounts');
  await gallery.keep('list offline');
  await visit(page, '/sync');
  await page.getByRole('region', { name: 'Waiting to be sent' }).waitFor();
  await gallery.keep('outbox');
  gallery.end();
});

test('conflicts', kBothSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  const changed = await reconnect_to_trouble(page, server);
  await visit(page, '/');
  await page.getByText(/Decide/).first().waitFor();
  await gallery.keep('home');
  await visit(page, '/conflicts');
  await page.locator('.conflict').first().waitFor();
  // Two values of one record are decided on one card.
  assert.equal(await page.locator('.conflict').count(), 2);
  await gallery.keep('list');
  await open_record(page, 'accounts', changed);
  await page.locator('.mark-in_conflict').first().waitFor();
  await gallery.keep('record');
  await visit(page, '/conflicts');
  await button(page, 'Keep mine').first().click();
  await button(page, 'Undo').first().waitFor();
  // A record that is made anew shows itself.
  await visit(page, '/conflicts');
  await page.getByRole('region', { name: 'Decided' }).waitFor();
  await gallery.keep('decided');
  const pair = page.getByRole('article').filter({ hasText: 'Pick value by value' });
  await pair.getByRole('button', { name: /Lisbon/ }).click();
  await pair.getByRole('button', { name: /Calls back in June/ }).click();
  await button(page, 'Keep what is picked').waitFor();
  await gallery.keep('picked');
  await button(page, 'Keep what is picked').click();
  await page.getByText('is decided.').last().waitFor();
  const [there] = await until(async () => {
    const rows = await server.rows(`accounts?$select=address1_city,description&$filter=accountid eq ${changed}`);
    return rows[0].address1_city === 'Lisbon' && rows;
  }, 'the city is at the server');
  assert.equal(there.description, 'Calls back in June');
  gallery.end();
});

test('refused changes', kBothSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await reconnect_to_trouble(page, server);
  await visit(page, '/errors');
  await page.locator('.refused').first().waitFor();
  await gallery.keep('list');
  await page.locator('.typed summary').first().click();
  await gallery.keep('what was entered');
  await page.locator('.refused h2 a').first().click();
  await page.locator('.record-pane .notice-bad').waitFor();
  await gallery.keep('record');
  await visit(page, '/settings');
  await button(page, 'Sign out').click();
  await page.getByRole('alertdialog', { name: 'Sign out' }).waitFor();
  await gallery.keep('sign out asks');
  gallery.end();
});

test('sent, and the connection lost', kBothSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await open_record(page, 'accounts', await first_id(server, 'accounts', 'accountid', "$filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')&$orderby=name"));
  await page.getByLabel('Description').fill('Wants a visit');
  await button(page, 'Save').click();
  await page.locator('.save-bar .mark-sent').waitFor();
  await gallery.keep('record sent');
  await server.stop();
  await visit(page, '/sync');
  await button(page, 'Sync now').click();
  await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor();
  await button(page, 'Reconnect').click();
  await page.locator('.toast-bad').first().waitFor();
  await gallery.keep('status offline');
  await visit(page, '/');
  await gallery.keep('home offline');
  gallery.end();
});
