// SPDX-License-Identifier: Apache-2.0
//
// The form's sections, generated from the schema.

import type { Column, FormSection, RecordAnswer, Row, Table } from '../../door/door';
import { Field } from '../../controls/field';
import type { Form } from '../../controls/use_form';
import { column_of } from '../../forms/format';

interface Props {
  table: Table;
  row: Row;
  answer: RecordAnswer;
  form: Form;
  is_new: boolean;
}

export function FormSections(props: Props) {
  const { table, answer } = props;
  // A draft is as new as a form that is being filled in.
  const is_new = props.is_new || answer.draft !== undefined;
  return (
    <div class="sections">
      {table.form.sections.map((section) => {
        const columns = shown_columns(table, section, is_new);
        if (columns.length === 0) return null;
        const alone = without_partner(columns, table.primary_name);
        return (
          <fieldset key={section.label} id={section_id(section.label)} class="section">
            <legend>{section.label}</legend>
            <div class="fields">
              {columns.map((column) => (
                <FormField key={column.name} column={column} is_alone={alone.has(column.name)} {...props} />
              ))}
            </div>
          </fieldset>
        );
      })}
    </div>
  );
}

/** Fields stand in pairs, but some need a whole line: who would stand beside nobody has the line as well. */
function without_partner(columns: Column[], primary_name: string): Set<string> {
  const alone = new Set<string>();
  let waiting = '';
  for (const { name, type, format } of columns) {
    // Half a line would cut most of these.
    const is_long = format === 'email' || format === 'url' || name === primary_name;
    const needs_line = type === 'memo' || type === 'party_list' || is_long;
    if (is_long) alone.add(name);
    if (needs_line && waiting) alone.add(waiting);
    waiting = needs_line || waiting ? '' : name;
  }
  if (waiting) alone.add(waiting);
  return alone;
}

/** Where a form's section stands on the page. */
export function section_id(label: string): string {
  return `section ${label}`.replace(/\W+/g, '-');
}

/** A new record has nothing yet that the server sets, and begins in its first state. */
function is_shown(column: Column, is_new: boolean): boolean {
  return !column.hidden && (!is_new || (column.writable && column.type !== 'state' && column.type !== 'status'));
}

export function shown_columns(table: Table, section: FormSection, is_new: boolean): Column[] {
  return section.columns.map((name) => column_of(table, name)).filter((column) => column !== undefined && is_shown(column, is_new)) as Column[];
}

function FormField({ column, table, row, answer, form, is_new, is_alone }: Props & { column: Column; is_alone: boolean }) {
  return (
    <Field
      set={table.set}
      column={column}
      draft={form.draft}
      shown={row.values}
      problem={form.problems[column.name]}
      reason={why_fixed(column, answer, is_new)}
      is_plain={!answer.can_write.may || !column.writable}
      currency={row.currency}
      is_alone={is_alone}
      onEdit={(edit) => form.edit(column.name, edit)}
    />
  );
}

function why_fixed(column: Column, answer: RecordAnswer, is_new: boolean): string | undefined {
  if (!answer.can_write.may) return answer.can_write.reason ?? 'This record can only be read.';
  if (!column.writable) return 'Filled in by itself.';
  const fixed = answer.fixed?.[column.name];
  if (fixed) return fixed;
  if (column.only_at_create && !is_new && !answer.draft) return 'Can be set on a new record only.';
  return undefined;
}
