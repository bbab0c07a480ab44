// Which metrics the page shows where. What each one means comes with the result
// (basis.definitions); this table only adds order, label and how the number is written.

import * as f from "./format";
import type { Metrics } from "./types";

export type Unit = "percent" | "money" | "seconds" | "ratio" | "count";

export interface MetricRow {
  name: string;
  label: string;
  short?: string; // where there is little room
  unit: Unit;
  signed?: boolean; // a gain or a loss: the sign is always written
}

export const groups: { title: string; rows: MetricRow[] }[] = [
  {
    title: "Return",
    rows: [
      { name: "totalReturn", label: "Total return", unit: "percent", signed: true },
      { name: "buyHoldReturn", label: "Buy and hold", unit: "percent", signed: true },
      { name: "cagr", label: "Yearly growth (CAGR)", short: "CAGR", unit: "percent", signed: true },
      { name: "annualReturn", label: "Annual return", unit: "percent", signed: true },
      { name: "finalEquity", label: "Final equity", unit: "money" },
      { name: "peakEquity", label: "Peak equity", unit: "money" },
      { name: "commissionTotal", label: "Commissions", unit: "money" },
    ],
  },
  {
    title: "Risk",
    rows: [
      { name: "maxDrawdown", label: "Max. drawdown", unit: "percent" },
      { name: "avgDrawdown", label: "Avg. drawdown", unit: "percent" },
      { name: "maxDrawdownDuration", label: "Longest drawdown", unit: "seconds" },
      { name: "avgDrawdownDuration", label: "Avg. drawdown length", unit: "seconds" },
      { name: "annualVolatility", label: "Annual volatility", unit: "percent" },
      { name: "exposureTime", label: "Exposure", unit: "percent" },
      { name: "turnover", label: "Turnover", unit: "ratio" },
    ],
  },
  {
    title: "Risk against return",
    rows: [
      { name: "sharpeRatio", label: "Sharpe ratio", unit: "ratio" },
      { name: "sharpePerBar", label: "Sharpe ratio per bar", unit: "ratio" },
      { name: "sortinoRatio", label: "Sortino ratio", unit: "ratio" },
      { name: "calmarRatio", label: "Calmar ratio", unit: "ratio" },
      { name: "alpha", label: "Alpha", unit: "percent", signed: true },
      { name: "beta", label: "Beta", unit: "ratio" },
    ],
  },
  {
    title: "Trades",
    rows: [
      { name: "tradeCount", label: "Trades", unit: "count" },
      { name: "winRate", label: "Win rate", unit: "percent" },
      { name: "profitFactor", label: "Profit factor", unit: "ratio" },
      { name: "payoffRatio", label: "Payoff ratio", unit: "ratio" },
      { name: "expectancy", label: "Expectancy", unit: "percent", signed: true },
      { name: "avgTrade", label: "Avg. trade", unit: "percent", signed: true },
      { name: "bestTrade", label: "Best trade", unit: "percent", signed: true },
      { name: "worstTrade", label: "Worst trade", unit: "percent", signed: true },
      { name: "maxTradeDuration", label: "Longest trade", unit: "seconds" },
      { name: "avgTradeDuration", label: "Avg. trade length", unit: "seconds" },
      { name: "sqn", label: "SQN", unit: "ratio" },
      { name: "kelly", label: "Kelly fraction", unit: "ratio" },
    ],
  },
];

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
      return f.number(value);
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
