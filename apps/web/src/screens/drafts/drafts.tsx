// SPDX-License-Identifier: Apache-2.0
//
// Draft Records. In offline sync there are none, and the screen says why.

import { EmptyState } from '../../controls/placeholders';
import { useLatest, useWatch } from '../../store/store';

export function Drafts() {
  const status = useLatest(useWatch({ ask: 'status' }).answer);
  const sync = status?.experience !== 'drafts';
  return (
    <main class="page">
      <header class="page-head">
        <h1 class="title">Draft Records</h1>
      </header>
      <EmptyState icon="draft" title="No drafts">
        {sync ? (
          <p>You work with offline sync: a new record is saved on this device at once and sent by itself, so it never has to wait as a draft.</p>
        ) : (
          <p>New records that can’t be saved while disconnected will wait here.</p>
        )}
      </EmptyState>
    </main>
  );
}
