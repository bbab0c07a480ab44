// Form fields: a label, an input, its hint, and what the service found wrong with it.

import { createContext } from "preact";
import { useContext, useId } from "preact/hooks";
import { words } from "./format";
import type { FieldError as Fault } from "./types";
import type { Kids } from "./ui";

/** Errors of the last submit, by field name ("strategyParams/sma/fast"). */
export const FieldErrors = createContext<Map<string, Fault[]>>(new Map());

export function errorText(error: Fault): string {
  if (error.line == null) return error.detail;
  const column = error.column == null ? "" : `, column ${error.column}`;
  return `${error.detail} (line ${error.line}${column})`;
}

export function FieldError({ name, id }: { name: string; id: string }) {
  const errors = useContext(FieldErrors).get(name);
  if (!errors) return null;
  return (
    <p class="error" id={id}>
      <span aria-hidden="true">▲ </span>
      {errors.map(errorText).join(" ")}
    </p>
  );
}

interface Common {
  name: string; // where the service would point at: also the element's id for focus
  label: Kids;
  hint?: Kids;
  disabled?: boolean;
}

function useField({ name, hint }: Common) {
  const id = useId();
  const wrong = useContext(FieldErrors).has(name);
  const described = [hint ? `${id}-hint` : "", wrong ? `${id}-error` : ""]
    .filter(Boolean)
    .join(" ");
  return {
    id,
    input: {
      id,
      "data-field": name,
      ...(described && { "aria-describedby": described }),
      ...(wrong && { "aria-invalid": true as const }),
    },
  };
}

function Frame({ id, field, children }: { id: string; field: Common; children: Kids }) {
  return (
    <div class="field">
      <label for={id}>{field.label}</label>
      {children}
      {field.hint && (
        <p class="hint" id={`${id}-hint`}>
          {field.hint}
        </p>
      )}
      <FieldError name={field.name} id={`${id}-error`} />
    </div>
  );
}

export function Select(
  props: Common & { value: string; onChange: (value: string) => void; children: Kids },
) {
  const { id, input } = useField(props);
  return (
    <Frame id={id} field={props}>
      <select
        {...input}
        value={props.value}
        disabled={props.disabled ?? false}
        onChange={(e) => props.onChange(e.currentTarget.value)}
      >
        {props.children}
      </select>
    </Frame>
  );
}

function WithUnit(props: { unit: string | undefined; children: Kids }) {
  return (
    <span class="with-unit">
      {props.children}
      {props.unit && (
        <span class="unit" aria-hidden="true">
          {props.unit}
        </span>
      )}
    </span>
  );
}

export interface NumberLimits {
  min?: number | null | undefined;
  max?: number | null | undefined;
  step?: number | null | undefined;
}

export function NumberField(
  props: Common &
    NumberLimits & {
      value: string;
      onChange: (value: string) => void;
      unit?: string;
      required?: boolean;
      placeholder?: string;
    },
) {
  const { id, input } = useField(props);
  return (
    <Frame id={id} field={props}>
      <WithUnit unit={props.unit}>
        <input
          {...input}
          type="number"
          inputMode="decimal"
          value={props.value}
          min={props.min ?? undefined}
          max={props.max ?? undefined}
          step={props.step || "any"}
          required={props.required ?? false}
          disabled={props.disabled ?? false}
          placeholder={props.placeholder}
          onInput={(e) => props.onChange(e.currentTarget.value)}
        />
      </WithUnit>
    </Frame>
  );
}

/** A number or an expression and, beside it, what it counts. */
export function SortField(
  props: Parameters<typeof TextField>[0] & {
    sort: string;
    sorts: string[];
    onSort: (sort: string) => void;
  },
) {
  const { id, input } = useField(props);
  const wrong = useContext(FieldErrors).has(`${props.name}/type`);
  return (
    <Frame id={id} field={props}>
      <span class="sort">
        <Input id={id} input={input} {...props} />
        <select
          data-field={`${props.name}/type`}
          {...(wrong && { "aria-invalid": true as const, "aria-describedby": `${id}-sort-error` })}
          aria-label={`${String(props.label)} counts`}
          value={props.sort}
          onChange={(e) => props.onSort(e.currentTarget.value)}
        >
          {props.sorts.map((sort) => (
            <option key={sort} value={sort}>
              {words(sort)}
            </option>
          ))}
        </select>
      </span>
      <FieldError name={`${props.name}/type`} id={`${id}-sort-error`} />
    </Frame>
  );
}

interface Text {
  value: string;
  onChange: (value: string) => void;
  unit?: string;
  required?: boolean;
  placeholder?: string;
}

function Input(props: Text & { id: string; input: object }) {
  return (
    <WithUnit unit={props.unit}>
      <input
        {...props.input}
        type="text"
        autoComplete="off"
        spellcheck={false}
        value={props.value}
        required={props.required ?? false}
        placeholder={props.placeholder}
        onInput={(e) => props.onChange(e.currentTarget.value)}
      />
    </WithUnit>
  );
}

export function TextField(props: Common & Text) {
  const { id, input } = useField(props);
  return (
    <Frame id={id} field={props}>
      <Input id={id} input={input} {...props} />
    </Frame>
  );
}

export function DateField(
  props: Common & { value: string; min: string; max: string; onChange: (value: string) => void },
) {
  const { id, input } = useField(props);
  return (
    <Frame id={id} field={props}>
      <input
        {...input}
        type="date"
        value={props.value}
        min={props.min}
        max={props.max}
        onInput={(e) => props.onChange(e.currentTarget.value)}
      />
    </Frame>
  );
}

export function CheckField(
  props: Common & { checked: boolean; onChange: (checked: boolean) => void },
) {
  const { id, input } = useField(props);
  return (
    <div class="field check">
      <span>
        <input
          {...input}
          type="checkbox"
          checked={props.checked}
          onChange={(e) => props.onChange(e.currentTarget.checked)}
        />{" "}
        <label for={id}>{props.label}</label>
      </span>
      {props.hint && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      <FieldError name={props.name} id={`${id}-error`} />
    </div>
  );
}
