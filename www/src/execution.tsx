// Costs, stops and the rules of filling orders: most people leave these as they are.

import { useEffect, useState } from "preact/hooks";
import { NumberField, Select } from "./fields";
import { defaults, lacks, PROFILES, type PercentWord, type Values } from "./request";
import type { FieldError } from "./types";

interface Props {
  values: Values;
  set: (part: Partial<Values>) => void;
  errors: Map<string, FieldError[]>;
}

const words: (keyof Values)[] = [
  "size",
  "spread",
  "slippage",
  "stopLoss",
  "takeProfit",
  "trailingStop",
  "sides",
  "fill",
  "profile",
];

export function Execution({ values, set, errors }: Props) {
  const changed = words.filter((word) => values[word] !== defaults[word]).length;
  const [open, setOpen] = useState(changed > 0);
  const wrong = words.some((word) => errors.has(word));
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong, errors]);

  const percent = (name: PercentWord, label: string, hint: string) => (
    <NumberField
      name={name}
      label={label}
      hint={lacks(values.profile, name) ? `${values.profile} has none` : hint}
      disabled={lacks(values.profile, name)}
      unit="%"
      min={0}
      max={100}
      value={values[name]}
      placeholder={/stop|take/i.test(name) ? "as the strategy says" : "0"}
      onChange={(value) => set({ [name]: value })}
    />
  );

  return (
    <details
      class="group"
      open={open}
      onToggle={(e) => setOpen((e.currentTarget as HTMLDetailsElement).open)}
    >
      <summary>
        Execution{" "}
        <span class="muted">
          {changed === 0 ? "sides, costs, stops, fills" : `${changed} changed`}
        </span>
      </summary>
      <div class="grid">
        <Select
          name="sides"
          label="Sides"
          value={values.sides}
          onChange={(sides) => set({ sides })}
        >
          <option value="">As the strategy says</option>
          <option value="both">Long and short</option>
          <option value="long">Long only</option>
          <option value="short">Short only</option>
        </Select>
        <Select
          name="fill"
          label="Orders fill"
          value={values.fill}
          onChange={(fill) => set({ fill })}
        >
          <option value="open">At the next bar's open</option>
          <option value="close">At this bar's close</option>
        </Select>
        <NumberField
          name="size"
          label="Position size"
          hint="of equity"
          unit="%"
          min={0}
          max={100}
          value={values.size}
          onChange={(size) => set({ size })}
        />
        {percent("spread", "Spread", "of the price")}
        {percent("slippage", "Slippage", "of the price, each market fill")}
        {percent("stopLoss", "Stop loss", "from the entry price")}
        {percent("takeProfit", "Take profit", "from the entry price")}
        {percent("trailingStop", "Trailing stop", "behind the best price")}
        <Select
          name="profile"
          label="Rules and formulas"
          hint={values.profile === defaults.profile ? "" : "that library's rules and its metrics"}
          value={values.profile}
          onChange={(profile) => set({ profile })}
        >
          {PROFILES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </div>
    </details>
  );
}
