// The form of a new backtest.

import { useMemo, useRef, useState } from "preact/hooks";
import { idempotencyKey, messageOf, post, Problem } from "./api";
import { DateField, errorText, FieldErrors, Select } from "./fields";
import { date, number, plural } from "./format";
import {
  choices,
  estimateBars,
  isSynthetic,
  presetRange,
  presets,
  wholeRange,
  type Choice,
} from "./intervals";
import { OptionGroups, Options } from "./options";
import { fieldOf, toRequest, type Values } from "./request";
import { runHref } from "./route";
import { fieldAt, type Field, type Texts } from "./schema";
import { Strategies } from "./strategies";
import type { Backtest, FieldError, StoredSymbol, Strategy } from "./types";
import { Notice, Synthetic } from "./ui";

interface Props {
  symbols: StoredSymbol[];
  strategies: Strategy[];
  fields: Field[];
  initial: Values;
}

/** Symbol, interval and dates that exist: whatever was chosen before, else the first there is. */
export function settled(values: Values, symbols: StoredSymbol[]): Values {
  const symbol = symbols.find((s) => s.symbol === values.symbol) ?? symbols[0];
  const all = choices(symbol);
  const choice =
    all.find((c) => c.interval === values.interval) ??
    all.find((c) => c.interval === symbol?.intervals[0]?.interval);
  if (!symbol || !choice) return values;
  const range = wholeRange(choice);
  const inside = values.start < range.end && (values.end || range.end) > range.start;
  const dates = values.start && inside ? { start: values.start, end: values.end } : range;
  return { ...values, symbol: symbol.symbol, interval: choice.interval, ...dates };
}

export function Form({ symbols, strategies, fields, initial }: Props) {
  const [values, setValues] = useState(() => settled(initial, symbols));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // One key an intent: the same form sent twice is one job, a changed form is another.
  const intent = useRef({ body: "", key: "" });

  const set = (part: Partial<Values>) => setValues((old) => ({ ...old, ...part }));
  const symbol = symbols.find((s) => s.symbol === values.symbol);
  const list = choices(symbol);
  const choice = list.find((c) => c.interval === values.interval);
  const errors = useMemo(() => byField(problem?.errors ?? [], fields), [problem, fields]);
  const words = { fields, texts: values.texts, onChange: (texts: Texts) => set({ texts }) };

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    const empty = missing(values);
    if (empty) {
      show(new Problem(400, empty.detail, [empty]));
      return;
    }
    const request = toRequest(values, strategies, fields);
    const body = JSON.stringify(request);
    if (intent.current.body !== body) intent.current = { body, key: idempotencyKey() };
    setBusy(true);
    setProblem(null);
    try {
      const made = await post<Backtest>("api/algo/backtest", request, intent.current.key);
      intent.current = { body: "", key: "" };
      location.hash = runHref(made.backtestId);
    } catch (error) {
      show(error instanceof Problem ? error : new Problem(0, messageOf(error)));
      setBusy(false);
    }
  }

  /** Shows what is wrong and goes to the first field that has it. */
  function show(found: Problem) {
    setProblem(found);
    requestAnimationFrame(() => {
      const wrong = form.current?.querySelector<HTMLElement>("[aria-invalid]");
      wrong?.closest("details")?.setAttribute("open", "");
      (wrong ?? form.current?.querySelector<HTMLElement>(".form-problem"))?.focus();
    });
  }

  return (
    <FieldErrors.Provider value={errors}>
      <form ref={form} class="panel form" onSubmit={submit} aria-labelledby="new-backtest">
        <h1 id="new-backtest">New backtest</h1>
        {problem && <FormProblem problem={problem} errors={errors} form={form.current} />}
        {isSynthetic(values.symbol) && <Synthetic />}
        <fieldset class="group">
          <legend>Market</legend>
          <div class="grid">
            <Select
              name="symbol"
              label="Symbol"
              value={values.symbol}
              onChange={(name) => setValues((old) => settled({ ...old, symbol: name }, symbols))}
            >
              {symbols.map((s) => (
                <option key={s.symbol}>{s.symbol}</option>
              ))}
            </Select>
            <Select
              name="interval"
              label="Interval"
              value={values.interval}
              onChange={(interval) => setValues((old) => settled({ ...old, interval }, symbols))}
            >
              {list.map((c) => (
                <option key={c.interval} value={c.interval}>
                  {c.interval}
                  {c.source.interval === c.interval ? "" : ` (made of ${c.source.interval})`}
                </option>
              ))}
            </Select>
            {choice && <Dates choice={choice} values={values} set={set} />}
          </div>
          {choice && <Presets choice={choice} values={values} set={set} />}
        </fieldset>
        <Strategies
          strategies={strategies}
          chosen={values.chosen}
          onChange={(chosen) => set({ chosen })}
        >
          <Options {...words} of={fields.filter((f) => f.group === "Strategies")} />
        </Strategies>
        <fieldset class="group">
          <legend>Money</legend>
          <div class="grid">
            <Options {...words} of={fields.filter((f) => f.basic)} />
          </div>
        </fieldset>
        <OptionGroups {...words} errors={errors} />
        <Carried values={values} set={set} />
        <footer class="submit">
          <p aria-live="polite">
            {choice && <Summary choice={choice} values={values} fields={fields} />}
          </p>
          <button type="submit" class="primary" aria-disabled={busy}>
            {busy ? "Sending…" : "Run backtest"}
          </button>
        </footer>
      </form>
    </FieldErrors.Provider>
  );
}

