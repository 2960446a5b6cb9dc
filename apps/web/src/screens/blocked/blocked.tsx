// SPDX-License-Identifier: Apache-2.0
//
// The records are here, and only the server can open them (S1, S2): why, and the ways to it.

import { useState } from 'preact/hooks';
import type { SessionAnswer } from '../../door/door';
import { Icon } from '../../controls/icon';
import { Notice } from '../../controls/placeholders';
import { useAct, useNoToasts } from '../../store/store';
import { GetStarted } from '../get_started/get_started';

export function Blocked({ session }: { session: SessionAnswer }) {
  const act = useAct();
  useNoToasts();
  const [signing_in, set_signing_in] = useState(false);
  const [trying, set_trying] = useState(false);
  const [trouble, set_trouble] = useState('');
  if (signing_in) return <GetStarted server={session.server} user={session.user} reason={session.reason} onBack={() => set_signing_in(false)} />;

  const reconnect = async () => {
    if (trying) return;
    set_trying(true);
    set_trouble('');
    const outcome = await act({ do: 'reconnect' });
    set_trying(false);
    if ('refusal' in outcome) set_trouble(outcome.refusal.message);
    else if (!outcome.done.connected) set_trouble(outcome.done.sentence);
  };
  return (
    <main class="gate">
      <div class="gate-card">
        <span class="brand" aria-hidden="true">
          <Icon name="lock" size={32} />
        </span>
        <h1>Locked until you are connected</h1>
        <p class="lead">{session.full_name || session.user}</p>
        <Notice tone="waiting" icon="offline">
          {session.reason}
        </Notice>
        <div role="alert">{trouble && <Notice tone="bad" icon="error">{trouble}</Notice>}</div>
        <button type="button" class="button primary big" aria-disabled={trying} onClick={reconnect}>
          {trying ? 'Connecting…' : 'Reconnect'}
        </button>
        <button type="button" class="button big" onClick={() => set_signing_in(true)}>
          Sign in
        </button>
      </div>
    </main>
  );
}
