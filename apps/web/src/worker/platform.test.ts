// SPDX-License-Identifier: Apache-2.0
//
// Real browsers' names for themselves, and which platform of the rules each of them is.

import { describe, expect, it } from 'vitest';
import { named_platform, platform_of, start_of_clock } from './platform';

const kIpad = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15';
const kIphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const kAndroidPhone = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36';
const kAndroidTablet = 'Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const kWindowsPhone = 'Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15254';
const windows = (version: string) => `Mozilla/5.0 (Windows NT ${version}; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36`;

describe('the platform', () => {
  it('is found from what the browser says of itself and from touch (S1)', () => {
    expect(platform_of(kIpad, 5)).toBe('ipad');
    expect(platform_of(kIphone, 5)).toBe('iphone');
    expect(platform_of(kAndroidPhone, 5)).toBe('android-phone');
    expect(platform_of(kAndroidTablet, 5)).toBe('android-tablet');
    expect(platform_of(kWindowsPhone, 5)).toBe('windows-phone');
    expect(platform_of(windows('6.2'), 10)).toBe('windows8');
    expect(platform_of(windows('6.3'), 10)).toBe('windows8.1');
    expect(platform_of(windows('10.0'), 10)).toBe('windows10');
  });

  it('is a desktop without touch', () => {
    expect(platform_of(windows('10.0'), 0)).toBe('desktop');
    expect(platform_of(kIpad, 0)).toBe('desktop');
  });

  it('can be named by the address, and so can the start of the clock', () => {
    expect(named_platform('?platform=android-tablet')).toBe('android-tablet');
    expect(named_platform('?platform=toaster')).toBeUndefined();
    expect(named_platform('')).toBeUndefined();
    expect(start_of_clock('?now=2026-11-28T09:00:00Z')).toBe(Date.UTC(2026, 10, 28, 9));
    expect(start_of_clock('?now=soon')).toBeUndefined();
    expect(start_of_clock('')).toBeUndefined();
  });
});
