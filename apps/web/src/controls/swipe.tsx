// SPDX-License-Identifier: Apache-2.0
//
// A row that can be swept aside by a finger. To the right does the first step, to the left the second. Vertical movement stays
// the list's: nothing is captured before the finger has clearly gone sideways.

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Row } from '../door/door';
import type { Step } from '../forms/steps';
import { Icon } from './icon';
import { step_icon, useStep } from './steps';

/** Finger's way before a movement counts as sideways. */
const kSidewaysPixels = 12;
/** Way after which letting go does the step. */
const kEnoughPixels = 88;
const kFarthestPixels = 128;

export function Swipe({ row, steps, children }: { row: Row; steps: Step[]; children: ComponentChildren }) {
  const run = useStep();
  const start = useRef<{ x: number; y: number; sideways: boolean } | null>(null);
  const swiped = useRef(false);
  const [shift, set_shift] = useState(0);
  const step = shift > 0 ? steps[0] : shift < 0 ? (steps[1] ?? steps[0]) : undefined;

  const down = (event: PointerEvent) => {
    swiped.current = false;
    if (event.pointerType === 'touch' && steps.length > 0) start.current = { x: event.clientX, y: event.clientY, sideways: false };
  };
  const move = (event: PointerEvent) => {
    const from = start.current;
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.sideways && Math.abs(x) > kSidewaysPixels && Math.abs(x) > 2 * Math.abs(y)) {
      from.sideways = true;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
    }
    if (from.sideways) set_shift(Math.max(-kFarthestPixels, Math.min(kFarthestPixels, x)));
  };
  const up = (event: PointerEvent) => {
    const done = start.current?.sideways && Math.abs(shift) >= kEnoughPixels && event.type === 'pointerup';
    swiped.current = start.current?.sideways ?? false;
    start.current = null;
    set_shift(0);
    if (done && step) run(step, row);
  };
  const click = (event: MouseEvent) => {
    if (!swiped.current) return;
    event.preventDefault();
    event.stopPropagation();
    swiped.current = false;
  };

  return (
    <div class="swipe" onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} onClickCapture={click}>
      {step && (
        <div class={`swipe-step ${shift > 0 ? 'from-left' : 'from-right'} ${Math.abs(shift) >= kEnoughPixels ? 'enough' : ''}`} aria-hidden="true">
          <Icon name={step_icon(step)} />
          {step.label}
        </div>
      )}
      <div class="swipe-face" style={shift === 0 ? undefined : { transform: `translateX(${shift}px)`, transition: 'none' }}>
        {children}
      </div>
    </div>
  );
}
