// SPDX-License-Identifier: Apache-2.0
//
// One record: its head, its form, related lists, the timeline, and the bar from which it is saved.

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { DraftEnd, RecordAnswer, RecordId, Reference, Refusal, RecordState, Row, Table, Values } from '../../door/door';
import { MissingPicture } from '../../controls/picture';
import { EmptyState, SkeletonRows } from '../../controls/placeholders';
import { useForm } from '../../controls/use_form';
import { useIsDrawn } from '../../controls/use_is_drawn';
import { context_values, read_context } from '../../forms/context';
import { name_of } from '../../forms/format';
import { kCaughtWords, kSavedWords } from '../../forms/saved_words';
import { record_question } from '../../store/ahead';
import { address, go } from '../../store/history';
import { useLatest, useAct, useStatus, useStore, useWatch } from '../../store/store';
import { FormSections } from './form_sections';
import { Parts } from './parts';
import { RecordBar, RecordHead } from './record_head';
import { RecordNotices } from './record_notices';
import { RelatedLists } from './related_lists';
import { SaveBar } from './save_bar';
import { Timeline } from './timeline';

/** An existing record; one that is not here says why. */
export function RecordPane({ table, id }: { table: Table; id: RecordId }) {
  const watched = useWatch(record_question(table.set, id));
  const answer = useLatest(watched.answer);
  const act = useAct();
  const there = answer?.row != null;
  useEffect(() => {
    if (there) void act({ do: 'opened', set: table.set, id });
  }, [there, table.set, id]);

  if (watched.refusal && !answer) return <Gone sentence={watched.refusal.message} table={table} />;
  if (!answer || (!answer.row && answer.reading)) {
    return (
      <section class="pane record-pane" aria-label={table.label} aria-busy="true">
        <RecordBar table={table} />
        <div class="record-head">
          <div class="skeleton-head" aria-hidden="true" />
        </div>
        <SkeletonRows rows={8} />
      </section>
    );
  }
  if (!answer.row) return <Gone sentence={answer.gone ?? 'This record is not on this device.'} table={table} id={id} />;
  return <RecordForm table={table} id={id} answer={answer} row={answer.row} is_new={false} />;
}

/** A new record, with an id from its address: saving twice makes one. */
export function NewRecordPane({ table, id }: { table: Table; id: RecordId }) {
  const session = useWatch({ ask: 'session' }).answer;
  const [{ from, by }] = useState(() => read_context(address().query));
  const asked = useWatch({ ask: 'new', set: table.set, for: from ? { set: from.set, id: from.id } : undefined });
  const start = useLatest(asked.answer);
  if (asked.refusal && !start) return <Gone sentence={asked.refusal.message} table={table} />;
  if (!session || !start) return null;
  const row: Row = { id, set: table.set, name: '', values: {}, state: 'pending' };
  const answer: RecordAnswer = {
    row,
    can_write: start.can_create,
    fixed: start.fixed,
    can_remove: { may: false },
    conflicts: [],
    errors: [],
    as_of: null,
  };
  const given = context_values(table, from, by, session.me ?? null);
  return <RecordForm table={table} id={id} answer={answer} row={row} is_new given={given} begun_for={from} will_be_draft={start.is_draft} />;
}

interface RecordFormProps {
  table: Table;
  id: RecordId;
  answer: RecordAnswer;
  row: Row;
  is_new: boolean;
  given?: Values;
  /** The record in whose list or timeline a new one was begun (D6). */
  begun_for?: Reference | null;
  will_be_draft?: boolean;
}

