// SPDX-License-Identifier: Apache-2.0
//
// What lies on the disk after a day at the screens, read as a thief would: every file of the browser's profile.
import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { button, field, first_sync_done, go_to, heading, marked, record, save, sign_in } from './harness/person.mjs';
import { files_holding } from './harness/device.mjs';
import { kPassword } from './harness/server.mjs';
import { test, until } from './harness/test.mjs';

const kPin = '739164';
const kKept = 'Quokka and Numbat Haulage';
const kDeleted = 'Bandicoot Wool Brokers';
const kSearched = 'pademelon';
const kTyped = 'Wombat unloading at pier nine';

/** The token that the browser sends. */
async function token_of(device, work) {
  let token = null;
  device.context.on('request', (request) => (token ??= /^Bearer (.+)$/.exec(request.headers()['authorization'] ?? '')?.[1]));
  await work();
  return until(() => token, 'a request with a token');
}

async function make_account(page, name) {
  await go_to(page, 'Accounts');
  await button(page, 'New').click();
  await heading(page, 'New account').waitFor();
  await field(page, 'Account Name').fill(name);
  await save(page);
  await marked(page, 'Account', 'Sent');
}

test('a day’s work can’t be read from the disk: not records, deleted or kept, nor words, PIN or tokens', {}, async (t) => {
  const server = await t.server();
  const device = await t.device();
  const { page } = device;
  await sign_in(page, server.url, { pin: kPin });
  await first_sync_done(page);
  const token = await token_of(device, () => make_account(page, kKept));
  await make_account(page, kDeleted);
  await button(page, 'Delete').click();
  await button(page.getByRole('alertdialog', { name: 'Delete' }), 'Delete').click();
  await page.getByRole('searchbox', { name: 'Search' }).fill(kSearched);
  await page.getByText('Nothing found on this device').waitFor();
  await go_to(page, 'Sync status');
  await until(async () => (await server.rows(`accounts?$filter=name eq '${kDeleted}'`)).length === 0, 'the delete has gone up', 30_000);
  // A form left half filled is kept too.
  await go_to(page, 'Contacts');
  await page.getByRole('list').getByRole('link').first().click();
  await field(record(page, 'Contact'), 'Department').fill(kTyped);
  await page.getByText('Unsaved changes').waitFor();
  await device.page.evaluate(leave_something_readable, 'a text that lies in the open');
  await device.close();

  assert.equal((await files_holding(device.profile, ['a text that lies in the open'])).length, 1, 'the search finds what is there to be found');
  const accounts = await server.rows('accounts?$select=name&$top=100', 'east1@demo');
  const contacts = await server.rows('contacts?$select=lastname,emailaddress1&$top=100', 'east1@demo');
  const words = [...accounts.map(({ name }) => name), ...contacts.flatMap((each) => [each.emailaddress1, each.lastname].filter((text) => text?.length > 6))];
  assert.ok(words.length > 50);
  assert.deepEqual(await files_holding(device.profile, [...words, kKept, kDeleted, kSearched, kTyped, token, kPassword]), []);
  // A few digits stand in any large file: they are looked for where the app itself writes.
  assert.deepEqual(await own_files_holding(device.profile, kPin), []);
});

/** In the page. */
async function leave_something_readable(text) {
  const file = await (await navigator.storage.getDirectory()).getFileHandle('control', { create: true });
  const stream = await file.createWritable();
  await stream.write(text);
  await stream.close();
}

/** Files of the origin's storage (OPFS, IndexedDB, local storage) with `text`. */
async function own_files_holding(profile, text) {
  const found = [];
  const own = /(File System|IndexedDB|Local Storage|Session Storage|WebStorage)/;
  for (const entry of await readdir(profile, { recursive: true })) {
    const path = join(profile, entry);
    if (own.test(entry) && (await stat(path)).isFile() && (await readFile(path)).includes(text)) found.push(entry);
  }
  return found;
}
