// One backtest as it moves: the WebSocket's events and the polled record made into one view that
// never goes backwards. The first end shown is final.

import { useEffect, useState } from "preact/hooks";
import { get, post, Problem } from "./api";
import { live, type Live, type LiveState } from "./live";
import type { Backtest, Frame, Status } from "./types";

export interface View {
  backtest: Backtest | null;
  status: Status;
  progress: number; // 0-100, never falls
  message: string;
  error: string;
  attempt: number;
  /** The service does not know this id, or does not say: nothing more will come. */
  gone: Problem | null;
  /** The last poll got no usable answer; the next one is on its way. */
  unreachable: boolean;
  link: LiveState;
  everUp: boolean;
}

const rank: Record<Status, number> = {
  pending: 0,
  running: 1,
  completed: 2,
  failed: 2,
  cancelled: 2,
};

export const ended = (status: Status) => rank[status] === 2;

export const recordPath = (id: string) => `api/algo/backtest/${encodeURIComponent(id)}`;

const POLL_FIRST_MS = 700;
const POLL_CAP_MS = 5_000;
// With a socket the service itself re-asks after 10 s of silence; this only guards the guard.
const POLL_SAFETY_MS = 30_000;

// What this window last showed of a run. The stored record is up to two seconds older than the
// events were, so after a reload it alone would let the percentage fall.
const SHOWN = "candlemill.shown";

function lastShown(id: string): number {
  try {
    const shown = JSON.parse(sessionStorage.getItem(SHOWN) ?? "{}");
    return shown.id === id && typeof shown.progress === "number" ? shown.progress : 0;
  } catch {
    return 0;
  }
}

function keepShown(id: string, progress: number): void {
  try {
    sessionStorage.setItem(SHOWN, JSON.stringify({ id, progress }));
  } catch {
    // Storage is switched off: a reload starts at what the record says.
  }
}

export class Watch {
  view: View = {
    backtest: null,
    status: "pending",
    progress: 0,
    message: "",
    error: "",
    attempt: 0,
    gone: null,
    unreachable: false,
    link: "off",
    everUp: false,
  };
  private stopped = false;
  private readonly undo: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = POLL_FIRST_MS;
  private asking = false;
  private askAgain = false;

  constructor(
    private readonly id: string,
    private readonly socket: Live,
    private readonly changed: (view: View) => void,
  ) {}

  start(): void {
    this.set({ progress: lastShown(this.id) });
    this.undo.push(
      this.socket.watch(() => this.linkMoved()),
      // Listening comes before the first poll, so nothing falls between the two.
      this.socket.listen(this.id, {
        onFrame: (frame) => this.hear(frame),
        onUp: () => void this.poll(),
      }),
    );
    this.linkMoved();
    void this.poll();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const undo of this.undo.splice(0)) undo();
  }

  async cancel(): Promise<void> {
    this.take(await post<Backtest>(`${recordPath(this.id)}/cancel`, {}));
  }

  private linkMoved(): void {
    const { state, everUp } = this.socket;
    if (state === "away" && this.view.link !== "away") this.wait = POLL_FIRST_MS;
    this.set({ link: state, everUp });
    this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.stopped || this.over()) return;
    const wait = this.view.link === "up" && !this.view.unreachable ? POLL_SAFETY_MS : this.wait;
    this.timer = setTimeout(() => void this.poll(), wait);
  }

  private over(): boolean {
    return this.view.gone != null || (ended(this.view.status) && this.recordIsFinal());
  }

  private recordIsFinal(): boolean {
    return this.view.backtest != null && ended(this.view.backtest.status);
  }

  private async poll(): Promise<void> {
    if (this.stopped || this.over()) return;
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    this.asking = true;
    clearTimeout(this.timer);
    const before = this.view.progress;
    try {
      this.take(await get<Backtest>(recordPath(this.id)));
      this.set({ unreachable: false });
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(0, String(error));
      const final = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
      this.set(final ? { gone: problem } : { unreachable: true });
    }
    this.asking = false;
    this.wait =
      this.view.progress > before ? POLL_FIRST_MS : Math.min(POLL_CAP_MS, this.wait * 1.5);
    if (this.askAgain) {
      this.askAgain = false;
      await this.poll();
    } else this.schedule();
  }

  private take(record: Backtest): void {
    const now = this.view;
    // An answer that was under way while the end arrived is older than what is shown.
    if (rank[record.status] < rank[now.status]) {
      this.set({ backtest: { ...record, status: now.status } });
      return;
    }
    const status = ended(now.status) ? now.status : record.status;
    this.set({
      backtest: record,
      status,
      attempt: Math.max(now.attempt, record.attempt || 0),
      error: record.error || now.error,
      progress: this.risen(status === "completed" ? 100 : record.progress),
    });
  }

  private hear({ event, data }: Frame): void {
    if (ended(this.view.status) || this.view.gone) return;
    const text = (key: string) => (typeof data[key] === "string" ? (data[key] as string) : "");
    const attempt = Math.max(this.view.attempt, Number(data["attempt"]) || 0);
    if (event === "backtest:started") this.set({ status: "running", attempt });
    else if (event === "backtest:progress") {
      const progress = this.risen(Number(data["progress"]));
      const message = text("message") || this.view.message;
      this.set({ status: "running", attempt, progress, message });
    } else if (event === "backtest:complete") this.end({ status: "completed", progress: 100 });
    else if (event === "backtest:error") {
      const error = text("error") || "The backtest failed.";
      if (data["code"] === "not_found") this.set({ gone: new Problem(404, error) });
      else this.end({ status: text("status") === "cancelled" ? "cancelled" : "failed", error });
    }
  }

  /** Shows the end at once, then fetches the record with its times. */
  private end(view: Partial<View>): void {
    this.set({ ...view, message: "" });
    this.wait = POLL_FIRST_MS;
    void this.poll();
  }

  private risen(progress: number): number {
    const now = this.view.progress;
    return Number.isFinite(progress) ? Math.min(100, Math.max(now, progress)) : now;
  }

  private set(part: Partial<View>): void {
    if (this.stopped) return;
    if (part.progress != null && part.progress > this.view.progress) {
      keepShown(this.id, part.progress);
    }
    this.view = { ...this.view, ...part };
    this.changed(this.view);
  }
}

export function useWatch(id: string): [View, Watch] {
  const [watch, setWatch] = useState(() => new Watch(id, live(), () => {}));
  const [view, setView] = useState<View>(watch.view);
  useEffect(() => {
    const mine = new Watch(id, live(), setView);
    setWatch(mine);
    mine.start();
    return () => mine.stop();
  }, [id]);
  return [view, watch];
}
