// The trades, page by page from the service.

import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { address, get, messageOf } from "./api";
import { count, minute, number, quantity, signed, signedPercent, words } from "./format";
import type { Page, Trade } from "./types";
import { Notice, Scroll } from "./ui";
import { recordPath } from "./watch";

const LIMIT = 25;

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
    <span class="series">
      {known.map(([name, value], i) => (
        <Fragment key={name}>
          {i > 0 && ", "}
          <span>
            {name} {quantity(value)}
          </span>
        </Fragment>
      ))}
    </span>
  );
}

const toneOf = (x: number) => (x > 0 ? "up" : x < 0 ? "down" : "");

/** One end of a trade: when, at what price, why, and what its series were worth. */
function End(
  props: { name: string; time: Trade["entryTime"]; price: number; reason: string } & {
    values: Trade["entryValues"];
  },
) {
  return (
    <td class="num left end" data-label={props.name}>
      <span>{minute(props.time)}</span>{" "}
      <span>
        {quantity(props.price)} <span class="muted">{words(props.reason)}</span>
      </span>{" "}
      <Series values={props.values} />
    </td>
  );
}

function Table(props: { items: Trade[]; first: number; several: boolean }) {
  return (
    <Scroll label="Trades, scrollable">
      <table class="dense trade-rows">
        <thead>
          <tr>
            <th scope="col" class="num">
              #
            </th>
            <th scope="col">Side</th>
            <th scope="col">Entry (UTC), price, reason</th>
            <th scope="col">Exit (UTC), price, reason</th>
            <th scope="col" class="num">
              Profit
            </th>
            <th scope="col" class="num">
              Size
            </th>
            <th scope="col" class="num">
              Fees
            </th>
            <th scope="col" class="num">
              Worst, best
            </th>
          </tr>
        </thead>
        <tbody>
          {props.items.map((t, i) => (
            <tr key={i}>
              <th scope="row" class="num">
                {count(props.first + i + 1)}
              </th>
              <td class="side">
                <span>{t.size < 0 ? "Short" : "Long"}</span>{" "}
                {props.several && <span class="muted">{t.strategy}</span>}
              </td>
              <End
                name="Entry"
                time={t.entryTime}
                price={t.entryPrice}
                reason={t.entryReason}
                values={t.entryValues}
              />
              <End
                name="Exit"
                time={t.exitTime}
                price={t.exitPrice}
                reason={t.exitReason}
                values={t.exitValues}
              />
              <td class={`num profit ${toneOf(t.pnl)}`}>
                <span>{signed(t.pnl)}</span> <span>{signedPercent(t.returnPct)}</span>
              </td>
              <td class="num" data-label="Size">
                {quantity(t.size)}
              </td>
              <td class="num" data-label="Fees">
                {number(t.commission)}
              </td>
              <td class="num pair" data-label="Worst, best">
                <span>{signedPercent(t.mae)}</span> <span>{signedPercent(t.mfe)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
