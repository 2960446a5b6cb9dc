// SPDX-License-Identifier: Apache-2.0
//
// Who, what, and what is next, at a glance.

import type { ComponentChildren } from 'preact';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RecordAnswer, Reference, Row, Table } from '../../door/door';
import { AlertDialog } from '../../controls/dialog';
import { Icon } from '../../controls/icon';
import { Moment } from '../../controls/moment';
import { StepButtons } from '../../controls/steps';
import { Avatar, PictureField } from '../../controls/picture';
import type { Form } from '../../controls/use_form';
import { shown_value } from '../../forms/draft';
import { column_of, format_value, is_empty, name_of, short_label } from '../../forms/format';
import { browser_region } from '../../forms/region';
import { due_of, is_open, phone_link, steps_of } from '../../forms/steps';
import { go, go_back } from '../../store/history';
import { useActOrTell, useSchema, useStore, useWatch } from '../../store/store';

const kHeadColumnsMax = 4;

interface Props {
  table: Table;
  row: Row;
  answer: RecordAnswer;
  is_new: boolean;
  form: Form;
  is_dirty: boolean;
  /** Of a draft. */
  onDiscard(): void;
}

export function RecordHead({ table, row, answer, is_new, form, is_dirty, onDiscard }: Props) {
  const title = is_new ? `New ${table.label.toLocaleLowerCase()}` : name_of(row);
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <>
      <RecordBar table={table} title={title} heading={heading}>
        {!is_new && answer.keep && <KeepButton row={row} keep={answer.keep} />}
        {answer.draft && !is_dirty && (
          <button type="button" class="button quiet bad-text" disabled={answer.draft.saving} onClick={onDiscard}>
            Discard
          </button>
        )}
        {!is_new && !answer.draft && <DeleteButton table={table} row={row} answer={answer} />}
      </RecordBar>
      <header class="record-head">
        <div class="record-who">
          <HeadPicture table={table} row={row} answer={answer} form={form} />
          <div>
            <h1 ref={heading} class="title">
              {title}
            </h1>
            {!is_new && <Next table={table} row={row} />}
          </div>
        </div>
        {!is_new && <HeadFacts table={table} row={row} />}
        {!is_new && <StepButtons steps={steps_of(table, row)} row={row} />}
      </header>
    </>
  );
}

function HeadPicture({ table, row, answer, form }: Pick<Props, 'table' | 'row' | 'answer' | 'form'>) {
  const column = table.image ? column_of(table, table.image) : undefined;
  if (!column) return <Avatar table={table} name={row.name} big />;
  return (
    <PictureField
      table={table}
      column={column}
      name={row.name}
      base64={shown_value(form.draft, row.values, column) as string | null}
      fixed={!answer.can_write.may}
      problem={form.problems[column.name]}
      onChange={(value) => form.edit(column.name, { value })}
    />
  );
}

interface BarProps {
  table: Table;
  title?: string;
  /** The title on the page: while it is out of sight, the bar has it. */
  heading?: RefObject<HTMLElement | null>;
  children?: ComponentChildren;
}

/** Stays in sight, with the way back, however far the form is scrolled. */
export function RecordBar({ table, title, heading, children }: BarProps) {
  const scrolled = useIsScrolledOut(heading);
  return (
    <div class="record-bar">
      <button type="button" class="icon-button back" aria-label="Back" onClick={() => go_back(`/${table.set}`)}>
        <Icon name="back" />
      </button>
      {scrolled ? (
        <span class="record-kind scrolled" aria-hidden="true">
          {title}
        </span>
      ) : (
        <span class="record-kind">{table.label}</span>
      )}
      {children}
    </div>
  );
}

/** The bar's height, as in the style sheet. */
const kBarRem = 3;
/** How much of the title tells whose page it is. */
const kSeenEnough = 0.5;

