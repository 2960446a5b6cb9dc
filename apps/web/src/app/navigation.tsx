// SPDX-License-Identifier: Apache-2.0
//
// The ways to all screens: on phones a bar below that slides sideways, with everything in a sheet as well; on tablets a rail, and
// with enough room a menu, at the side. One list of links; the style sheet lays it out.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Sheet } from '../controls/dialog';
import { Icon, type IconName, table_icon } from '../controls/icon';
import { useLatest, useSchema, useStore, useWatch } from '../store/store';

interface Way {
  href: string;
  label: string;
  icon: IconName;
  count?: number;
}

export function Navigation({ path, tablet }: { path: string; tablet: boolean }) {
  const ways = useWays();
  const [open, set_open] = useState(false);
  const bar = useRef<HTMLUListElement>(null);
  useEffect(() => set_open(false), [path]);
  // A record's address has its list's link: nothing moves, and looking whether it must costs a layout.
  const [, place] = path.split('/');
  useEffect(() => {
    const here = bar.current?.querySelector('[aria-current]');
    // What the style sheet keeps in sight needs no scrolling, which would take others out of it.
    if (here && getComputedStyle(here.parentElement!).position !== 'sticky') here.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [place]);
  return (
    <nav class="navigation" aria-label="Main">
      <ul ref={bar} class="ways">
        {ways.map((way) => (
          <li key={way.href}>
            <WayLink way={way} path={path} />
          </li>
        ))}
      </ul>
      {!tablet && (
        <button type="button" class="way menu-button" aria-haspopup="dialog" onClick={() => set_open(true)}>
          <Icon name="menu" />
          <span class="way-label">Menu</span>
          {ways.some((way) => (way.count ?? 0) > 0) && <span class="badge dot" aria-hidden="true" />}
        </button>
      )}
      {open && (
        <Sheet title="Menu" onClose={() => set_open(false)}>
          <ul class="menu-grid">
            {ways.map((way) => (
              <li key={way.href} onClick={() => set_open(false)}>
                <WayLink way={way} path={path} />
              </li>
            ))}
          </ul>
        </Sheet>
      )}
    </nav>
  );
}

function WayLink({ way, path }: { way: Way; path: string }) {
  // Help is reached from the settings.
  const at = path === '/help' ? '/settings' : path;
  const here = way.href === '/' ? at === '/' : at === way.href || at.startsWith(`${way.href}/`);
  return (
    <a class="way" href={way.href} aria-current={here ? 'page' : undefined}>
      <Icon name={way.icon} />
      <span class="way-label">{way.label}</span>
      {way.count !== undefined && <span class={`badge ${way.count === 0 ? 'zero' : ''}`}> {way.count}</span>}
    </a>
  );
}

function useWays(): Way[] {
  const schema = useSchema();
  const status = useLatest(useWatch({ ask: 'status' }).answer);
  const tables = schema.tables.filter((table) => table.in_menu).map((table) => ({ href: `/${table.set}`, label: table.plural, icon: table_icon(table.name) }));
  return [
    { href: '/', label: 'Home', icon: 'home' },
    ...tables,
    ...(schema.charts.length > 0 ? [{ href: '/charts', label: 'Charts', icon: 'chart' } as const] : []),
    { href: '/drafts', label: 'Draft Records', icon: 'draft', count: status?.drafts ?? 0 },
    { href: '/conflicts', label: 'Conflicts', icon: 'conflict', count: status?.conflicts ?? 0 },
    { href: '/errors', label: 'Errors', icon: 'error', count: status?.errors ?? 0 },
    { href: '/sync', label: 'Sync status', icon: 'sync' },
    { href: '/settings', label: 'Settings', icon: 'settings' },
  ];
}

/** A new version of the app waits. Nothing is lost by reloading: what is typed is kept. */
export function UpdateBar() {
  const { shell } = useStore();
  const [waits, set_waits] = useState(false);
  useEffect(() => shell.when_update_waits(() => set_waits(true)), [shell]);
  if (!waits) return null;
  return (
    <div class="update-bar">
      <span>A new version is ready.</span>
      <button type="button" class="small-button" onClick={() => shell.reload()}>
        Reload
      </button>
    </div>
  );
}
