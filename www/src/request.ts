// What the form holds, and the request it makes. What the form cannot hold of an earlier request is
// carried along untouched ("run again" loses nothing).

import { fromWord, toWords, type Field, type Texts } from "./schema";
import type { Param, Params, ParamValues, Strategy, StrategyAnswer, StrategyWord } from "./types";

/** A strategy in the form; `word`: one given as a whole object, which the form cannot edit. */
export interface Chosen {
  name: string;
  values: Record<string, string | boolean>;
  word?: StrategyWord;
}

export interface Values {
  symbol: string;
  interval: string;
  start: string;
  end: string;
  chosen: Chosen[];
  texts: Texts; // the words that the service has fields for
  carried: Record<string, unknown>;
}

export const defaults: Values = {
  symbol: "",
  interval: "",
  start: "",
  end: "",
  chosen: [],
  texts: {},
  carried: {},
};

function paramValue(param: Param, value: string | boolean | undefined): number | boolean {
  if (param.type === "bool") return value === true;
  return value == null || value === "" ? Number(param.default) : Number(value);
}

/** Parameters as a list, in the order the service gives them. */
export function described(strategy: StrategyAnswer): Strategy {
  const { params } = strategy;
  const list = Array.isArray(params)
    ? params
    : Object.entries(params).map(([name, param]) => ({ ...param, name }));
  return { ...strategy, params: list };
}

export function initialValues(strategy: Strategy): Record<string, string | boolean> {
  return Object.fromEntries(
    strategy.params.map((p) => [
      p.name,
      p.type === "bool" ? p.default === true : String(p.default),
    ]),
  );
}

export function toRequest(values: Values, strategies: Strategy[], fields: Field[]): Params {
  const request: Params = { symbol: values.symbol, interval: values.interval };
  if (values.start) request.startDate = values.start;
  if (values.end) request.endDate = values.end;
  request.strategies = values.chosen.map((chosen) => chosen.word ?? chosen.name);
  const params: Record<string, ParamValues> = {};
  for (const chosen of values.chosen) {
    const strategy = strategies.find((s) => s.name === chosen.name);
    if (chosen.word || !strategy || strategy.params.length === 0) continue;
    params[chosen.name] = Object.fromEntries(
      strategy.params.map((p) => [p.name, paramValue(p, chosen.values[p.name])]),
    );
  }
  const kept = values.carried["strategyParams"] as Record<string, ParamValues> | undefined;
  if (kept || Object.keys(params).length > 0) request.strategyParams = { ...kept, ...params };
  // A field that the user filled in wins over a carried word.
  return { ...values.carried, ...request, ...toWords(fields, values.texts) };
}

/** A stored time as a day, or null when it is not midnight UTC. */
function asDay(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d)(T00:00(:00(\.0+)?)?(Z|[+-]00:00))?$/.exec(text);
  return match ? match[1]! : null;
}

function chosenOf(word: StrategyWord, params: Params, strategies: Strategy[]): Chosen {
  const name = typeof word === "string" ? word : word.name;
  const strategy = strategies.find((s) => s.name === name);
  const editable =
    typeof word === "string" ||
    Object.keys(word).every((key) => key === "name" || key === "params");
  if (!strategy || !editable) return { name, values: {}, word };
  const own = typeof word === "object" ? (word.params as ParamValues | undefined) : undefined;
  const given: ParamValues = { ...params.strategyParams?.[name], ...own };
  const values = initialValues(strategy);
  for (const [key, value] of Object.entries(given)) {
    values[key] = typeof value === "boolean" ? value : String(value);
  }
  return { name, values };
}

/** The form filled in from the request of an earlier run. */
export function fromParams(params: Params, strategies: Strategy[], fields: Field[]): Values {
  const values: Values = { ...defaults, chosen: [], texts: {}, carried: {} };
  for (const [word, value] of Object.entries(params)) {
    const text = typeof value === "string" ? value : "";
    if (word === "symbol" || word === "interval") values[word] = text;
    else if (word === "startDate" && asDay(text)) values.start = asDay(text)!;
    else if (word === "endDate" && asDay(text)) values.end = asDay(text)!;
    else if (word === "strategies" && Array.isArray(value)) {
      values.chosen = value.map((w) => chosenOf(w, params, strategies));
    } else if (word !== "strategyParams" && word !== "userId") {
      const texts = fromWord(fields, word, value);
      if (texts) Object.assign(values.texts, texts);
      else values.carried[word] = value;
    }
  }
  // Parameters of strategies that the form cannot edit stay as they were.
  const opaque = values.chosen.filter((c) => c.word && params.strategyParams?.[c.name]);
  if (opaque.length > 0) {
    values.carried["strategyParams"] = Object.fromEntries(
      opaque.map((c) => [c.name, params.strategyParams![c.name]]),
    );
  }
  return values;
}

/** "/strategyParams/sma/fast" -> "strategyParams/sma/fast": the name a field goes by. */
export function fieldOf(pointer: string | undefined): string {
  return (pointer ?? "")
    .replace(/^\/(params\/)?/, "")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}

/** A run's strategies in a few words, for lists and headings. */
export function strategyNames(params: Params, most = 4): string {
  const names = (params.strategies ?? []).map((w) => (typeof w === "string" ? w : w.name));
  const rest = names.length - most;
  if (rest > 1) return `${names.slice(0, most).join(", ")} and ${rest} more`;
  return names.join(", ") || "no strategy";
}
