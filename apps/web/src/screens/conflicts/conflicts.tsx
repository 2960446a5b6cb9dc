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
        {by_record(answer?.open ?? []).map((conflicts) => (
          <OpenConflict key={`${conflicts[0]!.record.id} ${conflicts[0]!.kind}`} conflicts={conflicts} />
        ))}
        {answer && answer.decided.length > 0 && <Decided decided={answer.decided} />}
      </div>
    </main>
  );
}

/** Columns of one record may have come into conflict one by one: the record is decided on one card. */
function by_record<Of extends Conflict>(conflicts: Of[], key = (conflict: Of): string => conflict.kind): Of[][] {
  const groups = new Map<string, Of[]>();
  for (const conflict of conflicts) {
    const of = `${conflict.record.id} ${key(conflict)}`;
    groups.set(of, [...(groups.get(of) ?? []), conflict]);
  }
  return [...groups.values()];
}

function OpenConflict({ conflicts }: { conflicts: Conflict[] }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  const { record, kind } = conflicts[0]!;
  const table = useTable(record.set);
  const undo = useUndo();
  const [picked, set_picked] = useState<Pick>({});
  const name = reference_text(record);
  const columns = conflicts.flatMap((one) => one.columns);
  // Of a record that one side deleted, there is nothing to be put together.
  const by_column = kind === 'columns' && columns.length > 1;
  const all_picked = by_column && columns.every((column) => column.name in picked);

  const resolve = async (keep: 'mine' | 'server' | Pick) => {
    const decided: Conflict[] = [];
    let id = record.id;
    for (const one of conflicts) {
      const outcome = await act({ do: 'resolve', conflict: one.id, keep: typeof keep === 'string' ? keep : pick_of(one, keep) });
      if (!outcome) break;
      decided.push(one);
      id = outcome.record;
    }
    if (decided.length === 0) return;
    toasts.show(decided.length === conflicts.length ? `${name} is decided.` : `A part of ${name} is decided.`, { todo: { label: 'Undo', run: () => void undo(decided) } });
    if (id !== record.id) go(`/${record.set}/${id}`);
  };

  return (
    <article class="card conflict" aria-label={`Conflict in ${name}`}>
      <header>
        <h2>
          <a href={`/${record.set}/${record.id}`}>{name}</a>
        </h2>
        <p class="none">
          {table?.label}
          {each_story(conflicts).map((one) => (
            <span key={one.id}>
              {' · '}
              <Story conflict={one} />
            </span>
          ))}
        </p>
      </header>
      {columns.length > 0 && (
        <div class="sides">
          {columns.map((column) => (
            <Sides
              key={column.name}
              column={column}
              table={table}
              is_gone={kind === 'deleted_there'}
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
      <p class="none">{consequence(kind, columns.length)}</p>
    </article>
  );
}

function pick_of(conflict: Conflict, picked: Pick): Pick {
  return Object.fromEntries(conflict.columns.map(({ name }) => [name, picked[name]!]));
}

/** Who, and when: once each. */
function each_story(conflicts: Conflict[]): Conflict[] {
  return conflicts.filter((one, index) => conflicts.findIndex(({ by, at }) => by === one.by && at === one.at) === index);
}

/** The values come back as an edit; the list goes on telling what was decided. */
function useUndo(): (decided: Conflict[]) => Promise<boolean> {
  const act = useActOrTell();
  return async (decided) => {
    for (const { id } of decided) if (!(await act({ do: 'undo_decision', conflict: id }))) return false;
    return true;
  };
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

function consequence(kind: Conflict['kind'], columns: number): string {
  if (kind === 'deleted_there') return 'Keep mine makes it anew from what is here. Keep server’s lets it go.';
  if (kind === 'deleted_here') return 'Keep mine deletes it for good. Keep server’s brings it back as it is there.';
  return columns > 1 ? 'Pick value by value, or one side for all.' : 'What is not kept can be taken back for 90 days.';
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

/** Decided with one tap, conflicts of a record are a line. */
const kTapMilliseconds = 10_000;

function Decided({ decided }: { decided: ConflictsAnswer['decided'] }) {
  const undo = useUndo();
  const { toasts } = useStore();
  const groups = by_record(decided, ({ decision, decided_at }) => `${decision} ${Math.floor(decided_at / kTapMilliseconds)}`);
  return (
    <section class="card flush" aria-label="Decided">
      <h2>Decided</h2>
      <ul class="rows">
        {groups.map((group) => {
          const { id, record, decision, decided_at } = group[0]!;
          const take_back = async () => {
            if (await undo(group)) toasts.show(`The decision about ${reference_text(record)} is taken back.`);
          };
          return (
            <li key={id}>
              <div class="row">
                <div class="row-text">
                  <a class="row-link" href={`/${record.set}/${record.id}`}>
                    {reference_text(record)}
                  </a>
                  <span class="row-detail">
                    <span>{kDecisions[decision]}</span>
                    <Moment at={decided_at} />
                  </span>
                </div>
                <button type="button" class="small-button above" onClick={() => void take_back()}>
                  Undo
                </button>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
