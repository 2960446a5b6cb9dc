// SPDX-License-Identifier: Apache-2.0
//
// Owner: this worker has the engine, and serves its own page and the workers of all other tabs.
//
// Always true:
//   - It lives while its Web Lock does; so do the pool's files and the module.
//   - Each tab has a number of its own in an engine; a tab that says hello again gets a new one, for it asks everything anew.
//   - A tab that is gone is noticed by its own lock becoming free.

import { Engine, type Host } from './engine';
import { perform } from './fetch_performer';
import { KeyFile } from './key_file';
import { instantiate, type Instance } from './module';
import { FilePool, origin_folder } from './pool';
import {
  kEveryTabChannel, kOwnerChannel, tab_channel, tab_lock,
  type Generation, type TabName, type ToEveryTab, type ToOwner, type ToTab,
} from './messages';

export interface OwnerOptions {
  platform: string;
  /** Of demo organisations: another platform, and where the clock starts. */
  named_platform?: string;
  now?: number;
  module: Promise<WebAssembly.Module>;
  /** Of that module, the first. */
  instance: Promise<Instance>;
  /** This worker's own tab. */
  tab: TabName;
  /** A message for this worker's own page. */
  to_page(message: ToTab): void;
  /** The engine can't go on; the worker is to end. */
  died(reason: unknown): void;
}

interface Tab {
  name: TabName;
  post(message: ToTab): void;
  close(): void;
}

const kFilesLeft = " A file couldn't be deleted. Nobody can read it, for its key is gone; remove this site's data in the browser's settings.";

export class Owner {
  private readonly tabs = new Map<number, Tab>();
  private readonly own: BroadcastChannel = new BroadcastChannel(kOwnerChannel);
  private last_number = 0;
  private engine: Engine | undefined;
  private generation: Generation = '';
  private sentence = '';

  private constructor(
    private readonly options: OwnerOptions,
    private readonly key_file: KeyFile,
    private readonly pool: FilePool,
  ) {}

  /** With the lock held. Rejects when key or files can't be opened. */
  static async start(options: OwnerOptions): Promise<Owner> {
    const [key_file, pool] = await both(KeyFile.open(), origin_folder().then((folder) => FilePool.open(folder)));
    const owner = new Owner(options, key_file, pool);
    try {
      await owner.start_engine(await options.instance);
      owner.own.onmessage = ({ data }: MessageEvent<ToOwner>) => owner.hear(data);
      owner.announce();
      return owner;
    } catch (error) {
      owner.end();
      throw error;
    }
  }

  /** A message of this worker's own page, which is heard without a channel. */
  hear(message: ToOwner): void {
    if (message.kind === 'hello') return this.welcome(message.tab);
    const number = this.number_of(message.tab);
    if (number !== undefined && message.generation === this.generation) this.engine?.hear(number, message.text);
  }

  get memory(): number {
    return this.engine?.memory ?? 0;
  }

  end(): void {
    this.engine?.end();
    this.own.close();
    for (const tab of this.tabs.values()) tab.close();
    this.pool.close();
    this.key_file.close();
  }

  private async start_engine({ exports, use }: Instance, wiped: string | null = null): Promise<void> {
    const text = await this.key_file.read();
    // Without the key the files can never be read again: a sign-in that wasn't finished, or the browser took the key away.
    if (text === null) this.pool.empty();
    use(this.pool);
    this.generation = crypto.randomUUID();
    this.sentence = '';
    this.engine = new Engine(exports, this.host_of());
    this.engine.begin({ key_file: text, client: 'web', platform: this.options.platform, named_platform: this.options.named_platform, now: this.options.now, wiped });
  }

  private host_of(): Host {
    const generation = this.generation;
    return {
      tell: (number, text) => this.tabs.get(number)?.post({ kind: 'told', generation, text }),
      send: (send, body) => perform(send, body),
      keep_key_file: (text) => (text === null ? this.key_file.forget() : this.key_file.keep(text)),
      erase: (wiped) => this.erase(wiped),
      broken: (sentence) => this.broken(sentence),
      died: (reason) => this.options.died(reason),
      after_event: () => (this.pool.needs_refill ? this.pool.refill() : undefined),
    };
  }

  /** The key first: without it the rest can't be read, whatever happens in between. */
  private async erase(wiped: string | null): Promise<void> {
    await this.key_file.forget();
    try {
      this.pool.empty();
    } catch {
      if (wiped) wiped += kFilesLeft;
    }
    for (const tab of this.tabs.values()) tab.close();
    this.tabs.clear();
    await this.start_engine(await instantiate(await this.options.module), wiped);
    this.announce();
  }

  private broken(sentence: string): void {
    this.sentence = sentence;
    for (const tab of this.tabs.values()) tab.post({ kind: 'broken', sentence });
  }

  private announce(): void {
    this.welcome(this.options.tab);
    const everyone = new BroadcastChannel(kEveryTabChannel);
    everyone.postMessage({ kind: 'owner' } satisfies ToEveryTab);
    everyone.close();
  }

  private welcome(name: TabName): void {
    const before = this.number_of(name);
    if (before !== undefined) this.leave(before);
    const number = ++this.last_number;
    const tab = name === this.options.tab ? this.own_tab() : other_tab(name);
    this.tabs.set(number, tab);
    tab.post({ kind: 'engine', generation: this.generation });
    if (this.sentence !== '') tab.post({ kind: 'broken', sentence: this.sentence });
    if (name !== this.options.tab) void this.await_end_of(number, name);
  }

  /** A tab's worker holds its lock as long as it lives. */
  private async await_end_of(number: number, name: TabName): Promise<void> {
    await navigator.locks.request(tab_lock(name), { mode: 'shared' }, () => {});
    if (this.tabs.get(number)?.name === name) this.leave(number);
  }

  private leave(number: number): void {
    this.tabs.get(number)?.close();
    this.tabs.delete(number);
    this.engine?.leave(number);
  }

  private number_of(name: TabName): number | undefined {
    for (const [number, tab] of this.tabs) if (tab.name === name) return number;
    return undefined;
  }

  private own_tab(): Tab {
    return { name: this.options.tab, post: (message) => this.options.to_page(message), close: () => {} };
  }
}

interface Closable {
  close(): void;
}

/** Both, or neither: what was opened beside one that failed is closed. */
async function both<A extends Closable, B extends Closable>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const outcomes = await Promise.allSettled([one, other]);
  const [first, second] = outcomes;
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.close();
  throw (first.status === 'rejected' ? first : (second as PromiseRejectedResult)).reason;
}

function other_tab(name: TabName): Tab {
  const channel = new BroadcastChannel(tab_channel(name));
  return { name, post: (message) => channel.postMessage(message), close: () => channel.close() };
}
