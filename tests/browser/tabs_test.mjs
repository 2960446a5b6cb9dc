// SPDX-License-Identifier: Apache-2.0
//
// Two tabs of one device, through the real screens.
import assert from 'node:assert/strict';
import { field, go_to, marked, open, record, save, settle_in } from './harness/person.mjs';
import { test, until } from './harness/test.mjs';

/** Until another tab shows it; the rest is for a machine that does other things as well. */
const kAtOnce = 2_000;

async function two_tabs(t) {
  const server = await t.server();
  const device = await t.device();
  await settle_in(device, server.url);
  const [account] = await server.rows('accounts?$select=accountid,name&$orderby=name&$top=1', 'east1@demo');
  const first = device.page;
  const second = await device.tab();
  await open(first, 'Accounts', 'Account', account.name);
  await second.goto(`${server.url}/accounts/${account.accountid}`);
  await record(second, 'Account').waitFor();
  return { server, device, first, second, account };
}

const phone = (page) => field(record(page, 'Account'), 'Main Phone');

test('a second tab sees what the first one saves, and goes on when that one is closed', { sizes: ['tablet'] }, async (t) => {
  const { server, first, second, account } = await two_tabs(t);
  await server.stop('SIGKILL');
  await phone(first).fill('555 0101');
  await save(first);
  await until(async () => (await phone(second).inputValue()) === '555 0101', 'the second tab shows it', kAtOnce);
  await marked(second, 'Account', 'Pending');

  await first.close();
  await phone(second).fill('555 0102');
  await save(second);
  await server.start();
  await marked(second, 'Account', 'Sent');
  assert.equal((await server.api('GET', `accounts(${account.accountid})?$select=telephone1`)).telephone1, '555 0102');
});

test('the tab with the engine killed in the middle of a save: the other goes on with what was acknowledged', {}, async (t) => {
  const { server, device, first, second } = await two_tabs(t);
  await server.stop('SIGKILL');
  await phone(first).fill('555 0103');
  await save(first);
  await phone(first).fill('555 0104');
  // Its renderer is killed while the save is on its way: nobody has been told anything about that one.
  const session = await device.context.newCDPSession(first);
  await first.evaluate(() => void [...document.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Save').click());
  await Promise.race([session.send('Page.crash').catch(() => {}), first.waitForEvent('crash')]);

  await until(async () => ['555 0103', '555 0104'].includes(await phone(second).inputValue()), 'the acknowledged save is there');
  await phone(second).fill('555 0105');
  await save(second);
  await server.start();
  await marked(second, 'Account', 'Sent');
  await go_to(second, 'Accounts');
});
