// SPDX-License-Identifier: Apache-2.0
//
// Bad days, through the real screens: whatever the network, the server or the browser does, it is said in a plain sentence, and
// nothing that was acknowledged is lost.
import assert from 'node:assert/strict';
import { is_api } from './harness/gate.mjs';
import { button, field, fill_sign_in, first_sync_done, go_to, heading, is_offline, marked, open, pending, record, save, settle_in, sign_in } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const phone = (page) => field(record(page, 'Account'), 'Main Phone');

/** A device that has an account open, with a gate between it and the server. */
async function with_account_open(t, options = {}) {
  const server = await t.server(options);
  const gate = await t.gate(server);
  const device = await t.device();
  await settle_in(device, gate.url);
  const [account] = await server.rows('accounts?$select=accountid,name&$orderby=name&$top=1', 'east1@demo');
  await open(device.page, 'Accounts', 'Account', account.name);
  return { server, gate, device, page: device.page, account };
}

async function edit(page, number) {
  await phone(page).fill(number);
  await save(page);
}

const phone_at = async (server, account) => (await server.api('GET', `accounts(${account.accountid})?$select=telephone1`)).telephone1;

test('a hotel’s sign-in page is no answer: it is said, and neither taken nor kept', {}, async (t) => {
  const { server, gate, page, account } = await with_account_open(t);
  gate.portal();
  await edit(page, '555 0201');
  await is_offline(page).waitFor();
  await marked(page, 'Account', 'Pending');
  await button(page, 'Reconnect').click();
  await page.getByText('This network answers with a page of its own').first().waitFor();
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update().catch(() => {}));
  await page.reload();
  await marked(page, 'Account', 'Pending');
  assert.equal(await phone(page).inputValue(), '555 0201');
  assert.deepEqual(await page.evaluate(kept_pages, 'Hotel Aurora'), []);
  gate.pass();
  await button(page, 'Reconnect').click();
  await marked(page, 'Account', 'Sent');
  assert.equal(await phone_at(server, account), '555 0201');
});

/** In the page: addresses in the service worker's caches that hold `text`. */
async function kept_pages(text) {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) if ((await (await cache.match(request)).text()).includes(text)) found.push(request.url);
  }
  return found;
}

test('a hotel’s sign-in page in the middle of an update is no part of the app', {}, async (t) => {
  const { server, gate, page } = await with_account_open(t);
  await page.reload(); // now the service worker has the page
  await record(page, 'Account').waitFor();
  await t.replace_app(server, await t.run.apps.next_version(await t.run.apps.folder('app'), 'two'));
  const look = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update().then(() => {}, () => {}));
  gate.portal(({ path }) => path !== '/service_worker.js');
  await look();
  await until(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).installing === null), 'the update has been tried');
  assert.equal(await button(page, 'Reload').count(), 0);
  assert.deepEqual(await page.evaluate(kept_pages, 'Hotel Aurora'), []);
  gate.pass();
  await look();
  const loaded = page.waitForEvent('load');
  await button(page, 'Reload').click();
  await loaded;
  await record(page, 'Account').waitFor();
});

test('a server that fails, and one that is too new for the app: it is said, and what waits goes up afterwards', {}, async (t) => {
  const { server, gate, page, account } = await with_account_open(t);
  gate.answer(503, '{"error":{"code":"0x0","message":"Down for an hour."}}', 'application/json', is_api);
  await edit(page, '555 0202');
  await is_offline(page).waitFor();
  gate.answer(502, '<html>Bad Gateway</html>', 'text/html', is_api);
  await button(page, 'Reconnect').click();
  await page.getByText("can't be reached just now").first().waitFor();
  await marked(page, 'Account', 'Pending');
  gate.pass();
  await marked(page, 'Account', 'Sent');
  assert.equal(await phone_at(server, account), '555 0202');

  const refusal = page.getByRole('alert').filter({ hasText: 'Update the app' });
  gate.rewrite({ 'satchel-wire': '0' }, is_api);
  await edit(page, '555 0203');
  await refusal.waitFor();
  await marked(page, 'Account', 'Pending');
  gate.pass();
  await marked(page, 'Account', 'Sent');
  assert.equal(await phone_at(server, account), '555 0203');
  await until(async () => (await refusal.count()) === 0, 'nothing is wrong any more');
});

