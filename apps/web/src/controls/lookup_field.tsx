// SPDX-License-Identifier: Apache-2.0
//
// A lookup: one record, with a link to it; and a party list: several, as chips.

import type { Party, Reference } from '../door/door';
import { shown_value } from '../forms/draft';
import { reference_text } from '../forms/format';
import { type FieldProps, FieldFrame, control_props } from './field_frame';
import { Icon } from './icon';
import { Picker } from './picker';
import { useSchema } from '../store/store';

export function LookupField(props: FieldProps) {
  const { set, column, draft, shown, reason, onEdit } = props;
  const schema = useSchema();
  const value = shown_value(draft, shown, column) as Reference | null;
  const name = value ? reference_text(value) : '';
  const linked = value && value.name && schema.tables.find((table) => table.set === value.set)?.in_menu;
  const aside = (
    <>
      {value && !reason && (
        <button type="button" class="icon-button" aria-label="Clear" onClick={() => onEdit({ value: null })}>
          <Icon name="close" size={20} />
        </button>
      )}
      {!value && !reason && <Icon name="search" size={20} />}
      {linked && (
        <a class="icon-button accent" href={`/${value.set}/${value.id}`} aria-label={`Open ${name}`} title={`Open ${name}`}>
          <Icon name="forward" size={20} />
        </a>
      )}
    </>
  );
  return (
    <FieldFrame props={props} aside={aside}>
      {(ids) => (
        <Picker
          set={set}
          column={column.name}
          text={name}
          disabled={reason !== undefined}
          control={control_props(props, ids)}
          onPick={(candidate) => onEdit({ value: candidate })}
          onEmptied={() => onEdit({ value: null })}
        />
      )}
    </FieldFrame>
  );
}

export function PartyField(props: FieldProps) {
  const { set, column, draft, shown, reason, onEdit } = props;
  const parties = (shown_value(draft, shown, column) as Party[] | null) ?? [];
  const add = (candidate: Reference) => {
    if (!parties.some((party) => party.set === candidate.set && party.id === candidate.id)) onEdit({ value: [...parties, candidate] });
  };
  const remove = (index: number) => onEdit({ value: parties.filter((_, other) => other !== index) });
  return (
    <FieldFrame props={props} wide>
      {(ids) => (
        <div class="parties">
          {parties.map((party, index) => (
            <span key={`${party.set}/${party.id}`} class="party">
              {reference_text(party)}
              {!reason && (
                <button type="button" class="party-remove" aria-label={`Remove ${reference_text(party)}`} onClick={() => remove(index)}>
                  <Icon name="close" size={16} />
                </button>
              )}
            </span>
          ))}
          <Picker
            set={set}
            column={column.name}
            text=""
            disabled={reason !== undefined}
            placeholder={parties.length === 0 && !reason ? 'Add people or companies' : ''}
            control={control_props(props, ids)}
            onPick={add}
            onBackspace={() => parties.length > 0 && remove(parties.length - 1)}
          />
        </div>
      )}
    </FieldFrame>
  );
}
