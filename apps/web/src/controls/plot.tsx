// SPDX-License-Identifier: Apache-2.0
//
// A chart drawn by uPlot, which is loaded when the first chart is shown. It says nothing to a screen reader: its table does.

import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { ChartAnswer } from '../door/door';
import { browser_region, number_format } from '../forms/region';

const kHeight = 220;
/** Room for "US$1.5M" beside the plot, of a letter below it, and for how many labels it suffices. */
const kAxisPixels = 64;
const kLetterPixels = 7.5;
const kLabelsMax = 8;
/** Steps between lines where something is counted: there is no half of a record. */
const kCounts = [0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

interface PlotProps {
  chart: ChartAnswer;
  /** The categories as people read them. */
  names: string[];
  format(value: number, money: string | undefined): string;
}

export function Plot({ chart, names, format }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const [draws, set_draws] = useState(0);
  const key = JSON.stringify([chart, draws]);
  useEffect(() => {
    const element = box.current!;
    let drawn: uPlot | undefined;
    let left = false;
    void load().then((UPlot) => {
      if (left) return;
      element.replaceChildren();
      drawn = new UPlot(options(UPlot, chart, names, element, format), data(chart), element);
    });
    const observer = new ResizeObserver(() => drawn?.setSize({ width: element.clientWidth, height: kHeight }));
    observer.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const again = () => set_draws((n) => n + 1);
    dark.addEventListener('change', again);
    return () => {
      left = true;
      observer.disconnect();
      dark.removeEventListener('change', again);
      drawn?.destroy();
    };
  }, [key]);
  return <div class="plot" ref={box} aria-hidden="true" style={{ height: `${kHeight}px` }} />;
}

let loading: Promise<typeof uPlot> | undefined;
function load(): Promise<typeof uPlot> {
  loading ??= Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]).then(([module]) => module.default);
  return loading;
}

/** A place of its own for each category, counted from 0. */
function data(chart: ChartAnswer): uPlot.AlignedData {
  return [chart.categories.map((_, index) => index), ...chart.series.map((series) => series.values)];
}

function options(UPlot: typeof uPlot, chart: ChartAnswer, names: string[], element: HTMLElement, format: PlotProps['format']): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const scale = letter_scale();
  const axis = { stroke: colour('--text-quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: `${12 * scale}px ${style.fontFamily}` };
  const last = chart.categories.length - 1;
  const shape = chart.chart.kind === 'line' ? {} : { paths: UPlot.paths.bars!({ size: [0.64, 64], radius: 0.12 }), points: { show: false } };
  return {
    width: element.clientWidth,
    height: kHeight,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.6, last + 0.6] }, y: { range: (_, low, high) => [Math.min(0, low), Math.max(1, high * 1.08)] } },
    axes: [
      { ...axis, grid: { show: false }, splits: () => chart.categories.map((_, index) => index), values: () => labels(names, element.clientWidth, scale), size: 36 * scale, gap: 10 },
      { ...axis, ...(chart.series[0]?.money ? {} : { incrs: kCounts }), values: (_, splits) => splits.map((value) => short(value, chart.series[0]?.money)), size: kAxisPixels * scale },
    ],
    series: [
      {},
      ...chart.series.map((series, index) => ({
        label: series.label,
        stroke: colour(index === 0 ? '--accent' : '--text-quiet'),
        fill: chart.chart.kind === 'line' ? undefined : colour(index === 0 ? '--accent' : '--text-quiet'),
        // A bar of nothing has no outline.
        width: chart.chart.kind === 'line' ? 2 : 0,
        value: (_: uPlot, value: number) => format(value, series.money),
        ...shape,
      })),
    ],
  };
}

/** Letters in a plot grow with the page's, as far as the plot has room. */
function letter_scale(): number {
  return Math.min(1.5, parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);
}

/** As many labels as fit; the table has all of them in full. */
function labels(categories: string[], width: number, scale: number): string[] {
  const room = (width - kAxisPixels * scale) / categories.length / scale;
  const longest = Math.max(...categories.map((category) => category.length));
  // Many stand in a row that one knows: some of them do. A few are cut rather than left out.
  const step = categories.length > kLabelsMax ? Math.ceil(((longest + 1) * kLetterPixels) / room) : 1;
  const letters = Math.max(3, Math.floor((step * room) / kLetterPixels));
  return categories.map((category, index) => (index % step !== 0 ? '' : category.length > letters ? `${category.slice(0, letters - 1)}…` : category));
}

function short(value: number, money: string | undefined): string {
  // The same sign as in the table beside it.
  const style = money ? ({ style: 'currency', currency: money } as const) : {};
  return number_format(browser_region(), { ...style, notation: 'compact', maximumFractionDigits: 1 }).format(value);
}
