// SPDX-License-Identifier: Apache-2.0
//
// A password or PIN that can be looked at while it is typed.

import { useState } from 'preact/hooks';

interface Props {
  id: string;
  label: string;
  value: string;
  autocomplete: 'current-password' | 'new-password' | 'off';
  digits?: boolean;
  note?: string;
  autofocus?: boolean;
  onInput(event: { currentTarget: HTMLInputElement }): void;
}

export function SecretInput({ id, label, value, autocomplete, digits, note, autofocus, onInput }: Props) {
  const [seen, set_seen] = useState(false);
  return (
    <div class="box-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        {...({ type: seen ? 'text' : 'password' } as { type: 'password' })}
        inputMode={digits ? 'numeric' : 'text'}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        autofocus={autofocus}
        aria-describedby={note ? `${id}-note` : undefined}
        value={value}
        onInput={onInput}
      />
      <button type="button" class="see" aria-pressed={seen} onClick={() => set_seen(!seen)}>
        {seen ? 'Hide' : 'Show'}
      </button>
      {note && (
        <p id={`${id}-note`} class="box-note">
          {note}
        </p>
      )}
    </div>
  );
}
