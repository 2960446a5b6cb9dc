// SPDX-License-Identifier: Apache-2.0
//
// Charts from what is on this device (E4), each with its figures as a table beside it.

import type { ChartAnswer } from '../../door/door';
import { Plot } from '../../controls/plot';
import { EmptyState, Notice, SkeletonRows } from '../../controls/placeholders';
import { format_money } from '../../forms/format';
import { browser_region, date_format, number_format } from '../../forms/region';
import { useLatest, useSchema, useStatus, useTable, useWatch } from '../../store/store';

export function Charts() {
  const schema = useSchema();
  const status = useStatus();
  // Without the server, who works with drafts has no charts (E4): each place says so.
  const are_here = status?.experience !== 'drafts' || status.connection === 'connected';
  return (
    <main class="page" tabIndex={0}>
      <header class="page-head">
        <h1 class="title">Charts</h1>
        {are_here && <p class="subtitle">From the records on this device.</p>}
      </header>
      {schema.charts.length === 0 && (
        <EmptyState icon="chart" title="No charts">
          <p>Your organisation has not set up any.</p>
        </EmptyState>
      )}
      <div class="cards charts">
        {schema.charts.map((chart) => (
          <OneChart key={chart.name} name={chart.name} label={chart.label} set={chart.set} />
        ))}
      </div>
    </main>
  );
}

function OneChart({ name, label, set }: { name: string; label: string; set: string }) {
  const watched = useWatch({ ask: 'chart', name });
  const answer = useLatest(watched.answer);
  const table = useTable(set);
  return (
    <section class="card chart" aria-label={label}>
      <h2>{label}</h2>
      {table && <p class="none">{table.plural}</p>}
      {!answer && !watched.refusal && <SkeletonRows rows={3} />}
      {watched.refusal && <Notice tone="quiet" icon="offline">{watched.refusal.message}</Notice>}
      {!watched.refusal && answer && answer.categories.length === 0 && <p class="none">Nothing to draw yet.</p>}
      {!watched.refusal && answer?.rows_max !== undefined && (
        <Notice tone="waiting" icon="chart">
          There are more {table?.plural.toLocaleLowerCase() ?? 'records'} than a chart counts: this one shows {number_format(browser_region()).format(answer.rows_max)} of them.
        </Notice>
      )}
      {!watched.refusal && answer && answer.categories.length > 0 && (
        <div class={`chart-body of-${answer.chart.kind}`}>
          {answer.chart.kind !== 'bar' && <Plot chart={answer} names={names_of(answer)} format={(value, money) => figure(value, money)} />}
          <Figures answer={answer} />
        </div>
      )}
    </section>
  );
}

/** Bars lie in the table itself, each beside its figure. */
function Figures({ answer }: { answer: ChartAnswer }) {
  const names = names_of(answer);
  const bars = answer.chart.kind === 'bar' ? answer.series[0]?.values : undefined;
  const highest = Math.max(1, ...(bars ?? []));
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{answer.chart.period ? kHeads[answer.chart.period] : answer.chart.category}</th>
          {bars && <td class="bar-cell" />}
          {answer.series.map((series) => (
            <th key={series.label} scope="col" class="figure">
              {series.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((name, index) => shows(answer, index) && (
          <tr key={index}>
            <th scope="row">{name}</th>
            {bars && (
              <td class="bar-cell" aria-hidden="true">
                <span class="bar" style={{ width: `${(100 * (bars[index] ?? 0)) / highest}%` }} />
              </td>
            )}
            {answer.series.map((series) => (
              <td key={series.label} class="figure">
                {figure(series.values[index] ?? 0, series.money)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Periods in which nothing was need no line. */
function shows({ chart, series }: ChartAnswer, index: number): boolean {
  return !chart.period || series.some(({ values }) => values[index] !== 0);
}

const kHeads = { day: 'Day', week: 'Week from', month: 'Month' };

/** Categories as people read them. */
function names_of({ chart, categories }: ChartAnswer): string[] {
  if (!chart.period) return categories.map((category) => category || 'Not set');
  const style = chart.period === 'month' ? ({ month: 'short', year: 'numeric' } as const) : ({ day: 'numeric', month: 'short' } as const);
  const format = date_format(browser_region(), { ...style, timeZone: 'UTC' });
  return categories.map((day) => format.format(Date.parse(`${day}T00:00:00Z`)));
}

function figure(value: number, money: string | undefined): string {
  return money ? format_money(Math.round(value), browser_region(), money) : number_format(browser_region()).format(value);
}
