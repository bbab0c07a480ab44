// How the trades' returns are spread: bars, and the quantiles as numbers.

import { count, number, plural, signed } from "./format";
import type { Distribution as Spread } from "./types";

/** A bin's bounds without the digits that a width does not need: 0.30000000000000004 is 0.3. */
const bound = (x: number) => number(x, Number.isInteger(Number(x.toPrecision(9))) ? 0 : 2);

function describe({ from, width, counts }: Spread): string {
  let most = 0;
  counts.forEach((n, k) => (most = n > counts[most]! ? k : most));
  const low = from + most * width;
  const all = counts.reduce((sum, n) => sum + n, 0);
  return (
    `${plural(all, "trade")} in steps of ${bound(width)} %. The most, ${count(counts[most])}, ` +
    `returned ${bound(low)} to ${bound(low + width)} %. The first and the last bar hold what lies outside, too.`
  );
}

export function Distribution({ spread }: { spread: Spread }) {
  const { from, width, counts, quantiles } = spread;
  const most = Math.max(...counts, 1);
  const zero = -from / width; // where 0 % is, in bins
  const summary = describe(spread);
  return (
    <section class="panel distribution">
      <h2>Returns of the trades</h2>
      <svg
        viewBox={`0 0 ${counts.length} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Chart. ${summary}`}
      >
        {counts.map((n, k) => (
          <rect
            key={k}
            class={from + (k + 0.5) * width < 0 ? "loss" : "gain"}
            x={k + 0.04}
            width={0.92}
            y={100 - (n / most) * 96}
            height={(n / most) * 96}
          >
            <title>
              {bound(from + k * width)} to {bound(from + (k + 1) * width)} %: {count(n)}
            </title>
          </rect>
        ))}
        {zero > 0 && zero < counts.length && (
          <line x1={zero} x2={zero} y1="0" y2="100" vector-effect="non-scaling-stroke" />
        )}
      </svg>
      <p class="scale num" aria-hidden="true">
        <span>{bound(from)} %</span>
        <span>{bound(from + counts.length * width)} %</span>
      </p>
      <table class="dense quantiles">
        <caption>So many percent of all trades returned less than … %</caption>
        <thead>
          <tr>
            {Object.keys(quantiles).map((q) => (
              <th key={q} scope="col" class="num">
                {q === "50" ? "half" : q}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {Object.entries(quantiles).map(([q, value]) => (
              <td key={q} class="num">
                {signed(value, width < 0.5 ? 2 : 1)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      <p class="chart-summary muted">{summary}</p>
    </section>
  );
}
