// SPDX-License-Identifier: Apache-2.0
//
// One record: its head, its form, related lists, the timeline, and the bar from which it is saved.

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RecordAnswer, RecordId, Row, Table, Values } from '../../door/door';
import { EmptyState, SkeletonRows } from '../../controls/placeholders';
import { useForm } from '../../controls/use_form';
import { context_values, read_context } from '../../forms/context';
import { name_of } from '../../forms/format';
import { address, go } from '../../store/history';
import { useLatest, useAct, useStore, useWatch } from '../../store/store';
import { FormSections } from './form_sections';
import { Parts } from './parts';
import { RecordBar, RecordHead } from './record_head';
import { RecordNotices } from './record_notices';
import { RelatedLists } from './related_lists';
import { SaveBar } from './save_bar';
import { Timeline } from './timeline';

/** An existing record; one that is not here says why. */
export function RecordPane({ table, id }: { table: Table; id: RecordId }) {
  const watched = useWatch({ ask: 'record', set: table.set, id });
  const answer = useLatest(watched.answer);
  const act = useAct();
  const there = answer?.row != null;
  useEffect(() => {
    if (there) void act({ do: 'opened', set: table.set, id });
  }, [there, table.set, id]);

  if (watched.refusal && !answer) return <Gone sentence={watched.refusal.message} table={table} />;
  if (!answer) {
    return (
      <section class="pane record-pane" aria-label={table.label} aria-busy="true">
        <div class="record-head">
          <RecordBar table={table} />
          <div class="skeleton-head" aria-hidden="true" />
        </div>
        <SkeletonRows rows={8} wide />
      </section>
    );
  }
  if (!answer.row) return <Gone sentence={answer.gone ?? 'This record is not on this device.'} table={table} />;
  return <RecordForm table={table} id={id} answer={answer} row={answer.row} is_new={false} />;
}

/** A new record, with an id from its address: saving twice makes one. */
export function NewRecordPane({ table, id }: { table: Table; id: RecordId }) {
  const session = useWatch({ ask: 'session' }).answer;
  if (!session) return null;
  const { from, by } = read_context(address().query);
  const row: Row = { id, set: table.set, name: '', values: {}, state: 'pending' };
  const answer: RecordAnswer = {
    row,
    can_write: { may: table.can.create, reason: `Your role does not let you add ${table.plural.toLocaleLowerCase()}.` },
    can_remove: { may: false },
    conflicts: [],
    errors: [],
    as_of: null,
  };
  return <RecordForm table={table} id={id} answer={answer} row={row} is_new given={context_values(table, from, by, session.me ?? null)} />;
}

interface RecordFormProps {
  table: Table;
  id: RecordId;
  answer: RecordAnswer;
  row: Row;
  is_new: boolean;
  given?: Values;
}

function RecordForm({ table, id, answer, row, is_new, given }: RecordFormProps) {
  const act = useAct();
  const { toasts } = useStore();
  const [saving, set_saving] = useState(false);
  const columns = useMemo(() => table.form.sections.flatMap((section) => section.columns), [table]);
  const [first_given] = useState(given);
  const form = useForm({
    table,
    id,
    shown: row.values,
    columns,
    given: first_given,
    name: is_new ? `New ${table.label.toLocaleLowerCase()}` : name_of(row),
    address: location.pathname + location.search,
  });

  const save = async () => {
    if (saving || !form.check()) return;
    if (!is_new && form.dirty.length === 0) return;
    set_saving(true);
    const { values, bases } = form.changes();
    const refused = answer.errors[0];
    const outcome = is_new
      ? await act({ do: 'create', set: table.set, id, values })
      : refused
        ? await act({ do: 'retry', error: refused.id, values })
        : await act({ do: 'update', set: table.set, id, values, shown: bases });
    set_saving(false);
    if ('refusal' in outcome) {
      if (!form.refused(outcome.refusal)) toasts.show(outcome.refusal.message, { tone: 'bad' });
      return;
    }
    form.saved();
    toasts.show('Saved on this device.');
    if (is_new) go(`/${table.set}/${id}`, 'replace');
  };

  const keys = (event: KeyboardEvent) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void save();
  };

  return (
    <section class="pane record-pane" aria-label={is_new ? `New ${table.label.toLocaleLowerCase()}` : `${table.label} record`} onKeyDown={keys}>
      <div class="scroller">
        <RecordHead table={table} row={row} answer={answer} is_new={is_new} />
        <Parts table={table} is_new={is_new} />
        <RecordNotices answer={answer} form={form} table={table} />
        <FormSections table={table} row={row} answer={answer} form={form} is_new={is_new} />
        {!is_new && <RelatedLists table={table} row={row} />}
        {!is_new && table.form.timeline && <Timeline table={table} row={row} />}
      </div>
      <SaveBar row={row} answer={answer} form={form} is_new={is_new} saving={saving} onSave={save} />
    </section>
  );
}

function Gone({ sentence, table }: { sentence: string; table: Table }) {
  return (
    <section class="pane record-pane" aria-label={table.label}>
      <EmptyState icon="search" title="Not on this device">
        <p>{sentence}</p>
        <button type="button" class="button" onClick={() => go(`/${table.set}`)}>
          Show the list
        </button>
      </EmptyState>
    </section>
  );
}
