// Which strategies to run, and their parameters as each strategy describes them itself.

import { CheckField, FieldError, NumberField } from "./fields";
import { words } from "./format";
import { initialValues, type Chosen } from "./request";
import type { Param, Strategy } from "./types";
import type { Kids } from "./ui";

interface Props {
  strategies: Strategy[];
  chosen: Chosen[];
  onChange: (chosen: Chosen[]) => void;
  children: Kids; // how several go together
}

export function Strategies({ strategies, chosen, onChange, children }: Props) {
  const toggle = (strategy: Strategy, on: boolean) =>
    onChange(
      on
        ? [...chosen, { name: strategy.name, values: initialValues(strategy) }]
        : chosen.filter((c) => c.word != null || c.name !== strategy.name),
    );
  return (
    <fieldset class="group" data-field="strategies" tabIndex={-1}>
      <legend>Strategies</legend>
      <div class="chips">
        {strategies.map((strategy) => (
          <label key={strategy.name} class="chip">
            <input
              type="checkbox"
              name="strategy"
              value={strategy.name}
              checked={chosen.some((c) => !c.word && c.name === strategy.name)}
              onChange={(e) => toggle(strategy, e.currentTarget.checked)}
            />
            <span>{strategy.title || words(strategy.name)}</span>
          </label>
        ))}
      </div>
      <FieldError name="strategies" id="strategies-error" />
      {chosen.length > 1 && <div class="grid together">{children}</div>}
      {chosen.map((one, i) => (
        <Card
          key={one.name + i}
          at={i}
          chosen={one}
          strategy={strategies.find((s) => s.name === one.name)}
          onChange={(next) => onChange(chosen.map((c, k) => (k === i ? next : c)))}
          onRemove={() => onChange(chosen.filter((_, k) => k !== i))}
        />
      ))}
    </fieldset>
  );
}

function Card(props: {
  at: number;
  chosen: Chosen;
  strategy: Strategy | undefined;
  onChange: (chosen: Chosen) => void;
  onRemove: () => void;
}) {
  const { chosen, strategy, at } = props;
  const title = strategy?.title || words(chosen.name);
  const set = (name: string, value: string | boolean) =>
    props.onChange({ ...chosen, values: { ...chosen.values, [name]: value } });
  return (
    <section class="card" aria-label={title}>
      <header>
        <h3>{title}</h3>
        <button type="button" class="quiet" onClick={props.onRemove}>
          Remove<span class="visually-hidden"> {title}</span>
        </button>
      </header>
      {strategy?.help && <p class="hint">{strategy.help}</p>}
      {chosen.word && (
        <p class="hint">Given as a whole with the earlier run; it is run again as it was.</p>
      )}
      <FieldError name={`strategies/${at}`} id={`strategies-${at}-error`} />
      {!chosen.word && strategy && strategy.params.length > 0 && (
        <div class="grid">
          {strategy.params.map((param) => (
            <ParamField
              key={param.name}
              name={`strategyParams/${strategy.name}/${param.name}`}
              param={param}
              value={chosen.values[param.name]}
              onChange={(value) => set(param.name, value)}
            />
          ))}
        </div>
      )}
      {strategy?.rules && (
        <details class="rules">
          <summary>Rules</summary>
          <dl class="pairs">
            {Object.entries(strategy.rules).map(([rule, expression]) => (
              <div key={rule}>
                <dt>{words(rule)}</dt>
                <dd>
                  <code>{expression}</code>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

function ParamField(props: {
  name: string;
  param: Param;
  value: string | boolean | undefined;
  onChange: (value: string | boolean) => void;
}) {
  const { name, param, value, onChange } = props;
  const label = words(param.name);
  const hint = param.help ? { hint: param.help } : {};
  if (param.type === "bool") {
    return (
      <CheckField
        name={name}
        label={label}
        {...hint}
        checked={value === true}
        onChange={onChange}
      />
    );
  }
  // A step counts from min; a default that is off that grid must not make the form refuse itself.
  const min = param.min ?? 0;
  const onGrid = param.step && Number.isInteger((Number(param.default) - min) / param.step);
  return (
    <NumberField
      name={name}
      label={label}
      {...hint}
      value={String(value ?? param.default)}
      min={param.min}
      max={param.max}
      step={param.type === "int" ? param.step || 1 : onGrid ? param.step : null}
      required
      onChange={onChange}
    />
  );
}
