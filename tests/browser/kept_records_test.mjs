// SPDX-License-Identifier: Apache-2.0
//
// What stays on the device of somebody who works with offline drafts, and what leaves it.
import assert from 'node:assert/strict';
import { danas_account, danas_device, kDana } from './harness/dana.mjs';
import { button, drafts, field, go_to, heading, keep_as_draft, lose_line, read, reconnect, record, sync_now, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kBothSizes = { sizes: ['phone', 'tablet'] };
const kNotHere = "isn't on this device: offline, only what you used recently can be read";

async function is_not_here(page, address) {
  await visit(page, address);
  await page.getByText(kNotHere).waitFor();
}

test('"Keep on this device" outlives the cache’s bounds, what is open when the link drops stays, and unpinned it may leave (Q6, C1)', kBothSizes, async (t) => {
  const { server, gate, device, page } = await danas_device(t, { settings: ['cache_rows=1'] });
  const contacts = await server.rows('contacts?$select=contactid,fullname&$filter=statecode eq 0&$orderby=fullname&$top=5', kDana);
  const [pinned, used, open, ...later] = contacts.map(({ contactid, fullname }) => ({ address: `/contacts/${contactid}`, name: fullname }));
  const look_at = (on, { address, name }) => read(on, 'Contact', address, name);
  const keep = button(record(page, 'Contact'), 'Keep on this device');
  await look_at(page, pinned);
  assert.equal(await keep.getAttribute('aria-pressed'), 'false');
  await keep.click();
  await page.getByText(`${pinned.name} is kept on this device.`).waitFor();
  await until(async () => (await keep.getAttribute('aria-pressed')) === 'true', 'the button says so');
  await look_at(page, used);
  await look_at(page, open);

  // Others are used in another tab: room is for one.
  const other = await device.tab();
  await other.goto(gate.url);
  for (const record of later) await look_at(other, record);
  await sync_now(other);
  await lose_line({ gate, page: other });
  await page.reload();
  await record(page, 'Contact').getByRole('heading', { name: open.name, exact: true }).waitFor();
  await look_at(page, pinned);
  assert.equal(await keep.getAttribute('aria-pressed'), 'true');
  await t.shot(page, 'kept');
  await is_not_here(page, used.address);
  assert.equal(await keep.count(), 0);

  await look_at(page, pinned);
  await keep.click();
  await page.getByText(`${pinned.name} is no longer kept for your sake.`).waitFor();
  gate.pass();
  await reconnect(page);
  // Of another table: on a tablet the list beside a contact is a use of others.
  const { accountid, name } = await danas_account(server);
  await read(page, 'Account', `/accounts/${accountid}`, name);
  await sync_now(page);
  await lose_line({ gate, page });
  await is_not_here(page, pinned.address);
});

test('cached rows that were deleted or may no longer be read leave with the next contact, drafts about them stay (C6, D5)', kBothSizes, async (t) => {
  const { server, gate, page } = await danas_device(t);
  const accounts = await server.rows('accounts?$select=accountid,name&$filter=statecode eq 0&$orderby=name desc&$top=3', kDana);
  const [deleted, forbidden, kept] = accounts.map(({ accountid, name }) => ({ id: accountid, address: `/accounts/${accountid}`, name }));
  for (const { address, name } of [deleted, forbidden, kept]) await read(page, 'Account', address, name);
  await lose_line({ gate, page });
  const about = {};
  for (const account of [deleted, forbidden]) {
    await read(page, 'Account', account.address, account.name);
    await button(record(page, 'Account').getByRole('region', { name: 'Contacts' }), 'New').click();
    await heading(page, 'New contact').waitFor();
    about[account.id] = `Of ${account.name}`;
    await field(page, 'Last Name').fill(about[account.id]);
    await keep_as_draft(page, 'Contact');
  }
  await server.api('DELETE', `accounts(${deleted.id})`);
  await server.admin('assign', `accounts/${forbidden.id}`, 'west1@demo');
  gate.pass();
  await reconnect(page);
  await sync_now(page);
  await visit(page, '/drafts');
  await until(async () => (await drafts(page).getByText("isn't there any more").count()) === 2, 'both drafts say what is missing');
  for (const name of Object.values(about)) await drafts(page).getByRole('link', { name, exact: true }).waitFor();
  await t.shot(page, 'drafts about what is gone');

  await lose_line({ gate, page });
  for (const { address } of [deleted, forbidden]) await is_not_here(page, address);
  await read(page, 'Account', kept.address, kept.name);
  await go_to(page, 'Accounts');
  await page.getByRole('main').getByRole('link', { name: kept.name }).first().waitFor();
  for (const { name } of [deleted, forbidden]) assert.equal(await page.getByRole('main').getByRole('link', { name, exact: true }).count(), 0, name);
});
