// SPDX-License-Identifier: Apache-2.0
//
// The door between screens and engine: what a screen may ask, and what it is told. Types only; nothing here runs.
//
//   screen ── Question / Action ──▶ worker ──▶ device/door (C++)
//          ◀── Told ───────────────        ◀──
//
// Always true:
//   - A question can be asked once or watched. A watched one is answered now, and again whenever its answer has changed
//     (a save here, a cut from the server, another tab's work), until it is let go. Nobody polls.
//   - Every answer comes from the device alone. No screen waits for the network. What is asked about a cached table (E6) is looked up
//     at the server as well while that can be reached; a watched question is told again when it has come (C4).
//   - Whether something may be done is a Permit with a sentence, from the rules of working offline: no screen decides it by itself.
//   - An action is done when it is answered: what `save` has answered survives a crash. `key` makes it safe to repeat: an action
//     asked twice with one key (a hand-over between tabs) is done once.
//   - Bad input is answered with a Refusal and changes nothing.
//
// The C++ half is src/device/door.

// ---- values ----------------------------------------------------------------------------------------------------------------

/** A record's id: lower-case UUID text. */
export type RecordId = string & { readonly __brand: 'RecordId' };
/** An entity set name: "accounts". */
export type SetName = string;
/** A column's logical name: "telephone1". Lookups go by it too ("parentcustomerid"). */
export type ColumnName = string;
/** Milliseconds since 1970, by the server's time. */
export type Milliseconds = number;

/** A lookup's value. `name` is "" when the record isn't on this device and no name came with it. */
export interface Reference {
  set: SetName;
  id: RecordId;
  name: string;
}
export interface Party extends Reference {
  /** Mail address used, if it isn't the record's own. */
  address?: string;
}

/**
 * By column type: text, memo: string · integer, bigint, choice, state, status: number · decimal, money: number
 * (at most 15 digits; more come as string) · boolean · date: "2026-11-25" · datetime: "2026-11-25T08:15:00Z" ·
 * lookup: Reference · party_list: Party[] · image: base64 of a PNG, JPEG or GIF. null = no value.
 */
export type Value = null | string | number | boolean | Reference | Party[];
export type Values = Record<ColumnName, Value>;

/** `draft`: on this device only, until it is saved (D3). `saving`: it is on its way to the server, and the answer isn't known yet. */
export type RecordState = 'on_this_device' | 'pending' | 'sent' | 'in_conflict' | 'refused' | 'draft' | 'saving';

// ---- the schema (asked once) -----------------------------------------------------------------------------------------------

export type ColumnType =
  | 'id' | 'text' | 'memo' | 'integer' | 'bigint' | 'decimal' | 'money' | 'boolean' | 'date' | 'datetime'
  | 'choice' | 'state' | 'status' | 'lookup' | 'party_list' | 'image';

