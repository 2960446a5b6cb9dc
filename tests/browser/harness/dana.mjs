// SPDX-License-Identifier: Apache-2.0
//
// Dana works with offline drafts. Her device stands behind a gate, so that the line can break at will.
import { sign_in } from './person.mjs';

export const kDana = 'drafts1@demo';

/** Signed in, and the app starts without its server from now on. `settings`: the organisation's, before she signs in. */
export async function danas_device(t, { settings = [], pin = null } = {}) {
  const server = await t.server();
  if (settings.length > 0) await server.admin('set', ...settings);
  const gate = await t.gate(server);
  const device = await t.device();
  const { page } = device;
  await sign_in(page, gate.url, { user: kDana, pin });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  return { server, gate, device, page };
}

/** An account that she may see and change. */
export async function danas_account(server) {
  const [account] = await server.rows('accounts?$select=accountid,name&$filter=statecode eq 0&$orderby=name&$top=1', kDana);
  return account;
}
