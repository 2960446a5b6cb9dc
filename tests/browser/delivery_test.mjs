// SPDX-License-Identifier: Apache-2.0
//
// How the app reaches a device: it can be installed, starts without a server, and takes a new version when its user says so.
import assert from 'node:assert/strict';
import { kSizesMax, sizes_of } from '../../apps/web/bundling/finish.mjs';
import { test, until } from './harness/test.mjs';

/** Opens the page and waits until its service worker could serve it. */
async function open_and_install(page, url) {
  await page.goto(url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
}

test('the browser finds nothing that keeps the app from being installed', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const { page, context } = await t.device();
  await open_and_install(page, server.url);
  const session = await context.newCDPSession(page);
  // A private window, which the browser never installs from, would be the only reason left; a profile folder is none.
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId), []);
  const { data, errors } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  for (const { src, sizes, type } of manifest.icons) {
    const picture = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return { width: image.naturalWidth, type: (await fetch(address)).headers.get('Content-Type') };
    }, src);
    assert.equal(picture.type, type, src);
    if (sizes !== 'any') assert.equal(`${picture.width}x${picture.width}`, sizes, src);
  }
  assert.ok(manifest.icons.some(({ purpose, sizes }) => purpose === 'maskable' && sizes === '512x512'));
});

test('a cold start with the server dead, on any address', { sizes: ['phone', 'tablet'] }, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  await open_and_install(device.page, server.url);
  await server.stop('SIGKILL');
  await device.restart();
  for (const address of ['/', '/accounts', '/accounts/0190aaaa-0000-7000-8000-000000000001', '/settings?platform=ipad']) {
    await device.page.goto(server.url + address);
    await until(() => device.page.evaluate(() => window.door !== undefined), `the page at ${address}`);
  }
  // What belongs to the server is not answered from the device.
  for (const address of ['/api/data/v9.2/accounts', '/oauth2/token', '/healthz', '/metrics'])
    assert.equal(await device.page.evaluate((a) => fetch(a).then(() => 'answered', () => 'failed'), address), 'failed', address);
});

test('a new version waits until it is wanted, and then is the one that runs', {}, async (t) => {
  const folder = await t.run.apps.folder('door');
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  const { page } = device;
  await open_and_install(page, server.url);
  await page.reload(); // now the service worker has the page
  const other = await device.tab();
  await other.goto(server.url);
  assert.equal(await page.evaluate(() => window.seen.update), false);

  await t.replace_app(server, await t.run.apps.next_version(folder, 'two'));
  await page.evaluate(() => window.version.look());
  await until(() => page.evaluate(() => window.seen.update), 'the new version is noticed');
  assert.equal(await page.title(), 'Door');
  await page.reload();
  assert.equal(await page.title(), 'Door', 'a reload alone takes no new version while another tab has the old one');

  await until(() => page.evaluate(() => window.seen.update), 'it is offered again');
  const loaded = page.waitForEvent('load', { timeout: 60_000 });
  await page.evaluate(() => window.version.reload());
  await loaded;
  assert.equal(await page.title(), 'Door two', 'the new version runs');
  // The other tab goes on with what it has, is told, and could still start a worker of its version.
  assert.equal(await other.title(), 'Door');
  await until(() => other.evaluate(() => window.seen.update), 'the other tab is told');
  const caches = await page.evaluate(() => caches.keys());
  assert.equal(caches.length, 2, String(caches));
});

test('everything comes from the server itself', {}, async (t) => {
  const server = await t.server({ app: 'door' });
  const device = await t.device();
  const asked = [];
  device.context.on('request', (request) => asked.push(request.url()));
  await open_and_install(device.page, server.url);
  await until(() => asked.some((url) => url.endsWith('.wasm')), 'the engine is loaded');
  assert.deepEqual(asked.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith('blob:')), []);
  assert.deepEqual(device.said.filter((line) => line.includes('Content Security Policy')), []);
});

test('what a start needs is named in the page’s head, and asked for once', {}, async (t) => {
  const server = await t.server();
  const { page, said } = await t.device();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(server.url);
  await page.getByRole('heading', { name: "Let's get started" }).waitFor();
  const named = [...(await (await fetch(server.url)).text()).matchAll(/<link rel="(?:module)?preload"[^>]* href="([^"]+)"/g)].map(([, file]) => file);
  for (const pattern of [/schema-[\w-]+\.json$/, /start-[\w-]+\.js$/]) {
    const file = named.find((one) => pattern.test(one));
    assert.ok(file, `the head names none like ${pattern}: ${named}`);
    assert.equal(asked.filter((one) => one === file).length, 1, file);
  }
  assert.deepEqual(said.filter((line) => line.includes('preload')), []);
});

test('the engine comes behind the sign-in form at a first start, and with the page at every other', {}, async (t) => {
  const server = await t.server();
  const { page, said } = await t.device();
  const asked_at = () =>
    page.evaluate(() => {
      const files = performance.getEntriesByType('resource');
      const module = files.filter(({ name }) => name.endsWith('.wasm'));
      return { modules: module.length, module: module[0]?.startTime, screens: files.find(({ name }) => /start-[\w-]+\.js$/.test(name)).responseEnd };
    });
  await open_and_install(page, server.url);
  await until(async () => (await asked_at()).modules > 0, 'the engine is asked for');
  const first = await asked_at();
  assert.ok(first.module > first.screens, JSON.stringify(first));
  await page.reload();
  await page.getByRole('heading', { name: "Let's get started" }).waitFor();
  const second = await asked_at();
  assert.ok(second.module < second.screens, JSON.stringify(second));
  await until(async () => (await page.evaluate(() => document.querySelector('form.gate-card') !== null)), 'the form');
  assert.equal((await asked_at()).modules, 1);
  assert.deepEqual(said.filter((line) => line.includes('preload')), []);
});

test('pages and engine are within what a phone may have to download', {}, async (t) => {
  const sizes = sizes_of(await t.run.apps.folder('app'));
  for (const [part, most] of Object.entries(kSizesMax))
    assert.ok(sizes[part] <= most, `${part}: ${sizes[part]} bytes compressed, and ${most} are allowed (docs/bench.md)`);
});
