// One run: its progress while it lasts, then its result or its reason.

import { useEffect, useState } from "preact/hooks";
import { messageOf } from "./api";
import { duration, ms, time } from "./format";
import { isSynthetic } from "./intervals";
import { strategyNames } from "./request";
import { ResultView } from "./result";
import { againHref } from "./route";
import { Settings } from "./settings";
import { Badge, Bar, Notice, Synthetic, useScreenTitle } from "./ui";
import { ended, useWatch, type View } from "./watch";

export function Run({ id }: { id: string }) {
  const [view, watch] = useWatch(id);
  const [problem, setProblem] = useState("");
  const [cancelling, setCancelling] = useState(false);
  const { backtest, status } = view;
  const params = backtest?.params ?? {};
  const title = backtest ? `${params.symbol ?? "?"} ${params.interval ?? ""}` : "Backtest";
  useScreenTitle(backtest && !ended(status) ? `${Math.floor(view.progress)} % ${title}` : title);

  if (view.gone) return <Gone id={id} message={view.gone.message} status={view.gone.status} />;

  const cancel = async () => {
    if (cancelling) return;
    setCancelling(true);
    setProblem("");
    try {
      await watch.cancel();
    } catch (error) {
      setProblem(messageOf(error));
    }
    setCancelling(false);
  };

  return (
    <>
      <header class="run-head">
        <div>
          <h1>{title}</h1>
          <p class="muted">
            {backtest && <>{strategyNames(params)} · </>}
            <span class="id">{id}</span>
            {view.attempt > 1 && <> · attempt {view.attempt}</>}
          </p>
        </div>
        {backtest && <Badge status={status} />}
        <div class="actions">
          {!backtest ? null : !ended(status) ? (
            <button type="button" onClick={cancel} aria-disabled={cancelling}>
              {cancelling ? "Cancelling…" : "Cancel"}
            </button>
          ) : (
            <a class="button" href={againHref(id)}>
              Run again with these settings
            </a>
          )}
        </div>
      </header>
      {problem && (
        <Notice kind="bad" live>
          {problem}
        </Notice>
      )}
      {isSynthetic(params.symbol) && <Synthetic />}
      <p class="visually-hidden" role="status">
        {spoken(view)}
      </p>
      {!ended(status) && (backtest ? <Live view={view} /> : <Loading view={view} />)}
      {status === "failed" && (
        <Notice kind="bad" title="This backtest failed.">
          {view.error || "No reason was given."}
        </Notice>
      )}
      {status === "cancelled" && (
        <Notice kind="info" title="This backtest was cancelled.">
          {view.progress > 0 && <>It had come to {Math.floor(view.progress)} %.</>}
        </Notice>
      )}
      {status === "completed" && <ResultView id={id} backtest={backtest} />}
      {status !== "completed" && backtest && (
        <section class="panel">
          <h2>Settings</h2>
          <Settings params={params} />
        </section>
      )}
    </>
  );
}

function Live({ view }: { view: View }) {
  const { backtest, status, progress, message } = view;
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const began = ms(backtest?.startedAt);
  const since = Number.isFinite(began) ? Math.max(0, Date.now() - began) / 1000 : null;
  return (
    <section class="panel live" aria-label="Progress">
      <div class="live-line">
        <span class="percent num">{Math.floor(progress)} %</span>
        <span>{message || (status === "pending" ? "Waiting for a worker" : "Running")}</span>
        <span class="muted num">
          {since != null && since >= 1
            ? `started ${duration(since)} ago`
            : backtest && `sent ${time(backtest.createdAt)}`}
        </span>
      </div>
      <Bar value={progress} label="Progress" />
      <Link view={view} />
    </section>
  );
}

/** Before the first answer nothing is known: no percentage, which could only fall back to 0. */
function Loading({ view }: { view: View }) {
  return (
    <section class="panel live" aria-busy="true">
      <p class="muted">Loading…</p>
      <Link view={view} />
    </section>
  );
}

/** What is the matter with the connection; nothing while all is well. */
function Link({ view }: { view: View }) {
  if (view.unreachable) {
    return (
      <Notice kind="warn" title="Reconnecting…" live>
        The server cannot be reached. The run goes on there; this page asks again by itself.
      </Notice>
    );
  }
  if (view.link !== "away") return null;
  return view.everUp ? (
    <Notice kind="warn" title="Reconnecting…" live>
      The live connection was lost. Until it is back this page asks for the state instead.
    </Notice>
  ) : (
    <Notice kind="info" live>
      No live connection here: this page asks for the state every few seconds.
    </Notice>
  );
}

/** For screen readers: the quarters, not every step. */
function spoken({ backtest, status, progress, error }: View): string {
  if (!backtest) return "";
  if (status === "completed") return "The backtest is complete.";
  if (status === "failed") return `The backtest failed. ${error}`;
  if (status === "cancelled") return "The backtest was cancelled.";
  if (status === "pending") return "The backtest waits for a worker.";
  return `${Math.floor(progress / 25) * 25} percent done.`;
}

function Gone({ id, message, status }: { id: string; message: string; status: number }) {
  return (
    <section class="panel empty">
      <h1>{status === 404 ? "No such backtest" : "This backtest cannot be shown"}</h1>
      <p>
        <span class="id">{id}</span>: {message}
      </p>
      <p>
        <a class="button" href="#/">
          Go to the backtests
        </a>
      </p>
    </section>
  );
}
