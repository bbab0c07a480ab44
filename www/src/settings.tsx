// The request of a run, word for word.

import { words } from "./format";
import type { Params } from "./types";

const first = ["symbol", "interval", "startDate", "endDate", "strategies", "strategyParams"];

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((v) => typeof v === "string")) return value.join(", ");
  if (typeof value === "object" && value != null && !Array.isArray(value)) {
    const flat = (o: object) =>
      Object.entries(o)
        .map(([key, v]) => `${key} ${typeof v === "object" ? JSON.stringify(v) : v}`)
        .join(", ");
    const parts = Object.entries(value);
    return parts.every(([, v]) => typeof v === "object" && v != null)
      ? parts.map(([key, v]) => `${key}: ${flat(v)}`).join("; ")
      : flat(value);
  }
  return JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
}

export function Settings({ params }: { params: Params }) {
  const rest = Object.keys(params).filter((key) => !first.includes(key));
  const keys = [...first.filter((key) => params[key] != null), ...rest.sort()];
  return (
    <dl class="pairs">
      {keys.map((key) => (
        <div key={key}>
          <dt>{words(key)}</dt>
          <dd>{shown(params[key])}</dd>
        </div>
      ))}
    </dl>
  );
}
