// SPDX-License-Identifier: Apache-2.0

import { Icon } from './icon';

export function SearchBox({ value, placeholder, onInput }: { value: string; placeholder: string; onInput(text: string): void }) {
  return (
    <div class="search">
      <Icon name="search" size={20} />
      <input
        type="search"
        aria-label="Search"
        placeholder={placeholder}
        autocomplete="off"
        enterkeyhint="search"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  );
}
