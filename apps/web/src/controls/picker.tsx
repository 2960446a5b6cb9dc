// SPDX-License-Identifier: Apache-2.0
//
// A combobox (ARIA 1.2) that finds records: recent ones without text, matching ones while typing.
//
//   [ Harrow_____________ ]          input role=combobox
//   | Harrow & Sons   Leeds |  <──   listbox; arrows move, Enter picks, Escape closes
//   | Harrow Repairs  York  |

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { CandidatesAnswer, Reference, SetName } from '../door/door';
import { useLatest, useSchema, useWatch } from '../store/store';
import { ReferencePicture } from './picture';

interface PickerProps {
  set: SetName;
  column: string;
  /** What the closed field shows. */
  text: string;
  disabled?: boolean;
  placeholder?: string;
  control: Record<string, unknown>;
  onPick(candidate: Reference): void;
  /** The text was emptied and the field left. */
  onEmptied?(): void;
  onBackspace?(): void;
}
type Candidate = CandidatesAnswer['candidates'][number];

export function Picker({ set, column, text, disabled, placeholder, control, onPick, onEmptied, onBackspace }: PickerProps) {
  const list_id = useId();
  const [typed, set_typed] = useState<string | null>(null);
  const [active, set_active] = useState(-1);
  const open = typed !== null;
  const asked = useWatch(open ? { ask: 'candidates', set, column, text: typed === text ? '' : typed.trim() } : null);
  const answer = useLatest(asked.answer);
  const candidates = open ? (answer?.candidates ?? []) : [];
  useEffect(() => set_active(typed && typed !== text && candidates.length > 0 ? 0 : -1), [typed, answer]);

  const close = () => set_typed(null);
  const pick = (candidate: Candidate) => {
    onPick({ set: candidate.set, id: candidate.id, name: candidate.name });
    close();
  };
  const leave = () => {
    if (typed === '' && text !== '') onEmptied?.();
    close();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) set_typed(text);
      else set_active(next_active(active, event.key === 'ArrowDown' ? 1 : -1, candidates.length));
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      const candidate = candidates[active];
      if (candidate) pick(candidate);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === 'Backspace' && !typed && !text) onBackspace?.();
  };

  return (
    <div class="picker">
      <input
        {...control}
        role="combobox"
        aria-expanded={open}
        aria-controls={list_id}
        aria-autocomplete="list"
        aria-activedescendant={open && active >= 0 ? `${list_id}-${active}` : undefined}
        autocomplete="off"
        placeholder={placeholder}
        disabled={disabled}
        value={typed ?? text}
        onClick={() => !open && set_typed(text)}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => set_typed(event.currentTarget.value)}
        onKeyDown={key}
        onBlur={leave}
      />
      <Candidates id={list_id} open={open} waiting={answer === undefined} candidates={candidates} active={active} recent={!typed || typed === text} onPick={pick} />
    </div>
  );
}

function next_active(active: number, step: number, count: number): number {
  if (count === 0) return -1;
  return active < 0 && step < 0 ? count - 1 : (active + step + count) % count;
}

interface CandidatesProps {
  id: string;
  open: boolean;
  waiting: boolean;
  candidates: Candidate[];
  active: number;
  recent: boolean;
  onPick(candidate: Candidate): void;
}

function Candidates({ id, open, waiting, candidates, active, recent, onPick }: CandidatesProps) {
  const schema = useSchema();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) box.current?.scrollIntoView({ block: 'nearest' });
  }, [open, candidates.length]);
  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);
  const sets = new Set(candidates.map((candidate) => candidate.set));
  return (
    // Pressing inside must not take the focus from the input: that would close the list before the click.
    <div ref={box} class="candidates" hidden={!open} onMouseDown={(event) => event.preventDefault()}>
      {open && candidates.length > 0 && <p class="candidates-head">{recent ? 'Recent' : 'On this device'}</p>}
      <ul id={id} role="listbox" aria-label={recent ? 'Recent' : 'Found'}>
        {candidates.map((candidate, index) => {
          const table = schema.tables.find((one) => one.set === candidate.set);
          return (
            <li
              key={candidate.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              class={index === active ? 'active' : ''}
              onClick={() => onPick(candidate)}
            >
              {table && <ReferencePicture table={table} reference={candidate} />}
              <span class="candidate-text">
                <span class="candidate-name">{candidate.name}</span>
                <span class="candidate-detail">{[sets.size > 1 ? table?.label : '', candidate.detail].filter(Boolean).join(' · ')}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {open && candidates.length === 0 && <p class="candidates-none">{waiting ? 'Looking…' : recent ? 'Type a few letters to find a record.' : 'Nothing like this on this device.'}</p>}
    </div>
  );
}
