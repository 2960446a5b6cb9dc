// SPDX-License-Identifier: Apache-2.0
//
// Which of the platforms of the rules for working offline (S1) this browser is. An address may name another with ?platform=.

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

export function platform_of(user_agent: string, touch_points: number, search: string): Platform {
  const named = new URLSearchParams(search).get('platform');
  const known = kPlatforms.find((platform) => platform === named);
  if (known) return known;
  const marks = touch_points > 1 ? [...kMarks, [/Macintosh/, 'ipad'] as const, ...kWindowsTablets] : kMarks;
  return marks.find(([mark]) => mark.test(user_agent))?.[1] ?? 'desktop';
}
