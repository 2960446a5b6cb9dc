// SPDX-License-Identifier: Apache-2.0
//
// A link whose record is awaited: its screen is shown then, unless somebody went elsewhere meanwhile.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const kRecord = '/accounts/1';

/** A page with as much of a browser as links need. The room keeps its place in the module, so each test has a module of its own. */
async function page_for_test() {
  const heard: Record<string, (event: unknown) => void> = {};
  const listen = (name: string, listener: (event: unknown) => void) => void (heard[name] = listener);
  const shown: string[] = [];
  const show = (_state: unknown, _title: string, to: string) => void shown.push(to);
  vi.stubGlobal('location', { pathname: '/', search: '', origin: 'http://here' });
  vi.stubGlobal('history', { state: null, pushState: show, replaceState: show });
  vi.stubGlobal('document', { addEventListener: listen });
  vi.stubGlobal('addEventListener', listen);
  const { follow_links, go } = await import('./history');
  const waiting: (() => void)[] = [];
  follow_links((to) => (to === kRecord ? new Promise((done) => waiting.push(done)) : null));
  const tap = (pathname: string) =>
    heard['click']!({ button: 0, preventDefault: () => {}, target: { closest: () => ({ target: '', origin: 'http://here', pathname, search: '', hasAttribute: () => false }) } });
  const end_waiting = async () => {
    for (const done of waiting.splice(0)) done();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { shown, tap, end_waiting, go, press_back: () => heard['popstate']!({ state: null }) };
}

describe('a link', () => {
  beforeEach(() => void vi.resetModules());
  afterEach(() => void vi.unstubAllGlobals());

  it('is followed at once where nothing is awaited', async () => {
    const { shown, tap } = await page_for_test();
    tap('/accounts');
    expect(shown).toEqual(['/accounts']);
  });

  it('to a record is followed when the record is there', async () => {
    const { shown, tap, end_waiting } = await page_for_test();
    tap(kRecord);
    expect(shown).toEqual([]);
    await end_waiting();
    expect(shown).toEqual([kRecord]);
  });

  it('leads nowhere once somebody went elsewhere', async () => {
    for (const leave of ['link', 'go', 'back']) {
      vi.resetModules();
      const { shown, tap, end_waiting, go, press_back } = await page_for_test();
      tap(kRecord);
      if (leave === 'link') tap('/contacts');
      else if (leave === 'go') go('/contacts');
      else press_back();
      await end_waiting();
      expect(shown, leave).toEqual(leave === 'back' ? [] : ['/contacts']);
    }
  });
});
