// SPDX-License-Identifier: Apache-2.0
//
// Which messages stay when there are more than fit.

import { describe, expect, it } from 'vitest';
import { Toasts } from './toasts';

const texts = (toasts: Toasts) => toasts.all().map(({ text }) => text);

describe('messages', () => {
  it('make room, and what can be undone stays longer', () => {
    const toasts = new Toasts();
    toasts.show('Deleted.', { todo: { label: 'Undo', run: () => undefined } });
    toasts.show('Saved.');
    toasts.show('Synced.');
    expect(texts(toasts)).toEqual(['Deleted.', 'Synced.']);
  });

  it('that ask for nothing follow each other', () => {
    const toasts = new Toasts();
    toasts.show('Saved.');
    toasts.show('Synced.');
    expect(texts(toasts)).toEqual(['Synced.']);
  });

  it('tell only the last thing that went wrong', () => {
    const toasts = new Toasts();
    toasts.show('No room.', { tone: 'bad' });
    toasts.show('Saved.');
    toasts.show('No server.', { tone: 'bad' });
    expect(texts(toasts)).toEqual(['Saved.', 'No server.']);
  });
});
