// SPDX-License-Identifier: Apache-2.0
//
// How quick and how small the app is, through its real screens in Debian's Chromium at a phone's size: ./dev bench --app
//
//   --records N   rows in the demo organisation (260,000: somewhat more than 100,000 of them are one salesperson's)
//   --json        one object instead of the table
//   --only WORD   figures whose name holds WORD; what they need is done all the same
//
//   SATCHEL_BIN   the program; default build/satchel. The app is the folder `app` beside it.
//
// Each figure stands beside what is asked (docs/bench.md). The exit code is 0 even if one is missed: a figure says something about
// the machine too.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sizes_of } from '../../apps/web/bundling/finish.mjs';
import { Device } from './harness/device.mjs';
import { kPassword, Server } from './harness/server.mjs';
import { until } from './harness/test.mjs';

const kUser = 'east1@demo';
const kWarmStarts = 7;
const kRecords = 9;
const kSaves = 15;
/** Of a name that is typed into the search box. */
const kLettersTyped = 5;
const kSearches = 4;
/** A quick thumb: 6 px a millisecond, as frames of 60 Hz. */
const kScrollPixels = 100;
const kScrollFrames = 400;

/** Between two typed letters. */
const kKeyMilliseconds = 80;

/** name: [asked, unit, whether more is better] */
const kAsked = {
  'pages, brotli': [130, 'KiB'],
  'engine, brotli': [550, 'KiB'],
  'first start to list': [1500, 'ms'],
  'first sync': [25_000, 'rows/s', true],
  'rows on the device': [100_000, 'rows', true],
  'warm start to list': [700, 'ms'],
  'opening a record': [50, 'ms'],
  'saving': [20, 'ms'],
  'search, per letter': [50, 'ms'],
  'scrolling, frames with a row missing': [0, 'frames'],
  'engine memory': [128, 'MiB'],
};

