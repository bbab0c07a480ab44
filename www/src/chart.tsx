// Equity and drawdown over time: a picture, its summary in words, and its numbers as a table.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { get, messageOf } from "./api";
import { date, minute, number, percent, signedPercent } from "./format";
import { useTheme } from "./theme";
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
          {asTable ? <Numbers curve={curve} /> : <Plots curve={curve} log={log && logPossible} />}
          <p class="chart-summary muted">{summary}</p>
        </>
      )}
    </section>
  );
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

function Numbers({ curve }: { curve: Equity }) {
  return (
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
          {curve.t.map((t, i) => (
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
  );
}

const utc = (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

function Plots({ curve, log }: { curve: Equity; log: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [theme] = useTheme();
  const [at, setAt] = useState<number | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const plots = useRef<uPlot[]>([]);
  const seconds = useMemo(() => curve.t.map((t) => t / 1000), [curve]);

  const zoomOut = () => {
    const [min, max] = [seconds[0]!, seconds[seconds.length - 1]!];
    for (const plot of plots.current) plot.setScale("x", { min, max });
  };

  useEffect(() => {
    const holder = box.current!;
    const style = getComputedStyle(holder);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const line = colour("--chart-line");
    const low = colour("--chart-low");
    const axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
      font: `11px ${style.fontFamily}`,
    };
    const sync = uPlot.sync(`equity-${Math.random()}`);
    const ends = [seconds[0]!, seconds[seconds.length - 1]!];

    const options = (height: number, part: Partial<uPlot.Options>): uPlot.Options => ({
      width: holder.clientWidth,
      height,
      tzDate: utc,
      legend: { show: false },
      cursor: { sync: { key: sync.key, scales: ["x", null] }, drag: { x: true, y: false } },
      series: [],
      ...part,
      hooks: {
        setCursor: [(u) => setAt(u.cursor.idx ?? null)],
        setScale: [
          (u, key) => {
            const { min, max } = u.scales["x"]!;
            if (key === "x") setZoomed(min !== ends[0] || max !== ends[1]);
          },
        ],
      },
    });
    const yAxis = (values: (v: number, ticks: number[]) => string): uPlot.Axis => ({
      ...axis,
      size: 58,
      values: (_, ticks) => ticks.map((v) => (v == null ? "" : values(v, ticks))),
    });
    const above = document.createElement("div");
    const below = document.createElement("div");
    holder.append(above, below);
    const equity = new uPlot(
      options(holder.clientWidth < 500 ? 200 : 280, {
        scales: { x: { time: true }, y: log ? { distr: 3 } : {} },
        axes: [{ ...axis, values: () => [], size: 6 }, yAxis((v) => compact.format(v))],
        series: [
          {},
          { stroke: line, width: 1.5, fill: colour("--chart-fill"), points: { show: false } },
        ],
      }),
      [seconds, curve.equity],
      above,
    );
    const drawdown = new uPlot(
      options(holder.clientWidth < 500 ? 110 : 130, {
        scales: { x: { time: true }, y: { range: (_, min) => [Math.min(min, -1) * 1.05, 0] } },
        axes: [axis, yAxis((v, ticks) => percent(v, ticks.every(Number.isInteger) ? 0 : 1))],
        series: [
          {},
          { stroke: low, width: 1, fill: colour("--chart-low-fill"), points: { show: false } },
        ],
      }),
      [seconds, curve.drawdown],
      below,
    );
    sync.sub(equity);
    sync.sub(drawdown);
    plots.current = [equity, drawdown];
    const watcher = new ResizeObserver(() => {
      for (const plot of plots.current) {
        plot.setSize({ width: holder.clientWidth, height: plot.height });
      }
    });
    watcher.observe(holder);
    return () => {
      watcher.disconnect();
      for (const plot of plots.current) plot.destroy();
      plots.current = [];
      holder.replaceChildren();
    };
  }, [curve, seconds, log, theme]);

  return (
    <>
      <p class="readout num" aria-hidden="true">
        {at == null ? (
          <span class="muted">Point at the chart to read it, drag to zoom</span>
        ) : (
          <>
            <span>{minute(curve.t[at])} UTC</span>
            <span>
              Equity <strong>{number(curve.equity[at])}</strong>
            </span>
            <span>
              Drawdown <strong>{percent(curve.drawdown[at])}</strong>
            </span>
          </>
        )}
        {zoomed && (
          <button type="button" class="quiet" onClick={zoomOut} tabIndex={-1}>
            Whole range
          </button>
        )}
      </p>
      <div class="plots" ref={box} role="img" aria-label={`Chart. ${describe(curve)}`} />
    </>
  );
}
