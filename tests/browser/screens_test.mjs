// SPDX-License-Identifier: Apache-2.0
//
// Every screen and every state that matters, on a phone and on a tablet, light and dark: a picture of each for people to look at
// (SATCHEL_SHOTS), and of each what a machine can judge (harness/gallery.mjs).
import assert from 'node:assert/strict';
import { let_answers_be_altered } from './harness/altered_answers.mjs';
import { Gallery } from './harness/gallery.mjs';
import { visit } from './harness/person.mjs';
import { kPassword } from './harness/server.mjs';
import { SlowLine } from './harness/slow_line.mjs';
import { test, until } from './harness/test.mjs';

const kSizes = { sizes: ['phone', 'tablet'] };

// ---- ways --------------------------------------------------------------------------------------------------------------------

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: typeof name === 'string' });

async function fill_sign_in(page, server, { user = 'east1@demo', password = kPassword } = {}) {
  await page.goto(server.url);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').click();
}

async function sign_in(page, server, user) {
  await fill_sign_in(page, server, { user });
  await button(page, 'Skip').click({ timeout: 60_000 });
  await synced(page);
}

/** Home, with the first sync over. */
async function synced(page) {
  await page.locator('.home .as-of').waitFor({ timeout: 60_000 });
  await page.locator('.first-sync').waitFor({ state: 'detached', timeout: 60_000 });
}

async function open_list(page, set, plural) {
  await visit(page, `/${set}`);
  await heading(page, plural).waitFor();
  await page.locator('.list-pane .row').first().waitFor();
}

async function open_record(page, set, id) {
  await visit(page, `/${set}/${id}`);
  await page.locator('.record-pane .save-bar').waitFor();
  await page.locator('.record-pane .skeleton').first().waitFor({ state: 'detached' });
}

/** The account that Elena has most to look at with: contacts, opportunities, activities, notes. */
async function busiest_account(server) {
  const counts = new Map();
  for (const [set, key, most] of [['contacts', '_parentcustomerid_value', 1], ['opportunities', '_parentaccountid_value', 1], ['annotations', '_objectid_value', 2], ['phonecalls', '_regardingobjectid_value', 1], ['tasks', '_regardingobjectid_value', 1]])
    for (const row of await server.rows(`${set}?$select=${key}&$filter=${key} ne null`, 'east1@demo')) counts.set(row[key], (counts.get(row[key]) ?? 0) + most);
  const accounts = await server.rows('accounts?$select=accountid&$filter=revenue ne null and telephone1 ne null', 'east1@demo');
  return accounts.map(({ accountid }) => accountid).sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))[0];
}

/** The first row of a query that Elena may see and change. */
async function first_id(server, set, key, query) {
  const [row] = await server.rows(`${set}?$select=${key}&$top=1&${query}`, 'east1@demo');
  assert.ok(row, `${set}?${query}`);
  return row[key];
}

/** The open form says that it's a draft. */
async function is_draft(page) {
  await page.locator('.record-pane .notice').filter({ hasText: 'A draft, on this device only.' }).waitFor();
}

async function scroll_to(page, locator) {
  await locator.evaluate((element) => element.scrollIntoView({ block: 'start' }));
}

async function set_offline(page, on) {
  await visit(page, '/sync');
  const toggle = page.getByRole('switch', { name: /Work offline/ });
  await toggle.setChecked(on);
  const bar = page.getByRole('status').filter({ hasText: 'Offline' });
  await bar.waitFor({ state: on ? 'visible' : 'hidden' });
}

async function begin(t, options) {
  const server = await t.server(options);
  const device = await t.device(options);
  const { page } = device;
  await sign_in(page, server, options?.user);
  return { server, device, page, gallery: new Gallery(t, page) };
}

// ---- before one is in --------------------------------------------------------------------------------------------------------

test('gates', kSizes, async (t) => {
  const server = await t.server();
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await page.goto(server.url);
  await heading(page, "Let's get started").waitFor();
  await gallery.keep('get started');
  await fill_sign_in(page, server, { password: 'not this one' });
  await page.getByRole('alert').locator('.notice').waitFor();
  await gallery.keep('wrong password');
  await fill_sign_in(page, server);
  await heading(page, 'Choose a PIN').waitFor();
  await gallery.keep('choose pin');
  await page.getByLabel('PIN', { exact: true }).fill('12');
  await button(page, 'Continue').click();
  await page.getByRole('alert').locator('.notice').waitFor();
  await gallery.keep('pin too short');
  await page.getByLabel('PIN', { exact: true }).fill('2468');
  await button(page, 'Continue').click();
  await synced(page);
  await visit(page, '/settings');
  await button(page, 'Lock now').click();
  await button(page, 'Unlock').waitFor();
  await gallery.keep('unlock');
  await page.getByLabel('PIN', { exact: true }).fill('1111');
  await button(page, 'Unlock').click();
  await page.getByRole('alert').locator('.notice').waitFor();
  await gallery.keep('wrong pin');
  // From the third on there is a wait, and of the last ones it is said how many are left.
  for (let left = 5; left >= 3; --left) {
    await until(async () => (await button(page, 'Unlock').getAttribute('aria-disabled')) === 'false', 'another try');
    await page.getByLabel('PIN', { exact: true }).fill('1111');
    await button(page, 'Unlock').click();
    await page.getByText(`${left} tries are left.`).waitFor();
  }
  await page.getByText(/Try again in/).waitFor();
  await gallery.keep('wrong pin again');
  gallery.end();
});

