// SPDX-License-Identifier: Apache-2.0
//
// First use on this device, and "Change PIN" in the settings.

import { useId, useState } from 'preact/hooks';
import type { PinPolicy } from '../../door/door';
import { Icon } from '../../controls/icon';
import { Notice } from '../../controls/placeholders';
import { SecretInput } from '../../controls/secret_input';
import { useAct } from '../../store/store';

/** Shorter ones can be guessed within the tries that the vault allows. The policy may ask for more. */
const kPinLengthMin = 4;

export function ChoosePin({ policy, onDone, onBack }: { policy: PinPolicy | null; onDone?: () => void; onBack?: () => void }) {
  const length_min = policy?.length_min ?? kPinLengthMin;
  const act = useAct();
  const id = useId();
  const [pin, set_pin] = useState('');
  const [trouble, set_trouble] = useState('');
  const [busy, set_busy] = useState(false);

  const set = async (chosen: string | null) => {
    if (busy) return;
    if (chosen !== null && chosen.length < length_min) {
      set_trouble(`At least ${length_min} characters, please.`);
      document.getElementById(`${id}-pin`)?.focus();
      return;
    }
    set_busy(true);
    const outcome = await act({ do: 'set_pin', pin: chosen });
    set_busy(false);
    if ('refusal' in outcome) set_trouble(outcome.refusal.message);
    else onDone?.();
  };

  return (
    <main class="gate">
      <form
        class="gate-card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void set(pin);
        }}
      >
        <span class="brand" aria-hidden="true">
          <Icon name="lock" size={32} />
        </span>
        <h1>Choose a PIN</h1>
        <p class="lead">It seals what lies on this device. Without it nobody opens the app, not even while offline.{policy?.required && ' Your organisation asks for one.'}</p>
        <SecretInput
          id={`${id}-pin`}
          label="PIN"
          digits
          autofocus
          autocomplete="new-password"
          note="Remember it well: nobody can tell it to you. If it is lost, sign in again; what wasn't sent is lost with it."
          value={pin}
          onInput={(event) => set_pin(event.currentTarget.value)}
        />
        <div role="alert">{trouble && <Notice tone="bad" icon="error">{trouble}</Notice>}</div>
        <button type="submit" class="button primary big" aria-disabled={busy}>
          {busy ? 'Sealing…' : 'Continue'}
        </button>
        {(onBack || !policy?.required) && (
          <button type="button" class="button big" onClick={() => (onBack ? onBack() : void set(null))}>
            {onBack ? 'Back' : 'Skip'}
          </button>
        )}
      </form>
    </main>
  );
}
