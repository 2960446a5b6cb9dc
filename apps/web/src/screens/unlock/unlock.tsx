// SPDX-License-Identifier: Apache-2.0
//
// The device's own unlock. Wrong PINs are slowed and counted by the vault; this screen says how it stands.

import { useEffect, useId, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../door/door';
import { Icon } from '../../controls/icon';
import { Notice } from '../../controls/placeholders';
import { SecretInput } from '../../controls/secret_input';
import { browser_region } from '../../forms/region';
import { duration_words } from '../../forms/time';
import { useAct, useNoToasts } from '../../store/store';

export function Unlock({ session }: { session: SessionAnswer }) {
  const act = useAct();
  const id = useId();
  useNoToasts();
  const [pin, set_pin] = useState('');
  const [trouble, set_trouble] = useState('');
  const [busy, set_busy] = useState(false);
  const wait = useSecondsUntil(session.wait_until);

  const unlock = async (event: Event) => {
    event.preventDefault();
    if (busy || wait > 0 || pin === '') return;
    set_busy(true);
    const outcome = await act({ do: 'unlock', pin });
    set_busy(false);
    if ('done' in outcome) return;
    set_trouble(outcome.refusal.message);
    set_pin('');
    document.getElementById(`${id}-pin`)?.focus();
  };

  return (
    <main class="gate">
      <form class="gate-card" onSubmit={unlock} noValidate>
        <span class="brand" aria-hidden="true">
          <Icon name="lock" size={32} />
        </span>
        <h1>Welcome back</h1>
        <p class="lead">{session.full_name || session.user}</p>
        <SecretInput id={`${id}-pin`} label="PIN" digits autofocus autocomplete="off" value={pin} onInput={(event) => set_pin(event.currentTarget.value)} />
        <div role="alert">{trouble && <Notice tone="bad" icon="error">{trouble}</Notice>}</div>
        {wait > 0 && <p class="lead">Try again in {duration_words(wait, browser_region())}.</p>}
        {trouble === '' && session.tries_left !== null && session.tries_left <= 3 && (
          <p class="lead">{session.tries_left === 1 ? 'One try is left' : `${session.tries_left} tries are left`} before the server is needed.</p>
        )}
        <button type="submit" class="button primary big" aria-disabled={busy || wait > 0}>
          {busy ? 'Unlocking…' : 'Unlock'}
        </button>
      </form>
    </main>
  );
}

function useSecondsUntil(until: number | null): number {
  const [now, set_now] = useState(Date.now);
  useEffect(() => {
    if (until === null || until <= Date.now()) return;
    set_now(Date.now());
    const timer = setInterval(() => set_now(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}
