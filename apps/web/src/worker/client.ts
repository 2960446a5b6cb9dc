// SPDX-License-Identifier: Apache-2.0
//
// WorkerDoor: the page's end of the door. It starts this tab's worker, carries questions and actions to it, and sees to it that
// none is lost, whatever becomes of the worker, of the tab that has the engine, or of the engine itself.
//
//   screen ── ask, watch, act ──▶ [ open requests ] ──▶ worker ──▶ engine
//
// Always true:
//   - A request stays open until it is answered (a watched one until it is let go). Each new engine is asked all that is open, in
//     the order in which it was asked; an action with the key that it had before, so it is done once.
//   - A worker that doesn't answer kBeatsMissedMax beats is ended and replaced. Beats are counted, not timed, so a page that
//     the system had put to sleep wrongs nobody.

import { RefusedError } from '../door/refused_error';
import type {
  Action, AnswerTo, Asked, Door, OutcomeOf, Question, Refusal, StatusAnswer, Told,
} from '../door/door';
import { kBeat, kBeatsMissedMax, kPeace, kRestartDelays } from './limits';
import type { Generation, ToPage, ToWorker } from './messages';

/** Worker, as far as it is used here. */
export interface WorkerPort {
  onmessage: ((event: MessageEvent<ToPage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToWorker): void;
  terminate(): void;
}

/** `starting`: no engine yet, or not again yet. `broken`: the store can't be used; what is said is for people. */
export type EngineState = { state: 'starting' } | { state: 'ready' } | { state: 'broken'; sentence: string };

export interface DoorOptions {
  make_worker(): WorkerPort;
  /** satchel.wasm. */
  compile(): Promise<WebAssembly.Module>;
  platform: string;
  named_platform?: string;
  now?: number;
  /** What the origin's storage takes and may take; null where the browser doesn't say. */
  storage?(): Promise<StatusAnswer['storage']>;
  persist?(): Promise<unknown>;
}

interface Open {
  asked: Asked;
  keep: boolean;
  told(answer: unknown): void;
  refused(refusal: Refusal): void;
}

export class WorkerDoor implements Door {
  private worker: WorkerPort;
  private module: Promise<WebAssembly.Module> | undefined;
  private generation: Generation | null = null;
  private readonly open = new Map<number, Open>();
  private last_id = 0;
  private beat = 0;
  private answered_beat = 0;
  private deaths = 0;
  private last_death = -Infinity;
  private restarting: ReturnType<typeof setTimeout> | undefined;
  private state: EngineState = { state: 'starting' };
  private readonly state_watchers = new Set<(state: EngineState) => void>();
  private storage: StatusAnswer['storage'] = null;

  constructor(private readonly options: DoorOptions) {
    this.worker = this.start_worker();
    setInterval(() => this.check_pulse(), kBeat);
  }

  // ---- for screens -------------------------------------------------------------------------------------------------------

  ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
    return new Promise((resolve, reject) => {
      const told = (answer: unknown) => resolve(answer as AnswerTo<Q>);
      this.request((id) => ({ id, question, watch: false }), false, told, (refusal) => reject(new RefusedError(refusal)));
    });
  }

  watch<Q extends Question>(question: Q, told: (answer: AnswerTo<Q>) => void, refused?: (refusal: Refusal) => void): () => void {
    const id = this.request(
      (id) => ({ id, question, watch: true }), true, (answer) => told(answer as AnswerTo<Q>), refused ?? (() => {}),
    );
    return () => {
      if (this.open.delete(id)) this.send({ id, let_go: true });
    };
  }