export interface Option {
  value: number;
  label: string;
  /** Of a status: the state it belongs to. */
  state?: number;
}
export interface Column {
  name: ColumnName;
  label: string;
  type: ColumnType;
  required: 'none' | 'recommended' | 'required';
  /** False for what the server sets or what follows from other columns. */
  writable: boolean;
  /** May be set when the record is created, not later. */
  only_at_create?: boolean;
  hidden?: boolean;
  /** UTF-16 units. */
  length_max?: number;
  scale?: number;
  min?: number;
  max?: number;
  /** What a new record gets when nobody says otherwise; 1 for a switch that is on. */
  default?: number;
  format?: 'email' | 'phone' | 'url' | 'html' | 'duration' | '';
  options?: Option[];
  /** Sets that a lookup or party may lead to. */
  targets?: SetName[];
  sortable: boolean;
}
export interface View {
  name: string;
  label: string;
  columns: ColumnName[];
  order: { column: ColumnName; descending: boolean }[];
  is_default: boolean;
}
export interface FormSection {
  label: string;
  columns: ColumnName[];
}
export interface RelatedList {
  /** Relationship's schema name: unique. */
  name: string;
  label: string;
  set: SetName;
  /** The lookup of `set` that leads here. */
  column: ColumnName;
  columns: ColumnName[];
}
export interface Form {
  /** Shown at the top beside the name: who, what, and what is next at a glance. */
  header: ColumnName[];
  sections: FormSection[];
  related: RelatedList[];
  /** Activities and notes about the record are shown. */
  timeline: boolean;
  quick_create: ColumnName[];
}
export interface Table {
  set: SetName;
  name: string;
  label: string;
  plural: string;
  is_activity: boolean;
  primary_name: ColumnName;
  columns: Column[];
  views: View[];
  form: Form;
  /** Shown in the navigation. */
  in_menu: boolean;
  /** May this user create, write and delete rows of it at all? */
  can: { create: boolean; write: boolean; remove: boolean };
  state?: ColumnName;
  status?: ColumnName;
  currency?: ColumnName;
  /** The column with the record's own picture. */
  image?: ColumnName;
}
export interface Chart {
  name: string;
  label: string;
  set: SetName;
  kind: 'bar' | 'column' | 'line';
  /** Categories are the first days of such periods: "2026-11-01". */
  period?: 'day' | 'week' | 'month';
  /** The label of the column that its categories come from. */
  category: string;
}
export interface Schema {
  number: number;
  tables: Table[];
  charts: Chart[];
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

export interface Row {
  id: RecordId;
  set: SetName;
  /** The primary name; never empty ("(no name)" is the screen's word for ""). */
  name: string;
  values: Values;
  state: RecordState;
  /** ISO code of the row's money. */
  currency?: string;
  /** Which picture the record has; another one for each picture. */
  image?: string;
}

export interface ListQuestion {
  ask: 'list';
  set: SetName;
  /** A view's name; its filter and order hold unless given here. "" = all rows. */
  view?: string;
  /** OData filter, put on top of the view's. */
  filter?: string;
  /** Words, the last one as a beginning, in the quick-find columns. */
  search?: string;
  order?: { column: ColumnName; descending: boolean }[];
  /** Only rows whose `column` leads to this record. */
  related_to?: { column: ColumnName; id: RecordId };
  /** Columns wanted; default the view's. */
  columns?: ColumnName[];
  /** The window of the whole result: [from, to). At most 200 rows. */
  from: number;
  to: number;
  /** Of a cached table: the server is asked for so many rows, for those count as used (C1). 0: nobody looks at the list. */
  reach?: number;
}
export interface ListAnswer {
  /** Rows that match in all. null while it is being counted (the window is there already). */
  total: number | null;
  from: number;
  rows: Row[];
  /** The table isn't whole yet: "Still loading" (R5). */
  loading: boolean;
  /** Server time of the cut that this shows; null before the first. "As of …". */
  as_of: Milliseconds | null;
  /** The server is being asked for more of them (C4). */
  reading?: boolean;
  /** May a record be added now? */
  can_create?: Permit;
  /** Of a cached table: only what was used on this device is here, for the server can't be asked (C1). Left out for others. */
  only_used?: boolean;
}

export interface RecordQuestion {
  ask: 'record';
  set: SetName;
  id: RecordId;
}
export interface RecordAnswer {
  /** null: not on this device (deleted, left the scope, or never here); `gone` says which, in a sentence. */
  row: Row | null;
  gone?: string;
  can_write: Permit;
  can_remove: Permit;
  conflicts: Conflict[];
  errors: Refused[];
  as_of: Milliseconds | null;
  /** The server is being asked for it (C4): while `row` is null nobody knows yet whether it is there. */
  reading?: boolean;
  /** "Keep on this device" (Q6): whether it is pinned, and a sentence where the profile keeps it anyway. */
  keep?: { on: boolean; anyway?: string };
  /** Why a column can't be set by hand now (D6). */
  fixed?: Record<ColumnName, string>;
  /** The record is a draft of this device; its row's state is `draft` or `saving`. */
  draft?: Draft;
}
/** A record's picture, for lists. Refused (E4) where it isn't on this device and can't be asked for. */
export interface ImageQuestion {
  ask: 'image';
  set: SetName;
  id: RecordId;
  /** The row's `image`, so that another picture is another question. */
  image?: string;
}
export interface ImageAnswer {
  image: string | null;
}
/** What a new record would be if it was begun now. */
export interface NewQuestion {
  ask: 'new';
  set: SetName;
  /** The record in whose list or timeline it is begun. */
  for?: { set: SetName; id: RecordId };
}
export interface NewAnswer {
  can_create: Permit;
  /** It will be kept as a draft (E3). */
  is_draft: boolean;
  /** Columns that can't be set by hand now, with the reason (D6). */
  fixed: Record<ColumnName, string>;
}
/** May it be done, and if not, why: a sentence for the user. */
export interface Permit {
  may: boolean;
  rule?: string;
  reason?: string;
}

export interface TimelineQuestion {
  ask: 'timeline';
  set: SetName;
  id: RecordId;
  to: number;
}
export interface TimelineEntry {
  row: Row;
  kind: 'task' | 'phonecall' | 'appointment' | 'email' | 'note';
  at: string | null;
  text: string;
  /** 0 open, 1 completed, 2 cancelled; null for notes. */
  state: number | null;
}
export interface TimelineAnswer {
  entries: TimelineEntry[];
  has_more: boolean;
}

/** A lookup's or party list's picker: with text what matches, without it what was used lately. */
export interface CandidatesQuestion {
  ask: 'candidates';
  set: SetName;
  column: ColumnName;
  text: string;
}
export interface CandidatesAnswer {
  candidates: (Reference & { detail: string })[];
}

export interface SearchQuestion {
  ask: 'search';
  text: string;
}
export interface SearchAnswer {
  hits: (Reference & { detail: string })[];
  /** The index is still being built; results are right but come slower. */
  preparing: boolean;
}

export interface HomeQuestion {
  ask: 'home';
  /** Beginning and end of the user's day as UTC date-times. */
  day: { from: string; until: string };
}
export interface HomeAnswer {
  overdue: Row[];
  today: Row[];
  recent: Reference[];
}

export interface ChartQuestion {
  ask: 'chart';
  name: string;
}
export interface ChartAnswer {
  chart: Chart;
  categories: string[];
  series: { label: string; values: number[]; money?: string }[];
  /** There are more records than it counts: only so many. */
  rows_max?: number;
}

// ---- what waits ------------------------------------------------------------------------------------------------------------

export interface ConflictColumn {
  name: ColumnName;
  base: Value;
  mine: Value;
  server: Value;
}
export interface Conflict {
  id: string;
  record: Reference;
  kind: 'columns' | 'deleted_there' | 'deleted_here';
  columns: ConflictColumn[];
  /** Who changed it at the server. */
  by: string;
  at: Milliseconds | null;
}
export interface ConflictsQuestion {
  ask: 'conflicts';
}
export interface ConflictsAnswer {
  open: Conflict[];
  /** Decided within 90 days; can be undone. */
  decided: (Conflict & { decision: 'mine' | 'server' | 'merged' | 'policy'; decided_at: Milliseconds })[];
}

export interface Refused {
  id: string;
  record: Reference;
  kind: 'create' | 'update' | 'delete';
  /** In plain words. */
  reason: string;
  /** It waits for this record, whose change was refused. */
  waits_for?: Reference;
  values: Values;
  /** What was typed into columns that are no more. */
  retired: { column: string; text: string }[];
}
export interface ErrorsQuestion {
  ask: 'errors';
}
export interface ErrorsAnswer {
  value: Refused[];
}

export interface OutboxQuestion {
  ask: 'outbox';
}
export interface OutboxAnswer {
  value: { id: string; record: Reference; kind: 'create' | 'update' | 'delete'; saved_at: Milliseconds; values: Values }[];
}

/** A new record that is on this device only, until it is saved (D1, D3). */
export interface Draft {
  id: RecordId;
  /** "" when such records are no longer kept on devices; what was typed is in `retired` then. */
  set: SetName;
  /** The table's label, for people. */
  table: string;
  name: string;
  created_at: Milliseconds;
  changed_at: Milliseconds;
  /** The record it was made for (D5). */
  related: Reference | null;
  /** Saved, and the server's answer isn't known yet. */
  saving: boolean;
  /** What stands in the way of saving, in the order in which the user would meet it; empty: ready. */
  blocked_by: Obstacle[];
  /** What was typed into columns that are no more. */
  retired: { column: string; text: string }[];
}
export interface Obstacle {
  reason: string;
  /** The column it is about, if one. */
  target?: ColumnName;
  /** The user may save all the same; "Save all ready" leaves the draft out. */
  review: boolean;
}
export interface DraftsQuestion {
  ask: 'drafts';
}
export interface DraftsAnswer {
  /** The oldest first. */
  value: Draft[];
  can_save: Permit;
}
/** What became of one draft. */
export interface DraftEnd {
  id: RecordId;
  set: SetName;
  name: string;
  /** `being_saved`: sent, without an answer yet. `draft`: it couldn't be sent. */
  end: 'saved' | 'being_saved' | 'draft' | 'refused';
  reason?: string;
}

// ---- session and status ----------------------------------------------------------------------------------------------------

export interface SessionQuestion {
  ask: 'session';
}
/** `get_started`: nobody is signed in here, or offline work has ended with the sign-in (`reason` says so then, S1) · `choose_pin`: signed
 *  in, no PIN decided yet · `locked`: PIN needed · `blocked`: only the server can open it, `reason` says why (S1, S2) · `prompt`: a new
 *  sign-in is wanted; `back` says whether it comes first (S1) or work goes on beside it · `continued`: "Back" was chosen · `signed_in`. */
export interface SessionAnswer {
  state: 'get_started' | 'choose_pin' | 'locked' | 'blocked' | 'prompt' | 'continued' | 'signed_in';
  /** Of a prompt while offline under classic rules: "Back" goes on (S1). null: the prompt doesn't stand in the way. */
  back?: Permit | null;
  /** Why it is blocked or has ended, for people. */
  reason?: string;
  /** An administrator had everything removed from this device (S6). */
  wiped?: boolean;
  /** The PIN as the organisation wants it (S5). Known once the store is open. */
  pin?: PinPolicy | null;
  user: string;
  full_name: string;
  /** The user's own record, for what he begins: a call is from him. null or left out while nobody is in. */
  me?: Reference | null;
  server: string;
  /** While locked: until when another try must wait; null = now. */
  wait_until: Milliseconds | null;
  tries_left: number | null;
}

export interface PinPolicy {
  is_set: boolean;
  required: boolean;
  length_min: number;
  /** The app locks after so many idle minutes; 0: never by itself. */
  lock_minutes: number;
}

export interface StatusQuestion {
  ask: 'status';
  /** With `bytes` of each table, which takes the device longer. */
  sizes?: boolean;
}
export interface StatusAnswer {
  connection: 'connected' | 'offline' | 'connecting';
  offline_by_choice: boolean;
  /** Why the last try failed, as a sentence; "" when it didn't. */
  trouble: string;
  syncing: boolean;
  /** Next try by itself; null when none is planned. */
  next_try: Milliseconds | null;
  last_sync: Milliseconds | null;
  /** Records with unsent changes. */
  pending: number;
  /** Records with open conflicts. */
  conflicts: number;
  errors: number;
  drafts: number;
  rows: number;
  /** `bytes`: about; 0 unless sizes were asked. */
  tables: { set: SetName; rows: number; bytes: number; loading: boolean }[];
  /** null once the first sync is done. Seconds left: null while it can't be told. */
  first_sync: { rows: number; rows_expected: number; bytes: number; seconds_left: number | null } | null;
  search_ready: boolean;
  experience: 'sync' | 'drafts';
  why: string;
  deployment: string;
  version: string;
  /** "Android tablet". */
  platform?: string;
  rules?: 'modern' | 'classic';
  /** The organisation lets drafts name records of this device and each other (D9). */
  extended_drafts?: boolean;
  /** Whom to ask, by name; "" while unknown (P4). */
  admin?: string;
  /** The app works offline until then without a sign-in; null: no such bound (S2). */
  lease_until?: Milliseconds | null;
  /** What the admin changed about working offline, in a sentence; "" once dismissed (E5). */
  experience_notice?: string;
  /** Drafts that the user is told about now that he is connected; 0 when there are none, or he was told (R2). */
  drafts_to_tell?: number;
  /** Bytes that the store takes, and that the browser grants; from the worker. */
  storage: { used: number; quota: number; persistent: boolean } | null;
}

// ---- all questions ---------------------------------------------------------------------------------------------------------

export interface Questions {
  schema: [{ ask: 'schema' }, Schema];
  session: [SessionQuestion, SessionAnswer];
  status: [StatusQuestion, StatusAnswer];
  home: [HomeQuestion, HomeAnswer];
  list: [ListQuestion, ListAnswer];
  record: [RecordQuestion, RecordAnswer];
  image: [ImageQuestion, ImageAnswer];
  new: [NewQuestion, NewAnswer];
  drafts: [DraftsQuestion, DraftsAnswer];
  timeline: [TimelineQuestion, TimelineAnswer];
  candidates: [CandidatesQuestion, CandidatesAnswer];
  search: [SearchQuestion, SearchAnswer];
  chart: [ChartQuestion, ChartAnswer];
  conflicts: [ConflictsQuestion, ConflictsAnswer];
  errors: [ErrorsQuestion, ErrorsAnswer];
  outbox: [OutboxQuestion, OutboxAnswer];
}
export type Question = { [K in keyof Questions]: Questions[K][0] }[keyof Questions];
export type AnswerTo<Q extends Question> = Questions[Q['ask']][1];

// ---- actions ---------------------------------------------------------------------------------------------------------------

export interface Actions {
  /** `pin`: null = none (where the policy allows). Done by the worker together with the engine. */
  sign_in: [{ do: 'sign_in'; server: string; user: string; password: string }, { ok: true }];
  set_pin: [{ do: 'set_pin'; pin: string | null }, { ok: true }];
  unlock: [{ do: 'unlock'; pin: string }, { ok: true }];
  lock: [{ do: 'lock' }, { ok: true }];
  /** Refused with rule D3 and the counts while something is unsent, unless `discard`. Store and keys go. */
  sign_out: [{ do: 'sign_out'; discard: boolean }, { ok: true }];
  /** The sign-in prompt's "Back" (S1). */
  go_back: [{ do: 'go_back' }, { ok: true }];
  /** Another app is in front of this one (S1: on Windows 8 that closes it). */
  suspend: [{ do: 'suspend' }, { ok: true }];
  /** Somebody uses the app: puts the lock by idleness off (S5). */
  active: [{ do: 'active' }, { ok: true }];

