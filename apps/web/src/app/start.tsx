// SPDX-License-Identifier: Apache-2.0
//
// Starts the screens on a page, in front of a door.

import { render } from 'preact';
import type { Door, Question } from '../door/door';
import { follow_links } from '../store/history';
import { KeptForms } from '../store/kept_forms';
import { SealedShelf } from '../store/sealed_shelf';
import { type Shell, StoreContext } from '../store/store';
import { apply, theme } from '../store/theme';
import { Toasts } from '../store/toasts';
import { Watches } from '../store/watches';
import '../styles/app.css';
import { App } from './app';

export async function start(root: HTMLElement, door: Door, shell: Shell): Promise<void> {
  apply(theme());
  follow_links();
  const watches = new Watches(door);
  // The first two that the app asks, so that they lie ready when the engine is and neither waits for the other's answer to be drawn.
  for (const question of [{ ask: 'session' }, { ask: 'schema' }] satisfies Question[]) watches.subscribe(JSON.stringify(question), () => {});
  const store = { door, watches, toasts: new Toasts(), kept_forms: new KeptForms(new SealedShelf()), shell };
  // A form must find its kept text when it is first drawn.
  await store.kept_forms.ready;
  render(
    <StoreContext.Provider value={store}>
      <App />
    </StoreContext.Provider>,
    root,
  );
}
