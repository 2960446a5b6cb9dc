// SPDX-License-Identifier: Apache-2.0
//
// The right field for a column. A form has dozens of them, and each is drawn again for what it shows alone: its own column's edit and
// value, not for a draft or an answer that is new elsewhere.

import { useMemo } from 'preact/hooks';
import type { Value } from '../door/door';
import { ChoiceField, SwitchField } from './choice_field';
import { DateField } from './date_field';
import type { FieldProps } from './field_frame';
import { LookupField, PartyField } from './lookup_field';
import { MemoField, TextField } from './text_field';

export function Field(props: FieldProps) {
  const { set, column, draft, shown, problem, reason, is_plain, is_alone, currency } = props;
  // Of `props`, a field reads what stands here, and `onEdit`, which doesn't mind being an older one.
  return useMemo(() => control_of(props), [set, column, draft.edits[column.name], identity(shown[column.name]), problem, reason, is_plain, is_alone, currency]);
}

/** Answers make references and party lists anew; they are the same if they say the same. */
function identity(value: Value | undefined): unknown {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

function control_of(props: FieldProps) {
  switch (props.column.type) {
    case 'memo':
      return <MemoField {...props} />;
    case 'boolean':
      return <SwitchField {...props} />;
    case 'choice':
    case 'state':
    case 'status':
      return <ChoiceField {...props} />;
    case 'date':
    case 'datetime':
      return <DateField {...props} />;
    case 'lookup':
      return <LookupField {...props} />;
    case 'party_list':
      return <PartyField {...props} />;
    default:
      return <TextField {...props} />;
  }
}
