// SPDX-License-Identifier: Apache-2.0
//
// Points in time and days, between what records hold (UTC "2026-11-25T08:15:00Z", days "2026-11-25") and what people read and type.

import { type Region, date_format, number_format, relative_format } from './region';

const kMinute = 60_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

/** "5 minutes ago", "in 2 hours", "yesterday"; from a week away on, the day itself. */
export function relative_time(at: number, now: number, region: Region): string {
  const away = at - now;
  const far = Math.abs(away);
  const format = relative_format(region);
  if (far < kMinute) return away > 0 ? format.format(1, 'minute') : format.format(0, 'second');
  if (far < kHour) return format.format(Math.trunc(away / kMinute), 'minute');
  const days = day_number(at, region) - day_number(now, region);
  if (days === 0 || far < 6 * kHour) return format.format(Math.trunc(away / kHour), 'hour');
  if (Math.abs(days) < 7) return format.format(days, 'day');
  return day_text(at, now, region);
}

/** "25 Nov", with the year if it is another one. */
export function day_text(at: number, now: number, region: Region): string {
  const same_year = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
  return date_format(region, { day: 'numeric', month: 'short', ...(same_year ? {} : { year: 'numeric' }) }).format(at);
}

export function exact_time(at: number, region: Region): string {
  return date_format(region, { dateStyle: 'full', timeStyle: 'short' }).format(at);
}

export function clock_time(at: number, region: Region): string {
  return date_format(region, { timeStyle: 'short' }).format(at);
}

/** When something is due: "Today 14:30", "Tomorrow 09:00", "Wed 09:00", "2 Dec". */
export function due_text(at: number, now: number, region: Region): string {
  const days = day_number(at, region) - day_number(now, region);
  const time = clock_time(at, region);
  if (Math.abs(days) <= 1) return `${capital(relative_format(region).format(days, 'day'))} ${time}`;
  if (days > 1 && days < 7) return `${date_format(region, { weekday: 'short' }).format(at)} ${time}`;
  return day_text(at, now, region);
}

/** Days since 1970 on the user's calendar. */
export function day_number(at: number, region: Region): number {
  return Math.floor(Date.parse(`${local_parts(at, region).day}T00:00:00Z`) / kDay);
}

/** Beginning and end of the user's day as UTC date-times. */
export function day_bounds(now: number, region: Region): { from: string; until: string } {
  const day = local_parts(now, region).day;
  return { from: to_utc(`${day}T00:00`, region)!, until: to_utc(`${next_day(day)}T00:00`, region)! };
}

function next_day(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + kDay).toISOString().slice(0, 10);
}

/** What an <input type="datetime-local"> holds: "2026-11-25T09:15" in the user's zone. */
export function to_local(utc: string, region: Region): string {
  const at = Date.parse(utc);
  if (Number.isNaN(at)) return '';
  const { day, time } = local_parts(at, region);
  return `${day}T${time}`;
}

/** The other way. null = no point in time. In the hour that summer time skips, the time after the jump. */
export function to_utc(local: string, region: Region): string | null {
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return null;
  let at = wall - offset_at(wall, region);
  at = wall - offset_at(at, region);
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Milliseconds that the zone's clock is ahead of UTC. */
function offset_at(at: number, region: Region): number {
  const { day, time } = local_parts(at, region);
  return Date.parse(`${day}T${time}:00Z`) - Math.floor(at / kMinute) * kMinute;
}

function local_parts(at: number, region: Region): { day: string; time: string } {
  const format = date_format(
    { locale: 'en-u-ca-gregory-nu-latn', zone: region.zone },
    { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  );
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  return { day: `${part['year']?.padStart(4, '0')}-${part['month']}-${part['day']}`, time: `${part['hour']}:${part['minute']}` };
}

export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** "40 sec", "3 min": how long something will still take. */
export function duration_words(seconds: number, region: Region): string {
  const [amount, unit] = seconds < 60 ? [Math.max(1, Math.ceil(seconds)), 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return number_format(region, { style: 'unit', unit, unitDisplay: 'short' }).format(amount);
}

export function part_of_day(now: number, region: Region): string {
  const hour = Number(local_parts(now, region).time.slice(0, 2));
  return hour < 5 ? 'Good night' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening';
}
