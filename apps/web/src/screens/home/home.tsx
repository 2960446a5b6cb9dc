// SPDX-License-Identifier: Apache-2.0
//
// What is waiting for me: first sync, decisions, unsaved forms, overdue and today's activities, what I used lately.

import { useEffect, useState } from 'preact/hooks';
import type { Reference, Row, SearchAnswer, StatusAnswer } from '../../door/door';
import { FirstSync } from '../../controls/first_sync';
import { Icon, type IconName } from '../../controls/icon';
import { AsOf } from '../../controls/moment';
import { EmptyState, SkeletonRows } from '../../controls/placeholders';
import { ReferencePicture } from '../../controls/picture';
import { CompactRow } from '../../controls/row';
import { ServerSearch } from '../../controls/server_search';
import { SearchBox } from '../../controls/search_box';
import { reference_text } from '../../forms/format';
import { browser_region, date_format } from '../../forms/region';
import { day_bounds, part_of_day } from '../../forms/time';
import { useLatest, useNow, useSchema, useStore, useWatch } from '../../store/store';
import { QuickCreate } from '../quick_create/quick_create';

const kRecentMax = 8;

export function Home() {
  const now = useNow();
  const region = browser_region();
  const [searched, set_searched] = useState('');
  const [creating, set_creating] = useState(false);
  const session = useWatch({ ask: 'session' }).answer;
  const status = useLatest(useWatch({ ask: 'status' }).answer);
  const first_name = (session?.full_name || session?.user || '').split(' ')[0];
  return (
    <main class="page home">
      <header class="page-head">
        <div class="head-line">
          <div>
            <h1 class="title">
              {part_of_day(now, region)}
              {first_name && `, ${first_name}`}
            </h1>
            <p class="subtitle">{date_format(region, { weekday: 'long', day: 'numeric', month: 'long' }).format(now)}</p>
          </div>
          <button type="button" class="button primary new" onClick={() => set_creating(true)}>
            <Icon name="add" size={20} />
            <span>Create</span>
          </button>
        </div>
        <SearchBox value={searched} placeholder="Search everything on this device" onInput={set_searched} />
      </header>
      {searched.trim() ? <Found text={searched.trim()} /> : <Waiting status={status} now={now} />}
      {creating && <QuickCreate onClose={() => set_creating(false)} />}
    </main>
  );
}

function Waiting({ status, now }: { status: StatusAnswer | undefined; now: number }) {
  const day = day_bounds(now, browser_region());
  const home = useLatest(useWatch({ ask: 'home', day }).answer);
  if (!home) return <SkeletonRows rows={6} />;
  const nothing = home.overdue.length + home.today.length + home.recent.length === 0;
  return (
    <div class="cards">
      {status?.first_sync && (
        <section class="card" aria-label="First sync">
          <h2>Getting your records</h2>
          <FirstSync progress={status.first_sync} />
          <p class="none">What has arrived can be used already. You may close the app; it goes on where it stopped.</p>
        </section>
      )}
      <Attention status={status} />
      {!nothing && (
        <div class="home-columns">
          <div class="cards">
            {home.today.length > 0 && <Activities title="Today" rows={home.today} now={now} />}
            {home.overdue.length > 0 && <Activities title="Overdue" rows={home.overdue} now={now} told_late />}
            {home.overdue.length + home.today.length === 0 && (
              <section class="card" aria-label="Today">
                <h2>Today</h2>
                <p class="none">No activities are due. Calls, tasks and appointments show here on their day.</p>
              </section>
            )}
          </div>
          {home.recent.length > 0 && <Recent recent={home.recent.slice(0, kRecentMax)} />}
        </div>
      )}
      {nothing && !status?.first_sync && (
        <EmptyState icon="star" title="Nothing is waiting for you">
          <p>Open a list, or create something. What you used lately shows here.</p>
        </EmptyState>
      )}
      {status && status.last_sync !== null && (
        <p class="list-foot">
          <AsOf at={status.last_sync} />
        </p>
      )}
    </div>
  );
}

