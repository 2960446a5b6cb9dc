// SPDX-License-Identifier: Apache-2.0
//
// The offline indicator (R1): in sight on every screen while the server can't be reached, derived from real requests.

import { useState } from 'preact/hooks';
import { useAct, useLatest, useStore, useWatch } from '../store/store';
import { Icon } from './icon';
import { Moment } from './moment';

export function OfflineBar() {
  const status = useLatest(useWatch({ ask: 'status' }).answer);
  const act = useAct();
  const { toasts } = useStore();
  const [trying, set_trying] = useState(false);
  const offline = status !== undefined && status.connection !== 'connected' && (status.connection === 'offline' || trying || status.trouble !== '');

  const reconnect = async () => {
    set_trying(true);
    const outcome = await act({ do: 'reconnect' });
    set_trying(false);
    const bad = 'refusal' in outcome || !outcome.done.connected;
    toasts.show('refusal' in outcome ? outcome.refusal.message : outcome.done.sentence, { tone: bad ? 'bad' : 'quiet' });
  };

  return (
    <div class="offline-bar" role="status" hidden={!offline}>
      {offline && (
        <>
          <Icon name="offline" size={20} />
          <span class="offline-text">
            Offline<OfflineDetail pending={status.pending} last_sync={status.last_sync} chosen={status.offline_by_choice} />
          </span>
          <button type="button" class="small-button" aria-disabled={trying} onClick={trying ? undefined : reconnect}>
            Reconnect
          </button>
        </>
      )}
    </div>
  );
}

function OfflineDetail({ pending, last_sync, chosen }: { pending: number; last_sync: number | null; chosen: boolean }) {
  return (
    <span class="offline-detail">
      {chosen && pending === 0 && ' by choice'}
      {pending > 0 ? ` · ${pending} pending` : last_sync !== null && <> · synced <Moment at={last_sync} /></>}
    </span>
  );
}
