// SPDX-License-Identifier: Apache-2.0
//
// `satchel serve` with a demo organisation, as a process on a free port. A restart keeps port and data.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const kPassword = 'satchel-demo';

export class Server {
  #process = null;
  #options;

  /** @param {{program: string, data: string, app?: string, options?: string[]}} options */
  constructor(options) {
    this.#options = options;
    this.port = 0;
  }

  get url() {
    return `${this.#options.options?.includes('--tls-key') ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }
  get data() {
    return this.#options.data;
  }

  /** @param {string} [app] another folder of pages from now on */
  async start(app) {
    if (app) this.#options.app = app;
    return this.#start();
  }

  async #start() {
    const { program, data, app, options = [] } = this.#options;
    const words = ['serve', '--demo', '--data', data, '--listen', `127.0.0.1:${this.port}`, ...options];
    if (app) words.push('--app', app);
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let said = '';
    child.stderr.on('data', (text) => (said = (said + text).slice(-4000)));
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /^listening on .*:(\d+)$/.exec(line)?.[1];
      if (!port) continue;
      this.port = Number(port);
      child.stdout.resume();
      return this;
    }
    throw new Error(`the server didn't start: ${said}`);
  }

  /** @param {NodeJS.Signals} signal SIGKILL: as if the machine had lost its power. */
  async stop(signal = 'SIGTERM') {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  signal(signal) {
    this.#process?.kill(signal);
  }

  /** The Web API as `user`: parsed answer, or an error with status and body. */
  async api(method, path, body, user = 'admin@demo') {
    const response = await fetch(`${this.url}/api/data/v9.2/${path}`, {
      method,
      headers: {
        Authorization: `Basic ${Buffer.from(`${user}:${kPassword}`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status} ${text}`), { status: response.status });
    return text === '' ? null : JSON.parse(text);
  }

  /** `satchel admin WORDS…` as the administrator: what it says as JSON. */
  async admin(...words) {
    const { program } = this.#options;
    const asked = ['--json', 'admin', '--server', this.url, '--user', 'admin@demo', ...words];
    const { stdout } = await run(program, asked, { env: { ...process.env, SATCHEL_PASSWORD: kPassword } });
    return JSON.parse(stdout);
  }

  /** The rows of a query. */
  async rows(path, user) {
    return (await this.api('GET', path, undefined, user)).value;
  }
}

/** Folders of demo organisations: each is filled once in a run, and copied for each test. */
export class DemoData {
  #filled = new Map();

  constructor(program, folder) {
    this.program = program;
    this.folder = folder;
  }

  /** A fresh copy of about `records` rows. */
  async copy(records) {
    if (!this.#filled.has(records)) this.#filled.set(records, this.#fill(records));
    const data = await mkdtemp(join(this.folder, 'data-'));
    await cp(await this.#filled.get(records), data, { recursive: true });
    return data;
  }

  async #fill(records) {
    const data = join(this.folder, `demo-${records}`);
    const server = new Server({ program: this.program, data, options: ['--records', String(records)] });
    await server.start();
    await server.stop();
    await stat(join(data, 'satchel.db'));
    return data;
  }
}
