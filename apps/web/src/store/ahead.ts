// SPDX-License-Identifier: Apache-2.0
//
// A record is asked for before its screen is drawn: then the screen is drawn once, with the record, and not first without it.

import type { RecordId, RecordQuestion, SetName } from '../door/door';
import type { Watches } from './watches';

/** Nobody notices a tenth of a second; whoever must wait longer is to see that something happens. */
const kAheadMilliseconds = 80;
const kRecordAddress = /^\/(\w+)\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/** In one place, for watches are shared by the question's text. */
export function record_question(set: SetName, id: RecordId): RecordQuestion {
  return { ask: 'record', set, id };
}

/** Ends when the record at the address `to` is known, or soon; null if there is nothing to wait for. */
export function ask_ahead(watches: Watches, to: string): Promise<void> | null {
  const [, set, id] = kRecordAddress.exec(to) ?? [];
  if (set === undefined || id === undefined) return null;
  return watches.first_answer(JSON.stringify(record_question(set as SetName, id as RecordId)), kAheadMilliseconds);
}
