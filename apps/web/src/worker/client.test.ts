// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Asked, RecordId } from '../door/door';
import { WorkerDoor, type WorkerPort } from './client';
import { kBeat, kBeatsMissedMax } from './limits';
import type { ToPage, ToWorker } from './messages';

class FakeWorker implements WorkerPort {
  onmessage: ((event: MessageEvent<ToPage>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  heard: ToWorker[] = [];
  terminated = false;
  answers_beats = true;

  postMessage(message: ToWorker) {
    this.heard.push(message);
    if (message.kind === 'beat' && this.answers_beats) this.say({ kind: 'beat', number: message.number });
  }
  terminate() {
    this.terminated = true;
  }
  say(message: ToPage) {
    this.onmessage?.({ data: message } as MessageEvent<ToPage>);
  }
  tell(generation: string, told: unknown) {
    this.say({ kind: 'told', generation, text: JSON.stringify(told) });
  }
  /** What was asked of the engine of `generation`. */
  asked(generation: string): Asked[] {
    return this.heard.flatMap((m) => (m.kind === 'asked' && m.generation === generation ? [JSON.parse(m.text) as Asked] : []));
  }
}

let workers: FakeWorker[];
let door: WorkerDoor;
const kModule = {} as WebAssembly.Module;
const compile = vi.fn<() => Promise<WebAssembly.Module>>();
const worker = () => workers.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  workers = [];
  compile.mockReset().mockResolvedValue(kModule);
  door = new WorkerDoor({
    make_worker: () => (workers.push(new FakeWorker()), worker()),
    compile,
    platform: 'desktop',
    storage: async () => ({ used: 5, quota: 10, persistent: true }),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the page’s end of the door', () => {
  it('starts its worker, and asks once there is an engine', async () => {
    await Promise.resolve();
    expect(worker().heard).toEqual([{ kind: 'start', platform: 'desktop' }, { kind: 'module', module: kModule }]);
    const answer = door.ask({ ask: 'errors' });
    expect(worker().asked('g1')).toEqual([]);
    worker().say({ kind: 'engine', generation: 'g1' });
    expect(worker().asked('g1')).toEqual([{ id: 1, question: { ask: 'errors' }, watch: false }]);
    worker().tell('g1', { id: 1, answer: { value: [] } });
    expect(await answer).toEqual({ value: [] });
  });

  it('hands changed answers to who watches, until he lets go', () => {
    worker().say({ kind: 'engine', generation: 'g1' });
    const told = vi.fn();
    const let_go = door.watch({ ask: 'outbox' }, told);
    worker().tell('g1', { id: 1, answer: 1 });
    worker().tell('g1', { id: 1, answer: 2 });
    let_go();
    let_go();
    worker().tell('g1', { id: 1, answer: 3 });
    expect(told.mock.calls).toEqual([[1], [2]]);
    expect(worker().asked('g1').slice(1)).toEqual([{ id: 1, let_go: true }]);
  });

  it('rejects with the refusal', async () => {
    worker().say({ kind: 'engine', generation: 'g1' });
    const refusal = { rule: 'D3', code: 'unsent_work', message: 'Two changes have not been sent.' };
    const outcome = door.act({ do: 'sign_out', discard: false });
    worker().tell('g1', { id: 1, refusal });
    await expect(outcome).rejects.toMatchObject({ message: refusal.message, refusal });
  });

  it('asks a new engine all that is open, in its order, actions with the keys they had', async () => {
    worker().say({ kind: 'engine', generation: 'g1' });
    door.watch({ ask: 'outbox' }, () => {});
    const done = door.act({ do: 'remove', set: 'accounts', id: 'a' as RecordId });
    const answered = door.act({ do: 'sync' });
    worker().tell('g1', { id: 3, answer: { ok: true } });
    await answered;
    const before = worker().asked('g1');
    worker().say({ kind: 'engine', generation: 'g2' });
    expect(worker().asked('g2')).toEqual(before.slice(0, 2));
    worker().tell('g1', { id: 2, answer: 'of the engine that is gone' });
    worker().tell('g2', { id: 2, answer: { undo: 'u' } });
    expect(await done).toEqual({ undo: 'u' });
    worker().say({ kind: 'engine', generation: 'g3' });
    expect(worker().asked('g3')).toEqual(before.slice(0, 1));
  });

  it('replaces a worker that is silent, and loses nothing of what was asked', async () => {
    worker().say({ kind: 'engine', generation: 'g1' });
    const saved = door.act({ do: 'sync' });
    worker().answers_beats = false;
    vi.advanceTimersByTime(kBeat * kBeatsMissedMax);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(kBeat * 2);
    expect(workers).toHaveLength(2);
    expect(workers[0]!.terminated).toBe(true);
    worker().say({ kind: 'engine', generation: 'g2' });
    expect(worker().asked('g2')).toEqual(workers[0]!.asked('g1'));
    worker().tell('g2', { id: 1, answer: { ok: true } });
    expect(await saved).toEqual({ ok: true });
    vi.advanceTimersByTime(kBeat * 100);
    expect(workers).toHaveLength(2);
  });

  it('starts a worker that dies again and again at a slower pace, and tells what stands', () => {
    const states: string[] = [];
    door.watch_engine(({ state }) => states.push(state));
    worker().say({ kind: 'engine', generation: 'g1' });
    worker().say({ kind: 'died', reason: 'trap' });
    vi.advanceTimersByTime(0);
    expect(workers).toHaveLength(2);
    worker().say({ kind: 'broken', sentence: 'No room.' });
    worker().say({ kind: 'died', reason: 'trap' });
    vi.advanceTimersByTime(400);
    expect(workers).toHaveLength(2);
    vi.advanceTimersByTime(100);
    expect(workers).toHaveLength(3);
    expect(states).toEqual(['starting', 'ready', 'starting', 'broken']);
  });

  it('compiles once for all its workers, and again after that failed', async () => {
    compile.mockReset().mockRejectedValueOnce(new Error('no network')).mockResolvedValue(kModule);
    const page = new WorkerDoor({ make_worker: () => (workers.push(new FakeWorker()), worker()), compile, platform: 'desktop' });
    const modules = () => worker().heard.filter((message) => message.kind === 'module');
    for (const expected of [{ kind: 'module', module: null, reason: 'Error: no network' }, { kind: 'module', module: kModule }, { kind: 'module', module: kModule }]) {
      await vi.advanceTimersByTimeAsync(0);
      expect(modules()).toEqual([expected]);
      worker().say({ kind: 'died', reason: 'trap' });
      await vi.advanceTimersByTimeAsync(kBeat);
    }
    expect(compile).toHaveBeenCalledTimes(2);
    expect(page).toBeDefined();
  });

  it('adds the browser’s storage to the status', async () => {
    worker().say({ kind: 'engine', generation: 'g1' });
    const told: unknown[] = [];
    door.watch({ ask: 'status' }, (status) => told.push(status.storage));
    worker().tell('g1', { id: 1, answer: { rows: 1, storage: null } });
    await vi.advanceTimersByTimeAsync(1);
    expect(told.at(-1)).toEqual({ used: 5, quota: 10, persistent: true });
  });
});
