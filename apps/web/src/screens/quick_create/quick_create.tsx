// SPDX-License-Identifier: Apache-2.0
//
// A short form for what comes up on the way: first what, then the few columns that the schema names.

import { useState } from 'preact/hooks';
import type { Table } from '../../door/door';
import { Sheet } from '../../controls/dialog';
import { Field } from '../../controls/field';
import { Icon, table_icon } from '../../controls/icon';
import { useForm } from '../../controls/use_form';
import { context_values, new_address } from '../../forms/context';
import { column_of } from '../../forms/format';
import { kSavedWords } from '../../forms/saved_words';
import { go } from '../../store/history';
import { useAct, useLatest, useSchema, useStore, useWatch } from '../../store/store';

export function QuickCreate({ onClose }: { onClose(): void }) {
  const schema = useSchema();
  const [table, set_table] = useState<Table | null>(null);
  if (table) return <QuickForm table={table} onClose={onClose} />;
  const tables = schema.tables.filter((one) => one.in_menu && one.can.create && one.form.quick_create.length > 0);
  return (
    <Sheet title="Create" onClose={onClose}>
      <ul class="menu-list">
        {tables.map((one) => (
          <li key={one.set}>
            <button type="button" class="menu-item" onClick={() => set_table(one)}>
              <Icon name={table_icon(one.name)} />
              <span>{one.label}</span>
            </button>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

function QuickForm({ table, onClose }: { table: Table; onClose(): void }) {
  const act = useAct();
  const { toasts } = useStore();
  const session = useWatch({ ask: 'session' }).answer;
  const start = useLatest(useWatch({ ask: 'new', set: table.set }).answer);
  const [id] = useState(() => crypto.randomUUID());
  const [given] = useState(() => context_values(table, null, null, session?.me ?? null));
  const [trouble, set_trouble] = useState('');
  const columns = quick_columns(table);
  const title = `New ${table.label.toLocaleLowerCase()}`;
  const form = useForm({ table, id, shown: kNothing, columns, given, name: title, address: new_address(table.set, id) });

  const save = async (event: Event) => {
    event.preventDefault();
    if (!start?.can_create.may || !form.check(start.is_draft ? 'readable' : 'whole')) return;
    const outcome = await act({ do: 'create', set: table.set, id: id as never, values: form.changes().values });
    if ('refusal' in outcome) {
      if (!form.refused(outcome.refusal)) set_trouble(outcome.refusal.message);
      return;
    }
    form.saved();
    toasts.show(kSavedWords[outcome.done.state], { todo: { label: 'Open', run: () => go(`/${table.set}/${id}`) } });
    onClose();
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <form class="quick-form" noValidate onSubmit={save}>
        <div class="fields">
          {columns.map((name) => {
            const column = column_of(table, name)!;
            const props = { set: table.set, column, draft: form.draft, shown: kNothing, problem: form.problems[name], reason: start?.fixed[name], is_alone: column.format === 'email' };
            return <Field key={name} {...props} onEdit={(edit) => form.edit(name, edit)} />;
          })}
        </div>
        {start?.is_draft && <p class="field-note">You are offline: this is kept as a draft, on this device only.</p>}
        {start && !start.can_create.may && <p class="field-note">{start.can_create.reason}</p>}
        <div role="alert">{trouble && <p class="field-note">{trouble}</p>}</div>
        <div class="buttons">
          <button
            type="button"
            class="button"
            onClick={() => {
              onClose();
              go(new_address(table.set, id));
            }}
          >
            All fields
          </button>
          <button type="submit" class="button primary">
            Save
          </button>
        </div>
      </form>
    </Sheet>
  );
}

const kNothing = {};

/** What the schema names, and what can't be left out. */
function quick_columns(table: Table): string[] {
  const required = table.columns.filter((column) => column.required === 'required' && column.writable && !column.hidden && column.type !== 'boolean');
  const on_form = new Set(table.form.sections.flatMap((section) => section.columns));
  const names = [...table.form.quick_create, ...required.map((column) => column.name).filter((name) => on_form.has(name) && name !== 'ownerid')];
  return [...new Set(names)].filter((name) => column_of(table, name)?.writable);
}
