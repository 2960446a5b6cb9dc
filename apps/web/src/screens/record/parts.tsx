// SPDX-License-Identifier: Apache-2.0
//
// A long form's parts as one line of buttons that stays in sight: each brings its part up.

import type { Table } from '../../door/door';
import { section_id, shown_columns } from './form_sections';

export const kTimelineId = 'timeline';

export function related_id(name: string): string {
  return `related-${name}`;
}

/** Beyond the first screen there must be enough to be worth a way there. */
const kPartsMin = 3;

export function Parts({ table, is_new }: { table: Table; is_new: boolean }) {
  const sections = table.form.sections.filter((section) => shown_columns(table, section, is_new).length > 0);
  const [first, ...others] = sections.map((section) => ({ id: section_id(section.label), label: section.label }));
  const related = is_new ? [] : table.form.related.map((list) => ({ id: related_id(list.name), label: list.label }));
  const timeline = !is_new && table.form.timeline ? [{ id: kTimelineId, label: 'Timeline' }] : [];
  // What happened and who belongs to it is looked for more often than the form's later sections.
  const parts = [...(first ? [first] : []), ...timeline, ...related, ...others];
  if (parts.length < kPartsMin) return null;
  return (
    <nav class="parts" aria-label="Parts">
      {parts.map(({ id, label }) => (
        <button key={id} type="button" class="part" onClick={() => document.getElementById(id)?.scrollIntoView({ behavior: 'smooth' })}>
          {label}
        </button>
      ))}
    </nav>
  );
}
