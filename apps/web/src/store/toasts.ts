// SPDX-License-Identifier: Apache-2.0
//
// Short messages at the edge of the screen, with at most one thing to do about them ("Undo").

export interface Toast {
  id: number;
  text: string;
  tone: 'quiet' | 'bad';
  todo?: { label: string; run: () => void };
}

/** Long enough to read two lines and to reach the button. */
const kShownMilliseconds = 6_000;
/** Something that can be undone, or went wrong, stays longer. */
const kShownLongMilliseconds = 10_000;
/** More would hide what they are about. */
const kToastsMax = 2;

/** At most kToastsMax. The newest stays, and one with something to do about it ("Undo") longer than others. */
function without_oldest(toasts: Toast[]): Toast[] {
  if (toasts.length <= kToastsMax) return toasts;
  const leaves = toasts.slice(0, -1).find(({ todo }) => !todo) ?? toasts[0];
  return toasts.filter((toast) => toast !== leaves);
}

export class Toasts {
  #toasts: Toast[] = [];
  #listeners = new Set<() => void>();
  #next_id = 1;

  all(): readonly Toast[] {
    return this.#toasts;
  }

  show(text: string, more: Partial<Pick<Toast, 'tone' | 'todo'>> = {}): void {
    const toast: Toast = { id: this.#next_id++, text, tone: more.tone ?? 'quiet', todo: more.todo };
    // Of what went wrong, and of what asks for nothing, the last is what counts.
    const counts_last = (a: Toast, b: Toast) => a.tone === b.tone && (a.tone === 'bad' || (!a.todo && !b.todo));
    const stays = (other: Toast) => other.text !== text && !counts_last(other, toast);
    this.#toasts = without_oldest([...this.#toasts.filter(stays), toast]);
    const long = toast.todo !== undefined || toast.tone === 'bad';
    setTimeout(() => this.close(toast.id), long ? kShownLongMilliseconds : kShownMilliseconds);
    this.#tell();
  }

  close(id: number): void {
    if (!this.#toasts.some((toast) => toast.id === id)) return;
    this.#toasts = this.#toasts.filter((toast) => toast.id !== id);
    this.#tell();
  }

  close_all(): void {
    for (const { id } of this.#toasts) this.close(id);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
