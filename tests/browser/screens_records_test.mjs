// SPDX-License-Identifier: Apache-2.0
//
// Pictures of daily work: home, lists, forms.
import { Gallery } from './harness/gallery.mjs';
import { button, heading, visit } from './harness/person.mjs';
import { begin, busiest_account, first_id, kBothSizes, open_list, open_record, scroll_to, sign_in } from './harness/screens.mjs';
import { test, until } from './harness/test.mjs';

test('home', kBothSizes, async (t) => {
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

test('lists', kBothSizes, async (t) => {
  const { page, gallery } = await begin(t, { records: 1200 });
  const tables = { accounts: 'Accounts', contacts: 'Contacts', opportunities: 'Opportunities', incidents: 'Cases', appointments: 'Appointments', tasks: 'Tasks', products: 'Products' };
  for (const [set, plural] of Object.entries(tables)) {
    await open_list(page, set, plural);
    await gallery.keep(`list ${plural}`);
  }
  gallery.end();
});

test('a list searched, filtered, sorted', kBothSizes, async (t) => {
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

test('list that waits', kBothSizes, async (t) => {
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

test('a contact’s form', kBothSizes, async (t) => {
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

test('an account’s form, what belongs to it and what happened', kBothSizes, async (t) => {
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

test('forms of other tables', kBothSizes, async (t) => {
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

test('delete', kBothSizes, async (t) => {
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
