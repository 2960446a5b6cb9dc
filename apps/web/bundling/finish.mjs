// SPDX-License-Identifier: Apache-2.0
//
// The last steps of the build: icons, the service worker's list of files, and each file compressed beside itself.
//
//   index.html  index.html.br  index.html.gz  assets/main-<hash>.js  …br  …gz  satchel-<hash>.wasm  …
//
// Nothing is compressed twice: what was made for the same bytes before lies in `cache`.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { icon_png, icon_svg } from './icons.mjs';

const kServiceWorker = 'service_worker.js';
const kCompressible = /\.(html|js|css|wasm|svg|webmanifest|json|txt)$/;
/** Below, a compressed file saves no packet. */
const kCompressMin = 600;

/** A Vite plugin. @param {{out: string, cache: string}} options */
export function finish({ out, cache }) {
  return {
    name: 'satchel-finish',
    apply: 'build',
    writeBundle() {
      write_icons(out);
      write_file_list(out);
      for (const file of files_in(out)) compress(join(out, file), cache);
    },
  };
}

function write_icons(out) {
  writeFileSync(join(out, 'icon.svg'), icon_svg());
  for (const size of [192, 512]) {
    writeFileSync(join(out, `icon-${size}.png`), icon_png(size, { maskable: false }));
    writeFileSync(join(out, `icon-maskable-${size}.png`), icon_png(size, { maskable: true }));
  }
}

/** The service worker declares kFiles and kVersion; here they get their values. */
function write_file_list(out) {
  const files = files_in(out).filter((file) => file !== kServiceWorker);
  const list = files.map((file) => [`/${file}`, hash_of(readFileSync(join(out, file)))]);
  const path = join(out, kServiceWorker);
  const code = readFileSync(path, 'utf8');
  const version = hash_of(JSON.stringify(list) + code);
  writeFileSync(path, `const kFiles=${JSON.stringify(list)},kVersion=${JSON.stringify(version)};\n${code}`);
}

function files_in(folder) {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !/\.(br|gz)$/.test(file))
    .sort();
}

function hash_of(bytes) {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
}

function compress(path, cache) {
  const bytes = readFileSync(path);
  if (!kCompressible.test(path) || bytes.length < kCompressMin) return;
  mkdirSync(cache, { recursive: true });
  const key = join(cache, hash_of(bytes));
  if (!existsSync(`${key}.br`)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${key}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${key}.br`, brotliCompressSync(bytes, { params }));
  }
  for (const ending of ['br', 'gz']) copyFileSync(`${key}.${ending}`, `${path}.${ending}`);
}

/** What a phone may have to download at its first start, in bytes (docs/bench.md). */
export const kSizesMax = { pages: 130 * 1024, engine: 550 * 1024 };

export function sizes_of(out) {
  const size = (file) => statSync(join(out, existsSync(join(out, `${file}.br`)) ? `${file}.br` : file)).size;
  const of = (pattern) => files_in(out).filter((file) => pattern.test(file)).reduce((sum, file) => sum + size(file), 0);
  return { pages: of(/\.(html|js|css|json)$/), engine: of(/\.wasm$/) };
}
