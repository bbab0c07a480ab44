// The words of a request as fields, in the groups that the service puts them in: what most people
// set stands open, the rest is one line a group until it is wanted.

import { useEffect, useState } from "preact/hooks";
import { CheckField, NumberField, Select, SortField, TextField } from "./fields";
import { words } from "./format";
import { applies, said, sortOf, textOf, type Field, type Schema, type Texts } from "./schema";
import type { FieldError } from "./types";

interface Props {
  fields: Field[];
  texts: Texts;
  onChange: (texts: Texts) => void;
}

/** A number's bounds as people type it: percent where the service has a fraction. */
function limits(schema: Schema) {
  const scale = schema["x-fraction"] ? 100 : 1;
  const times = (x: number | undefined) => (x == null ? null : x * scale);
  return {
    min: times(schema.minimum ?? schema.exclusiveMinimum),
    // Beyond any number that somebody means, a bound says nothing.
    max: schema.maximum != null && schema.maximum < 1e9 ? times(schema.maximum) : null,
    step: schema.type === "integer" ? 1 : null,
    ...(schema["x-fraction"] && { unit: "%" }),
  };
}

/** An expression has no unit. */
const unit = (schema: Schema, text: string) =>
  schema["x-fraction"] && /^[\s\d.+-]*$/.test(text) ? { unit: "%" } : {};

/** What the number counts: "a share of equity: 0.5 is half of it" is for fractions. */
const unitOf = (schema: Schema | undefined) => (schema?.["x-unit"] ?? "").split(/[:;]/)[0]!;

function Option({ field, texts, onChange }: { field: Field } & Omit<Props, "fields">) {
  const { name, label, kind, schema } = field;
  const text = textOf(field, texts);
  const set = (value: string) => onChange({ ...texts, [name]: value });
  const common = { name, label, hint: field.help, placeholder: field.start };
  switch (kind) {
    case "number":
      return <NumberField {...common} {...limits(schema)} value={text} onChange={set} />;
    case "choice":
      return (
        <Select {...common} value={text} onChange={set}>
          {field.start === "" && <option value="">–</option>}
          {schema.enum!.map((choice) => (
            <option key={choice} value={choice}>
              {/^[a-z]+$/.test(choice) ? words(choice) : choice}
            </option>
          ))}
        </Select>
      );
    case "flag":
      return (
        <CheckField {...common} checked={text === "true"} onChange={(on) => set(String(on))} />
      );
    case "sort": {
      const sort = sortOf(field, texts);
      const of = field.sorts![sort] ?? schema;
      const change = (type: string) => onChange({ ...texts, [name]: "", [`${name}/type`]: type });
      return (
        <SortField
          {...common}
          {...unit(of, text)}
          hint={unitOf(of)}
          placeholder={sort === Object.keys(field.sorts!)[0] ? field.start : ""}
          required={sort !== Object.keys(field.sorts!)[0]}
          value={texts[name] ?? (texts[`${name}/type`] ? "" : field.start)}
          onChange={set}
          sort={sort}
          sorts={Object.keys(field.sorts!)}
          onSort={change}
        />
      );
    }
    case "either":
      return <TextField {...common} {...unit(schema, text)} value={text} onChange={set} />;
    default:
      return <TextField {...common} value={text} onChange={set} />;
  }
}

/** Some of the fields, side by side. */
export function Options({ fields, of, texts, onChange }: Props & { of: Field[] }) {
  return (
    <>
      {of
        .filter((field) => applies(field, fields, texts))
        .map((field) => (
          <Option key={field.name} field={field} texts={texts} onChange={onChange} />
        ))}
    </>
  );
}

export const isBasic = (field: Field) => field.basic;

/** A line a group; what is set or wrong in it is said there. */
export function OptionGroups(props: Props & { errors: Map<string, FieldError[]> }) {
  const more = props.fields.filter((f) => !f.basic && f.group !== "Strategies");
  const names = [...new Set(more.map((f) => f.group))];
  return (
    <>
      {names.map((name) => (
        <Group key={name} {...props} name={name} of={more.filter((f) => f.group === name)} />
      ))}
    </>
  );
}

function Group(props: Props & { name: string; of: Field[]; errors: Map<string, FieldError[]> }) {
  const { name, of, fields, texts, errors } = props;
  const here = of.filter((field) => applies(field, fields, texts));
  const set = here.filter((field) => said(field, texts)).length;
  const [open, setOpen] = useState(set > 0);
  const wrong = of.some((field) => errors.has(field.name));
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong, errors]);
  if (here.length === 0) return null;
  return (
    <details
      class="group option-group"
      open={open}
      onToggle={(e) => setOpen((e.currentTarget as HTMLDetailsElement).open)}
    >
      <summary>
        <span>{name}</span>{" "}
        {set > 0 ? (
          <span class="muted">{set} set</span>
        ) : (
          <span class="muted inside">{here.map((f) => f.label).join(", ")}</span>
        )}
      </summary>
      <div class="grid">
        <Options {...props} of={of} />
      </div>
    </details>
  );
}
