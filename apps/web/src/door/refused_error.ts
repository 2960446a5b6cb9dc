// SPDX-License-Identifier: Apache-2.0

import type { Refusal } from './door';

/** What a question or an action rejects with. Its message is the refusal's sentence, made for people. */
export class RefusedError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedError';
  }
}
