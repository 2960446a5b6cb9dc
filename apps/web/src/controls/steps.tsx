// SPDX-License-Identifier: Apache-2.0
//
// The next steps of a record as a menu behind a row's button, and as round buttons in a form's head.

import { useState } from 'preact/hooks';
import type { Row } from '../door/door';
import type { Step } from '../forms/steps';
import { name_of } from '../forms/format';
import { useAct, useStore } from '../store/store';
import { Sheet } from './dialog';
import { Icon, type IconName } from './icon';

const kIcons: Record<Step['kind'], IconName> = {
  call: 'phonecall',
  mail: 'email',
  map: 'map',
  web: 'web',
  complete: 'check',
  reopen: 'undo',
};

export function step_icon(step: Step): IconName {
  return kIcons[step.kind];
}

/** Does a step. One that changes the record can be undone from the toast. */
export function useStep(): (step: Step, row: Row) => void {
  const act = useAct();
  const { toasts } = useStore();
  return async (step, row) => {
    if ('href' in step) {
      open_outside(step.href);
      return;
    }
    const before = Object.fromEntries(Object.keys(step.values).map((name) => [name, row.values[name] ?? null]));
    const outcome = await act({ do: 'update', set: row.set, id: row.id, values: step.values });
    if ('refusal' in outcome) {
      toasts.show(outcome.refusal.message, { tone: 'bad' });
      return;
    }
    const undo = () => void act({ do: 'update', set: row.set, id: row.id, values: before });
    toasts.show(`${name_of(row)} is completed.`, { todo: { label: 'Undo', run: undo } });
  };
}

export function open_outside(href: string): void {
  const link = document.createElement('a');
  link.href = href;
  if (/^https?:/.test(href)) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  }
  link.click();
}

export function StepButtons({ steps, row }: { steps: Step[]; row: Row }) {
  const run = useStep();
  if (steps.length === 0) return null;
  return (
    <div class="steps">
      {steps.map((step) =>
        'href' in step ? (
          <a key={step.kind} class="step" href={step.href} title={step.detail} {...outside_props(step.href)}>
            <Icon name={step_icon(step)} size={20} />
            {step.label}
          </a>
        ) : (
          <button key={step.kind} type="button" class="step" onClick={() => run(step, row)}>
            <Icon name={step_icon(step)} size={20} />
            {step.label}
          </button>
        ),
      )}
    </div>
  );
}

export function outside_props(href: string) {
  return /^https?:/.test(href) ? { target: '_blank', rel: 'noopener noreferrer' } : {};
}

/** "⋯": everything that a swipe does, and can't be found by swiping. */
export function StepMenu({ steps, row }: { steps: Step[]; row: Row }) {
  const [open, set_open] = useState(false);
  const run = useStep();
  if (steps.length === 0) return null;
  return (
    <>
      <button type="button" class="icon-button row-menu" aria-label="Next steps" aria-haspopup="dialog" onClick={() => set_open(true)}>
        <Icon name="more" />
      </button>
      {open && (
        <Sheet title={name_of(row)} onClose={() => set_open(false)}>
          <ul class="menu-list">
            {steps.map((step) => (
              <li key={step.kind}>
                <button
                  type="button"
                  class="menu-item"
                  onClick={() => {
                    set_open(false);
                    run(step, row);
                  }}
                >
                  <Icon name={step_icon(step)} />
                  <span>{step.label}</span>
                  <span class="menu-detail">{step.detail}</span>
                </button>
              </li>
            ))}
          </ul>
        </Sheet>
      )}
    </>
  );
}
