// SPDX-License-Identifier: Apache-2.0
//
// Starts the screens on a page, in front of a door.

import { render } from 'preact';
import type { Door, Schema } from '../door/door';
import { ask_ahead } from '../store/ahead';
import { follow_links } from '../store/history';
import { KeptForms } from '../store/kept_forms';
import { SealedShelf } from '../store/sealed_shelf';
import { is_marked_signed_in } from '../store/signed_in_mark';
import { type Shell, StoreContext } from '../store/store';
import { apply, theme } from '../store/theme';
import { Toasts } from '../store/toasts';
import { Watches } from '../store/watches';
import '../styles/app.css';
import { App } from './app';

export { read_ahead } from '../forms/region';

/** `schema`: as this version of the app knows it, or null if it couldn't be had. */
export async function start(root: HTMLElement, door: Door, shell: Shell, schema: Promise<Schema | null>): Promise<void> {
  apply(theme());
  const watches = new Watches(door);
  follow_links((to) => ask_ahead(watches, to));
  const kept_forms = new KeptForms(new SealedShelf());
  // A form must find its kept text when it is first drawn. Where nobody is signed in there is none, and a new profile's first look at its
  // database takes a quarter of a second.
  const [known_schema] = await Promise.all([schema, is_marked_signed_in() ? kept_forms.ready : undefined]);
  const store = { door, watches, toasts: new Toasts(), kept_forms, shell, known_schema };
  render(
    <StoreContext.Provider value={store}>
      <App />
    </StoreContext.Provider>,
    root,
  );
}
