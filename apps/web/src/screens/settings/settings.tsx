// SPDX-License-Identifier: Apache-2.0
//
// Who is signed in, how the app looks, how the data is protected (C5), which experience and why (E1, P4), help (H1), sign-out (D3).

import { useState } from 'preact/hooks';
import type { PinPolicy, SessionAnswer, StatusAnswer } from '../../door/door';
import { AlertDialog } from '../../controls/dialog';
import { Icon } from '../../controls/icon';
import { Notice } from '../../controls/placeholders';
import { browser_region, list_format } from '../../forms/region';
import { capital, exact_time } from '../../forms/time';
import { go } from '../../store/history';
import { mark_signed_in } from '../../store/signed_in_mark';
import { useAct, useActOrTell, useLatest, useStore, useWatch } from '../../store/store';
import { type Theme, set_theme, theme } from '../../store/theme';
import { ChoosePin } from '../choose_pin/choose_pin';

export function Settings() {
  const session = useWatch({ ask: 'session' }).answer;
  const status = useLatest(useWatch({ ask: 'status' }).answer);
  const [changing_pin, set_changing_pin] = useState(false);
  if (changing_pin) return <ChoosePin policy={session?.pin ?? null} onDone={() => set_changing_pin(false)} onBack={() => set_changing_pin(false)} />;
  return (
    <main class="page">
      <header class="page-head">
        <h1 class="title">Settings</h1>
      </header>
      <div class="cards">
        {session && <Account session={session} status={status} />}
        <Look />
        <Protection pin={session?.pin ?? null} onChangePin={() => set_changing_pin(true)} />
        {status && <Experience status={status} server={session?.server ?? ''} />}
        <section class="card flush" aria-label="Help">
          <ul class="attention">
            <li>
              <a href="/help">
                <Icon name="help" size={20} />
                <span>Help on working offline</span>
                <Icon name="forward" size={20} />
              </a>
            </li>
          </ul>
        </section>
      </div>
    </main>
  );
}

function Account({ session, status }: { session: SessionAnswer; status: StatusAnswer | undefined }) {
  const act = useAct();
  const { toasts, kept_forms, watches } = useStore();
  const [asking, set_asking] = useState(false);
  const [busy, set_busy] = useState(false);
  const sign_out = async () => {
    set_busy(true);
    mark_signed_in(false);
    const outcome = await act({ do: 'sign_out', discard: true });
    set_busy(false);
    set_asking(false);
    if ('refusal' in outcome) {
      mark_signed_in(true);
      toasts.show(outcome.refusal.message, { tone: 'bad' });
      return;
    }
    await kept_forms.drop_all().catch(() => undefined);
    watches.forget_all();
    go('/', 'replace');
  };
  return (
    <section class="card" aria-label="Account">
      <h2>{session.full_name || session.user}</h2>
      <p class="none">
        {session.user} at {session.server.replace(/^https?:\/\//, '')}
      </p>
      <div class="buttons start">
        <button type="button" class="button" onClick={() => set_asking(true)}>
          Sign out
        </button>
      </div>
      {asking && (
        <AlertDialog title="Sign out" confirm="Sign out" busy={busy} onConfirm={sign_out} onCancel={() => set_asking(false)}>
          <p>{sign_out_sentence(status, kept_forms.all().length)}</p>
        </AlertDialog>
      )}
    </section>
  );
}

/** What would be lost, with both counts (D3). */
function sign_out_sentence(status: StatusAnswer | undefined, kept: number): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const drafts = status?.drafts ?? 0;
  const unsent = (status?.pending ?? 0) + (status?.errors ?? 0);
  if (drafts + unsent + kept === 0) return 'All records leave this device. Everything has been sent; they come back when you sign in again.';
  const lost = [count(drafts, 'draft'), count(unsent, 'unsent change')];
  if (kept > 0) lost.push(count(kept, 'form') + ' not saved');
  return `This device has ${list_format(browser_region()).format(lost)}. Signing out removes them for good. All other records come back when you sign in again.`;
}

const kThemes: { value: Theme; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

function Look() {
  const [chosen, set_chosen] = useState(theme);
  const choose = (value: Theme) => {
    set_theme(value);
    set_chosen(value);
  };
  return (
    <section class="card" aria-label="Look">
      <fieldset>
        <legend class="legend">Theme</legend>
        <div class="segments">
          {kThemes.map(({ value, label }) => (
            <label key={value}>
              <input type="radio" name="theme" checked={chosen === value} onChange={() => choose(value)} />
              <span>{label}</span>
            </label>
          ))}
        </div>
      </fieldset>
    </section>
  );
}

function Protection({ pin, onChangePin }: { pin: PinPolicy | null; onChangePin(): void }) {
  const act = useActOrTell();
  return (
    <section class="card" aria-label="Protection">
      <h2>Protection</h2>
      <p class="none">
        Everything on this device is encrypted: records, pictures, drafts, and what the search knows of them. The key is sealed by this browser{pin?.is_set ? ' and by your PIN' : ''}.
        {pin?.is_set && pin.lock_minutes > 0 && ` After ${pin.lock_minutes} idle minutes the app asks for the PIN again.`}
      </p>
      {pin && !pin.is_set && (
        <Notice tone="waiting" icon="lock">
          Anyone who can unlock this device can read it. Turn on device encryption (BitLocker, FileVault …).
        </Notice>
      )}
      <div class="buttons start">
        <button type="button" class="button" onClick={onChangePin}>
          {pin && !pin.is_set ? 'Choose a PIN' : 'Change PIN'}
        </button>
        <button type="button" class="button" disabled={pin?.is_set === false} onClick={() => void act({ do: 'lock' })}>
          <Icon name="lock" size={20} />
          Lock now
        </button>
      </div>
    </section>
  );
}

/** The heading names the experience already. */
function why_sentence(why: string): string {
  return capital(why.replace(/^Offline (sync|drafts): /, ''));
}

function Experience({ status, server }: { status: StatusAnswer; server: string }) {
  const deployments: Record<string, string> = { online: 'Online', 'on-premises': 'On-premises' };
  return (
    <section class="card" aria-label="Experience">
      <h2>{status.experience === 'sync' ? 'Offline sync' : 'Offline drafts'}</h2>
      <p class="none">{why_sentence(status.why)}</p>
      <dl class="figures">
        <div>
          <dt>Server</dt>
          <dd>{server.replace(/^https?:\/\//, '')}</dd>
        </div>
        {status.deployment && (
          <div>
            <dt>Deployment</dt>
            <dd>{deployments[status.deployment] ?? status.deployment}</dd>
          </div>
        )}
        {status.version && (
          <div>
            <dt>Server version</dt>
            <dd>{status.version}</dd>
          </div>
        )}
        {status.platform && (
          <div>
            <dt>Platform</dt>
            <dd>{status.platform === 'computer' ? 'Computer' : status.platform}</dd>
          </div>
        )}
        {status.lease_until != null && (
          <div>
            <dt>Works offline until</dt>
            <dd>{exact_time(status.lease_until, browser_region())}</dd>
          </div>
        )}
        {status.admin && (
          <div>
            <dt>Your administrator</dt>
            <dd>{status.admin}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}
