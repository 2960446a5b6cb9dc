// SPDX-License-Identifier: Apache-2.0
//
// Pictures of what is around the records: status, settings, help, charts, images, what is kept, what only the server has.
import { button, heading, visit } from './harness/person.mjs';
import { begin, kBothSizes, open_list, open_record, scroll_to, synced } from './harness/screens.mjs';
import { test, until } from './harness/test.mjs';

test('status, settings, help', kBothSizes, async (t) => {
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

test('charts', kBothSizes, async (t) => {
  const { page, gallery } = await begin(t, { records: 1200 });
  await visit(page, '/charts');
  for (const chart of ['Open Opportunities by Stage', 'Open Opportunities by Closing Month', 'Open Cases by Status Reason', 'Tasks Due by Week']) {
    await page.getByRole('region', { name: chart }).locator('tbody tr').first().waitFor();
    await scroll_to(page, page.getByRole('region', { name: chart }));
    await gallery.keep(chart);
  }
  gallery.end();
});

test('a new version', kBothSizes, async (t) => {
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

test('pictures of records', kBothSizes, async (t) => {
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

test('kept on this device', kBothSizes, async (t) => {
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

test('the server is searched', kBothSizes, async (t) => {
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