test('a revoked sign-in is asked for again, and what waits goes on (S3)', { sizes: ['tablet'] }, async (t) => {
  const { server, page, account } = await with_account_open(t);
  await server.admin('revoke', 'east1@demo');
  await edit(page, '555 0204');
  await page.getByText('The server asks you to sign in again').waitFor();
  await marked(page, 'Account', 'Pending');
  await button(page, 'Sign in').click();
  await field(page, 'Password').fill('wrong');
  await button(page, 'Sign in').click();
  await page.getByRole('alert').filter({ hasText: /password/i }).waitFor();
  await fill_sign_in(page, 'east1@demo');
  await marked(page, 'Account', 'Sent');
  assert.equal(await phone_at(server, account), '555 0204');
});

for (const [which, now] of [['behind', '2035-06-01T09:00:00Z'], ['ahead', '2019-06-01T09:00:00Z']])
  test(`a device whose clock is years ${which} works as any other`, {}, async (t) => {
    const { server, gate, page, account } = await with_account_open(t, { options: ['--now', now] });
    await edit(page, '555 0205');
    await marked(page, 'Account', 'Sent');
    assert.equal(await phone_at(server, account), '555 0205');
    gate.answer(503, '', 'application/json', is_api);
    await edit(page, '555 0206');
    await server.api('PATCH', `accounts(${account.accountid})`, { telephone2: '555 0207' });
    await page.reload();
    await marked(page, 'Account', 'Pending');
    gate.pass();
    await marked(page, 'Account', 'Sent');
    await until(async () => (await field(record(page, 'Account'), 'Other Phone').inputValue()) === '555 0207', 'what came from elsewhere');
    assert.equal(await phone_at(server, account), '555 0206');
  });

test('the browser has emptied its storage: that is said, and a new first sync brings everything back', {}, async (t) => {
  const { gate, device, page, account } = await with_account_open(t);
  await page.goto(`${gate.url}/healthz`); // the same origin, without the app
  await until(() => page.evaluate(are_files_free), 'the files are free');
  const session = await device.context.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: gate.url, storageTypes: 'file_systems,indexeddb,cache_storage,service_workers' });
  await page.goto(gate.url);
  await page.getByText('The browser has removed what Satchel kept on this device').waitFor();
  await fill_sign_in(page, 'east1@demo');
  await button(page, 'Skip').click();
  await first_sync_done(page);
  await open(page, 'Accounts', 'Account', account.name);
});

test('records that can’t be read any more are no empty page: what happened is said', {}, async (t) => {
  const { gate, page } = await with_account_open(t);
  await page.goto(`${gate.url}/healthz`); // the same origin, without the app
  await until(() => page.evaluate(damage_store), 'the files are free');
  await page.goto(gate.url);
  await page.getByText('The app could not open its records').waitFor();
  await page.getByText('remove this site\'s data').waitFor();
  await button(page, 'Try again').waitFor();
  await t.shot(page, 'damaged');
});

/** In the page: whether the app has let go of all that it has written. */
async function are_files_free() {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('satchel');
  try {
    for await (const handle of folder.values()) await (await handle.createWritable({ keepExistingData: true })).abort();
    return true;
  } catch {
    return false;
  }
}

/** In the page: noise over everything that the app has written; false while the app still has its files. */
async function damage_store() {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('satchel');
  try {
    for await (const handle of folder.values()) {
      const { size } = await handle.getFile();
      const stream = await handle.createWritable({ keepExistingData: true });
      for (let at = 4096; at < size; at += 4096) await stream.write({ type: 'write', position: at, data: crypto.getRandomValues(new Uint8Array(4096)) });
      await stream.close();
    }
    return true;
  } catch {
    return false;
  }
}

