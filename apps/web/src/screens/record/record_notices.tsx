// SPDX-License-Identifier: Apache-2.0
//
// What stands above a form: text brought back, a refusal, a conflict, why it can't be changed.

import type { RecordAnswer, Table } from '../../door/door';
import { Moment } from '../../controls/moment';
import { Notice } from '../../controls/placeholders';
import type { Form } from '../../controls/use_form';
import { column_of } from '../../forms/format';

export function RecordNotices({ answer, form, table }: { answer: RecordAnswer; form: Form; table: Table }) {
  const { can_write, conflicts, errors } = answer;
  return (
    <div class="notices">
      {form.brought_back !== null && form.dirty.length > 0 && (
        <Notice tone="waiting" icon="undo">
          What you typed <Moment at={form.brought_back} /> was not saved yet. It is here again.
        </Notice>
      )}
      {errors.map((error) => (
        <Notice key={error.id} tone="bad" icon="error">
          <strong>The server refused this.</strong> {error.reason} <a href="/errors">See what can be done</a>
        </Notice>
      ))}
      {conflicts.length > 0 && (
        <Notice tone="waiting" icon="conflict">
          {conflicts.map((conflict) => (
            <span key={conflict.id}>{conflict_sentence(conflict, table)} </span>
          ))}
          <a href="/conflicts">Decide</a>
        </Notice>
      )}
      {!can_write.may && (
        <Notice tone="quiet" icon="lock">
          {can_write.reason ?? 'This record can only be read.'}
        </Notice>
      )}
    </div>
  );
}

function conflict_sentence(conflict: RecordAnswer['conflicts'][number], table: Table): string {
  const who = conflict.by || 'Somebody';
  if (conflict.kind === 'deleted_there') return `${who} deleted this record while you changed it.`;
  if (conflict.kind === 'deleted_here') return `${who} changed this record, which you deleted.`;
  const labels = conflict.columns.map((column) => column_of(table, column.name)?.label ?? 'a value').join(', ');
  return `${who} changed the same as you: ${labels}.`;
}
