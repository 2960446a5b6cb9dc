// SPDX-License-Identifier: Apache-2.0
//
// Addresses to screens:
//
//   /  /accounts  /accounts/ID  /accounts/new?id=ID  /drafts  /conflicts  /errors  /sync  /settings  /charts  /help

import type { RecordId, Schema, Table } from '../door/door';

export type Place =
  | { screen: 'home' | 'drafts' | 'conflicts' | 'errors' | 'sync' | 'settings' | 'charts' | 'help' | 'nowhere' }
  | { screen: 'table'; table: Table; id?: RecordId; new_id?: RecordId };

const kFixed = ['drafts', 'conflicts', 'errors', 'sync', 'settings', 'charts', 'help'] as const;
const kUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function place_at(path: string, query: URLSearchParams, schema: Schema): Place {
  const [first = '', second, third] = path.split('/').filter((part) => part !== '');
  if (third !== undefined) return { screen: 'nowhere' };
  const fixed = kFixed.find((name) => name === first);
  if (second === undefined && (first === '' || fixed)) return { screen: fixed ?? 'home' };
  const table = schema.tables.find((one) => one.set === first);
  if (!table) return { screen: 'nowhere' };
  if (second === undefined) return { screen: 'table', table };
  const new_id = query.get('id') ?? '';
  if (second === 'new' && kUuid.test(new_id)) return { screen: 'table', table, new_id: new_id as RecordId };
  return kUuid.test(second) ? { screen: 'table', table, id: second.toLowerCase() as RecordId } : { screen: 'nowhere' };
}
