// SPDX-License-Identifier: Apache-2.0
//
// Where the user is: the address, and going elsewhere without loading the page anew. Links are plain <a href>; `follow_links`
// catches the clicks on them, so the keyboard, "open in a new tab" and "copy link" work as everywhere.

import { useEffect, useState } from 'preact/hooks';

export interface Address {
  /** "/accounts/…", without query. */
  path: string;
  query: URLSearchParams;
}

const listeners = new Set<() => void>();
/** How many steps of ours lie behind this page in the browser's history. */
let depth = 0;
/** The link that was followed last, while its screen isn't shown yet. Whoever goes elsewhere meanwhile gets there. */
let awaited: string | null = null;

export function address(): Address {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  awaited = null;
  if (to === location.pathname + location.search) return;
  if (how === 'push') history.pushState({ depth: ++depth }, '', to);
  else history.replaceState({ depth }, '', to);
  tell();
}

/** Back to where the user came from; to `otherwise` when he opened this address directly. */
export function go_back(otherwise: string): void {
  if (depth > 0) history.back();
  else go(otherwise, 'replace');
}

export function useAddress(): Address {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((n) => n + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return address();
}

/** Called once by the app. `prepare` says what is waited for before an address is shown; it must end soon. */
export function follow_links(prepare: (to: string) => Promise<void> | null): void {
  depth = (history.state as { depth?: number } | null)?.depth ?? 0;
  addEventListener('popstate', (event) => {
    awaited = null;
    depth = ((event as PopStateEvent).state as { depth?: number } | null)?.depth ?? 0;
    tell();
  });
  document.addEventListener('click', (event) => {
    const to = own_address(event);
    if (to === null) return;
    event.preventDefault();
    void follow(to, prepare(to));
  });
}

async function follow(to: string, prepared: Promise<void> | null): Promise<void> {
  awaited = to;
  if (prepared) await prepared;
  if (awaited === to) go(to);
}

function own_address(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element | null)?.closest?.('a[href]') as HTMLAnchorElement | null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return null;
  return link.pathname + link.search;
}

function tell(): void {
  for (const listener of [...listeners]) listener();
}
