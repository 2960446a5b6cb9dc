// SPDX-License-Identifier: Apache-2.0
//
// A table's list and record: side by side on tablets, one after the other on phones. The list stays as it was behind the record.

import type { RecordId, Table } from '../../door/door';
import { ListPane } from '../list/list_pane';
import { NewRecordPane, RecordPane } from '../record/record_pane';

export function TableScreen({ table, id, new_id, tablet }: { table: Table; id?: RecordId; new_id?: RecordId; tablet: boolean }) {
  const shows_record = id !== undefined || new_id !== undefined;
  return (
    <main class={`split ${shows_record ? 'with-record' : ''}`}>
      <ListPane key={table.set} table={table} wide={tablet && !shows_record} selected={shows_record ? (id ?? '-') : undefined} hidden={!tablet && shows_record} />
      {id !== undefined && <RecordPane key={`${table.set}/${id}`} table={table} id={id} />}
      {new_id !== undefined && <NewRecordPane key={`new ${new_id}`} table={table} id={new_id} />}
    </main>
  );
}
