// SPDX-License-Identifier: Apache-2.0
//
// Whether a record is saved here, sent, or in question: by colour, icon and word together.

import type { RecordState } from '../door/door';
import { Icon, type IconName } from './icon';

const kMarks: Record<RecordState, { word: string; icon: IconName; title: string }> = {
  on_this_device: { word: 'On this device', icon: 'device', title: 'As the server has it, and readable offline.' },
  pending: { word: 'Pending', icon: 'clock', title: 'Saved on this device. It goes to the server by itself.' },
  sent: { word: 'Sent', icon: 'sent', title: 'The server has it.' },
  in_conflict: { word: 'In conflict', icon: 'conflict', title: 'Somebody changed the same. You decide what stays.' },
  draft: { word: 'On this device only', icon: 'draft', title: 'A draft: nobody else sees it until you save it while connected.' },
  saving: { word: 'Being saved', icon: 'clock', title: 'It was sent. The server\'s answer isn\'t here yet.' },
  refused: { word: 'Refused', icon: 'error', title: 'The server did not take it. What you entered is kept.' },
};

export function StateMark({ state }: { state: RecordState }) {
  const mark = kMarks[state];
  return (
    <span class={`mark mark-${state}`} title={mark.title}>
      <Icon name={mark.icon} size={16} />
      {mark.word}
    </span>
  );
}
