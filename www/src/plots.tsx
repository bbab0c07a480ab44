// Lines over time, one picture under another with one cursor: read by pointing, zoomed by dragging.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { minute } from "./format";
import { useTheme } from "./theme";

export interface Row {
  name: string;
  values: (number | null)[];
  height: number; // on a wide screen; less on a telephone
  low?: boolean; // in the colour of losses
  fill?: boolean;
  scale?: uPlot.Scale;
  tick: (v: number, ticks: number[]) => string;
  show: (v: number | null | undefined) => string;
}

const utc = (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");

export const compact = new Intl.NumberFormat("en-US", {
  notation: "compact",
  maximumFractionDigits: 2,
});

// What stands under the x axis, from years to minutes: in the order of ISO, as everywhere here.
const DAY = 86400;
const dates: uPlot.Axis.Values = [
  [DAY * 365, "{YYYY}", null, null, null, null, null, null, 1],
  [DAY * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [DAY, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
];

/** t: epoch ms; label: the picture in words. Times without the hour where `days`. */
export function Plots(props: { t: number[]; rows: Row[]; label: string; days?: boolean }) {
  const { t, rows, label, days } = props;
  const box = useRef<HTMLDivElement>(null);
  const [theme] = useTheme();
  const [at, setAt] = useState<number | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const plots = useRef<uPlot[]>([]);
  const seconds = useMemo(() => t.map((ms) => ms / 1000), [t]);

  const zoomOut = () => {
    const [min, max] = [seconds[0]!, seconds[seconds.length - 1]!];
    for (const plot of plots.current) plot.setScale("x", { min, max });
  };

  useEffect(() => {
    const holder = box.current!;
    const style = getComputedStyle(holder);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
      font: `11px ${style.fontFamily}`,
    };
    const sync = uPlot.sync(`plots-${Math.random()}`);
    const ends = [seconds[0]!, seconds[seconds.length - 1]!];
    const small = holder.clientWidth < 500;
    plots.current = rows.map((row, i) => {
      const holds = document.createElement("div");
      holder.append(holds);
      const last = i === rows.length - 1;
      const plot = new uPlot(
        {
          width: holder.clientWidth,
          height: Math.round(row.height * (small ? 0.75 : 1)),
          tzDate: utc,
          legend: { show: false },
          cursor: { sync: { key: sync.key, scales: ["x", null] }, drag: { x: true, y: false } },
          scales: { x: { time: true }, y: row.scale ?? {} },
          axes: [
            last ? { ...axis, values: dates } : { ...axis, values: () => [], size: 6 },
            {
              ...axis,
              size: 58,
              values: (_, ticks) => ticks.map((v) => (v == null ? "" : row.tick(v, ticks))),
            },
          ],
          series: [
            {},
            {
              stroke: colour(row.low ? "--chart-low" : "--chart-line"),
              width: row.low ? 1 : 1.5,
              points: { show: false },
              ...(row.fill && { fill: colour(row.low ? "--chart-low-fill" : "--chart-fill") }),
            },
          ],
          hooks: {
            setCursor: [(u) => setAt(u.cursor.idx ?? null)],
            setScale: [
              (u, key) => {
                const { min, max } = u.scales["x"]!;
                if (key === "x") setZoomed(min !== ends[0] || max !== ends[1]);
              },
            ],
          },
        },
        [seconds, row.values],
        holds,
      );
      sync.sub(plot);
      return plot;
    });
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
  }, [rows, seconds, theme]);

  return (
    <>
      <p class="readout num" aria-hidden="true">
        {at == null ? (
          <span class="muted">Point at the chart to read it, drag to zoom</span>
        ) : (
          <>
            <span>{days ? minute(t[at]).slice(0, 10) : `${minute(t[at])} UTC`}</span>
            {rows.map((row) => (
              <span key={row.name}>
                {row.name} <strong>{row.show(row.values[at])}</strong>
              </span>
            ))}
          </>
        )}
        {zoomed && (
          <button type="button" class="quiet" onClick={zoomOut} tabIndex={-1}>
            Whole range
          </button>
        )}
      </p>
      <div class="plots" ref={box} role="img" aria-label={`Chart. ${label}`} />
    </>
  );
}
