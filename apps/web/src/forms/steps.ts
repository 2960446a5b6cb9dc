// SPDX-License-Identifier: Apache-2.0
//
// The usual next steps with a record: call, write, find the way, complete. Rows offer them by swipe and in a menu, forms as buttons.

import type { Option, Row, Table, Values } from '../door/door';
import { column_of, is_empty } from './format';

export type Step =
  | { kind: 'call' | 'mail' | 'map' | 'web'; label: string; detail: string; href: string }
  | { kind: 'complete' | 'reopen'; label: string; detail: string; values: Values };

export function steps_of(table: Table, row: Row): Step[] {
  const steps: Step[] = [];
  const phone = first_text(table, row, (column) => column.format === 'phone' && !/fax|pager/i.test(column.name));
  const mail = first_text(table, row, (column) => column.format === 'email');
  const place = place_of(row);
  const complete = completion(table, row);
  if (complete) steps.push(complete);
  if (phone) steps.push({ kind: 'call', label: 'Call', detail: phone, href: phone_link(phone) });
  if (mail) steps.push({ kind: 'mail', label: 'Mail', detail: mail, href: `mailto:${encodeURIComponent(mail).replace(/%40/g, '@')}` });
  if (place) steps.push({ kind: 'map', label: 'Map', detail: place, href: map_link(place) });
  return steps;
}

/** Columns that the steps look at: asked for together with a list's own. */
export function step_columns(table: Table): string[] {
  const wanted = table.columns.filter(
    (column) => column.format === 'phone' || column.format === 'email' || /^address1_(line1|city|postalcode|country)$/.test(column.name),
  );
  const state = table.is_activity ? [table.state, table.status, ...kDueColumns].filter((name) => name && column_of(table, name)) : [];
  return [...wanted.map((column) => column.name).filter((name) => !/fax|pager|[23]$/.test(name)), ...state.filter((name) => name !== undefined)];
}

export function phone_link(phone: string): string {
  return `tel:${phone.replace(/[^\d+*#,;]/g, '')}`;
}

export function web_link(address: string): string {
  return /^https?:\/\//i.test(address) ? address : `https://${address}`;
}

/** Opens in the phone's own map app or the browser. */
export function map_link(place: string): string {
  return `https://www.openstreetmap.org/search?query=${encodeURIComponent(place)}`;
}

function completion(table: Table, row: Row): Step | null {
  const state_column = table.is_activity && table.state ? column_of(table, table.state) : undefined;
  const status_column = table.status ? column_of(table, table.status) : undefined;
  if (!state_column?.writable || !table.can.write || !(state_column.name in row.values) || !is_open(table, row)) return null;
  const status = status_column?.options?.find((option: Option) => option.state === 1);
  const values: Values = { [state_column.name]: 1 };
  if (status && status_column) values[status_column.name] = status.value;
  return { kind: 'complete', label: 'Complete', detail: '', values };
}

export const kDueColumns = ['scheduledstart', 'scheduledend'];

/** When an activity is due. An appointment is when it begins, the others at their end. */
export function due_of(table: Table, row: Row, now: number): { at: number; late: boolean } | null {
  const [start, end] = kDueColumns.map((name) => Date.parse(String(row.values[name])));
  const at = table.name === 'appointment' && start ? start : end;
  if (!table.is_activity || !at) return null;
  return { at, late: is_open(table, row) && (end || at) < now };
}

/** An activity that is still to be done: open, or scheduled as appointments are. */
export function is_open(table: Table, row: Row): boolean {
  const state = row.values[table.state ?? ''] ?? 0;
  return state === 0 || state === 3;
}

function first_text(table: Table, row: Row, fits: (column: { name: string; format?: string }) => boolean): string {
  for (const column of table.columns) {
    const value = row.values[column.name];
    if (fits(column) && typeof value === 'string' && value) return value;
  }
  return '';
}

function place_of(row: Row): string {
  const parts = ['address1_line1', 'address1_postalcode', 'address1_city', 'address1_country'].map((name) => row.values[name]);
  const texts = parts.filter((part): part is string => typeof part === 'string' && !is_empty(part));
  return texts.join(', ');
}
