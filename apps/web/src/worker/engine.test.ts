// SPDX-License-Identifier: Apache-2.0
//
// The host's loop against a module that is a script: what goes in is noted, what comes out was written down before.
import { describe, expect, it, vi } from 'vitest';
import { Engine, type Host } from './engine';
import type { Exports } from './module';

type Reply = (event: string) => string[];

/** Outputs are given as "JSON" or "JSON\nbody". */
function scripted(reply: Reply) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const seen: string[] = [];
  const outputs: string[] = [];
  let at = 0;
  const text = (length: number) => new TextDecoder().decode(new Uint8Array(memory.buffer, 8, length));
  const hear = (event: string) => {
    seen.push(event);
    outputs.push(...reply(event));
  };
  const module: Exports = {
    memory,
    satchel_face_version: () => 2,
    satchel_prepare: () => {},
    satchel_buffer: (length) => (length + 8 > memory.buffer.byteLength && memory.grow(4), 8),
    satchel_begin: (length) => hear(`begin ${text(length)}`),
    satchel_hear: (tab, length) => hear(`hear ${tab} ${text(length)}`),
    satchel_leave: (tab) => hear(`leave ${tab}`),
    satchel_answer: (token, status, head, body) => hear(`answer ${token} ${status} ${text(head + body)}`),
    satchel_wake: () => hear('wake'),
    satchel_poll: () => {
      const next = outputs.shift();
      if (next === undefined) return 0;
      // Elsewhere each time, and in a memory that may have grown: nothing old may be looked at.
      at = 1024 + ((at + 512) % 4096);
      if (at % 1024 === 0) memory.grow(1);
      return new TextEncoder().encodeInto(next.includes('\n') ? next : `${next}\n`, new Uint8Array(memory.buffer, at)).written;
    },
    satchel_output: () => at,
  };
  return { module, seen };
}

function noting(log: string[], changes: Partial<Host> = {}): Host {
  return {
    tell: (tab, text) => void log.push(`tell ${tab} ${text}`),
    send: async (send, body) => {
      log.push(`send ${send.method} ${send.url} ${new TextDecoder().decode(body)}`);
      return { status: 200, head: 'A: b\n', body: new TextEncoder().encode('fine') };
    },
    keep_key_file: async (text) => void log.push(`keep ${text}`),
    erase: async () => void log.push('erase'),
    broken: (sentence) => void log.push(`broken ${sentence}`),
    died: (reason) => void log.push(`died ${String(reason)}`),
    after_event: () => {},
    ...changes,
  };
}

describe('the engine', () => {
  it('begins, hears, answers and tells, and performs outputs in their order', async () => {
    const { module, seen } = scripted((event) => {
      if (event.startsWith('hear')) return ['{"tell":{"tab":3},"bytes":5}\nhällo', '{"send":{"token":7,"method":"POST","url":"u","headers":[]},"bytes":4}\nbody'];
      if (event.startsWith('answer')) return ['{"tell":{"tab":3},"bytes":4}\ndone'];
      return [];
    });
    const log: string[] = [];
    const engine = new Engine(module, noting(log));
    engine.begin({ key_file: null, client: 'web', platform: 'desktop' });
    engine.hear(3, '{"id":1}');
    await vi.waitFor(() => expect(log).toHaveLength(3));
    expect(seen).toEqual(['begin {"key_file":null,"client":"web","platform":"desktop"}', 'hear 3 {"id":1}', 'answer 7 200 A: b\nfine']);
    expect(log).toEqual(['tell 3 hällo', 'send POST u body', 'tell 3 done']);
    engine.end();
  });

  it('performs nothing and hears nothing while the key file is being kept', async () => {
    const { module, seen } = scripted((event) =>
      event === 'hear 1 sign in' ? ['{"keep_key_file":true,"bytes":3}\nkey', '{"tell":{"tab":1},"bytes":2}\nok'] : [],
    );
    const log: string[] = [];
    let kept!: () => void;
    const keep_key_file = (text: string | null) => {
      log.push(`keep ${text}`);
      return new Promise<void>((done) => (kept = done));
    };
    const engine = new Engine(module, noting(log, { keep_key_file }));
    engine.hear(1, 'sign in');
    engine.hear(2, 'later');
    await new Promise((done) => setTimeout(done, 20));
    expect(log).toEqual(['keep key']);
    expect(seen).toEqual(['hear 1 sign in']);
    kept();
    await vi.waitFor(() => expect(seen).toEqual(['hear 1 sign in', 'hear 2 later']));
    expect(log).toEqual(['keep key', 'tell 1 ok']);
    engine.end();
  });

  it('lets what waits go before the rest of a long work', async () => {
    let slices = 0;
    const { module, seen } = scripted((event) => (event === 'hear 1 work' || (event === 'wake' && ++slices < 3) ? ['{"work_left":true}'] : []));
    const engine = new Engine(module, noting([]));
    engine.hear(1, 'work');
    engine.hear(2, 'quick');
    await vi.waitFor(() => expect(seen.filter((event) => event === 'wake')).toHaveLength(3));
    expect(seen).toEqual(['hear 1 work', 'hear 2 quick', 'wake', 'wake', 'wake']);
    engine.end();
  });

  it('wakes once, at the last time that was said', async () => {
    const { module, seen } = scripted((event) => {
      if (event === 'hear 1 soon') return [`{"wake_at":${Date.now() + 30}}`];
      if (event === 'hear 1 never') return [`{"wake_at":${Date.now() + 10}}`, '{"wake_at":null}'];
      return [];
    });
    const engine = new Engine(module, noting([]));
    engine.hear(1, 'never');
    await new Promise((done) => setTimeout(done, 40));
    expect(seen).toEqual(['hear 1 never']);
    engine.hear(1, 'soon');
    await vi.waitFor(() => expect(seen).toEqual(['hear 1 never', 'hear 1 soon', 'wake']));
    engine.end();
  });

  it('is over when the module has trapped, and says so once', async () => {
    const { module, seen } = scripted(() => []);
    module.satchel_leave = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    const log: string[] = [];
    const engine = new Engine(module, noting(log));
    engine.leave(1);
    engine.hear(1, 'too late');
    await vi.waitFor(() => expect(log).toHaveLength(1));
    expect(log[0]).toContain('unreachable');
    engine.hear(1, 'too late');
    expect(seen).toEqual([]);
  });

  it('is over once it has erased everything', async () => {
    const { module, seen } = scripted((event) => (event === 'hear 1 sign out' ? ['{"tell":{"tab":1},"bytes":2}\nok', '{"erase":{"wiped":null}}', '{"broken":"no"}'] : []));
    const log: string[] = [];
    const engine = new Engine(module, noting(log));
    engine.hear(1, 'sign out');
    engine.hear(1, 'more');
    await vi.waitFor(() => expect(log).toEqual(['tell 1 ok', 'erase']));
    await new Promise((done) => setTimeout(done, 10));
    expect(seen).toEqual(['hear 1 sign out']);
    expect(log).toHaveLength(2);
  });
});
