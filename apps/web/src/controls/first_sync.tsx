// SPDX-License-Identifier: Apache-2.0
//
// How far the first sync is: rows, bytes, time left. What has come can be used already (R5).

import type { StatusAnswer } from '../door/door';
import { bytes_text } from '../forms/numbers';
import { browser_region, number_format } from '../forms/region';
import { duration_words } from '../forms/time';

export function FirstSync({ progress }: { progress: NonNullable<StatusAnswer['first_sync']> }) {
  const region = browser_region();
  const count = (number: number) => number_format(region).format(number);
  const { rows, rows_expected, bytes, seconds_left } = progress;
  return (
    <div class="first-sync">
      <progress aria-label="First sync" value={Math.min(rows, rows_expected)} max={Math.max(1, rows_expected)} />
      {rows_expected === 0 && <p class="none">Asking the server which records are yours.</p>}
      <p class="first-sync-figures" hidden={rows_expected === 0}>
        <span>
          {count(rows)} of {count(Math.max(rows, rows_expected))} rows · {bytes_text(bytes, region)}
        </span>
        <span>{seconds_left === null ? 'Working out the time left' : `${duration_words(seconds_left, region)} left`}</span>
      </p>
    </div>
  );
}