function useIsScrolledOut(ref: RefObject<HTMLElement | null> | undefined): boolean {
  const [out, set_out] = useState(false);
  useEffect(() => {
    const element = ref?.current;
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => set_out(entry!.intersectionRatio < kSeenEnough), {
      root: element.closest('.scroller'),
      rootMargin: `-${kBarRem * parseFloat(getComputedStyle(document.documentElement).fontSize)}px 0px 0px`,
      threshold: kSeenEnough,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return out;
}

function HeadFacts({ table, row }: { table: Table; row: Row }) {
  const schema = useSchema();
  const facts = table.form.header
    .map((name) => column_of(table, name))
    .filter((column) => column !== undefined && !is_empty(row.values[column.name]))
    .slice(0, kHeadColumnsMax);
  if (facts.length === 0) return null;
  return (
    <dl class="facts">
      {facts.map((column) => {
        const value = row.values[column!.name];
        const target = column!.type === 'lookup' ? (value as Reference) : null;
        const linked = target?.name && schema.tables.find((one) => one.set === target.set)?.in_menu;
        const text = format_value(column!, value, browser_region(), row.currency);
        const href = linked ? `/${target.set}/${target.id}` : column!.format === 'phone' ? phone_link(text) : column!.format === 'email' ? `mailto:${text}` : undefined;
        return (
          <div key={column!.name}>
            <dt>{short_label(column!)}</dt>
            <dd>{href ? <a href={href}>{text}</a> : <span class={target && !target.name ? 'not-here' : ''}>{text}</span>}</dd>
          </div>
        );
      })}
    </dl>
  );
}

/** The next open activity about the record; of an activity itself, when it is due. */
function Next({ table, row }: { table: Table; row: Row }) {
  const answer = useWatch(table.form.timeline ? { ask: 'timeline', set: table.set, id: row.id, to: 20 } : null).answer;
  if (table.is_activity) {
    const due = due_of(table, row, Date.now());
    if (!due) return null;
    const is_meeting = table.name === 'appointment';
    const words = due.late ? 'Overdue since ' : is_open(table, row) ? (is_meeting ? '' : 'Due ') : is_meeting ? 'Was ' : 'Was due ';
    return (
      <p class="next">
        {words}
        <Moment at={due.at} as="due" />
      </p>
    );
  }
  const open = (answer?.entries ?? []).filter((entry) => (entry.state === 0 || entry.state === 3) && entry.at !== null);
  const next = open.sort((a, b) => Date.parse(a.at!) - Date.parse(b.at!))[0];
  if (!next) return null;
  return (
    <p class="next">
      Next: {name_of(next.row)}, <Moment at={Date.parse(next.at!)} as="due" />
    </p>
  );
}

/** Q6: pinned, a record stays whatever else is used on this device. */
function KeepButton({ row, keep }: { row: Row; keep: NonNullable<RecordAnswer['keep']> }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  const toggle = async () => {
    if (!(await act({ do: 'pin', set: row.set, id: row.id, on: !keep.on }))) return;
    toasts.show(keep.on ? `${name_of(row)} is no longer kept for your sake.` : (keep.anyway ?? `${name_of(row)} is kept on this device.`));
  };
  return (
    <button type="button" class="icon-button keep" aria-label="Keep on this device" aria-pressed={keep.on} title={keep.anyway ?? 'Keep on this device'} onClick={() => void toggle()}>
      <Icon name="keep" />
    </button>
  );
}

function DeleteButton({ table, row, answer }: Pick<Props, 'table' | 'row' | 'answer'>) {
  const act = useActOrTell();
  const { toasts, kept_forms } = useStore();
  const [asking, set_asking] = useState(false);
  const { may, reason } = answer.can_remove;
  const remove = async () => {
    set_asking(false);
    const outcome = await act({ do: 'remove', set: table.set, id: row.id });
    if (!outcome) return;
    kept_forms.drop(table.set, row.id);
    const undo = async () => {
      if (await act({ do: 'take_back', change: outcome.undo })) go(`/${table.set}/${row.id}`);
    };
    toasts.show(`${name_of(row)} is deleted.`, { todo: { label: 'Undo', run: () => void undo() } });
    go(`/${table.set}`, 'replace');
  };
  return (
    <>
      <button type="button" class="icon-button" aria-label="Delete" title={may ? 'Delete' : reason} disabled={!may} onClick={() => set_asking(true)}>
        <Icon name="trash" />
      </button>
      {asking && (
        <AlertDialog title="Delete" confirm="Delete" onConfirm={remove} onCancel={() => set_asking(false)}>
          <p>
            {name_of(row)} will be deleted here, and on the server with the next sync.
          </p>
        </AlertDialog>
      )}
    </>
  );
}
