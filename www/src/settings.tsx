// The request of a run, word for word.

import { words } from "./format";
import { strategyNames } from "./request";
import type { Params } from "./types";

const first = ["symbol", "interval", "startDate", "endDate", "strategies", "strategyParams"];

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value != null && !Array.isArray(value);

/** "fast 10, slow 30" */
const flat = (value: object) =>
  Object.entries(value)
    .map(([key, v]) => `${key} ${typeof v === "object" ? JSON.stringify(v) : v}`)
    .join(", ");

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((v) => typeof v === "string")) return value.join(", ");
  if (!isObject(value)) return JSON.stringify(value);
  const parts = Object.entries(value);
  return parts.every(([, v]) => isObject(v))
    ? parts.map(([key, v]) => `${key}: ${flat(v)}`).join("; ")
    : flat(value);
}

/** Names; strategies given as a whole also as they were given, on demand. */
function StrategyWords({ params }: { params: Params }) {
  const whole = params.strategies?.some(isObject);
  return (
    <>
      {strategyNames(params, Infinity)}
      {whole && (
        <details>
          <summary>As data</summary>
          <pre class="whole" tabIndex={0} aria-label="Strategies as data">
            <code>{JSON.stringify(params.strategies, null, 2)}</code>
          </pre>
        </details>
      )}
    </>
  );
}

export function Settings({ params }: { params: Params }) {
  const rest = Object.keys(params).filter((key) => !first.includes(key));
  const keys = [...first.filter((key) => params[key] != null), ...rest.sort()];
  return (
    <dl class="pairs">
      {keys.map((key) => (
        <div key={key}>
          <dt>{words(key)}</dt>
          <dd>{key === "strategies" ? <StrategyWords params={params} /> : shown(params[key])}</dd>
        </div>
      ))}
    </dl>
  );
}
