// HTTP: one door. Addresses are relative to the page, so it also works below a path prefix.

import type { FieldError } from "./types";

/** An answer that is no success, or no answer at all (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors: FieldError[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

async function problemOf(response: Response): Promise<Problem> {
  let title = `The server answered ${response.status} ${response.statusText}`.trim();
  let errors: FieldError[] = [];
  if (/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    try {
      const body = await response.json();
      title = body.detail || body.title || title;
      if (Array.isArray(body.errors)) errors = body.errors;
    } catch {
      // A cut off body: the status says enough.
    }
  }
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return new Problem(response.status, title, errors, Number.isFinite(seconds) ? seconds : null);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address(path), { cache: "no-store", credentials: "same-origin", ...init });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new Problem(0, "The server cannot be reached.");
  }
}

async function bodyOf<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new Problem(0, "The server's answer was cut off.");
  }
}

// The last answer of each address that came with an ETag: asking again costs a 304 without a body.
const remembered = new Map<string, { etag: string; body: unknown }>();
const REMEMBERED_MAX = 64;

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const known = remembered.get(path);
  const headers: Record<string, string> = { Accept: "application/json" };
  if (known) headers["If-None-Match"] = known.etag;
  const response = await send(path, { headers, ...(signal && { signal }) });
  if (response.status === 304 && known) return known.body as T;
  if (!response.ok) throw await problemOf(response);
  const body = await bodyOf<T>(response);
  const etag = response.headers.get("ETag");
  remembered.delete(path);
  if (etag) {
    remembered.set(path, { etag, body });
    const oldest = remembered.keys().next();
    if (remembered.size > REMEMBERED_MAX && !oldest.done) remembered.delete(oldest.value);
  }
  return body;
}

export async function post<T>(path: string, body: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = {
    Accept: "application/json",
    "Content-Type": "application/json",
  };
  if (key) headers["Idempotency-Key"] = key;
  const response = await send(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response);
  return bodyOf<T>(response);
}

export async function remove(path: string): Promise<void> {
  const response = await send(path, { method: "DELETE" });
  if (!response.ok) throw await problemOf(response);
}

/** Names one intent to submit. (randomUUID needs https or loopback, this does not.) */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
