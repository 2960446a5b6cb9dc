// SPDX-License-Identifier: Apache-2.0
//
// The list of a table. Alone it may be as wide as the tablet, with a cell a column; beside a record, and on phones, rows have two lines.

import type { ComponentChild } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RecordId, Row, Table, View } from '../../door/door';
import { AsOf } from '../../controls/moment';
import { EmptyState, Notice, SkeletonRows } from '../../controls/placeholders';
import { Icon, table_icon } from '../../controls/icon';
import { ServerSearch } from '../../controls/server_search';
import { CompactRow, WideRow, column_tracks, is_figure } from '../../controls/row';
import { useScrollMemory, useVisibleRange, VirtualRows } from '../../controls/virtual_list';
import { new_address } from '../../forms/context';
import { type QuickFilter, filter_text, quick_filters } from '../../forms/filters';
import { column_of, short_label } from '../../forms/format';
import { browser_region, number_format } from '../../forms/region';
import { step_columns } from '../../forms/steps';
import { day_bounds } from '../../forms/time';
import { go } from '../../store/history';
import { type Windows, useListWindows } from '../../store/list_windows';
import { useAct, useNow, useStatus } from '../../store/store';
import { type ListState, useListState, view_of } from './list_state';
import { ListTools } from './list_tools';

/** Less than this is scrolling by. */
const kLookMilliseconds = 500;
/** The server is asked for a cached table's rows in such steps. */
const kReachRows = 25;
const kCompactRem = 4.75;
const kWideRem = 3.25;
const kWideColumnsMax = 6;

export function ListPane({ table, wide, selected, hidden }: { table: Table; wide: boolean; selected?: string; hidden?: boolean }) {
  const [state, change] = useListState(table);
  const now = useNow();
  const view = view_of(table, state);
  const day = day_bounds(now, browser_region());
  const filters = useMemo(() => quick_filters(table, view, day.from), [table, view, day.from]);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = view?.columns ?? [table.primary_name];
  const is_mine = /\bmy\b/i.test(view?.label ?? '');
  const telling = columns.filter((name) => name !== table.primary_name && !(is_mine && name === 'ownerid'));
  const shown = wide ? telling.slice(0, kWideColumnsMax) : telling;

  const windows_total = useRef(0);
  const { range, row_pixels } = useVisibleRange(scroller, wide ? kWideRem : kCompactRem, windows_total.current);
  // What the server is asked for counts as used: as far as was scrolled, and nothing for a list that isn't in sight (C1).
  const is_cached = useRef<boolean | undefined>(undefined);
  const reach = hidden && is_cached.current !== false ? 0 : is_cached.current && range.last >= kReachRows / 2 ? Math.ceil((range.last + kReachRows) / kReachRows) * kReachRows : undefined;
  const windows = useListWindows({ ...question(table, view, state, filters), reach }, range.first, range.last);
  if (windows.total !== null) is_cached.current = windows.uses;
  windows_total.current = windows.total ?? 0;
  useSeen(table.set, windows, range);
  useScrollMemory(scroller, list_key(table, state), windows.total !== null && !hidden);

  const Heading = selected ? 'h2' : 'h1';
  const render = (index: number) => {
    const row = windows.row(index);
    return row ? { key: row.id, content: <RowOf table={table} row={row} columns={shown} wide={wide} selected={row.id === selected} now={now} /> } : null;
  };
  // Out of sight it stays as it is: the record in front of it is what somebody waits for.
  const rows = useRef<ComponentChild>(null);
  if (!hidden) {
    const total = windows.total ?? 0;
    rows.current = total > 0 && <VirtualRows total={total} row_pixels={row_pixels} range={range} label={table.plural} row={render} />;
  }
  return (
    <section class="pane list-pane" aria-label={`List of ${table.plural.toLocaleLowerCase()}`} hidden={hidden}>
      <header class="pane-head">
        <div class="head-line">
          <Heading class="title">{table.plural}</Heading>
          {table.can.create && (
            <button type="button" class="button primary new" disabled={windows.can_create?.may === false} title={windows.can_create?.reason} onClick={() => go(new_address(table.set, crypto.randomUUID()))}>
              <Icon name="add" size={20} />
              <span>New</span>
            </button>
          )}
        </div>
        <ListTools table={table} view={view} state={state} filters={filters} onChange={change} />
        <ListFoot table={table} windows={windows} search={state.search} />
      </header>
      {wide && <ColumnHeads table={table} columns={shown} state={state} view={view} onChange={change} />}
      <div class="scroller" ref={scroller} tabIndex={-1}>
        {windows.refusal && <Notice tone="bad" icon="error">{windows.refusal.message}</Notice>}
        {(windows.total === null || (windows.total === 0 && windows.reading)) && !windows.refusal && <SkeletonRows rows={wide ? 14 : 10} wide={wide} />}
        {windows.total === 0 && !windows.reading && <NothingHere table={table} view={view} state={state} loading={windows.loading} only_used={windows.only_used} onChange={change} />}
        {rows.current}
      </div>
    </section>
  );
}

