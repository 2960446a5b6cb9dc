// SPDX-License-Identifier: Apache-2.0
//
// Numbers and durations, as people of a region type them.
//
// A decimal value with more than 15 digits doesn't fit a JavaScript number; it travels as text, exactly (door/door.ts, Value).

import { type Region, number_format } from './region';

const kDigitsExact = 15;

/** "1.234,50" in German is 1234.5. null = not a number. */
export function parse_number(text: string, region: Region): number | string | null {
  const plain = to_plain(text.trim(), region);
  if (plain === null || !/^-?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
  const digits = plain.replace(/[-.]/g, '').replace(/^0+/, '');
  if (digits.length <= kDigitsExact) return Number(plain);
  return plain.replace(/^(-?)0+(?=\d)/, '$1').replace(/^(-?)\./, '$10.');
}

function to_plain(text: string, region: Region): string | null {
  const { decimal, group } = separators(region);
  let plain = text.replace(/[\u2212\u2013]/g, '-').replace(/^(-?)\s+/, '$1');
  plain = plain.replace(/[^\d\s.,'\u2019\u00a0\u202f-]/g, (sign) => (is_currency_sign(sign) ? '' : sign)).trim();
  // A phone's number keys may offer only the point, whatever the region's decimal mark is.
  const points = plain.split('.').length - 1;
  const foreign_point = decimal !== '.' && points === 1 && !plain.includes(decimal) && !/\.\d{3}$/.test(plain);
  if (foreign_point) return remove(plain, group === '.' ? '' : group);
  const parts = plain.split(decimal);
  if (parts.length > 2) return null;
  const whole = parts[0]!;
  const ungrouped = remove(whole, group);
  // "12,5" in English is a slip, not 125: a group has three digits (two within India's, so only the last is looked at).
  if (ungrouped !== whole && !/\d{3}$/.test(whole)) return null;
  return parts.length === 2 ? `${ungrouped}.${parts[1]}` : ungrouped;
}

function remove(text: string, group: string): string {
  const spaces = text.replace(/[\s\u00a0\u202f'\u2019]/g, '');
  return group === '' ? spaces : spaces.split(group).join('');
}

function is_currency_sign(sign: string): boolean {
  return /\p{Sc}/u.test(sign);
}

function separators(region: Region): { decimal: string; group: string } {
  const parts = number_format(region).formatToParts(1234567.5);
  const find = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return { decimal: find('decimal') || '.', group: find('group') };
}

/** For a field: without grouping, so that typing in the middle of it does no harm. */
export function number_text(value: number | string, region: Region, scale?: number): string {
  const options: Intl.NumberFormatOptions = {
    useGrouping: false,
    maximumFractionDigits: Math.max(scale ?? 0, 10),
    ...(scale !== undefined ? { minimumFractionDigits: Number.isInteger(Number(value)) ? 0 : Math.min(scale, 2) } : {}),
  };
  return format_exact(value, number_format(region, options));
}

/** Formats text digits exactly too: Intl takes a decimal string since ES2023. */
export function format_exact(value: number | string, format: Intl.NumberFormat): string {
  return format.format(value as Intl.StringNumericLiteral);
}

export function fraction_digits(value: number | string): number {
  return String(value).split('.')[1]?.length ?? 0;
}

/** Minutes: "90", "1:30", "1.5 h", "1 h 30 min", "2 d". null = not a duration. */
export function parse_duration(text: string, region: Region): number | null {
  const trimmed = text.trim().toLowerCase();
  const clock = /^(\d+):([0-5]?\d)$/.exec(trimmed);
  if (clock) return Number(clock[1]) * 60 + Number(clock[2]);
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  let minutes = 0;
  const rest = trimmed.replace(/([\d.,]+)\s*(days?|d|hours?|hrs?|h|minutes?|mins?|m)\b\.?/g, (_, amount: string, unit: string) => {
    const number = parse_number(amount, region);
    minutes += number === null ? NaN : Number(number) * (unit.startsWith('d') ? 1440 : unit.startsWith('h') ? 60 : 1);
    return '';
  });
  return rest.trim() === '' && Number.isFinite(minutes) && trimmed !== '' ? Math.round(minutes) : null;
}

export function duration_text(minutes: number, region: Region): string {
  const unit = (amount: number, unit: string) => number_format(region, { style: 'unit', unit, unitDisplay: 'short' }).format(amount);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const left = minutes % 60;
  const parts = [days ? unit(days, 'day') : '', hours ? unit(hours, 'hour') : '', left || minutes === 0 ? unit(left, 'minute') : ''];
  return parts.filter(Boolean).join(' ');
}

export function bytes_text(bytes: number, region: Region): string {
  const units = ['kilobyte', 'megabyte', 'gigabyte'] as const;
  let step = 0;
  let amount = bytes / 1000;
  while (amount >= 1000 && step < units.length - 1) {
    amount /= 1000;
    step++;
  }
  const digits = amount >= 100 ? 0 : 1;
  return number_format(region, { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: digits }).format(amount);
}
