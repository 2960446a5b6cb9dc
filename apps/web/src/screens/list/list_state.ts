// SPDX-License-Identifier: Apache-2.0
//
// How each list stands: view, search, order, filters. Remembered while the app runs, so that coming back finds it as it was left.

import { useState } from 'preact/hooks';
import type { SetName, Table, View } from '../../door/door';
import type { Chosen } from '../../forms/filters';

export interface ListState {
  view: string;
  search: string;
  order: { column: string; descending: boolean } | null;
  chosen: Chosen;
}

const states = new Map<SetName, ListState>();

export function useListState(table: Table): [ListState, (change: Partial<ListState>) => void] {
  const [, redraw] = useState(0);
  const state = states.get(table.set) ?? { view: default_view(table)?.name ?? '', search: '', order: null, chosen: {} };
  const change = (changed: Partial<ListState>) => {
    states.set(table.set, { ...(states.get(table.set) ?? state), ...changed });
    redraw((n) => n + 1);
  };
  return [state, change];
}

export function default_view(table: Table): View | undefined {
  return table.views.find((view) => view.is_default) ?? table.views[0];
}

export function view_of(table: Table, state: ListState): View | undefined {
  return table.views.find((view) => view.name === state.view) ?? default_view(table);
}
