// SPDX-License-Identifier: Apache-2.0
//
// Bundles the app. In: this folder and satchel.wasm. Out: a folder of static files that `satchel serve` loads.
// SATCHEL_WASM and SATCHEL_APP name other places for the module and the folder; SATCHEL_PAGE another folder with an index.html.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { early } from './bundling/early.mjs';
import { finish } from './bundling/finish.mjs';
import { schema_file } from './bundling/schema.mjs';

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const out = process.env['SATCHEL_APP'] ?? place('../../build/release/bin/app');
const page = process.env['SATCHEL_PAGE'] ?? place('.');
const wasm = process.env['SATCHEL_WASM'] ?? place('../../build/wasm/bin/satchel.wasm');

export default defineConfig({
  root: page,
  publicDir: place('./public'),
  base: '/',
  clearScreen: false,
  logLevel: 'warn',
  cacheDir: place('../../build/vite'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { alias: [{ find: /^satchel\.wasm/, replacement: wasm }] },
  worker: { format: 'es' },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        main: join(page, 'index.html'),
        service_worker: place('./src/service_worker/service_worker.ts'),
      },
      output: {
        assetFileNames: 'assets/[name]-[hash][extname]',
        chunkFileNames: 'assets/[name]-[hash].js',
        // The service worker's address is the same for ever: by it the browser finds the next version.
        entryFileNames: (chunk) => (chunk.name === 'service_worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  test: { root: place('.'), include: ['src/**/*.test.{ts,tsx}'] },
  plugins: [schema_file(wasm), early(), finish({ out, cache: place('../../build/compressed') })],
});
