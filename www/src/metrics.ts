// How the page shows the metrics. The rows themselves (label, unit, group, definition) are the
// engine's own, printed by `candlemill metrics --json`; here is only what a screen adds.

import * as f from "./format";
import rows from "./metrics.json";
import type { Metrics } from "./types";

export type Unit = "percent" | "money" | "seconds" | "ratio" | "count";

export interface MetricRow {
  name: string;
  label: string;
  short?: string; // where there is little room
  unit: Unit;
  definition?: string; // of the default profile; the result's own basis.definitions wins
  signed?: boolean; // a gain or a loss: the sign is always written
}

// A gain or a loss.
const signed = new Set(
  (
    "totalReturn buyHoldReturn cagr annualReturn alpha expectancy expectancyMoney expectancyR " +
    "avgTrade avgWin avgLoss bestTrade worstTrade"
  ).split(" "),
);
const short: Record<string, string> = { cagr: "CAGR" };

const rowOf = (row: (typeof rows)[number]): MetricRow => ({
  name: row.name,
  label: row.label,
  unit: row.unit as Unit,
  definition: row.definition,
  signed: signed.has(row.name),
  ...(short[row.name] && { short: short[row.name] }),
});

export const groups: { title: string; rows: MetricRow[] }[] = [
  ...new Set(rows.map((row) => row.group)),
].map((title) => ({ title, rows: rows.filter((row) => row.group === title).map(rowOf) }));

const byName = new Map(groups.flatMap((group) => group.rows).map((row) => [row.name, row]));

export function metricRow(name: string): MetricRow {
  return byName.get(name) ?? { name, label: f.words(name), unit: "ratio" };
}

/** Metrics of a result that no group above names: a newer service has more than this page knows. */
export function otherRows(metrics: Metrics): MetricRow[] {
  return Object.keys(metrics)
    .filter((name) => !byName.has(name))
    .map(metricRow);
}

export function show(row: MetricRow, value: number | null | undefined): string {
  // A mean over many trades may be tiny and is a gain or a loss all the same.
  const digits = value != null && value !== 0 && Math.abs(value) < 0.1 ? 4 : 2;
  switch (row.unit) {
    case "percent":
      return row.signed ? f.signedPercent(value, digits) : f.percent(value, digits);
    case "money":
      return row.signed ? f.signed(value) : f.number(value);
    case "seconds":
      return f.duration(value);
    case "count":
      return f.count(value);
    default:
      return f.number(value, digits);
  }
}

/** Good, bad or neither, for colour beside the sign; only where the sign itself is the message. */
export function tone(row: MetricRow, value: number | null | undefined): "" | "up" | "down" {
  if (!row.signed || value == null || value === 0) return "";
  return value > 0 ? "up" : "down";
}
