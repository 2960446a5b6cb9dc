// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { kHeaderBytes, kPoolFilesMax, kPoolFilesMin } from './limits';
import { FilePool, header_of, kFailed, kNoRoom, type Folder, type Handle } from './pool';

/** A disk in memory: files outlive the pool, as in the browser. `room` is what may still be written, in bytes. */
class Disk implements Folder {
  files = new Map<string, Uint8Array>();
  open_names = new Set<string>();
  room = Infinity;
  opened = 0;

  async names() {
    return [...this.files.keys()];
  }
  async open(name: string): Promise<Handle> {
    if (this.open_names.has(name)) throw named('NoModificationAllowedError');
    this.open_names.add(name);
    ++this.opened;
    if (!this.files.has(name)) this.files.set(name, new Uint8Array(0));
    return {
      read: (into, { at }) => {
        const part = this.files.get(name)!.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      write: (from, { at }) => {
        if (from.length > this.room) throw named('QuotaExceededError');
        this.room -= from.length;
        this.resize(name, Math.max(this.files.get(name)!.length, at + from.length));
        this.files.get(name)!.set(from, at);
        return from.length;
      },
      truncate: (size) => this.resize(name, size),
      getSize: () => this.files.get(name)!.length,
      flush: () => {},
      close: () => void this.open_names.delete(name),
    };
  }
  private resize(name: string, size: number) {
    const bytes = new Uint8Array(size);
    bytes.set(this.files.get(name)!.subarray(0, size));
    this.files.set(name, bytes);
  }
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
const bytes = (text: string) => new TextEncoder().encode(text);
function read_all(pool: FilePool, slot: number): string {
  const into = new Uint8Array(pool.size(slot));
  expect(pool.read(slot, into, 0)).toBe(into.length);
  return new TextDecoder().decode(into);
}

describe('the pool of files', () => {
  it('closes what it has opened when one file can not be opened', async () => {
    const disk = new Disk();
    const folder: Folder = {
      names: () => disk.names(),
      open: (name) => (name === '3' ? Promise.reject(named('SecurityError')) : disk.open(name)),
    };
    await expect(FilePool.open(folder)).rejects.toThrow('SecurityError');
    expect(disk.opened).toBe(kPoolFilesMin - 1);
    expect(disk.open_names.size).toBe(0);
  });

  it('keeps names and contents from one opening to the next', async () => {
    const disk = new Disk();
    let pool = await FilePool.open(disk);
    expect(disk.files.size).toBe(kPoolFilesMin);
    expect(pool.open_file('store.db', false)).toBe(kFailed);
    const slot = pool.open_file('store.db', true);
    expect(pool.write(slot, bytes('hello'), 0)).toBe(0);
    expect(pool.write(slot, bytes('J'), 0)).toBe(0);
    expect(pool.flush(slot)).toBe(0);
    pool.close();
    expect(disk.open_names.size).toBe(0);

    pool = await FilePool.open(disk);
    const again = pool.open_file('store.db', false);
    expect(pool.size(again)).toBe(5);
    expect(read_all(pool, again)).toBe('Jello');
    expect(pool.exists('store.db-wal')).toBe(false);
  });

  it('frees a deleted file, and its next name begins empty', async () => {
    const pool = await FilePool.open(new Disk());
    const slot = pool.open_file('a', true);
    pool.write(slot, bytes('secret'), 0);
    expect(pool.delete_file('a')).toBe(0);
    expect(pool.delete_file('a')).toBe(0);
    expect(pool.exists('a')).toBe(false);
    expect(pool.read(slot, new Uint8Array(6), 0)).toBe(kFailed);
    expect(pool.size(pool.open_file('b', true))).toBe(0);
    expect(pool.is_empty).toBe(false);
    pool.empty();
    expect(pool.is_empty).toBe(true);
  });

  it('grows before it is full, and not for ever', async () => {
    const pool = await FilePool.open(new Disk());
    for (let i = 0; i < kPoolFilesMax; ++i) {
      expect(pool.open_file(`file ${i}`, true)).toBeGreaterThanOrEqual(0);
      if (pool.needs_refill) await pool.refill();
    }
    expect(pool.needs_refill).toBe(false);
    expect(pool.open_file('one too many', true)).toBe(kFailed);
  });

  it('takes a torn or foreign header for a free file', async () => {
    const disk = new Disk();
    const torn = header_of('store.db');
    torn[14]! ^= 1;
    disk.files.set('0', torn);
    disk.files.set('1', bytes('short'));
    disk.files.set('2', header_of('kept'));
    const pool = await FilePool.open(disk);
    expect(pool.exists('store.db')).toBe(false);
    expect(pool.exists('kept')).toBe(true);
    expect(pool.open_file('new', true)).toBe(0);
    expect(pool.size(0)).toBe(0);
  });

  it('says "no room" for a full disk, and lets what is there be read', async () => {
    const disk = new Disk();
    const pool = await FilePool.open(disk);
    const slot = pool.open_file('a', true);
    expect(pool.write(slot, bytes('abc'), 0)).toBe(0);
    disk.room = 2;
    expect(pool.write(slot, bytes('defg'), 3)).toBe(kNoRoom);
    expect(pool.open_file('b', true)).toBe(kFailed);
    expect(read_all(pool, slot)).toBe('abc');
  });

  it('waits until the worker before has let go of its files', async () => {
    const disk = new Disk();
    const before = await FilePool.open(disk);
    const waiting = FilePool.open(disk);
    setTimeout(() => before.close(), 120);
    const after = await waiting;
    expect(after.open_file('a', true)).toBeGreaterThanOrEqual(0);
    expect(disk.open_names.size).toBe(kPoolFilesMin);
  });

  it('begins its contents behind the header', async () => {
    const disk = new Disk();
    const pool = await FilePool.open(disk);
    const slot = pool.open_file('a', true);
    pool.write(slot, bytes('x'), 4096);
    expect(disk.files.get(String(slot))!.length).toBe(kHeaderBytes + 4097);
    expect(pool.truncate(slot, 10)).toBe(0);
    expect(pool.size(slot)).toBe(10);
  });
});
