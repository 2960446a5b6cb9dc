// SPDX-License-Identifier: Apache-2.0
// A host for satchel.wasm in node: slots in memory instead of OPFS, fetch and timers as they are. The face is drawn in
// apps/wasm/README.md. A tab that is killed is an App that is dropped: its slots and its key stay.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const wasmFile = process.env.SATCHEL_WASM ?? fileURLToPath(new URL('../../build/wasm/bin/satchel.wasm', import.meta.url));
const compiled = WebAssembly.compile(await readFile(wasmFile));

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Thrown out of a host call: the tab was killed there. */
export class Killed extends Error {}

/** Files by name; what was written stays, as OPFS has it when a process is killed. */
export class Slots {
  files = [];
  /** Bytes that all files together may have. */
  quota = Infinity;
  /** Fails every reading. */
  isBroken = false;
  written = 0;
  flushes = 0;

  find(name) {
    return this.files.findIndex((file) => file.name === name);
  }
  open(name, create) {
    const known = this.find(name);
    if (known >= 0 || !create) return known;
    const free = this.files.findIndex((file) => file.name === '');
    if (free >= 0) {
      this.files[free].name = name;
      return free;
    }
    if (this.files.length === 8) return -1;
    this.files.push({ name, bytes: new Uint8Array(0), size: 0 });
    return this.files.length - 1;
  }
  delete(name) {
    const slot = this.find(name);
    if (slot < 0) return -1;
    this.files[slot].name = '';
    this.files[slot].size = 0;
    return 0;
  }
  read(slot, out, offset) {
    if (this.isBroken) return -1;
    const file = this.files[slot];
    const length = Math.max(0, Math.min(out.length, file.size - offset));
    out.set(file.bytes.subarray(offset, offset + length));
    return length;
  }
  write(slot, bytes, offset) {
    const file = this.files[slot];
    const end = offset + bytes.length;
    if (end > file.size && this.used - file.size + end > this.quota) return -2;
    if (end > file.bytes.length) {
      const grown = new Uint8Array(Math.max(end, file.bytes.length * 2, 65536));
      grown.set(file.bytes.subarray(0, file.size));
      file.bytes = grown;
    }
    if (offset > file.size) file.bytes.fill(0, file.size, offset);
    file.bytes.set(bytes, offset);
    file.size = Math.max(file.size, end);
    this.written += bytes.length;
    return 0;
  }
  truncate(slot, size) {
    const file = this.files[slot];
    if (size < file.size) file.size = size;
    return 0;
  }
  get used() {
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }
  /** Whether `text` stands anywhere in any file, used or free. */
  holds(text) {
    const needle = encoder.encode(text);
    return this.files.some((file) => Buffer.from(file.bytes.buffer, 0, file.bytes.length).includes(needle));
  }
  copy() {
    const copy = new Slots();
    copy.files = this.files.map((file) => ({ ...file, bytes: file.bytes.slice() }));
    return copy;
  }
}

export class RefusedError extends Error {
  constructor(refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** One tab with the module in it. */
export class App {
  /** What outlives the tab: {slots, keyFile}. */
  constructor(kept) {
    this.kept = kept;
    this.tab = 1;
    this.lastId = 0;
    this.waiting = new Map();
    this.watching = new Map();
    this.isDead = false;
    /** Host calls until the tab is killed. */
    this.callsLeft = Infinity;
    this.calls = 0;
    this.clockOffset = 0;
    this.offline = false;
    this.erased = false;
    this.brokenSentence = '';
    this.longestCall = 0;
    this.requests = [];
    this.answerWith = null;
  }

  static async open(kept, settle = (app) => app) {
    const app = settle(new App(kept));
    await app.start();
    return app;
  }

  async start() {
    const { slots } = this.kept;
    const view = (pointer, length) => new Uint8Array(this.memory.buffer, pointer, length);
    const name = (pointer, length) => decoder.decode(view(pointer, length));
    const host = {
      now: () => Date.now() + this.clockOffset,
      random: (pointer, length) => void crypto.getRandomValues(view(pointer, length)),
      log: (pointer, length) => console.log('module:', name(pointer, length).trimEnd()),
      file_open: (pointer, length, create) => slots.open(name(pointer, length), create === 1),
      file_exists: (pointer, length) => (slots.find(name(pointer, length)) >= 0 ? 1 : 0),
      file_delete: (pointer, length) => slots.delete(name(pointer, length)),
      file_read: (slot, pointer, length, offset) => slots.read(slot, view(pointer, length), offset),
      file_write: (slot, pointer, length, offset) => slots.write(slot, view(pointer, length), offset),
      file_truncate: (slot, size) => slots.truncate(slot, size),
      file_flush: () => {
        slots.flushes += 1;
        return 0;
      },
      file_size: (slot) => slots.files[slot].size,
    };
    for (const [call, act] of Object.entries(host))
      host[call] = (...args) => {
        if (this.isDead || this.callsLeft-- <= 0) {
          this.isDead = true;
          throw new Killed();
        }
        this.calls += 1;
        return act(...args);
      };
    const instance = await WebAssembly.instantiate(await compiled, { host });
    this.exports = instance.exports;
    this.memory = instance.exports.memory;
    this.exports._initialize?.();
    this.call(() => this.exports.satchel_begin(this.put(JSON.stringify({ key_file: this.kept.keyFile ?? null, client: 'web', platform: 'node' }))));
  }

  put(...pieces) {
    const parts = pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece));
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const pointer = this.exports.satchel_buffer(length);
    let at = pointer;
    for (const part of parts) {
      new Uint8Array(this.memory.buffer, at, part.length).set(part);
      at += part.length;
    }
    return length;
  }