  /** A new record has an id made by the screen (crypto.randomUUID), so that repeating makes one record. */
  /** Of a cached table it goes to the server at once, and the answer comes when that has answered: `draft` when it can't be reached (D8).
   *  `for`: the record in whose list or timeline it was begun; what it gives needn't be typed (D5, D6). */
  create: [
    { do: 'create'; set: SetName; id: RecordId; values: Values; for?: { set: SetName; id: RecordId } },
    { id: RecordId; state: RecordState },
  ];
  /** `shown`: what the form showed in these columns when the user began: the merge's base (Y14). Default: what is visible now. */
  update: [
    { do: 'update'; set: SetName; id: RecordId; values: Values; shown?: Values },
    { id: RecordId; state: RecordState },
  ];
  /** Not sent for `kUndoSeconds`; `undo` is the change to take back with `take_back`. */
  remove: [{ do: 'remove'; set: SetName; id: RecordId }, { undo: string }];
  /** Takes a change back that hasn't been sent. Refused with a sentence once it has. */
  take_back: [{ do: 'take_back'; change: string }, { ok: true }];

  /** keep: per column, or for the whole. `server` and `mine` as in the conflict. Answers the record (a new id when restored). */
  resolve: [
    { do: 'resolve'; conflict: string; keep: 'mine' | 'server' | Record<ColumnName, 'mine' | 'server'> },
    { record: RecordId },
  ];
  undo_decision: [{ do: 'undo_decision'; conflict: string }, { ok: true }];
  retry: [{ do: 'retry'; error: string; values?: Values }, { ok: true }];
  discard: [{ do: 'discard'; error: string }, { ok: true }];

