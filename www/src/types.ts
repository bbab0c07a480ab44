// What the service says and hears, in its own words.

export type Status = "pending" | "running" | "completed" | "failed" | "cancelled";

export interface Backtest {
  backtestId: string;
  userId: string;
  kind: string;
  status: Status;
  progress: number;
  params: Params;
  resultId: string | null;
  error: string | null;
  attempt: number;
  tags: string[] | null;
  note: string | null;
  createdAt: string;
  updatedAt: string;
  startedAt: string | null;
  completedAt: string | null;
}

/** The request as it was sent, flattened; a foreign program may have left anything out. */
export type Params = {
  symbol?: string;
  interval?: string;
  startDate?: string;
  endDate?: string;
  strategies?: StrategyWord[];
  strategyParams?: Record<string, ParamValues>;
} & Record<string, unknown>;

export type ParamValues = Record<string, number | boolean>;

/** A name, a name with parameters, or a whole strategy as data. */
export type StrategyWord = string | ({ name: string; params?: unknown } & Record<string, unknown>);

export interface Page<T> {
  items: T[];
  next: string | null;
  count?: number; // of all pages together, where the service says it
}

export interface StoredInterval {
  interval: string;
  from: string;
  to: string; // open time of the last bar
  bars: number;
}

export interface StoredSymbol {
  symbol: string;
  intervals: StoredInterval[];
}

export interface Param {
  name: string;
  type: "int" | "float" | "bool";
  default: number | boolean;
  min?: number | null;
  max?: number | null;
  step?: number | null;
  help?: string | null;
}

export interface Strategy {
  name: string;
  title: string;
  help?: string | null;
  params: Param[];
  rules?: Record<string, string>;
}

/** The same as the service says it: parameters by name, as a strategy in a request has them. */
export type StrategyAnswer = Omit<Strategy, "params"> & {
  params: Param[] | Record<string, Omit<Param, "name">>;
};

export type Metrics = Record<string, number | null>;

/** Why a strategy did not trade: bars on which each rule was true, entries refused by reason. */
export interface Diagnosis {
  name: string;
  lookback: number;
  signals: Record<string, number>;
  refused: Record<string, number>;
  examples: { time: string; reason: string }[];
}

/** A whole run in two numbers. */
export type Whole = { finalEquity: number; maxDrawdown: number };

/** Closed trades that have something in common. */
export interface Group {
  name: string;
  trades: number;
  winRate: number;
  pnl: number;
  expectancy: number;
  profitFactor: number | null;
  commission: number;
}

export interface Period {
  year: number;
  month?: number;
  return: number | null;
  trades: number;
  pnl: number;
}

export interface Fall {
  depth: number;
  peak: string;
  trough: string;
  recovery: string | null;
  duration: number;
}

/** What the totals are made of. */
export interface Breakdowns {
  drawdowns?: Fall[];
  side?: Group[];
  strategy?: Group[];
  exitReason?: Group[];
  weekday?: Group[];
  hour?: Group[];
  months?: Period[];
  years?: Period[];
  monthsLeftOut?: number;
  rolling?: Rolling | null;
  distribution?: Distribution | null;
}

/** Columns of equal length; t in epoch ms, the last day of each window. */
export interface Rolling {
  days: number;
  t: number[];
  sharpe: (number | null)[];
  volatility: (number | null)[];
}

/** Trades by return: bin k counts from + k * width up to the next; all in percent. */
export interface Distribution {
  from: number;
  width: number;
  counts: number[];
  quantiles: Record<string, number>;
}

export interface Result {
  backtestId: string;
  resultId: string;
  status: string;
  summary: Metrics;
  metrics: Metrics;
  basis?: {
    nulls?: Record<string, string>;
    annualisation?: number;
    definitions?: Record<string, string>;
  } & Record<string, unknown>;
  strategies?: { name: string; params?: ParamValues; metrics: Metrics }[];
  data?: Record<string, unknown> & {
    symbol?: string;
    interval?: string;
    source?: string; // the stored interval it was made of
    bars?: number;
    from?: string;
    to?: string;
    warmup?: number;
    hash?: string;
    gaps?: number;
  };
  engine?: string | null;
  warnings?: string[];
  band?: { pessimistic: Whole; optimistic: Whole; orderBars: number } | null;
  breakdowns?: Breakdowns | null;
  noTrades?: { message: string; bars: number; strategies: Diagnosis[] } | null;
}

export interface Trade {
  size: number;
  entryBar: number;
  exitBar: number;
  entryTime: string | number;
  exitTime: string | number;
  entryPrice: number;
  exitPrice: number;
  pnl: number;
  returnPct: number;
  commission: number;
  entryReason: string;
  exitReason: string;
  mae: number | null;
  mfe: number | null;
  strategy: string;
  entryValues?: Record<string, number | null> | null;
  exitValues?: Record<string, number | null> | null;
}

/** Columns of equal length; t in epoch ms, drawdown in percent, 0 or negative. */
export interface Equity {
  t: number[];
  equity: number[];
  drawdown: number[];
}

export interface FieldError {
  pointer?: string;
  code?: string;
  detail: string;
  line?: number;
  column?: number;
}

/** A frame of the WebSocket. */
export interface Frame {
  event: string;
  data: Record<string, unknown> & { backtestId?: string };
}
