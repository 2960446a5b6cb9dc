// SPDX-License-Identifier: Apache-2.0
//
// One record in a list: a link named by its primary name over the whole row, what else is worth knowing, its state, its next steps.

import type { Row, Table } from '../door/door';
import { column_of, format_value, is_empty, is_nameless, name_of, row_details } from '../forms/format';
import { browser_region } from '../forms/region';
import { due_text } from '../forms/time';
import { due_of, kDueColumns, steps_of } from '../forms/steps';
import { RowPicture } from './picture';
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
  /** What stands above says that they are overdue. */
  told_late?: boolean;
}

/** Two lines: for phones and beside a record. */
export function CompactRow({ table, row, columns, selected, now, told_late }: RowProps) {
  const steps = steps_of(table, row);
  const region = browser_region();
  const due = due_of(table, row, now);
  const money = columns.map((name) => column_of(table, name)).find((column) => column?.type === 'money' && !is_empty(row.values[column.name]));
  const others = columns.filter((name) => name !== money?.name && !(due && kDueColumns.includes(name)));
  return (
    <Swipe row={row} steps={steps}>
      <div class={`row ${selected ? 'selected' : ''}`}>
        <RowPicture table={table} row={row} />
        <div class="row-text">
          <RowLink row={row} selected={selected} />
          <span class="row-line">
            <span class="row-detail">
              {due && (
                <span class={due.late ? 'late' : ''}>
                  {due.late && !told_late && 'Overdue · '}
                  {due_text(due.at, now, region)}
                </span>
              )}
              {row_details(table, row, others, region, 3).map((detail, index) => (
                <span key={index}>{detail}</span>
              ))}
            </span>
            {money && <span class="row-figure">{format_value(money, row.values[money.name], region, row.currency)}</span>}
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
    <div class={`row wide-row ${selected ? 'selected' : ''}`} style={column_tracks(table, columns)}>
      <span class="cell first-cell">
        {table.image && <RowPicture table={table} row={row} />}
        <RowLink row={row} selected={selected} />
        {row.state !== 'on_this_device' && <StateMark state={row.state} />}
      </span>
      {columns.map((name) => {
        const column = column_of(table, name);
        const text = column ? format_value(column, row.values[name], browser_region(), row.currency) : '';
        return (
          <span key={name} class={`cell ${column && is_figure(column.type) ? 'figure' : ''} ${is_nameless(row.values[name]) ? 'not-here' : ''}`} title={text}>
            {column?.format === 'email' ? breakable(text) : text}
          </span>
        );
      })}
      <StepMenu steps={steps} row={row} />
    </div>
  );
}

/** Columns that fit beside the name on a tablet held upright, and on its side; the style sheet shows all on a large one. */
const kSlimColumns = 3;
const kNarrowColumns = 4;

/** How the columns of wide rows, and of the heads above them, share the width: names need more of it than words and figures. */
export function column_tracks(table: Table, columns: string[]) {
  const widths = columns.map((name) => {
    const column = column_of(table, name);
    const parts = column?.format === 'email' ? 8 : column?.type === 'lookup' || column?.format === 'phone' ? 4 : column?.type === 'integer' ? 2 : 3;
    return `minmax(0, ${parts}fr)`;
  });
  const first = (count: number) => widths.slice(0, count).join(' ');
  return { '--slim': first(kSlimColumns), '--narrow': first(kNarrowColumns), '--broad': widths.join(' ') };
}

const kWordJoiner = '\u2060';
/** Letters of a domain that fit one line of a narrow tablet. */
const kDomainLetters = 30;
/** A mail address is broken behind its "@", if it must be, and not at a hyphen unless that's the only way to see all of it. */
function breakable(address: string) {
  if (address.length - address.indexOf('@') > kDomainLetters) return address;
  const [who, ...where] = address.replaceAll('-', `-${kWordJoiner}`).split('@');
  if (where.length === 0) return address;
  return (
    <>
      {who}@<wbr />
      {where.join('@')}
    </>
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

