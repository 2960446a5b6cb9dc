// SPDX-License-Identifier: Apache-2.0
//
// Changes that the server refused (K4): the reason, and what can be done. They hold up nothing but what needs them.

import { useState } from 'preact/hooks';
import type { Column, Reference, Refused, Value } from '../../door/door';
import { AlertDialog } from '../../controls/dialog';
import { Icon } from '../../controls/icon';
import { EmptyState, SkeletonRows } from '../../controls/placeholders';
import { save_file } from '../../controls/save_file';
import { column_of, format_value, reference_text, without_ids } from '../../forms/format';
import { browser_region } from '../../forms/region';
import { refused_csv } from '../../forms/export';
import { useActOrTell, useLatest, useSchema, useStore, useTable, useWatch } from '../../store/store';

export function Errors() {
  const answer = useLatest(useWatch({ ask: 'errors' }).answer);
  const schema = useSchema();
  const export_all = () => save_file('refused-changes.csv', refused_csv(answer?.value ?? [], schema, browser_region()), 'text/csv');
  return (
    <main class="page">
      <header class="page-head">
        <div class="head-line">
          <h1 class="title">Errors</h1>
          {answer && answer.value.length > 0 && (
            <button type="button" class="button" onClick={export_all}>
              <Icon name="export" size={20} />
              Export
            </button>
          )}
        </div>
        <p class="subtitle">Changes that the server did not take. What you entered is kept here.</p>
      </header>
      {!answer && <SkeletonRows rows={4} />}
      {answer && answer.value.length === 0 && (
        <EmptyState icon="check" title="Nothing was refused">
          <p>If the server can’t take a change, it will wait here with the reason.</p>
        </EmptyState>
      )}
      <div class="cards">{answer?.value.map((error) => <RefusedChange key={error.id} error={error} />)}</div>
    </main>
  );
}

const kKinds = { create: 'New', update: 'Edit', delete: 'Delete' };

function RefusedChange({ error }: { error: Refused }) {
  const act = useActOrTell();
  const { toasts } = useStore();
  const table = useTable(error.record.set);
  const [asking, set_asking] = useState(false);
  const name = reference_text(error.record);
  const href = `/${error.record.set}/${error.record.id}`;
  const retry = async () => {
    if (await act({ do: 'retry', error: error.id })) toasts.show('It is on its way again.');
  };
  const discard = async () => {
    set_asking(false);
    if (await act({ do: 'discard', error: error.id })) toasts.show('The change is discarded.');
  };
  return (
    <article class="card refused" aria-label={`Refused: ${name}`}>
      <header>
        <h2>
          <a href={href}>{name}</a>
        </h2>
        <p class="none">
          {kKinds[error.kind]} · {table?.label}
        </p>
      </header>
      <p class="reason">
        <Icon name="error" size={20} />
        <span>{error.waits_for ? `Waits for ${reference_text(error.waits_for)}, which was refused. ${without_ids(error.reason)}` : without_ids(error.reason)}</span>
      </p>
      <Typed error={error} />
      <div class="buttons">
        <button type="button" class="button quiet bad-text" onClick={() => set_asking(true)}>
          Discard
        </button>
        {error.kind !== 'delete' && (
          <a class="button" href={href}>
            Edit
          </a>
        )}
        <button type="button" class="button primary" onClick={retry}>
          Retry
        </button>
      </div>
      {asking && (
        <AlertDialog title="Discard" confirm="Discard" onConfirm={discard} onCancel={() => set_asking(false)}>
          <p>{what_is_lost(error, name)} This can’t be undone.</p>
        </AlertDialog>
      )}
    </article>
  );
}

function what_is_lost(error: Refused, name: string): string {
  if (error.kind === 'create') return `${name} exists on this device only. It will be gone.`;
  if (error.kind === 'delete') return `${name} will stay.`;
  return `What you changed in ${name} will be gone; it will show what the server has.`;
}

function is_me(value: Value, me: Reference | null | undefined): boolean {
  return typeof value === 'object' && value !== null && 'id' in value && value.id === me?.id;
}

function Typed({ error }: { error: Refused }) {
  const table = useTable(error.record.set);
  const me = useWatch({ ask: 'session' }).answer?.me;
  // A new record holds what was filled in by itself as well: its form has what can be entered, a choice's default was left so, and
  // it is its maker's.
  const on_form = new Set(table?.form.sections.flatMap((section) => section.columns));
  const is_entered = ({ name, type, default: given }: Column, value: Value) =>
    on_form.has(name) && type !== 'state' && type !== 'status' && value !== false && Number(value) !== given && !(name === 'ownerid' && is_me(value, me));
  const values = Object.entries(error.values).flatMap(([name, value]) => {
    const column = table && column_of(table, name);
    if (!column || column.hidden || (error.kind === 'create' && !is_entered(column, value))) return [];
    const text = format_value(column, value, browser_region());
    return text ? [{ label: column.label, text }] : [];
  });
  const all = [...values, ...error.retired.map(({ column, text }) => ({ label: column, text }))];
  if (all.length === 0) return null;
  return (
    <details class="typed">
      <summary>
        What you entered <Icon name="down" size={20} />
      </summary>
      <dl>
        {all.map(({ label, text }, index) => (
          <div key={index}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