  /** Answered when the server has. Saving twice makes one record (D7). Refused with the server's reason, which stays beside the draft. */
  save_draft: [{ do: 'save_draft'; id: RecordId }, DraftEnd];
  /** Those that need no review (D2). */
  save_ready_drafts: [{ do: 'save_ready_drafts' }, { value: DraftEnd[] }];
  /** `undo` can be given to `take_back` until the app ends. */
  discard_draft: [{ do: 'discard_draft'; id: RecordId }, { undo: string }];
  export_drafts: [{ do: 'export_drafts' }, { lines: string }];
  dismiss: [{ do: 'dismiss'; notice: 'experience' | 'drafts' }, { ok: true }];

  /** Q7: looks for it at the server, in one table or in all of the menu; what is found comes to this device. Answered when the server
   *  has, with the number of records. */
  search_server: [{ do: 'search_server'; set?: SetName; text: string }, { found: number }];

  sync: [{ do: 'sync' }, { ok: true }];
  reconnect: [{ do: 'reconnect' }, { connected: boolean; sentence: string }];
  offline: [{ do: 'offline'; on: boolean }, { ok: true }];
  /** The page got focus, or the browser says that the network changed: a reason to try at once. */
  nudge: [{ do: 'nudge'; why: 'focus' | 'network' }, { ok: true }];
  /** A record was opened: for "recent" and C1. */
  opened: [{ do: 'opened'; set: SetName; id: RecordId }, { ok: true }];
  /** "Keep on this device" (Q6). */
  pin: [{ do: 'pin'; set: SetName; id: RecordId; on: boolean }, { ok: true }];
  /** Rows were scrolled into view (C1). */
  seen: [{ do: 'seen'; set: SetName; ids: RecordId[] }, { ok: true }];
}
export type Action = { [K in keyof Actions]: Actions[K][0] }[keyof Actions];
export type OutcomeOf<A extends Action> = Actions[A['do']][1];

/** Why something can't be done: what happened and what to do, for people. */
export interface Refusal {
  rule: string;
  code: string;
  message: string;
  /** The column it is about, if one. */
  target?: string;
}

// ---- messages --------------------------------------------------------------------------------------------------------------

/** Screen to worker. `id` is the screen's, unique in its tab. */
export type Asked =
  | { id: number; question: Question; watch: boolean }
  | { id: number; action: Action; key: string }
  | { id: number; let_go: true };

/** Worker to screen. */
export type Told = { id: number; answer: unknown } | { id: number; refusal: Refusal };

/** What the rest of the app holds in its hands. */
export interface Door {
  ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>>;
  /** Calls `told` with the first answer and each changed one. The function returned lets go. */
  watch<Q extends Question>(question: Q, told: (answer: AnswerTo<Q>) => void, refused?: (refusal: Refusal) => void): () => void;
  /** Rejects with a RefusedError. */
  act<A extends Action>(action: A): Promise<OutcomeOf<A>>;
}
