// Why a run made no trades: how often each rule was true, and which entries were refused and why.

import { count, minute, plural, words } from "./format";
import type { Diagnosis, Result } from "./types";
import { Scroll } from "./ui";

const reasons: Record<string, string> = {
  stop_side: "The stop was on the wrong side of the price",
  stop_null: "The stop had no value yet",
  size_zero: "The size came to nothing (cash, lot step)",
  margin: "There was no free margin",
};

const reasonText = (reason: string) => reasons[reason] ?? words(reason);

const sum = (counts: Record<string, number> | undefined) =>
  Object.values(counts ?? {}).reduce((a, b) => a + b, 0);

export function NoTrades(props: { found: NonNullable<Result["noTrades"]>; data: Result["data"] }) {
  const { found, data } = props;
  const list: Diagnosis[] = found.strategies ?? [found];
  const bars = data.bars ?? found.bars ?? 0;
  return (
    <section class="panel no-trades">
      <h2>Why there were no trades</h2>
      <p>{found.reason ? found.reason : verdict(list, bars)}</p>
      <div class="no-trades-list">
        {list.map((one, i) => (
          <One key={i} diagnosis={one} titled={list.length > 1} bars={bars} />
        ))}
      </div>
    </section>
  );
}

/** The plain sentence before the numbers. */
function verdict(list: Diagnosis[], bars: number): string {
  const refused = list.reduce((n, one) => n + sum(one.refused), 0);
  const entries = list.reduce(
    (n, { signals }) => n + (signals?.["long.entry"] ?? 0) + (signals?.["short.entry"] ?? 0),
    0,
  );
  if (refused > 0) return `${plural(refused, "entry was", "entries were")} refused.`;
  if (entries > 0) {
    return `An entry rule was true on ${plural(entries, "bar")}, but none of these led to a fill.`;
  }
  const lookback = Math.max(0, ...list.map((one) => one.lookback ?? 0));
  if (lookback >= bars) {
    return `The rules need ${plural(lookback, "bar")} to warm up; the range has ${count(bars)}.`;
  }
  return `No entry rule was true on any of the ${plural(bars, "bar")}.`;
}

function One({ diagnosis, titled, bars }: { diagnosis: Diagnosis; titled: boolean; bars: number }) {
  const { name, signals = {}, refused = {}, examples = [] } = diagnosis;
  const refusals = Object.entries(refused).filter(([, n]) => n > 0);
  return (
    <div>
      {titled && name && <h3>{name}</h3>}
      {Object.keys(signals).length > 0 && (
        <table class="narrow">
          <caption>Bars on which each rule was true, of {count(bars)}</caption>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col" class="num">
                Bars
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(signals).map(([rule, n]) => (
              <tr key={rule}>
                <th scope="row">{words(rule)}</th>
                <td class="num">{count(n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {refusals.length > 0 && (
        <table class="narrow">
          <caption>Entries refused</caption>
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col" class="num">
                Entries
              </th>
            </tr>
          </thead>
          <tbody>
            {refusals.map(([reason, n]) => (
              <tr key={reason}>
                <th scope="row">{reasonText(reason)}</th>
                <td class="num">{count(n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {examples.length > 0 && (
        <details>
          <summary>{plural(examples.length, "example")}</summary>
          <Scroll label="Refused entries" tall>
            <table class="narrow">
              <thead>
                <tr>
                  <th scope="col">Bar (UTC)</th>
                  <th scope="col">Reason</th>
                </tr>
              </thead>
              <tbody>
                {examples.map(({ time, reason }, i) => (
                  <tr key={i}>
                    <td class="num">{minute(time)}</td>
                    <td>{reasonText(reason)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </details>
      )}
    </div>
  );
}
