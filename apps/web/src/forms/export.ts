// SPDX-License-Identifier: Apache-2.0
//
// Refused changes as a table that any spreadsheet opens: one line a value (RFC 4180, UTF-8 with a byte order mark, CRLF).

import type { Refused, Schema } from '../door/door';
import { column_of, format_value, reference_text } from './format';
import type { Region } from './region';

export function refused_csv(refused: Refused[], schema: Schema, region: Region): string {
  const lines = [['Table', 'Record', 'Change', 'Reason', 'Column', 'Value']];
  for (const error of refused) {
    const table = schema.tables.find((one) => one.set === error.record.set);
    const head = [table?.label ?? '', reference_text(error.record), error.kind, error.reason];
    const values = Object.entries(error.values).map(([name, value]) => {
      const column = table && column_of(table, name);
      return [column?.label ?? name, column ? format_value(column, value, region) : JSON.stringify(value)];
    });
    const retired = error.retired.map(({ column, text }) => [column, text]);
    const all = [...values, ...retired];
    for (const [column = '', value = ''] of all.length > 0 ? all : [[]]) lines.push([...head, column, value]);
  }
  return `\ufeff${lines.map((line) => line.map(quoted).join(',')).join('\r\n')}\r\n`;
}

/** A cell that begins like a formula would be run by a spreadsheet: an apostrophe makes it text. */
function quoted(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d\s.,()]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
}