const { values: options } = parseArgs({
  options: { records: { type: 'string', default: '260000' }, json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = await realpath(process.env.SATCHEL_BIN ?? join(resolve(here, '../..'), 'build/satchel'));
const folder = await mkdtemp(join(tmpdir(), 'satchel-measure-'));
const figures = {};

const server = new Server({ program, data: join(folder, 'server'), options: ['--records', options.records] });
const device = new Device({ profile: join(folder, 'profile'), size: 'phone' });
try {
  measure_sizes();
  await server.start();
  await device.start();
  await device.context.addInitScript(watch_page);
  await measure_first_start(device.page);
  const page = await measure_warm_starts();
  await measure_records(page);
  await measure_search(page);
  await measure_scrolling(page);
  await measure_memory(page);
} catch (error) {
  for (const line of [...device.errors, ...device.said.slice(-20)]) console.error(line);
  throw error;
} finally {
  await device.kill();
  await server.stop('SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
report();

// ---- in the page -----------------------------------------------------------------------------------------------------------

/** Runs before the page's own scripts: `seen(selector)` resolves with the time at which it was first drawn. */
function watch_page() {
  const waiting = new Set();
  const look = () => {
    for (const one of waiting) {
      if (!one.is_there()) continue;
      waiting.delete(one);
      // The frame after the one in which it was drawn for the first time begins when that one is on its way to the screen.
      requestAnimationFrame(() => one.done(performance.now()));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  window.seen = (condition) =>
    new Promise((done) => {
      const is_there = typeof condition === 'string' ? () => document.querySelector(condition) !== null : condition;
      waiting.add({ is_there, done });
      look();
    });
  window.first_row = window.seen('.virtual a.row-link');
}

// ---- figures ---------------------------------------------------------------------------------------------------------------

function measure_sizes() {
  const { pages, engine } = sizes_of(join(dirname(program), 'app'));
  figures['pages, brotli'] = [pages / 1024];
  figures['engine, brotli'] = [engine / 1024];
}

/** Page, sign-in and list on a device that never saw the app; what a person needs for typing is left out. */
async function measure_first_start(page) {
  await page.goto(`${server.url}/accounts`);
  const form_after = await page.evaluate(() => window.seen('form.gate-card'));
  // The engine makes the store meanwhile. Nobody types faster.
  await page.getByLabel('User name').pressSequentially(kUser, { delay: kKeyMilliseconds });
  await page.getByLabel('Password').pressSequentially(kPassword, { delay: kKeyMilliseconds });
  const began = await page.evaluate(() => {
    const began = performance.now();
    void window.seen(() => [...document.querySelectorAll('button')].some((button) => button.textContent === 'Skip')).then(() => {
      [...document.querySelectorAll('button')].find((button) => button.textContent === 'Skip').click();
    });
    document.querySelector('form.gate-card button[type=submit]').click();
    return began;
  });
  const list_at = await page.evaluate(() => window.first_row);
  figures['first start to list'] = [form_after + list_at - began];

  await page.evaluate(() => {
    history.pushState(null, '', '/sync');
    dispatchEvent(new PopStateEvent('popstate'));
  });
  await until(() => page.getByText('Rows on this device').count(), 'the sync status', 10_000);
  // The text index is built behind it; search finds by names meanwhile.
  const readable_at = await page.evaluate(() => window.seen(() => document.querySelector('progress[aria-label="First sync"]') === null));
  const rows = await rows_on_device(page);
  figures['first sync'] = [rows / ((readable_at - began) / 1000)];
  const done_at = await page.evaluate(() => window.seen(() => /Last sync\s+(?!\s*never)/i.test(document.body.innerText)));
  figures['first sync, with full text'] = [rows / ((done_at - began) / 1000)];
  figures['rows on the device'] = [rows];
}

/** As the screen says it. */
async function rows_on_device(page) {
  const text = await page.evaluate(() => document.body.innerText);
  return Number(/Rows on this device\s+([\d.,\s]+?)\s*(\n|$)/.exec(text)?.[1].replace(/\D/g, '') ?? 0);
}

/** The app was closed, the browser not: from the address to drawn rows. Gives the page of the last start. */
async function measure_warm_starts() {
  const times = [];
  await device.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  for (let i = 0; i < kWarmStarts; ++i) {
    const page = await device.tab();
    await Promise.all(device.context.pages().filter((one) => one !== page).map((one) => one.close()));
    await page.goto(`${server.url}/accounts`);
    times.push(await page.evaluate(() => window.first_row));
  }
  figures['warm start to list'] = times;
  return device.context.pages()[0];
}

/** Opens records from the list; in each, a telephone number is changed and saved. */
async function measure_records(page) {
  const opened = [];
  const saved = [];
  for (let i = 0; i < kRecords; ++i) {
    await page.evaluate(() => window.seen('.virtual a.row-link'));
    opened.push(
      await page.evaluate(async (at) => {
        const began = performance.now();
        document.querySelectorAll('.virtual a.row-link')[at].click();
        return (await window.seen('.record-pane .save-bar')) - began;
      }, i),
    );
    if (i < 3) for (let n = 0; n < kSaves / 3; ++n) saved.push(await save_once(page, `555 ${i}${n}`));
    await page.evaluate(() => history.back());
  }
  figures['opening a record'] = opened;
  figures['saving'] = saved;
}

/** Until it is told, not until it is drawn. What was saved before has arrived: nobody saves twice within some tenths of a second. */
async function save_once(page, number) {
  await page.locator('.save-bar').getByText(/^(On this device|Sent)$/).waitFor();
  const field = page.getByLabel(/^Main phone/i).first();
  await field.fill(number);
  return page.evaluate(async () => {
    const bar = document.querySelector('.record-pane .save-bar');
    const button = [...bar.querySelectorAll('button')].find((one) => one.textContent === 'Save');
    const began = performance.now();
    const told = new Promise((done) => {
      const observer = new MutationObserver(() => {
        if (bar.classList.contains('dirty')) return;
        observer.disconnect();
        done(performance.now());
      });
      observer.observe(bar, { attributes: true });
    });
    button.click();
    return (await told) - began;
  });
}

async function measure_search(page) {
  await page.goto(`${server.url}/accounts`);
  await page.evaluate(() => window.first_row);
  const names = await page.evaluate(() => [...document.querySelectorAll('.virtual a.row-link')].map((link) => link.textContent));
  const times = [];
  for (const name of names.slice(0, kSearches)) {
    const word = name.split(' ')[0];
    for (let letters = 1; letters <= Math.min(kLettersTyped, word.length); ++letters)
      times.push(await page.evaluate(type_into_search, word.slice(0, letters)));
    await page.evaluate(type_into_search, '');
  }
  figures['search, per letter'] = times.filter((time) => time !== null);
}

/** From the letter to what it finds; null if it finds what was there before. */
async function type_into_search(text) {
  const box = document.querySelector('input[type=search]');
  const pane = box.closest('section');
  const began = performance.now();
  const changed = new Promise((done) => {
    const observer = new MutationObserver(() => {
      observer.disconnect();
      requestAnimationFrame(() => done(performance.now()));
    });
    for (const part of pane.querySelectorAll('.scroller, .list-foot')) observer.observe(part, { subtree: true, childList: true, characterData: true });
    setTimeout(() => (observer.disconnect(), done(null)), 1000);
  });
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, text);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  const at = await changed;
  return at === null ? null : at - began;
}

async function measure_scrolling(page) {
  // The largest list of a salesperson.
  await page.goto(`${server.url}/contacts`);
  await page.evaluate(() => window.first_row);
  const { missing, slowest } = await page.evaluate(async ({ pixels, frames }) => {
    const scroller = document.querySelector('.virtual').closest('.scroller');
    const { left, top, width, height } = scroller.getBoundingClientRect();
    const next_frame = () => new Promise((done) => requestAnimationFrame(done));
    let missing = 0;
    let slowest = 0;
    let last = await next_frame();
    for (let i = 0; i < frames; ++i) {
      scroller.scrollTop += pixels;
      const now = await next_frame();
      slowest = Math.max(slowest, now - last);
      last = now;
      const rows = [0.1, 0.5, 0.9].map((part) => document.elementFromPoint(left + width / 2, top + height * part)?.closest('li'));
      if (rows.some((row) => !row)) ++missing;
    }
    return { missing, slowest };
  }, { pixels: kScrollPixels, frames: kScrollFrames });
  figures['scrolling, frames with a row missing'] = [missing];
  figures['scrolling, longest frame'] = [slowest];
}

/** What the module has taken from the browser after all of the above. */
async function measure_memory(page) {
  const worker = page.workers().find((one) => one.url().includes('worker'));
  figures['engine memory'] = [(await worker.evaluate(() => self.engine_memory())) / 1024 / 1024];
}

// ---- the table -------------------------------------------------------------------------------------------------------------

function report() {
  const rows = Object.entries(figures)
    .filter(([name]) => name.includes(options.only))
    .map(([name, times]) => {
      const [asked, unit, more] = kAsked[name] ?? [undefined, 'ms'];
      const value = median(times);
      const reached = asked === undefined ? null : more ? value >= asked : value <= asked;
      return { name, value: rounded(value), unit, min: rounded(Math.min(...times)), max: rounded(Math.max(...times)), asked: asked ?? null, reached };
    });
  if (options.json) {
    console.log(JSON.stringify({ records: Number(options.records), figures: rows }, null, 2));
    return;
  }
  console.log(`${'figure'.padEnd(38)}${'median'.padStart(10)}  ${'min to max'.padEnd(20)}${'asked'.padStart(16)}`);
  for (const { name, value, unit, min, max, asked, reached } of rows) {
    const range = min === max ? '' : `${min} to ${max}`;
    const sign = asked === null ? '' : `${kAsked[name][2] ? '≥' : '≤'} ${asked} ${unit}${reached ? '' : '  missed'}`;
    console.log(`${name.padEnd(38)}${`${value}`.padStart(10)}  ${range.padEnd(20)}${''.padStart(4)}${sign}`);
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function rounded(number) {
  return number >= 100 ? Math.round(number) : Math.round(number * 10) / 10;
}
