// SPDX-License-Identifier: Apache-2.0
//
// A list of any length, of which only the windows around the screen are asked for.
//
//   rows     0 ....... 100 ....... 200 ....... 300 ....... 400 ....... 500
//   screen                           [ first..last ]
//   watched               <────────────────────────>──────────▶  one behind, one ahead, one more in the scroll's direction
//
// While the table is still loading each of them is asked anew again and again: then only what is on the screen is watched.
//
// Rows seen before are shown from memory until their window is watched again.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ListAnswer, ListQuestion, Permit, Row } from '../door/door';
import { useStore } from './store';
import type { Watched, Watches } from './watches';

export type WholeList = Omit<ListQuestion, 'from' | 'to'>;

export interface Windows {
  row(index: number): Row | undefined;
  /** Rows in all; null until the first answer. While it is being counted: as far as is known. */
  total: number | null;
  counted: boolean;
  loading: boolean;
  as_of: number | null;
  /** The server is being asked for more. */
  reading: boolean;
  can_create?: Permit;
  /** Rows are here because they were used (C1), and the server can't be asked. */
  only_used: boolean;
  /** What is looked at counts as used. */
  uses: boolean;
  refusal?: Watched<unknown>['refusal'];
}

export const kWindowRows = 100;

export function window_numbers(first: number, last: number, direction: -1 | 0 | 1, loading = false): number[] {
  const ahead = (is_there: boolean) => (loading ? 0 : is_there ? 2 : 1);
  const from = Math.floor(first / kWindowRows) - ahead(direction < 0);
  const to = Math.floor(last / kWindowRows) + ahead(direction > 0);
  const numbers = [];
  for (let number = Math.max(0, from); number <= to; number++) numbers.push(number);
  return numbers;
}

export function useListWindows(list: WholeList, first: number, last: number): Windows {
  const { watches } = useStore();
  const [, redraw] = useState(0);
  const before = useRef(0);
  const direction = Math.sign(first - before.current) as -1 | 0 | 1;
  useEffect(() => void (before.current = first));

  const wanted = JSON.stringify(list);
  const shown = useRef(wanted);
  // A new search shows what was there until its own first window has come: nothing flickers.
  if (shown.current !== wanted && has_answer(watches, wanted, 0)) shown.current = wanted;

  const known = window_of(watches, wanted, Math.floor(first / kWindowRows)).answer ?? window_of(watches, wanted, 0).answer;
  const loading = known?.loading ?? true;
  const numbers = window_numbers(first, last, direction, loading).filter((number) => number <= last_window(watches, wanted));
  const keys = numbers.map((number) => window_key(wanted, number)).join('\n');
  useSubscriptions(watches, keys, () => redraw((n) => n + 1));
  return read_windows(watches, shown.current, numbers[0] ?? 0);
}

/** Watches exactly `keys`; those that stay are not asked anew. */
function useSubscriptions(watches: Watches, keys: string, told: () => void): void {
  const running = useRef(new Map<string, () => void>());
  // Before the frame is drawn rather than behind it: somebody waits for the rows.
  useLayoutEffect(() => {
    const wanted = new Set(keys.split('\n').filter(Boolean));
    for (const key of wanted) if (!running.current.has(key)) running.current.set(key, watches.subscribe(key, told));
    for (const [key, stop] of running.current) {
      if (wanted.has(key)) continue;
      stop();
      running.current.delete(key);
    }
  }, [keys, watches]);
  useEffect(
    () => () => {
      for (const stop of running.current.values()) stop();
      running.current.clear();
    },
    [],
  );
}

function window_key(list: string, number: number): string {
  const question = { ...(JSON.parse(list) as WholeList), from: number * kWindowRows, to: (number + 1) * kWindowRows };
  return JSON.stringify(question);
}

function window_of(watches: Watches, list: string, number: number): Watched<ListAnswer> {
  return watches.peek<ListQuestion>(window_key(list, number));
}

function has_answer(watches: Watches, list: string, number: number): boolean {
  const watched = window_of(watches, list, number);
  return watched.answer !== undefined || watched.refusal !== undefined;
}

function last_window(watches: Watches, list: string): number {
  const total = window_of(watches, list, 0).answer?.total;
  return total == null ? Number.MAX_SAFE_INTEGER : Math.max(0, Math.ceil(total / kWindowRows) - 1);
}

function read_windows(watches: Watches, list: string, near: number): Windows {
  const answers = new Map<number, ListAnswer | undefined>();
  const answer_of = (number: number) => {
    if (!answers.has(number)) answers.set(number, window_of(watches, list, number).answer);
    return answers.get(number);
  };
  const head = answer_of(near) ?? answer_of(near + 1) ?? answer_of(0);
  return {
    row: (index) => answer_of(Math.floor(index / kWindowRows))?.rows[index % kWindowRows],
    total: head ? (head.total ?? known_rows(answer_of, near)) : null,
    counted: head?.total != null,
    loading: head?.loading ?? false,
    as_of: head?.as_of ?? null,
    reading: head?.reading ?? false,
    can_create: head?.can_create,
    only_used: head?.only_used ?? false,
    uses: head?.only_used !== undefined,
    refusal: window_of(watches, list, near).refusal,
  };
}

function known_rows(answer_of: (number: number) => ListAnswer | undefined, near: number): number {
  let number = near;
  while (answer_of(number)?.rows.length === kWindowRows) number++;
  return number * kWindowRows + (answer_of(number)?.rows.length ?? 0);
}
