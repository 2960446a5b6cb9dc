// SPDX-License-Identifier: Apache-2.0
//
// Answers of watched questions, shared by all controls that ask the same. An answer that nobody shows any more is kept for a
// while, so that going back shows at once what was there, and is replaced as soon as the door answers.

import type { AnswerTo, Door, Question, Refusal } from '../door/door';
import { refusal_of } from './refused';

export interface Watched<A> {
  answer?: A;
  refusal?: Refusal;
}
interface Entry extends Watched<unknown> {
  listeners: Set<() => void>;
  let_go: (() => void) | null;
  resting: ReturnType<typeof setTimeout> | null;
}

/** A screen that comes back within this time finds its watch still running. */
const kRestMilliseconds = 2_000;
/** Windows of a list have 100 rows of about 1 KiB; 300 of them stay well below what a phone minds. */
const kAnswersKeptMax = 300;

export class Watches {
  #entries = new Map<string, Entry>();

  constructor(private door: Door) {}

  /** `listener` is called whenever `peek` has changed, never during this call. */
  subscribe(key: string, listener: () => void): () => void {
    const entry = this.#entries.get(key) ?? { listeners: new Set(), let_go: null, resting: null };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.listeners.add(listener);
    if (entry.resting !== null) clearTimeout(entry.resting);
    entry.resting = null;
    if (!entry.let_go) this.#start(key, entry);
    this.#forget_oldest();
    return () => this.#leave(entry, listener);
  }

  peek<Q extends Question>(key: string): Watched<AnswerTo<Q>> {
    return (this.#entries.get(key) ?? {}) as Watched<AnswerTo<Q>>;
  }

  /** Ends with the first answer or refusal, or after `wait` milliseconds; null if one is there. Who subscribes then isn't asked anew. */
  first_answer(key: string, wait: number): Promise<void> | null {
    const { answer, refusal } = this.peek(key);
    if (answer !== undefined || refusal !== undefined) return null;
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        stop();
        done();
      };
      const timer = setTimeout(end, wait);
      const stop = this.subscribe(key, end);
    });
  }

  /** Another user may come: nothing that was shown stays in memory. */
  forget_all(): void {
    for (const [key, entry] of this.#entries) {
      delete entry.answer;
      delete entry.refusal;
      if (entry.listeners.size === 0) {
        entry.let_go?.();
        this.#entries.delete(key);
      }
    }
  }

  /** What no screen shows any more. */
  forget_unseen(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.listeners.size > 0) continue;
      entry.let_go?.();
      this.#entries.delete(key);
    }
  }

  #start(key: string, entry: Entry): void {
    const tell = (watched: Watched<unknown>) => {
      if (watched.answer !== undefined) entry.answer = watched.answer;
      entry.refusal = watched.refusal;
      for (const listener of [...entry.listeners]) listener();
    };
    entry.let_go = this.door.watch(
      JSON.parse(key) as Question,
      (answer) => tell({ answer }),
      (refusal) => tell({ refusal: refusal_of(refusal) }),
    );
  }

  #leave(entry: Entry, listener: () => void): void {
    entry.listeners.delete(listener);
    if (entry.listeners.size > 0 || entry.resting !== null) return;
    entry.resting = setTimeout(() => {
      entry.resting = null;
      entry.let_go?.();
      entry.let_go = null;
    }, kRestMilliseconds);
  }

  #forget_oldest(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= kAnswersKeptMax) return;
      if (entry.listeners.size === 0 && !entry.let_go) this.#entries.delete(key);
    }
  }
}
