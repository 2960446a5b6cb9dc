// SPDX-License-Identifier: Apache-2.0
//
// What stands where nothing is yet: grey rows while it comes, and a sentence that says what to do when there is nothing.

import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';

/** `wide`: with the rhythm of a list that has a cell a column. */
export function SkeletonRows({ rows, wide }: { rows: number; wide?: boolean }) {
  return (
    <div class={`skeleton ${wide ? 'wide' : ''}`} aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class="skeleton-row" />
      ))}
    </div>
  );
}

export function EmptyState({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={40} />
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}

/** A notice inside a screen: a reason, a warning, something that waits. */
export function Notice({ tone, icon, children }: { tone: 'quiet' | 'waiting' | 'question' | 'bad' | 'good'; icon: IconName; children: ComponentChildren }) {
  return (
    <div class={`notice notice-${tone}`}>
      <Icon name={icon} size={20} />
      <div>{children}</div>
    </div>
  );
}
