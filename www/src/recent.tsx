// Recent runs, beside the form.

import { useState } from "preact/hooks";
import { messageOf, post, remove } from "./api";
import { minute } from "./format";
import { useList } from "./list";
import { strategyNames } from "./request";
import { againHref, runHref } from "./route";
import type { Backtest } from "./types";
import { Badge, Bar, Confirm, Notice } from "./ui";
import { ended, recordPath } from "./watch";

export function Recent() {
  const list = useList();
  const [problem, setProblem] = useState("");
  const [doomed, setDoomed] = useState<Backtest | null>(null);

  const act = async (action: () => Promise<unknown>) => {
    setProblem("");
    try {
      await action();
    } catch (error) {
      setProblem(messageOf(error));
    }
    await list.reload();
  };

  return (
    <section class="panel recent" aria-labelledby="recent-runs">
      <h2 id="recent-runs">Recent runs</h2>
      {(problem || list.error) && (
        <Notice kind="bad" live>
          {problem || list.error}
        </Notice>
      )}
      {list.items == null ? (
        !list.error && <p class="muted">Loading…</p>
      ) : list.items.length === 0 ? (
        <p class="muted">Nothing has been run yet. Fill in the form and press Run backtest.</p>
      ) : (
        <ul class="runs">
          {list.items.map((row) => (
            <Row
              key={row.backtestId}
              row={row}
              onCancel={() => act(() => post(`${recordPath(row.backtestId)}/cancel`, {}))}
              onDelete={() => setDoomed(row)}
            />
          ))}
        </ul>
      )}
      {list.next && (
        <button type="button" class="wide" onClick={list.more}>
          Show more
        </button>
      )}
      {doomed && (
        <Confirm
          title="Delete this run?"
          action="Delete"
          onConfirm={() => {
            const { backtestId } = doomed;
            setDoomed(null);
            void act(() => remove(recordPath(backtestId)));
          }}
          onClose={() => setDoomed(null)}
        >
          {name(doomed)}, {minute(doomed.createdAt)} UTC. Its trades and results go with it.
        </Confirm>
      )}
    </section>
  );
}

const name = ({ params }: Backtest) =>
  `${params.symbol ?? "?"} ${params.interval ?? ""} ${strategyNames(params)}`;

function Row(props: { row: Backtest; onCancel: () => void; onDelete: () => void }) {
  const { row } = props;
  const { params } = row;
  return (
    <li>
      <a href={runHref(row.backtestId)}>
        <span class="run-name">
          <strong>{params.symbol ?? "?"}</strong> {params.interval}
        </span>
        <span class="muted">{strategyNames(params)}</span>
      </a>
      <Badge status={row.status} />
      <span class="muted num">{minute(row.createdAt)} UTC</span>
      <span class="actions">
        {ended(row.status) ? (
          <>
            <a class="button quiet" href={againHref(row.backtestId)}>
              Again<span class="visually-hidden">: {name(row)}</span>
            </a>
            <button type="button" class="quiet" onClick={props.onDelete}>
              Delete<span class="visually-hidden">: {name(row)}</span>
            </button>
          </>
        ) : (
          <button type="button" class="quiet" onClick={props.onCancel}>
            Cancel<span class="visually-hidden">: {name(row)}</span>
          </button>
        )}
      </span>
      {!ended(row.status) && <Bar value={row.progress} label={`Progress of ${name(row)}`} />}
      {row.error && row.status === "failed" && <p class="error">{row.error}</p>}
    </li>
  );
}