function RecordForm({ table, id, answer, row, is_new, given, begun_for, will_be_draft = false }: RecordFormProps) {
  const act = useAct();
  const { toasts, kept_forms } = useStore();
  const { draft } = answer;
  const status = useStatus();
  const connected = status?.connection === 'connected';
  const [saving, set_saving] = useState(false);
  const columns = useMemo(() => [...table.form.sections.flatMap((section) => section.columns), ...(table.image ? [table.image] : [])], [table]);
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

  const tell = (refusal: Refusal) => {
    if (!form.refused(refusal)) toasts.show(refusal.message, { tone: 'bad' });
  };

  /** What was typed goes where it belongs: to the device, to the server, or into the draft. */
  const keep = async (): Promise<RecordState | null> => {
    const { values, bases } = form.changes();
    const refused = answer.errors[0];
    const outcome = is_new
      ? await act({ do: 'create', set: table.set, id, values, for: begun_for ? { set: begun_for.set, id: begun_for.id } : undefined })
      : refused
        ? await act({ do: 'retry', error: refused.id, values })
        : await act({ do: 'update', set: table.set, id, values, shown: draft ? undefined : bases });
    if ('refusal' in outcome) {
      tell(outcome.refusal);
      return null;
    }
    form.saved();
    return 'state' in outcome.done ? outcome.done.state : 'pending';
  };

  const save = async () => {
    const may_have_gaps = will_be_draft || (draft !== undefined && !connected);
    if (saving || !form.check(may_have_gaps ? 'readable' : 'whole')) return;
    if (!is_new && !draft && form.dirty.length === 0) return;
    set_saving(true);
    const state = is_new || form.dirty.length > 0 ? await keep() : 'draft';
    if (state !== null && draft && connected) await save_draft();
    else if (state !== null) {
      const is_caught = state === 'pending' && status?.experience === 'drafts';
      toasts.show(is_caught ? kCaughtWords : kSavedWords[state], state === 'draft' ? { todo: { label: 'Draft Records', run: () => go('/drafts') } } : {});
      if (is_new) go(`/${table.set}/${id}`, 'replace');
    }
    set_saving(false);
  };

  /** D2: a second tap, or an answer that was lost, makes no second record. */
  const save_draft = async () => {
    const outcome = await act({ do: 'save_draft', id });
    if ('refusal' in outcome) tell(outcome.refusal);
    else toasts.show(kEndWords[outcome.done.end], { tone: outcome.done.end === 'draft' ? 'bad' : 'quiet' });
  };

  const discard = async () => {
    const outcome = await act({ do: 'discard_draft', id });
    if ('refusal' in outcome) return toasts.show(outcome.refusal.message, { tone: 'bad' });
    kept_forms.drop(table.set, id);
    const undo = async () => {
      const back = await act({ do: 'take_back', change: outcome.done.undo });
      if ('refusal' in back) toasts.show(back.refusal.message, { tone: 'bad' });
      else go(`/${table.set}/${id}`);
    };
    toasts.show(`The draft ${name_of(row)} is discarded.`, { todo: { label: 'Undo', run: () => void undo() } });
    go('/drafts', 'replace');
  };

  // Each part is drawn again for what it shows, not for each step of a save; what is below the form comes a frame later.
  const is_drawn = useIsDrawn();
  const image = table.image ?? '';
  const is_dirty = form.dirty.length > 0;
  const head = useMemo(
    () => (
      <>
        <RecordHead table={table} row={row} answer={answer} is_new={is_new} form={form} is_dirty={is_dirty} onDiscard={discard} />
        <Parts table={table} is_new={is_new} />
      </>
    ),
    [table, row, answer, form.draft.edits[image], form.problems[image], is_dirty, is_new],
  );
  const sections = useMemo(() => <FormSections table={table} row={row} answer={answer} form={form} is_new={is_new} />, [table, row, answer, form.draft, form.problems, is_new]);
  const others = useMemo(
    () =>
      is_new || !is_drawn ? null : (
        <>
          <RelatedLists table={table} row={row} />
          {table.form.timeline && <Timeline table={table} row={row} />}
        </>
      ),
    [table, row, is_new, is_drawn],
  );

  const keys = (event: KeyboardEvent) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void save();
  };

  return (
    <section class="pane record-pane" aria-label={is_new ? `New ${table.label.toLocaleLowerCase()}` : `${table.label} record`} onKeyDown={keys}>
      <div class="scroller">
        {head}
        <RecordNotices
          answer={answer}
          form={form}
          table={table}
          will_be_draft={will_be_draft}
          is_caught={!is_new && row.state === 'pending' && status?.experience === 'drafts' && !connected}
          connected={connected}
        />
        {sections}
        {others}
      </div>
      <SaveBar row={row} answer={answer} form={form} is_new={is_new} connected={connected} saving={saving} onSave={save} />
    </section>
  );
}

const kEndWords: Record<DraftEnd['end'], string> = {
  saved: 'Saved.',
  being_saved: 'It is being saved. The server’s answer isn’t here yet.',
  draft: 'The server can’t be reached. The draft is kept on this device.',
  refused: 'The server did not take it. The draft is kept.',
};

function Gone({ sentence, table, id }: { sentence: string; table: Table; id?: RecordId }) {
  return (
    <section class="pane record-pane" aria-label={table.label}>
      <RecordBar table={table} />
      <EmptyState icon="search" title="Not on this device">
        <p>{sentence}</p>
        {id && <MissingPicture table={table} id={id} />}
        <button type="button" class="button" onClick={() => go(`/${table.set}`)}>
          Show the list
        </button>
      </EmptyState>
    </section>
  );
}