test('first sync', kSizes, async (t) => {
  const server = await t.server({ records: 20_000 });
  const line = await new SlowLine().start(server.port);
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await fill_sign_in(page, line);
  await heading(page, 'Choose a PIN').waitFor();
  line.stand_still_after(0);
  await button(page, 'Skip').click();
  const progress = page.getByRole('progressbar', { name: 'First sync' });
  await progress.waitFor();
  await until(() => {
    line.stand_still_after(16_384);
    return progress.evaluate((bar) => bar.value > 0);
  }, 'some rows are here');
  await gallery.keep('home');
  await visit(page, '/sync');
  await progress.waitFor();
  await gallery.keep('status');
  await visit(page, '/accounts');
  await heading(page, 'Accounts').waitFor();
  await gallery.keep('list');
  await line.stop();
  gallery.end();
});

// ---- daily work --------------------------------------------------------------------------------------------------------------

test('home', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { records: 3000 });
  await open_record(page, 'accounts', await first_id(server, 'accounts', 'accountid', '$orderby=name'));
  await open_record(page, 'contacts', await first_id(server, 'contacts', 'contactid', '$orderby=fullname'));
  await visit(page, '/');
  await page.getByRole('region', { name: 'Recent' }).waitFor();
  await gallery.keep('home');
  if (t.size === 'phone') {
    await button(page, 'Menu').click();
    await page.getByRole('dialog', { name: 'Menu' }).waitFor();
    await gallery.keep('menu');
    await button(page, 'Close').click();
  }
  await page.getByRole('searchbox', { name: 'Search' }).fill('har');
  await page.getByRole('region', { name: 'Found' }).waitFor();
  await gallery.keep('search');
  await page.getByRole('searchbox', { name: 'Search' }).fill('zzqx');
  await page.getByText('Nothing found on this device').waitFor();
  await gallery.keep('search nothing');
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await button(page, 'Create').click();
  await page.getByRole('dialog', { name: 'Create' }).waitFor();
  await gallery.keep('create');
  await button(page, 'Contact').click();
  await page.getByRole('dialog', { name: 'New contact' }).waitFor();
  await gallery.keep('quick create');
  await button(page, 'Save').click();
  await page.locator('.field.wrong').first().waitFor();
  await gallery.keep('quick create wrong');
  await page.getByLabel('Last Name').fill('Byron');
  await button(page, 'Save').click();
  await page.getByText('Saved on this device.').waitFor();
  await gallery.keep('quick created');
  gallery.end();
});

test('lists', kSizes, async (t) => {
  const { page, gallery } = await begin(t, { records: 1200 });
  const tables = { accounts: 'Accounts', contacts: 'Contacts', opportunities: 'Opportunities', incidents: 'Cases', appointments: 'Appointments', tasks: 'Tasks', products: 'Products' };
  for (const [set, plural] of Object.entries(tables)) {
    await open_list(page, set, plural);
    await gallery.keep(`list ${plural}`);
  }
  gallery.end();
});

test('a list searched, filtered, sorted', kSizes, async (t) => {
  const { page, gallery } = await begin(t, { records: 1200 });
  await open_list(page, 'accounts', 'Accounts');
  await page.getByRole('searchbox', { name: 'Search' }).fill('ba');
  await page.locator('.list-pane .row').first().waitFor();
  await gallery.keep('list searched');
  await page.getByRole('searchbox', { name: 'Search' }).fill('zzqx');
  await page.getByText('Nothing found on this device').waitFor();
  await gallery.keep('list nothing found');
  await button(page, 'Clear').click();
  await button(page, 'Changed this week').click();
  await page.getByRole('combobox', { name: 'Order' }).selectOption({ index: 2 });
  await page.locator('.list-pane .row').first().waitFor();
  await gallery.keep('list filtered and sorted');
  await open_list(page, 'contacts', 'Contacts');
  await page.locator('.list-pane .scroller').evaluate((pane) => (pane.scrollTop = 2000));
  await gallery.keep('list scrolled');
  await button(page, 'Next steps').first().click();
  await page.getByRole('dialog').waitFor();
  await gallery.keep('list next steps');
  await button(page, 'Close').click();
  await open_list(page, 'incidents', 'Cases');
  await page.getByRole('combobox', { name: 'View' }).selectOption({ label: 'Escalated Cases' });
  await page.locator('.list-pane :is(.row, .empty)').first().waitFor();
  await gallery.keep('list escalated');
  gallery.end();
});

test('list that waits', kSizes, async (t) => {
  const server = await t.server();
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  // Holds back what this page asks its worker about lists and records.
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...more) {
      if (!window.holds || !/"ask":"(list|record|home)"/.test(message?.text ?? '')) post.call(this, message, ...more);
    };
  });
  await sign_in(page, server);
  await page.evaluate(() => (window.holds = true));
  await visit(page, '/leads');
  await heading(page, 'Leads').waitFor();
  await gallery.keep('list loading');
  await visit(page, `/accounts/${await first_id(server, 'accounts', 'accountid', '$orderby=name')}`);
  await page.locator('.record-pane .skeleton').waitFor();
  await gallery.keep('record loading');
  gallery.end();
});

