// SPDX-License-Identifier: Apache-2.0
//
// A form's state: the draft, its problems, and its being kept until it is saved (store/kept_forms.ts).

import { useEffect, useRef, useState } from 'preact/hooks';
import type { ColumnName, Refusal, Table, Values } from '../door/door';
import * as drafts from '../forms/draft';
import { browser_region } from '../forms/region';
import { useStore } from '../store/store';

export interface FormSubject {
  table: Table;
  id: string;
  /** What the record holds; {} for a new one. */
  shown: Values;
  /** Columns that the form shows: those are checked. */
  columns: ColumnName[];
  /** What a new record begins with. */
  given?: Values;
  name: string;
  address: string;
}
export interface Form {
  draft: drafts.Draft;
  problems: Record<ColumnName, string>;
  /** What the user typed: not what a new record was given to begin with. */
  dirty: ColumnName[];
  /** When the text was typed that an earlier visit left here. */
  brought_back: number | null;
  /** The same whichever drawing of the form it is from: fields keep it. */
  edit(name: ColumnName, edit: drafts.Edit): void;
  /** Back to what the record holds. The function returned brings the typed text back. */
  revert(): () => void;
  /** Looks for problems, shows them, and moves to the first. True when there are none. */
  check(demand?: drafts.Demand): boolean;
  changes(): { values: Values; bases: Values };
  /** What `changes` gave last is saved; the record shows it with its next answer. */
  saved(): void;
  /** The engine refused; the sentence goes to its field if it has one. True if the field is on the form. */
  refused(refusal: Refusal): boolean;
}

/** Edits that are saved, and the record as it was shown then. */
interface Saved {
  edits: drafts.Draft['edits'];
  shown: Values;
}

export function useForm(subject: FormSubject): Form {
  const { table, id, shown, columns } = subject;
  const { kept_forms } = useStore();
  const region = browser_region();
  const [start] = useState(() => first_draft(kept_forms.find(table.set, id)?.draft, subject.given));
  const [brought_back, set_brought_back] = useState(() => kept_forms.find(table.set, id)?.kept_at ?? null);
  const [draft, set_draft] = useState(start);
  const [problems, set_problems] = useState<Record<ColumnName, string>>({});
  const [saved, set_saved] = useState<Saved | null>(null);
  const latest = useRef(draft);
  const latest_subject = useRef(subject);
  const sent = useRef<drafts.Draft['edits']>({});
  latest.current = draft;
  latest_subject.current = subject;
  const unsaved = (whole: drafts.Draft) => without(whole, saved?.edits ?? {});

  const take = (next: drafts.Draft) => {
    latest.current = next;
    set_draft(next);
    keep(next);
  };
  const keep = (next: drafts.Draft) => {
    const { set } = table;
    const { shown, given, name, address } = latest_subject.current;
    if (drafts.dirty_columns(next, { ...shown, ...given }, table, region).length === 0) kept_forms.drop(set, id);
    else kept_forms.keep({ set, id, name, address, kept_at: Date.now(), draft: next });
  };

  // What was saved is in the record's next answer: those edits have done their work, and later changes of others show again.
  useEffect(() => {
    if (!saved || shown === saved.shown) return;
    set_saved(null);
    set_draft(without(latest.current, saved.edits));
  }, [shown, saved]);

  return {
    draft,
    problems,
    dirty: drafts.dirty_columns(unsaved(draft), { ...shown, ...subject.given }, table, region),
    brought_back,
    edit(name, edit) {
      take(drafts.edit(latest.current, latest_subject.current.shown, name, edit));
      set_problems((problems) => (name in problems ? without_problem(problems, name) : problems));
    },
    revert() {
      const typed = latest.current;
      take(first_draft(null, subject.given));
      set_problems({});
      set_brought_back(null);
      return () => take(typed);
    },
    check(demand = 'whole') {
      const found = drafts.problems(latest.current, shown, table, columns, region, demand);
      set_problems((problems) => (is_empty(found) && is_empty(problems) ? problems : found));
      const first = columns.find((name) => name in found) ?? Object.keys(found)[0];
      if (first !== undefined) focus_field(first);
      return first === undefined;
    },
    changes() {
      sent.current = latest.current.edits;
      return drafts.changes(unsaved(latest.current), shown, table, region);
    },
    saved() {
      // Of a cached table the record may show it before the answer comes; and typing goes on meanwhile.
      const open = new Set(drafts.dirty_columns(latest.current, latest_subject.current.shown, table, region));
      const settled = Object.fromEntries(Object.entries(sent.current).filter(([name]) => !open.has(name)));
      set_draft(without(latest.current, settled));
      set_saved({ edits: sent.current, shown: latest_subject.current.shown });
      keep(without(latest.current, sent.current));
      set_brought_back(null);
    },
    refused(refusal) {
      const target = refusal.target;
      if (target === undefined || !columns.includes(target)) return false;
      set_problems({ [target]: refusal.message });
      focus_field(target);
      return true;
    },
  };
}

function is_empty(problems: object): boolean {
  return Object.keys(problems).length === 0;
}

function without_problem(problems: Record<ColumnName, string>, name: ColumnName): Record<ColumnName, string> {
  const { [name]: _, ...others } = problems;
  return others;
}

/** Without those edits that nobody has typed over since. */
function without(draft: drafts.Draft, edits: drafts.Draft['edits']): drafts.Draft {
  return Object.keys(edits).filter((name) => draft.edits[name] === edits[name]).reduce(drafts.revert, draft);
}

function first_draft(kept: unknown, given: Values = {}): drafts.Draft {
  if (kept) return drafts.revive(kept);
  return Object.entries(given).reduce((draft, [name, value]) => drafts.edit(draft, {}, name, { value }), drafts.kNewDraft);
}

function focus_field(name: ColumnName): void {
  // After the problem's text is drawn, so that it is read out with the field.
  requestAnimationFrame(() => {
    const fields = document.querySelectorAll<HTMLElement>(`[data-column="${CSS.escape(name)}"] :is(input, select, textarea)`);
    const field = fields[fields.length - 1];
    field?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  });
}
