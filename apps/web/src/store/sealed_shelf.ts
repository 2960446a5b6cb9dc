// SPDX-License-Identifier: Apache-2.0
//
// IndexedDB as the shelf of kept forms. Database "satchel-forms": store "key" holds one non-extractable AES-GCM key, store
// "forms" one sealed entry per form: { key: "<digest>", iv, sealed }.

import type { KeptForm, Shelf } from './kept_forms';

interface Sealed {
  key: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

export class SealedShelf implements Shelf {
  #database: Promise<IDBDatabase> | null = null;
  #key: Promise<CryptoKey> | null = null;

  async put(key: string, form: KeptForm): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(form));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await this.#seal(), text);
    const entry: Sealed = { key, iv, sealed };
    await this.#run('forms', 'readwrite', (store) => store.put(entry));
  }

  async remove(key: string): Promise<void> {
    await this.#run('forms', 'readwrite', (store) => store.delete(key));
  }

  async all(): Promise<KeptForm[]> {
    const entries = await this.#run<Sealed[]>('forms', 'readonly', (store) => store.getAll());
    const forms: KeptForm[] = [];
    for (const entry of entries) {
      try {
        const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: entry.iv }, await this.#seal(), entry.sealed);
        forms.push(JSON.parse(new TextDecoder().decode(text)) as KeptForm);
      } catch {
        await this.remove(entry.key); // Sealed with a key that is gone: nobody can read it any more.
      }
    }
    return forms;
  }

  async clear(): Promise<void> {
    await this.#run('forms', 'readwrite', (store) => store.clear());
    await this.#run('key', 'readwrite', (store) => store.clear());
    this.#key = null;
  }

  #seal(): Promise<CryptoKey> {
    this.#key ??= this.#find_or_make_key().catch((error: unknown) => {
      this.#key = null;
      throw error;
    });
    return this.#key;
  }

  async #find_or_make_key(): Promise<CryptoKey> {
    const found = await this.#run<CryptoKey | undefined>('key', 'readonly', (store) => store.get('seal'));
    if (found) return found;
    const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    // Two tabs may come here at once: the first one's key stays.
    await this.#run('key', 'readwrite', (store) => store.add(fresh, 'seal')).catch(() => undefined);
    return (await this.#run<CryptoKey | undefined>('key', 'readonly', (store) => store.get('seal'))) ?? fresh;
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= new Promise((resolve, reject) => {
      const opening = indexedDB.open('satchel-forms', 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('key');
        opening.result.createObjectStore('forms', { keyPath: 'key' });
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    return this.#database;
  }

  async #run<T>(name: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const request = ask(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}
