// SPDX-License-Identifier: Apache-2.0
//
// Where a save went, in words, by the state that the record has then.

import type { RecordState } from '../door/door';

export const kSavedWords: Record<RecordState, string> = {
  on_this_device: 'Saved.',
  sent: 'Saved.',
  pending: 'Saved on this device.',
  draft: 'Kept as a draft, on this device only.',
  saving: 'It is being saved. The server’s answer isn’t here yet.',
  in_conflict: 'Saved on this device. Somebody else changed the same: Conflicts asks you which to keep.',
  refused: 'Kept on this device. The server did not take it: Errors says why.',
};

/** Of an edit of a record that may only be changed while connected (D8). */
export const kCaughtWords = 'Saved on this device. The connection was lost on the way: it is sent once you are connected.';
