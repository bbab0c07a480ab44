// Bar lengths, what can be made of what is stored, and how many bars a range holds.

import { ms } from "./format";
import type { StoredInterval, StoredSymbol } from "./types";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const lengths: Record<string, number> = {
  "1m": MINUTE,
  "3m": 3 * MINUTE,
  "5m": 5 * MINUTE,
  "15m": 15 * MINUTE,
  "30m": 30 * MINUTE,
  "1h": 60 * MINUTE,
  "2h": 120 * MINUTE,
  "4h": 240 * MINUTE,
  "6h": 360 * MINUTE,
  "8h": 480 * MINUTE,
  "12h": 720 * MINUTE,
  "1d": DAY,
  "3d": 3 * DAY,
  "1w": 7 * DAY,
  "1M": 30.4375 * DAY, // its mean: good enough to count bars
};

/** An interval that can be asked for, and the stored one it comes from. */
export interface Choice {
  interval: string;
  source: StoredInterval;
}

function divides(source: string, target: string): boolean {
  const from = lengths[source];
  const to = lengths[target];
  if (!from || !to || from >= to) return false;
  return target === "1M" ? DAY % from === 0 : to % from === 0;
}

/** Every interval of a symbol: stored, or made of the coarsest stored one that divides it. */
export function choices(symbol: StoredSymbol | undefined): Choice[] {
  if (!symbol) return [];
  const stored = new Map(symbol.intervals.map((row) => [row.interval, row]));
  const list: Choice[] = [];
  for (const interval of Object.keys(lengths)) {
    const itself = stored.get(interval);
    const source =
      itself ??
      symbol.intervals
        .filter((row) => divides(row.interval, interval))
        .sort((a, b) => lengths[b.interval]! - lengths[a.interval]!)[0];
    if (source) list.push({ interval, source });
  }
  return list;
}

export interface Range {
  start: string; // "2024-01-01", or "" for all there is
  end: string; // not included
}

/** The first day with bars, and the day after the last one. */
export function wholeRange({ source }: Choice): Range {
  const end = ms(source.to) + (lengths[source.interval] ?? 0);
  return { start: day(ms(source.from)), end: day(Math.ceil(end / DAY) * DAY) };
}

function day(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : "";
}

export const presets: { name: string; months: number }[] = [
  { name: "All data", months: 0 },
  { name: "Last year", months: 12 },
  { name: "6 months", months: 6 },
  { name: "3 months", months: 3 },
];

/** The last so many months of what is stored; 0: all of it. */
export function presetRange(choice: Choice, months: number): Range {
  const all = wholeRange(choice);
  if (months === 0) return all;
  const start = new Date(ms(all.end));
  const dayOfMonth = start.getUTCDate();
  start.setUTCMonth(start.getUTCMonth() - months);
  // 31 May minus 3 months is no 3 March.
  if (start.getUTCDate() !== dayOfMonth) start.setUTCDate(0);
  const text = day(start.getTime());
  return { start: text > all.start ? text : all.start, end: all.end };
}

/** About how many bars a range tests, taking the stored ones as evenly spread. */
export function estimateBars(choice: Choice, range: Range): number {
  const { source } = choice;
  const from = ms(source.from);
  const to = ms(source.to) + (lengths[source.interval] ?? 0);
  const start = Math.max(from, range.start ? ms(range.start) : from);
  const end = Math.min(to, range.end ? ms(range.end) : to);
  if (!(end > start) || !(to > from)) return 0;
  const ratio = (lengths[choice.interval] ?? 1) / (lengths[source.interval] ?? 1);
  return Math.max(1, Math.round((source.bars * (end - start)) / (to - from) / ratio));
}

/** Sample candles are generated, and named so. */
export const isSynthetic = (symbol: unknown) =>
  typeof symbol === "string" && symbol.startsWith("SAMPLE-");
