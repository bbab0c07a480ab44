// Equity and drawdown over time: a picture, its summary in words, and its numbers as a table.

import { useEffect, useMemo, useState } from "preact/hooks";
import { get, messageOf } from "./api";
import { count, date, minute, number, percent, signedPercent } from "./format";
import { compact, Plots, type Row } from "./plots";
import type { Equity } from "./types";
import { Notice, Scroll } from "./ui";
import { recordPath } from "./watch";

const POINTS = 2000;

export function Chart({ id, csv }: { id: string; csv: string }) {
  const [curve, setCurve] = useState<Equity | null>(null);
  const [error, setError] = useState("");
  const [asTable, setAsTable] = useState(false);
  const [log, setLog] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    get<Equity>(`${recordPath(id)}/equity?points=${POINTS}`, stop.signal).then(
      setCurve,
      (cause) => {
        if (!stop.signal.aborted) setError(messageOf(cause));
      },
    );
    return () => stop.abort();
  }, [id]);
  const summary = useMemo(() => (curve ? describe(curve) : ""), [curve]);
  const rows = useMemo(() => (curve ? rowsOf(curve, log) : []), [curve, log]);
  const logPossible = curve != null && curve.equity.every((e) => e > 0);
  return (
    <section class="panel chart" aria-labelledby="equity">
      <header class="panel-head">
        <h2 id="equity">Equity and drawdown</h2>
        <div class="actions">
          {logPossible && !asTable && (
            <button type="button" class="quiet" aria-pressed={log} onClick={() => setLog(!log)}>
              Log scale
            </button>
          )}
          <button
            type="button"
            class="quiet"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            As a table
          </button>
          <a class="button quiet" href={csv} download={`${id}-equity.csv`}>
            Equity as CSV
          </a>
        </div>
      </header>
      {error && <Notice kind="bad">{error}</Notice>}
      {!curve && !error && <div class="plots loading">Loading the curve…</div>}
      {curve && curve.t.length === 0 && (
        <p class="muted">No equity curve is stored with this result.</p>
      )}
      {curve && curve.t.length > 0 && (
        <>
          {asTable ? <Numbers curve={curve} /> : <Plots t={curve.t} rows={rows} label={summary} />}
          <p class="chart-summary muted">{summary}</p>
        </>
      )}
    </section>
  );
}

function rowsOf({ equity, drawdown }: Equity, log: boolean): Row[] {
  return [
    {
      name: "Equity",
      values: equity,
      height: 280,
      fill: true,
      scale: log ? { distr: 3 } : {},
      tick: (v) => compact.format(v),
      show: (v) => number(v),
    },
    {
      name: "Drawdown",
      values: drawdown,
      height: 130,
      low: true,
      fill: true,
      scale: { range: (_, min) => [Math.min(min, -1) * 1.05, 0] },
      tick: (v, ticks) => percent(v, ticks.every(Number.isInteger) ? 0 : 1),
      show: (v) => percent(v),
    },
  ];
}

/** What the picture shows, for whoever does not see it. */
export function describe({ t, equity, drawdown }: Equity): string {
  const last = t.length - 1;
  if (last < 0) return "";
  let peak = 0;
  let low = 0;
  for (let i = 1; i <= last; i++) {
    if (equity[i]! > equity[peak]!) peak = i;
    if (drawdown[i]! < drawdown[low]!) low = i;
  }
  const change = (equity[last]! / equity[0]! - 1) * 100;
  return (
    `From ${number(equity[0])} on ${date(t[0])} to ${number(equity[last])} on ${date(t[last])} ` +
    `(${signedPercent(change)}). Highest ${number(equity[peak])} on ${date(t[peak])}; ` +
    `deepest drawdown ${percent(drawdown[low])} on ${date(t[low])}. Times are UTC.`
  );
}

const ROWS = 250; // at a time: more of them at once would hold the browser up

function Numbers({ curve }: { curve: Equity }) {
  const [most, setMost] = useState(ROWS);
  const left = curve.t.length - most;
  return (
    <>
      <Scroll label="Equity and drawdown, scrollable" tall>
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">Time (UTC)</th>
              <th scope="col" class="num">
                Equity
              </th>
              <th scope="col" class="num">
                Drawdown
              </th>
            </tr>
          </thead>
          <tbody>
            {curve.t.slice(0, most).map((t, i) => (
              <tr key={t}>
                <th scope="row" class="num left">
                  {minute(t)}
                </th>
                <td class="num">{number(curve.equity[i])}</td>
                <td class="num">{percent(curve.drawdown[i])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {left > 0 && (
        <button type="button" class="wide" onClick={() => setMost(most + ROWS)}>
          Show {count(Math.min(ROWS, left))} more of {count(left)}
        </button>
      )}
    </>
  );
}
