// SPDX-License-Identifier: Apache-2.0
//
// Engine: the module at work. One event goes in, then its outputs are performed until there are none.
//
//   hear, leave, answer, wake ──▶ [ events ] ──▶ module ──▶ outputs ──▶ Host
//
// Always true:
//   - Events are handed in one after another, outputs performed in their order; while one takes time (keeping the key file),
//     events wait.
//   - The module's memory is looked at only between a call and the next.
//   - After an exception from the module (a bug: it has trapped) nothing is handed in any more.

import { kTimerMax } from './limits';
import type { Exports } from './module';
import type { Answer, Send } from './fetch_performer';

export interface Host {
  tell(tab: number, text: string): void;
  /** Sends and resolves with what came; never rejects. */
  send(send: Send, body: Uint8Array<ArrayBuffer>): Promise<Answer>;
  keep_key_file(text: string | null): Promise<void>;
  /** Key and files are gone when it resolves; then this engine is over. `wiped`: why, after a remote wipe. */
  erase(wiped: string | null): Promise<void>;
  broken(sentence: string): void;
  died(reason: unknown): void;
  /** After each event; may take time, and the next event waits for it. */
  after_event(): Promise<void> | void;
}

type Output =
  | { tell: { tab: number } }
  | { send: Send }
  | { wake_at: number | null }
  | { work_left: true }
  | { keep_key_file: true }
  | { erase: { wiped: string | null } }
  | { broken: string };

export interface BeginOptions {
  key_file: string | null;
  client: 'web';
  platform: string;
  named_platform?: string;
  now?: number;
  /** Why the device is empty, after a remote wipe. */
  wiped?: string | null;
}

const kNewline = 10;

export class Engine {
  private readonly events: (() => void)[] = [];
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder();
  private readonly turn = new MessageChannel();
  private running = false;
  private over = false;
  private wake_at: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly module: Exports,
    private readonly host: Host,
  ) {
    this.turn.port1.onmessage = () => this.take(() => this.module.satchel_wake());
  }

  begin(options: BeginOptions): void {
    this.take(() => this.module.satchel_begin(this.put(JSON.stringify(options))));
  }
  hear(tab: number, text: string): void {
    this.take(() => this.module.satchel_hear(tab, this.put(text)));
  }
  leave(tab: number): void {
    this.take(() => this.module.satchel_leave(tab));
  }

  /** Bytes; a module never gives memory back. */
  get memory(): number {
    return this.module.memory.buffer.byteLength;
  }

  /** Nothing goes in or comes out any more. */
  end(): void {
    this.over = true;
    this.events.length = 0;
    clearTimeout(this.timer);
    this.turn.port1.close();
  }

  private take(event: () => void): void {
    if (this.over) return;
    this.events.push(event);
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      for (let event = this.events.shift(); event; event = this.events.shift()) {
        event();
        await this.perform_all();
        if (this.over) return;
        const rest = this.host.after_event();
        if (rest) await rest;
      }
    } catch (reason) {
      this.end();
      this.host.died(reason);
    } finally {
      this.running = false;
    }
  }

  private async perform_all(): Promise<void> {
    for (let length = this.module.satchel_poll(); length > 0 && !this.over; length = this.module.satchel_poll()) {
      const bytes = new Uint8Array(this.module.memory.buffer as ArrayBuffer, this.module.satchel_output(), length);
      const end = bytes.indexOf(kNewline);
      const head = JSON.parse(this.decoder.decode(bytes.subarray(0, end))) as Output;
      const slow = this.perform(head, bytes.subarray(end + 1));
      if (slow) await slow;
    }
  }

  /** `body` is the module's memory: copied before anything else happens. */
  private perform(output: Output, body: Uint8Array<ArrayBuffer>): Promise<void> | void {
    if ('tell' in output) return this.host.tell(output.tell.tab, this.decoder.decode(body));
    if ('send' in output) return this.send(output.send, body.slice());
    if ('wake_at' in output) return this.set_timer(output.wake_at);
    if ('work_left' in output) return this.turn.port2.postMessage(null);
    if ('keep_key_file' in output) return this.host.keep_key_file(body.length > 0 ? this.decoder.decode(body) : null);
    if ('erase' in output) return this.erase(output.erase.wiped);
    if ('broken' in output) return this.host.broken(output.broken);
    throw new Error(`unknown output ${JSON.stringify(output)}`);
  }

  private erase(wiped: string | null): Promise<void> {
    this.end();
    return this.host.erase(wiped);
  }

  private send(send: Send, body: Uint8Array<ArrayBuffer>): void {
    void this.host.send(send, body).then((answer) => this.take(() => this.answer(send.token, answer)));
  }

  private answer(token: number, { status, head, body }: Answer): void {
    const head_bytes = this.encoder.encode(head);
    const room = this.room(head_bytes.length + body.length);
    room.set(head_bytes);
    room.set(body, head_bytes.length);
    this.module.satchel_answer(token, status, head_bytes.length, body.length);
  }

  private set_timer(at: number | null): void {
    clearTimeout(this.timer);
    this.wake_at = at;
    if (at === null) return;
    this.timer = setTimeout(() => this.ring(), Math.min(Math.max(0, at - Date.now()), kTimerMax));
  }

  /** A timer may be early: its delay is cut at kTimerMax, and clocks are set back. */
  private ring(): void {
    if (this.wake_at !== null && this.wake_at > Date.now()) return this.set_timer(this.wake_at);
    this.take(() => this.module.satchel_wake());
  }

  private put(text: string): number {
    const bytes = this.encoder.encode(text);
    this.room(bytes.length).set(bytes);
    return bytes.length;
  }

  private room(length: number): Uint8Array {
    const pointer = this.module.satchel_buffer(length);
    return new Uint8Array(this.module.memory.buffer, pointer, length);
  }
}
