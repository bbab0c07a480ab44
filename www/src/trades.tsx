// The trades, page by page from the service.

import { useEffect, useState } from "preact/hooks";
import { address, get, messageOf } from "./api";
import { count, minute, number, quantity, signed, signedPercent, words } from "./format";
import type { Page, Trade } from "./types";
import { Notice, Scroll } from "./ui";
import { recordPath } from "./watch";

const LIMIT = 50;

export function Trades({ id, several }: { id: string; several: boolean }) {
  // The cursors of the pages walked so far; the last one is the page shown.
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [page, setPage] = useState<Page<Trade> | null>(null);
  const [error, setError] = useState("");
  const cursor = cursors[cursors.length - 1];
  const path = `${recordPath(id)}/trades`;

  useEffect(() => {
    const stop = new AbortController();
    setError("");
    const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    get<Page<Trade>>(`${path}?limit=${LIMIT}${after}`, stop.signal).then(setPage, (cause) => {
      if (!stop.signal.aborted) setError(messageOf(cause));
    });
    return () => stop.abort();
  }, [path, cursor]);

  const first = (cursors.length - 1) * LIMIT;
  const older = page?.next;
  return (
    <section class="panel trades" aria-labelledby="trades">
      <header class="panel-head">
        <h2 id="trades">Trades</h2>
        <a class="button quiet" href={address(`${path}?format=csv`)} download={`${id}-trades.csv`}>
          Trades as CSV
        </a>
      </header>
      {error && (
        <Notice kind="bad" live>
          {error}
        </Notice>
      )}
      {page && page.items.length === 0 && (
        <p class="muted">No single trades are stored with this result.</p>
      )}
      {page && page.items.length > 0 && (
        <Table items={page.items} first={first} several={several} />
      )}
      {page && (cursors.length > 1 || older) && (
        <nav class="pager" aria-label="Pages of trades">
          <button
            type="button"
            disabled={cursors.length === 1}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            ← Earlier
          </button>
          <span class="num" role="status">
            {count(first + 1)}–{count(first + page.items.length)}
            {page.count != null && <> of {count(page.count)}</>}
          </span>
          <button
            type="button"
            disabled={!older}
            onClick={() => older && setCursors([...cursors, older])}
          >
            Later →
          </button>
        </nav>
      )}
    </section>
  );
}

/** What the strategy's defined series were worth when it was decided. */
function Series({ values }: { values: Trade["entryValues"] }) {
  const known = Object.entries(values ?? {}).filter(([, value]) => value != null);
  if (known.length === 0) return null;
  return (
    <span class="muted num">
      {known.map(([name, value]) => `${name} ${quantity(value)}`).join(", ")}
    </span>
  );
}

const toneOf = (x: number) => (x > 0 ? "up" : x < 0 ? "down" : "");

function Table(props: { items: Trade[]; first: number; several: boolean }) {
  return (
    <Scroll label="Trades, scrollable" tall>
      <table class="dense">
        <thead>
          <tr>
            <th scope="col" class="num">
              #
            </th>
            {props.several && <th scope="col">Strategy</th>}
            <th scope="col">Side</th>
            <th scope="col">Entry (UTC)</th>
            <th scope="col">Exit (UTC)</th>
            <th scope="col" class="num">
              Profit
            </th>
            <th scope="col" class="num">
              Return
            </th>
            <th scope="col" class="num">
              Entry price
            </th>
            <th scope="col" class="num">
              Exit price
            </th>
            <th scope="col" class="num">
              Size
            </th>
            <th scope="col" class="num">
              Commission
            </th>
            <th scope="col" class="num">
              Worst
            </th>
            <th scope="col" class="num">
              Best
            </th>
            <th scope="col">Entered by</th>
            <th scope="col">Left by</th>
          </tr>
        </thead>
        <tbody>
          {props.items.map((t, i) => (
            <tr key={i}>
              <th scope="row" class="num">
                {count(props.first + i + 1)}
              </th>
              {props.several && <td>{t.strategy}</td>}
              <td>{t.size < 0 ? "Short" : "Long"}</td>
              <td class="num left">{minute(t.entryTime)}</td>
              <td class="num left">{minute(t.exitTime)}</td>
              <td class={`num ${toneOf(t.pnl)}`}>{signed(t.pnl)}</td>
              <td class={`num ${toneOf(t.returnPct)}`}>{signedPercent(t.returnPct)}</td>
              <td class="num">{quantity(t.entryPrice)}</td>
              <td class="num">{quantity(t.exitPrice)}</td>
              <td class="num">{quantity(t.size)}</td>
              <td class="num">{number(t.commission)}</td>
              <td class="num">{signedPercent(t.mae)}</td>
              <td class="num">{signedPercent(t.mfe)}</td>
              <td>
                {words(t.entryReason)} <Series values={t.entryValues} />
              </td>
              <td>
                {words(t.exitReason)} <Series values={t.exitValues} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
