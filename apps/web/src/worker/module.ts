// SPDX-License-Identifier: Apache-2.0
//
// satchel.wasm as the host sees it: what it imports and what it exports (apps/wasm/README.md).

import type { FilePool } from './pool';
import { kRandomBytesMax } from './limits';

export const kFaceVersion = 2;

export interface Exports {
  memory: WebAssembly.Memory;
  _initialize?(): void;
  satchel_face_version(): number;
  satchel_prepare(): void;
  satchel_buffer(length: number): number;
  satchel_begin(length: number): void;
  satchel_hear(tab: number, length: number): void;
  satchel_leave(tab: number): void;
  satchel_answer(token: number, status: number, head_length: number, body_length: number): void;
  satchel_wake(): void;
  satchel_poll(): number;
  satchel_output(): number;
}

/** Compiles while it downloads. Rejects when the module isn't there. */
export function compile(url: string): Promise<WebAssembly.Module> {
  return WebAssembly.compileStreaming(fetch(url));
}

/** The module before its engine has begun. */
export interface Instance {
  exports: Exports;
  /** Before `satchel_begin`: only then it asks for files. */
  use(pool: FilePool): void;
}

/** With all that needs neither key nor files done. Rejects when the module speaks another face. */
export async function instantiate(module: WebAssembly.Module): Promise<Instance> {
  // The imports need the memory, which is there only afterwards; the module calls none of them before.
  let exports: Exports | undefined;
  let pool: FilePool | undefined;
  const instance = await WebAssembly.instantiate(module, imports_for(() => pool!, () => exports!.memory));
  exports = instance.exports as unknown as Exports;
  exports._initialize?.();
  const version = exports.satchel_face_version();
  if (version !== kFaceVersion) throw new Error(`satchel.wasm has face ${version}, this worker ${kFaceVersion}`);
  exports.satchel_prepare();
  return { exports, use: (files) => void (pool = files) };
}

function imports_for(pool: () => FilePool, memory: () => WebAssembly.Memory): WebAssembly.Imports {
  // A memory that grows gets a new buffer, so a view lives no longer than a call.
  const bytes = (pointer: number, length: number) => new Uint8Array(memory().buffer, pointer, length);
  const text = (pointer: number, length: number) => new TextDecoder().decode(bytes(pointer, length));
  return {
    host: {
      now: () => Date.now(),
      random: (pointer: number, length: number) => fill_random(bytes(pointer, length)),
      log: (pointer: number, length: number) => console.info('engine:', text(pointer, length)),
      file_open: (name: number, length: number, create: number) => pool().open_file(text(name, length), create !== 0),
      file_exists: (name: number, length: number) => (pool().exists(text(name, length)) ? 1 : 0),
      file_delete: (name: number, length: number) => pool().delete_file(text(name, length)),
      file_read: (slot: number, pointer: number, length: number, offset: number) =>
        pool().read(slot, bytes(pointer, length), offset),
      file_write: (slot: number, pointer: number, length: number, offset: number) =>
        pool().write(slot, bytes(pointer, length), offset),
      file_truncate: (slot: number, size: number) => pool().truncate(slot, size),
      file_flush: (slot: number) => pool().flush(slot),
      file_size: (slot: number) => pool().size(slot),
    },
    wasi_snapshot_preview1: system_calls(memory),
  };
}

function fill_random(into: Uint8Array<ArrayBuffer>): void {
  for (let at = 0; at < into.length; at += kRandomBytesMax) crypto.getRandomValues(into.subarray(at, at + kRandomBytesMax));
}

/** What the C library asks of a system. There is no file, no argument and no environment; its last words go to the log. */
function system_calls(memory: () => WebAssembly.Memory): WebAssembly.ModuleImports {
  const kBadDescriptor = 8; // WASI errno `badf`
  const put = (pointer: number, value: number) => new DataView(memory().buffer).setUint32(pointer, value, true);
  return {
    environ_sizes_get: (count: number, size: number) => (put(count, 0), put(size, 0), 0),
    environ_get: () => 0,
    random_get: (pointer: number, length: number) => {
      fill_random(new Uint8Array(memory().buffer as ArrayBuffer, pointer, length));
      return 0;
    },
    clock_time_get: (_clock: number, _precision: bigint, out: number) => {
      new DataView(memory().buffer).setBigUint64(out, BigInt(Date.now()) * 1_000_000n, true);
      return 0;
    },
    fd_close: () => kBadDescriptor,
    fd_seek: () => kBadDescriptor,
    fd_read: () => kBadDescriptor,
    fd_fdstat_get: () => kBadDescriptor,
    fd_write: (_descriptor: number, vectors: number, count: number, written: number) => {
      put(written, log_vectors(memory().buffer, vectors, count));
      return 0;
    },
    proc_exit: (code: number) => {
      throw new Error(`the module ended itself with ${code}`);
    },
  };
}

function log_vectors(buffer: ArrayBufferLike, vectors: number, count: number): number {
  const view = new DataView(buffer);
  let size = 0;
  let line = '';
  for (let i = 0; i < count; ++i) {
    const length = view.getUint32(vectors + 8 * i + 4, true);
    line += new TextDecoder().decode(new Uint8Array(buffer, view.getUint32(vectors + 8 * i, true), length));
    size += length;
  }
  console.warn('engine:', line);
  return size;
}

