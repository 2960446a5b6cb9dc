// SPDX-License-Identifier: Apache-2.0
//
// Sync status (R3): connection, last sync, what waits, what is here and how much room it takes.

import { useState } from 'preact/hooks';
import type { OutboxAnswer, StatusAnswer } from '../../door/door';
import { FirstSync } from '../../controls/first_sync';
import { Icon } from '../../controls/icon';
import { Moment } from '../../controls/moment';
import { Notice, SkeletonRows } from '../../controls/placeholders';
import { reference_text } from '../../forms/format';
import { bytes_text } from '../../forms/numbers';
import { browser_region, number_format } from '../../forms/region';
import { useActOrTell, useLatest, useNow, useSchema, useStore, useWatch } from '../../store/store';

export function SyncStatus() {
  const status = useLatest(useWatch({ ask: 'status', sizes: true }).answer);
  const outbox = useLatest(useWatch({ ask: 'outbox' }).answer);
  return (
    <main class="page">
      <header class="page-head">
        <div class="head-line">
          <h1 class="title">Sync status</h1>
          <SyncNow syncing={status?.syncing ?? false} />
        </div>
      </header>
      {!status && <SkeletonRows rows={6} />}
      {status && (
        <div class="cards">
          <Connection status={status} />
          {status.first_sync && (
            <section class="card" aria-label="Getting your records">
              <h2>Getting your records</h2>
              <FirstSync progress={status.first_sync} />
            </section>
          )}
          <Figures status={status} />
          {outbox && outbox.value.length > 0 && <Outbox outbox={outbox} />}
          <Tables status={status} />
          <Storage status={status} />
        </div>
      )}
    </main>
  );
}

function SyncNow({ syncing }: { syncing: boolean }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  const [busy, set_busy] = useState(false);
  const working = busy || syncing;
  const sync = async () => {
    set_busy(true);
    const done = await act({ do: 'sync' });
    set_busy(false);
    if (done) toasts.show('Synced.');
  };
  return (
    <button type="button" class={`button primary ${working ? 'working' : ''}`} aria-disabled={working} onClick={working ? undefined : sync}>
      <Icon name="sync" size={20} />
      Sync now
    </button>
  );
}

function Connection({ status }: { status: StatusAnswer }) {
  const act = useActOrTell();
  useNow();
  const words = { connected: 'Connected', offline: 'Offline', connecting: 'Connecting' };
  const by_choice = status.offline_by_choice;
  return (
    <section class="card" aria-label="Connection">
      <p class="connection">
        <Icon name={status.connection === 'connected' ? 'sent' : status.connection === 'offline' ? 'offline' : 'sync'} />
        <strong>{words[status.connection]}</strong>
        {status.syncing && <span class="none">Syncing…</span>}
      </p>
      {status.trouble && status.connection !== 'connected' && <Notice tone="waiting" icon="offline">{status.trouble}</Notice>}
      {status.next_try !== null && status.connection !== 'connected' && (
        <p class="none">
          Next try <Moment at={status.next_try} as="ahead" />
        </p>
      )}
      <label class="switch-line">
        <span>
          Work offline
          <small>Nothing is sent or fetched until you switch this off or reconnect.</small>
        </span>
        <input type="checkbox" role="switch" checked={by_choice} onChange={(event) => void act({ do: 'offline', on: event.currentTarget.checked })} />
      </label>
    </section>
  );
}

function Figures({ status }: { status: StatusAnswer }) {
  const count = (number: number) => number_format(browser_region()).format(number);
  return (
    <section class="card" aria-label="Figures">
      <dl class="figures">
        <div>
          <dt>Last sync</dt>
          <dd>{status.last_sync === null ? 'Never' : <Moment at={status.last_sync} />}</dd>
        </div>
        <div>
          <dt>Pending changes</dt>
          <dd>{count(status.pending)}</dd>
        </div>
        <div>
          <dt>Rows on this device</dt>
          <dd>{count(status.rows)}</dd>
        </div>
        <div>
          <dt>To decide</dt>
          <dd>{count(status.conflicts)}</dd>
        </div>
        <div>
          <dt>Refused</dt>
          <dd>{count(status.errors)}</dd>
        </div>
      </dl>
    </section>
  );
}

const kKinds = { create: 'New', update: 'Edited', delete: 'Deleted' };

function Outbox({ outbox }: { outbox: OutboxAnswer }) {
  const schema = useSchema();
  return (
    <section class="card flush" aria-label="Waiting to be sent">
      <h2>
        Waiting to be sent <span class="count">{outbox.value.length}</span>
      </h2>
      <ul class="rows">
        {outbox.value.map((change) => (
          <li key={change.id}>
            <div class="row">
              <div class="row-text">
                <a class="row-link" href={`/${change.record.set}/${change.record.id}`}>
                  {reference_text(change.record)}
                </a>
                <span class="row-detail">
                  <span>{kKinds[change.kind]}</span>
                  <span>{schema.tables.find((table) => table.set === change.record.set)?.label}</span>
                  <Moment at={change.saved_at} />
                </span>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tables({ status }: { status: StatusAnswer }) {
  const schema = useSchema();
  const region = browser_region();
  const name = (set: string) => schema.tables.find((table) => table.set === set)?.plural ?? set;
  const tables = status.tables.filter((table) => table.rows > 0 || table.loading);
  return (
    <section class="card flush" aria-label="What is on this device">
      <h2>On this device</h2>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" class="figure">
              Rows
            </th>
            <th scope="col" class="figure">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {tables.map((table) => (
            <tr key={table.set}>
              <th scope="row">
                {name(table.set)}
                {table.loading && <span class="loading-mark"> Still loading</span>}
              </th>
              <td class="figure">{number_format(region).format(table.rows)}</td>
              <td class="figure">{bytes_text(table.bytes, region)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Storage({ status }: { status: StatusAnswer }) {
  if (!status.storage) return null;
  const { used, quota, persistent } = status.storage;
  const region = browser_region();
  return (
    <section class="card" aria-label="Storage">
      <h2>Storage</h2>
      <meter aria-label="Storage used" min={0} max={Math.max(1, quota)} high={quota * 0.9} value={used} />
      <p class="none">
        {bytes_text(used, region)} used of the {bytes_text(quota, region)} that the browser grants.
      </p>
      <p class="none">
        {persistent
          ? 'The browser keeps it until you sign out.'
          : 'If the device runs out of room, the browser may remove it. Installing the app (Add to home screen) protects it better.'}
      </p>
      {!status.search_ready && <p class="none">The search index is still being built.</p>}
    </section>
  );
}
