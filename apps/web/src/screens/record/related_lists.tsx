// SPDX-License-Identifier: Apache-2.0
//
// Records that point to this one: a region each, with "New" inside, which fills in what this record gives.

import { useState } from 'preact/hooks';
import type { RelatedList, Row, Table } from '../../door/door';
import { Icon } from '../../controls/icon';
import { SkeletonRows } from '../../controls/placeholders';
import { CompactRow } from '../../controls/row';
import { new_address } from '../../forms/context';
import { name_of } from '../../forms/format';
import { browser_region, number_format } from '../../forms/region';
import { step_columns } from '../../forms/steps';
import { go } from '../../store/history';
import { useLatest, useNow, useStatus, useTable, useWatch } from '../../store/store';
import { related_id } from './parts';

const kFirstRows = 5;
const kMoreRows = 50;
/** The door's limit for one window. The list of the table itself has all. */
const kRowsMax = 200;

export function RelatedLists({ table, row }: { table: Table; row: Row }) {
  return (
    <>
      {table.form.related.map((related) => (
        <Related key={related.name} related={related} row={row} />
      ))}
    </>
  );
}

function Related({ related, row }: { related: RelatedList; row: Row }) {
  const table = useTable(related.set);
  const now = useNow();
  const [most, set_most] = useState(kFirstRows);
  const columns = table ? [...new Set([...related.columns, ...step_columns(table)])] : related.columns;
  const asked = useWatch({ ask: 'list', set: related.set, view: '', related_to: { column: related.column, id: row.id }, columns, from: 0, to: most });
  const answer = useLatest(asked.answer);
  // A list has what the server knows; what waits as a draft is told beside it.
  const waiting = useWatch(useStatus()?.drafts ? { ask: 'drafts' } : null).answer;
  const drafts = waiting?.value.filter((draft) => draft.set === related.set && draft.related?.id === row.id).length ?? 0;
  if (!table) return null;
  const total = answer ? (answer.total ?? answer.rows.length) : null;
  const more = total === null ? 0 : total - answer!.rows.length;
  const id = related_id(related.name);
  return (
    <section id={id} class="section related" aria-labelledby={`${id}-label`}>
      <header class="section-head">
        <h2 id={`${id}-label`}>{related.label}</h2>
        {total !== null && total > 0 && (
          <span class="count" aria-hidden="true">
            {number_format(browser_region()).format(total)}
          </span>
        )}
        {table.can.create && (
          <button
            type="button"
            class="small-button"
            onClick={() => go(new_address(related.set, crypto.randomUUID(), { set: row.set, id: row.id, name: name_of(row) }, related))}
          >
            <Icon name="add" size={16} />
            New
          </button>
        )}
      </header>
      {total === null && !asked.refusal && <SkeletonRows rows={2} />}
      {asked.refusal && <p class="none">{asked.refusal.message}</p>}
      {total === 0 && (drafts === 0 || answer!.loading) && <p class="none">{answer!.loading ? 'Still loading' : 'None yet.'}</p>}
      {total !== null && total > 0 && (
        <ul class="rows">
          {answer!.rows.map((one) => (
            <li key={one.id}>
              <CompactRow table={table} row={one} columns={related.columns} now={now} />
            </li>
          ))}
        </ul>
      )}
      {drafts > 0 && (
        <p class="none related-drafts">
          {drafts === 1 ? '1 draft of yours belongs here.' : `${drafts} drafts of yours belong here.`} <a href="/drafts">Draft Records</a>
        </p>
      )}
      {more > 0 && most < kRowsMax && (
        <button type="button" class="more" onClick={() => set_most(Math.min(kRowsMax, most + kMoreRows))}>
          Show {Math.min(kMoreRows, more, kRowsMax - most)} more
        </button>
      )}
    </section>
  );
}
