// The first screen: a new backtest beside the recent ones.

import { useEffect, useState } from "preact/hooks";
import { get, messageOf } from "./api";
import { Form } from "./form";
import { Recent } from "./recent";
import { defaults, described, fromParams, initialValues, type Values } from "./request";
import { fields, type Field, type Schema } from "./schema";
import type { Backtest, Page, StoredSymbol, Strategy, StrategyAnswer } from "./types";
import { Notice, useScreenTitle } from "./ui";
import { recordPath } from "./watch";

interface Loaded {
  symbols: StoredSymbol[];
  strategies: Strategy[];
  fields: Field[];
  initial: Values;
  notice: string;
}

async function everyPage<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `?cursor=${encodeURIComponent(cursor)}` : "";
    const page: Page<T> = await get<Page<T>>(path + query);
    items.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor);
  return items;
}

async function load(from: string | null): Promise<Loaded> {
  const [symbols, strategies, schema] = await Promise.all([
    everyPage<StoredSymbol>("api/market/symbols"),
    everyPage<StrategyAnswer>("api/algo/strategies").then((list) => list.map(described)),
    get<Schema>("api/algo/schema/request"),
  ]);
  const words = fields(schema);
  const usable = symbols.filter((s) => s.intervals.length > 0);
  const first = strategies[0];
  const fresh: Values = {
    ...defaults,
    chosen: first ? [{ name: first.name, values: initialValues(first) }] : [],
  };
  const all = { symbols: usable, strategies, fields: words };
  if (!from) return { ...all, initial: fresh, notice: "" };
  try {
    const { params } = await get<Backtest>(recordPath(from));
    const known = usable.some((s) => s.symbol === params.symbol);
    const notice = known ? "" : `${params.symbol} is not stored here any more.`;
    return { ...all, initial: fromParams(params, strategies, words), notice };
  } catch (error) {
    const notice = `The settings of ${from} could not be read: ${messageOf(error)}`;
    return { ...all, initial: fresh, notice };
  }
}

export function Start({ from }: { from: string | null }) {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState("");
  const [round, setRound] = useState(0);
  useScreenTitle("New backtest");
  useEffect(() => {
    let current = true;
    setError("");
    load(from).then(
      (data) => current && setLoaded(data),
      (cause) => current && setError(messageOf(cause)),
    );
    return () => {
      current = false;
    };
  }, [from, round]);
  const retry = () => setRound(round + 1);
  return (
    <div class="two">
      <div>
        {loaded?.notice && <Notice kind="warn">{loaded.notice}</Notice>}
        {error ? (
          <section class="panel">
            <h1>New backtest</h1>
            <Notice kind="bad" title={error} live>
              <button type="button" onClick={retry}>
                Try again
              </button>
            </Notice>
          </section>
        ) : !loaded ? (
          <section class="panel" aria-busy="true">
            <h1>New backtest</h1>
            <p class="muted">Loading…</p>
          </section>
        ) : loaded.symbols.length === 0 ? (
          <NoCandles onRetry={retry} />
        ) : (
          <Form {...loaded} />
        )}
      </div>
      <Recent />
    </div>
  );
}

function NoCandles({ onRetry }: { onRetry: () => void }) {
  return (
    <section class="panel empty">
      <h1>No candles are stored yet</h1>
      <p>
        A backtest runs over stored candles. Import a CSV file whose first line is{" "}
        <code>time,open,high,low,close,volume</code>:
      </p>
      <pre>
        <code>candlemill import btc.csv --symbol BTCUSDT --interval 1h</code>
      </pre>
      <p>or send it to this service:</p>
      <pre>
        <code>
          {`curl -T btc.csv -H 'Content-Type: text/csv' \\
  '${new URL("api/market/candles", document.baseURI).href}?symbol=BTCUSDT&interval=1h'`}
        </code>
      </pre>
      <p>To try things out first, make synthetic candles:</p>
      <pre>
        <code>candlemill candles generate</code>
      </pre>
      <button type="button" class="primary" onClick={onRetry}>
        Look again
      </button>
    </section>
  );
}
