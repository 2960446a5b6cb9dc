// SPDX-License-Identifier: Apache-2.0
//
// FilePool: the files of the store, in the origin private file system (OPFS).
//
// SQLite opens files whenever it likes and can't wait for it, while a browser opens them asynchronously. So a number of files is
// opened beforehand and a name is given to one of them when SQLite asks:
//
//   satchel/0   [ header: name, checksum │ 4096 ][ content … ]
//   satchel/1   [ header: empty          │ 4096 ]                 free
//
// Always true:
//   - A name is on at most one file. An empty or damaged header means free: a header is written before any content is, so a
//     file whose header was torn held nothing that anybody was told of.
//   - Only one worker of the origin has the pool (the browser refuses a second handle), and closes it before another opens it.
//   - Between two events `kPoolFilesFree` files are free (see `refill`).

import { kHandleRetry, kHandleRetryMax, kHeaderBytes, kPoolFilesFree, kPoolFilesMax, kPoolFilesMin } from './limits';

/** FileSystemSyncAccessHandle, as far as it is used here. */
export interface Handle {
  read(into: Uint8Array, options: { at: number }): number;
  write(from: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
/** A folder that opens its file `name`, making it if need be. Rejects with NoModificationAllowedError while another has it. */
export interface Folder {
  names(): Promise<string[]>;
  open(name: string): Promise<Handle>;
}

interface Slot {
  handle: Handle;
  name: string; // '' = free
}

export const kFailed = -1;
export const kNoRoom = -2;

export class FilePool {
  private constructor(
    private readonly folder: Folder,
    private readonly slots: Slot[],
  ) {}

  /** Rejects when the browser has no such files, or when another worker doesn't let go of them in kHandleRetryMax. */
  static async open(folder: Folder): Promise<FilePool> {
    const until = performance.now() + kHandleRetryMax;
    const pool = new FilePool(folder, []);
    try {
      const there = (await folder.names()).filter((name) => /^\d+$/.test(name)).length;
      await pool.grow_to(Math.max(there, kPoolFilesMin), until);
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  close(): void {
    for (const slot of this.slots) slot.handle.close();
    this.slots.length = 0;
  }

  /** Opens more files if few are free. Between two calls into the module, for only then there is time. */
  get needs_refill(): boolean {
    return this.free < kPoolFilesFree && this.slots.length < kPoolFilesMax;
  }
  async refill(): Promise<void> {
    await this.grow_to(Math.min(this.slots.length + kPoolFilesFree, kPoolFilesMax), performance.now() + kHandleRetryMax);
  }

  /** Takes all content away. The files themselves stay open. */
  empty(): void {
    for (const slot of this.slots) this.release(slot);
  }

  get is_empty(): boolean {
    return this.slots.every((slot) => slot.name === '');
  }

  // ---- what the module calls; synchronous, never throws ------------------------------------------------------------------

  open_file(name: string, create: boolean): number {
    const found = this.slots.findIndex((slot) => slot.name === name);
    if (found >= 0 || !create) return found;
    const free = this.slots.findIndex((slot) => slot.name === '');
    if (free < 0) return kFailed;
    const opened = this.attempt(() => {
      this.name(this.slots[free]!, name);
      return free;
    });
    return opened >= 0 ? opened : kFailed;
  }

  exists(name: string): boolean {
    return this.slots.some((slot) => slot.name === name);
  }

  delete_file(name: string): number {
    const slot = this.slots.find((each) => each.name === name);
    if (!slot) return 0;
    return this.attempt(() => {
      this.release(slot);
      return 0;
    });
  }

  read(slot: number, into: Uint8Array, offset: number): number {
    return this.with(slot, (handle) => handle.read(into, { at: kHeaderBytes + offset }));
  }

  write(slot: number, from: Uint8Array, offset: number): number {
    return this.with(slot, (handle) => {
      const written = handle.write(from, { at: kHeaderBytes + offset });
      return written === from.length ? 0 : kNoRoom;
    });
  }

  truncate(slot: number, size: number): number {
    return this.with(slot, (handle) => {
      handle.truncate(kHeaderBytes + size);
      return 0;
    });
  }

  flush(slot: number): number {
    return this.with(slot, (handle) => {
      handle.flush();
      return 0;
    });
  }

  size(slot: number): number {
    return this.with(slot, (handle) => Math.max(0, handle.getSize() - kHeaderBytes));
  }

  // ---- inside ------------------------------------------------------------------------------------------------------------

  private get free(): number {
    return this.slots.filter((slot) => slot.name === '').length;
  }

  /** All at once: each takes the browser some milliseconds, and a start waits for them. All or none are added. */
  private async grow_to(count: number, until: number): Promise<void> {
    const numbers = Array.from({ length: Math.max(0, count - this.slots.length) }, (_, i) => String(this.slots.length + i));
    const opened = await Promise.allSettled(numbers.map((name) => open_patiently(this.folder, name, until)));
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed) {
      for (const one of opened) if (one.status === 'fulfilled') one.value.close();
      throw failed.reason;
    }
    for (const one of opened) if (one.status === 'fulfilled') this.add(one.value);
  }

  private add(handle: Handle): void {
    const slot = { handle, name: read_name(handle) };
    // Two files of one name: a crash between giving a name and taking it away elsewhere. Can't be; and mustn't matter.
    if (slot.name !== '' && this.exists(slot.name)) this.release(slot);
    this.slots.push(slot);
  }

  private name(slot: Slot, name: string): void {
    slot.handle.truncate(0);
    slot.handle.write(header_of(name), { at: 0 });
    slot.handle.flush();
    slot.name = name;
  }

  private release(slot: Slot): void {
    slot.handle.write(new Uint8Array(kHeaderBytes), { at: 0 });
    slot.handle.truncate(kHeaderBytes);
    slot.handle.flush();
    slot.name = '';
  }

  private with(slot: number, work: (handle: Handle) => number): number {
    const found = this.slots[slot];
    if (!found || found.name === '') return kFailed;
    return this.attempt(() => work(found.handle));
  }

  /** An exception of the browser as the number that the module understands. */
  private attempt(work: () => number): number {
    try {
      return work();
    } catch (error) {
      console.warn('file pool:', error);
      return is_quota_exceeded(error) ? kNoRoom : kFailed;
    }
  }
}

function is_quota_exceeded(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

async function open_patiently(folder: Folder, name: string, until: number): Promise<Handle> {
  for (;;) {
    try {
      return await folder.open(name);
    } catch (error) {
      const busy = error instanceof Error && error.name === 'NoModificationAllowedError';
      if (!busy || performance.now() > until) throw error;
      await new Promise((done) => setTimeout(done, kHandleRetry));
    }
  }
}

// Header: "SF1\n", name length and checksum as little-endian 32 bits each, the name in UTF-8, zeros.
const kMagic = 0x0a31_4653;
const kNameAt = 12;

export function header_of(name: string): Uint8Array {
  const header = new Uint8Array(kHeaderBytes);
  const bytes = new TextEncoder().encode(name);
  if (bytes.length === 0 || bytes.length > kHeaderBytes - kNameAt) throw new RangeError(`a file can't have the name "${name}"`);
  header.set(bytes, kNameAt);
  const fields = new DataView(header.buffer);
  fields.setUint32(0, kMagic, true);
  fields.setUint32(4, bytes.length, true);
  fields.setUint32(8, checksum(bytes), true);
  return header;
}

function read_name(handle: Handle): string {
  const header = new Uint8Array(kHeaderBytes);
  if (handle.read(header, { at: 0 }) !== kHeaderBytes) return '';
  const fields = new DataView(header.buffer);
  const length = fields.getUint32(4, true);
  if (fields.getUint32(0, true) !== kMagic || length === 0 || length > kHeaderBytes - kNameAt) return '';
  const bytes = header.subarray(kNameAt, kNameAt + length);
  return fields.getUint32(8, true) === checksum(bytes) ? new TextDecoder().decode(bytes) : '';
}

/** FNV-1a, 32 bits. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c_9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x0100_0193) >>> 0;
  return sum;
}

/** The folder "satchel" of this origin's private file system. */
export async function origin_folder(): Promise<Folder> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('satchel', { create: true });
  return {
    async names() {
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names;
    },
    async open(name) {
      const file = await folder.getFileHandle(name, { create: true });
      return await file.createSyncAccessHandle();
    },
  };
}
