// SPDX-License-Identifier: Apache-2.0
//
// Activities and notes about the record, the newest first, with adding.

import { useId, useState } from 'preact/hooks';
import type { Row, Table, TimelineEntry } from '../../door/door';
import { Icon, table_icon } from '../../controls/icon';
import { Moment } from '../../controls/moment';
import { SkeletonRows } from '../../controls/placeholders';
import { StateMark } from '../../controls/state_mark';
import { new_address } from '../../forms/context';
import { name_of, plain_text } from '../../forms/format';
import { kSavedWords } from '../../forms/saved_words';
import { go } from '../../store/history';
import { kTimelineId } from './parts';
import { useActOrTell, useLatest, useSchema, useStore, useWatch } from '../../store/store';

const kEntriesStep = 20;
const kStateWords = ['Open', 'Completed', 'Cancelled', 'Scheduled'];
const kActivities = ['phonecall', 'task', 'appointment'];

export function Timeline({ table, row }: { table: Table; row: Row }) {
  const id = useId();
  const [to, set_to] = useState(kEntriesStep);
  const answer = useLatest(useWatch({ ask: 'timeline', set: table.set, id: row.id, to }).answer);
  return (
    <section id={kTimelineId} class="section timeline" aria-labelledby={id}>
      <header class="section-head">
        <h2 id={id}>Timeline</h2>
      </header>
      <AddToTimeline row={row} />
      {!answer && <SkeletonRows rows={3} />}
      {answer?.entries.length === 0 && <p class="none">Nothing has happened here yet. Calls, tasks, appointments and notes will show up here.</p>}
      <ol class="entries">
        {answer?.entries.map((entry) => (
          <Entry key={entry.row.id} entry={entry} />
        ))}
      </ol>
      {answer?.has_more && (
        <button type="button" class="more" onClick={() => set_to(to + kEntriesStep)}>
          Show earlier ones
        </button>
      )}
    </section>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const text = entry.text ? plain_text(entry.text) : '';
  const is_note = entry.kind === 'note';
  return (
    <li class="entry">
      <span class={`avatar ${entry.state === 1 ? 'done' : ''}`} aria-hidden="true">
        <Icon name={table_icon(entry.kind)} size={20} />
      </span>
      <div class="entry-text">
        <p class="entry-title">
          <a href={`/${entry.row.set}/${entry.row.id}`}>{is_note && !entry.row.name.trim() ? 'Note' : name_of(entry.row)}</a>
        </p>
        <p class="entry-when">
          {entry.state !== null && <span>{kStateWords[entry.state] ?? ''}</span>}
          {entry.at !== null && <Moment at={Date.parse(entry.at)} as={entry.state === 0 || entry.state === 3 ? 'due' : 'ago'} />}
          {entry.row.state !== 'on_this_device' && <StateMark state={entry.row.state} />}
        </p>
        {text && <p class="entry-body">{text}</p>}
      </div>
    </li>
  );
}

function AddToTimeline({ row }: { row: Row }) {
  const schema = useSchema();
  const here = { set: row.set, id: row.id, name: name_of(row) };
  const activities = kActivities
    .map((name) => schema.tables.find((table) => table.name === name))
    .filter((table) => table?.can.create && table.columns.some((column) => column.name === 'regardingobjectid' && column.targets?.includes(row.set)));
  return (
    <div class="add-entry">
      <AddNote row={row} />
      {activities.map((table) => (
        <button
          key={table!.set}
          type="button"
          class="small-button"
          aria-label={`Add ${table!.label.toLocaleLowerCase()}`}
          onClick={() => go(new_address(table!.set, crypto.randomUUID(), here, { column: 'regardingobjectid' }))}
        >
          <Icon name={table_icon(table!.name)} size={20} />
          {table!.label}
        </button>
      ))}
    </div>
  );
}

/** Kept like a form while it is typed: it is one, with a single field. */
function AddNote({ row }: { row: Row }) {
  const schema = useSchema();
  const act = useActOrTell();
  const { toasts, kept_forms } = useStore();
  const notes = schema.tables.find((table) => table.name === 'annotation');
  const kept = kept_forms.find('note-about', row.id);
  const [text, set_text] = useState(() => (typeof kept?.draft === 'string' ? kept.draft : ''));
  const [new_id, set_new_id] = useState(() => crypto.randomUUID());
  if (!notes?.can.create || !notes.columns.some((column) => column.name === 'objectid' && column.targets?.includes(row.set))) return null;

  const type = (typed: string) => {
    set_text(typed);
    if (typed.trim() === '') return kept_forms.drop('note-about', row.id);
    const name = `Note about ${name_of(row)}`;
    kept_forms.keep({ set: 'note-about', id: row.id, name, address: `/${row.set}/${row.id}`, kept_at: Date.now(), draft: typed });
  };
  const add = async () => {
    if (text.trim() === '') return;
    const objectid = { set: row.set, id: row.id, name: name_of(row) };
    const here = { set: row.set, id: row.id };
    const done = await act({ do: 'create', set: notes.set, id: new_id as Row['id'], values: { notetext: text, objectid }, for: here });
    if (!done) return;
    type('');
    set_new_id(crypto.randomUUID());
    toasts.show(done.state === 'pending' ? 'Note saved on this device.' : kSavedWords[done.state]);
  };
  return (
    <div class="note-box">
      <textarea aria-label="New note" placeholder="Write a note" rows={1} value={text} onInput={(event) => type(event.currentTarget.value)} />
      <button type="button" class="small-button" hidden={text.trim() === ''} onClick={add}>
        Add note
      </button>
    </div>
  );
}