test('a contact’s form', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { records: 1200 });
  const contact = await first_id(server, 'contacts', 'contactid', '$filter=_parentcustomerid_value ne null and telephone1 ne null&$orderby=fullname');
  await open_record(page, 'contacts', contact);
  const name = await page.locator('.record-head .title').innerText();
  await gallery.keep('contact');
  await scroll_to(page, page.locator('fieldset').nth(1));
  // The name and the way back stay in sight.
  await until(async () => (await page.locator('.record-bar').innerText()).includes(name), 'the bar has the name');
  await gallery.keep('contact address');
  await page.getByLabel('Job Title').fill('Head of Storage');
  await page.getByText('Unsaved changes').waitFor();
  await gallery.keep('contact edited');
  await page.getByLabel('Last Name').fill('');
  await page.getByLabel('Email', { exact: true }).fill('not a mail address');
  await button(page, 'Save').click();
  await page.locator('.field.wrong').first().waitFor();
  await gallery.keep('contact wrong');
  await button(page, 'Revert').click();
  await page.getByRole('combobox', { name: 'Company Name' }).click();
  await page.locator('.candidates li').first().waitFor();
  await gallery.keep('contact picker');
  await page.getByRole('combobox', { name: 'Company Name' }).fill('zzqx');
  await page.locator('.candidates-none').waitFor();
  await gallery.keep('contact picker nothing');
  await page.keyboard.press('Escape');
  gallery.end();
});

test('an account’s form, what belongs to it and what happened', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { records: 1200 });
  const account = await busiest_account(server);
  await open_record(page, 'accounts', account);
  await page.locator('.related .row').first().waitFor();
  await gallery.keep('account');
  await scroll_to(page, page.locator('fieldset').nth(3));
  await gallery.keep('account profile');
  await scroll_to(page, page.locator('.related').first());
  await gallery.keep('account related');
  await scroll_to(page, page.locator('.timeline'));
  await gallery.keep('account timeline');
  await visit(page, '/accounts');
  await button(page, 'New').first().click();
  await heading(page, 'New account').waitFor();
  await gallery.keep('new account');
  await visit(page, '/accounts/00000000-0000-7000-8000-000000000001');
  await page.getByText('Not on this device').first().waitFor();
  await gallery.keep('record not here');
  gallery.end();
});

test('forms of other tables', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { records: 1200 });
  await open_record(page, 'opportunities', await first_id(server, 'opportunities', 'opportunityid', '$filter=statecode eq 0 and estimatedvalue ne null&$orderby=name'));
  await gallery.keep('opportunity');
  await scroll_to(page, page.locator('fieldset').nth(3));
  await gallery.keep('opportunity amounts');
  await open_record(page, 'incidents', await first_id(server, 'incidents', 'incidentid', '$filter=statecode eq 0&$orderby=title'));
  await gallery.keep('case');
  await open_record(page, 'appointments', await first_id(server, 'appointments', 'activityid', '$filter=statecode eq 3 or statecode eq 0&$orderby=subject'));
  await page.locator('.party').first().waitFor();
  await gallery.keep('appointment');
  await page.getByRole('combobox', { name: 'Required' }).click();
  await page.getByRole('combobox', { name: 'Required' }).fill('an');
  await page.locator('.candidates li').first().waitFor();
  await gallery.keep('appointment party picker');
  await page.keyboard.press('Escape');
  await scroll_to(page, page.locator('fieldset').nth(1));
  await gallery.keep('appointment time');
  await open_record(page, 'products', await first_id(server, 'products', 'productid', '$orderby=name'));
  await gallery.keep('product');
  gallery.end();
});

test('delete', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await open_record(page, 'tasks', await first_id(server, 'tasks', 'activityid', "$filter=statecode eq 0 and Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')&$orderby=subject"));
  await gallery.keep('task');
  await button(page, 'Delete').click();
  await page.getByRole('alertdialog', { name: 'Delete' }).waitFor();
  await gallery.keep('asks');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await button(page, 'Undo').waitFor();
  await gallery.keep('deleted with undo');
  gallery.end();
});

// ---- what waits, and what went wrong -----------------------------------------------------------------------------------------

test('nothing waits', kSizes, async (t) => {
  const { page, gallery } = await begin(t);
  await visit(page, '/conflicts');
  await page.getByText('Nothing to decide').waitFor();
  await gallery.keep('no conflicts');
  await visit(page, '/errors');
  await page.getByText('Nothing was refused').waitFor();
  await gallery.keep('no errors');
  await visit(page, '/drafts');
  await page.getByText('No drafts').waitFor();
  await gallery.keep('drafts');
  gallery.end();
});

/**
 * Offline, Elena changes two accounts of her team and gives a third one a new contact. `look` is called with what is on the screen.
 */
async function edit_offline(page, server, look) {
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

test('edits offline', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await edit_offline(page, server, (what) => gallery.keep(what));
  await visit(page, '/');
  await page.getByRole('region', { name: 'Needs you' }).waitFor();
  await gallery.keep('home offline');
  await open_list(page, 'accounts', 'Accounts');
  await gallery.keep('list offline');
  await visit(page, '/sync');
  await page.getByRole('region', { name: 'Waiting to be sent' }).waitFor();
  await gallery.keep('outbox');
  gallery.end();
});

/** What the server has done meanwhile: changed the same, deleted one, and lost the new contact's account. */
async function reconnect_to_trouble(page, server) {
  const { changed, deleted, parent } = await edit_offline(page, server, () => {});
  await server.api('PATCH', `accounts(${changed})`, { address1_city: 'Leeds', description: 'Calls back in June' }, 'east2@demo');
  await server.api('DELETE', `accounts(${deleted})`);
  await server.api('DELETE', `accounts(${parent})`);
  await button(page, 'Reconnect').click();
  await until(() => page.getByRole('link', { name: /^Conflicts [1-9]/ }).first().count(), 'a conflict');
  await until(() => page.getByRole('link', { name: /^Errors [1-9]/ }).first().count(), 'a refusal');
  return changed;
}

