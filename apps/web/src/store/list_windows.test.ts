// SPDX-License-Identifier: Apache-2.0
//
// Which windows of a list are watched.

import { describe, expect, it } from 'vitest';
import { window_numbers } from './list_windows';

describe('windows', () => {
  it('are watched on both sides of the screen, and further where it is going', () => {
    expect(window_numbers(520, 540, 0)).toEqual([4, 5, 6]);
    expect(window_numbers(520, 540, 1)).toEqual([4, 5, 6, 7]);
    expect(window_numbers(520, 540, -1)).toEqual([3, 4, 5, 6]);
    expect(window_numbers(0, 20, 0)).toEqual([0, 1]);
  });

  it('are only those on the screen while the table is loading', () => {
    expect(window_numbers(0, 20, 0, true)).toEqual([0]);
    expect(window_numbers(590, 610, 1, true)).toEqual([5, 6]);
  });
});
