// SPDX-License-Identifier: Apache-2.0
//
// An administrator has a device wiped: with its next contact store and keys are gone, and it's said what became of unsent work.
import assert from 'node:assert/strict';
import { is_api } from './harness/gate.mjs';
import { begin_account, button, field, fill_sign_in, heading, keep_as_draft, marked, notice_offline, open, record, save, settle_in, sign_in } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kUnsent = 'Ponent Rigging';
const kWiped = "An administrator asked that this device's store be removed";

/** In the page: how many bytes of a store and how many keys and forms this device still has. */
async function what_is_left() {
  const kHeader = 4096;
  let bytes = 0;
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('satchel');
  for await (const handle of folder.values()) bytes += Math.max(0, (await handle.getFile()).size - kHeader);
  let rows = 0;
  for (const name of ['satchel', 'satchel-forms']) {
    const database = await new Promise((done, failed) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    for (const store of database.objectStoreNames)
      rows += await new Promise((done) => (database.transaction(store).objectStore(store).count().onsuccess = ({ target }) => done(target.result)));
    database.close();
  }
  return { bytes, rows, mark: localStorage.getItem('satchel-signed-in') };
}

const devices = async (server) => (await server.admin('devices')).value;

async function wipe(server) {
  const [device] = await devices(server);
  await server.admin('wipe', device.id);
  const [asked] = await devices(server);
  assert.ok(asked.wipe_asked && !asked.wiped, 'not before its next contact');
}

/** Nothing is here, and the administrator sees since when. */
async function is_gone(server, page) {
  await heading(page, "Let's get started").waitFor({ timeout: 30_000 });
  await page.getByRole('main').getByText(kWiped).waitFor();
  await until(async () => JSON.stringify(await page.evaluate(what_is_left)) === '{"bytes":0,"rows":0,"mark":null}', 'nothing is left');
  const [device] = await until(async () => {
    const all = await devices(server);
    return all[0].wiped && all;
  }, 'the administrator sees it');
  assert.ok(Math.abs(Date.parse(device.wiped) - Date.now()) < 120_000, `wiped ${device.wiped}`);
}

test('wiped with drafts where the organisation keeps a copy: nothing is left, and the notice says who can open the copy (S6, D3)', { sizes: ['phone', 'tablet'] }, async (t) => {
  const server = await t.server();
  await server.admin('set', 'escrow=on');
  const gate = await t.gate(server);
  const { page } = await t.device();
  await sign_in(page, gate.url, { user: 'drafts1@demo' });
  await page.getByRole('status').getByText('your organisation keeps an encrypted copy').waitFor();
  gate.cut(is_api);
  await notice_offline(page);
  await begin_account(page, kUnsent);
  await keep_as_draft(page, 'Account');
  await begin_account(page, 'Typed and not saved');
  assert.ok((await page.evaluate(what_is_left)).bytes > 0);

  await wipe(server);
  gate.pass();
  await button(page, 'Reconnect').click({ timeout: 2_000 }).catch(() => {});
  await is_gone(server, page);
  await page.getByText("An encrypted copy of the drafts and changes that weren't sent yet goes to your organisation").waitFor();
  await t.shot(page, 'wiped');
  const [copy] = (await server.admin('escrow', 'list')).value;
  assert.deepEqual([copy.user, copy.released], ['drafts1@demo', []]);
  assert.ok(copy.bytes > kUnsent.length);

  await page.goto(`${gate.url}/drafts`);
  await heading(page, "Let's get started").waitFor();
  assert.equal(await page.getByText('The browser has removed').count(), 0, 'the browser had no part in it');
});

test('wiped where no copy is kept: both tabs say so, and the next sign-in begins anew (S6)', { sizes: ['phone'] }, async (t) => {
  const server = await t.server();
  const gate = await t.gate(server);
  const device = await t.device();
  const { page } = device;
  await settle_in(device, gate.url);
  const [account] = await server.rows('accounts?$select=accountid,name,telephone1&$orderby=name&$top=1', 'east1@demo');
  await open(page, 'Accounts', 'Account', account.name);
  const second = await device.tab();
  await second.goto(`${gate.url}/accounts`);
  await heading(second, 'Accounts').waitFor();
  gate.cut(is_api);
  await page.bringToFront();
  await field(record(page, 'Account'), 'Main Phone').fill('555 0401');
  await save(page);
  await marked(page, 'Account', 'Pending');
  await wipe(server);
  gate.pass();
  await is_gone(server, page);
  await heading(second, "Let's get started").waitFor();
  await page.getByText("The drafts and changes that weren't sent yet are gone with it").waitFor();
  assert.equal(await page.getByText('encrypted copy').count(), 0);
  await t.shot(page, 'wiped without a copy');
  assert.deepEqual((await server.admin('escrow', 'list')).value, []);
  assert.equal((await server.api('GET', `accounts(${account.accountid})?$select=telephone1`)).telephone1, account.telephone1);

  await fill_sign_in(page, 'east1@demo');
  await heading(page, 'Choose a PIN').waitFor({ timeout: 30_000 });
  await button(page, 'Skip').click();
  await open(page, 'Accounts', 'Account', account.name);
});
