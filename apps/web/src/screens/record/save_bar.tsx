// SPDX-License-Identifier: Apache-2.0
//
// In reach of the thumb: whether the record is saved here, sent or in question, what isn't saved yet, and Save.

import type { RecordAnswer, Row } from '../../door/door';
import { Icon } from '../../controls/icon';
import { AsOf } from '../../controls/moment';
import { StateMark } from '../../controls/state_mark';
import type { Form } from '../../controls/use_form';
import { useStore } from '../../store/store';

interface Props {
  row: Row;
  answer: RecordAnswer;
  form: Form;
  is_new: boolean;
  connected: boolean;
  saving: boolean;
  onSave(): void;
}

export function SaveBar({ row, answer, form, is_new, connected, saving, onSave }: Props) {
  const { draft } = answer;
  const can_go = draft !== undefined && connected && !draft.saving;
  const dirty = form.dirty.length > 0;
  const wrong = Object.keys(form.problems).length;
  return (
    <div class={`save-bar ${dirty ? 'dirty' : ''}`}>
      <div class="save-text">
        {!is_new && <StateMark state={row.state} />}
        {wrong > 0 ? (
          <span class="save-problem">{wrong === 1 ? 'One field needs a look' : `${wrong} fields need a look`}</span>
        ) : dirty ? (
          <span class="unsaved">Unsaved changes</span>
        ) : (
          !is_new && !draft && <AsOf at={answer.as_of} />
        )}
      </div>
      {dirty && !is_new && <RevertButton form={form} />}
      <button type="button" class="button primary" disabled={!answer.can_write.may || (!is_new && !dirty && !can_go)} aria-disabled={saving} onClick={onSave}>
        {saving ? 'Saving…' : 'Save'}
      </button>
    </div>
  );
}

function RevertButton({ form }: { form: Form }) {
  const { toasts } = useStore();
  const revert = () => {
    const put_back = form.revert();
    toasts.show('Your changes are taken back.', { todo: { label: 'Undo', run: put_back } });
  };
  return (
    <button type="button" class="button quiet" onClick={revert}>
      <Icon name="undo" size={20} />
      <span>Revert</span>
    </button>
  );
}
