// SPDX-License-Identifier: Apache-2.0
//
// Signing in while disconnected, by platform, as the app shows it: each cell of the table of rules (DESIGN 1.4), under classic and
// modern rules, online and on-premises. The platform is named by the address, as demo organisations let one.
import assert from 'node:assert/strict';
import { button, go_to, heading, notice_offline, sign_in } from './harness/person.mjs';
import { test } from './harness/test.mjs';

/** What a sign-in prompt means while offline, and what closing the app while offline means on-premises. */
const kTable = {
  ipad: { prompt: 'continue', closed: 'continue' },
  windows8: { prompt: 'continue', closed: 'block' },
  'windows8.1': { prompt: 'continue', closed: 'continue' },
  windows10: { prompt: 'continue', closed: 'continue' },
  'android-tablet': { prompt: 'block', closed: 'continue' },
  iphone: { prompt: 'block', closed: 'continue' },
  'android-phone': { prompt: 'block', closed: 'continue' },
  'windows-phone': { prompt: 'block', closed: 'continue' },
};
const kDay = 24 * 60 * 60 * 1000;
/** Longer than a refresh token lives, and than a lease lasts. */
const kLongDays = 100;

const inside = (page) => page.getByRole('navigation', { name: 'Main' });
const blocked = (page) => heading(page, 'Locked until you are connected');
const started = (page) => heading(page, "Let's get started");

/** A device that was used with these settings, and whose server is gone now. */
async function disconnected(t, ...settings) {
  const server = await t.server();
  if (settings.length > 0) await server.admin('set', ...settings);
  const device = await t.device();
  await sign_in(device.page, server.url, { user: 'drafts1@demo' });
  await device.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await device.page.goto(`${server.url}/settings`);
  const experience = device.page.getByRole('region', { name: 'Experience' });
  const deployment = settings.includes('deployment=on-premises') ? 'On-premises' : 'Online';
  await experience.getByText(deployment).waitFor({ timeout: 30_000 });
  await server.stop('SIGKILL');
  await notice_offline(device.page);
  return { server, device, page: device.page };
}

/** Opens the app again on this platform, so many days later. */
async function open_as(page, server, platform, days = 0) {
  const query = new URLSearchParams({ platform });
  if (days > 0) query.set('now', new Date(Date.now() + days * kDay).toISOString());
  await page.goto(`${server.url}/drafts?${query}`);
  await inside(page).or(started(page)).or(blocked(page)).first().waitFor({ timeout: 30_000 });
}

for (const deployment of ['online', 'on-premises']) {
  test(`classic rules, ${deployment}: "Back" goes on where the platform lets, elsewhere offline work ends with the sign-in (S1, S3)`, { sizes: ['tablet'] }, async (t) => {
    const { server, page } = await disconnected(t, 'rules=classic', `deployment=${deployment}`);
    for (const [platform, { prompt, closed }] of Object.entries(kTable)) {
      await open_as(page, server, platform, kLongDays);
      // On-premises a platform that closing blocks isn't asked at all.
      if (deployment === 'on-premises' && closed === 'block') {
        await blocked(page).waitFor();
        continue;
      }
      await started(page).waitFor();
      if (prompt === 'continue') {
        await button(page, 'Back').waitFor();
        await t.shot(page, `prompt ${platform}`);
      } else {
        assert.equal(await button(page, 'Back').count(), 0, `${platform}: no way back`);
        await page.getByText('offline work ends with it').waitFor();
        await t.shot(page, `ended ${platform}`);
      }
    }
    // "Back" lasts until a new sign-in is wanted: none of these is asked again, and the others still may not go on.
    await open_as(page, server, 'ipad', kLongDays);
    await button(page, 'Back').click();
    await heading(page, 'Draft Records').waitFor();
    for (const [platform, { prompt, closed }] of Object.entries(kTable)) {
      if (deployment === 'on-premises' && closed === 'block') continue;
      await open_as(page, server, platform, kLongDays);
      await (prompt === 'continue' ? heading(page, 'Draft Records') : started(page)).waitFor();
    }
  });

  test(`classic rules, ${deployment}: after the app was closed while offline (S1)`, { sizes: ['tablet'] }, async (t) => {
    const { server, page } = await disconnected(t, 'rules=classic', `deployment=${deployment}`);
    for (const [platform, { closed }] of Object.entries(kTable)) {
      await open_as(page, server, platform);
      if (deployment === 'on-premises' && closed === 'block') {
        await blocked(page).waitFor();
        await page.getByText('The app was closed while it was offline').waitFor();
        await t.shot(page, 'closed');
      } else {
        await heading(page, 'Draft Records').waitFor();
      }
    }
    await open_as(page, server, 'windows8');
    await server.start();
    if (deployment === 'on-premises') await button(page, 'Reconnect').click();
    await heading(page, 'Draft Records').waitFor();
  });

  test(`modern rules, ${deployment}: no sign-in while offline on any platform, until the lease ends and locks (S2)`, { sizes: ['phone'] }, async (t) => {
    const { server, page } = await disconnected(t, `deployment=${deployment}`);
    for (const platform of Object.keys(kTable)) {
      await open_as(page, server, platform, 1);
      await heading(page, 'Draft Records').waitFor();
    }
    await open_as(page, server, 'ipad', kLongDays);
    await blocked(page).waitFor();
    await page.getByText('away from the server for longer than your organisation allows').waitFor();
    await t.shot(page, 'lease over');
    // A clock that is set back again doesn't lengthen it.
    await open_as(page, server, 'ipad', 2);
    await blocked(page).waitFor();
    await server.start();
    await button(page, 'Reconnect').click();
    await heading(page, 'Draft Records').or(started(page)).first().waitFor();
  });
}

test('a classic on-premises server before CRM 2015 has no offline work, and says so (P3)', { sizes: ['phone'] }, async (t) => {
  const server = await t.server();
  await server.admin('set', 'rules=classic', 'deployment=on-premises', 'version=6.1');
  const { page } = await t.device();
  await sign_in(page, server.url, { user: 'drafts1@demo' });
  await page.goto(`${server.url}/settings`);
  await page.getByRole('region', { name: 'Experience' }).getByText('6.1').first().waitFor({ timeout: 30_000 });
  await go_to(page, 'Sync status');
  await server.stop('SIGKILL');
  await button(page, 'Sync now').click();
  await page.getByText('older than CRM 2015').waitFor();
  await t.shot(page, 'too old');
});
