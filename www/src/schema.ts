// The words of a request as fields of the form. The service tells its words as a JSON Schema
// (api/algo/schema/request); a word that it learns shows up here without a change of the page.
//
// The form holds what was typed: percentages where the service has fractions, "" for "not said".

export interface Schema {
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: string[];
  const?: string;
  default?: unknown;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  items?: Schema;
  "x-group"?: string;
  "x-basic"?: boolean;
  "x-fraction"?: boolean;
  "x-unit"?: string;
  "x-text"?: string;
  "x-profile"?: string;
  "x-when"?: Record<string, string>;
  "x-plain"?: string;
}

/**
 * What a field takes. either: a number or a text (an expression, a symbol). sort: the same, and a
 * choice beside it says what it counts ("risk"). json: a shape that this page does not know.
 */
export type Kind = "number" | "either" | "choice" | "flag" | "text" | "list" | "sort" | "json";

export interface Field {
  name: string; // where the service points at when it is wrong: "commission/maker"
  word: string;
  member?: string; // of the word's object
  kind: Kind;
  label: string;
  help: string;
  group: string;
  basic: boolean;
  schema: Schema; // of the value itself: bounds, choices
  sorts?: Record<string, Schema>;
  profile?: string;
  when?: Record<string, string>;
  start: string; // what the service takes when nothing is said, as the form shows it
}

/** Words that the form has controls of its own for. */
const own = ["symbol", "interval", "startDate", "endDate", "strategies", "strategyParams"];

/** 0.07 % is 0.0007, not 0.0007000000000000001. */
export const tidy = (x: number) => Number(x.toPrecision(12));

const isNumber = (s: Schema) => s.type === "number" || s.type === "integer";

const shown = (schema: Schema, x: number) => String(schema["x-fraction"] ? tidy(x * 100) : x);
const read = (schema: Schema, text: string) =>
  schema["x-fraction"] ? tidy(Number(text) / 100) : Number(text);

/** A number as it is typed: not "", not "0x10", not "Infinity". */
const numeric = (text: string) => /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text);

function startOf(schema: Schema, value: unknown): string {
  if (typeof value === "number") return shown(schema, value);
  return value == null ? "" : String(value);
}

function fieldsOf(word: string, s: Schema): Field[] {
  const ways = s.anyOf ?? [s];
  const number = ways.find(isNumber);
  const field = (kind: Kind, schema: Schema, more: Partial<Field> = {}): Field => ({
    name: word,
    word,
    kind,
    label: s.title ?? word,
    help: s.description ?? "",
    group: s["x-group"] ?? "More",
    basic: s["x-basic"] ?? false,
    schema,
    ...(s["x-profile"] && { profile: s["x-profile"] }),
    ...(s["x-when"] && { when: s["x-when"] }),
    start: startOf(schema, s.default),
    ...more,
  });
  const sorted = ways.filter((w) => w.properties?.["type"]?.const && w.properties["value"]);
  if (number && sorted.length > 0) {
    const sorts = Object.fromEntries(
      sorted.map((w) => [w.properties!["type"]!.const!, w.properties!["value"]!]),
    );
    return [field("sort", number, { sorts })];
  }
  const object = ways.find((w) => w.properties && Object.values(w.properties).every(isNumber));
  if (object) {
    const plain = number && object["x-plain"];
    return Object.entries(object.properties!).map(([member, m]) =>
      field("number", m, {
        name: member === plain ? word : `${word}/${member}`,
        member,
        label: m.title ?? member,
        help: m.description ?? "",
        basic: (s["x-basic"] ?? false) && member === plain,
        start: startOf(m, m.default),
      }),
    );
  }
  if (ways.length === 2 && number && ways.some((w) => w.type === "string")) {
    return [field("either", number)];
  }
  if (ways.length > 1) return [field("json", s)];
  if (s.enum) return [field("choice", s)];
  if (s.type === "boolean") return [field("flag", s)];
  if (number) return [field("number", s)];
  if (s.type === "string") return [field("text", s)];
  if (s.type === "array" && s.items?.type === "string") return [field("list", s)];
  return [field("json", s)];
}

/** A number, or a text where one may stand in its place. */
const worth = (schema: Schema, text: string) => (numeric(text) ? read(schema, text) : text);

const typed = (schema: Schema, value: unknown): string | null => {
  if (typeof value === "number") return shown(schema, value);
  return typeof value === "string" && value !== "" && !numeric(value) ? value : null;
};

export function fields(schema: Schema): Field[] {
  return Object.entries(schema.properties ?? {})
    .filter(([word]) => !own.includes(word))
    .flatMap(([word, s]) => fieldsOf(word, s));
}

