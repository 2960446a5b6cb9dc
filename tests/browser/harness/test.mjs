// SPDX-License-Identifier: Apache-2.0
//
// A test in a browser:
//
//   test('a second tab sees edits at once', { sizes: ['phone'] }, async (t) => {
//     const server = await t.server();
//     const device = await t.device();
//     await device.page.goto(server.url);
//     …
//     await t.shot(device.page, 'two tabs');
//   });
//
// Everything that `t` gave is stopped and removed when the test ends. A test runs once for each of its sizes.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Device } from './device.mjs';
import { Gate } from './gate.mjs';
import { Server } from './server.mjs';

const tests = [];

/** @param {string} name @param {{sizes?: ('phone' | 'tablet')[]}} options @param {(t: Bench) => Promise<void>} body */
export function test(name, options, body) {
  for (const size of options.sizes ?? ['phone']) tests.push({ name, size, body });
}

export function all_tests() {
  return tests;
}

/** The table on which one test works. */
export class Bench {
  #ends = [];
  #devices = [];

  /** @param {{name: string, size: string}} test @param {{program: string, data: DemoData, folder: string, shots: string, apps: Apps}} run */
  constructor(test, run) {
    this.name = test.name;
    this.size = test.size;
    this.run = run;
  }

  /** A running server. `app` chooses pages: 'app' (what is shipped) or 'door' (no screens). */
  async server({ records = 600, app = 'app', options = [] } = {}) {
    const data = await this.run.data.copy(records);
    const server = new Server({ program: this.run.program, data, app: await this.run.apps.folder(app), options });
    this.#ends.push(async () => {
      await server.stop('SIGKILL');
      await rm(data, { recursive: true, force: true });
    });
    return server.start();
  }

  /** What stands before `server`; devices that go through it open `gate.url`. */
  async gate(server) {
    const gate = await new Gate(server).start();
    this.#ends.push(() => gate.stop());
    return gate;
  }

  /** The same server with other pages: stopped, and started again where it was. */
  async replace_app(server, app) {
    await server.stop();
    await server.start(app);
  }

  /** A started device with an empty profile. */
  async device({ size = this.size, theme, text_percent } = {}) {
    const profile = await mkdtemp(join(this.run.folder, 'profile-'));
    const device = new Device({ profile, size, theme, text_percent });
    this.#devices.push(device);
    this.#ends.push(async () => {
      await device.kill();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    });
    return device.start();
  }

  /** Keeps a picture of the page for people to look at. */
  async shot(page, what) {
    await mkdir(this.run.shots, { recursive: true });
    const name = `${this.size} ${this.name} ${what}`.replace(/[^\w]+/g, '_');
    await page.screenshot({ path: join(this.run.shots, `${name}.png`) });
  }

  /** What the devices show and say, for a test that failed. */
  async evidence() {
    const lines = [];
    for (const [at, device] of this.#devices.entries()) {
      for (const [tab, page] of (device.context?.pages() ?? []).entries())
        await this.shot(page, `failed ${at} ${tab}`).catch(() => {});
      lines.push(...device.errors.map((error) => `device ${at}: uncaught: ${error}`));
      lines.push(...device.said.slice(-30).map((line) => `device ${at}: ${line}`));
    }
    return lines;
  }

  async end() {
    for (const end of this.#ends.reverse()) await end().catch((error) => console.error(`cleaning up: ${error}`));
  }
}

/** Waits until `condition` gives something true, and gives it. The bound is for a machine that does other things as well. */
export async function until(condition, what, milliseconds = 60_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