test('conflicts', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  const changed = await reconnect_to_trouble(page, server);
  await visit(page, '/');
  await page.getByText(/Decide/).first().waitFor();
  await gallery.keep('home');
  await visit(page, '/conflicts');
  await page.locator('.conflict').first().waitFor();
  await gallery.keep('list');
  await open_record(page, 'accounts', changed);
  await page.locator('.mark-in_conflict').first().waitFor();
  await gallery.keep('record');
  await visit(page, '/conflicts');
  await button(page, 'Keep mine').first().click();
  await button(page, 'Undo').first().waitFor();
  // A record that is made anew shows itself.
  await visit(page, '/conflicts');
  await page.getByRole('region', { name: 'Decided' }).waitFor();
  await gallery.keep('decided');
  gallery.end();
});

test('refused changes', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await reconnect_to_trouble(page, server);
  await visit(page, '/errors');
  await page.locator('.refused').first().waitFor();
  await gallery.keep('list');
  await page.locator('.typed summary').first().click();
  await gallery.keep('what was entered');
  await page.locator('.refused h2 a').first().click();
  await page.locator('.record-pane .notice-bad').waitFor();
  await gallery.keep('record');
  await visit(page, '/settings');
  await button(page, 'Sign out').click();
  await page.getByRole('alertdialog', { name: 'Sign out' }).waitFor();
  await gallery.keep('sign out asks');
  gallery.end();
});

test('sent, and the connection lost', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await open_record(page, 'accounts', await first_id(server, 'accounts', 'accountid', "$filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')&$orderby=name"));
  await page.getByLabel('Description').fill('Wants a visit');
  await button(page, 'Save').click();
  await page.locator('.save-bar .mark-sent').waitFor();
  await gallery.keep('record sent');
  await server.stop();
  await visit(page, '/sync');
  await button(page, 'Sync now').click();
  await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor();
  await button(page, 'Reconnect').click();
  await page.locator('.toast-bad').first().waitFor();
  await gallery.keep('status offline');
  await visit(page, '/');
  await gallery.keep('home offline');
  gallery.end();
});

// ---- the rest ----------------------------------------------------------------------------------------------------------------

test('status, settings, help', kSizes, async (t) => {
  const { page, gallery } = await begin(t, { records: 3000 });
  await visit(page, '/sync');
  await page.locator('.table tbody tr').first().waitFor();
  await gallery.keep('sync status');
  await scroll_to(page, page.getByRole('region', { name: 'What is on this device' }));
  await gallery.keep('sync status tables');
  await visit(page, '/settings');
  await page.getByRole('region', { name: 'Experience' }).waitFor();
  await gallery.keep('settings');
  await scroll_to(page, page.getByRole('region', { name: 'Protection' }));
  await gallery.keep('settings more');
  await visit(page, '/help');
  await gallery.keep('help');
  await visit(page, '/nowhere/at/all');
  await page.getByText('There is nothing at this address').waitFor();
  await gallery.keep('nowhere');
  gallery.end();
});

test('charts', kSizes, async (t) => {
  const { page, gallery } = await begin(t, { records: 1200 });
  await visit(page, '/charts');
  for (const chart of ['Open Opportunities by Stage', 'Open Opportunities by Closing Month', 'Open Cases by Status Reason', 'Tasks Due by Week']) {
    await page.getByRole('region', { name: chart }).locator('tbody tr').first().waitFor();
    await scroll_to(page, page.getByRole('region', { name: chart }));
    await gallery.keep(chart);
  }
  gallery.end();
});

test('a new version', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.reload();
  await synced(page);
  await t.replace_app(server, await t.run.apps.next_version(await t.run.apps.folder('app'), 'two'));
  await page.evaluate(() => navigator.serviceWorker.ready.then((registration) => registration.update().then(() => {})));
  await button(page, 'Reload').waitFor();
  await gallery.keep('waits');
  gallery.end();
});

