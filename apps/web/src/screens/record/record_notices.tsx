// SPDX-License-Identifier: Apache-2.0
//
// What stands above a form: text brought back, a refusal, a conflict, why it can't be changed.

import type { Draft, RecordAnswer, Table } from '../../door/door';
import { Moment } from '../../controls/moment';
import { Notice } from '../../controls/placeholders';
import type { Form } from '../../controls/use_form';
import { column_of, short_label, without_ids } from '../../forms/format';
import { browser_region, list_format } from '../../forms/region';

interface Props {
  answer: RecordAnswer;
  form: Form;
  table: Table;
  will_be_draft: boolean;
  /** An edit that lost its connection (D8). */
  is_caught: boolean;
  connected: boolean;
}

export function RecordNotices({ answer, form, table, will_be_draft, is_caught, connected }: Props) {
  const { can_write, conflicts, errors, draft } = answer;
  return (
    <div class="notices">
      {form.brought_back !== null && form.dirty.length > 0 && (
        <Notice tone="waiting" icon="undo">
          What you typed <Moment at={form.brought_back} /> was not saved yet. It is here again.
        </Notice>
      )}
      {will_be_draft && can_write.may && (
        <Notice tone="waiting" icon="draft">
          You are offline: this is kept as a draft, on this device only, until you save it while connected.
        </Notice>
      )}
      {is_caught && (
        <Notice tone="waiting" icon="clock">
          Your edit lost its connection on the way. It is kept on this device, and sent by itself once you are connected.
        </Notice>
      )}
      {draft && <DraftNotice draft={draft} connected={connected} />}
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

/** Where the draft is, and what the review asks for before it can be saved (D1, D3). */
function DraftNotice({ draft, connected }: { draft: Draft; connected: boolean }) {
  if (draft.saving) {
    return (
      <Notice tone="waiting" icon="clock">
        This was sent, and the server’s answer isn’t here yet. It is asked for with the next contact; nothing is made twice.
      </Notice>
    );
  }
  const [first, ...others] = draft.blocked_by;
  return (
    <>
      <Notice tone="waiting" icon="draft">
        A draft, on this device only. {connected ? 'Save it, and everybody who may can see it.' : 'It can be changed now, and saved once you are connected.'}
      </Notice>
      {first && (
        <Notice tone="bad" icon="error">
          {others.length === 0 ? (
            without_ids(first.reason)
          ) : (
            <ul class="plain-list">
              {draft.blocked_by.map((obstacle) => (
                <li key={obstacle.reason}>{without_ids(obstacle.reason)}</li>
              ))}
            </ul>
          )}
        </Notice>
      )}
    </>
  );
}

function label_of(table: Table, name: string): string {
  const column = column_of(table, name);
  return column ? short_label(column) : 'a value';
}

/** One sentence for all columns that the same person changed. */
function conflict_sentences(conflicts: RecordAnswer['conflicts'], table: Table): string {
  const sentences = new Set<string>();
  const labels = new Map<string, string[]>();
  for (const { kind, by, columns } of conflicts) {
    const who = by || 'Somebody';
    if (kind === 'deleted_there') sentences.add(`${who} deleted this record while you changed it.`);
    else if (kind === 'deleted_here') sentences.add(`${who} changed this record, which you deleted.`);
    else labels.set(who, [...(labels.get(who) ?? []), ...columns.map(({ name }) => label_of(table, name))]);
  }
  for (const [who, changed] of labels) sentences.add(`${who} changed the same as you: ${list_format(browser_region()).format(changed)}.`);
  return [...sentences].join(' ');
}
