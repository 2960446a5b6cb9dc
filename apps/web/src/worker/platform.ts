// SPDX-License-Identifier: Apache-2.0
//
// Which of the platforms of the rules for working offline (S1) this browser is. In demo organisations an
// address may name another, and where the clock starts: ?platform=ipad&now=2026-11-28T09:00:00Z. Elsewhere the engine looks at neither.

export const kPlatforms = [
  'ipad', 'windows8', 'windows8.1', 'windows10', 'android-tablet', 'iphone', 'android-phone', 'windows-phone', 'desktop',
] as const;
export type Platform = (typeof kPlatforms)[number];

/** First match wins. iPads call themselves Macintosh; no Macintosh has more than one touch point. */
const kMarks: [RegExp, Platform][] = [
  [/Windows Phone/, 'windows-phone'],
  [/iPhone|iPod/, 'iphone'],
  [/iPad/, 'ipad'],
  [/Android.*Mobile/, 'android-phone'],
  [/Android/, 'android-tablet'],
];
const kWindowsTablets: [RegExp, Platform][] = [
  [/Windows NT 6\.2/, 'windows8'],
  [/Windows NT 6\.3/, 'windows8.1'],
  [/Windows NT 10/, 'windows10'],
];

/** Where the clock of a demo organisation starts: ?now=2026-11-28T09:00:00Z. Elsewhere the engine doesn't look at it. */
export function start_of_clock(search: string): number | undefined {
  const at = Date.parse(new URLSearchParams(search).get('now') ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** The one that the address names. */
export function named_platform(search: string): Platform | undefined {
  const named = new URLSearchParams(search).get('platform');
  return kPlatforms.find((platform) => platform === named);
}

export function platform_of(user_agent: string, touch_points: number): Platform {
  const marks = touch_points > 1 ? [...kMarks, [/Macintosh/, 'ipad'] as const, ...kWindowsTablets] : kMarks;
  return marks.find(([mark]) => mark.test(user_agent))?.[1] ?? 'desktop';
}
