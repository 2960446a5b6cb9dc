// SPDX-License-Identifier: Apache-2.0
//
// What is asked before its screen is drawn, and until when somebody waits for it.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Door } from '../door/door';
import { ask_ahead } from './ahead';
import { Watches } from './watches';

const kAddress = '/accounts/0190aaaa-0000-7000-8000-000000000001';

interface Asked {
  question: unknown;
  told(answer: unknown): void;
  refused(refusal: unknown): void;
  is_let_go: boolean;
}

function door_for_test(): { watches: Watches; asked: Asked[] } {
  const asked: Asked[] = [];
  const watch: Door['watch'] = (question, told, refused) => {
    const one: Asked = { question, told: told as Asked['told'], refused: refused as Asked['refused'], is_let_go: false };
    asked.push(one);
    return () => void (one.is_let_go = true);
  };
  return { watches: new Watches({ watch } as Door), asked };
}

async function is_over(waited: Promise<void> | null): Promise<boolean> {
  let over = false;
  void waited?.then(() => (over = true));
  await vi.advanceTimersByTimeAsync(0);
  return over;
}

describe('a record behind a link', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is waited for until it is told, and its screen asks nothing anew', async () => {
    const { watches, asked } = door_for_test();
    const waited = ask_ahead(watches, kAddress);
    expect(asked.map(({ question }) => question)).toEqual([{ ask: 'record', set: 'accounts', id: '0190aaaa-0000-7000-8000-000000000001' }]);
    expect(await is_over(waited)).toBe(false);
    asked[0]!.told({ row: null });
    expect(await is_over(waited)).toBe(true);

    const key = JSON.stringify(asked[0]!.question);
    watches.subscribe(key, () => {});
    expect(asked.length).toBe(1);
    expect(watches.peek(key).answer).toEqual({ row: null });
    expect(ask_ahead(watches, kAddress)).toBe(null);
  });

  it('is not waited for longer than nobody minds, and not once it was refused', async () => {
    const slow = door_for_test();
    const waited = ask_ahead(slow.watches, kAddress);
    await vi.advanceTimersByTimeAsync(200);
    expect(await is_over(waited)).toBe(true);

    const refusing = door_for_test();
    const refused = ask_ahead(refusing.watches, kAddress);
    refusing.asked[0]!.refused({ rule: '', code: 'not_found', message: 'There is no such table.', target: '' });
    expect(await is_over(refused)).toBe(true);
  });

  it('is let go when its screen never comes', async () => {
    const { watches, asked } = door_for_test();
    ask_ahead(watches, kAddress);
    asked[0]!.told({ row: null });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked[0]!.is_let_go).toBe(true);
  });

  it('is none where the address leads elsewhere', () => {
    const { watches, asked } = door_for_test();
    for (const address of ['/', '/accounts', '/sync', '/accounts/new?id=0190aaaa-0000-7000-8000-000000000001', `${kAddress}/more`]) expect(ask_ahead(watches, address)).toBe(null);
    expect(asked).toEqual([]);
  });
});
