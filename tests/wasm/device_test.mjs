#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The device as WebAssembly against a real server: from signing in to a tab that is killed in the middle of a save.
import assert from 'node:assert/strict';
import { App, Killed, RefusedError, Slots } from './host.mjs';
import { runTests, Server, test } from './support.mjs';

const password = 'satchel-demo';
const server = await Server.start('--records', '3000');

const signIn = (user = 'east1@demo', word = password) => ({ do: 'sign_in', server: server.url, user, password: word });
const list = (set, rest = {}) => ({ ask: 'list', set, from: 0, to: 50, ...rest });
const fresh = () => ({ slots: new Slots(), keyFile: null });

/** A signed-in app whose first sync is done. */
async function readyApp(kept = fresh(), user = 'east1@demo') {
  const app = await App.open(kept);
  await app.act(signIn(user));
  await app.act({ do: 'set_pin', pin: null });
  await app.until({ ask: 'status' }, (status) => status.first_sync === null && !status.syncing && status.search_ready);
  return app;
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
  throw new Error('it was not refused');
}

const sleepUntil = async (fits, seconds = 20) => {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((done) => setTimeout(done, 20)))
    if (await fits()) return;
  throw new Error(`waited ${seconds} s`);
};

/** One app that most tests look at. */
const shared = fresh();
let app;

test('sign in, first sync, list, record', async () => {
  app = await App.open(shared);
  const states = [];
  app.watch({ ask: 'session' }, (session) => states.push(session.state));
  await app.act(signIn());
  await app.until({ ask: 'session' }, (session) => session.state === 'choose_pin');
  await app.act({ do: 'set_pin', pin: null });
  await app.until({ ask: 'status' }, (status) => status.first_sync === null && status.search_ready);
  assert.deepEqual(states, ['get_started', 'choose_pin', 'signed_in']);
  const contacts = await app.until(list('contacts', { view: 'active' }), (answer) => answer.total !== null);
  assert.equal(contacts.rows.length, 50);
  assert.equal(contacts.loading, false);
  const record = await app.ask({ ask: 'record', set: 'contacts', id: contacts.rows[0].id });
  assert.equal(record.row.name, contacts.rows[0].name);
  assert.equal(record.row.values.parentcustomerid?.set ?? 'accounts', 'accounts');
  assert.equal(record.can_write.may, true);
});

test('while somebody types his password the store is made; nobody is signed in by that, nor after a restart', async () => {
  const kept = fresh();
  const typing = await App.open(kept);
  assert.equal(kept.keyFile, null);
  await typing.act({ do: 'active' });
  assert.notEqual(kept.keyFile, null);
  assert.equal((await typing.ask({ ask: 'session' })).state, 'get_started');
  typing.kill();
  const later = await App.open(kept);
  assert.equal((await later.ask({ ask: 'session' })).state, 'get_started');
  await later.act(signIn());
  await later.until({ ask: 'session' }, (session) => session.state === 'choose_pin');
  later.kill();
});

test('the schema has a form for each table, and no column in it twice', async () => {
  const schema = await app.ask({ ask: 'schema' });
  assert.ok(schema.tables.length > 10);
  for (const table of schema.tables) {
    const names = new Set(table.columns.map((column) => column.name));
    const shown = table.form.sections.flatMap((section) => section.columns);
    assert.equal(new Set(shown).size, shown.length, table.set);
    for (const name of [...shown, ...table.form.header, ...table.form.quick_create, ...table.views.flatMap((view) => view.columns)])
      assert.ok(names.has(name), `${table.set}.${name}`);
    if (!table.can.create) continue;
    // A yes or no has its value from the beginning.
    for (const column of table.columns)
      if (column.required === 'required' && column.writable && !column.hidden && column.type !== 'boolean') assert.ok(shown.includes(column.name), `${table.set}.${column.name}`);
  }
  const account = schema.tables.find((table) => table.set === 'accounts');
  assert.ok(account.form.related.some((related) => related.set === 'contacts'));
  assert.ok(account.form.timeline);
});