  act<A extends Action>(action: A): Promise<OutcomeOf<A>> {
    const key = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const told = (outcome: unknown) => {
        if (action.do === 'sign_in') void this.options.persist?.();
        resolve(outcome as OutcomeOf<A>);
      };
      this.request((id) => ({ id, action, key }), false, told, (refusal) => reject(new RefusedError(refusal)));
    });
  }

  /** Calls `told` now and whenever it changes; the function returned ends that. */
  watch_engine(told: (state: EngineState) => void): () => void {
    this.state_watchers.add(told);
    told(this.state);
    return () => void this.state_watchers.delete(told);
  }

  // ---- requests ----------------------------------------------------------------------------------------------------------

  private request(
    make: (id: number) => Asked, keep: boolean, told: (answer: unknown) => void, refused: (refusal: Refusal) => void,
  ): number {
    const id = ++this.last_id;
    const asked = make(id);
    this.open.set(id, { asked, keep, told, refused });
    this.send(asked);
    return id;
  }

  /** Without an engine nothing is sent: the next one is asked all that is open. */
  private send(asked: Asked): void {
    if (this.generation === null) return;
    this.worker.postMessage({ kind: 'asked', generation: this.generation, text: JSON.stringify(asked) });
  }

  private hear(message: ToPage): void {
    if (message.kind === 'beat') this.answered_beat = message.number;
    else if (message.kind === 'engine') this.greet(message.generation);
    else if (message.kind === 'broken') this.enter({ state: 'broken', sentence: message.sentence });
    else if (message.kind === 'died') this.restart(message.reason);
    else if (message.generation === this.generation) this.take(JSON.parse(message.text) as Told);
  }

  private greet(generation: Generation): void {
    if (generation === this.generation) return;
    this.generation = generation;
    this.enter({ state: 'ready' });
    for (const { asked } of this.open.values()) this.send(asked);
  }

  private take(told: Told): void {
    const open = this.open.get(told.id);
    if (!open) return; // let go meanwhile
    if (!open.keep) this.open.delete(told.id);
    if ('refusal' in told) open.refused(told.refusal);
    else if (is_status(open.asked)) this.tell_status(told.id, open, told.answer as StatusAnswer);
    else open.told(told.answer);
  }

  /** Only the page can ask the browser how much room there is. That takes a moment: what is known goes out at once, and again
   *  if it has changed. */
  private tell_status(id: number, open: Open, status: StatusAnswer): void {
    const before = this.storage;
    open.told({ ...status, storage: before });
    const again = (storage: StatusAnswer['storage']) => {
      this.storage = storage;
      if (this.open.get(id) === open && !same_storage(before, storage)) open.told({ ...status, storage });
    };
    void this.options.storage?.().then(again, () => {});
  }

  // ---- the worker's life -------------------------------------------------------------------------------------------------

  private start_worker(): WorkerPort {
    const worker = this.options.make_worker();
    worker.onmessage = ({ data }) => this.hear(data);
    // A script that can't be loaded or doesn't start; later errors come as `died`.
    worker.onerror = (event) => this.restart(event.message || 'the worker could not be started');
    worker.postMessage({ kind: 'start', platform: this.options.platform, named_platform: this.options.named_platform, now: this.options.now });
    this.hand_module_to(worker);
    this.answered_beat = this.beat;
    return worker;
  }

  /** The page compiles: it is there before its worker is, and a worker that is started again finds it done. */
  private hand_module_to(worker: WorkerPort): void {
    this.module ??= this.options.compile();
    this.module.then(
      (module) => worker.postMessage({ kind: 'module', module }),
      (reason) => {
        this.module = undefined;
        worker.postMessage({ kind: 'module', module: null, reason: String(reason) });
      },
    );
  }

  private check_pulse(): void {
    if (this.restarting !== undefined) return;
    if (this.beat - this.answered_beat >= kBeatsMissedMax) this.restart('the worker does not answer');
    else this.worker.postMessage({ kind: 'beat', number: ++this.beat });
  }

  private restart(reason: string): void {
    if (this.restarting !== undefined) return;
    console.error('worker:', reason);
    this.worker.onmessage = this.worker.onerror = null;
    this.worker.terminate();
    this.generation = null;
    if (this.state.state === 'ready') this.enter({ state: 'starting' });
    this.restarting = setTimeout(() => {
      this.restarting = undefined;
      this.worker = this.start_worker();
    }, this.restart_delay());
  }

  private restart_delay(): number {
    const now = performance.now();
    this.deaths = now - this.last_death > kPeace ? 0 : this.deaths + 1;
    this.last_death = now;
    return kRestartDelays[Math.min(this.deaths, kRestartDelays.length - 1)]!;
  }

  private enter(state: EngineState): void {
    this.state = state;
    for (const told of this.state_watchers) told(state);
  }
}

function is_status(asked: Asked): boolean {
  return 'question' in asked && asked.question.ask === 'status';
}

/** Alike as far as people are told: in MiB. */
function same_storage(one: StatusAnswer['storage'], other: StatusAnswer['storage']): boolean {
  if (one === null || other === null) return one === other;
  const mebibytes = (bytes: number) => Math.round(bytes / 1_048_576);
  return one.persistent === other.persistent && mebibytes(one.used) === mebibytes(other.used) && mebibytes(one.quota) === mebibytes(other.quota);
}
