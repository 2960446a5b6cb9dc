// SPDX-License-Identifier: Apache-2.0
//
// What passes between a page, its worker and the workers of other tabs.
//
//   page ── ToWorker ──▶ worker of this tab            one per tab
//        ◀── ToPage ────    │  ▲
//                   ToOwner ▼  │ ToTab                 BroadcastChannels, only if another tab owns the engine
//                      worker of the owning tab
//
// Always true:
//   - `text` is an `Asked` or a `Told` (door.ts) as JSON. It is written by one end and read by the other; nobody between looks into it.
//   - A generation names one start of one engine. What belongs to another generation is dropped: the page has asked again.

export type Generation = string;
/** Names a tab's worker among all others; new with each start of a worker. */
export type TabName = string;

export type ToWorker =
  | { kind: 'start'; platform: string; named_platform?: string; now?: number }
  /** satchel.wasm, compiled; or why there is none, for developers. */
  | { kind: 'module'; module: WebAssembly.Module | null; reason?: string }
  | { kind: 'asked'; generation: Generation; text: string }
  | { kind: 'beat'; number: number };

export type ToPage =
  /** There is an engine, and it knows nothing of this tab yet. */
  | { kind: 'engine'; generation: Generation }
  | { kind: 'told'; generation: Generation; text: string }
  | { kind: 'beat'; number: number }
  /** The store can't be used; a sentence for people. */
  | { kind: 'broken'; sentence: string }
  /** This worker has ended itself; the reason is for developers. */
  | { kind: 'died'; reason: string };

/** To whoever owns the engine. */
export type ToOwner =
  | { kind: 'hello'; tab: TabName }
  | { kind: 'asked'; tab: TabName; generation: Generation; text: string };

/** From the owner to one tab. */
export type ToTab = Extract<ToPage, { kind: 'engine' | 'told' | 'broken' }>;

/** From the owner to all tabs: there is a new engine, say hello. */
export type ToEveryTab = { kind: 'owner' };

/** Web Locks and channels are shared by all pages of an origin. */
export const kEngineLock = 'satchel engine';
export const kOwnerChannel = 'satchel owner';
export const kEveryTabChannel = 'satchel every tab';
export const tab_lock = (tab: TabName): string => `satchel tab ${tab}`;
export const tab_channel = (tab: TabName): string => `satchel tab ${tab}`;