test('an edit is there at once, goes up by itself, and is marked sent', async () => {
  const { rows } = await app.ask(list('contacts'));
  const states = [];
  const letGo = app.watch({ ask: 'record', set: 'contacts', id: rows[0].id }, (answer) => states.push(answer.row.state));
  const saved = await app.act({ do: 'update', set: 'contacts', id: rows[0].id, values: { jobtitle: 'Lighthouse keeper' } });
  assert.equal(saved.state, 'pending');
  await sleepUntil(async () => (await server.request('GET', `contacts(${rows[0].id})?$select=jobtitle`)).jobtitle === 'Lighthouse keeper');
  await sleepUntil(() => states.at(-1) === 'sent');
  letGo();
  assert.equal(states[0], 'on_this_device');
  assert.ok(states.includes('pending'));
});

test('a change of somebody else is told to who watches, behind a nudge', async () => {
  const { rows } = await app.ask(list('accounts'));
  const id = rows[0].id;
  const told = app.until({ ask: 'record', set: 'accounts', id }, (answer) => answer.row.values.telephone1 === '555 7777');
  await server.request('PATCH', `accounts(${id})`, { telephone1: '555 7777' });
  await app.act({ do: 'nudge', why: 'focus' });
  await told;
});

test('search, timeline, home, pickers and charts answer', async () => {
  const { rows } = await app.ask(list('accounts'));
  const hits = await app.ask({ ask: 'search', text: rows[0].name.slice(0, 5) });
  assert.ok(hits.hits.length > 0 && !hits.preparing);
  const found = await app.ask(list('accounts', { search: rows[0].name.split(' ')[0] }));
  assert.ok(found.rows.some((row) => row.id === rows[0].id));
  const day = { from: '2026-11-25T00:00:00Z', until: '2026-11-26T00:00:00Z' };
  const home = await app.ask({ ask: 'home', day });
  assert.ok(Array.isArray(home.overdue) && Array.isArray(home.today) && home.recent.length > 0);
  const { candidates } = await app.ask({ ask: 'candidates', set: 'contacts', column: 'parentcustomerid', text: '' });
  assert.ok(candidates.length > 3);
  const tasks = await app.ask(list('tasks', { filter: 'regardingobjectid ne null', columns: ['regardingobjectid'] }));
  const about = tasks.rows.find((row) => row.values.regardingobjectid).values.regardingobjectid;
  const timeline = await app.ask({ ask: 'timeline', set: about.set, id: about.id, to: 10 });
  assert.ok(timeline.entries.length > 0);
});

test('closed and opened again without a server, everything is there', async () => {
  const { rows } = await app.ask(list('contacts'));
  app.offline = true;
  await app.act({ do: 'update', set: 'contacts', id: rows[1].id, values: { jobtitle: 'Cartographer' } });
  app.kill();
  const second = await App.open(shared, (opening) => Object.assign(opening, { offline: true }));
  const record = await second.ask({ ask: 'record', set: 'contacts', id: rows[1].id });
  assert.equal(record.row.values.jobtitle, 'Cartographer');
  assert.equal(record.row.state, 'pending');
  await second.until({ ask: 'status' }, (status) => status.connection === 'offline' && status.trouble !== '');
  second.offline = false;
  await second.act({ do: 'reconnect' });
  await second.until({ ask: 'status' }, (status) => status.pending === 0);
  assert.equal((await server.request('GET', `contacts(${rows[1].id})?$select=jobtitle`)).jobtitle, 'Cartographer');
  app = second;
});

test('with an unsent change, a server that comes back is found within 10 s', async () => {
  const { rows } = await app.ask(list('contacts'));
  await server.stop('SIGKILL');
  await app.act({ do: 'update', set: 'contacts', id: rows[2].id, values: { jobtitle: 'Night porter' } });
  await app.until({ ask: 'status' }, (status) => status.connection === 'offline');
  await new Promise((done) => setTimeout(done, 12000));
  await server.run();
  await app.until({ ask: 'status' }, (status) => status.pending === 0, 10);
});

test('a portal that answers with its own page counts as offline and says so', async () => {
  // A sync that is under way already has answers of the server itself.
  await app.until({ ask: 'status' }, (status) => !status.syncing);
  app.answerWith = () => new Response('<html>Log in to our network</html>', { headers: { 'Content-Type': 'text/html' } });
  const came = await app.act({ do: 'reconnect' });
  app.answerWith = null;
  assert.equal(came.connected, false);
  assert.match(came.sentence, /sign-in page/);
  assert.equal((await app.act({ do: 'reconnect' })).connected, true);
});