/** What the fields hold, by name; a name that is absent has not been touched. */
export type Texts = Record<string, string>;

export const textOf = (field: Field, texts: Texts) => texts[field.name] ?? field.start;

/** Which of its sorts the number of a "sort" field is. */
export const sortOf = (field: Field, texts: Texts) =>
  texts[`${field.name}/type`] ?? Object.keys(field.sorts ?? {})[0] ?? "";

/** Does the field mean anything beside what the others say? */
export function applies(field: Field, all: Field[], texts: Texts): boolean {
  const says = (word: string) => {
    const other = all.find((f) => f.name === word);
    return other && textOf(other, texts);
  };
  if (field.profile && says("profile") && field.profile !== says("profile")) return false;
  return Object.entries(field.when ?? {}).every(([word, value]) => says(word) === value);
}

export const said = (field: Field, texts: Texts) =>
  (texts[field.name] ?? "") !== "" || texts[`${field.name}/type`] != null;

function valueOf(field: Field, texts: Texts): unknown {
  const text = textOf(field, texts);
  switch (field.kind) {
    case "number":
      return read(field.schema, text);
    case "either":
      return worth(field.schema, text);
    case "sort": {
      const type = sortOf(field, texts);
      const value = worth(field.sorts![type] ?? field.schema, text);
      return type === Object.keys(field.sorts!)[0] ? value : { type, value };
    }
    case "flag":
      return text === "true";
    case "list":
      return text
        .split(/[,\n]/)
        .map((part) => part.trim())
        .filter(Boolean);
    case "json":
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text; // the service says what is wrong with it
      }
    default:
      return text;
  }
}

/** The words of the request that the fields make. */
export function toWords(all: Field[], texts: Texts): Record<string, unknown> {
  const words: Record<string, unknown> = {};
  for (const field of all) {
    if (!said(field, texts) || !applies(field, all, texts)) continue;
    const value = valueOf(field, texts);
    const others = all.filter((f) => f.word === field.word && f !== field);
    // A lone plain member is the number itself: commission 0.001.
    const alone = field.name === field.word && !others.some((f) => said(f, texts));
    if (!field.member || alone) words[field.word] = value;
    else words[field.word] = { ...(words[field.word] as object), [field.member]: value };
  }
  return words;
}

const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === "object" && v != null && !Array.isArray(v);

function textsOf(field: Field, value: unknown): Texts | null {
  const put = (text: string) => ({ [field.name]: text });
  switch (field.kind) {
    case "number":
      return typeof value === "number" ? put(shown(field.schema, value)) : null;
    case "either":
    case "sort": {
      const type = isObject(value) ? String(value["type"]) : null;
      const schema = type == null ? field.schema : field.sorts?.[type];
      const text = schema ? typed(schema, isObject(value) ? value["value"] : value) : null;
      if (text == null) return null;
      return type == null ? put(text) : { ...put(text), [`${field.name}/type`]: type };
    }
    case "flag":
      return typeof value === "boolean" ? put(String(value)) : null;
    case "list":
      return Array.isArray(value) && value.every((v) => typeof v === "string" && !/[,\n]/.test(v))
        ? put(value.join(", "))
        : null;
    case "json":
      return put(JSON.stringify(value));
    default:
      return typeof value === "string" ? put(value) : null;
  }
}

/** The texts of one word of an earlier request; null when the form cannot hold it. */
export function fromWord(all: Field[], word: string, value: unknown): Texts | null {
  const mine = all.filter((f) => f.word === word);
  if (mine.length === 0) return null;
  if (!mine[0]!.member) return textsOf(mine[0]!, value);
  const parts = isObject(value) ? value : {};
  const plain = mine.find((f) => f.name === word);
  if (!isObject(value)) return plain ? textsOf(plain, value) : null;
  const texts: Texts = {};
  for (const [member, part] of Object.entries(parts)) {
    const field = mine.find((f) => f.member === member);
    const text = field && textsOf(field, part);
    if (!text) return null;
    Object.assign(texts, text);
  }
  return texts;
}

/** The field that an error of the service belongs to: "commission/rate" is told at "commission". */
export function fieldAt(all: Field[], path: string): string {
  const [word = "", member = ""] = path.split("/");
  const mine = all.filter((f) => f.word === word);
  const exact = mine.find((f) => f.name === path || (member && f.member === member));
  if (exact) return exact.name;
  if (mine.some((f) => f.kind === "sort") && member === "type") return path;
  return mine[0]?.name ?? path;
}
