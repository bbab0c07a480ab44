// What the totals are made of: months, deepest falls, groups of trades.

import {
  count,
  date,
  duration,
  number,
  percent,
  plural,
  signed,
  signedPercent,
  words,
} from "./format";
import type { Breakdowns as Parts, Fall, Group, Period } from "./types";
import { Scroll } from "./ui";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"].concat([
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
]);

export function Breakdowns({ parts }: { parts: Parts }) {
  const { months = [], years = [], drawdowns = [], strategy = [], hour = [] } = parts;
  return (
    <>
      {months.length > 0 && <Months months={months} years={years} out={parts.monthsLeftOut ?? 0} />}
      {drawdowns.length > 0 && <Falls falls={drawdowns} />}
      {(parts.side ?? []).length > 0 && (
        <details class="panel groups">
          <summary>
            <h2>Where the trades came from</h2>{" "}
            <span class="muted">by side, exit, day and hour of entry</span>
          </summary>
          <Groups title="Side" groups={parts.side} />
          {strategy.length > 1 && <Groups title="Strategy" groups={strategy} plain />}
          <Groups title="Closed by" groups={parts.exitReason} />
          <Groups title="Day of entry (UTC)" groups={parts.weekday} />
          {hour.length > 1 && <Groups title="Hour of entry (UTC)" groups={hour} plain />}
        </details>
      )}
    </>
  );
}

const toneOf = (x: number | null | undefined) =>
  x == null || x === 0 ? "" : x > 0 ? "up" : "down";

/** How strong a month's colour is, beside the strongest. */
function shade(x: number | null | undefined, most: number): string {
  if (x == null || Math.abs(x) < 0.05) return "";
  const depth = Math.abs(x) > most * 0.6 ? 3 : Math.abs(x) > most * 0.25 ? 2 : 1;
  return `${x > 0 ? "gain" : "loss"}-${depth}`;
}

function Months({ months, years, out }: { months: Period[]; years: Period[]; out: number }) {
  const by = new Map(months.map((m) => [`${m.year}-${m.month}`, m.return]));
  const most = Math.max(...months.map((m) => Math.abs(m.return ?? 0)));
  return (
    <section class="panel">
      <h2>Returns by month, %</h2>
      <Scroll label="Returns by month">
        <table class="dense months">
          <thead>
            <tr>
              <th scope="col">Year</th>
              {MONTHS.map((name) => (
                <th key={name} scope="col" class="num">
                  {name}
                </th>
              ))}
              <th scope="col" class="num">
                Year
              </th>
            </tr>
          </thead>
          <tbody>
            {years.map((year) => (
              <tr key={year.year}>
                <th scope="row">{year.year}</th>
                {MONTHS.map((name, i) => {
                  const value = by.get(`${year.year}-${i + 1}`);
                  return (
                    <td key={name} class={`num ${shade(value, most)}`}>
                      {value == null ? "" : number(value, 1)}
                    </td>
                  );
                })}
                <td class={`num ${toneOf(year.return)}`}>{signed(year.return, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {out > 0 && <p class="muted">{plural(out, "older month")} left out.</p>}
    </section>
  );
}

function Falls({ falls }: { falls: Fall[] }) {
  return (
    <section class="panel">
      <h2>Deepest falls</h2>
      <Scroll label="Deepest falls">
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">Peak</th>
              <th scope="col">Trough</th>
              <th scope="col">Recovered</th>
              <th scope="col" class="num">
                Length
              </th>
              <th scope="col" class="num">
                Depth
              </th>
            </tr>
          </thead>
          <tbody>
            {falls.map((fall, i) => (
              <tr key={i}>
                <td>{date(fall.peak)}</td>
                <td>{date(fall.trough)}</td>
                <td>{fall.recovery ? date(fall.recovery) : "not yet"}</td>
                <td class="num">{duration(fall.duration)}</td>
                <td class="num">{percent(fall.depth)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Groups(props: { title: string; groups: Group[] | undefined; plain?: boolean }) {
  const { title, groups = [], plain } = props;
  if (groups.length === 0) return null;
  return (
    <Scroll label={title}>
      <table class="dense">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">{title}</span>
            </th>
            {["Trades", "Wins", "Profit", "Expectancy", "Profit factor", "Commissions"].map(
              (name) => (
                <th key={name} scope="col" class="num">
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.name}>
              <th scope="row">{plain ? group.name : words(group.name)}</th>
              <td class="num">{count(group.trades)}</td>
              <td class="num">{percent(group.winRate, 1)}</td>
              <td class={`num ${toneOf(group.pnl)}`}>{signed(group.pnl)}</td>
              <td class="num">{signedPercent(group.expectancy, 3)}</td>
              <td class="num">{number(group.profitFactor)}</td>
              <td class="num">{number(group.commission)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
