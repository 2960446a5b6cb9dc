// SPDX-License-Identifier: Apache-2.0
//
// The ways to the app's screens, for those who take pictures of them. Elena works with offline sync, Dana with offline drafts.
import assert from 'node:assert/strict';
import { Gallery } from './gallery.mjs';
import { button, fill_sign_in, heading, visit } from './person.mjs';
import { until } from './test.mjs';

/** Most screens are looked at on both. */
export const kBothSizes = { sizes: ['phone', 'tablet'] };

/** Opens the app, types the name and the password, and leaves it there. */
export async function try_sign_in(page, server, { user = 'east1@demo', password } = {}) {
  await page.goto(server.url);
  await fill_sign_in(page, user, password);
}

/** Without a PIN; the first sync is over. */
export async function sign_in(page, server, user) {
  await try_sign_in(page, server, { user });
  await button(page, 'Skip').click({ timeout: 60_000 });
  await synced(page);
}

/** Home, with the first sync over. */
export async function synced(page) {
  await page.locator('.home .as-of').waitFor({ timeout: 60_000 });
  await page.locator('.first-sync').waitFor({ state: 'detached', timeout: 60_000 });
}

export async function open_list(page, set, plural) {
  await visit(page, `/${set}`);
  await heading(page, plural).waitFor();
  await page.locator('.list-pane .row').first().waitFor();
}

export async function open_record(page, set, id) {
  await visit(page, `/${set}/${id}`);
  await page.locator('.record-pane .save-bar').waitFor();
  await page.locator('.record-pane .skeleton').first().waitFor({ state: 'detached' });
}

/** The account that Elena has most to look at with: contacts, opportunities, activities, notes. */
export async function busiest_account(server) {
  const counts = new Map();
  for (const [set, key, most] of [['contacts', '_parentcustomerid_value', 1], ['opportunities', '_parentaccountid_value', 1], ['annotations', '_objectid_value', 2], ['phonecalls', '_regardingobjectid_value', 1], ['tasks', '_regardingobjectid_value', 1]])
    for (const row of await server.rows(`${set}?$select=${key}&$filter=${key} ne null`, 'east1@demo')) counts.set(row[key], (counts.get(row[key]) ?? 0) + most);
  const accounts = await server.rows('accounts?$select=accountid&$filter=revenue ne null and telephone1 ne null', 'east1@demo');
  return accounts.map(({ accountid }) => accountid).sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))[0];
}

/** The first row of a query that Elena may see and change. */
export async function first_id(server, set, key, query) {
  const [row] = await server.rows(`${set}?$select=${key}&$top=1&${query}`, 'east1@demo');
  assert.ok(row, `${set}?${query}`);
  return row[key];
}

/** The open form says that it's a draft. */
export async function is_draft(page) {
  await page.locator('.record-pane .notice').filter({ hasText: 'A draft, on this device only.' }).waitFor();
}

export async function scroll_to(page, locator) {
  await locator.evaluate((element) => element.scrollIntoView({ block: 'start' }));
}

export async function set_offline(page, on) {
  await visit(page, '/sync');
  const toggle = page.getByRole('switch', { name: /Work offline/ });
  // It turns when the engine has answered, which setChecked doesn't wait for.
  if ((await toggle.isChecked()) !== on) await toggle.click();
  const bar = page.getByRole('status').filter({ hasText: 'Offline' });
  await bar.waitFor({ state: on ? 'visible' : 'hidden' });
}

export async function begin(t, options) {
  const server = await t.server(options);
  const device = await t.device(options);
  const { page } = device;
  await sign_in(page, server, options?.user);
  return { server, device, page, gallery: new Gallery(t, page) };
}

// ---- edits that come into trouble ----------------------------------------------------------------------------------------------

/**
 * Offline, Elena changes two accounts of her team and gives a third one a new contact. `look` is called with what is on the screen.
 */
export async function edit_offline(page, server, look) {
  const team = await first_id(server, 'teams', 'teamid', "$filter=name eq 'East Sales'");
  const accounts = await server.rows(`accounts?$select=accountid,name&$top=3&$filter=_ownerid_value eq ${team}&$orderby=name`, 'east1@demo');
  const [changed, deleted, parent] = accounts.map(({ accountid }) => accountid);
  await set_offline(page, true);
  await look('offline status');
  for (const [id, city, text] of [[changed, 'Lisbon', 'Calls back in May, before the new warehouse opens'], [deleted, 'Porto', 'Prefers mail']]) {
    await open_record(page, 'accounts', id);
    await page.getByLabel('City').first().fill(city);
    await page.getByLabel('Description').fill(text);
    await button(page, 'Save').click();
    await page.locator('.save-bar .mark-pending').waitFor();
  }
  await look('account pending');
  await open_record(page, 'accounts', parent);
  await page.locator('.related').filter({ has: heading(page, 'Contacts') }).getByRole('button', { name: 'New' }).click();
  await heading(page, 'New contact').waitFor();
  await page.getByLabel('First Name').fill('Ada');
  await page.getByLabel('Last Name').fill('Byron');
  await look('new contact of an account');
  await button(page, 'Save').click();
  await page.locator('.save-bar .mark-pending').waitFor();
  return { changed, deleted, parent };
}

/** What the server has done meanwhile: changed the same, deleted one, and lost the new contact's account. */
export async function reconnect_to_trouble(page, server) {
  const { changed, deleted, parent } = await edit_offline(page, server, () => {});
  await server.api('PATCH', `accounts(${changed})`, { address1_city: 'Leeds', description: 'Calls back in June' }, 'east2@demo');
  await server.api('DELETE', `accounts(${deleted})`);
  await server.api('DELETE', `accounts(${parent})`);
  await button(page, 'Reconnect').click();
  await until(() => page.getByRole('link', { name: /^Conflicts [1-9]/ }).first().count(), 'a conflict');
  await until(() => page.getByRole('link', { name: /^Errors [1-9]/ }).first().count(), 'a refusal');
  return changed;
}
