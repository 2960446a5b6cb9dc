// SPDX-License-Identifier: Apache-2.0
//
// What was typed into a field, as a value, or what is wrong with it: a sentence that says what would be right.

import type { Column, Value } from '../door/door';
import { format_exact, fraction_digits, parse_duration, parse_number } from './numbers';
import { type Region, number_format } from './region';
import { to_utc } from './time';

export type Read = { value: Value } | { problem: string };

/** Written by the browser's own date fields while a date is half typed. */
export const kIncomplete = '\u0000';

export function read_text(column: Column, text: string, region: Region): Read {
  if (text.startsWith(kIncomplete)) return { problem: `Complete the ${column.type === 'date' ? 'date' : 'date and time'}, or clear it.` };
  if (column.type === 'text' || column.type === 'memo') return read_words(column, text);
  if (text.trim() === '') return { value: null };
  switch (column.type) {
    case 'date':
      return is_day(text) ? { value: text } : { problem: 'Enter a date.' };
    case 'datetime': {
      const at = to_utc(text, region);
      return at && is_day(text.slice(0, 10)) ? { value: at } : { problem: 'Enter a date and a time.' };
    }
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'money':
      return read_number(column, text, region);
    default:
      return { value: text };
  }
}

function read_words(column: Column, text: string): Read {
  const lines = text.replace(/\r\n?/g, '\n');
  const value = column.type === 'text' ? lines.replace(/\n/g, ' ').trim() : lines;
  if (value.trim() === '') return { value: null };
  const most = column.length_max;
  if (most !== undefined && value.length > most) {
    return { problem: `${value.length - most} character${value.length - most === 1 ? '' : 's'} too many; ${most} fit here.` };
  }
  if (column.format === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value)) {
    return { problem: 'Enter a mail address such as name@example.com.' };
  }
  if (column.format === 'url' && !/^(https?:\/\/)?[^\s/.]+(\.[^\s/.]+)+(\/\S*)?$/i.test(value)) {
    return { problem: 'Enter a web address such as https://example.com.' };
  }
  return { value };
}

function read_number(column: Column, text: string, region: Region): Read {
  const is_duration = column.format === 'duration';
  const value = is_duration ? parse_duration(text, region) : parse_number(text, region);
  if (value === null) {
    return { problem: is_duration ? 'Enter a duration such as 45, 1:30 or 2 h.' : `Enter a number such as ${example(column, region)}.` };
  }
  const digits = column.type === 'integer' || column.type === 'bigint' ? 0 : (column.scale ?? (column.type === 'money' ? 4 : 2));
  if (fraction_digits(value) > digits) {
    return { problem: digits === 0 ? 'Enter a whole number.' : `At most ${digits} digits behind the decimal mark.` };
  }
  return within_bounds(column, value, region);
}

function within_bounds(column: Column, value: number | string, region: Region): Read {
  const bound = (number: number) => format_exact(number, number_format(region));
  if (column.min !== undefined && Number(value) < column.min) return { problem: `${bound(column.min)} or more.` };
  if (column.max !== undefined && Number(value) > column.max) return { problem: `${bound(column.max)} or less.` };
  return { value };
}

function example(column: Column, region: Region): string {
  const whole = column.type === 'integer' || column.type === 'bigint';
  return number_format(region, { minimumFractionDigits: whole ? 0 : 2 }).format(whole ? 250 : 1250.5);
}

function is_day(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
