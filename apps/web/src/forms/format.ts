// SPDX-License-Identifier: Apache-2.0
//
// A record's values as people read them.

import type { Column, Party, Reference, Row, Table, Value } from '../door/door';
import { duration_text, format_exact, number_text } from './numbers';
import { type Region, date_format, list_format, number_format } from './region';
import { to_local } from './time';

export const kNoName = '(no name)';

export function column_of(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

/** Where the place says whose it is: "City" of "Address 1: City". */
export function short_label(column: Column): string {
  return column.label.replace(/^Address 1: /, '');
}

export function name_of(row: { name: string }): string {
  return row.name.trim() || kNoName;
}

export function is_empty(value: Value | undefined): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** "" for no value. `currency`: the row's ISO code, for money. */
export function format_value(column: Column, value: Value | undefined, region: Region, currency?: string): string {
  if (is_empty(value)) return '';
  switch (column.type) {
    case 'boolean':
      return option_label(column, value ? 1 : 0) ?? (value ? 'Yes' : 'No');
    case 'choice':
    case 'state':
    case 'status':
      return option_label(column, Number(value)) ?? '';
    case 'money':
      return format_money(value as number | string, region, currency);
    case 'integer':
    case 'bigint':
    case 'decimal':
      return format_number(column, value as number | string, region);
    case 'date':
      return date_format(region, { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(`${String(value)}T00:00:00Z`));
    case 'datetime':
      return date_format(region, { dateStyle: 'medium', timeStyle: 'short' }).format(Date.parse(String(value)));
    case 'lookup':
      return reference_text(value as Reference);
    case 'image':
      return 'A picture';
    case 'party_list':
      return list_format(region).format((value as Party[]).map((party) => reference_text(party)));
    default:
      return column.format === 'html' ? plain_text(String(value)) : String(value);
  }
}

export function format_money(value: number | string, region: Region, currency?: string): string {
  if (!currency) return format_exact(value, number_format(region, { minimumFractionDigits: 2, maximumFractionDigits: 2, trailingZeroDisplay: 'stripIfInteger' }));
  return format_exact(value, number_format(region, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' }));
}

function format_number(column: Column, value: number | string, region: Region): string {
  if (column.format === 'duration') return duration_text(Number(value), region);
  const digits = column.type === 'decimal' ? (column.scale ?? 2) : 0;
  return format_exact(value, number_format(region, { maximumFractionDigits: digits }));
}

function option_label(column: Column, value: number): string | undefined {
  return column.options?.find((option) => option.value === value)?.label;
}

export function reference_text(reference: Reference): string {
  return reference.name || 'Not on this device';
}

/** A server's sentence without the ids that are meant for programs. */
export function without_ids(sentence: string): string {
  return sentence.replace(/\s*\(?[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\)?/gi, '');
}

/** The text of an HTML mail or note, its lines kept. Nothing of it is ever put into the page as HTML. */
export function plain_text(html: string): string {
  const lines = html.replace(/<(style|script)[\s\S]*?<\/\1>/gi, '').replace(/<br\s*\/?>|<\/(p|div|li|h\d|tr)>/gi, '\n');
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
  return lines
    .replace(/<[^>]*>/g, '')
    .replace(/&(#x?[\da-f]+|\w+);/gi, (whole, name: string) => entity(name, names) ?? whole)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function entity(name: string, names: Record<string, string>): string | undefined {
  if (!name.startsWith('#')) return names[name.toLowerCase()];
  const code = name[1]?.toLowerCase() === 'x' ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** What a field holds to begin with. Choices, switches, lookups and parties have no text. */
export function field_text(column: Column, value: Value | undefined, region: Region): string {
  if (is_empty(value)) return '';
  switch (column.type) {
    case 'datetime':
      return to_local(String(value), region);
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'money':
      if (column.format === 'duration') return duration_text(Number(value), region);
      return number_text(value as number | string, region, column.type === 'money' ? 2 : column.scale);
    default:
      return String(value);
  }
}

/**
 * The second line of a row: the first few columns of the view that say something by themselves. Not the name, which stands above;
 * not a bare number; and numbers to call and addresses to write to only where nothing else is: the row's next steps have them.
 */
export function row_details(table: Table, row: Row, columns: string[], region: Region, most: number): string[] {
  const is_reach = (column: Column) => column.format === 'phone' || column.format === 'email' || column.format === 'url';
  const known = columns.map((name) => column_of(table, name)).filter((column) => column !== undefined);
  const telling = known.filter(({ name, type }) => ![table.primary_name, 'ownerid'].includes(name) && !['integer', 'bigint', 'decimal'].includes(type));
  const full = telling.filter(({ name }) => !is_empty(row.values[name]) && !is_nameless(row.values[name]));
  const others = full.filter((column) => !is_reach(column));
  return (others.length > 0 ? others : full)
    .map((column) => format_value(column, row.values[column.name], region, row.currency))
    .map((text) => (text.length > 120 ? `${text.slice(0, 119)}…` : text))
    .slice(0, most);
}

/** A lookup to what isn't on this device: no news in a list. */
export function is_nameless(value: Value | undefined): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && value.name === '';
}

/** "AB" for Ada Byron. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined].map((word) => (word ? [...word][0]! : ''));
  return letters.join('').toLocaleUpperCase() || '?';
}
