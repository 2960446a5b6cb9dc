// SPDX-License-Identifier: Apache-2.0
//
// The line breaks in the middle of a save of somebody who works with offline drafts: what was written is on the device, is there
// after the app was closed, and has its effect once.
import assert from 'node:assert/strict';
import { danas_account, danas_device } from './harness/dana.mjs';
import { from_save_on } from './harness/gate.mjs';
import { begin_account, button, drafts, drafts_counted, field, heading, is_offline, lose_line, marked, open_address, read, reconnect, record, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kBothSizes = { sizes: ['phone', 'tablet'] };
const kAccount = 'Garbí Chandlers';

const named = (server, name) => server.rows(`accounts?$select=accountid&$filter=name eq '${name}'`);

test('a save whose answer is lost is a draft with the same id, there after a restart, and one record for any number of taps (D7, D8)', kBothSizes, async (t) => {
  const { server, gate, device, page } = await danas_device(t);
  await begin_account(page, kAccount);
  const id = new URL(page.url()).searchParams.get('id');
  gate.lose(from_save_on());
  await button(page, 'Save').dblclick();
  await marked(page, 'Account', 'Being saved');
  assert.ok(page.url().includes(`/accounts/${id}`), 'the same id');
  await until(() => gate.seen.some(({ path }) => path.endsWith('/$batch')), 'it was sent');
  await until(async () => (await named(server, kAccount)).length === 1, 'the server has done it');

  await device.restart();
  await device.page.goto(`${gate.url}/drafts`);
  await drafts(device.page).getByText('Being saved', { exact: true }).waitFor({ timeout: 30_000 });
  await drafts_counted(device.page, 1).waitFor();
  await is_offline(device.page).waitFor();
  await t.shot(device.page, 'being saved');

  gate.pass();
  await reconnect(device.page);
  await device.page.getByText('No drafts').waitFor();
  await read(device.page, 'Account', `/accounts/${id}`, kAccount);
  await marked(device.page, 'Account', 'Sent');
  assert.deepEqual((await named(server, kAccount)).map(({ accountid }) => accountid), [id]);
});

test('a save that doesn’t reach the server is a draft as any other, and goes up with the next contact (D8)', { sizes: ['phone'] }, async (t) => {
  const { server, gate, page } = await danas_device(t);
  await begin_account(page, kAccount);
  const id = new URL(page.url()).searchParams.get('id');
  gate.cut(from_save_on());
  await button(page, 'Save').click();
  await heading(page, kAccount).waitFor();
  await visit(page, '/drafts');
  await drafts(page).getByRole('link', { name: kAccount, exact: true }).waitFor();
  await is_offline(page).waitFor();
  assert.deepEqual(await named(server, kAccount), []);
  gate.pass();
  await reconnect(page);
  await until(async () => (await drafts(page).count()) === 0, 'nothing waits');
  assert.equal((await server.api('GET', `accounts(${id})?$select=name`)).name, kAccount);
});

test('an edit caught by a lost connection stays, also when the app is closed, and is merged with others’ when connected (D8, K1)', kBothSizes, async (t) => {
  const { server, gate, device, page } = await danas_device(t);
  const { accountid, name } = await danas_account(server);
  await read(page, 'Account', `/accounts/${accountid}`, name);
  await field(record(page, 'Account'), 'Main Phone').fill('555 0301');
  gate.cut(from_save_on());
  await button(page, 'Save').click();
  await page.getByText('Saved on this device.').waitFor();
  await marked(page, 'Account', 'Pending');
  await is_offline(page).waitFor();

  await device.restart();
  const again = device.page;
  await open_address(again, 'Account', `${gate.url}/accounts/${accountid}`, name);
  await marked(again, 'Account', 'Pending');
  assert.equal(await field(record(again, 'Account'), 'Main Phone').inputValue(), '555 0301');
  await t.shot(again, 'unsaved edit');

  const other = 'https://garbi.example.com/';
  await server.api('PATCH', `accounts(${accountid})`, { websiteurl: other });
  gate.pass();
  await reconnect(again);
  await until(async () => (await record(again, 'Account').getByText('Pending', { exact: true }).count()) === 0, 'it isn’t pending any more');
  const there = await server.api('GET', `accounts(${accountid})?$select=telephone1,websiteurl`);
  assert.deepEqual([there.telephone1, there.websiteurl], ['555 0301', other]);
  await until(async () => (await field(record(again, 'Account'), 'Website').inputValue()) === other, 'theirs is here');
  assert.equal(await field(record(again, 'Account'), 'Main Phone').inputValue(), '555 0301');
});

test('the line drops while an existing record is being edited: what was typed stays unsaved, also when the app is closed, and is saved when connected (D8, D4)', kBothSizes, async (t) => {
  const { server, gate, device, page } = await danas_device(t);
  const { accountid, name } = await danas_account(server);
  await read(page, 'Account', `/accounts/${accountid}`, name);
  await field(record(page, 'Account'), 'Main Phone').fill('555 0302');
  await lose_line({ gate, page });

  await device.restart();
  const again = device.page;
  await open_address(again, 'Account', `${gate.url}/accounts/${accountid}`, name);
  await record(again, 'Account').getByText('It is here again.').waitFor();
  await record(again, 'Account').getByText('Unsaved changes', { exact: true }).waitFor();
  await record(again, 'Account').getByText('Connect to change this one.').first().waitFor();
  assert.ok(await button(again, 'Save').isDisabled(), 'Save');
  assert.equal(await field(record(again, 'Account'), 'Main Phone').inputValue(), '555 0302');
  await t.shot(again, 'typed');

  const other = 'https://garbi.example.com/';
  await server.api('PATCH', `accounts(${accountid})`, { websiteurl: other });
  gate.pass();
  await reconnect(again);
  await until(async () => (await field(record(again, 'Account'), 'Website').inputValue()) === other, 'theirs is here');
  await button(again, 'Save').click();
  await again.getByText('Saved.', { exact: true }).waitFor();
  const there = await server.api('GET', `accounts(${accountid})?$select=telephone1,websiteurl`);
  assert.deepEqual([there.telephone1, there.websiteurl], ['555 0302', other]);
});