test('a user of offline drafts', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { user: 'drafts1@demo' });
  await gallery.keep('home');
  await visit(page, '/drafts');
  await page.getByText('No drafts').waitFor();
  await gallery.keep('no drafts');
  await visit(page, '/settings');
  await page.getByRole('region', { name: 'Experience' }).waitFor();
  await gallery.keep('settings');
  await visit(page, '/help');
  await page.getByText('You work with offline drafts').waitFor();
  await gallery.keep('help');
  const [account, missing] = await server.rows('accounts?$select=accountid,name&$orderby=name desc&$top=2', 'drafts1@demo');
  await open_list(page, 'accounts', 'Accounts');
  await gallery.keep('list connected');
  await open_record(page, 'accounts', account.accountid);
  await server.stop('SIGKILL');
  await page.getByRole('status').filter({ hasText: /^Offline/ }).waitFor({ timeout: 90_000 });
  await page.getByText('can only be read').first().waitFor();
  await gallery.keep('read only');
  await page.getByRole('region', { name: 'Contacts' }).getByRole('button', { name: 'New', exact: true }).click();
  await heading(page, 'New contact').waitFor();
  await page.getByLabel('Last Name', { exact: true }).fill('Vidal');
  await gallery.keep('new draft');
  await button(page, 'Save').click();
  await is_draft(page);
  await gallery.keep('draft');
  await visit(page, '/accounts');
  await gallery.keep('list offline');
  await button(page, 'New').click();
  await heading(page, 'New account').waitFor();
  await page.getByLabel('Main Phone', { exact: true }).fill('555 0142');
  await button(page, 'Save').click();
  await is_draft(page);
  await gallery.keep('draft with a gap');
  await visit(page, '/drafts');
  await page.getByRole('article').nth(1).waitFor();
  await gallery.keep('drafts offline');
  await visit(page, '/charts');
  await page.getByText("Charts aren't available offline").first().waitFor();
  await gallery.keep('charts offline');
  await visit(page, `/leads/${missing.accountid}`);
  await page.getByText('only what you used recently').waitFor();
  await gallery.keep('not on this device');
  await visit(page, '/drafts');
  await server.start();
  await button(page, 'Reconnect').click({ timeout: 2_000 }).catch(() => {});
  await page.getByText('2 drafts are on this device only').waitFor();
  await gallery.keep('drafts connected');
  await page.getByRole('article').getByRole('link', { name: '(no name)' }).click();
  await is_draft(page);
  await gallery.keep('review');
  await button(page, 'Save').click();
  await page.locator('.field.wrong').first().waitFor();
  await gallery.keep('review wrong');
  await visit(page, '/drafts');
  await button(page, 'Save all ready').click();
  await page.getByText('(contact): saved').waitFor();
  await gallery.keep('drafts saved');
  await visit(page, '/settings');
  await button(page, 'Sign out').click();
  await page.getByRole('alertdialog').waitFor();
  await gallery.keep('sign out');
  gallery.end();
});

// ---- pictures, what is kept, what the server has ------------------------------------------------------------------------------

test('pictures of records', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { records: 1200 });
  const [account] = await server.rows('accounts?$select=accountid,name&$filter=entityimageid ne null and statecode eq 0&$top=1&$orderby=name', 'east1@demo');
  const [contact] = await server.rows(`contacts?$select=contactid,firstname&$filter=entityimageid ne null and _parentcustomerid_value ne null&$top=1&$orderby=fullname`, 'east1@demo');
  const drawn = (on) => on.locator('.avatar img').first().waitFor();
  await open_list(page, 'contacts', 'Contacts');
  await page.getByRole('combobox', { name: 'View' }).selectOption({ label: 'Active Contacts' });
  await drawn(page.locator('.list-pane'));
  await gallery.keep('list');
  await open_record(page, 'contacts', contact.contactid);
  await drawn(page.locator('.record-pane'));
  await gallery.keep('form');
  await button(page, 'Change picture').click();
  await page.getByRole('dialog', { name: 'Picture' }).waitFor();
  await gallery.keep('menu');
  await button(page, 'Close').click();
  await page.getByRole('combobox', { name: 'Company Name' }).click();
  await page.getByRole('combobox', { name: 'Company Name' }).fill(account.name);
  await drawn(page.locator('.candidates'));
  await gallery.keep('picker');
  await page.keyboard.press('Escape');
  await button(page, 'Revert').click().catch(() => {});
  await open_record(page, 'accounts', account.accountid);
  await visit(page, '/');
  await drawn(page.getByRole('region', { name: 'Recent' }));
  await gallery.keep('home');
  await page.getByRole('searchbox', { name: 'Search' }).fill(contact.firstname);
  await drawn(page.getByRole('region', { name: 'Found' }));
  await gallery.keep('search');
  gallery.end();
});

test('kept on this device', kSizes, async (t) => {
  for (const user of ['east1@demo', 'drafts1@demo']) {
    const { page, gallery, server, device } = await begin(t, { user });
    const [{ accountid }] = await server.rows('accounts?$select=accountid&$orderby=name&$top=1', user);
    await open_record(page, 'accounts', accountid);
    const pin = button(page, 'Keep on this device');
    await pin.click();
    await until(async () => (await pin.getAttribute('aria-pressed')) === 'true', 'it is pinned');
    await page.locator('.toast').first().waitFor();
    await gallery.keep(user === 'east1@demo' ? 'by the profile too' : 'of a cached table');
    gallery.end();
    await device.close();
  }
});

test('the server is searched', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { user: 'drafts1@demo' });
  const [{ fullname }] = await server.rows('contacts?$select=fullname&$orderby=fullname desc&$top=1', 'drafts1@demo');
  const search = page.getByRole('searchbox', { name: 'Search' });
  await visit(page, '/');
  await search.fill(fullname);
  await page.getByText('Nothing found on this device').waitFor();
  await gallery.keep('not here');
  await button(page, 'Search the server').click();
  await page.getByRole('main').getByRole('link', { name: fullname, exact: true }).first().waitFor();
  await page.locator('.toast').first().waitFor();
  await gallery.keep('found');
  await search.fill('zzqx');
  await button(page, 'Search the server').click();
  await page.getByText('The server found nothing.').waitFor();
  await gallery.keep('none');
  await visit(page, '/contacts');
  await heading(page, 'Contacts').waitFor();
  await page.locator('.list-pane .row').first().waitFor();
  await gallery.keep('list, without a text');
  await search.fill(fullname.split(' ')[0]);
  await page.locator('.list-pane .row').first().waitFor();
  await gallery.keep('list, with a text');
  await server.stop('SIGKILL');
  await until(() => button(page, 'Search the server').isDisabled(), 'offline', 90_000);
  await gallery.keep('list offline');
  await search.fill('zzqx');
  await page.getByText('Nothing found on this device').waitFor();
  await gallery.keep('list offline, nothing');
  gallery.end();
});

