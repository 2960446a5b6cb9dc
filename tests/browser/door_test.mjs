// SPDX-License-Identifier: Apache-2.0
//
// The door without screens: the real worker, engine, files and server. What is acknowledged stays, whatever dies.
import assert from 'node:assert/strict';
import { files_holding } from './harness/device.mjs';
import { kPassword } from './harness/server.mjs';
import { test, until } from './harness/test.mjs';

const ask = (page, question) => page.evaluate((q) => window.door.ask(q), question);
const act = (page, action) => page.evaluate((a) => window.door.act(a), action);
const list = (page, set, more = {}) => ask(page, { ask: 'list', set, from: 0, to: 200, ...more });

async function open_door(page, server) {
  await page.goto(server.url);
  await until(() => page.evaluate(() => window.seen?.engine.at(-1) === 'ready'), 'an engine', 30_000);
}

/** Signs in without a PIN and waits for the end of the first sync. */
async function sign_in(page, server, user = 'east1@demo') {
  await open_door(page, server);
  await act(page, { do: 'sign_in', server: server.url, user, password: kPassword });
  await act(page, { do: 'set_pin', pin: null });
  await until(async () => {
    const status = await ask(page, { ask: 'status' });
    return status.last_sync !== null && status.first_sync === null;
  }, 'the first sync', 60_000);
}

/** The tab's worker of ours, as something to be mistreated. */
async function worker_of(page) {
  return until(() => page.workers().find((worker) => worker.url().includes('worker')), 'a worker');
}

const new_account = (name) => ({ do: 'create', set: 'accounts', id: crypto.randomUUID(), values: { name } });

test('nothing that lies on the disk can be read', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  await sign_in(device.page, server);
  const name = 'Quokka and Numbat Haulage';
  await act(device.page, new_account(name));
  const { rows } = await list(device.page, 'accounts');
  assert.ok(rows.some((row) => row.name === name));
  const control = 'a text that lies in the open';
  await device.page.evaluate(async (text) => {
    const file = await (await navigator.storage.getDirectory()).getFileHandle('control', { create: true });
    const stream = await file.createWritable();
    await stream.write(text);
    await stream.close();
  }, control);
  await device.close();
  assert.equal((await files_holding(device.profile, [control])).length, 1, 'the search finds what is there to be found');
  const names = [...rows.map((row) => row.name), kPassword];
  assert.deepEqual(await files_holding(device.profile, names), []);
});

test('it is all there again after a restart with the server dead, and goes up when the server is back', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  await sign_in(device.page, server);
  await server.stop('SIGKILL');
  const before = await list(device.page, 'accounts');
  const made = new_account('Written in a Tunnel');
  assert.equal((await act(device.page, made)).state, 'pending');
  await device.kill();
  await device.start();
  await open_door(device.page, server);
  const after = await list(device.page, 'accounts');
  assert.equal(after.total, before.total + 1);
  assert.equal((await ask(device.page, { ask: 'record', set: 'accounts', id: made.id })).row.state, 'pending');
  await server.start();
  await until(async () => (await ask(device.page, { ask: 'record', set: 'accounts', id: made.id })).row.state === 'sent', 'it is sent by itself');
  assert.equal((await server.api('GET', `accounts(${made.id})?$select=name`)).name, 'Written in a Tunnel');
});

