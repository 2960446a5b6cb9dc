// SPDX-License-Identifier: Apache-2.0
//
// A form while it is being filled in: what was typed, on top of what the record holds. Pure; every change makes a new Draft.
//
//   record ──▶ shown ──┐
//                      ├──▶ value in the field, changes to save, problems
//   typing ──▶ edits ──┘
//
// Always true:
//   - A column is dirty if its edit says something else than the record does now. Typing a value back makes it clean.
//   - `bases` holds what the form showed when the user began to edit a column: the base of the merge (Y14).
//   - A newer record under an open form changes only columns that the user hasn't touched.

import type { Column, ColumnName, Table, Value, Values } from '../door/door';
import { column_of, field_text, is_empty } from './format';
import { type Read, read_text } from './parse';
import type { Region } from './region';

export type Edit = { text: string } | { value: Value };
export interface Draft {
  edits: Record<ColumnName, Edit>;
  bases: Values;
}

export const kNewDraft: Draft = { edits: {}, bases: {} };

export function edit(draft: Draft, shown: Values, name: ColumnName, edit: Edit): Draft {
  const bases = name in draft.bases ? draft.bases : { ...draft.bases, [name]: shown[name] ?? null };
  return { edits: { ...draft.edits, [name]: edit }, bases };
}

export function revert(draft: Draft, name: ColumnName): Draft {
  const { [name]: _edit, ...edits } = draft.edits;
  const { [name]: _base, ...bases } = draft.bases;
  return { edits, bases };
}

/** What the field of a text-like column holds. */
export function shown_text(draft: Draft, shown: Values, column: Column, region: Region): string {
  const edited = draft.edits[column.name];
  if (edited && 'text' in edited) return edited.text;
  return field_text(column, edited ? edited.value : shown[column.name], region);
}

/** What a choice, switch, lookup or party list holds. */
export function shown_value(draft: Draft, shown: Values, column: Column): Value {
  const edited = draft.edits[column.name];
  return edited && 'value' in edited ? edited.value : (shown[column.name] ?? null);
}

export function read(draft: Draft, column: Column, region: Region): Read | null {
  const edited = draft.edits[column.name];
  if (!edited) return null;
  return 'value' in edited ? edited : read_text(column, edited.text, region);
}

/** Columns whose value differs from the record's; what can't be read counts as different. */
export function dirty_columns(draft: Draft, shown: Values, table: Table, region: Region): ColumnName[] {
  return Object.keys(draft.edits).filter((name) => {
    const column = column_of(table, name);
    const wanted = column && read(draft, column, region);
    return wanted != null && ('problem' in wanted || !same_value(wanted.value, shown[name] ?? null));
  });
}

/** The values to save, and what the form had shown in their place. Only readable ones: ask `problems` first. */
export function changes(draft: Draft, shown: Values, table: Table, region: Region): { values: Values; bases: Values } {
  const values: Values = {};
  const bases: Values = {};
  for (const name of dirty_columns(draft, shown, table, region)) {
    const wanted = read(draft, column_of(table, name)!, region)!;
    if ('problem' in wanted) continue;
    values[name] = wanted.value;
    bases[name] = draft.bases[name] ?? null;
  }
  return { values, bases };
}

/** `whole`: nothing that is required may be missing. `readable`: a draft may have gaps, which its review asks for (D6). */
export type Demand = 'whole' | 'readable';

/** Problems by column: what can't be read, breaks a bound, or is required and empty (`among`: the form's columns). */
export function problems(draft: Draft, shown: Values, table: Table, among: ColumnName[], region: Region, demand: Demand = 'whole'): Record<ColumnName, string> {
  const found: Record<ColumnName, string> = {};
  for (const name of new Set([...among, ...Object.keys(draft.edits)])) {
    const column = column_of(table, name);
    if (!column) continue;
    const wanted = read(draft, column, region) ?? { value: shown[name] ?? null };
    if ('problem' in wanted) found[name] = wanted.problem;
    else if (demand === 'whole' && column.required === 'required' && column.writable && column.type !== 'boolean' && is_blank(wanted.value)) {
      found[name] = `Enter ${column.label}.`;
    }
  }
  return found;
}

function is_blank(value: Value): boolean {
  return is_empty(value) || (typeof value === 'string' && value.trim() === '');
}

export function same_value(a: Value, b: Value): boolean {
  if (is_empty(a) || is_empty(b)) return is_empty(a) && is_empty(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    const ids = (parties: typeof a) => parties.map((party) => `${party.set}/${party.id}/${party.address ?? ''}`).sort().join();
    return ids(a) === ids(b);
  }
  if (is_reference(a) && is_reference(b)) return a.set === b.set && a.id === b.id;
  return String(a) === String(b);
}

function is_reference(value: Value): value is { set: string; id: never; name: string } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A kept draft may be from an older version of the app, or from nowhere: takes only what has the right shape. */
export function revive(kept: unknown): Draft {
  const draft = kept as Partial<Draft> | null;
  if (typeof draft?.edits !== 'object' || typeof draft.bases !== 'object' || !draft.edits || !draft.bases) return kNewDraft;
  const edits = Object.entries(draft.edits).filter(([, edit]) => edit && (typeof (edit as { text?: unknown }).text === 'string' || 'value' in edit));
  return { edits: Object.fromEntries(edits), bases: draft.bases };
}
