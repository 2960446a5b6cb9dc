// SPDX-License-Identifier: Apache-2.0
//
// A point in time as people say it, with the exact one on tap and for the mouse.

import { useState } from 'preact/hooks';
import { browser_region } from '../forms/region';
import { due_text, exact_time, relative_time } from '../forms/time';
import { useNow } from '../store/store';

/** `ago` never lies ahead, whatever the device's clock says. */
export function Moment({ at, as = 'ago' }: { at: number; as?: 'ago' | 'due' | 'ahead' }) {
  const now = useNow();
  const [exact, set_exact] = useState(false);
  const region = browser_region();
  const full = exact_time(at, region);
  const short = as === 'due' ? due_text(at, now, region) : relative_time(as === 'ago' ? Math.min(at, now) : at, now, region);
  const flip = (event: Event) => {
    event.stopPropagation();
    set_exact(!exact);
  };
  return (
    <time class="moment" dateTime={new Date(at).toISOString()} title={full} onClick={flip}>
      {exact ? full : short}
    </time>
  );
}

/** How old what the screen shows is (C4). */
export function AsOf({ at }: { at: number | null }) {
  if (at === null) return null;
  return (
    <span class="as-of">
      As of <Moment at={at} />
    </span>
  );
}
