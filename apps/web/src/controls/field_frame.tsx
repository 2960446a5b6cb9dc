// SPDX-License-Identifier: Apache-2.0
//
// What all fields share: the label, the room for the control, and below it what is wrong or why it can't be changed.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Column, SetName, Value, Values } from '../door/door';
import type { Draft, Edit } from '../forms/draft';

export interface FieldProps {
  set: SetName;
  column: Column;
  draft: Draft;
  shown: Values;
  onEdit(edit: Edit): void;
  /** What is wrong with the text. */
  problem?: string;
  /** Why the field can't be changed. */
  reason?: string;
  /** The reason is plain to see already: it is told to screen readers alone. */
  is_plain?: boolean;
  currency?: string;
  /** Where fields stand in pairs, this one has a line to itself. */
  is_alone?: boolean;
}

export interface ControlIds {
  control: string;
  label: string;
  /** For aria-describedby; undefined when there is nothing to say. */
  note: string | undefined;
}

interface FrameProps {
  props: FieldProps;
  /** A narrow control may share its line with another. */
  wide?: boolean;
  /** Behind the control: a link to call, to open, to clear. */
  aside?: ComponentChildren;
  children(ids: ControlIds): ComponentChildren;
}

export function FieldFrame({ props, wide, aside, children }: FrameProps) {
  const { column, problem, reason, is_plain, is_alone } = props;
  const id = useId();
  const note = problem ?? reason;
  const ids: ControlIds = { control: `${id}-control`, label: `${id}-label`, note: note ? `${id}-note` : undefined };
  return (
    <div class={`field ${wide || is_alone ? 'wide' : ''} ${problem ? 'wrong' : ''} ${reason ? 'fixed' : ''}`} data-column={column.name}>
      <label id={ids.label} for={ids.control}>
        <Label text={column.label} />
      </label>
      <div class="field-line">
        {children(ids)}
        {aside}
      </div>
      {note && (
        <p id={ids.note} class={`field-note ${!problem && is_plain ? 'unseen' : ''}`}>
          {note}
        </p>
      )}
      {column.required !== 'none' && !reason && (
        <span class={`must ${column.required}`} aria-hidden="true">
          {column.required === 'required' ? '*' : '+'}
        </span>
      )}
    </div>
  );
}

/** In a section "Address", "Address 1: City" is read as "City"; it is called by its whole name. */
function Label({ text }: { text: string }) {
  const [, of, own] = /^(Address \d: )(.+)$/.exec(text) ?? [];
  if (!own) return <>{text}</>;
  return (
    <>
      <span class="unseen">{of}</span>
      {own}
    </>
  );
}

/** Attributes that every control of a field carries. */
export function control_props(props: FieldProps, ids: ControlIds) {
  return {
    id: ids.control,
    name: props.column.name,
    'aria-describedby': ids.note,
    'aria-invalid': props.problem ? true : undefined,
    'aria-required': props.column.required === 'required' ? true : undefined,
  } as const;
}

export function is_text(value: Value): value is string {
  return typeof value === 'string' && value !== '';
}