  /** Calls in, then performs what comes out. */
  call(act) {
    if (this.isDead) return;
    try {
      const began = performance.now();
      act();
      this.longestCall = Math.max(this.longestCall, performance.now() - began);
      for (let length; (length = this.exports.satchel_poll()) > 0; ) this.perform(length);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.kill();
    }
  }

  kill() {
    this.isDead = true;
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.values()) reject(new Killed());
    this.waiting.clear();
  }

  perform(length) {
    const bytes = new Uint8Array(this.memory.buffer, this.exports.satchel_output(), length).slice();
    const line = bytes.indexOf(10);
    const head = JSON.parse(decoder.decode(bytes.subarray(0, line)));
    const body = bytes.subarray(line + 1);
    if (body.length !== (head.bytes ?? 0)) throw new Error(`announced ${head.bytes}, came ${body.length}`);
    if (head.tell) this.told(JSON.parse(decoder.decode(body)));
    else if (head.send) this.send(head.send, body);
    else if ('wake_at' in head) this.wakeAt(head.wake_at);
    else if (head.work_left) setImmediate(() => this.call(() => this.exports.satchel_wake()));
    else if (head.keep_key_file) this.kept.keyFile = body.length ? decoder.decode(body) : null;
    else if (head.erase) {
      this.erased = true;
      this.kept.keyFile = null;
      this.kept.slots.files = [];
    } else if (head.broken) this.brokenSentence = head.broken;
    else throw new Error(`unknown output ${JSON.stringify(head)}`);
  }

  told(message) {
    const watch = this.watching.get(message.id);
    if (watch) return void watch(message.answer, message.refusal);
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (!waiting) return;
    if (message.refusal) waiting.reject(new RefusedError(message.refusal));
    else waiting.resolve(message.answer);
  }

  wakeAt(at) {
    clearTimeout(this.timer);
    if (at === null) return;
    const delay = Math.max(0, Math.min(at - Date.now() - this.clockOffset, 2 ** 31 - 1));
    this.timer = setTimeout(() => this.call(() => this.exports.satchel_wake()), delay);
    this.timer.unref?.();
  }

  async send({ token, method, url, headers }, body) {
    this.requests.push(`${method} ${new URL(url).pathname}`);
    let status = 0, head = '', answer = new Uint8Array(0);
    try {
      if (this.offline) throw new Error('offline');
      const response = this.answerWith ? this.answerWith(url) : await fetch(url, { method, headers, body: body.length ? body : undefined });
      answer = new Uint8Array(await response.arrayBuffer());
      status = response.status;
      head = [...response.headers].map(([name, value]) => `${name}: ${value}\n`).join('');
    } catch {
      status = 0;
    }
    if (this.isDead) return;
    const encoded = encoder.encode(head);
    this.put(encoded, answer);
    this.call(() => this.exports.satchel_answer(token, status, encoded.length, answer.length));
  }

  hear(message) {
    this.call(() => this.exports.satchel_hear(this.tab, this.put(JSON.stringify(message))));
  }
  ask(question) {
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      this.hear({ id, question, watch: false });
      if (this.isDead) reject(new Killed());
    });
  }
  act(action, key = crypto.randomUUID()) {
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      this.hear({ id, action, key });
      if (this.isDead) reject(new Killed());
    });
  }
  watch(question, told) {
    const id = ++this.lastId;
    this.watching.set(id, told);
    this.hear({ id, question, watch: true });
    return () => {
      this.watching.delete(id);
      this.hear({ id, let_go: true });
    };
  }
  /** Waits until a watched answer fits. */
  until(question, fits, seconds = 30) {
    return new Promise((resolve, reject) => {
      let letGo = () => {};
      let isOver = false;
      const limit = setTimeout(() => {
        isOver = true;
        letGo();
        reject(new Error(`waited ${seconds} s for ${question.ask}; the last answer was ${last}`));
      }, seconds * 1000);
      let last = '';
      letGo = this.watch(question, (answer, refusal) => {
        last = JSON.stringify(answer ?? refusal)?.slice(0, 400);
        if (isOver || refusal || !fits(answer)) return;
        isOver = true;
        clearTimeout(limit);
        setImmediate(() => letGo());
        resolve(answer);
      });
    });
  }
}
