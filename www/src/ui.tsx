// The small parts every screen is made of.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "./format";
import type { Status } from "./types";

export type Kids = ComponentChildren;

// A shape beside the word, so that a state is never told by colour alone.
const shapes: Record<Status, string> = {
  pending: "○",
  running: "◐",
  completed: "●",
  failed: "▲",
  cancelled: "■",
};

export function Badge({ status }: { status: Status }) {
  return (
    <span class={`badge badge-${status}`}>
      <span aria-hidden="true">{shapes[status] ?? "○"}</span> {words(status)}
    </span>
  );
}

type Kind = "info" | "warn" | "bad";

export function Notice(props: { kind: Kind; title?: string; children?: Kids; live?: boolean }) {
  const role = props.live ? (props.kind === "bad" ? "alert" : "status") : undefined;
  return (
    <div class={`notice notice-${props.kind}`} {...(role && { role })}>
      {props.title && <strong>{props.title}</strong>}
      {props.children && <div>{props.children}</div>}
    </div>
  );
}

/** A word whose meaning shows on hover and on focus, and is read out as its description. */
export function Term({ children, meaning }: { children: Kids; meaning: string }) {
  const id = useId();
  if (!meaning) return <span>{children}</span>;
  return (
    <span class="term">
      <button type="button" aria-describedby={id} onKeyDown={hideOnEscape}>
        {children}
      </button>
      <span role="tooltip" id={id}>
        {meaning}
      </span>
    </span>
  );
}

function hideOnEscape(event: KeyboardEvent) {
  if (event.key === "Escape") (event.currentTarget as HTMLElement).blur();
}

export function Bar({ value, label }: { value: number; label: string }) {
  const ref = useRef<HTMLDivElement>(null);
  // Through the style object, which the content security policy allows; an attribute it does not.
  useEffect(() => {
    if (ref.current) ref.current.style.transform = `scaleX(${value / 100})`;
  }, [value]);
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(value)}
    >
      <div ref={ref} />
    </div>
  );
}

/** A region that scrolls sideways on its own, so the page never does; reachable by keyboard. */
export function Scroll({
  label,
  children,
  tall,
}: {
  label: string;
  children: Kids;
  tall?: boolean;
}) {
  return (
    <div class={tall ? "scroll tall" : "scroll"} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

export function Confirm(props: {
  title: string;
  children: Kids;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={title} onClose={props.onClose}>
      <h2 id={title}>{props.title}</h2>
      <p>{props.children}</p>
      <div class="buttons">
        <button type="button" class="danger" onClick={() => props.onConfirm()}>
          {props.action}
        </button>
        <button type="button" onClick={() => ref.current?.close()}>
          Keep it
        </button>
      </div>
    </dialog>
  );
}

/** The name of the window and of its entry in the history. */
export function useScreenTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Candlemill` : "Candlemill";
  }, [title]);
}

export function Synthetic() {
  return (
    <Notice kind="warn" title="Synthetic sample data, not a real market.">
      These candles were generated so that you can try things out. Results on them say nothing about
      any market.
    </Notice>
  );
}
