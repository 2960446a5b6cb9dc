// SPDX-License-Identifier: Apache-2.0
// Tests in order, a closing line that tools/run_tests.py reads, and a server as a process.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = process.env.SATCHEL_BIN ?? fileURLToPath(new URL('../../build/satchel', import.meta.url));
const only = process.argv[2];
const tests = [];

export function test(name, run) {
  tests.push({ name, run });
}

export async function runTests() {
  let passed = 0, failed = 0;
  for (const { name, run } of tests) {
    if (only && !name.includes(only)) continue;
    const began = performance.now();
    try {
      await run();
      passed += 1;
      console.log(`ok  ${name} (${Math.round(performance.now() - began)} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${error.stack ?? error}`);
    }
  }
  for (const end of atEnd.reverse()) await end();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

const atEnd = [];

/** `satchel serve --demo` on a free port. */
export class Server {
  static async start(...options) {
    const server = new Server();
    server.options = options;
    server.data = await mkdtemp(join(tmpdir(), 'satchel-wasm-'));
    server.port = 0;
    await server.run();
    atEnd.push(async () => {
      await server.stop();
      await rm(server.data, { recursive: true, force: true });
    });
    return server;
  }
  run() {
    return new Promise((resolve, reject) => {
      this.process = spawn(program, ['serve', '--demo', '--data', join(this.data, 'server'), '--listen', `127.0.0.1:${this.port}`, ...this.options], { stdio: ['ignore', 'pipe', 'ignore'] });
      let text = '';
      this.process.stdout.on('data', (data) => {
        text += data;
        const line = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
        if (line) {
          this.port = Number(line[1]);
          resolve();
        }
      });
      this.process.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }
  async stop(signal = 'SIGTERM') {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.removeAllListeners('exit');
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await Promise.race([ended, gone]);
  }
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }
  async request(method, path, body, user = 'admin@demo') {
    const response = await fetch(`${this.url}/api/data/v9.2/${path}`, {
      method,
      headers: {
        Authorization: `Basic ${Buffer.from(`${user}:satchel-demo`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }
}
