// SPDX-License-Identifier: Apache-2.0
//
// Text, mail, phone, web address, numbers, money, durations, and memos that grow with their text.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Column } from '../door/door';
import { shown_text } from '../forms/draft';
import { format_money, format_value, plain_text } from '../forms/format';
import { read_text } from '../forms/parse';
import { type Region, browser_region, number_format } from '../forms/region';
import { phone_link, web_link } from '../forms/steps';
import { type FieldProps, FieldFrame, control_props } from './field_frame';
import { Icon, type IconName } from './icon';
import { outside_props } from './steps';

export function TextField(props: FieldProps) {
  const { column, draft, shown, reason, onEdit, currency } = props;
  const region = browser_region();
  const is_number = ['integer', 'bigint', 'decimal', 'money'].includes(column.type);
  const [typing, set_typing] = useState(false);
  const typed = shown_text(draft, shown, column, region);
  const text = is_number && !typing ? grouped(typed, column, region) : typed;
  return (
    <FieldFrame props={props} aside={<FollowLink column={column} text={text} />}>
      {(ids) => (
        <>
          {column.type === 'money' && (typing || text !== '') && <span class="unit">{currency_sign(currency)}</span>}
          <input
            {...control_props(props, ids)}
            {...keyboard(column)}
            value={text}
            readOnly={reason !== undefined}
            autocomplete="off"
            onFocus={() => set_typing(true)}
            onBlur={() => set_typing(false)}
            onInput={(event) => onEdit({ text: event.currentTarget.value })}
          />
        </>
      )}
    </FieldFrame>
  );
}

/** As people read it; what can't be read stays as it was typed. */
function grouped(typed: string, column: Column, region: Region): string {
  const read = read_text(column, typed, region);
  return 'problem' in read || read.value === null ? typed : column.type === 'money' ? format_money(read.value as number | string, region) : format_value(column, read.value, region);
}

/** Which keys a phone shows. */
function keyboard(column: Column) {
  if (column.format === 'email') return { type: 'email', inputMode: 'email', autocapitalize: 'none' } as const;
  if (column.format === 'phone') return { type: 'tel', inputMode: 'tel' } as const;
  if (column.format === 'url') return { type: 'text', inputMode: 'url', autocapitalize: 'none' } as const;
  if (column.format === 'duration') return { type: 'text', inputMode: 'text' } as const;
  if (column.type === 'integer' || column.type === 'bigint') return { type: 'text', inputMode: (column.min ?? -1) >= 0 ? 'numeric' : 'text' } as const;
  if (column.type === 'decimal' || column.type === 'money') return { type: 'text', inputMode: (column.min ?? -1) >= 0 ? 'decimal' : 'text' } as const;
  return { type: 'text' } as const;
}

function currency_sign(currency: string | undefined): string {
  if (!currency) return '';
  const parts = number_format(browser_region(), { style: 'currency', currency, currencyDisplay: 'symbol' }).formatToParts(0);
  return parts.find((part) => part.type === 'currency')?.value ?? currency;
}

function FollowLink({ column, text }: { column: Column; text: string }) {
  if (text.trim() === '') return null;
  const links: Record<string, [IconName, string, string]> = {
    email: ['email', `mailto:${text}`, `Write to ${text}`],
    phone: ['phonecall', phone_link(text), `Call ${text}`],
    url: ['web', web_link(text), `Visit ${text}`],
  };
  const link = links[column.format ?? ''];
  if (!link) return null;
  const [icon, href, label] = link;
  if (column.format === 'url' && !URL.canParse(href)) return null;
  return (
    <a class="icon-button accent" href={href} aria-label={label} title={label} {...outside_props(href)}>
      <Icon name={icon} size={20} />
    </a>
  );
}

export function MemoField(props: FieldProps) {
  const { column, draft, shown, reason, onEdit } = props;
  const ref = useRef<HTMLTextAreaElement>(null);
  const typed = shown_text(draft, shown, column, browser_region());
  const formatted = column.format === 'html' && reason !== undefined;
  const text = formatted ? plain_text(typed) : typed;
  useLayoutEffect(() => fit(ref.current), [text]);
  return (
    <FieldFrame props={props} wide>
      {(ids) => (
        <textarea
          ref={ref}
          {...control_props(props, ids)}
          rows={2}
          value={text}
          readOnly={reason !== undefined}
          onInput={(event) => onEdit({ text: event.currentTarget.value })}
        />
      )}
    </FieldFrame>
  );
}

/** Most of a page at most: a long note shall not push everything else out of reach. */
const kMemoPixelsMax = 480;

function fit(area: HTMLTextAreaElement | null): void {
  // Where the style sheet can do it ("field-sizing: content"), it does.
  if (!area || CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${Math.min(kMemoPixelsMax, area.scrollHeight + 2)}px`;
}
