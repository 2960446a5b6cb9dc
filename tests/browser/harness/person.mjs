// SPDX-License-Identifier: Apache-2.0
//
// A person at the app's screens: finds everything by its accessible role and name, as a screen reader would.
import { is_api } from './gate.mjs';
import { kPassword } from './server.mjs';
import { until } from './test.mjs';

export const button = (on, name) => on.getByRole('button', { name, exact: true });
export const heading = (on, name) => on.getByRole('heading', { name, exact: typeof name === 'string' });
export const field = (on, label) => on.getByLabel(label, { exact: true });

/** Opens the app and signs in; with `pin`, chooses it. */
export async function sign_in(page, url, { user = 'east1@demo', pin = null } = {}) {
  await page.goto(url);
  await fill_sign_in(page, user);
  await heading(page, 'Choose a PIN').waitFor({ timeout: 60_000 });
  if (pin !== null) {
    await field(page, 'PIN').fill(pin);
    await button(page, 'Continue').click();
  } else {
    await button(page, 'Skip').click();
  }
  await navigation(page).waitFor();
}

export async function fill_sign_in(page, user, password = kPassword) {
  await heading(page, "Let's get started").waitFor({ timeout: 30_000 });
  await field(page, 'User name').fill(user);
  await field(page, 'Password').fill(password);
  await button(page, 'Sign in').click();
}

const navigation = (page) => page.getByRole('navigation', { name: 'Main' });

/** By the navigation: `name` is a plural label, or how the link begins ("Conflicts"). */
export async function go_to(page, name) {
  await navigation(page)
    .getByRole('link', { name: new RegExp(`^${name}( \\d+)?$`) })
    .click();
  await heading(page, name).waitFor();
}

/** On the page "Sync status": the text behind `name`. */
async function figure(page, name) {
  const text = await page.getByRole('main').innerText();
  return new RegExp(`${name}\\s*\\n+\\s*([^\\n]*)`).exec(text)?.[1] ?? null;
}

export async function first_sync_done(page) {
  await go_to(page, 'Sync status');
  await until(async () => {
    const last = await figure(page, 'Last sync');
    return last !== null && last !== 'Never' && (await page.getByRole('progressbar', { name: 'First sync' }).count()) === 0;
  }, 'the first sync is done');
}

/** On the page "Sync status". */
export async function pending(page) {
  return figure(page, 'Pending changes');
}

/** Signs in, lets the first sync end, and lets the service worker have the page, as after a while of use. */
export async function settle_in(device, url, options) {
  await sign_in(device.page, url, options);
  await first_sync_done(device.page);
  await device.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
}

/** The record that is open; on a tablet its list stands beside it. */
export const record = (page, label) => page.getByRole('region', { name: `${label} record`, exact: true });

export const is_offline = (page) => page.getByRole('status').filter({ hasText: /^Offline/ });

/** As a link would, without loading the page anew. */
export async function visit(page, address) {
  await page.evaluate((to) => {
    const link = document.createElement('a');
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, address);
}

/** Opens the record called `name` from its table's list. */
export async function open(page, plural, label, name) {
  await go_to(page, plural);
  await page.getByRole('searchbox', { name: 'Search' }).fill(name);
  await page.getByRole('link', { name, exact: true }).first().click();
  await record(page, label).getByRole('heading', { name, exact: true }).waitFor();
}

/** Opens a record by its address, as a link in a message would. */
export async function open_address(page, label, address, name) {
  await page.goto(address);
  await record(page, label).getByRole('heading', { name, exact: true }).waitFor({ timeout: 30_000 });
}

/** Follows a link to a record, and has it read. */
export async function read(page, label, address, name) {
  await visit(page, address);
  await record(page, label).getByRole('heading', { name, exact: true }).waitFor({ timeout: 30_000 });
}

/** The line is broken by now: has the app find that out. */
export async function notice_offline(page) {
  await go_to(page, 'Sync status');
  await button(page, 'Sync now').click();
  await is_offline(page).waitFor({ timeout: 30_000 });
}

/** The line breaks, and the app knows. */
export async function lose_line({ gate, page }) {
  gate.cut(is_api);
  await notice_offline(page);
}

/** The server is back. The app may find it by itself before the tap. */
export async function reconnect(page) {
  await button(page, 'Reconnect').click({ timeout: 2_000 }).catch(() => {});
  await until(async () => (await is_offline(page).count()) === 0, 'connected');
}

export const sync_now = async (page) => {
  await go_to(page, 'Sync status');
  await button(page, 'Sync now').click();
  await page.getByText('Synced.', { exact: true }).first().waitFor();
};

// ---- drafts ----------------------------------------------------------------------------------------------------------------

export const drafts = (page) => page.getByRole('article', { name: /^Draft: / });

/** The navigation's link, which tells how many. */
export const drafts_counted = (page, number) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: new RegExp(`^Draft Records ${number}$`) });

/** Saves the new form, which becomes a draft. */
export async function keep_as_draft(page, label) {
  await button(page, 'Save').click();
  await record(page, label).getByText('On this device only', { exact: true }).waitFor();
  return id_in(page);
}

/** Begins an account called `name`; not saved yet. */
export async function begin_account(page, name) {
  await go_to(page, 'Accounts');
  await button(page, 'New').click();
  await heading(page, 'New account').waitFor();
  await field(page, 'Account Name').fill(name);
}

/** Saves the open form and waits until that is acknowledged: then there is nothing more to save. */
export async function save(page) {
  await button(page, 'Save').click();
  await page.getByRole('button', { name: 'Save', exact: true, disabled: true }).waitFor();
  await page.getByText('Saved on this device.').first().waitFor();
}

/** The open record is marked "Pending", "Sent" … */
export async function marked(page, label, state, milliseconds = 20_000) {
  await record(page, label).getByText(state, { exact: true }).first().waitFor({ timeout: milliseconds });
}

export function id_in(page) {
  return new URL(page.url()).pathname.split('/')[2];
}
