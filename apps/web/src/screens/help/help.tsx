// SPDX-License-Identifier: Apache-2.0
//
// Help on working offline, readable offline (H1), of the user's own experience.

import { useLatest, useWatch } from '../../store/store';

const kSync: [string, string][] = [
  ['What works without a connection', 'Everything on this device: looking things up, adding, changing, deleting. Nothing has to be prepared before you leave.'],
  ['What happens to my changes', 'They are saved on this device the moment you tap Save, and marked Pending. As soon as the server can be reached they are sent by themselves, in the right order. Then they are marked Sent.'],
  ['What if somebody changed the same', 'Different values of one record are put together by themselves. If you both changed the same value, Conflicts shows both, with who and when, and you pick. Until then yours is shown.'],
  ['What if the server refuses a change', 'Errors keeps it, with the reason. Change it and try again, or discard it. Nothing else has to wait for it.'],
  ['Which records are on this device', 'Those that you may read and that your organisation has chosen for working offline. Sync status lists them by table.'],
  ['What if the device is lost', 'Everything on it is encrypted. With a PIN nobody can open it. Tell your administrator, who can end the session.'],
  ['What if I close the app in the middle of something', 'What you typed is still in its form when you come back. A sync goes on where it stopped.'],
];
const kDrafts: [string, string][] = [
  ['What works without a connection', 'Records that you used lately can be read. New ones are kept as drafts.'],
  ['What happens to my drafts', 'They are on this device only, until you save them while connected. Draft Records lists them.'],
  ['Can I change existing records', 'Not while offline: they can be read, and say why they can’t be changed.'],
  ['What if I close the app in the middle of something', 'What you typed is still in its form when you come back.'],
];

export function Help() {
  const status = useLatest(useWatch({ ask: 'status' }).answer);
  const topics = status?.experience === 'drafts' ? kDrafts : kSync;
  return (
    <main class="page" tabIndex={0}>
      <header class="page-head">
        <h1 class="title">Working offline</h1>
      </header>
      <div class="cards">
        <section class="card prose" aria-label="Help">
          {topics.map(([title, text]) => (
            <div key={title}>
              <h2>{title}</h2>
              <p>{text}</p>
            </div>
          ))}
          <div>
            <h2>On a phone or tablet</h2>
            <p>Add the app to the home screen from the browser’s menu. It then opens on its own, and the system keeps its records longer.</p>
          </div>
        </section>
      </div>
    </main>
  );
}