// ---- drafts ------------------------------------------------------------------------------------------------------------------

test('drafts under drafts', kSizes, async (t) => {
  const server = await t.server();
  await server.admin('set', 'drafts=extended');
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await sign_in(page, server, 'drafts1@demo');
  await open_list(page, 'accounts', 'Accounts');
  await server.stop('SIGKILL');
  await page.getByRole('status').filter({ hasText: /^Offline/ }).waitFor({ timeout: 90_000 });
  await button(page, 'New').first().click();
  await heading(page, 'New account').waitFor();
  await page.getByLabel('Account Name').fill('Tramuntana Ropeworks');
  await button(page, 'Save').click();
  await is_draft(page);
  await page.getByRole('region', { name: 'Contacts' }).getByRole('button', { name: 'New', exact: true }).click();
  await heading(page, 'New contact').waitFor();
  await page.getByLabel('Last Name', { exact: true }).fill('Vidal');
  await gallery.keep('new child');
  await button(page, 'Save').click();
  await is_draft(page);
  await gallery.keep('child');
  await visit(page, '/drafts');
  await page.getByRole('article').nth(1).waitFor();
  await gallery.keep('list');
  await page.getByRole('article').getByRole('link', { name: 'Tramuntana Ropeworks' }).click();
  await page.getByRole('region', { name: 'Contacts' }).getByText('1 draft of yours belongs here').waitFor();
  await scroll_to(page, page.getByRole('region', { name: 'Contacts' }));
  await gallery.keep('parent’s contacts');
  gallery.end();
});

test('drafts of each kind', kSizes, async (t) => {
  const server = await t.server();
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await page.addInitScript(let_answers_be_altered);
  await sign_in(page, server, 'drafts1@demo');
  await page.evaluate(() => {
    const hour = 3_600_000;
    const draft = (number, more) => ({
      id: `00000000-0000-7000-8000-00000000000${number}`, set: 'contacts', table: 'Contact', name: 'Nuria Vidal',
      created_at: Date.now() - number * hour, changed_at: Date.now() - hour, related: null, saving: false, blocked_by: [], retired: [], ...more,
    });
    const related = { set: 'accounts', id: '00000000-0000-7000-8000-0000000000aa', name: 'Harbour Ropes & Rigging of the Northern Coast' };
    const value = [
      draft(1, { related }),
      draft(2, { set: 'accounts', table: 'Account', name: '', blocked_by: [{ reason: 'Account Name is missing.', target: 'name', review: false }] }),
      draft(3, { name: 'Joan Ferrer', related, blocked_by: [{ reason: 'The Account that it belongs to isn\'t there any more, or you may no longer see it. Choose another one.', review: false }] }),
      draft(4, { set: 'tasks', table: 'Task', name: 'Send the data sheet of the Badger 10 tablet to the harbour office', saving: true }),
      draft(5, { name: '', blocked_by: [{ reason: "This draft can't be read any more. Discard it, and write it again.", review: false }] }),
      draft(6, {
        set: '', table: 'Record', name: '', blocked_by: [{ reason: 'Records of this kind are no longer kept here. Copy what you need, then discard the draft.', review: false }],
        retired: [{ column: 'Subject', text: 'Mooring lines' }, { column: 'Description', text: 'Asked for an offer by Friday, twelve lines of forty metres.' }],
      }),
    ];
    window.alters.drafts = () => ({ answer: { value, can_save: { may: true } } });
  });
  await visit(page, '/drafts');
  await page.getByRole('article').nth(5).waitFor();
  await gallery.keep('list');
  await page.locator('.typed summary').first().click();
  await scroll_to(page, page.getByRole('article').nth(4));
  await page.getByRole('article').nth(5).getByRole('button', { name: 'Discard' }).waitFor();
  await gallery.keep('list, the end');
  await page.evaluate(() => {
    const end = (name, end, reason) => ({ id: '00000000-0000-7000-8000-000000000001', set: 'contacts', name, end, reason });
    window.alters.save_ready_drafts = () => ({
      answer: { value: [end('Nuria Vidal', 'saved'), end('Joan Ferrer', 'refused', 'The company isn\'t there any more.'), end('Mar Soler', 'being_saved'), end('Pau Riera', 'draft')] },
    });
  });
  await scroll_to(page, heading(page, 'Draft Records'));
  await button(page, 'Save all ready').click();
  await page.getByText('Pau Riera').waitFor();
  await gallery.keep('what happened to each');
  gallery.end();
});

test('a draft that the server refuses', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { user: 'drafts1@demo' });
  const [account] = await server.rows('accounts?$select=accountid&$orderby=name desc&$top=1', 'drafts1@demo');
  await open_record(page, 'accounts', account.accountid);
  await set_offline(page, true);
  await open_record(page, 'accounts', account.accountid);
  await page.getByRole('region', { name: 'Contacts' }).getByRole('button', { name: 'New', exact: true }).click();
  await heading(page, 'New contact').waitFor();
  await page.getByLabel('Last Name', { exact: true }).fill('Vidal');
  await button(page, 'Save').click();
  await is_draft(page);
  await server.api('DELETE', `accounts(${account.accountid})`);
  await button(page, 'Reconnect').click();
  await until(() => button(page, 'Save').isEnabled(), 'connected');
  await button(page, 'Save').click();
  await is_draft(page);
  await page.locator('.record-pane .notice').nth(1).waitFor();
  await gallery.keep('form');
  await visit(page, '/drafts');
  await page.locator('.draft-blocked li').first().waitFor();
  await gallery.keep('list');
  gallery.end();
});

