// Why a run made no trades: how often each rule was true, and which entries were refused and why.

import { count, minute, plural, words } from "./format";
import type { Diagnosis, Result } from "./types";
import { Scroll } from "./ui";

const reasons: Record<string, string> = {
  stop_side: "The stop was on the wrong side of the price",
  stop_null: "The stop had no value yet",
  size_zero: "The size came to nothing (cash, lot step)",
  margin: "There was no free margin",
  size_null: "A number of the entry (size, share, bars) had no value or was out of bounds",
  min_value: "The entry was worth less than the smallest order",
  entry_null: "The price of the resting order had no value",
  session: "Outside the session",
  cooldown: "Too soon after the last exit",
  max_trades: "The day had its number of entries",
};

const reasonText = (reason: string) => reasons[reason] ?? words(reason);

export function NoTrades({ found }: { found: NonNullable<Result["noTrades"]> }) {
  const { message, bars, strategies } = found;
  return (
    <section class="panel no-trades">
      <h2>Why there were no trades</h2>
      <p>{message}</p>
      <div class="no-trades-list">
        {strategies.map((one, i) => (
          <One key={i} diagnosis={one} titled={strategies.length > 1} bars={bars} />
        ))}
      </div>
    </section>
  );
}

function One({ diagnosis, titled, bars }: { diagnosis: Diagnosis; titled: boolean; bars: number }) {
  const { name, lookback, signals, refused, examples } = diagnosis;
  const refusals = Object.entries(refused).filter(([, n]) => n > 0);
  return (
    <div>
      {titled && <h3>{name}</h3>}
      <p class="muted">Its rules look back {plural(lookback, "bar")}.</p>
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
