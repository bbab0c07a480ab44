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
import { Distribution } from "./distribution";
import { Rolling } from "./rolling";
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
  const { months = [], years = [], drawdowns = [], rolling, distribution } = parts;
  return (
    <>
      {rolling && rolling.t.length > 1 && <Rolling series={rolling} />}
      {months.length > 0 && <Months months={months} years={years} out={parts.monthsLeftOut ?? 0} />}
      {(drawdowns.length > 0 || distribution) && (
        <div class="two even">
          {drawdowns.length > 0 && <Falls falls={drawdowns} />}
          {distribution && distribution.counts.length > 0 && <Distribution spread={distribution} />}
        </div>
      )}
      {(parts.side ?? []).length > 0 && <Origins parts={parts} />}
    </>
  );
}

function Origins({ parts }: { parts: Parts }) {
  const { side, strategy = [], exitReason, weekday, hour = [] } = parts;
  return (
    <section class="panel groups">
      <h2>Where the trades came from</h2>
      <div class="two even">
        <div>
          <Groups title="Side" groups={side} />
          {strategy.length > 1 && <Groups title="Strategy" groups={strategy} plain />}
          <Groups title="Closed by" groups={exitReason} />
          <Groups title="Day of entry (UTC)" groups={weekday} />
        </div>
        {hour.length > 1 && <Groups title="Hour of entry (UTC)" groups={hour} plain />}
      </div>
    </section>
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
  const about = new Map(
    months.map((m) => [
      `${m.year}-${m.month}`,
      `${plural(m.trades, "trade")} closed, ${signed(m.pnl)}`,
    ]),
  );
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
              <th scope="col" class="num">
                Trades
              </th>
              <th scope="col" class="num">
                Profit
              </th>
            </tr>
          </thead>
          <tbody>
            {years.map((year) => (
              <tr key={year.year}>
                <th scope="row">{year.year}</th>
                {MONTHS.map((name, i) => {
                  const key = `${year.year}-${i + 1}`;
                  const value = by.get(key);
                  return (
                    <td key={name} class={`num ${shade(value, most)}`} title={about.get(key)}>
                      {value == null ? "" : number(value, 1)}
                    </td>
                  );
                })}
                <td class={`num ${toneOf(year.return)}`}>{signed(year.return, 1)}</td>
                <td class="num">{count(year.trades)}</td>
                <td class={`num ${toneOf(year.pnl)}`}>{signed(year.pnl, 0)}</td>
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
              <th scope="col" class="num left">
                Depth
              </th>
              <th scope="col">Peak to trough</th>
              <th scope="col">Recovered, after</th>
            </tr>
          </thead>
          <tbody>
            {falls.map((fall, i) => (
              <tr key={i}>
                <td class="num left">{percent(fall.depth)}</td>
                <td class="num left span">
                  {date(fall.peak)} <span>to {date(fall.trough)}</span>
                </td>
                <td class="num left span">
                  {fall.recovery ? date(fall.recovery) : "not yet"}{" "}
                  <span class="muted">{duration(fall.duration)}</span>
                </td>
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
      <table class="dense group-rows">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">{title}</span>
            </th>
            {["Trades", "Wins", "Profit", "Mean", "Factor", "Fees"].map((name) => (
              <th key={name} scope="col" class="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.name}>
              <th scope="row">{plain ? group.name : words(group.name)}</th>
              <td class="num">{count(group.trades)}</td>
              <td class="num">{percent(group.winRate, group.winRate === 100 ? 0 : 1)}</td>
              <td class={`num ${toneOf(group.pnl)}`}>{signed(group.pnl, 0)}</td>
              <td class="num">{signedPercent(group.expectancy)}</td>
              <td class="num">{number(group.profitFactor)}</td>
              <td class="num">{number(group.commission, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