/** Tells which rows were looked at: they stay on the device longest (C1). Fast scrolling looks at nothing. */
function useSeen(set: string, windows: Windows, { first, last }: { first: number; last: number }) {
  const act = useAct();
  const ids: RecordId[] = [];
  if (windows.uses) for (let index = first; index <= last; index++) ids.push(...[windows.row(index)?.id].filter((id) => id !== undefined));
  const key = ids.join(' ');
  useEffect(() => {
    if (key === '') return;
    const timer = setTimeout(() => void act({ do: 'seen', set, ids: key.split(' ') as RecordId[] }), kLookMilliseconds);
    return () => clearTimeout(timer);
  }, [key, set]);
}

function question(table: Table, view: View | undefined, state: ListState, filters: QuickFilter[]) {
  const columns = view ? [...new Set([...view.columns, ...step_columns(table)])] : undefined;
  return {
    ask: 'list' as const,
    set: table.set,
    view: view?.name ?? '',
    filter: filter_text(filters, state.chosen),
    search: state.search.trim() || undefined,
    order: state.order ? [state.order] : undefined,
    columns,
  };
}

function list_key(table: Table, state: ListState): string {
  return `${table.set} ${JSON.stringify(state)}`;
}

interface RowOfProps {
  table: Table;
  row: Row;
  columns: string[];
  wide: boolean;
  selected: boolean;
  now: number;
}

function RowOf({ wide, ...props }: RowOfProps) {
  return wide ? <WideRow {...props} /> : <CompactRow {...props} />;
}

function ListFoot({ table, windows, search }: { table: Table; windows: Windows; search: string }) {
  const count = windows.total === null ? '' : number_format(browser_region()).format(windows.total);
  return (
    <div class="list-foot">
      <p class="list-figures">
        {windows.total !== null && <span>{`${count}${windows.counted ? '' : '+'} ${windows.total === 1 ? 'record' : 'records'}`}</span>}
        {windows.loading ? <span class="loading-mark">Still loading</span> : windows.reading && windows.total === 0 ? <span class="loading-mark">Asking the server</span> : <AsOf at={windows.as_of} />}
      </p>
      <ServerSearch text={search} set={table.set} />
    </div>
  );
}

interface HeadsProps {
  table: Table;
  columns: string[];
  state: ListState;
  view: View | undefined;
  onChange(change: Partial<ListState>): void;
}

/** Tapping a head sorts; tapping it again turns the order round. */
function ColumnHeads({ table, columns, state, view, onChange }: HeadsProps) {
  const order = state.order ?? view?.order[0] ?? null;
  return (
    <div class="wide-row column-heads" style={column_tracks(table, columns)}>
      {[table.primary_name, ...columns].map((name) => {
        const column = column_of(table, name);
        if (!column) return <span key={name} class="cell" />;
        const mine = order?.column === name ? order : null;
        const word = mine ? (mine.descending ? ', sorted descending' : ', sorted ascending') : '';
        return (
          <span key={name} class={`cell ${is_figure(column.type) ? 'figure' : ''}`}>
            {column.sortable ? (
              <button type="button" aria-label={`Sort by ${short_label(column)}${word}`} onClick={() => onChange({ order: { column: name, descending: mine ? !mine.descending : false } })}>
                {short_label(column)}
                {mine && <span aria-hidden="true">{mine.descending ? '\u00a0↓' : '\u00a0↑'}</span>}
              </button>
            ) : (
              short_label(column)
            )}
          </span>
        );
      })}
    </div>
  );
}

function NothingHere({ table, view, state, loading, only_used, onChange }: Omit<HeadsProps, 'columns'> & { loading: boolean; only_used: boolean }) {
  const everything = table.views.find((one) => one.label === `All ${table.plural}`);
  const plural = table.plural.toLocaleLowerCase();
  const offline = useStatus()?.connection === 'offline';
  if (loading) return <EmptyState icon={table_icon(table.name)} title="Still loading">The first {plural} will show here in a moment.</EmptyState>;
  if (state.search.trim() !== '' || Object.keys(state.chosen).length > 0) {
    return (
      <EmptyState icon="search" title="Nothing found on this device">
        <p>
          No {plural} fit the search and filters in {view?.label ?? 'this view'}.{offline && ' Reconnect to search the server.'}
        </p>
        <div class="buttons">
          <button type="button" class="button" onClick={() => onChange({ search: '', chosen: {} })}>
            Clear
          </button>
          {everything && everything !== view && (
            <button type="button" class="button primary" onClick={() => onChange({ view: everything.name, order: null })}>
              Look in {everything.label}
            </button>
          )}
        </div>
      </EmptyState>
    );
  }
  if (only_used) {
    return (
      <EmptyState icon="offline" title={`No ${plural} on this device`}>
        <p>You are offline, and only {plural} that you used recently can be read. Reconnect to see the others; new ones can be kept as drafts.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={table_icon(table.name)} title={`No ${plural} in this view`}>
      {table.can.create ? <p>Choose another view above, or add the first one with New.</p> : <p>Choose another view above.</p>}
    </EmptyState>
  );
}
