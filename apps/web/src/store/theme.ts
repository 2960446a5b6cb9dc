// SPDX-License-Identifier: Apache-2.0
//
// Light, dark, or as the system says. The setting lies in localStorage and is applied before the first picture.

export type Theme = 'system' | 'light' | 'dark';
const kKey = 'satchel-theme';

export function theme(): Theme {
  try {
    const stored = localStorage.getItem(kKey);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

export function set_theme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(kKey);
    else localStorage.setItem(kKey, theme);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
  apply(theme);
}

export function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
