// SPDX-License-Identifier: Apache-2.0
//
// Pictures at sizes at which things run out of room: letters twice as big, small phones, a phone and a tablet turned round.
import assert from 'node:assert/strict';
import { button, visit } from './harness/person.mjs';
import { begin, first_id, kBothSizes, open_list, open_record, reconnect_to_trouble, scroll_to } from './harness/screens.mjs';
import { test } from './harness/test.mjs';

async function keep_conflicts_and_errors(page, gallery) {
  await visit(page, '/conflicts');
  await page.locator('.conflict').first().waitFor();
  await gallery.keep('conflicts');
  await visit(page, '/errors');
  await page.locator('.refused').first().waitFor();
  await gallery.keep('errors');
}

test('letters twice as big', kBothSizes, async (t) => {
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
  await keep_conflicts_and_errors(page, gallery);
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

for (const [name, width, height] of [['narrow phone', 360, 640], ['narrowest phone', 320, 568], ['a phone on its side', 844, 390]])
  test(name, { sizes: ['phone'] }, async (t) => {
    const { page, gallery, server } = await begin(t, { records: 1200 });
    await page.setViewportSize({ width, height });
    await gallery.keep('home');
    await button(page, 'Menu').click();
    await page.getByRole('dialog', { name: 'Menu' }).waitFor();
    await gallery.keep('menu');
    await button(page, 'Close').click();
    await button(page, 'Create').click();
    await button(page, 'Contact').click();
    await page.getByRole('dialog', { name: 'New contact' }).waitFor();
    await gallery.keep('quick create');
    await button(page, 'Close').click();
    await open_list(page, 'opportunities', 'Opportunities');
    await gallery.keep('list');
    await open_record(page, 'opportunities', await first_id(server, 'opportunities', 'opportunityid', '$filter=statecode eq 0&$orderby=name'));
    await gallery.keep('record');
    await page.getByLabel('Description').fill('More');
    await gallery.keep('record edited');
    await page.getByRole('combobox', { name: 'Account' }).click();
    await page.locator('.candidates li').first().waitFor();
    await gallery.keep('picker');
    await page.keyboard.press('Escape');
    await button(page, 'Revert').click();
    await visit(page, '/charts');
    await page.locator('.chart tbody tr').first().waitFor();
    await gallery.keep('charts');
    await visit(page, '/settings');
    await page.getByRole('region', { name: 'Experience' }).waitFor();
    await gallery.keep('settings');
    await button(page, 'Sign out').click();
    await page.getByRole('alertdialog', { name: 'Sign out' }).waitFor();
    await gallery.keep('sign out asks');
    await button(page, 'Cancel').click();
    await reconnect_to_trouble(page, server);
    await visit(page, '/sync');
    await page.locator('.table tbody tr').first().waitFor();
    await gallery.keep('status');
    await keep_conflicts_and_errors(page, gallery);
    await button(page, 'Discard').first().click();
    await page.getByRole('alertdialog', { name: 'Discard' }).waitFor();
    await gallery.keep('discard asks');
    gallery.end();
  });
