// SPDX-License-Identifier: Apache-2.0
//
// A sign-in that ends while unsent work is on the device of somebody who works with offline drafts.
import assert from 'node:assert/strict';
import { danas_account, danas_device, kDana } from './harness/dana.mjs';
import { from_save_on } from './harness/gate.mjs';
import { begin_account, button, drafts, drafts_counted, field, fill_sign_in, heading, keep_as_draft, marked, read, record, visit } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

const kAccount = 'Migjorn Salvage';

test('revoked with a draft and an unsaved edit: the app asks for the sign-in, nobody else can give it, then the edit goes up and the draft is saved once (S3, D8)', { sizes: ['phone', 'tablet'] }, async (t) => {
  const { server, gate, page } = await danas_device(t);
  const { accountid, name } = await danas_account(server);
  await read(page, 'Account', `/accounts/${accountid}`, name);
  gate.cut(from_save_on());
  await field(record(page, 'Account'), 'Main Phone').fill('555 0701');
  await button(page, 'Save').click();
  await marked(page, 'Account', 'Pending');
  await begin_account(page, kAccount);
  const draft = await keep_as_draft(page, 'Account');

  await server.admin('revoke', kDana);
  gate.pass();
  await button(page, 'Reconnect').click({ timeout: 2_000 }).catch(() => {});
  await page.getByText('The server asks you to sign in again. Nothing is lost').waitFor();
  await visit(page, '/drafts');
  await drafts(page).getByRole('link', { name: kAccount, exact: true }).waitFor();
  assert.ok(await button(page, 'Save all ready').isDisabled());
  await page.getByText('Your sign-in has ended. Sign in again; what waits on this device is sent then.').first().waitFor();
  await t.shot(page, 'asked');
  await visit(page, `/accounts/${accountid}`);
  await marked(page, 'Account', 'Pending');

  await button(page, 'Sign in').click();
  await fill_sign_in(page, 'west1@demo');
  await page.getByRole('alert').getByText(/belong/).waitFor();
  await fill_sign_in(page, kDana);
  await record(page, 'Account').waitFor();
  await until(async () => (await server.api('GET', `accounts(${accountid})?$select=telephone1`)).telephone1 === '555 0701', 'the edit goes up by itself');
  await until(async () => (await record(page, 'Account').getByText('Pending', { exact: true }).count()) === 0, 'nothing is pending');
  await drafts_counted(page, 1).waitFor();
  await visit(page, `/accounts/${draft}`);
  await heading(page, kAccount).waitFor();
  await button(page, 'Save').dblclick();
  await page.getByText('Saved.', { exact: true }).waitFor();
  assert.equal((await server.rows(`accounts?$select=accountid&$filter=name eq '${kAccount}'`)).length, 1);
});