test('no text of a record stands in any slot', async () => {
  const names = [];
  for (const set of ['contacts', 'accounts', 'opportunities']) names.push(...(await app.ask(list(set))).rows.map((row) => row.name));
  assert.ok(names.length > 100);
  assert.ok(shared.slots.used > 500_000);
  for (const name of [...names, 'SQLite format 3', 'create table', 'Lighthouse keeper', 'east1@demo'])
    assert.equal(shared.slots.holds(name), false, name);
  const control = new Slots();
  control.write(control.open('plain', true), new TextEncoder().encode(`row ${names[0]} row`), 0);
  assert.ok(control.holds(names[0]));
});

test('with a PIN: locked at the next start, a wrong one is counted, the right one opens', async () => {
  const kept = fresh();
  let first = await readyApp(kept);
  await first.act({ do: 'set_pin', pin: '4711' });
  const { rows } = await first.ask(list('contacts'));
  first.kill();
  assert.ok(!kept.keyFile.includes('4711') && JSON.parse(kept.keyFile).protection === 'pin');

  let second = await App.open(kept);
  const session = await second.ask({ ask: 'session' });
  assert.deepEqual([session.state, session.user, session.tries_left], ['locked', 'east1@demo', 7]);
  assert.equal((await refusal(second.ask(list('contacts')))).code, 'locked');
  const watched = second.until(list('contacts'), (answer) => answer.rows.length > 0);
  const keyBefore = kept.keyFile;
  assert.equal((await refusal(second.act({ do: 'unlock', pin: '0000' }))).code, 'wrong_password');
  assert.notEqual(kept.keyFile, keyBefore);
  second.kill();
  second = await App.open(kept);
  assert.equal((await second.ask({ ask: 'session' })).tries_left, 6);
  const list2 = second.until(list('contacts'), (answer) => answer.rows.length > 0);
  await second.act({ do: 'unlock', pin: '4711' });
  assert.equal((await list2).rows[0].id, rows[0].id);
  await second.act({ do: 'lock' });
  assert.equal((await second.ask({ ask: 'session' })).state, 'locked');
  second.kill();
  watched.catch(() => {});
});

test('seven wrong PINs lock for good, each slower than the last', async () => {
  const kept = fresh();
  const first = await App.open(kept);
  await first.act(signIn());
  await first.act({ do: 'set_pin', pin: '4711' });
  first.kill();
  const second = await App.open(kept);
  for (let i = 0; i < 7; ++i) {
    const session = await second.ask({ ask: 'session' });
    if (session.wait_until) second.clockOffset += session.wait_until - Date.now() - second.clockOffset;
    await refusal(second.act({ do: 'unlock', pin: '0000' }));
  }
  assert.equal((await refusal(second.act({ do: 'unlock', pin: '4711' }))).code, 'locked');
  assert.equal((await second.ask({ ask: 'session' })).tries_left, 0);
  second.kill();
});

test('killed between any two host calls of a save: nothing that was answered is lost, nothing is half there', async () => {
  const kept = fresh();
  const first = await readyApp(kept);
  const { rows } = await first.ask(list('contacts'));
  first.kill();
  const measure = await App.open({ slots: kept.slots.copy(), keyFile: kept.keyFile }, (opening) => Object.assign(opening, { offline: true }));
  const before = measure.calls;
  await measure.act({ do: 'update', set: 'contacts', id: rows[0].id, values: { jobtitle: 'Diver', telephone1: '1' } });
  const calls = measure.calls - before;
  measure.kill();
  let lost = 0, kept_ = 0;
  for (let after = 0; after <= calls; ++after) {
    const copy = { slots: kept.slots.copy(), keyFile: kept.keyFile };
    const dying = await App.open(copy, (opening) => Object.assign(opening, { offline: true }));
    dying.callsLeft = after;
    const answered = await dying.act({ do: 'update', set: 'contacts', id: rows[0].id, values: { jobtitle: 'Diver', telephone1: '1' } }).then(() => true, (error) => {
      assert.ok(error instanceof Killed);
      return false;
    });
    dying.kill();
    const reopened = await App.open(copy, (opening) => Object.assign(opening, { offline: true }));
    const { row } = await reopened.ask({ ask: 'record', set: 'contacts', id: rows[0].id });
    const outbox = (await reopened.ask({ ask: 'outbox' })).value;
    const isThere = row.values.jobtitle === 'Diver';
    assert.equal(row.values.telephone1 === '1', isThere);
    assert.equal(row.state, isThere ? 'pending' : 'on_this_device');
    assert.equal(outbox.length, isThere ? 1 : 0);
    assert.ok(isThere || !answered, `answered, but lost after ${after} host calls`);
    isThere ? (kept_ += 1) : (lost += 1);
    reopened.kill();
  }
  assert.ok(lost > 0 && kept_ > 0, `${lost} lost, ${kept_} kept`);
});

