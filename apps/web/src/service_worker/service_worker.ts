// SPDX-License-Identifier: Apache-2.0
//
// The app without a server: each version's files, whole, in a cache of their own.
//
//   install   all files of this version, before it counts as installed; what hasn't changed is taken from an older cache
//   waiting   until the page says "use it" (a person has pressed Reload), or no page of the old version is open
//   activate  older caches go, but the last one: tabs that still run that version may yet start a worker of it
//   fetch     an address of the app gives index.html (and names the engine's module with it), a file the cached one; the server's own
//             addresses are left alone
//
// Always true: index.html and the files that it names come from one version.

/** Written by the build: each file's address and hash. "/index.html" is among them. */
declare const kFiles: [address: string, hash: string][];
declare const kVersion: string;

const scope = self as unknown as ServiceWorkerGlobalScope;

const kPrefix = 'satchel ';
const kCache = kPrefix + kVersion;
/** Answered by the server or not at all. */
const kServerAddresses = /^\/(api|oauth2|healthz|metrics)(\/|$)/;
/** A file's hash stands in its cached answer, so that the next version knows it again. */
const kHashField = 'Satchel-Hash';
/** The longest way of a start: on its way with the page, before the page's own script asks for it. */
const kModule = kFiles.find(([address]) => address.endsWith('.wasm'))?.[0];
/** As written by the build. */
const kHashLength = 16;

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));
scope.addEventListener('message', (event) => {
  if (event.data === 'use it') event.waitUntil(scope.skipWaiting());
});
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== scope.location.origin) return;
  if (kServerAddresses.test(address.pathname)) return;
  event.respondWith(request.mode === 'navigate' ? answer_page(request) : answer_file(request, address.pathname));
});

async function install(): Promise<void> {
  const cache = await caches.open(kCache);
  const older = await Promise.all((await older_caches()).map((name) => caches.open(name)));
  await Promise.all(
    kFiles.map(async ([address, hash]) => {
      const known = (await find_unchanged(older, address, hash)) ?? (await download(address, hash));
      await cache.put(address, known);
    }),
  );
}

async function find_unchanged(older: Cache[], address: string, hash: string): Promise<Response | undefined> {
  for (const cache of older) {
    const found = await cache.match(address);
    if (found?.headers.get(kHashField) === hash) return found;
  }
  return undefined;
}

/** From the server, past the browser's own cache, which may hold an older file of the same name. What isn't the file that was built
 *  (a hotel's sign-in page) is no part of the app, and the version isn't installed. */
async function download(address: string, hash: string): Promise<Response> {
  const response = await fetch(address, { cache: 'reload', credentials: 'omit' });
  if (!response.ok || response.redirected) throw new Error(`${address}: ${response.status}`);
  const body = await response.arrayBuffer();
  if ((await hash_of(body)) !== hash) throw new Error(`${address}: another file came`);
  const headers = new Headers(response.headers);
  headers.set(kHashField, hash);
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  return new Response(body, { status: 200, headers });
}

/** As bundling/finish.mjs writes it: the beginning of SHA-256 in Base64url. */
async function hash_of(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return btoa(String.fromCharCode(...digest)).replaceAll('+', '-').replaceAll('/', '_').slice(0, kHashLength);
}

async function activate(): Promise<void> {
  const older = await older_caches();
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** In the order in which they were made. */
async function older_caches(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(kPrefix) && name !== kCache);
}

async function answer_page(request: Request): Promise<Response> {
  const cached = await (await caches.open(kCache)).match('/index.html');
  if (!cached) return fetch(request);
  const headers = new Headers(cached.headers);
  headers.set('Link', `<${kModule}>; rel=preload; as=fetch; crossorigin`);
  return new Response(cached.body, { headers });
}

async function answer_file(request: Request, address: string): Promise<Response> {
  const current = await (await caches.open(kCache)).match(address);
  return current ?? (await caches.match(address)) ?? fetch(request);
}
