// SPDX-License-Identifier: Apache-2.0
//
// A day out of reach, through the real screens: what is written with the server dead is there after a restart, and goes up by
// itself when the server is back.
import assert from 'node:assert/strict';
import { button, field, go_to, heading, id_in, is_offline, marked, open, record, save, settle_in } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kAccount = 'Tramuntana Ropeworks';
const kSubject = 'Asked about the mooring lines';
const kJob = 'Harbour pilot';
/** From the server's return until all is sent, without a tap. */
const kBackMilliseconds = 10_000;

test('a field day: edits with the server dead survive a restart and arrive by themselves (E2, R2)', { sizes: ['phone', 'tablet'] }, async (t) => {
  const server = await t.server();
  const device = await t.device();
  await settle_in(device, server.url);
  const [contact] = await server.rows('contacts?$select=contactid,fullname,jobtitle&$orderby=fullname&$top=1', 'east1@demo');
  await open(device.page, 'Contacts', 'Contact', contact.fullname);
  await server.stop('SIGKILL');

  await field(record(device.page, 'Contact'), 'Job Title').fill(kJob);
  await save(device.page);
  await marked(device.page, 'Contact', 'Pending');
  await is_offline(device.page).getByRole('button', { name: 'Reconnect' }).waitFor();

  await go_to(device.page, 'Accounts');
  await button(device.page, 'New').click();
  await heading(device.page, 'New account').waitFor();
  await field(device.page, 'Account Name').fill(kAccount);
  await save(device.page);
  await marked(device.page, 'Account', 'Pending');
  const account = id_in(device.page);
  await button(record(device.page, 'Account').getByRole('region', { name: 'Timeline' }), 'Add phone call').click();
  await heading(device.page, 'New phone call').waitFor();
  await field(device.page, 'Subject').fill(kSubject);
  await save(device.page);
  await marked(device.page, 'Phone Call', 'Pending');
  const call = id_in(device.page);

  await device.restart();
  await device.page.goto(`${server.url}/accounts/${account}`);
  await record(device.page, 'Account').getByRole('heading', { name: kAccount, exact: true }).waitFor({ timeout: 30_000 });
  await marked(device.page, 'Account', 'Pending');
  await record(device.page, 'Account').getByRole('link', { name: kSubject, exact: true }).waitFor();
  await is_offline(device.page).waitFor();
  await open(device.page, 'Contacts', 'Contact', contact.fullname);
  assert.equal(await field(record(device.page, 'Contact'), 'Job Title').inputValue(), kJob);
  await marked(device.page, 'Contact', 'Pending');
  await t.shot(device.page, 'pending');

  await server.start();
  await marked(device.page, 'Contact', 'Sent', kBackMilliseconds);
  const there = await server.api('GET', `contacts(${contact.contactid})?$select=jobtitle`, undefined, 'east1@demo');
  assert.equal(there.jobtitle, kJob);
  assert.equal((await server.api('GET', `accounts(${account})?$select=name`)).name, kAccount);
  const sent = await server.api('GET', `phonecalls(${call})?$select=subject,_regardingobjectid_value`);
  assert.equal(sent.subject, kSubject);
  assert.equal(sent._regardingobjectid_value, account);
  await until(async () => (await is_offline(device.page).count()) === 0, 'the offline indicator is gone');
  await open(device.page, 'Accounts', 'Account', kAccount);
  await marked(device.page, 'Account', 'Sent');
  await record(device.page, 'Account').getByRole('link', { name: kSubject, exact: true }).click();
  await marked(device.page, 'Phone Call', 'Sent');
});
