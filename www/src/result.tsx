// The result of a completed run.

import { useEffect, useState } from "preact/hooks";
import { address, get, messageOf } from "./api";
import { Breakdowns } from "./breakdowns";
import { Chart } from "./chart";
import {
  count,
  duration,
  NONE,
  number,
  percent,
  plural,
  signedPercent,
  time,
  words,
} from "./format";
import { groups, metricRow, otherRows, show, tone, type MetricRow } from "./metrics";
import { NoTrades } from "./notrades";
import { Settings } from "./settings";
import { Trades } from "./trades";
import type { Backtest, Metrics, Result, Whole } from "./types";
import { Notice, Scroll, Term, type Kids } from "./ui";
import { recordPath } from "./watch";

export function ResultView({ id, backtest }: { id: string; backtest: Backtest | null }) {
  const [result, setResult] = useState<Result | null>(null);
  const [error, setError] = useState("");
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setError("");
    get<Result>(`${recordPath(id)}/result`, stop.signal).then(setResult, (cause) => {
      if (!stop.signal.aborted) setError(messageOf(cause));
    });
    return () => stop.abort();
  }, [id, round]);
  if (error) {
    return (
      <Notice kind="bad" title="The result could not be loaded." live>
        <p>{error}</p>
        <button type="button" onClick={() => setRound(round + 1)}>
          Try again
        </button>
      </Notice>
    );
  }
  if (!result) return <p class="muted panel">Loading the result…</p>;
  const trades = result.metrics["tradeCount"];
  const { warnings = [], strategies = [] } = result;
  return (
    <>
      {warnings.length > 0 && (
        <Notice kind="warn" title={plural(warnings.length, "warning")}>
          <ul>
            {warnings.map((warning, i) => (
              <li key={i}>{warning}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Tiles result={result} cash={cashOf(backtest)} />
      {result.noTrades && <NoTrades found={result.noTrades} />}
      {result.band && <Band band={result.band} cash={cashOf(backtest)} />}
      <Chart id={id} csv={address(`${recordPath(id)}/equity?format=csv`)} />
      {strategies.length > 1 && <PerStrategy result={result} />}
      {result.breakdowns && trades !== 0 && <Breakdowns parts={result.breakdowns} />}
      {trades !== 0 && <Trades id={id} several={strategies.length > 1} />}
      <AllMetrics result={result} />
      <div class="two even">
        <DataBlock result={result} />
        <section class="panel">
          <h2>Settings</h2>
          {backtest && <Settings params={backtest.params} />}
          <Times backtest={backtest} />
        </section>
      </div>
    </>
  );
}

const cashOf = (backtest: Backtest | null) => {
  const cash = backtest?.params["cash"];
  return typeof cash === "number" ? cash : 10000;
};

function Tiles({ result, cash }: { result: Result; cash: number }) {
  const m = result.metrics;
  const tile = (name: string, sub: Kids = null, big = false) => (
    <Tile key={name} name={name} result={result} sub={sub} big={big} />
  );
  return (
    <section class="tiles" aria-label="Summary">
      {tile("totalReturn", <>buy and hold {signedPercent(m["buyHoldReturn"])}</>, true)}
      {tile("finalEquity", <>from {number(cash)}</>, true)}
      {tile("maxDrawdown", <>longest {duration(m["maxDrawdownDuration"])}</>, true)}
      {tile("sharpeRatio", <>Sortino {number(m["sortinoRatio"])}</>, true)}
      {tile("cagr")}
      {tile("annualVolatility")}
      {tile("tradeCount")}
      {tile("winRate")}
      {tile("profitFactor")}
      {tile("expectancy")}
      {tile("exposureTime")}
      {tile("commissionTotal")}
    </section>
  );
}

/** Why a metric has no value, in the service's own words. */
function reasonOf(result: Result, name: string): string {
  const reason = result.basis?.nulls?.[name] ?? "";
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

function Tile(props: { name: string; result: Result; sub: Kids; big: boolean }) {
  const { name, result } = props;
  const row = metricRow(name);
  const definition = result.basis?.definitions?.[name] ?? row.definition;
  const value = result.metrics[name];
  const reason = value == null ? reasonOf(result, name) : "";
  return (
    <div class={props.big ? "tile big" : "tile"} data-metric={name}>
      <p class="tile-label">
        <Term meaning={definition ?? ""}>{row.short ?? row.label}</Term>
      </p>
      <p class={`tile-value num ${tone(row, value)}`}>{show(row, value)}</p>
      {(reason || props.sub) && <p class="tile-sub num">{reason || props.sub}</p>}
    </div>
  );
}

function MetricRows({ rows, result }: { rows: MetricRow[]; result: Result }) {
  return (
    <>
      {rows
        .filter((row) => row.name in result.metrics)
        .map((row) => {
          const value = result.metrics[row.name];
          return (
            <tr key={row.name}>
              <th scope="row">{row.label}</th>
              <td class={`num ${tone(row, value)}`}>{show(row, value)}</td>
              <td class="definition">
                {value == null && reasonOf(result, row.name) && (
                  <strong>{reasonOf(result, row.name)}. </strong>
                )}
                {result.basis?.definitions?.[row.name] ?? row.definition}
              </td>
            </tr>
          );
        })}
    </>
  );
}

function AllMetrics({ result }: { result: Result }) {
  const other = otherRows(result.metrics);
  const shown = other.length > 0 ? [...groups, { title: "More", rows: other }] : groups;
  const { annualisation } = result.basis ?? {};
  return (
    <details class="panel metrics">
      <summary>
        <h2>All metrics</h2>{" "}
        <span class="muted">
          with their definitions
          {annualisation != null && <>, {count(annualisation)} days a year</>}
        </span>
      </summary>
      {shown.map(({ title, rows }) => (
        <table key={title}>
          <caption>{title}</caption>
          <thead class="visually-hidden">
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">Value</th>
              <th scope="col">Definition</th>
            </tr>
          </thead>
          <tbody>
            <MetricRows rows={rows} result={result} />
          </tbody>
        </table>
      ))}
    </details>
  );
}

const compared = [
  "totalReturn",
  "finalEquity",
  "maxDrawdown",
  "sharpeRatio",
  "tradeCount",
  "winRate",
  "profitFactor",
].map((name) => metricRow(name));

function PerStrategy({ result }: { result: Result }) {
  const cells = (metrics: Metrics) =>
    compared.map((row) => (
      <td key={row.name} class={`num ${tone(row, metrics[row.name])}`}>
        {show(row, metrics[row.name])}
      </td>
    ));
  return (
    <section class="panel">
      <h2>By strategy</h2>
      <Scroll label="By strategy">
        <table class="by-strategy">
          <thead>
            <tr>
              <th scope="col">Strategy</th>
              {compared.map((row) => (
                <th key={row.name} scope="col" class="num">
                  {row.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.strategies?.map((strategy, i) => (
              <tr key={i}>
                <th scope="row">
                  {strategy.name}
                  {strategy.params && <span class="muted"> {paramText(strategy.params)}</span>}
                </th>
                {cells(strategy.metrics)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Together</th>
              {cells(result.metrics)}
            </tr>
          </tfoot>
        </table>
      </Scroll>
    </section>
  );
}

const paramText = (params: Record<string, number | boolean>) =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

function Pair({ name, children }: { name: string; children: Kids }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What the order of prices inside the bars was worth: two whole runs, not bounds. */
function Band({ band, cash }: { band: NonNullable<Result["band"]>; cash: number }) {
  const row = (name: string, run: Whole) => {
    const change = (run.finalEquity / cash - 1) * 100;
    return (
      <tr>
        <th scope="row">{name}</th>
        <td class="num">{number(run.finalEquity)}</td>
        <td class={`num ${change > 0 ? "up" : change < 0 ? "down" : ""}`}>
          {signedPercent(change)}
        </td>
        <td class="num">{percent(run.maxDrawdown)}</td>
      </tr>
    );
  };
  return (
    <section class="panel band">
      <h2>What the order of prices inside the bars is worth</h2>
      <p>
        A candle does not say whether its high or its low came first. It decided something in{" "}
        {plural(band.orderBars, "bar")}. These are two whole runs under either view, not bounds: a
        better bar can lead to a worse trade.
      </p>
      <Scroll label="Two runs under different orders of prices">
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col" class="num">
                Final equity
              </th>
              <th scope="col" class="num">
                Return
              </th>
              <th scope="col" class="num">
                Drawdown
              </th>
            </tr>
          </thead>
          <tbody>
            {row("Pessimistic", band.pessimistic)}
            {row("Optimistic", band.optimistic)}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function DataBlock({ result }: { result: Result }) {
  const { data = {}, engine } = result;
  const known = ["symbol", "interval", "source", "bars", "from", "to", "warmup", "hash", "gaps"];
  const rest = Object.keys(data).filter((key) => !known.includes(key) && data[key] != null);
  return (
    <section class="panel data">
      <h2>Data</h2>
      <dl class="pairs">
        <Pair name="Symbol">
          {data.symbol} {data.interval}
          {data.source && data.source !== data.interval && <>, made of {data.source} bars</>}
        </Pair>
        <Pair name="Bars">{count(data.bars)}</Pair>
        <Pair name="First bar">{time(data.from)}</Pair>
        <Pair name="Last bar">{time(data.to)}</Pair>
        <Pair name="Warm-up">{plural(data.warmup ?? 0, "bar")} before the range</Pair>
        <Pair name="Gaps">
          {data.gaps ? plural(data.gaps, "place") + " with absent bars" : "none"}
        </Pair>
        <Pair name="Content hash">
          <span class="id">{data.hash ?? NONE}</span>
        </Pair>
        {rest.map((key) => (
          <Pair key={key} name={words(key)}>
            {typeof data[key] === "object" ? JSON.stringify(data[key]) : String(data[key])}
          </Pair>
        ))}
        <Pair name="Engine">
          <span class="id">{engine ?? NONE}</span>
        </Pair>
      </dl>
    </section>
  );
}

function Times({ backtest }: { backtest: Backtest | null }) {
  if (!backtest?.completedAt) return null;
  return (
    <p class="muted">
      Sent {time(backtest.createdAt)}, finished {time(backtest.completedAt)}.{" "}
      <a href={address(`${recordPath(backtest.backtestId)}/report`)}>The report as one HTML file</a>
      , <a href={address(`${recordPath(backtest.backtestId)}/result`)}>the result as JSON</a>
    </p>
  );
}