test('no room: what can’t be kept is not acknowledged, what was is there, and with room it goes on', {}, async (t) => {
  const { server, gate, device, page, account } = await with_account_open(t);
  gate.answer(503, '', 'application/json', is_api);
  const session = await device.context.newCDPSession(page);
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin: gate.url });
  await session.send('Storage.overrideQuotaForOrigin', { origin: gate.url, quotaSize: Math.max(1, Math.floor(usage / 2)) });
  const text = (number) => `Note ${number}. ${'Nothing new under the sun. '.repeat(3_600)}`;
  // A sync that finds no room says so as well, above the page: the answer to the save is the message.
  const no_room = page.getByRole('log', { name: 'Messages' }).getByText('There is no room left on this device.');
  const note = field(page, 'New note');
  let kept = 0;
  await until(async () => {
    await note.fill(text(kept));
    await button(page, 'Add note').click();
    await until(async () => (await no_room.count()) > 0 || (await note.inputValue()) === '', 'an answer');
    if (await no_room.count()) return true;
    ++kept;
    assert.ok(kept < 200, 'the room never ends');
    return false;
  }, 'the room ends', 120_000);
  assert.equal(await note.inputValue(), text(kept), 'what was typed is not lost');
  await t.shot(page, 'no room');
  await session.send('Storage.overrideQuotaForOrigin', { origin: gate.url });
  await button(page, 'Add note').click();
  await until(async () => (await note.inputValue()) === '', 'with room it is kept');
  gate.pass();
  await go_to(page, 'Sync status');
  await until(async () => (await pending(page)) === '0', 'all is sent', 60_000);
  const there = await server.rows(`annotations?$select=notetext&$filter=_objectid_value eq ${account.accountid} and startswith(notetext,'Note ')`);
  assert.deepEqual(there.map(({ notetext }) => notetext.split('.')[0]).sort(), Array.from({ length: kept + 1 }, (_, i) => `Note ${i}`).sort());
});

test('a worker that dies in the middle of a save: the save is done once, and told', {}, async (t) => {
  const { server, gate, page, account } = await with_account_open(t);
  gate.answer(503, '', 'application/json', is_api);
  await phone(page).fill('555 0208');
  const worker = page.workers().find((each) => each.url().includes('worker'));
  const dead = worker.evaluate(() => self.close()).catch(() => {});
  await button(page, 'Save').click();
  await dead;
  await page.getByText('Saved on this device.').waitFor({ timeout: 40_000 });
  await marked(page, 'Account', 'Pending');
  gate.pass();
  await marked(page, 'Account', 'Sent');
  assert.equal(await phone_at(server, account), '555 0208');
});

test('a first sync that the browser’s end cuts short goes on where it was (R4)', {}, async (t) => {
  const server = await t.server({ records: 20_000 });
  const gate = await t.gate(server);
  const device = await t.device();
  const is_pull = ({ path }) => path.startsWith('/api/sync/v1/pull');
  const pulls = () => gate.seen.filter(is_pull);
  gate.hold((request) => is_pull(request) && pulls().length > 3);
  await sign_in(device.page, gate.url);
  await until(() => pulls().length > 3, 'some pages have come');
  await go_to(device.page, 'Sync status');
  await device.page.getByRole('progressbar', { name: 'First sync' }).waitFor();
  await device.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await device.kill();

  const before = pulls().length;
  const cursors = pulls().map(({ body }) => JSON.parse(body).cursor);
  gate.pass();
  await device.start();
  await device.page.goto(gate.url);
  await first_sync_done(device.page);
  const resumed = JSON.parse(pulls()[before].body).cursor;
  assert.ok(cursors.slice(-2).includes(resumed) && resumed !== null, 'at most one page comes again');
  await go_to(device.page, 'Accounts');
  await heading(device.page, 'Accounts').waitFor();
});
