// SPDX-License-Identifier: Apache-2.0
//
// The right field for a column.

import { ChoiceField, SwitchField } from './choice_field';
import { DateField } from './date_field';
import type { FieldProps } from './field_frame';
import { LookupField, PartyField } from './lookup_field';
import { MemoField, TextField } from './text_field';

export function Field(props: FieldProps) {
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
