// SPDX-License-Identifier: Apache-2.0
//
// Tests of the app in Debian's Chromium: node tests/browser/run.mjs [WORD…]   (tests whose file or name holds a WORD)
//
//   SATCHEL_BIN     the program; default build/satchel. The app is the folder `app` beside it.
//   SATCHEL_SHOTS   where pictures go; default a temporary folder, named at the end
//
// Closes with one line: N passed, M failed.
import { readdir, realpath, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Apps } from './harness/apps.mjs';
import { DemoData } from './harness/server.mjs';
import { all_tests, Bench } from './harness/test.mjs';

const kTestSecondsMax = 180;
/** A picture takes seconds on a busy machine, and nobody waits for it. */
const kPicturesSecondsMax = 600;
/** Tests at one time. Each has its own server and devices, and mostly waits for them. */
const kLanes = 2;

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const program = await realpath(process.env.SATCHEL_BIN ?? join(root, 'build/satchel'));
const folder = await mkdtemp(join(tmpdir(), 'satchel-browser-'));
const shots = process.env.SATCHEL_SHOTS ?? (await mkdtemp(join(tmpdir(), 'satchel-shots-')));
const run = {
  program,
  folder,
  shots,
  data: new DemoData(program, folder),
  apps: new Apps({ root, built: join(dirname(program), 'app'), folder }),
};

const words = process.argv.slice(2);
const files = (await readdir(here)).filter((name) => name.endsWith('_test.mjs')).sort();
for (const file of files) {
  const before = all_tests().length;
  await import(pathToFileURL(join(here, file)));
  for (const test of all_tests().slice(before)) test.file = file;
}
const is_asked_for = (test) => words.every((word) => `${test.file} ${test.size} ${test.name}`.includes(word));
// Every screen at both sizes and themes takes a quarter of an hour: that is what ./dev look is for. The platforms' paths load the app some
// 70 times: 76 s on a quiet machine with two lanes, 4 to 6 minutes on a busy one. Their table is tested cell by cell natively
// and on the command line.
const is_by_name = (file) => file.startsWith('screens_') || file === 'platforms_test.mjs';
// At a tablet's size these ask the same of the same controls: once is enough for every run, both for whoever names a file. All tests
// together may take 25 minutes.
const kTabletByName = [
  'delivery_test.mjs', 'draft_families_test.mjs', 'drafts_test.mjs', 'experience_test.mjs', 'images_test.mjs', 'kept_records_test.mjs',
  'keyboard_test.mjs', 'lock_test.mjs', 'lost_connection_test.mjs', 'sign_in_again_test.mjs', 'wiped_test.mjs',
];
const is_short = ({ file, size }) => !is_by_name(file) && !(size === 'tablet' && kTabletByName.includes(file));
const chosen = all_tests().filter((test) => is_asked_for(test) && (words.length > 0 || is_short(test)));

let failed = 0;
try {
  const waiting = chosen.values();
  const lane = async () => {
    for (const test of waiting) {
      const passed = await run_one(test);
      failed += passed ? 0 : 1;
    }
  };
  await Promise.all(Array.from({ length: kLanes }, lane));
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`pictures: ${shots}`);
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 || chosen.length === 0 ? 1 : 0);

async function run_one(test) {
  const began = performance.now();
  const bench = new Bench(test, run);
  let reason;
  try {
    await within(test.body(bench), test.file.startsWith('screens_') ? kPicturesSecondsMax : kTestSecondsMax);
  } catch (error) {
    reason = error;
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const lines = [`${reason ? 'FAILED ' : 'ok     '} ${test.name} [${test.size}] (${seconds} s)`];
  if (reason) lines.push(String(reason?.stack ?? reason).replace(/^/gm, '    '), ...(await bench.evidence()).map((line) => `    ${line}`));
  console.log(lines.join('\n'));
  await bench.end();
  return !reason;
}

function within(work, seconds) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
