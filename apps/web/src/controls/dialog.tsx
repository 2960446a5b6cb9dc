// SPDX-License-Identifier: Apache-2.0
//
// Questions before something is lost for good, and sheets. Both are the browser's own <dialog>: it traps the focus, closes on
// Escape and gives the focus back.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon';

interface AlertProps {
  title: string;
  children: ComponentChildren;
  /** The word on the button that does it. */
  confirm: string;
  busy?: boolean;
  onConfirm(): void;
  onCancel(): void;
}

export function AlertDialog({ title, children, confirm, busy, onConfirm, onCancel }: AlertProps) {
  const id = useId();
  const dialog = useModal(onCancel);
  return (
    <dialog ref={dialog} class="alert" role="alertdialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`}>{children}</div>
      <div class="buttons">
        <button type="button" class="button" autofocus onClick={onCancel}>
          Cancel
        </button>
        <button type="button" class="button bad" disabled={busy} onClick={onConfirm}>
          {confirm}
        </button>
      </div>
    </dialog>
  );
}

/** From below on a phone, in the middle on a tablet. */
export function Sheet({ title, children, onClose }: { title: string; children: ComponentChildren; onClose(): void }) {
  const id = useId();
  const dialog = useModal(onClose);
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby={`${id}-title`}>
      <header class="sheet-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="sheet-body">{children}</div>
    </dialog>
  );
}

function useModal(onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const dialog = ref.current!;
    const came_from = document.activeElement as HTMLElement | null;
    dialog.showModal();
    const cancelled = (event: Event) => {
      event.preventDefault();
      close.current();
    };
    const tapped = (event: MouseEvent) => {
      if (event.target === dialog && outside(dialog, event)) close.current();
    };
    dialog.addEventListener('cancel', cancelled);
    dialog.addEventListener('click', tapped);
    return () => {
      dialog.close();
      if (came_from?.isConnected) came_from.focus({ preventScroll: true });
    };
  }, []);
  return ref;
}

function outside(dialog: HTMLElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
