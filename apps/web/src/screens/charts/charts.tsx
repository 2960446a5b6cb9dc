// SPDX-License-Identifier: Apache-2.0
//
// Charts from what is on this device (E4), each with its figures as a table beside it.

import type { ChartAnswer } from '../../door/door';
import { Plot } from '../../controls/plot';
import { EmptyState, SkeletonRows } from '../../controls/placeholders';
import { format_money } from '../../forms/format';
import { browser_region, number_format } from '../../forms/region';
import { useLatest, useSchema, useTable, useWatch } from '../../store/store';

export function Charts() {
  const schema = useSchema();
  return (
    <main class="page">
      <header class="page-head">
        <h1 class="title">Charts</h1>
        <p class="subtitle">From the records on this device.</p>
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
      {watched.refusal && <p class="none">{watched.refusal.message}</p>}
      {answer && answer.categories.length === 0 && <p class="none">Nothing to draw yet.</p>}
      {answer && answer.categories.length > 0 && (
        <div class="chart-body">
          <Plot chart={answer} format={(value, money) => figure(value, money)} />
          <Figures answer={answer} />
        </div>
      )}
    </section>
  );
}

function Figures({ answer }: { answer: ChartAnswer }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{answer.chart.label}</th>
          {answer.series.map((series) => (
            <th key={series.label} scope="col" class="figure">
              {series.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {answer.categories.map((category, index) => (
          <tr key={index}>
            <th scope="row">{category || 'Not set'}</th>
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

function figure(value: number, money: string | undefined): string {
  return money ? format_money(Math.round(value), browser_region(), money) : number_format(browser_region()).format(value);
}
