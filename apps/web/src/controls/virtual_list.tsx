// SPDX-License-Identifier: Apache-2.0
//
// A scroller that draws only the rows around the screen. All rows are equally high (in rem, so that they grow with the font);
// what isn't drawn yet shows a grey pattern of the same rhythm, painted by the browser itself: no frame is blank.

import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useIsDrawn } from './use_is_drawn';

export interface Range {
  first: number;
  last: number;
}

/** Rows drawn beyond both edges: about one screen, so that a flick meets drawn rows. */
const kBeyondRows = 12;
/** Browsers stop at about 33 million pixels. */
const kPixelsMax = 30_000_000;

export function useVisibleRange(scroller: RefObject<HTMLElement | null>, row_rem: number, total: number): { range: Range; row_pixels: number } {
  const row_pixels = row_rem * rem();
  const [range, set_range] = useState<Range>({ first: 0, last: 24 });
  const measure = () => {
    const element = scroller.current;
    if (!element || element.clientHeight === 0) return; // behind a record: it will be shown again as it was
    const list = element.querySelector<HTMLElement>('.virtual');
    const top = element.scrollTop - (list?.offsetTop ?? 0);
    const first = Math.max(0, Math.floor(top / row_pixels));
    const last = Math.max(first, Math.ceil((top + element.clientHeight) / row_pixels));
    set_range((old) => (old.first === first && old.last === last ? old : { first, last }));
  };
  useLayoutEffect(measure, [row_pixels, total]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    element.addEventListener('scroll', measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', measure);
      observer.disconnect();
    };
  }, [row_pixels]);
  return { range, row_pixels };
}

interface VirtualRowsProps {
  total: number;
  row_pixels: number;
  range: Range;
  label: string;
  /** The row's content, or null while it isn't there. */
  row(index: number): { key: string; content: ComponentChildren } | null;
}

export function VirtualRows({ total, row_pixels, range, label, row }: VirtualRowsProps) {
  const beyond = useIsDrawn() ? kBeyondRows : 0;
  const first = Math.max(0, range.first - beyond);
  const last = Math.min(total - 1, range.last + beyond);
  const rows = [];
  for (let index = first; index <= last; index++) {
    const there = row(index);
    if (!there) continue;
    rows.push(
      <li key={there.key} aria-setsize={total} aria-posinset={index + 1} style={{ transform: `translateY(${index * row_pixels}px)`, height: `${row_pixels}px` }}>
        {there.content}
      </li>,
    );
  }
  return (
    <ul class="virtual" aria-label={label} style={{ height: `${Math.min(kPixelsMax, total * row_pixels)}px`, '--row': `${row_pixels}px` }} onKeyDown={move_focus}>
      {rows}
    </ul>
  );
}

/** Arrows go from row to row. */
function move_focus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const links = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('a.row-link')];
  const sorted = links.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
  const at = sorted.indexOf(document.activeElement as HTMLElement);
  const next = sorted[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

let rem_pixels = 0;
function rem(): number {
  rem_pixels ||= parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return rem_pixels;
}

/** The scroller goes back to where it was when the same list was last left. */
export function useScrollMemory(scroller: RefObject<HTMLElement | null>, key: string, ready: boolean): void {
  const restored = useRef('');
  useLayoutEffect(() => {
    if (!ready || restored.current === key || !scroller.current) return;
    restored.current = key;
    scroller.current.scrollTop = memory.get(key) ?? 0;
  }, [key, ready]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const remember = () => {
      if (restored.current === key && element.clientHeight > 0) memory.set(key, element.scrollTop);
    };
    element.addEventListener('scroll', remember, { passive: true });
    return () => element.removeEventListener('scroll', remember);
  }, [key]);
}
const memory = new Map<string, number>();
