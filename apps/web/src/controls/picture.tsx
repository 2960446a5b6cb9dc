// SPDX-License-Identifier: Apache-2.0
//
// The picture beside a record's name: round, with initials or the table's icon where the record has none, and a sentence in its place
// where it isn't on this device (E4).

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Column, Reference, Row, Table } from '../door/door';
import { initials } from '../forms/format';
import { square_picture } from '../forms/square_picture';
import { useStore, useWatch } from '../store/store';
import { Sheet } from './dialog';
import { Icon, table_icon } from './icon';

/** The bytes tell PNG, JPEG and GIF apart, whatever the address says. */
export function picture_address(base64: string): string {
  return `data:image/png;base64,${base64}`;
}

interface AvatarProps {
  table: Table;
  name: string;
  base64?: string | null;
  /** Why there is no picture, though the record may have one. */
  missing?: string;
  big?: boolean;
}

export function Avatar({ table, name, base64, missing, big }: AvatarProps) {
  const size = big ? 'big' : '';
  if (missing) {
    return (
      <span class={`avatar person ${size}`} role="img" aria-label={missing} title={missing}>
        <Icon name="offline" size={20} />
      </span>
    );
  }
  const is_person = ['contact', 'lead', 'systemuser'].includes(table.name);
  const is_round = is_person || table.image !== undefined;
  return (
    <span class={`avatar ${is_round ? 'person' : ''} ${size}`} aria-hidden="true">
      {base64 ? <img src={picture_address(base64)} alt="" /> : is_round && name ? initials(name) : <Icon name={table_icon(table.name)} size={big ? 24 : 20} />}
    </span>
  );
}

/** In lists, whose rows tell only which picture it is. */
export function RowPicture({ table, row }: { table: Table; row: Row }) {
  const { answer, refusal } = useWatch(row.image ? { ask: 'image', set: row.set, id: row.id, image: row.image } : null);
  return <Avatar table={table} name={row.name} base64={answer?.image} missing={refusal?.rule === 'E4' ? refusal.message : undefined} />;
}

/** A finger that types or scrolls on asks for no pictures. */
const kRestMilliseconds = 300;

/** Beside what was found, or used lately: initials at once, and the picture where there is one. */
export function ReferencePicture({ table, reference }: { table: Table; reference: Reference }) {
  const [rests, set_rests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set_rests(true), kRestMilliseconds);
    return () => clearTimeout(timer);
  }, []);
  const { answer } = useWatch(table.image && rests ? { ask: 'image', set: reference.set, id: reference.id } : null);
  return <Avatar table={table} name={reference.name} base64={answer?.image} />;
}

/** The place of a picture whose record isn't on this device. Nothing while the server may have it. */
export function MissingPicture({ table, id }: { table: Table; id: Row['id'] }) {
  const { refusal } = useWatch(table.image ? { ask: 'image', set: table.set, id } : null);
  if (refusal?.rule !== 'E4') return null;
  return (
    <figure class="missing-picture">
      <Avatar table={table} name="" missing={refusal.message} big />
      <figcaption aria-hidden="true">{refusal.message}</figcaption>
    </figure>
  );
}

interface FieldProps {
  table: Table;
  column: Column;
  name: string;
  base64: string | null;
  /** Why it can't be changed. */
  fixed: boolean;
  problem?: string;
  onChange(base64: string | null): void;
}

/** In a form's head: shown, chosen, replaced, removed. */
export function PictureField({ table, column, name, base64, fixed, problem, onChange }: FieldProps) {
  const { toasts } = useStore();
  const [asking, set_asking] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const what = column.label.toLocaleLowerCase();
  const avatar = <Avatar table={table} name={name} base64={base64} big />;
  if (fixed) return avatar;

  const choose = () => input.current?.click();
  const take = async () => {
    const file = input.current?.files?.[0];
    if (!file) return;
    const picture = await square_picture(file);
    input.current!.value = '';
    if (picture) onChange(picture);
    else toasts.show(`${file.name} can’t be shown as a picture. Choose a PNG, JPEG or GIF file.`, { tone: 'bad' });
  };
  const then = (act: () => void) => () => {
    set_asking(false);
    act();
  };
  return (
    <span class="picture-field" data-column={column.name}>
      {avatar}
      <button type="button" class="picture-button" aria-label={base64 ? `Change ${what}` : `Add ${what}`} onClick={base64 ? () => set_asking(true) : choose}>
        <span class="picture-badge" aria-hidden="true">
          <Icon name={base64 ? 'draft' : 'add'} size={16} />
        </span>
      </button>
      <input ref={input} class="unseen" type="file" accept="image/*" tabIndex={-1} aria-label={`File of the ${what}`} onChange={() => void take()} />
      {problem && <span class="field-note bad-text">{problem}</span>}
      {asking && (
        <Sheet title={column.label} onClose={() => set_asking(false)}>
          <ul class="menu-list">
            <li>
              <button type="button" class="menu-item" onClick={then(choose)}>
                <Icon name="draft" />
                <span>Replace {what}</span>
              </button>
            </li>
            <li>
              <button type="button" class="menu-item" onClick={then(() => onChange(null))}>
                <Icon name="trash" />
                <span>Remove {what}</span>
              </button>
            </li>
          </ul>
        </Sheet>
      )}
    </span>
  );
}
