// SPDX-License-Identifier: Apache-2.0
//
// Our icons: strokes on a grid of 24, drawn in the text's colour. Never the only bearer of a meaning: a word or a label goes with them.

const kStrokes = {
  home: 'M4 11 12 4l8 7M6 10v9h4v-5h4v5h4v-9',
  account: 'M5 20V5h9v15M14 10h5v10M3 20h18M8 8.5h3M8 12h3M8 15.5h3M16.5 13.5v.01M16.5 16.5v.01',
  contact: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c.8-3.6 3.800-5.500 7.500-5.500s6.700 1.900 7.500 5.500',
  lead: 'M12 3v3M12 18v3M3 12h3M18 12h3M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z',
  opportunity: 'M4 17l5-5 4 3 7-8M15 7h5v5',
  incident: 'M4 6h16v9a3 3 0 0 1-3 3H9l-5 3V6ZM12 9v3M12 14.500v.01',
  task: 'M5 4h14v16H5zM8.500 12l2.500 2.500 4.500-5',
  phonecall: 'M6.500 4h3l1.500 4-2 1.500a10 10 0 0 0 5.500 5.500l1.500-2 4 1.500v3c0 1-.8 1.500-1.500 1.500C11 19 5 13 5 5.500 5 4.800 5.500 4 6.500 4Z',
  appointment: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h3',
  email: 'M3.500 6h17v12h-17zM4 7l8 6 8-6',
  note: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h6M9 16h6',
  product: 'M12 3 4 7v10l8 4 8-4V7l-8-4ZM4 7l8 4 8-4M12 11v10',
  competitor: 'M6 21V4M6 5h11l-2 4 2 4H6',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20c.8-3.600 3.800-5.500 7.500-5.500s6.700 1.900 7.500 5.500',
  team: 'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 19c.6-3 3.200-4.500 6.500-4.500s5.900 1.500 6.500 4.500M16 5a3.500 3.500 0 0 1 0 6.500M18 14.800c2 .6 3.200 2 3.600 4.200',
  table: 'M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9',
  chart: 'M4 20h16M7 17v-5M12 17V6M17 17v-8',
  draft: 'M4 20l1-4L16 5l3 3L8 19l-4 1ZM14 7l3 3',
  conflict: 'M7 20V9M17 20V9M7 9 4 12M7 9l3 3M17 20l3-3M17 20l-3-3M12 3v3',
  error: 'M12 4 2.500 20h19L12 4ZM12 10v4.500M12 17.200v.01',
  sync: 'M19.500 9A8 8 0 0 0 5.600 7.200L4 9M4 5v4h4M4.500 15a8 8 0 0 0 13.900 1.800L20 15M20 19v-4h-4',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M6 12v.01M12 12v.01M18 12v.01',
  add: 'M12 5v14M5 12h14',
  search: 'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 20 20',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  down: 'M6 9l6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.500 10 17.500 19.500 7',
  trash: 'M5 7h14M10 4h4M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5',
  map: 'M12 21c4.500-5 7-8.400 7-11.500A7 7 0 0 0 5 9.500C5 12.600 7.500 16 12 21ZM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  web: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.500 9.500h17M3.500 14.500h17M12 3c-5 5.500-5 12.500 0 18M12 3c5 5.500 5 12.500 0 18',
  offline: 'M4 4l16 16M8.500 6.600A8 8 0 0 1 19 11a4 4 0 0 1 1.700 7.300M6.600 9.200A4.800 4.800 0 0 0 7.500 19H16',
  device: 'M7 3h10v18H7zM11 18h2',
  keep: 'M7 3h10v18H7zM12 6.500v6.500M9.200 10.500l2.800 2.800 2.800-2.800M9.500 17h5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.500 2',
  sent: 'M7.500 19A4.800 4.800 0 0 1 6.600 9.200 6.500 6.500 0 0 1 19 11a4 4 0 0 1-1 8H7.500ZM9 13.500l2.200 2.200 4-4.200',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.300-1 .8-1 1.700M12 16.700v.01',
  export: 'M12 15V4M8 8l4-4 4 4M5 13v7h14v-7',
  undo: 'M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4',
  sort: 'M8 5v14M8 19l-3-3M8 19l3-3M16 19V5M16 5l-3 3M16 5l3 3',
  star: 'M12 4l2.400 5 5.600.7-4.100 3.800 1.100 5.500-5-2.800-5 2.800 1.100-5.500L4 9.700 9.600 9 12 4Z',
} as const;

export type IconName = keyof typeof kStrokes;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={`${size / 16}rem`} height={`${size / 16}rem`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={kStrokes[name]} />
    </svg>
  );
}

/** A table's icon by its name; a table of the organisation's own gets the plain one. */
export function table_icon(name: string): IconName {
  const known: Record<string, IconName> = { annotation: 'note', systemuser: 'user' };
  return known[name] ?? (name in kStrokes ? (name as IconName) : 'table');
}
