// SPDX-License-Identifier: Apache-2.0
//
// What stands above a form: text brought back, a refusal, a conflict, why it can't be changed.

import type { RecordAnswer, Table } from '../../door/door';
import { Moment } from '../../controls/moment';
import { Notice } from '../../controls/placeholders';
import type { Form } from '../../controls/use_form';
import { column_of, without_ids } from '../../forms/format';
import { browser_region, list_format } from '../../forms/region';

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
          <strong>The server refused this.</strong> {without_ids(error.reason)} <a href="/errors">See what can be done</a>
        </Notice>
      ))}
      {conflicts.length > 0 && (
        <Notice tone="question" icon="conflict">
          {conflict_sentences(conflicts, table)} <a href="/conflicts">Decide</a>
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

/** One sentence for all columns that the same person changed. */
function conflict_sentences(conflicts: RecordAnswer['conflicts'], table: Table): string {
  const sentences = new Set<string>();
  const labels = new Map<string, string[]>();
  for (const { kind, by, columns } of conflicts) {
    const who = by || 'Somebody';
    if (kind === 'deleted_there') sentences.add(`${who} deleted this record while you changed it.`);
    else if (kind === 'deleted_here') sentences.add(`${who} changed this record, which you deleted.`);
    else labels.set(who, [...(labels.get(who) ?? []), ...columns.map((column) => column_of(table, column.name)?.label ?? 'a value')]);
  }
  for (const [who, changed] of labels) sentences.add(`${who} changed the same as you: ${list_format(browser_region()).format(changed)}.`);
  return [...sentences].join(' ');
}
