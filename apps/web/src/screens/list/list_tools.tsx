// SPDX-License-Identifier: Apache-2.0
//
// Above a list: search, view, order, quick filters.

import type { ComponentChildren } from 'preact';
import type { Table, View } from '../../door/door';
import { Icon } from '../../controls/icon';
import { SearchBox } from '../../controls/search_box';
import type { QuickFilter } from '../../forms/filters';
import { column_of, short_label } from '../../forms/format';
import type { ListState } from './list_state';

interface Props {
  table: Table;
  view: View | undefined;
  state: ListState;
  filters: QuickFilter[];
  onChange(change: Partial<ListState>): void;
}

export function ListTools({ table, view, state, filters, onChange }: Props) {
  return (
    <>
      <SearchBox value={state.search} placeholder={`Search ${table.plural.toLocaleLowerCase()}`} onInput={(search) => onChange({ search })} />
      <div class="chips">
        {table.views.length > 1 && (
          <Chip on={false}>
            <select aria-label="View" value={view?.name} onChange={(event) => onChange({ view: event.currentTarget.value, order: null })}>
              {table.views.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.label}
                </option>
              ))}
            </select>
          </Chip>
        )}
        <OrderChip table={table} view={view} state={state} onChange={onChange} />
        {filters.map((filter) => (
          <FilterChip key={filter.key} filter={filter} state={state} onChange={onChange} />
        ))}
      </div>
    </>
  );
}

function Chip({ on, children }: { on: boolean; children: ComponentChildren }) {
  return (
    <span class={`chip chip-select ${on ? 'on' : ''}`}>
      {children}
      <Icon name="down" size={16} />
    </span>
  );
}

function OrderChip({ table, view, state, onChange }: Omit<Props, 'filters'>) {
  const own = view?.order[0];
  const columns = [...new Set([table.primary_name, ...(own ? [own.column] : []), ...(view?.columns ?? []), 'modifiedon', 'createdon'])]
    .map((name) => column_of(table, name))
    .filter((column) => column !== undefined && column.sortable);
  const text_of = (order: ListState['order'] | undefined) => (order ? `${order.column} ${order.descending ? 'desc' : 'asc'}` : '');
  // The view may order by more columns than one: choosing its own order again gives all of them.
  const choose = (text: string) => {
    const [column, direction] = text.split(' ');
    onChange({ order: column && text !== text_of(own) ? { column, descending: direction === 'desc' } : null });
  };
  return (
    <Chip on={state.order !== null}>
      <select aria-label="Order" value={text_of(state.order ?? own)} onChange={(event) => choose(event.currentTarget.value)}>
        {!own && <option value="">As it comes</option>}
        {columns.map((column) => (
          <>
            <option value={`${column!.name} asc`}>{short_label(column!)} ↑</option>
            <option value={`${column!.name} desc`}>{short_label(column!)} ↓</option>
          </>
        ))}
      </select>
    </Chip>
  );
}

function FilterChip({ filter, state, onChange }: { filter: QuickFilter; state: ListState; onChange: Props['onChange'] }) {
  const at = state.chosen[filter.key] ?? -1;
  const choose = (index: number) => {
    const { [filter.key]: _, ...others } = state.chosen;
    onChange({ chosen: index < 0 ? others : { ...others, [filter.key]: index } });
  };
  if (filter.choices.length === 1) {
    return (
      <button type="button" class={`chip ${at === 0 ? 'on' : ''}`} aria-pressed={at === 0} onClick={() => choose(at === 0 ? -1 : 0)}>
        {at === 0 && <Icon name="check" size={16} />}
        {filter.label}
      </button>
    );
  }
  return (
    <Chip on={at >= 0}>
      <select aria-label={filter.label} value={String(at)} onChange={(event) => choose(Number(event.currentTarget.value))}>
        <option value="-1">{filter.label}</option>
        {filter.choices.map((choice, index) => (
          <option key={index} value={String(index)}>
            {choice.label}
          </option>
        ))}
      </select>
    </Chip>
  );
}