function missing(values: Values): FieldError | null {
  if (values.chosen.length === 0) {
    return { pointer: "/strategies", detail: "Choose at least one strategy." };
  }
  if (values.start && values.end && values.start >= values.end) {
    return { pointer: "/endDate", detail: "The end must be later than the start." };
  }
  return null;
}

function byField(errors: FieldError[], fields: Field[]): Map<string, FieldError[]> {
  const map = new Map<string, FieldError[]>();
  for (const error of errors) {
    const field = fieldAt(fields, fieldOf(error.pointer));
    map.set(field, [...(map.get(field) ?? []), error]);
  }
  return map;
}

/** The message, and those of its errors that no field of the form shows. */
function FormProblem(props: {
  problem: Problem;
  errors: Map<string, FieldError[]>;
  form: HTMLFormElement | null;
}) {
  const { problem, errors, form } = props;
  const shown = (field: string) => form?.querySelector(`[data-field="${CSS.escape(field)}"]`);
  const rest = [...errors].filter(([field]) => !shown(field) && !/^strategies\/\d+$/.test(field));
  return (
    <div class="form-problem" role="alert" tabIndex={-1}>
      <Notice kind="bad" title={problem.message}>
        {problem.retryAfter != null && <p>Try again in {plural(problem.retryAfter, "second")}.</p>}
        {rest.length > 0 && (
          <ul>
            {rest.map(([field, list]) => (
              <li key={field}>
                {field && <code>{field}</code>} {list.map(errorText).join(" ")}
              </li>
            ))}
          </ul>
        )}
      </Notice>
    </div>
  );
}

interface Part {
  choice: Choice;
  values: Values;
  set: (part: Partial<Values>) => void;
}

function Dates({ choice, values, set }: Part) {
  const range = wholeRange(choice);
  const limits = { min: range.start, max: range.end };
  return (
    <>
      <DateField
        name="startDate"
        label="From"
        hint="00:00 UTC"
        {...limits}
        value={values.start}
        onChange={(start) => set({ start })}
      />
      <DateField
        name="endDate"
        label="Up to"
        hint="00:00 UTC, not included"
        {...limits}
        value={values.end}
        onChange={(end) => set({ end })}
      />
    </>
  );
}

function Presets({ choice, values, set }: Part) {
  const ranges = presets.map(({ months }) => presetRange(choice, months));
  // A year of data makes "All data" and "Last year" the same: the first one is it.
  const on = ranges.findIndex((r) => r.start === values.start && r.end === values.end);
  return (
    <div class="presets" role="group" aria-label="Date presets">
      {presets.map(({ name }, i) => (
        <button key={name} type="button" aria-pressed={i === on} onClick={() => set(ranges[i]!)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function Summary(props: { choice: Choice; values: Values; fields: Field[] }) {
  const { choice, values, fields } = props;
  const cash = fields.find((f) => f.name === "cash");
  const bars = estimateBars(choice, { start: values.start, end: values.end });
  if (bars === 0) return <strong>No bars are stored in these dates.</strong>;
  const range = wholeRange(choice);
  return (
    <>
      About <strong>{plural(bars, "bar")}</strong> of {values.symbol} {values.interval},{" "}
      {date(values.start || range.start)} to {date(values.end || range.end)} UTC, with{" "}
      {number(Number(cash && (values.texts["cash"] || cash.start)), 0)} in cash
    </>
  );
}

/** Settings of the earlier run that this form has no field for. */
function Carried({ values, set }: { values: Values; set: Part["set"] }) {
  const names = Object.keys(values.carried);
  if (names.length === 0) return null;
  return (
    <Notice kind="info" title="Also taken over from that run">
      <code class="block">{JSON.stringify(values.carried)}</code>
      <button type="button" class="quiet" onClick={() => set({ carried: {} })}>
        Leave these out
      </button>
    </Notice>
  );
}
