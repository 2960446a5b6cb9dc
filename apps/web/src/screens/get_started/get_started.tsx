// SPDX-License-Identifier: Apache-2.0
//
// Nobody is signed in here, or the server wants a new sign-in.

import { useId, useState } from 'preact/hooks';
import { Icon } from '../../controls/icon';
import { Notice } from '../../controls/placeholders';
import { SecretInput } from '../../controls/secret_input';
import { useAct, useNoToasts } from '../../store/store';

interface Props {
  /** Prefilled: the page's own server, or the one of the session. */
  server: string;
  user?: string;
  /** Why a sign-in is wanted, for people. */
  reason?: string;
  /** The browser has removed what was here. */
  taken_away?: boolean;
  /** The policy lets one go on offline. */
  onBack?: () => void;
  onDone?: () => void;
}

export function GetStarted({ server, user = '', reason, taken_away, onBack, onDone }: Props) {
  const act = useAct();
  const id = useId();
  useNoToasts();
  const [fields, set_fields] = useState({ server, user, password: '' });
  const [trouble, set_trouble] = useState('');
  const [busy, set_busy] = useState(false);
  const set = (name: keyof typeof fields) => (event: { currentTarget: HTMLInputElement }) =>
    set_fields({ ...fields, [name]: event.currentTarget.value });

  const sign_in = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const missing = !fields.server.trim() ? 'server' : !fields.user.trim() ? 'user' : !fields.password ? 'password' : null;
    if (missing) {
      set_trouble(missing === 'server' ? "Enter the server's address." : missing === 'user' ? 'Enter your user name.' : 'Enter your password.');
      document.getElementById(`${id}-${missing}`)?.focus();
      return;
    }
    set_busy(true);
    set_trouble('');
    const outcome = await act({ do: 'sign_in', server: fields.server.trim(), user: fields.user.trim(), password: fields.password });
    set_busy(false);
    if ('refusal' in outcome) set_trouble(outcome.refusal.message);
    else onDone?.();
  };

  return (
    <main class="gate">
      <form class="gate-card" onSubmit={sign_in} noValidate>
        <span class="brand" aria-hidden="true">
          <Icon name="product" size={32} />
        </span>
        <h1>Let's get started</h1>
        <p class="lead">Your organisation's records, with you and usable without a connection.</p>
        {reason && (
          <Notice tone="waiting" icon="lock">
            {reason}
          </Notice>
        )}
        {taken_away && (
          <Notice tone="waiting" icon="device">
            The browser has removed what Satchel kept on this device, perhaps to make room. Sign in, and your records come back from the server.
          </Notice>
        )}
        <div class="stack">
          <label class="box-field">
            <span>Server</span>
            <input id={`${id}-server`} type="url" inputMode="url" autocapitalize="none" autocomplete="url" value={fields.server} onInput={set('server')} />
          </label>
          <label class="box-field">
            <span>User name</span>
            <input id={`${id}-user`} type="text" autocapitalize="none" autocomplete="username" spellcheck={false} value={fields.user} onInput={set('user')} />
          </label>
          <SecretInput id={`${id}-password`} label="Password" autocomplete="current-password" value={fields.password} onInput={set('password')} />
        </div>
        <div role="alert">{trouble && <Notice tone="bad" icon="error">{trouble}</Notice>}</div>
        <button type="submit" class="button primary big" aria-disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
        {onBack && (
          <button type="button" class="button big" onClick={onBack}>
            Back
          </button>
        )}
      </form>
    </main>
  );
}
