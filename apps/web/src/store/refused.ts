// SPDX-License-Identifier: Apache-2.0
//
// Why something was refused, in words for people, whatever was thrown.

import type { Refusal } from '../door/door';

const kUnexpected =
  'That did not work, and the app does not know why. What you entered is still here; try again, and reload the app if it happens again.';

/** Takes a Refusal, an error that carries one, or anything else. Never lets a stack trace or an internal text through. */
export function refusal_of(thrown: unknown): Refusal {
  const candidate = (thrown as { refusal?: unknown } | null)?.refusal ?? thrown;
  if (is_refusal(candidate)) return candidate;
  return { rule: '', code: 'unexpected', message: kUnexpected };
}

function is_refusal(value: unknown): value is Refusal {
  const refusal = value as Partial<Refusal> | null;
  return typeof refusal?.code === 'string' && typeof refusal.message === 'string' && refusal.message !== '';
}
