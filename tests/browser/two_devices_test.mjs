// SPDX-License-Identifier: Apache-2.0
//
// Elena and Tomás, each with a device, change the same of one team contact while both are offline. Whoever comes second is asked,
// and what is decided is what all three have.
import assert from 'node:assert/strict';
import { button, field, go_to, is_offline, marked, open_address, record, save, settle_in } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kElenas = 'Head of moorings';
const kTomass = 'Head of pilots';

/** Both devices have the contact; both change its job title; Tomás's change comes first, Elena is asked. */
async function argue(t) {
  const server = await t.server();
  const [team] = await server.rows("teams?$select=teamid&$filter=name eq 'East Sales'");
  const of_team = `_ownerid_value eq ${team.teamid} and statecode eq 0 and jobtitle ne null`;
  const [contact] = await server.rows(`contacts?$select=contactid,fullname,jobtitle&$filter=${of_team}&$orderby=fullname&$top=1`);
  const [elena, tomas] = await Promise.all([t.device(), t.device()]);
  await settle_in(elena, server.url, { user: 'east1@demo' });
  await settle_in(tomas, server.url, { user: 'east2@demo' });
  await go_to(elena.page, 'Sync status');
  await elena.page.getByRole('switch', { name: /Work offline/ }).click();
  await is_offline(elena.page).waitFor();
  for (const [device, job] of [[elena, kElenas], [tomas, kTomass]]) {
    await open_address(device.page, 'Contact', `${server.url}/contacts/${contact.contactid}`, contact.fullname);
    await field(record(device.page, 'Contact'), 'Job Title').fill(job);
    await save(device.page);
  }
  await marked(elena.page, 'Contact', 'Pending');
  await marked(tomas.page, 'Contact', 'Sent');
  await button(elena.page, 'Reconnect').click();
  await marked(elena.page, 'Contact', 'In conflict');
  await go_to(elena.page, 'Conflicts');
  return { server, contact, elena, tomas };
}

const job_at = async (server, contact) => (await server.api('GET', `contacts(${contact.contactid})?$select=jobtitle`)).jobtitle;

/** Everywhere the same, without a word from anybody. */
async function all_have({ server, contact, elena, tomas }, job) {
  await until(async () => (await job_at(server, contact)) === job, `the server has "${job}"`);
  for (const { page } of [elena, tomas]) {
    await page.bringToFront();
    await go_to(page, 'Sync status');
    await button(page, 'Sync now').click();
    await page.getByText('Synced.').first().waitFor();
    await open_address(page, 'Contact', `${server.url}/contacts/${contact.contactid}`, contact.fullname);
    await until(async () => (await field(record(page, 'Contact'), 'Job Title').inputValue()) === job, `a device shows "${job}"`);
  }
}

const the_conflict = (page, contact) => page.getByRole('article', { name: `Conflict in ${contact.fullname}` });

async function sees_both_sides(page, contact) {
  const text = await the_conflict(page, contact).innerText();
  for (const part of [kElenas, kTomass, contact.jobtitle, 'Tomás']) assert.ok(text.includes(part), `${part} in ${text}`);
  assert.ok((await the_conflict(page, contact).getByRole('time').count()) > 0, 'when');
}

test('a conflict: both values, who and when; "Keep mine" is what all have', {}, async (t) => {
  const all = await argue(t);
  const { contact, elena } = all;
  await sees_both_sides(elena.page, contact);
  await t.shot(elena.page, 'conflict');
  await button(the_conflict(elena.page, contact), 'Keep mine').click();
  await elena.page.getByText('Nothing to decide').waitFor();
  await all_have(all, kElenas);
});

test('a conflict: "Keep server\'s" is what all have, and "Undo" takes it back', { sizes: ['tablet'] }, async (t) => {
  const all = await argue(t);
  const { contact, elena } = all;
  await button(the_conflict(elena.page, contact), "Keep server's").click();
  await elena.page.getByText('Nothing to decide').waitFor();
  await all_have(all, kTomass);
  await go_to(elena.page, 'Conflicts');
  await button(elena.page.getByRole('region', { name: 'Decided' }), 'Undo').first().click();
  await elena.page.getByText('is taken back').waitFor();
  await all_have(all, kElenas);
});
