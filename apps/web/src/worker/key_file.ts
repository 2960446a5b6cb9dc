// SPDX-License-Identifier: Apache-2.0
//
// KeyFile: the engine's key file (the store's key, sealed by the PIN or not), kept in IndexedDB under a key of the device.
//
// The device's key is an AES-GCM key that the browser made and never shows, not even to us. So a copy of the profile's files
// is worth nothing where the browser's own protection of that key holds, and a PIN can be tried on this device only.
//
// Always true: `keep` has reached the disk when it resolves (a strict transaction). Forgetting takes the device's key too.

const kDatabase = 'satchel';
const kStore = 'keys';
const kRow = 'key file';
const kPurpose = new TextEncoder().encode('satchel key file 1');

interface Sealed {
  device_key: CryptoKey;
  nonce: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

export class KeyFile {
  private constructor(private readonly database: IDBDatabase) {}

  static async open(): Promise<KeyFile> {
    const request = indexedDB.open(kDatabase, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(kStore);
    return new KeyFile(await done(request));
  }

  close(): void {
    this.database.close();
  }

  /** The text last kept, or null. Rejects when it is there and can't be unsealed. */
  async read(): Promise<string | null> {
    const sealed = await this.sealed();
    if (!sealed) return null;
    const plain = await crypto.subtle.decrypt(cipher(sealed.nonce), sealed.device_key, sealed.bytes);
    return new TextDecoder().decode(plain);
  }

  async keep(text: string): Promise<void> {
    const device_key = (await this.sealed())?.device_key ?? (await make_device_key());
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const bytes = await crypto.subtle.encrypt(cipher(nonce), device_key, new TextEncoder().encode(text));
    await this.write((store) => store.put({ device_key, nonce, bytes } satisfies Sealed, kRow));
  }

  async forget(): Promise<void> {
    await this.write((store) => store.clear());
  }

  private async sealed(): Promise<Sealed | undefined> {
    return done(this.database.transaction(kStore).objectStore(kStore).get(kRow));
  }

  private async write(change: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = this.database.transaction(kStore, 'readwrite', { durability: 'strict' });
    change(transaction.objectStore(kStore));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the key could not be kept'));
    });
  }
}

function make_device_key(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

function cipher(nonce: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: kPurpose };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}
