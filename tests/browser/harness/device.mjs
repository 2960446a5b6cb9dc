// SPDX-License-Identifier: Apache-2.0
//
// A device in somebody's hands: Debian's Chromium with a profile folder of its own, at the size of a phone or a tablet. Closing
// and starting it again keeps the profile, as on a real one.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const kChromium = process.env.SATCHEL_CHROMIUM ?? '/usr/bin/chromium';

export const kSizes = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  tablet: { viewport: { width: 1024, height: 768 }, isMobile: false, hasTouch: true, deviceScaleFactor: 1 },
};

const kArguments = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
];

export class Device {
  /** What pages wrote to their consoles, newest last. */
  said = [];
  /** Errors of pages that nobody caught. */
  errors = [];

  /** @param {{profile: string, size: 'phone' | 'tablet', theme?: 'light' | 'dark', text_percent?: number}} options */
  constructor({ profile, size, theme = 'light', text_percent = 100 }) {
    this.profile = profile;
    this.size = size;
    this.theme = theme;
    this.text_percent = text_percent;
  }

  async start() {
    if (this.text_percent !== 100) await this.#set_text_size();
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: kChromium,
      args: kArguments,
      colorScheme: this.theme,
      locale: 'en-GB',
      timezoneId: 'Europe/Lisbon',
      ignoreHTTPSErrors: true,
      ...kSizes[this.size],
    });
    this.context.setDefaultTimeout(15_000);
    this.context.on('page', (page) => this.#listen(page));
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    this.#listen(this.page);
    return this;
  }

  /** As its owner would in the browser's settings. A profile that has been used keeps what is set. */
  async #set_text_size() {
    const folder = join(this.profile, 'Default');
    await mkdir(folder, { recursive: true });
    const preferences = { webkit: { webprefs: { default_font_size: (16 * this.text_percent) / 100 } } };
    await writeFile(join(folder, 'Preferences'), JSON.stringify(preferences), { flag: 'wx' }).catch(() => {});
  }

  #listen(page) {
    if (page.satchel_heard) return;
    page.satchel_heard = true;
    page.on('console', (message) => {
      this.said.push(`${message.type()}: ${message.text()}`);
      if (this.said.length > 400) this.said.shift();
    });
    page.on('pageerror', (error) => this.errors.push(String(error.stack ?? error)));
    // A file chooser is handed to us only from when somebody listens, and the browser hears of that by another way than of keys: on a
    // busy machine the key that opened one came first, and nobody saw the chooser. So somebody listens from the start.
    page.on('filechooser', () => {});
  }

  async tab() {
    return this.context.newPage();
  }

  /** As a person does it. */
  async close() {
    await this.context?.close();
    this.context = undefined;
  }

  /** As a battery does it: every process of this profile at once. */
  async kill() {
    for (const pid of await processes_with(this.profile)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It was faster.
      }
    }
    await this.context?.close().catch(() => {});
    this.context = undefined;
  }

  async restart() {
    await this.close();
    return this.start();
  }
}

/** Processes whose command line holds `text`: our own browser's, for the profile's folder is in each. */
async function processes_with(text) {
  const found = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(`--user-data-dir=${text}`)) found.push(Number(pid));
  }
  return found;
}

/** Names of the profile's files that hold one of `texts`, as UTF-8 or UTF-16: whatever the browser put where. */
export async function files_holding(profile, texts) {
  const needles = texts.flatMap((text) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')]);
  const found = [];
  for (const entry of await readdir(profile, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (needles.some((needle) => bytes.includes(needle))) found.push(path.slice(profile.length + 1));
  }
  return found;
}
