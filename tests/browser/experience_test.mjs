// SPDX-License-Identifier: Apache-2.0
//
// An administrator changes how somebody works offline, while unsent work is on the device (E5).
import assert from 'node:assert/strict';
import { danas_account, danas_device, kDana } from './harness/dana.mjs';
import { begin_account, button, drafts, drafts_counted, field, heading, keep_as_draft, lose_line, marked, open, open_address, pending, read, reconnect, record, save, settle_in, sync_now, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kBothSizes = { sizes: ['phone', 'tablet'] };
const kNames = ['Aquilo Pumps', 'Boreas Fans', 'Caecias Valves', 'Eurus Gauges'];
const kJob = 'Keeper of the winds';

const notice = (page, text) => page.getByRole('status').getByText(text);
const started_with = (server, prefix) => server.rows(`accounts?$select=accountid,name&$filter=startswith(name,'${prefix}')`);

test('drafts to sync with five complete drafts: four accounts and a contact go up by themselves, each once; the one with a gap stays (E5, E1)', kBothSizes, async (t) => {
  const { server, gate, page } = await danas_device(t);
  const known = await danas_account(server);
  await read(page, 'Account', `/accounts/${known.accountid}`, known.name);
  await lose_line({ gate, page });
  const ids = [];
  for (const name of kNames) {
    await begin_account(page, name);
    ids.push(await keep_as_draft(page, 'Account'));
  }
  await read(page, 'Account', `/accounts/${known.accountid}`, known.name);
  await button(record(page, 'Account').getByRole('region', { name: 'Contacts' }), 'New').click();
  await heading(page, 'New contact').waitFor();
  await field(page, 'Last Name').fill('Zephyr');
  const contact = await keep_as_draft(page, 'Contact');
  await begin_account(page, '');
  await field(page, 'Main Phone').fill('555 0501');
  const gap = await keep_as_draft(page, 'Account');
  await drafts_counted(page, 6).waitFor();

  await server.admin('experience', kDana, 'sync');
  gate.pass();
  await reconnect(page);
  await notice(page, 'you now work with offline sync').waitFor({ timeout: 60_000 });
  await notice(page, '5 drafts are being sent to the server. 1 draft needs your review in Draft Records.').waitFor();
  await t.shot(page, 'told');
  await sync_now(page);
  await until(async () => (await pending(page)) === '0', 'nothing waits');
  for (const [at, name] of kNames.entries())
    assert.deepEqual((await started_with(server, name)).map(({ accountid }) => accountid), [ids[at]], name);
  assert.equal((await server.api('GET', `contacts(${contact})?$select=_parentcustomerid_value`))._parentcustomerid_value, known.accountid);
  await visit(page, '/drafts');
  await until(async () => (await drafts(page).count()) === 1, 'one draft is left');
  await visit(page, `/accounts/${gap}`);
  await until(async () => (await field(record(page, 'Account'), 'Main Phone').inputValue()) === '555 0501', 'the draft with a gap is as it was');
  await button(page, 'OK').click();
  await until(async () => (await notice(page, 'you now work with').count()) === 0, 'dismissed');
  await visit(page, '/settings');
  await page.getByRole('region', { name: 'Experience' }).getByRole('heading', { name: 'Offline sync' }).waitFor();
});

test('sync to drafts with a full outbox: new records, notes, an edit and a delete go up by themselves, each once (E5, E1)', kBothSizes, async (t) => {
  const server = await t.server();
  const gate = await t.gate(server);
  const device = await t.device();
  const { page } = device;
  await settle_in(device, gate.url);
  const owned = "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')";
  const [contact, gone] = await server.rows(`contacts?$select=contactid,fullname&$filter=statecode eq 0 and ${owned}&$orderby=fullname&$top=2`, 'east1@demo');
  await lose_line({ gate, page });
  const ids = [];
  for (const name of kNames) {
    await begin_account(page, name);
    await save(page);
    ids.push(new URL(page.url()).pathname.split('/')[2]);
  }
  const notes = Array.from({ length: 6 }, (_, number) => `Wind ${number}`);
  for (const text of notes) {
    await field(page, 'New note').fill(text);
    await button(page, 'Add note').click();
    await until(async () => (await field(page, 'New note').inputValue()) === '', 'the note is kept');
  }
  await open(page, 'Contacts', 'Contact', gone.fullname);
  await button(record(page, 'Contact'), 'Delete').click();
  await button(page.getByRole('alertdialog', { name: 'Delete' }), 'Delete').click();
  await page.getByText(`${gone.fullname} is deleted.`).waitFor();
  await open(page, 'Contacts', 'Contact', contact.fullname);
  await field(record(page, 'Contact'), 'Job Title').fill(kJob);
  await save(page);
  await marked(page, 'Contact', 'Pending');

  await server.admin('experience', 'east1@demo', 'drafts');
  gate.pass();
  await reconnect(page);
  await notice(page, 'you now have offline drafts').waitFor({ timeout: 60_000 });
  await t.shot(page, 'told');
  await until(async () => (await server.rows(`contacts?$select=contactid&$filter=contactid eq ${gone.contactid}`)).length === 0, 'the delete is done');
  for (const [at, name] of kNames.entries())
    assert.deepEqual((await started_with(server, name)).map(({ accountid }) => accountid), [ids[at]], name);
  const there = await server.rows(`annotations?$select=notetext&$filter=_objectid_value eq ${ids.at(-1)}`);
  assert.deepEqual(there.map(({ notetext }) => notetext).sort(), notes);
  assert.equal((await server.api('GET', `contacts(${contact.contactid})?$select=jobtitle`)).jobtitle, kJob);
  await drafts_counted(page, 0).or(page.getByRole('link', { name: /^Draft Records$/ })).first().waitFor();
  await sync_now(page);
  await until(async () => (await pending(page)) === '0', 'nothing waits');
  // What he made is what he used: readable without the server.
  await lose_line({ gate, page });
  await open_address(page, 'Account', `${gate.url}/accounts/${ids[0]}`, kNames[0]);
});
