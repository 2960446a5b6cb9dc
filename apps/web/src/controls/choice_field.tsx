// SPDX-License-Identifier: Apache-2.0
//
// Choices, status reasons, and switches.

import type { Option, Value } from '../door/door';
import { shown_value } from '../forms/draft';
import { type FieldProps, FieldFrame, control_props } from './field_frame';
import { Icon } from './icon';

export function ChoiceField(props: FieldProps) {
  const { column, draft, shown, reason, onEdit } = props;
  const value = shown_value(draft, shown, column);
  const options = choices(props, value);
  const may_be_empty = column.type === 'choice' && (column.required !== 'required' || value === null);
  return (
    <FieldFrame props={props} aside={!reason && <Icon name="down" size={20} />}>
      {(ids) => (
        <select
          {...control_props(props, ids)}
          class={value === null ? 'unset' : ''}
          disabled={reason !== undefined}
          value={value === null ? '' : String(value)}
          onChange={(event) => onEdit({ value: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) })}
        >
          {(may_be_empty || value === null) && <option value="">{reason ? '' : 'Not set'}</option>}
          {options.map((option) => (
            <option key={option.value} value={String(option.value)}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

/** Status reasons of the record's state only: the state itself changes by its own steps. A value unknown here stays choosable. */
function choices({ column, draft, shown }: FieldProps, value: Value): Option[] {
  const options = column.options ?? [];
  const known = options.some((option) => option.value === value);
  const listed = known || value === null ? options : [...options, { value: Number(value), label: 'Another value' }];
  if (column.type !== 'status') return listed;
  const state = options.find((option) => option.value === (shown_value({ ...draft, edits: {} }, shown, column) ?? value))?.state;
  return listed.filter((option) => state === undefined || option.state === undefined || option.state === state);
}

export function SwitchField(props: FieldProps) {
  const { column, draft, shown, reason, onEdit } = props;
  const on = shown_value(draft, shown, column) === true;
  const word = (value: number) => column.options?.find((option) => option.value === value)?.label ?? (value ? 'Yes' : 'No');
  return (
    <FieldFrame props={props}>
      {(ids) => (
        <>
          <input
            {...control_props(props, ids)}
            type="checkbox"
            role="switch"
            checked={on}
            disabled={reason !== undefined}
            onChange={(event) => onEdit({ value: event.currentTarget.checked })}
          />
          <span class="switch-word" aria-hidden="true">
            {word(on ? 1 : 0)}
          </span>
        </>
      )}
    </FieldFrame>
  );
}
