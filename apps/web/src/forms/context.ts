// SPDX-License-Identifier: Apache-2.0
//
// What a new record takes from where it was begun (D6): a contact's phone call goes to the contact, from the user, regarding the contact.

import type { Reference, RelatedList, Table, Values } from '../door/door';
import { column_of } from './format';

/** Parties that are filled in with the record itself, by activity. */
const kPartyColumns = ['to', 'requiredattendees'];

export function context_values(table: Table, from: Reference | null, by: string | null, me: Reference | null): Values {
  const values: Values = {};
  if (from && by && column_of(table, by)) values[by] = from;
  const owner = column_of(table, 'ownerid');
  if (owner && me && owner.targets?.includes(me.set)) values['ownerid'] = me;
  if (!table.is_activity) return values;
  for (const name of kPartyColumns) {
    const column = column_of(table, name);
    if (column && from && column.targets?.includes(from.set) && name in values === false) values[name] = [from];
  }
  const sender = column_of(table, 'from');
  if (sender && me && sender.targets?.includes(me.set)) values['from'] = [me];
  return values;
}

/** The address of a new form. The id is made here, once, so that saving twice makes one record. */
export function new_address(set: string, id: string, from?: Reference, list?: Pick<RelatedList, 'column'>): string {
  const query = new URLSearchParams({ id });
  if (from && list) {
    query.set('for', `${from.set}/${from.id}`);
    query.set('by', list.column);
    query.set('name', from.name);
  }
  return `/${set}/new?${query}`;
}

export function read_context(query: URLSearchParams): { from: Reference | null; by: string | null } {
  const [set, id] = (query.get('for') ?? '').split('/');
  const from = set && id ? { set, id: id as Reference['id'], name: query.get('name') ?? '' } : null;
  return { from, by: from ? query.get('by') : null };
}
