// SPDX-License-Identifier: Apache-2.0
//
// The door as the real page has it: this tab's worker, the browser's storage, the platform it runs on.

// Hashed and served beside the scripts (vite.config.ts says where it comes from).
import schema_address from 'satchel.schema';
import module_address from 'satchel.wasm?url';
import type { Door, Schema } from '../door/door';
import { WorkerDoor, type WorkerPort } from './client';
import { compile } from './module';
import { named_platform, platform_of, start_of_clock } from './platform';

/** `calm`: before that the page has something more urgent to do than to compile the engine, which keeps it busy for a tenth of a second. */
export function open_door(calm: Promise<void> = Promise.resolve()): WorkerDoor {
  return new WorkerDoor({
    make_worker: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }) as WorkerPort,
    compile: () => calm.then(() => compile(module_address)),
    platform: platform_of(navigator.userAgent, navigator.maxTouchPoints),
    named_platform: named_platform(location.search),
    now: start_of_clock(location.search),
    storage: async () => {
      const { usage = 0, quota = 0 } = await navigator.storage.estimate();
      return { used: usage, quota, persistent: await navigator.storage.persisted() };
    },
    persist: () => navigator.storage.persist(),
  });
}

/** The schema of this version of the app; null if its file can't be had. */
export async function fetch_schema(): Promise<Schema | null> {
  try {
    return (await (await fetch(schema_address)).json()) as Schema;
  } catch {
    return null;
  }
}

/** Tells the engine of moments in which a try at the server is likely to succeed (R1). */
export function nudge_by_page(door: Door): void {
  const nudge = (why: 'focus' | 'network') => void door.act({ do: 'nudge', why }).catch(() => {});
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') nudge('focus');
    else void door.act({ do: 'suspend' }).catch(() => {});
  });
  addEventListener('focus', () => nudge('focus'));
  addEventListener('online', () => nudge('network'));
}

/** Less often than this it need not be told that somebody is there; the shortest lock is a minute. */
const kActiveMilliseconds = 15_000;

/** Tells the engine that somebody uses the app: it locks by itself when nobody does (S5). */
export function tell_use(door: Door): void {
  let told = 0;
  const used = () => {
    const now = Date.now();
    if (Math.abs(now - told) < kActiveMilliseconds) return;
    told = now;
    void door.act({ do: 'active' }).catch(() => {});
  };
  for (const event of ['pointerdown', 'keydown', 'input', 'wheel', 'touchmove']) addEventListener(event, used, { passive: true, capture: true });
}
