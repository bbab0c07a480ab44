// The list of runs: pages from the service, kept fresh by events and, more slowly, by polling.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, messageOf } from "./api";
import { live } from "./live";
import type { Backtest, Frame, Page } from "./types";
import { ended } from "./watch";

const PAGE = 20;
const BUSY_MS = 3_000; // something runs
const IDLE_MS = 15_000; // another window or a shell may have submitted something

interface List {
  items: Backtest[] | null; // null: not loaded yet
  next: string | null;
  error: string;
}

/** What an event says about a row; an end is never taken back, a percentage never falls. */
export function moved(row: Backtest, { event, data }: Frame): Backtest {
  if (row.backtestId !== data.backtestId || ended(row.status)) return row;
  if (event === "backtest:progress") {
    const progress = Math.max(row.progress, Number(data["progress"]) || 0);
    return { ...row, status: "running", progress };
  }
  if (event === "backtest:started") return { ...row, status: "running" };
  if (event === "backtest:complete") return { ...row, status: "completed", progress: 100 };
  if (event === "backtest:error") {
    return { ...row, status: data["status"] === "cancelled" ? "cancelled" : "failed" };
  }
  return row;
}

/** Fresh rows first, then the older pages already shown. */
function joined(fresh: Backtest[], shown: Backtest[]): Backtest[] {
  const ids = new Set(fresh.map((row) => row.backtestId));
  const last = fresh[fresh.length - 1];
  const older = shown.filter(
    (row) => !ids.has(row.backtestId) && last != null && row.createdAt < last.createdAt,
  );
  return [...fresh, ...older];
}

export function useList() {
  const [list, setList] = useState<List>({ items: null, next: null, error: "" });
  const current = useRef(list);
  current.current = list;

  const reload = useCallback(async () => {
    try {
      const page = await get<Page<Backtest>>(`api/algo/backtest?limit=${PAGE}`);
      setList((old) => {
        const more = (old.items?.length ?? 0) > PAGE && page.next != null;
        return {
          items: more ? joined(page.items, old.items ?? []) : page.items,
          next: more ? old.next : page.next,
          error: "",
        };
      });
    } catch (error) {
      setList((old) => ({ ...old, error: messageOf(error) }));
    }
  }, []);

  const more = useCallback(async () => {
    const { next } = current.current;
    if (!next) return;
    try {
      const cursor = encodeURIComponent(next);
      const page = await get<Page<Backtest>>(`api/algo/backtest?limit=${PAGE}&cursor=${cursor}`);
      setList((old) => {
        const ids = new Set(old.items?.map((row) => row.backtestId));
        const rows = page.items.filter((row) => !ids.has(row.backtestId));
        return { items: [...(old.items ?? []), ...rows], next: page.next, error: "" };
      });
    } catch (error) {
      setList((old) => ({ ...old, error: messageOf(error) }));
    }
  }, []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const again = async () => {
      if (!document.hidden) await reload();
      if (stopped) return;
      const busy = current.current.items?.some((row) => !ended(row.status)) ?? true;
      timer = setTimeout(again, busy ? BUSY_MS : IDLE_MS);
    };
    void again();
    const leave = live().listen("", {
      onUp: () => {},
      onFrame: (frame) => {
        const { items } = current.current;
        if (items?.some((row) => row.backtestId === frame.data.backtestId)) {
          setList((old) => ({
            ...old,
            items: old.items?.map((row) => moved(row, frame)) ?? null,
          }));
        } else if (items && frame.event === "backtest:started") void reload();
      },
    });
    return () => {
      stopped = true;
      clearTimeout(timer);
      leave();
    };
  }, [reload]);

  return { ...list, reload, more };
}
