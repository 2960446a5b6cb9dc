// SPDX-License-Identifier: Apache-2.0
//
// The user's language and time zone, and their Intl formatters. Making a formatter costs more than using it, so each is made once.

export interface Region {
  /** BCP 47: "de-CH". */
  locale: string;
  /** IANA: "Europe/Zurich". */
  zone: string;
}

const formatters = new Map<string, unknown>();

function once<T>(key: string, make: () => T): T {
  if (!formatters.has(key)) formatters.set(key, make());
  return formatters.get(key) as T;
}

export function number_format(region: Region, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once(`n ${region.locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(region.locale, options));
}

export function date_format(region: Region, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zoned = { timeZone: region.zone, ...options };
  return once(`d ${region.locale} ${JSON.stringify(zoned)}`, () => new Intl.DateTimeFormat(region.locale, zoned));
}

export function relative_format(region: Region): Intl.RelativeTimeFormat {
  return once(`r ${region.locale}`, () => new Intl.RelativeTimeFormat(region.locale, { numeric: 'auto' }));
}

export function list_format(region: Region): Intl.ListFormat {
  return once(`l ${region.locale}`, () => new Intl.ListFormat(region.locale, { type: 'conjunction', style: 'short' }));
}

let of_browser: Region | null = null;

export function browser_region(): Region {
  of_browser ??= {
    locale: globalThis.navigator?.language || 'en',
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  return of_browser;
}

/** The browser reads its tables of languages and time zones when they are first used, which takes it a tenth of a second: better while
 *  somebody fills in a form than when the first list is drawn. */
export function read_ahead(): void {
  const region = browser_region();
  number_format(region).format(0);
  date_format(region, { dateStyle: 'medium' }).format(0);
  'i'.toLocaleUpperCase();
}
