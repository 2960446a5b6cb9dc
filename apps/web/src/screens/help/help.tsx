// SPDX-License-Identifier: Apache-2.0
//
// Help on working offline, readable offline (H1), of the user's own experience and platform.

import { useStatus } from '../../store/store';
import { type Topic, help_topics } from './topics';

export function Help() {
  const status = useStatus();
  const topics = status ? help_topics(status) : [];
  return (
    <main class="page" tabIndex={0}>
      <header class="page-head">
        <h1 class="title">Working offline</h1>
        {status && <p class="subtitle">{status.experience === 'sync' ? 'You work with offline sync' : 'You work with offline drafts'}{status.platform && ` on this device (${status.platform})`}.</p>}
      </header>
      <div class="cards">
        <section class="card prose" aria-label="Help">
          {topics.map(([title, text]: Topic) => (
            <div key={title}>
              <h2>{title}?</h2>
              <p>{text}</p>
            </div>
          ))}
        </section>
      </div>
    </main>
  );
}
