// SPDX-License-Identifier: Apache-2.0
//
// Conflicts (K2, K3): both sides next to each other, who and when, the pick per column or for the whole, and taking a pick back.

import { useState } from 'preact/hooks';
import type { Conflict, ConflictColumn, ConflictsAnswer, Table } from '../../door/door';
import { Icon } from '../../controls/icon';
import { Moment } from '../../controls/moment';
import { picture_address } from '../../controls/picture';
import { EmptyState, SkeletonRows } from '../../controls/placeholders';
import { column_of, format_value, reference_text, short_label } from '../../forms/format';
import { browser_region } from '../../forms/region';
import { go } from '../../store/history';
import { useActOrTell, useLatest, useStore, useTable, useWatch } from '../../store/store';

type Pick = Record<string, 'mine' | 'server'>;

export function Conflicts() {
  const answer = useLatest(useWatch({ ask: 'conflicts' }).answer);
  return (
    <main class="page">
      <header class="page-head">
        <h1 class="title">Conflicts</h1>
        <p class="subtitle">Values that you and somebody else changed. Yours show until you decide.</p>
      </header>
      {!answer && <SkeletonRows rows={4} />}
      {answer && answer.open.length === 0 && (
        <EmptyState icon="check" title="Nothing to decide">
          <p>When you and somebody else change the same value, both will be shown here.</p>
        </EmptyState>
      )}
      <div class="cards">
        {answer?.open.map((conflict) => <OpenConflict key={conflict.id} conflict={conflict} />)}
        {answer && answer.decided.length > 0 && <Decided decided={answer.decided} />}
      </div>
    </main>
  );
}

function OpenConflict({ conflict }: { conflict: Conflict }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  const table = useTable(conflict.record.set);
  const [picked, set_picked] = useState<Pick>({});
  const name = reference_text(conflict.record);
  // Of a record that one side deleted, there is nothing to be put together.
  const by_column = conflict.kind === 'columns' && conflict.columns.length > 1;
  const all_picked = by_column && conflict.columns.every((column) => column.name in picked);

  const resolve = async (keep: 'mine' | 'server' | Pick) => {
    const outcome = await act({ do: 'resolve', conflict: conflict.id, keep });
    if (!outcome) return;
    const undo = () => void act({ do: 'undo_decision', conflict: conflict.id });
    toasts.show(`${name} is decided.`, { todo: { label: 'Undo', run: undo } });
    if (outcome.record !== conflict.record.id) go(`/${conflict.record.set}/${outcome.record}`);
  };

  return (
    <article class="card conflict" aria-label={`Conflict in ${name}`}>
      <header>
        <h2>
          <a href={`/${conflict.record.set}/${conflict.record.id}`}>{name}</a>
        </h2>
        <p class="none">
          {table?.label} · <Story conflict={conflict} />
        </p>
      </header>
      {conflict.columns.length > 0 && (
        <div class="sides">
          {conflict.columns.map((column) => (
            <Sides
              key={column.name}
              column={column}
              table={table}
              is_gone={conflict.kind === 'deleted_there'}
              picked={by_column ? picked[column.name] : undefined}
              onPick={by_column ? (side) => set_picked({ ...picked, [column.name]: side }) : undefined}
            />
          ))}
        </div>
      )}
      <div class="buttons">
        {all_picked ? (
          <button type="button" class="button primary" onClick={() => resolve(picked)}>
            Keep what is picked
          </button>
        ) : (
          <>
            <button type="button" class="button" onClick={() => resolve('mine')}>
              Keep mine
            </button>
            <button type="button" class="button" onClick={() => resolve('server')}>
              Keep server's
            </button>
          </>
        )}
      </div>
      <p class="none">{consequence(conflict)}</p>
    </article>
  );
}

function Story({ conflict }: { conflict: Conflict }) {
  const who = conflict.by || 'Somebody';
  const what = { columns: 'changed the same', deleted_there: 'deleted it while you changed it', deleted_here: 'changed it after you deleted it' }[conflict.kind];
  return (
    <>
      {who} {what}
      {conflict.at !== null && (
        <>
          {' · '}
          <Moment at={conflict.at} />
        </>
      )}
    </>
  );
}

function consequence(conflict: Conflict): string {
  if (conflict.kind === 'deleted_there') return 'Keep mine makes it anew from what is here. Keep server’s lets it go.';
  if (conflict.kind === 'deleted_here') return 'Keep mine deletes it for good. Keep server’s brings it back as it is there.';
  return conflict.columns.length > 1 ? 'Pick value by value, or one side for all.' : 'What is not kept can be taken back for 90 days.';
}

/** A longer text scrolls in its place. */
const kLongText = 600;

interface SidesProps {
  column: ConflictColumn;
  table: Table | undefined;
  /** The server has it no more, so there is one side only. */
  is_gone: boolean;
  picked: 'mine' | 'server' | undefined;
  onPick: ((side: 'mine' | 'server') => void) | undefined;
}

function Sides({ column, table, is_gone, picked, onPick }: SidesProps) {
  const known = table && column_of(table, column.name);
  const text = (value: ConflictColumn['mine']) => {
    if (known?.type === 'image' && typeof value === 'string') return <img class="side-picture" src={picture_address(value)} alt="a picture" />;
    return (known && format_value(known, value, browser_region())) || '(empty)';
  };
  const label = known ? short_label(known) : 'A value';
  const side = (which: 'mine' | 'server', title: string, value: ConflictColumn['mine']) => {
    const scrolls = !onPick && typeof value === 'string' && value.length > kLongText;
    const content = (
      <>
        <span class="side-title">
          {title}
          {picked === which && <Icon name="check" size={16} />}
        </span>
        <span class={`side-value ${scrolls ? 'scrolls' : ''}`} tabIndex={scrolls ? 0 : undefined}>
          {text(value)}
        </span>
      </>
    );
    if (!onPick) return <div class="side">{content}</div>;
    return (
      <button type="button" class="side" aria-pressed={picked === which} onClick={() => onPick(which)}>
        {content}
      </button>
    );
  };
  return (
    <div class="side-row" role="group" aria-label={label}>
      <p class="side-label">
        {label}
        <span class="side-base"> was {text(column.base)}</span>
      </p>
      {side('mine', 'Mine', column.mine)}
      {!is_gone && side('server', 'Server', column.server)}
    </div>
  );
}

const kDecisions = { mine: 'Kept mine', server: "Kept the server's", merged: 'Kept some of both', policy: 'Decided by a rule of your organisation' };

function Decided({ decided }: { decided: ConflictsAnswer['decided'] }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  // The value comes back as an edit; the list goes on telling what was decided.
  const undo = async (conflict: ConflictsAnswer['decided'][number]) => {
    if (await act({ do: 'undo_decision', conflict: conflict.id })) toasts.show(`The decision about ${reference_text(conflict.record)} is taken back.`);
  };
  return (
    <section class="card flush" aria-label="Decided">
      <h2>Decided</h2>
      <ul class="rows">
        {decided.map((conflict) => (
          <li key={conflict.id}>
            <div class="row">
              <div class="row-text">
                <a class="row-link" href={`/${conflict.record.set}/${conflict.record.id}`}>
                  {reference_text(conflict.record)}
                </a>
                <span class="row-detail">
                  <span>{kDecisions[conflict.decision]}</span>
                  <Moment at={conflict.decided_at} />
                </span>
              </div>
              <button type="button" class="small-button above" onClick={() => void undo(conflict)}>
                Undo
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
