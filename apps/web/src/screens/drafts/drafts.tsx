// SPDX-License-Identifier: Apache-2.0
//
// Draft Records (D1–D3): what is on this device only, what stands in the way of each, and saving those that nothing stands in.

import { useState } from 'preact/hooks';
import type { Draft, DraftEnd, DraftsAnswer } from '../../door/door';
import { Icon, table_icon } from '../../controls/icon';
import { Moment } from '../../controls/moment';
import { EmptyState, Notice, SkeletonRows } from '../../controls/placeholders';
import { save_file } from '../../controls/save_file';
import { StateMark } from '../../controls/state_mark';
import { kNoName, without_ids } from '../../forms/format';
import { useActOrTell, useLatest, useSchema, useStatus, useStore, useWatch } from '../../store/store';

export function Drafts() {
  const answer = useLatest(useWatch({ ask: 'drafts' }).answer);
  const [ends, set_ends] = useState<DraftEnd[]>([]);
  const there = answer && answer.value.length > 0;
  return (
    <main class="page">
      <header class="page-head">
        <div class="head-line">
          <h1 class="title">Draft Records</h1>
          {there && <ExportButton />}
        </div>
        {there && <p class="subtitle">{answer.value.length === 1 ? 'It is on this device only, until you save it.' : 'They are on this device only, until you save them.'}</p>}
      </header>
      <div class="cards">
        <div role="status">{ends.length > 0 && <Ends ends={ends} />}</div>
        {there && <SaveAll answer={answer} onEnds={set_ends} />}
        {!answer && <SkeletonRows rows={4} />}
        {answer && !there && <Nothing />}
        {there && (
          <ul class="drafts">
            {answer.value.map((draft) => (
              <li key={draft.id}>
                <DraftCard draft={draft} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </main>
  );
}

function Nothing() {
  const status = useStatus();
  if (!status) return null;
  return (
    <EmptyState icon="draft" title="No drafts">
      {status.experience === 'sync' ? (
        <p>You work with offline sync: a new record is saved on this device at once and sent by itself, so it never has to wait as a draft.</p>
      ) : (
        <p>New records that you make while disconnected wait here, until you save them.</p>
      )}
    </EmptyState>
  );
}

function SaveAll({ answer, onEnds }: { answer: DraftsAnswer; onEnds(ends: DraftEnd[]): void }) {
  const act = useActOrTell();
  const [saving, set_saving] = useState(false);
  const waiting = answer.value.filter((draft) => !draft.saving);
  const ready = waiting.filter((draft) => draft.blocked_by.length === 0).length;
  const { may, reason } = answer.can_save;
  const save_all = async () => {
    if (saving) return;
    set_saving(true);
    onEnds([]);
    const done = await act({ do: 'save_ready_drafts' });
    set_saving(false);
    if (done) onEnds(done.value);
  };
  return (
    <div class="save-all">
      <p class="none" id="save-all-note">
        {may ? readiness(ready, waiting.length) : reason}
      </p>
      <button type="button" class="button primary" disabled={!may || ready === 0} aria-disabled={saving} aria-describedby="save-all-note" onClick={save_all}>
        {saving ? 'Saving…' : 'Save all ready'}
      </button>
    </div>
  );
}

function readiness(ready: number, all: number): string {
  if (all === 0) return '';
  if (all === 1) return ready === 1 ? 'It can be saved as it is.' : 'It needs a look before it can be saved.';
  if (ready === all) return 'All of them can be saved as they are.';
  if (ready === 0) return 'All of them need a look before they can be saved.';
  return `${ready} of ${all} can be saved as ${ready === 1 ? 'it is' : 'they are'}; ${all - ready === 1 ? 'the other needs' : 'the others need'} a look.`;
}

const kEndWords: Record<DraftEnd['end'], string> = {
  saved: 'saved',
  being_saved: 'sent; the server’s answer isn’t here yet',
  draft: 'still a draft: the server can’t be reached',
  refused: 'refused',
};

/** What happened to each (D2). */
function Ends({ ends }: { ends: DraftEnd[] }) {
  const schema = useSchema();
  const all_saved = ends.every(({ end }) => end === 'saved');
  return (
    <Notice tone={all_saved ? 'good' : 'question'} icon={all_saved ? 'check' : 'draft'}>
      <ul class="plain-list">
        {ends.map(({ id, set, name, end, reason }) => {
          const words = reason ? `${kEndWords[end]}: ${without_ids(reason)}` : kEndWords[end];
          const label = schema.tables.find((table) => table.set === set)?.label ?? '';
          return (
            <li key={id}>
              {end === 'saved' ? <a href={`/${set}/${id}`}>{name || kNoName}</a> : name || kNoName} ({label.toLocaleLowerCase()}): {words}
            </li>
          );
        })}
      </ul>
    </Notice>
  );
}

function DraftCard({ draft }: { draft: Draft }) {
  const schema = useSchema();
  const table = schema.tables.find((one) => one.set === draft.set);
  const name = draft.name || kNoName;
  return (
    <article class="card draft-card" aria-label={`Draft: ${name}`}>
      <span class="avatar" aria-hidden="true">
        <Icon name={table_icon(table?.name ?? '')} />
      </span>
      <div class="draft-text">
        <h2>{table ? <a href={`/${draft.set}/${draft.id}`}>{name}</a> : name}</h2>
        <p class="none">
          {draft.table} · <Moment at={draft.created_at} />
          {draft.related?.name && ` · for ${draft.related.name}`}
        </p>
        <Blocked draft={draft} />
      </div>
      <StateMark state={draft.saving ? 'saving' : 'draft'} />
      {draft.retired.length > 0 && <Retired draft={draft} />}
      {!table && <DiscardButton draft={draft} />}
    </article>
  );
}

function Blocked({ draft }: { draft: Draft }) {
  if (draft.blocked_by.length === 0) return draft.saving ? null : <p class="draft-ready">Ready to be saved</p>;
  return (
    <ul class="draft-blocked">
      {draft.blocked_by.map(({ reason }) => (
        <li key={reason}>
          <Icon name="error" size={16} />
          <span>{without_ids(reason)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Typed into columns or a table that are no more: still readable, and in the export. */
function Retired({ draft }: { draft: Draft }) {
  return (
    <details class="typed">
      <summary>
        What you entered <Icon name="down" size={20} />
      </summary>
      <dl>
        {draft.retired.map(({ column, text }) => (
          <div key={column}>
            <dt>{column}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Where there is no form any more from which it could be discarded. */
function DiscardButton({ draft }: { draft: Draft }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  const discard = async () => {
    const done = await act({ do: 'discard_draft', id: draft.id });
    if (!done) return;
    const undo = () => void act({ do: 'take_back', change: done.undo });
    toasts.show(`The draft ${draft.name || kNoName} is discarded.`, { todo: { label: 'Undo', run: undo } });
  };
  return (
    <div class="buttons">
      <button type="button" class="button quiet bad-text" onClick={() => void discard()}>
        Discard
      </button>
    </div>
  );
}

function ExportButton() {
  const act = useActOrTell();
  const run = async () => {
    const done = await act({ do: 'export_drafts' });
    if (done) save_file('drafts.jsonl', done.lines, 'application/jsonl');
  };
  return (
    <button type="button" class="button" onClick={run}>
      <Icon name="export" size={20} />
      Export
    </button>
  );
}
