// SPDX-License-Identifier: Apache-2.0
//
// Pictures for somebody who works with offline drafts.
import { let_answers_be_altered } from './harness/altered_answers.mjs';
import { Gallery } from './harness/gallery.mjs';
import { button, heading, visit } from './harness/person.mjs';
import { begin, is_draft, kBothSizes, open_list, open_record, scroll_to, set_offline, sign_in } from './harness/screens.mjs';
import { test, until } from './harness/test.mjs';

test('a user of offline drafts', kBothSizes, async (t) => {
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

test('drafts under drafts', kBothSizes, async (t) => {
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

test('drafts of each kind', kBothSizes, async (t) => {
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

test('a draft that the server refuses', kBothSizes, async (t) => {
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

test('read only, three hours later', kBothSizes, async (t) => {
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

test('an edit that lost its connection', kBothSizes, async (t) => {
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
