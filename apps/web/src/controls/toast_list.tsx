// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../store/store';
import { Icon } from './icon';

export function ToastList() {
  const { toasts } = useStore();
  const [, redraw] = useState(0);
  useEffect(() => toasts.subscribe(() => redraw((n) => n + 1)), [toasts]);
  return (
    <div class="toasts" aria-live="polite" role="log" aria-label="Messages">
      {toasts.all().map(({ id, text, tone, todo }) => (
        <div key={id} class={`toast toast-${tone}`}>
          {tone === 'bad' && <Icon name="error" size={20} />}
          <span>{text}</span>
          {todo && (
            <button
              type="button"
              onClick={() => {
                toasts.close(id);
                todo.run();
              }}
            >
              {todo.label}
            </button>
          )}
          <button type="button" class="icon-button" aria-label="Close message" onClick={() => toasts.close(id)}>
            <Icon name="close" size={20} />
          </button>
        </div>
      ))}
    </div>
  );
}
