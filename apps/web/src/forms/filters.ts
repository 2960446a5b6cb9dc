// SPDX-License-Identifier: Apache-2.0
//
// Quick filters of a list: what people narrow a list by most, made from the table's columns. Each is one OData condition.

import type { Column, Table, View } from '../door/door';
import { column_of } from './format';

export interface QuickFilter {
  key: string;
  label: string;
  /** One choice is a switch, several are a picker. */
  choices: { label: string; filter: string }[];
}
/** Which choice of which filter is on. */
export type Chosen = Record<string, number>;

const kWeek = 7 * 86_400_000;
const kPickersMax = 2;

export function quick_filters(table: Table, view: View | undefined, day_start: string): QuickFilter[] {
  const filters: QuickFilter[] = [];
  if (column_of(table, 'ownerid') && !/\bmy\b/i.test(view?.label ?? '')) {
    filters.push(one('mine', 'Mine', `Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')`));
  }
  if (table.is_activity && column_of(table, 'scheduledend')) {
    filters.push(one('overdue', 'Overdue', `scheduledend lt ${day_start} and statecode eq 0`));
  }
  if (column_of(table, 'modifiedon')) {
    const since = new Date(Date.parse(day_start) - kWeek).toISOString().replace(/\.\d+Z$/, 'Z');
    filters.push(one('recent', 'Changed this week', `modifiedon ge ${since}`));
  }
  return [...filters, ...pickers(table, view)];
}

function pickers(table: Table, view: View | undefined): QuickFilter[] {
  const preferred = [...(view?.columns ?? []), 'prioritycode', 'salesstage', 'casetypecode', 'industrycode', 'opportunityratingcode', 'leadqualitycode'];
  const columns = [...new Set(preferred)].map((name) => column_of(table, name)).filter(is_pickable);
  return columns.slice(0, kPickersMax).map((column) => ({
    key: column.name,
    label: column.label,
    choices: column.options!.map((option) => ({ label: option.label, filter: `${column.name} eq ${option.value}` })),
  }));
}

function is_pickable(column: Column | undefined): column is Column {
  return column?.type === 'choice' && (column.options?.length ?? 0) > 1;
}

function one(key: string, label: string, filter: string): QuickFilter {
  return { key, label, choices: [{ label, filter }] };
}

/** undefined when nothing is chosen. */
export function filter_text(filters: QuickFilter[], chosen: Chosen): string | undefined {
  const parts = filters.map((filter) => filter.choices[chosen[filter.key] ?? -1]?.filter).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.map((part) => (parts.length > 1 ? `(${part})` : part)).join(' and ');
}
