// SPDX-License-Identifier: Apache-2.0
//
// Dana works with offline drafts: what she used is readable without the server and nothing else, what she writes waits as drafts, and
// each is saved once.
import assert from 'node:assert/strict';
import { begin_account, button, drafts, drafts_counted, field, go_to, heading, is_offline, keep_as_draft, read, reconnect, record, sign_in, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kBothSizes = { sizes: ['phone', 'tablet'] };
const kAccount = 'Tramuntana Ropeworks';
const kSubject = 'Asked about the mooring lines';
const kContact = { first: 'Nuria', last: 'Vidal' };
const kDana = 'drafts1@demo';

/** Dana's device: three accounts and two contacts read while connected, then the server is gone. */
async function with_five_read(t) {
  const server = await t.server();
  const device = await t.device();
  const { page } = device;
  await sign_in(page, server.url, { user: kDana });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  const accounts = await server.rows('accounts?$select=accountid,name&$filter=statecode eq 0&$orderby=name desc&$top=4', kDana);
  const contacts = await server.rows('contacts?$select=contactid,fullname&$filter=statecode eq 0&$orderby=fullname desc&$top=2', kDana);
  const leads = await server.rows('leads?$select=leadid&$top=1', kDana);
  for (const { accountid, name } of accounts.slice(0, 3)) await read(page, 'Account', `/accounts/${accountid}`, name);
  for (const { contactid, fullname } of contacts) await read(page, 'Contact', `/contacts/${contactid}`, fullname);
  await server.stop('SIGKILL');
  await visit(page, '/drafts');
  await is_offline(page).waitFor({ timeout: 90_000 });
  return { server, device, page, accounts, contacts, leads };
}

const draft_link = (page, name) => page.getByRole('main').getByRole('link', { name, exact: true });

async function make_account(page) {
  await begin_account(page, kAccount);
  return keep_as_draft(page, 'Account');
}

async function come_back(page, server) {
  await server.start();
  await reconnect(page);
}

test('what isn’t on the device is found at the server; offline the button says why it can’t (Q7)', kBothSizes, async (t) => {
  const server = await t.server();
  const { page } = await t.device();
  await sign_in(page, server.url, { user: kDana });
  const [{ fullname }] = await server.rows('contacts?$select=fullname&$orderby=fullname desc&$top=1', kDana);
  await visit(page, '/');
  await page.getByRole('searchbox', { name: 'Search' }).fill(fullname);
  await page.getByText('Nothing found on this device').waitFor();
  await button(page, 'Search the server').click();
  await page.getByRole('main').getByRole('link', { name: fullname, exact: true }).first().waitFor();

  await go_to(page, 'Contacts');
  const search = button(page, 'Search the server');
  await search.waitFor();
  assert.equal(await search.isDisabled(), true, 'without a text there is nothing to look for');
  await page.getByRole('searchbox', { name: 'Search' }).fill(fullname);
  await until(() => search.isEnabled(), 'the button can be pressed');
  await server.stop('SIGKILL');
  await until(() => search.isDisabled(), 'the button can’t be pressed offline', 60_000);
  assert.equal(await search.getAttribute('title'), 'Reconnect to search the server.');
});

test('what was used is read without the server, another record says why not, and nothing can be changed (E3, C1, C4, D4)', kBothSizes, async (t) => {
  const { page, accounts, contacts, leads } = await with_five_read(t);
  for (const { accountid, name } of accounts.slice(0, 3)) await read(page, 'Account', `/accounts/${accountid}`, name);
  for (const { contactid, fullname } of contacts) await read(page, 'Contact', `/contacts/${contactid}`, fullname);
  await record(page, 'Contact').getByText(/^As of/).waitFor();
  await record(page, 'Contact').getByText('that are saved at the server can only be read').first().waitFor();
  assert.ok(await button(page, 'Save').isDisabled(), 'Save');
  assert.ok(await button(page, 'Delete').isDisabled(), 'Delete');
  assert.equal(await field(record(page, 'Contact'), 'Job Title').isEditable(), false);
  await t.shot(page, 'read only');

  // Of a table that she didn't look at: on a tablet the list beside a record has brought what it shows (C1).
  await visit(page, `/leads/${leads[0].leadid}`);
  await page.getByText("isn't on this device: offline, only what you used recently can be read").waitFor();
  await t.shot(page, 'not on this device');
});

test('drafts are made offline with what their context gives, and saved one by one and all (D1–D3, D5–D7, R2)', kBothSizes, async (t) => {
  const { server, page, accounts, contacts } = await with_five_read(t);
  const account = await make_account(page);

  // A contact of a cached account has the account; it can't be chosen by hand.
  await read(page, 'Account', `/accounts/${accounts[0].accountid}`, accounts[0].name);
  await button(record(page, 'Account').getByRole('region', { name: 'Contacts' }), 'New').click();
  await heading(page, 'New contact').waitFor();
  const company = page.getByRole('combobox', { name: 'Company Name' });
  assert.equal(await company.inputValue(), accounts[0].name);
  assert.ok(await company.isDisabled(), 'a lookup');
  assert.match((await company.evaluate((box) => document.getElementById(box.getAttribute('aria-describedby'))?.textContent)) ?? '', /can't be chosen offline/);
  await field(page, 'First Name').fill(kContact.first);
  await field(page, 'Last Name').fill(kContact.last);
  await t.shot(page, 'new contact');
  const contact = await keep_as_draft(page, 'Contact');

  // A call to a cached contact goes to him, from Dana.
  await read(page, 'Contact', `/contacts/${contacts[0].contactid}`, contacts[0].fullname);
  await button(record(page, 'Contact').getByRole('region', { name: 'Timeline' }), 'Add phone call').click();
  await heading(page, 'New phone call').waitFor();
  await field(page, 'Subject').fill(kSubject);
  const call = await keep_as_draft(page, 'Phone Call');
  const text = await record(page, 'Phone Call').innerText();
  for (const name of [contacts[0].fullname, 'Dana Fitzgerald']) assert.ok(text.includes(name), `${name} in the call`);

  // An opportunity can't belong to an account that is a draft itself.
  await visit(page, `/accounts/${account}`);
  await button(record(page, 'Account').getByRole('region', { name: 'Opportunities' }), 'New').click();
  await heading(page, 'New opportunity').waitFor();
  await page.getByText('would belong to a record that is a draft itself').first().waitFor();
  assert.ok(await button(page, 'Save').isDisabled(), 'an opportunity for a draft');
  await t.shot(page, 'opportunity refused');

  await visit(page, '/drafts');
  await until(async () => (await drafts(page).count()) === 3, 'three drafts');
  await drafts_counted(page, 3).waitFor();
  assert.ok(await button(page, 'Save all ready').isDisabled());
  await t.shot(page, 'drafts offline');

  await come_back(page, server);
  await page.getByRole('status').getByText('3 drafts are on this device only').waitFor();
  await t.shot(page, 'drafts connected');

  // One by one; a double tap makes one record.
  await draft_link(page, kAccount).click();
  await record(page, 'Account').getByText('On this device only', { exact: true }).waitFor();
  await button(page, 'Save').dblclick();
  await page.getByText('Saved.', { exact: true }).waitFor();
  assert.equal((await server.rows(`accounts?$select=name&$filter=name eq '${kAccount}'`)).length, 1);
  assert.equal((await server.api('GET', `accounts(${account})?$select=name`)).name, kAccount);

  // All that are ready; what happened to each is told.
  await visit(page, '/drafts');
  await drafts_counted(page, 2).waitFor();
  await button(page, 'Save all ready').click();
  await page.getByRole('status').getByText('(contact): saved').waitFor();
  await page.getByRole('status').getByText('(phone call): saved').waitFor();
  await drafts_counted(page, 0).waitFor();
  await t.shot(page, 'all saved');
  const kept = await server.api('GET', `contacts(${contact})?$select=fullname,_parentcustomerid_value`);
  assert.deepEqual([kept.fullname, kept._parentcustomerid_value], [`${kContact.first} ${kContact.last}`, accounts[0].accountid]);
  const called = await server.api('GET', `phonecalls(${call})?$select=subject,_regardingobjectid_value&$expand=phonecall_activity_parties($select=participationtypemask,_partyid_value)`).catch(() => null);
  const sent = called ?? (await server.api('GET', `phonecalls(${call})?$select=subject,_regardingobjectid_value`));
  assert.deepEqual([sent.subject, sent._regardingobjectid_value], [kSubject, contacts[0].contactid]);
});

test('a draft is changed, discarded and taken back; one with gaps is reviewed when connected (D2, D4, D6)', kBothSizes, async (t) => {
  const { server, page } = await with_five_read(t);
  const account = await make_account(page);
  await field(record(page, 'Account'), 'Main Phone').fill('555 0142');
  await button(page, 'Save').click();
  await page.getByText('Kept as a draft, on this device only.').first().waitFor();
  await button(page, 'Discard').click();
  await page.getByText('No drafts').waitFor();
  await button(page, 'Undo').click();
  await record(page, 'Account').getByRole('heading', { name: kAccount }).waitFor();
  assert.equal(await field(record(page, 'Account'), 'Main Phone').inputValue(), '555 0142');

  // An account may not be without a name: the draft may, until its review.
  await field(record(page, 'Account'), 'Account Name').fill('');
  await button(page, 'Save').click();
  await page.getByRole('button', { name: 'Save', exact: true, disabled: true }).waitFor();
  await visit(page, '/drafts');
  await drafts(page).getByText('Account Name').waitFor();
  await t.shot(page, 'a draft with a gap');
  await come_back(page, server);
  assert.ok(await button(page, 'Save all ready').isDisabled(), 'nothing is ready');
  await visit(page, `/accounts/${account}`);
  await button(page, 'Save').click();
  await page.getByText('Enter Account Name.').waitFor();
  await field(record(page, 'Account'), 'Account Name').fill(kAccount);
  await button(page, 'Save').click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  assert.equal((await server.api('GET', `accounts(${account})?$select=name,telephone1`)).telephone1, '555 0142');
});

test('a refused draft stays with the reason (D7), and signing out names both counts (D3)', { sizes: ['phone'] }, async (t) => {
  const { server, page, accounts } = await with_five_read(t);
  await read(page, 'Account', `/accounts/${accounts[0].accountid}`, accounts[0].name);
  await button(record(page, 'Account').getByRole('region', { name: 'Contacts' }), 'New').click();
  await field(page, 'Last Name').fill(kContact.last);
  const contact = await keep_as_draft(page, 'Contact');
  await come_back(page, server);
  // The account goes before the draft of its contact is saved.
  await server.api('DELETE', `accounts(${accounts[0].accountid})`);
  await visit(page, `/contacts/${contact}`);
  await record(page, 'Contact').getByText('On this device only', { exact: true }).waitFor();
  await button(page, 'Save').click();
  await visit(page, '/drafts');
  await until(async () => (await drafts(page).locator('.draft-blocked li').count()) > 0, 'the reason stands beside the draft');
  await t.shot(page, 'refused');
  await visit(page, '/settings');
  await button(page, 'Sign out').click();
  const dialog = page.getByRole('alertdialog', { name: 'Sign out' });
  await dialog.getByText('1 draft').waitFor();
  await dialog.getByText('0 unsent changes').waitFor();
  await t.shot(page, 'sign out');
  await button(dialog, 'Cancel').click();
});

test('settings and help speak of the reader and of this device, offline too (E1, H1, P4, C5)', kBothSizes, async (t) => {
  const { page } = await with_five_read(t);
  await visit(page, '/settings');
  const experience = page.getByRole('region', { name: 'Experience' });
  await heading(experience, 'Offline drafts').waitFor();
  for (const part of ['Online', '9.2', 'Platform']) await experience.getByText(part).first().waitFor();
  await page.getByText('Anyone who can unlock this device can read it.').waitFor();
  await t.shot(page, 'settings');
  await visit(page, '/help');
  await page.getByText('You work with offline drafts').waitFor();
  await page.getByText('What happens to my drafts').waitFor();
  await t.shot(page, 'help');
  await visit(page, '/charts');
  await page.getByText("Charts aren't available offline").first().waitFor();
  await t.shot(page, 'charts (E4)');
});