test('read only, three hours later', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { user: 'drafts1@demo' });
  const [{ accountid }] = await server.rows('accounts?$select=accountid&$orderby=name desc&$top=1', 'drafts1@demo');
  await open_record(page, 'accounts', accountid);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await server.stop('SIGKILL');
  const later = new Date(Date.now() + 3 * 3_600_000);
  await page.clock.setSystemTime(later);
  await page.goto(`${server.url}/accounts/${accountid}?now=${later.toISOString()}`);
  await page.getByRole('status').filter({ hasText: /^Offline/ }).waitFor({ timeout: 90_000 });
  await page.getByText('can only be read').first().waitFor();
  await page.locator('.save-bar').getByText('As of 3 hours ago').waitFor();
  await gallery.keep('record');
  await visit(page, '/accounts');
  await page.locator('.list-pane .row').first().waitFor();
  await gallery.keep('list');
  await visit(page, '/');
  await page.getByRole('region', { name: 'Recent' }).waitFor();
  await gallery.keep('home');
  gallery.end();
});

test('an edit that lost its connection', kSizes, async (t) => {
  const server = await t.server();
  const gate = await t.gate(server);
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await sign_in(page, gate, 'drafts1@demo');
  const [{ accountid }] = await server.rows('accounts?$select=accountid&$orderby=name desc&$top=1', 'drafts1@demo');
  await open_record(page, 'accounts', accountid);
  await page.getByLabel('Description').fill('Wants a visit');
  gate.answer(503, '', 'application/json', ({ path }) => path.startsWith('/api/'));
  await button(page, 'Save').click();
  await page.getByText('lost its connection').waitFor();
  await scroll_to(page, heading(page, /./).first());
  await gallery.keep('record');
  await visit(page, '/');
  await page.getByRole('region', { name: 'Needs you' }).waitFor();
  await gallery.keep('home');
  gallery.end();
});

// ---- the session -------------------------------------------------------------------------------------------------------------

const kLongDays = 100;

/** Opens the app again on a platform, so many days later. */
async function open_as(page, server, platform, days, name) {
  await page.goto(`${server.url}/drafts?platform=${platform}&now=${new Date(Date.now() + days * 86_400_000).toISOString()}`);
  await heading(page, name).waitFor({ timeout: 30_000 });
}

for (const rules of ['classic', 'modern'])
  test(`sign-in while offline, ${rules} rules`, kSizes, async (t) => {
    const server = await t.server();
    await server.admin('set', `rules=${rules}`, 'deployment=on-premises');
    const { page } = await t.device();
    const gallery = new Gallery(t, page);
    await sign_in(page, server, 'drafts1@demo');
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await page.goto(`${server.url}/settings`);
    await page.getByRole('region', { name: 'Experience' }).getByText('On-premises').waitFor({ timeout: 30_000 });
    await gallery.keep('settings');
    await server.stop('SIGKILL');
    await page.getByRole('status').filter({ hasText: /^Offline/ }).waitFor({ timeout: 90_000 });
    if (rules === 'modern') {
      await open_as(page, server, 'ipad', kLongDays, 'Locked until you are connected');
      await gallery.keep('lease over');
      await button(page, 'Reconnect').click();
      await page.getByRole('alert').locator('.notice').waitFor();
      await gallery.keep('lease over, not connected');
      await button(page, 'Sign in').click();
      await heading(page, "Let's get started").waitFor();
      await gallery.keep('lease over, sign in');
    } else {
      await open_as(page, server, 'windows8', 0, 'Locked until you are connected');
      await gallery.keep('closed while offline');
      await open_as(page, server, 'ipad', kLongDays, "Let's get started");
      await button(page, 'Back').waitFor();
      await page.getByText('Back goes on working offline').waitFor();
      await gallery.keep('prompt with Back');
      await open_as(page, server, 'android-phone', kLongDays, "Let's get started");
      await page.getByText('offline work ends with it').waitFor();
      await gallery.keep('offline work has ended');
      await open_as(page, server, 'ipad', kLongDays, "Let's get started");
      await button(page, 'Back').click();
      await heading(page, 'Draft Records').waitFor();
      await gallery.keep('went back');
      await visit(page, '/help');
      await gallery.keep('help');
    }
    gallery.end();
  });

test('a new sign-in is wanted', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await server.admin('revoke', 'east1@demo');
  await visit(page, '/sync');
  await button(page, 'Sync now').click();
  await page.getByText('The server asks you to sign in again').waitFor();
  assert.equal(await page.locator('.bars .update-bar').count(), 1, 'it is told once');
  await page.locator('.toast').first().waitFor().catch(() => {});
  await gallery.keep('bar');
  await button(page, 'Sign in').click();
  await heading(page, "Let's get started").waitFor();
  await gallery.keep('sign in');
  gallery.end();
});

test('a PIN that the organisation asks for', kSizes, async (t) => {
  const server = await t.server();
  await server.admin('set', 'pin=required', 'lock_minutes=5');
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await fill_sign_in(page, server);
  await heading(page, 'Choose a PIN').waitFor();
  await until(async () => (await button(page, 'Skip').count()) === 0, 'the policy is known');
  await gallery.keep('choose');
  await page.getByLabel('PIN', { exact: true }).fill('2468');
  await button(page, 'Continue').click();
  await synced(page);
  await visit(page, '/settings');
  await button(page, 'Change PIN').click();
  await heading(page, 'Choose a PIN').waitFor();
  await gallery.keep('change');
  await button(page, 'Back').click();
  await scroll_to(page, page.getByRole('region', { name: 'Protection' }));
  await gallery.keep('settings');
  gallery.end();
});

