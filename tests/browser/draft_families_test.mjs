// SPDX-License-Identifier: Apache-2.0
//
// Drafts under drafts, where the organisation lets them be (drafts=extended), and what is said where it doesn't.
import assert from 'node:assert/strict';
import { danas_device } from './harness/dana.mjs';
import { begin_account, button, drafts, drafts_counted, field, heading, keep_as_draft, lose_line, read, reconnect, record, sync_now, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kParent = 'Mestral Boatyard';
const kChild = { first: 'Jaume', last: 'Riera' };
const kCousin = 'Xaloc Sailmakers';

async function offline_and_extended(t) {
  const dana = await danas_device(t, { settings: ['drafts=extended'] });
  await lose_line(dana);
  return dana;
}

async function begin_contact_of(page, account) {
  await visit(page, `/accounts/${account}`);
  await button(record(page, 'Account').getByRole('region', { name: 'Contacts' }), 'New').click();
  await heading(page, 'New contact').waitFor();
}

test('extended: a contact for an account that is a draft, saved as one group; classic: refused with the reason (D9, D5)', { sizes: ['phone', 'tablet'] }, async (t) => {
  const { server, gate, page } = await offline_and_extended(t);

  await begin_account(page, kParent);
  const parent = await keep_as_draft(page, 'Account');
  await begin_contact_of(page, parent);
  assert.equal(await page.getByRole('combobox', { name: 'Company Name' }).inputValue(), kParent);
  await field(page, 'First Name').fill(kChild.first);
  await field(page, 'Last Name').fill(kChild.last);
  const child = await keep_as_draft(page, 'Contact');
  await begin_account(page, kCousin);
  const cousin = await keep_as_draft(page, 'Account');
  await visit(page, '/drafts');
  await until(async () => (await drafts(page).count()) === 3, 'three drafts');
  await t.shot(page, 'family');

  // Saving the child takes its parent along, and nobody else.
  gate.pass();
  await reconnect(page);
  await visit(page, `/contacts/${child}`);
  await record(page, 'Contact').getByText('On this device only', { exact: true }).waitFor();
  const before = gate.seen.length;
  await button(page, 'Save').click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await drafts_counted(page, 1).waitFor();
  const sent = gate.seen.slice(before).filter(({ path }) => path.endsWith('/$batch'));
  assert.equal(sent.length, 1, 'one request');
  const parts = JSON.parse(sent[0].body).requests;
  assert.equal(parts.length, 2);
  assert.ok(parts[0].atomicityGroup && parts[0].atomicityGroup === parts[1].atomicityGroup, 'one group');
  const there = await server.api('GET', `contacts(${child})?$select=fullname,_parentcustomerid_value`);
  assert.deepEqual([there.fullname, there._parentcustomerid_value], [`${kChild.first} ${kChild.last}`, parent]);
  assert.equal((await server.api('GET', `accounts(${parent})?$select=name`)).name, kParent);
  await read(page, 'Account', `/accounts/${parent}`, kParent);

  await server.admin('set', 'drafts=classic');
  await sync_now(page);
  await begin_contact_of(page, cousin);
  await page.getByText('would belong to a record that is a draft itself. Save that draft first').first().waitFor();
  assert.ok(await button(page, 'Save').isDisabled(), 'a contact for a draft');
  await t.shot(page, 'classic');
});

test('extended: one of a family is refused, so all stay drafts: it has the reason, the other waits for it (D9, D7)', { sizes: ['phone'] }, async (t) => {
  const { server, gate, page } = await offline_and_extended(t);
  await begin_account(page, kParent);
  const parent = await keep_as_draft(page, 'Account');
  await begin_contact_of(page, parent);
  await field(page, 'Last Name').fill(kChild.last);
  const child = await keep_as_draft(page, 'Contact');

  // Somebody else has the account's id: the server can't make it.
  await server.api('POST', 'accounts', { accountid: parent, name: 'Somebody else’s' });
  gate.pass();
  await reconnect(page);
  await visit(page, '/drafts');
  await button(page, 'Save all ready').click();
  await drafts(page).getByText(`Waits for the Account "${kParent}".`).waitFor();
  await drafts_counted(page, 2).waitFor();
  await t.shot(page, 'refused together');
  assert.deepEqual(await server.rows(`contacts?$select=contactid&$filter=contactid eq ${child}`), []);
});
