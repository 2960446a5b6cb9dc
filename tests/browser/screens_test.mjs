// SPDX-License-Identifier: Apache-2.0
//
// Every screen and every state that matters, on a phone and on a tablet, light and dark: a picture of each for people to look at
// (SATCHEL_SHOTS), and of each what a machine can judge: axe's findings, room for fingers, nothing that sticks out at the side,
// no internal ids.
import assert from 'node:assert/strict';
import { axe_findings } from './harness/axe.mjs';
import { visit } from './harness/person.mjs';
import { kPassword } from './harness/server.mjs';
import { SlowLine } from './harness/slow_line.mjs';
import { test, until } from './harness/test.mjs';

const kSizes = { sizes: ['phone', 'tablet'] };
/** Apple and Google both ask for about this much, in CSS pixels. */
const kTouchPixelsMin = 44;

/** The pictures of one test and what is wrong with them. All are taken before the test fails. */
class Gallery {
  #findings = [];

  constructor(t, page) {
    this.t = t;
    this.page = page;
  }

  /** Looks at the page as it stands, in both themes. */
  async keep(what) {
    const { page, t } = this;
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await until(() => page.evaluate(settled), `${what} stands still`);
      await t.shot(page, `${what} ${theme}`);
      // The dark theme differs in its colours alone.
      const found = theme === 'light' ? [...(await axe_findings(page)), ...(await page.evaluate(flaws, kTouchPixelsMin))] : await axe_findings(page, ['color-contrast']);
      this.#findings.push(...found.map((finding) => `${what}, ${theme}: ${finding}`));
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }

  end() {
    assert.deepEqual(this.#findings, []);
  }
}

/** In the page: two frames without anything that is still being drawn. */
async function settled() {
  const still = () => document.getAnimations().every((animation) => animation.playState !== 'running' || animation.effect?.getTiming().iterations === Infinity);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return still();
}

/** In the page: what a person would stumble over, as sentences. */
function flaws(touch_min) {
  const found = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
  for (const pane of document.querySelectorAll('.page, .scroller, .gate, .sheet-body'))
    if (pane.scrollWidth > pane.clientWidth + 1) found.push(`${describe(widest_in(pane))} makes its pane ${pane.scrollWidth - pane.clientWidth} px too wide`);
  const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i.exec(document.body.innerText);
  if (uuid) found.push(`shows the id ${uuid[0]}`);
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
  for (const element of (dialog ?? document).querySelectorAll('a[href], button, select, input, textarea, summary, [role="option"]')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.right <= 0 || box.left >= innerWidth || getComputedStyle(element).visibility === 'hidden') continue;
    // A label, a frame or a pseudo element may catch the finger for it: ask the page who answers above and below the middle.
    const reach = Math.max(box.height, ...['::before', '::after'].map((part) => reach_of(element, part)), element.closest('.field')?.getBoundingClientRect().height ?? 0);
    if (reach < touch_min - 0.5) found.push(`${describe(element)} is ${Math.round(reach)} px high`);
  }
  return found;

  function widest_in(pane) {
    const is_clipped = (element) => element !== pane && (getComputedStyle(element).overflowX !== 'visible' || is_clipped(element.parentElement));
    const right = (element) => element.getBoundingClientRect().right;
    return [...pane.querySelectorAll('*')].filter((element) => !is_clipped(element.parentElement)).reduce((widest, element) => (right(element) > right(widest) ? element : widest));
  }
  function reach_of(element, part) {
    const style = getComputedStyle(element, part);
    return style.content === 'none' || style.position !== 'absolute' ? 0 : parseFloat(style.height) || 0;
  }
  function describe(element) {
    const name = (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40);
    return `${element.tagName.toLowerCase()}.${element.className} "${name}"`;
  }
}

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
  await button(page, 'Skip').click();
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

/** The first row of a query that Elena may see and change. */
async function first_id(server, set, key, query) {
  const [row] = await server.rows(`${set}?$select=${key}&$top=1&${query}`, 'east1@demo');
  assert.ok(row, `${set}?${query}`);
  return row[key];
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
  await gallery.keep('contact');
  await scroll_to(page, page.locator('fieldset').nth(1));
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
  const account = await first_id(server, 'accounts', 'accountid', '$filter=revenue ne null and telephone1 ne null&$orderby=name');
  await open_record(page, 'accounts', account);
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
  await page.getByText('A draft, on this device only.').waitFor();
  await gallery.keep('draft');
  await visit(page, '/accounts');
  await gallery.keep('list offline');
  await button(page, 'New').click();
  await heading(page, 'New account').waitFor();
  await page.getByLabel('Main Phone', { exact: true }).fill('555 0142');
  await button(page, 'Save').click();
  await page.getByText('A draft, on this device only.').waitFor();
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
  await button(page, 'Save all ready').click();
  await page.getByText('(contact): saved').waitFor();
  await gallery.keep('drafts saved');
  await visit(page, '/settings');
  await button(page, 'Sign out').click();
  await page.getByRole('alertdialog').waitFor();
  await gallery.keep('sign out');
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
  if (t.size === 'phone') {
    await button(page, 'Menu').click();
    await gallery.keep('menu');
  }
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