// ---- bad days ----------------------------------------------------------------------------------------------------------------

test('bad days', kSizes, async (t) => {
  const server = await t.server();
  const gate = await t.gate(server);
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await page.addInitScript(let_answers_be_altered);
  await sign_in(page, gate);
  await open_record(page, 'accounts', await first_id(server, 'accounts', 'accountid', "$filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')&$orderby=name"));
  const message = 'There is no room left on this device. Free some space, then try again; what was saved before is safe.';
  await page.evaluate((text) => (window.refuses.update = text), message);
  await page.getByLabel('Description').fill('Wants a visit');
  await button(page, 'Save').click();
  await page.locator('.toast-bad').first().waitFor();
  await gallery.keep('no room');
  await button(page, 'Revert').click();
  gate.rewrite({ 'satchel-wire': '99' }, ({ path }) => path.startsWith('/api/'));
  await visit(page, '/sync');
  await button(page, 'Sync now').click();
  await page.getByRole('alert').filter({ hasText: 'Update the app' }).waitFor();
  await gallery.keep('server too new');
  gate.portal();
  await button(page, 'Sync now').click();
  await button(page, 'Reconnect').click();
  await page.getByText('This network answers with a page of its own').first().waitFor();
  await gallery.keep('captive portal');
  await page.evaluate(() => window.worker_says({ kind: 'broken', sentence: 'The records on this device are damaged and can’t be read.' }));
  await page.getByText('The app could not open its records').waitFor();
  await gallery.keep('store damaged');
  gallery.end();
});

test('the experience has changed', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t);
  await server.admin('experience', 'east1@demo', 'drafts');
  await visit(page, '/sync');
  await button(page, 'Sync now').click();
  await button(page, 'OK').waitFor({ timeout: 30_000 });
  await gallery.keep('told');
  await visit(page, '/settings');
  await gallery.keep('settings');
  gallery.end();
});

test('the device was wiped', kSizes, async (t) => {
  const server = await t.server();
  const { page } = await t.device();
  const gallery = new Gallery(t, page);
  await page.addInitScript(let_answers_be_altered);
  await page.goto(server.url);
  await heading(page, "Let's get started").waitFor();
  const reason = 'An administrator had everything removed from this device.';
  await page.addInitScript((text) => (window.alters.session = ({ answer }) => ({ answer: { ...answer, wiped: true, reason: text } })), reason);
  await page.reload();
  await page.getByText(reason).waitFor();
  await gallery.keep('get started');
  gallery.end();
});

test('letters twice as big', kSizes, async (t) => {
  const { page, gallery, server } = await begin(t, { text_percent: 200 });
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '32px');
  await gallery.keep('home');
  await open_list(page, 'accounts', 'Accounts');
  await gallery.keep('list');
  await open_record(page, 'contacts', await first_id(server, 'contacts', 'contactid', '$filter=_parentcustomerid_value ne null and telephone1 ne null&$orderby=fullname'));
  await gallery.keep('record');
  await scroll_to(page, page.locator('fieldset').nth(0));
  await gallery.keep('form');
  await visit(page, '/sync');
  await page.locator('.table tbody tr').first().waitFor();
  await gallery.keep('status');
  await visit(page, '/settings');
  await gallery.keep('settings');
  await visit(page, '/charts');
  await page.locator('.chart tbody tr').first().waitFor();
  await gallery.keep('charts');
  if (t.size === 'phone') {
    await button(page, 'Menu').click();
    await gallery.keep('menu');
    await button(page, 'Close').click();
  }
  await reconnect_to_trouble(page, server);
  await visit(page, '/conflicts');
  await page.locator('.conflict').first().waitFor();
  await gallery.keep('conflicts');
  await visit(page, '/errors');
  await page.locator('.refused').first().waitFor();
  await gallery.keep('errors');
  gallery.end();
});

test('a tablet held upright', { sizes: ['tablet'] }, async (t) => {
  const { page, gallery, server } = await begin(t, { records: 3000 });
  await page.setViewportSize({ width: 768, height: 1024 });
  await gallery.keep('home');
  await open_list(page, 'opportunities', 'Opportunities');
  await gallery.keep('list');
  await page.locator('.list-pane .row-link').first().click();
  await page.locator('.record-pane .save-bar').waitFor();
  await gallery.keep('list and record');
  await open_record(page, 'accounts', await first_id(server, 'accounts', 'accountid', '$orderby=name'));
  await gallery.keep('list and account');
  await page.setViewportSize({ width: 1366, height: 1024 });
  await gallery.keep('large tablet');
  await open_list(page, 'accounts', 'Accounts');
  await gallery.keep('large tablet list');
  gallery.end();
});

test('narrow phone', { sizes: ['phone'] }, async (t) => {
  const { page, gallery, server } = await begin(t, { records: 1200 });
  await page.setViewportSize({ width: 360, height: 640 });
  await gallery.keep('home');
  await open_list(page, 'opportunities', 'Opportunities');
  await gallery.keep('list');
  await open_record(page, 'opportunities', await first_id(server, 'opportunities', 'opportunityid', '$filter=statecode eq 0&$orderby=name'));
  await page.getByLabel('Description').fill('More');
  await gallery.keep('record edited');
  gallery.end();
});
