// SPDX-License-Identifier: Apache-2.0
//
// Keeps what is typed into a form until it is saved: a reload, a crash or a closed tab costs no text.
//
// Always true:
//   - Nothing lies on the disk in the clear: each entry is sealed (AES-GCM) with a key that the browser keeps and doesn't hand out.
//   - Entries belong to one user; sign-out removes all.
//   - Of one form the newest text is written last, however slow the disk is.

export interface KeptForm {
  set: string;
  id: string;
  /** For the list of forms that wait: "Ada Byron". */
  name: string;
  /** The form's address. */
  address: string;
  kept_at: number;
  /** As forms/draft.ts made it. */
  draft: unknown;
}

/** The disk, or a map in tests. */
export interface Shelf {
  put(key: string, form: KeptForm): Promise<void>;
  remove(key: string): Promise<void>;
  all(): Promise<KeptForm[]>;
  clear(): Promise<void>;
}

export class KeptForms {
  #forms = new Map<string, KeptForm>();
  #listeners = new Set<() => void>();
  #waiting = new Map<string, KeptForm | null>();
  #writing: Promise<void> | null = null;
  readonly ready: Promise<void>;

  constructor(private shelf: Shelf) {
    this.ready = shelf.all().then(
      (forms) => {
        for (const form of forms) if (!this.#forms.has(key_of(form))) this.#forms.set(key_of(form), form);
        this.#tell();
      },
      () => undefined,
    );
  }

  find(set: string, id: string): KeptForm | undefined {
    return this.#forms.get(`${set}/${id}`);
  }

  all(): KeptForm[] {
    return [...this.#forms.values()].sort((a, b) => b.kept_at - a.kept_at);
  }

  keep(form: KeptForm): void {
    this.#forms.set(key_of(form), form);
    this.#write(key_of(form), form);
  }

  drop(set: string, id: string): void {
    const key = `${set}/${id}`;
    if (!this.#forms.delete(key)) return;
    this.#write(key, null);
  }

  async drop_all(): Promise<void> {
    this.#forms.clear();
    this.#waiting.clear();
    await this.#writing;
    await this.shelf.clear();
    this.#tell();
  }

  /** Resolves once everything kept so far is on the disk. */
  async written(): Promise<void> {
    await this.#writing;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #write(key: string, form: KeptForm | null): void {
    this.#waiting.set(key, form);
    this.#writing ??= this.#write_all().finally(() => (this.#writing = null));
    this.#tell();
  }

  async #write_all(): Promise<void> {
    while (this.#waiting.size > 0) {
      const [key, form] = this.#waiting.entries().next().value!;
      this.#waiting.delete(key);
      // A full or forbidden disk must not stop the typing; the form itself still holds the text.
      await (form ? this.shelf.put(key, form) : this.shelf.remove(key)).catch(() => undefined);
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function key_of(form: KeptForm): string {
  return `${form.set}/${form.id}`;
}