test('a second tab sees the first one’s edits at once, and goes on when that one is closed', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  const first = device.page;
  await sign_in(first, server);
  const second = await device.tab();
  await open_door(second, server);
  const { rows } = await list(second, 'accounts');
  const { id, set } = rows[0];
  await second.evaluate((question) => {
    window.names = [];
    window.door.watch(question, (answer) => window.names.push(answer.row.name));
  }, { ask: 'record', set, id });
  await until(() => second.evaluate(() => window.names.length === 1), 'the first answer');
  await act(first, { do: 'update', set, id, values: { name: 'Edited in the first tab' } });
  await until(() => second.evaluate(() => window.names.at(-1) === 'Edited in the first tab'), 'the edit in the second tab', 2_000);

  await server.stop('SIGKILL');
  await act(first, { do: 'update', set, id, values: { name: 'The last word of the first tab' } });
  const asked = act(second, { do: 'update', set, id, values: { telephone1: '555 0199' } });
  await first.close();
  await asked;
  await until(() => second.evaluate(() => window.names.at(-1) === 'The last word of the first tab'), 'the second tab has the engine');
  const { row } = await ask(second, { ask: 'record', set, id });
  assert.equal(row.values.telephone1, '555 0199');
  assert.equal(row.name, 'The last word of the first tab');
  const third = await device.tab();
  await open_door(third, server);
  assert.equal((await ask(third, { ask: 'record', set, id })).row.name, row.name);
});

test('a worker that dies in the middle of saves loses none and doubles none (R4)', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  const { page } = device;
  await sign_in(page, server);
  const before = (await list(page, 'accounts')).total;
  const worker = await worker_of(page);
  const makes = Array.from({ length: 60 }, (_, i) => new_account(`Saved through a crash ${i}`));
  await page.evaluate((actions) => {
    window.outcomes = actions.map((action) => window.door.act(action));
    window.answered = 0;
    for (const outcome of window.outcomes) void outcome.then(() => ++window.answered);
  }, makes);
  await until(() => page.evaluate(() => window.answered > 5), 'some are saved');
  await worker.evaluate(() => self.close()).catch(() => {});
  const states = await page.evaluate(() => Promise.all(window.outcomes).then((all) => all.map(({ id }) => id)));
  assert.deepEqual(states, makes.map(({ id }) => id));
  assert.equal((await list(page, 'accounts')).total, before + 60);
  await act(page, { do: 'sync' });
  await until(async () => (await ask(page, { ask: 'status' })).pending === 0, 'all are sent', 30_000);
  const there = await server.rows("accounts?$select=name&$filter=startswith(name,'Saved through a crash')");
  assert.equal(new Set(there.map(({ name }) => name)).size, 60);
  assert.equal(there.length, 60);
});

test('a worker that hangs is replaced', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  const { page } = device;
  await sign_in(page, server);
  const worker = await worker_of(page);
  // In a task of its own: what the debugger runs itself can't be terminated.
  await worker.evaluate(() => void setTimeout(() => { for (;;); }, 0));
  const made = new_account('Asked of a hanging worker');
  const saved = act(page, made);
  assert.equal((await saved).id, made.id);
  assert.equal((await ask(page, { ask: 'record', set: 'accounts', id: made.id })).row.name, made.values.name);
});

test('the browser killed in the middle of saves keeps every one that was acknowledged', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  await sign_in(device.page, server);
  const saved = [];
  await device.context.exposeFunction('saved', (id) => void saved.push(id));
  void device.page
    .evaluate(async () => {
      for (let i = 0; ; ++i) {
        const action = { do: 'create', set: 'accounts', id: crypto.randomUUID(), values: { name: `Until the end ${i}` } };
        window.saved((await window.door.act(action)).id);
      }
    })
    .catch(() => {});
  await until(() => saved.length >= 25, 'some are saved');
  await device.kill();
  await device.start();
  await open_door(device.page, server);
  for (const id of saved) assert.ok((await ask(device.page, { ask: 'record', set: 'accounts', id })).row, id);
});

test('signing out leaves nothing, and another may sign in', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  const { page } = device;
  await sign_in(page, server);
  assert.equal((await ask(page, { ask: 'session' })).user, 'east1@demo');
  await act(page, { do: 'sign_out', discard: false });
  await until(async () => (await ask(page, { ask: 'session' })).state === 'get_started', 'nobody is signed in');
  await sign_in(page, server, 'west1@demo');
  assert.equal((await ask(page, { ask: 'session' })).user, 'west1@demo');
});