/** What asks for a decision, or isn't safe at the server yet. */
function Attention({ status }: { status: StatusAnswer | undefined }) {
  const { kept_forms } = useStore();
  const [, redraw] = useState(0);
  useEffect(() => kept_forms.subscribe(() => redraw((n) => n + 1)), [kept_forms]);
  const kept = kept_forms.all();
  const items: { key: string; icon: IconName; href: string; text: string; tone: string }[] = [];
  if (status && status.drafts > 0) {
    items.push({ key: 'drafts', icon: 'draft', href: '/drafts', text: `${count(status.drafts, 'draft')} on this device only`, tone: 'waiting' });
  }
  if (status && status.conflicts > 0) {
    items.push({ key: 'conflicts', icon: 'conflict', href: '/conflicts', text: `Decide ${count(status.conflicts, 'conflict')}`, tone: 'conflict' });
  }
  if (status && status.errors > 0) {
    items.push({ key: 'errors', icon: 'error', href: '/errors', text: `Look at ${count(status.errors, 'refused change')}`, tone: 'bad' });
  }
  if (status && status.pending > 0) {
    items.push({ key: 'pending', icon: 'clock', href: '/sync', text: `${count(status.pending, 'record')} waiting to be sent`, tone: 'waiting' });
  }
  for (const form of kept) items.push({ key: `${form.set}/${form.id}`, icon: 'draft', href: form.address, text: `Go on with ${form.name}`, tone: 'quiet' });
  if (items.length === 0) return null;
  return (
    <section class="card" aria-label="Needs you">
      <h2>Needs you</h2>
      <ul class="attention">
        {items.map((item) => (
          <li key={item.key}>
            <a class={`attention-${item.tone}`} href={item.href}>
              <Icon name={item.icon} size={20} />
              <span>{item.text}</span>
              <Icon name="forward" size={20} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function Activities({ title, rows, now, told_late }: { title: string; rows: Row[]; now: number; told_late?: boolean }) {
  const schema = useSchema();
  return (
    <section class="card flush" aria-label={title}>
      <h2>
        {title} <span class="count">{rows.length}</span>
      </h2>
      <ul class="rows">
        {rows.map((row) => {
          const table = schema.tables.find((one) => one.set === row.set);
          return table && (
            <li key={row.id}>
              <CompactRow table={table} row={row} columns={['regardingobjectid']} now={now} told_late={told_late} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Recent({ recent }: { recent: Reference[] }) {
  return (
    <section class="card flush" aria-label="Recent">
      <h2>Recent</h2>
      <ReferenceRows references={recent.map((reference) => ({ ...reference, detail: '' }))} />
    </section>
  );
}

function Found({ text }: { text: string }) {
  const asked = useWatch({ ask: 'search', text });
  const answer = useLatest(asked.answer);
  if (!answer) return <SkeletonRows rows={4} />;
  if (answer.hits.length === 0) {
    return (
      <EmptyState icon="search" title="Nothing found on this device">
        <p>Try fewer letters, or only the beginning of a name.</p>
        <ServerSearch text={text} big />
      </EmptyState>
    );
  }
  return (
    <div class="cards">
      <section class="card flush" aria-label="Found">
        <h2>
          Found <span class="count">{answer.hits.length}</span>
        </h2>
        <ReferenceRows references={answer.hits} />
        <div class="card-foot">
          <ServerSearch text={text} />
        </div>
        {answer.preparing && <p class="none">The search index is still being built; searching will soon be quicker.</p>}
      </section>
    </div>
  );
}

function ReferenceRows({ references }: { references: SearchAnswer['hits'] }) {
  const schema = useSchema();
  return (
    <ul class="rows">
      {references.map((reference) => {
        const table = schema.tables.find((one) => one.set === reference.set);
        return (
          <li key={reference.id}>
            <div class="row">
              {table && <ReferencePicture table={table} reference={reference} />}
              <div class="row-text">
                <a class="row-link" href={`/${reference.set}/${reference.id}`}>
                  {reference_text(reference)}
                </a>
                <span class="row-detail">
                  <span>{table?.label}</span>
                  {reference.detail && <span>{reference.detail}</span>}
                </span>
              </div>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
