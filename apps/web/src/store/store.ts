// SPDX-License-Identifier: Apache-2.0
//
// What every screen holds in its hands: the door, wrapped into hooks. Screens import this room and no worker.

import { createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Action, AnswerTo, Door, OutcomeOf, Question, Refusal, Schema, SetName, StatusAnswer, Table } from '../door/door';
import type { KeptForms } from './kept_forms';
import { refusal_of } from './refused';
import type { Toasts } from './toasts';
import type { Watched, Watches } from './watches';

/** What surrounds the screens: the page, its service worker. Given by whoever starts the app. */
export interface Shell {
  /** Calls `told` as soon as a new version of the app is there and waits to be used. */
  when_update_waits(told: () => void): void;
  /** Asks the server for a new version. */
  look_for_update(): void;
  /** Takes the new version. */
  reload(): void;
  /** Calls `told` now and whenever it changes: why the store on this device can't be used, in a sentence; null while it can. */
  watch_broken(told: (sentence: string | null) => void): () => void;
}

export interface Store {
  door: Door;
  watches: Watches;
  toasts: Toasts;
  kept_forms: KeptForms;
  shell: Shell;
  /** As this version of the app was built. The engine may be another tab's, of another version: it's asked as well. */
  known_schema: Schema | null;
}

export const StoreContext = createContext<Store | null>(null);
export const SchemaContext = createContext<Schema>({ number: 0, tables: [], charts: [] });

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error('a screen outside of the app');
  return store;
}

/** The answer, as it stands now; undefined until the first one. Draws again whenever it has changed. null asks nothing. */
export function useWatch<Q extends Question>(question: Q | null): Watched<AnswerTo<Q>> {
  const { watches } = useStore();
  const key = question ? JSON.stringify(question) : null;
  const [, redraw] = useState(0);
  useLayoutEffect(() => (key === null ? undefined : watches.subscribe(key, () => redraw((n) => n + 1))), [key, watches]);
  return key === null ? {} : watches.peek<Q>(key);
}

/** The last answer that was there: so nothing jumps while a new question waits for its first answer. */
export function useLatest<A>(answer: A | undefined): A | undefined {
  const latest = useRef(answer);
  if (answer !== undefined) latest.current = answer;
  return latest.current;
}

export function useStatus(): StatusAnswer | undefined {
  return useLatest(useWatch({ ask: 'status' }).answer);
}

export type Act = <A extends Action>(action: A) => Promise<{ done: OutcomeOf<A> } | { refusal: Refusal }>;

/** Performs actions; what is refused comes back as a value. */
export function useAct(): Act {
  const { door } = useStore();
  return useMemo<Act>(
    () => async (action) => {
      try {
        return { done: await door.act(action) };
      } catch (thrown) {
        return { refusal: refusal_of(thrown) };
      }
    },
    [door],
  );
}

/** As useAct, for what needs no words of its own: a refusal becomes a toast, and the answer null. */
export function useActOrTell(): <A extends Action>(action: A) => Promise<OutcomeOf<A> | null> {
  const act = useAct();
  const { toasts } = useStore();
  return useMemo(
    () => async (action) => {
      const outcome = await act(action);
      if ('done' in outcome) return outcome.done;
      toasts.show(outcome.refusal.message, { tone: 'bad' });
      return null;
    },
    [act, toasts],
  );
}

export function useSchema(): Schema {
  return useContext(SchemaContext);
}

export function useTable(set: SetName): Table | undefined {
  return useSchema().tables.find((table) => table.set === set);
}

/** The time, anew every half minute: for "5 minutes ago". */
export function useNow(): number {
  const [now, set_now] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set_now(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** For a screen that stands before all others: messages about those would hide its buttons. */
export function useNoToasts(): void {
  const { toasts } = useStore();
  useEffect(() => toasts.close_all(), [toasts]);
}