test('killed anywhere in a first sync, it goes on where it was', async () => {
  const kept = fresh();
  let current = await App.open(kept);
  await current.act(signIn());
  await current.act({ do: 'set_pin', pin: null });
  let kills = 0;
  for (let budget = 60; budget < 40_000; budget = Math.ceil(budget * 1.7)) {
    current.callsLeft = budget;
    await sleepUntil(async () => current.isDead || (await current.ask({ ask: 'status' }).catch(() => ({ first_sync: 1 }))).first_sync === null);
    if (!current.isDead) break;
    kills += 1;
    current = await App.open(kept);
    assert.equal(current.brokenSentence, '');
  }
  current.callsLeft = Infinity;
  await current.until({ ask: 'status' }, (status) => status.first_sync === null && !status.syncing && status.search_ready);
  assert.ok(kills >= 3, `${kills} kills`);
  const rows = async (which) => (await which.ask({ ask: 'status' })).tables.map((table) => [table.set, table.rows]);
  await app.act({ do: 'sync' });
  assert.deepEqual(await rows(current), await rows(app));
  current.kill();
});

test('no room left: the save is refused with a sentence, what is there stays, and there is room again later', async () => {
  const kept = fresh();
  const full = await readyApp(kept);
  const { rows } = await full.ask(list('contacts'));
  full.offline = true;
  kept.slots.quota = kept.slots.used;
  let refused = null;
  for (let i = 0; i < 400 && !refused; ++i)
    refused = await full
      .act({ do: 'create', set: 'contacts', id: crypto.randomUUID(), values: { lastname: `Number ${i}`, description: 'x'.repeat(1900) } })
      .then(() => null, (error) => error.refusal);
  assert.equal(refused?.code, 'disk_full');
  assert.equal((await full.ask({ ask: 'record', set: 'contacts', id: rows[0].id })).row.name, rows[0].name);
  kept.slots.quota = Infinity;
  await full.act({ do: 'update', set: 'contacts', id: rows[0].id, values: { jobtitle: 'Archivist' } });
  full.kill();
  const again = await App.open(kept, (opening) => Object.assign(opening, { offline: true }));
  assert.equal((await again.ask({ ask: 'record', set: 'contacts', id: rows[0].id })).row.values.jobtitle, 'Archivist');
  again.kill();
});

test('storage that can no longer be read is said, not guessed', async () => {
  const kept = fresh();
  const first = await readyApp(kept);
  first.kill();
  kept.slots.isBroken = true;
  const second = await App.open(kept);
  assert.notEqual(second.brokenSentence, '');
  second.kill();
});

test('a device whose clock is years off syncs and saves all the same', async () => {
  const kept = fresh();
  const late = await App.open(kept, (opening) => Object.assign(opening, { clockOffset: -5 * 365 * 86400_000 }));
  await late.act(signIn());
  await late.act({ do: 'set_pin', pin: null });
  await late.until({ ask: 'status' }, (status) => status.first_sync === null && !status.syncing);
  const { rows } = await late.ask(list('contacts'));
  await late.act({ do: 'update', set: 'contacts', id: rows[3].id, values: { jobtitle: 'Horologist' } });
  await late.until({ ask: 'status' }, (status) => status.pending === 0);
  late.kill();
});

test('sign-out asks while something is unsent, then leaves nothing', async () => {
  const kept = fresh();
  const leaving = await readyApp(kept);
  const { rows } = await leaving.ask(list('contacts'));
  leaving.offline = true;
  await leaving.act({ do: 'update', set: 'contacts', id: rows[0].id, values: { jobtitle: 'x' } });
  const refused = await refusal(leaving.act({ do: 'sign_out', discard: false }));
  assert.equal(refused.rule, 'D3');
  await leaving.act({ do: 'sign_out', discard: true });
  assert.equal(leaving.erased, true);
  assert.equal(kept.keyFile, null);
  assert.equal((await leaving.ask({ ask: 'session' })).state, 'get_started');
  leaving.kill();
});

await runTests();
