// How steady the run was: Sharpe ratio and volatility over a window that moves along.

import { useMemo } from "preact/hooks";
import { date, number, percent } from "./format";
import { Plots, type Row } from "./plots";
import type { Rolling as Series } from "./types";

/** The picture in words: where each line ends and between what it moved. */
function describe({ t, sharpe, volatility, days }: Series): string {
  const last = t.length - 1;
  const span = (values: (number | null)[], show: (x: number | null | undefined) => string) => {
    const known = values.filter((v): v is number => v != null);
    if (known.length === 0) return "without a value";
    return `${show(values[last])} at the end, between ${show(Math.min(...known))} and ${show(Math.max(...known))}`;
  };
  return (
    `Windows of ${days} days, ${date(t[0])} to ${date(t[last])}. ` +
    `Sharpe ratio ${span(sharpe, number)}; volatility ${span(volatility, percent)} a year.`
  );
}

export function Rolling({ series }: { series: Series }) {
  const rows = useMemo((): Row[] => {
    return [
      {
        name: "Sharpe ratio",
        values: series.sharpe,
        height: 150,
        fill: true,
        // The line of nothing gained is always in the picture.
        scale: { range: (_, min, max) => [Math.min(min, 0) - 0.2, Math.max(max, 0) + 0.2] },
        tick: (v) => number(v, Math.abs(v) < 10 ? 1 : 0),
        show: (v) => number(v),
      },
      {
        name: "Volatility",
        values: series.volatility,
        height: 130,
        low: true,
        scale: { range: (_, __, max) => [0, (max || 1) * 1.05] },
        tick: (v, ticks) => percent(v, ticks.every(Number.isInteger) ? 0 : 1),
        show: (v) => percent(v),
      },
    ];
  }, [series]);
  const summary = describe(series);
  return (
    <section class="panel rolling">
      <h2>Rolling Sharpe ratio and volatility</h2>
      <Plots t={series.t} rows={rows} label={summary} days />
      <p class="chart-summary muted">{summary}</p>
    </section>
  );
}
