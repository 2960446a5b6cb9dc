// SPDX-License-Identifier: Apache-2.0
//
// A tab's worker. It owns the engine if its tab is the first, and otherwise passes messages to the one that does; when that
// one is gone, the browser gives the lock to the tab that has waited longest.

import { instantiate } from './module';
import { Owner } from './owner';
import {
  kEngineLock, kEveryTabChannel, kOwnerChannel, tab_channel, tab_lock,
  type ToEveryTab, type ToOwner, type ToPage, type ToTab, type ToWorker,
} from './messages';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const tab = crypto.randomUUID();

function to_page(message: ToPage): void {
  scope.postMessage(message);
}

function die(reason: unknown): void {
  to_page({ kind: 'died', reason: reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason) });
  scope.close();
}

/** Why the engine can't start, in a sentence for people; undefined when a new start may help. */
function sentence_for(reason: unknown): string | undefined {
  const name = reason instanceof Error ? reason.name : '';
  if (name === 'NoModificationAllowedError')
    return 'Satchel is open in another tab that does not answer. Close that tab, and this one goes on.';
  if (name === 'QuotaExceededError') return 'There is no room left on this device. Free some space, then open Satchel again.';
  if (name === 'SecurityError')
    return 'This browser does not let Satchel keep data on the device. Leave private browsing, or allow site data.';
  if (name === 'OperationError')
    return "The key of the store on this device can't be read any more. Remove Satchel's site data in the browser, then sign in again.";
  return undefined;
}

/** As the page compiled it. Without one no engine is started here, but that of another tab serves. */
let take_module: (message: Extract<ToWorker, { kind: 'module' }>) => void;
const module = new Promise<WebAssembly.Module>((resolve, reject) => {
  take_module = (message) => (message.module ? resolve(message.module) : reject(new Error(message.reason)));
});
/** Made while the locks and the files are waited for. A tab that isn't the first has it ready for the day when it is. */
const instance = module.then(instantiate);
instance.catch(() => {}); // told where it is awaited

/** The ways to whoever owns the engine. */
const to_owner = new BroadcastChannel(kOwnerChannel);
const from_owner = new BroadcastChannel(tab_channel(tab));
const from_owner_to_all = new BroadcastChannel(kEveryTabChannel);
let owner: Owner | undefined;

/** Bytes that the module has taken; 0 if another tab has it. For measurements (tests/browser/measure.mjs) and curious developers. */
Object.assign(scope, { engine_memory: () => owner?.memory ?? 0 });

function pass(message: ToOwner): void {
  if (owner) owner.hear(message);
  else to_owner.postMessage(message);
}

async function own(start: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  // From here on this worker is no tab of another one.
  from_owner.close();
  from_owner_to_all.close();
  try {
    owner = await Owner.start({ platform: start.platform, named_platform: start.named_platform, now: start.now, module, instance, tab, to_page, died: end });
  } catch (reason) {
    const sentence = sentence_for(reason);
    if (sentence) to_page({ kind: 'broken', sentence });
    die(reason);
  }
  await new Promise(() => {}); // The lock lasts as long as the worker.
}

function end(reason: unknown): void {
  owner?.end();
  die(reason);
}

async function start(message: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  from_owner.onmessage = ({ data }: MessageEvent<ToTab>) => to_page(data);
  from_owner_to_all.onmessage = ({ data }: MessageEvent<ToEveryTab>) => {
    if (data.kind === 'owner') pass({ kind: 'hello', tab });
  };
  // The tab's lock first, so that an owner who hears from this tab can wait for its end.
  const is_held = new Promise<void>((held) => {
    void navigator.locks.request(tab_lock(tab), () => (held(), new Promise(() => {})));
  });
  void navigator.locks.request(kEngineLock, () => own(message));
  await is_held;
  pass({ kind: 'hello', tab });
}

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'start') void start(data);
  else if (data.kind === 'module') take_module(data);
  else if (data.kind === 'asked') pass({ kind: 'asked', tab, generation: data.generation, text: data.text });
  else to_page({ kind: 'beat', number: data.number });
};
