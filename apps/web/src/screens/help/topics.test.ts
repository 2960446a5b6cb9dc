// SPDX-License-Identifier: Apache-2.0
//
// The help speaks of the reader's own experience and platform.

import { describe, expect, it } from 'vitest';
import { help_topics } from './topics';

const text_for = (known: Parameters<typeof help_topics>[0]) =>
  help_topics(known)
    .map((topic) => topic.join(': '))
    .join('\n');

describe('help', () => {
  it('speaks of the experience that the reader has (H1)', () => {
    const sync = text_for({ experience: 'sync', deployment: 'online' });
    const drafts = text_for({ experience: 'drafts', deployment: 'online' });
    expect(sync).toContain('marked Pending');
    expect(sync).not.toContain('Draft Records');
    expect(drafts).toContain('Draft Records lists them');
    expect(drafts).not.toContain('marked Pending');
  });

  it('says what a draft can belong to, by the rules of the organisation (H1, D9)', () => {
    const classic = text_for({ experience: 'drafts', deployment: 'online' });
    const extended = text_for({ experience: 'drafts', deployment: 'online', extended_drafts: true });
    expect(classic).toContain('It can’t belong to another draft');
    expect(extended).not.toContain('It can’t belong to another draft');
    expect(extended).toContain('To any record on this device, and to another draft');
    expect(extended).toContain('wait for it');
  });

  it('speaks of the platform that the reader is on, and of what a sign-in prompt means there (H1)', () => {
    const of = (platform: string) => text_for({ experience: 'drafts', deployment: 'online', rules: 'classic', platform });
    expect(of('iPad')).toContain('Add to Home Screen');
    expect(of('iPad')).toContain('Back in the sign-in prompt goes on');
    expect(of('Android tablet')).toContain('offline work ends with it');
    expect(of('Windows Phone')).toContain('offline work ends with it');
    expect(of('Windows 10 tablet')).toContain('Install this site as an app');
    expect(of('Windows 10 tablet')).toContain('goes on offline');
    expect(text_for({ experience: 'sync', deployment: 'online', rules: 'modern', platform: 'Android phone' })).toContain('No. This device goes on');
  });
});
