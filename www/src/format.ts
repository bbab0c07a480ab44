// Numbers and times as people read them. Every time is UTC and says so where it stands alone.

export const NONE = "–";
const MINUS = "−";
const NBSP = "\u00a0"; // a number and its sign stay on one line

type Num = number | null | undefined;

function fixed(x: number, digits: number): string {
  const text = Math.abs(x).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // A value that rounds to zero has no sign.
  return (x < 0 && /[1-9]/.test(text) ? MINUS : "") + text;
}

export function number(x: Num, digits = 2): string {
  return x == null || !Number.isFinite(x) ? NONE : fixed(x, digits);
}

export const count = (x: Num) => number(x, 0);

export function signed(x: Num, digits = 2): string {
  const text = number(x, digits);
  return x != null && x > 0 && /[1-9]/.test(text) ? "+" + text : text;
}

export function percent(x: Num, digits = 2): string {
  const text = number(x, digits);
  return text === NONE ? text : text + NBSP + "%";
}

export function signedPercent(x: Num, digits = 2): string {
  const text = signed(x, digits);
  return text === NONE ? text : text + NBSP + "%";
}

/** A price or a size, whatever its magnitude: about seven significant digits, no padding. */
export function quantity(x: Num): string {
  if (x == null || !Number.isFinite(x)) return NONE;
  const magnitude = x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)));
  const digits = Math.max(0, Math.min(8, 6 - magnitude));
  const text = Math.abs(x).toLocaleString("en-US", {
    minimumFractionDigits: Math.min(2, digits),
    maximumFractionDigits: digits,
  });
  return (x < 0 ? MINUS : "") + text;
}

/** Seconds as the two largest units: "34 d 6 h". */
export function duration(seconds: Num): string {
  if (seconds == null || !Number.isFinite(seconds)) return NONE;
  let rest = Math.round(seconds);
  const units: [string, number][] = [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(`${count(n)} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}

type Time = string | number | null | undefined;

/** Epoch ms of an RFC 3339 text or of ms; NaN when it is neither. */
export function ms(t: Time): number {
  if (typeof t === "number") return t;
  return t ? Date.parse(t) : NaN;
}

function iso(t: Time): string | null {
  const at = ms(t);
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}

/** "2024-06-01" */
export function date(t: Time): string {
  return iso(t)?.slice(0, 10) ?? NONE;
}

/** "2024-06-01 14:00": for a column whose head says UTC */
export function minute(t: Time): string {
  return iso(t)?.slice(0, 16).replace("T", " ") ?? NONE;
}

/** "2024-06-01 14:00 UTC" */
export function time(t: Time): string {
  const text = minute(t);
  return text === NONE ? text : text + " UTC";
}

/** "1 bar", "8,760 bars" */
export function plural(n: number, one: string, many = one + "s"): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "stopLoss", "stop_null", "long.entry" -> "Stop loss", "Stop null", "Long entry" */
export function words(name: string): string {
  const text = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[._-]+/g, " ")
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
