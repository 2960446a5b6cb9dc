// SPDX-License-Identifier: Apache-2.0
//
// Days and points in time, with the phone's own pickers. The user's zone, always.

import { shown_text, shown_value } from '../forms/draft';
import { format_value } from '../forms/format';
import { kIncomplete } from '../forms/parse';
import { browser_region } from '../forms/region';
import { type FieldProps, FieldFrame, control_props } from './field_frame';

export function DateField(props: FieldProps) {
  const { column, draft, shown, reason, onEdit } = props;
  const region = browser_region();
  const typed = shown_text(draft, shown, column, region);
  return (
    <FieldFrame props={props}>
      {(ids) =>
        reason ? (
          <input {...control_props(props, ids)} readOnly value={format_value(column, shown_value(draft, shown, column), region)} />
        ) : (
          <input
            {...control_props(props, ids)}
            class={typed === '' ? 'unset' : ''}
            type={column.type === 'date' ? 'date' : 'datetime-local'}
            min="1753-01-01"
            max={column.type === 'date' ? '9999-12-31' : '9999-12-31T23:59'}
            value={typed.startsWith(kIncomplete) ? '' : typed}
            onInput={(event) => onEdit({ text: typed_text(event.currentTarget) })}
          />
        )
      }
    </FieldFrame>
  );
}

/** A half typed date reads as "": that must not look like "no date". */
function typed_text(input: HTMLInputElement): string {
  return input.validity.badInput ? kIncomplete : input.value;
}
