// SPDX-License-Identifier: Apache-2.0
//
// One record in a list: a link named by its primary name over the whole row, what else is worth knowing, its state, its next steps.

import type { Row, Table } from '../door/door';
import { column_of, format_value, initials, name_of, row_details } from '../forms/format';
import { browser_region } from '../forms/region';
import { due_text } from '../forms/time';
import { steps_of } from '../forms/steps';
import { Icon, table_icon } from './icon';
import { StateMark } from './state_mark';
import { StepMenu } from './steps';
import { Swipe } from './swipe';

interface RowProps {
  table: Table;
  row: Row;
  /** The view's columns, in order. */
  columns: string[];
  selected?: boolean;
  now: number;
}

/** Two lines: for phones and beside a record. */
export function CompactRow({ table, row, columns, selected, now }: RowProps) {
  const steps = steps_of(table, row);
  const due = due_of(table, row, now);
  const details = row_details(table, row, columns.filter((name) => !(due && name === 'scheduledend')), browser_region(), 3);
  return (
    <Swipe row={row} steps={steps}>
      <div class={`row ${selected ? 'selected' : ''}`}>
        <Avatar table={table} name={row.name} />
        <div class="row-text">
          <RowLink row={row} selected={selected} />
          <span class="row-detail">
            {due && <span class={due.late ? 'late' : ''}>{due.late ? `Overdue · ${due.text}` : due.text}</span>}
            {details.map((detail, index) => (
              <span key={index}>{detail}</span>
            ))}
          </span>
        </div>
        {row.state !== 'on_this_device' && <StateMark state={row.state} />}
        <StepMenu steps={steps} row={row} />
      </div>
    </Swipe>
  );
}

/** One line with a cell a column: for a list that has the tablet to itself. */
export function WideRow({ table, row, columns, selected }: RowProps) {
  const steps = steps_of(table, row);
  return (
    <div class={`row wide-row ${selected ? 'selected' : ''}`}>
      <span class="cell">
        <RowLink row={row} selected={selected} />
      </span>
      {columns.map((name) => {
        const column = column_of(table, name);
        const text = column ? format_value(column, row.values[name], browser_region(), row.currency) : '';
        return (
          <span key={name} class={`cell ${column && is_figure(column.type) ? 'figure' : ''}`} title={text}>
            {text}
          </span>
        );
      })}
      <span class="cell-state">{row.state !== 'on_this_device' && <StateMark state={row.state} />}</span>
      <StepMenu steps={steps} row={row} />
    </div>
  );
}

export function is_figure(type: string): boolean {
  return ['integer', 'bigint', 'decimal', 'money'].includes(type);
}

function RowLink({ row, selected }: { row: Row; selected?: boolean }) {
  return (
    <a class="row-link" href={`/${row.set}/${row.id}`} aria-current={selected ? 'page' : undefined}>
      {name_of(row)}
    </a>
  );
}

function Avatar({ table, name }: { table: Table; name: string }) {
  const is_person = ['contact', 'lead', 'systemuser'].includes(table.name);
  return (
    <span class={`avatar ${is_person ? 'person' : ''}`} aria-hidden="true">
      {is_person ? initials(name) : <Icon name={table_icon(table.name)} size={20} />}
    </span>
  );
}

function due_of(table: Table, row: Row, now: number): { text: string; late: boolean } | null {
  const end = row.values['scheduledend'];
  if (!table.is_activity || typeof end !== 'string') return null;
  const at = Date.parse(end);
  if (Number.isNaN(at)) return null;
  const is_open = table.state === undefined || (row.values[table.state] ?? 0) === 0;
  return { text: due_text(at, now, browser_region()), late: is_open && at < now };
}
