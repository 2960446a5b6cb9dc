// SPDX-License-Identifier: Apache-2.0
//
// "Search the server" (Q7): what isn't on this device may be there. Offline the button stays where it is and says why it can't.

import { useState } from 'preact/hooks';
import type { SetName } from '../door/door';
import { useActOrTell, useStatus, useStore } from '../store/store';

/** `set`: only this table. `big`: where it's the one thing to do. */
export function ServerSearch({ text, set, big }: { text: string; set?: SetName; big?: boolean }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  const status = useStatus();
  const [asking, set_asking] = useState(false);
  const reason = !status || status.connection === 'connected' ? (text.trim() === '' ? 'Type what to look for first.' : undefined) : 'Reconnect to search the server.';
  const search = async () => {
    set_asking(true);
    const outcome = await act({ do: 'search_server', set, text });
    set_asking(false);
    if (outcome) toasts.show(sentence_of(outcome.found));
  };
  return (
    <>
      <button type="button" class={big ? 'button' : 'small-button'} disabled={reason !== undefined || asking} aria-busy={asking} title={reason} onClick={() => void search()}>
        Search the server
      </button>
      {big && reason && <p>{reason}</p>}
    </>
  );
}

function sentence_of(found: number): string {
  if (found === 0) return 'The server found nothing.';
  return found === 1 ? 'The server found 1 record. It is on this device now.' : `The server found ${found} records. They are on this device now.`;
}
