// Made-up but consistent answers in the service's shapes, for the page's tests. The numbers come
// from a fixed random walk; they claim nothing about any strategy.

const HOUR = 3_600_000;
const FROM = Date.UTC(2023, 0, 1);
const BARS = 8760;

export const symbols = [
  {
    symbol: "BTCUSDT",
    intervals: [
      {
        interval: "1h",
        from: "2023-01-01T00:00:00Z",
        to: "2023-12-31T23:00:00Z",
        bars: BARS,
      },
      {
        interval: "1d",
        from: "2020-01-01T00:00:00Z",
        to: "2023-12-31T00:00:00Z",
        bars: 1461,
      },
    ],
  },
  {
    symbol: "SAMPLE-TREND",
    intervals: [
      {
        interval: "1h",
        from: "2023-01-01T00:00:00Z",
        to: "2023-12-31T23:00:00Z",
        bars: BARS,
      },
    ],
  },
];

const int = (value, min, max, help) => ({
  type: "int",
  default: value,
  min,
  max,
  step: 1,
  help,
});

export const strategies = [
  {
    name: "sma",
    title: "SMA crossover",
    help: "Long while the fast average is above the slow one, short while it is below.",
    params: {
      fast: int(10, 1, 1000, "Bars of the fast average"),
      slow: int(30, 2, 2000, "Bars of the slow average"),
    },
    define: {},
    rules: {
      "long.entry": "crossover(sma(close, fast), sma(close, slow))",
      "short.entry": "crossunder(sma(close, fast), sma(close, slow))",
    },
  },
  {
    name: "rsi",
    title: "RSI reversal",
    help: "Buys when the RSI falls below the lower line and sells above the upper one.",
    params: {
      period: int(14, 2, 500, "Bars of the RSI"),
      lower: { ...int(30, 0, 100, null), type: "float", step: 0.5 },
      upper: { ...int(70, 0, 100, null), type: "float", step: 0.5 },
    },
    define: {},
    rules: {
      "long.entry": "rsi(close, period) < lower",
      "long.exit": "rsi(close, period) > upper",
    },
  },
  {
    name: "buyhold",
    title: "Buy and hold",
    help: "Buys on the first bar and keeps it.",
    params: {},
    define: {},
    rules: { "long.entry": "true" },
  },
];

function walk(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function equity(points = 2000) {
  const next = walk(7);
  const curve = { t: [], equity: [], drawdown: [] };
  let value = 10000;
  let peak = value;
  for (let i = 0; i < points; i++) {
    value *= 1 + (next() - 0.488) * 0.012;
    peak = Math.max(peak, value);
    curve.t.push(FROM + Math.floor((i * (BARS - 1)) / (points - 1)) * HOUR);
    curve.equity.push(value);
    curve.drawdown.push((value / peak - 1) * 100);
  }
  return curve;
}

export function trades(n, names) {
  const next = walk(11);
  return Array.from({ length: n }, (_, i) => {
    const entryBar = Math.floor((i * BARS) / n);
    const exitBar = entryBar + 5 + Math.floor(next() * 40);
    const returnPct = (next() - 0.45) * 8;
    const entryPrice = 20000 + next() * 15000;
    const size = (next() < 0.5 ? -1 : 1) * 0.31837;
    return {
      size,
      entryBar,
      exitBar,
      entryTime: new Date(FROM + entryBar * HOUR).toISOString(),
      exitTime: new Date(FROM + exitBar * HOUR).toISOString(),
      entryPrice,
      exitPrice: entryPrice * (1 + (Math.sign(size) * returnPct) / 100),
      pnl: (returnPct / 100) * Math.abs(size) * entryPrice,
      returnPct,
      commission: 12.4,
      entryReason: "signal",
      exitReason: ["reverse", "stopLoss", "signal"][i % 3],
      mae: -next() * 4,
      mfe: next() * 6,
      strategy: names[i % names.length],
      entryValues: i === 1 ? null : { f: 31250.123456, s: null },
      exitValues: i === 1 ? null : { f: 31249.5, s: 31000 },
    };
  });
}

const definitions = {
  totalReturn: "Final equity over the initial cash, minus 1.",
  buyHoldReturn: "Last close over first open, minus 1, without costs.",
  sharpeRatio: "Mean over standard deviation (ddof 1) of daily returns, times the root of 365.",
  sortinoRatio: "Mean of daily returns over their downside deviation, times the root of 365.",
  maxDrawdown: "The deepest fall of equity from an earlier peak, at bar closes.",
  winRate: "Trades with a profit after costs, of all trades.",
  profitFactor: "Sum of profits over the sum of losses.",
  tradeCount: "Closed trades.",
  cagr: "Yearly growth over the elapsed time of 365-day years.",
  finalEquity: "Cash and position at the last close.",
  exposureTime: "Bars with a position, of all bars.",
};

const metrics = {
  totalReturn: 34.2178,
  buyHoldReturn: 12.04,
  finalEquity: 13421.78,
  peakEquity: 13890.12,
  cagr: 34.2178,
  annualReturn: 30.51,
  annualVolatility: 28.77,
  sharpeRatio: 1.06,
  sharpePerBar: 0.0113,
  sortinoRatio: 1.62,
  calmarRatio: 2.31,
  maxDrawdown: -14.81,
  avgDrawdown: -2.93,
  maxDrawdownDuration: 3427200,
  avgDrawdownDuration: 212400,
  tradeCount: 120,
  winRate: 43.33,
  bestTrade: 11.02,
  worstTrade: -6.4,
  avgTrade: 0.27,
  maxTradeDuration: 604800,
  avgTradeDuration: 129600,
  profitFactor: 1.37,
  expectancy: 0.31,
  payoffRatio: 1.79,
  sqn: 1.41,
  kelly: 0.1204,
  exposureTime: 96.2,
  turnover: 240.8,
  alpha: 22.1,
  beta: 0.08,
  commissionTotal: 1488.12,
};

const group = (name, trades, pnl) => ({
  name,
  trades,
  winRate: 43.3,
  pnl,
  expectancy: 0.31,
  profitFactor: pnl > 0 ? 1.4 : null,
  commission: 12.4,
});

const breakdowns = {
  drawdowns: [
    {
      depth: -14.81,
      peak: "2023-03-01T00:00:00Z",
      trough: "2023-03-20T00:00:00Z",
      recovery: null,
      duration: 3427200,
    },
  ],
  side: [group("long", 61, 2100.5), group("short", 59, -310.25)],
  strategy: [],
  exitReason: [group("takeProfit", 40, 900), group("reverse", 80, 890.25)],
  weekday: [group("Monday", 120, 1790.25)],
  hour: [group("03:00", 100, 1800), group("04:00", 20, -9.75)],
  months: [
    { year: 2023, month: 1, return: 4.25, trades: 9, pnl: 425 },
    { year: 2023, month: 2, return: -12.5, trades: 8, pnl: -1303 },
  ],
  years: [{ year: 2023, return: 34.2178, trades: 120, pnl: 1790.25 }],
  monthsLeftOut: 0,
  rolling: {
    days: 90,
    t: Array.from({ length: 60 }, (_, i) => FROM + (90 + i * 4) * 24 * HOUR),
    sharpe: Array.from({ length: 60 }, (_, i) => (i === 7 ? null : 1.06 + Math.sin(i / 6) * 1.5)),
    volatility: Array.from({ length: 60 }, (_, i) => 28 + Math.cos(i / 9) * 6),
  },
  distribution: {
    from: -4,
    width: 1,
    counts: [6, 12, 19, 24, 21, 14, 9, 6, 5, 4],
    quantiles: { 1: -3.9, 5: -3.1, 25: -1.7, 50: -0.8, 75: 0.7, 95: 6.1, 99: 10 },
  },
};

const summaryOf = ({
  totalReturn,
  sharpeRatio,
  maxDrawdown,
  winRate,
  tradeCount,
  finalEquity,
}) => ({
  totalReturn,
  sharpeRatio,
  maxDrawdown,
  winRate,
  tradeCount,
  finalEquity,
});

/** What is known of a run that another program did: its summary. */
export function foreignResult(backtest) {
  const numbers = Object.fromEntries(Object.keys(metrics).map((name) => [name, null]));
  Object.assign(numbers, { totalReturn: 3.2, sharpeRatio: 0.4, maxDrawdown: -8.1 });
  const nulls = Object.keys(numbers).filter((name) => numbers[name] == null);
  return {
    backtestId: backtest.backtestId,
    id: backtest.backtestId,
    resultId: backtest.resultId,
    status: "completed",
    summary: summaryOf(numbers),
    metrics: numbers,
    basis: { nulls: Object.fromEntries(nulls.map((name) => [name, "foreign"])) },
  };
}

export function result(backtest, { without = false } = {}) {
  const { params } = backtest;
  const names = params.strategies.map((s) => (typeof s === "string" ? s : s.name));
  const numbers = { ...metrics };
  const nulls = {};
  if (without) {
    for (const name of Object.keys(numbers)) {
      numbers[name] = null;
      nulls[name] = "no trades";
    }
    Object.assign(numbers, {
      tradeCount: 0,
      totalReturn: 0,
      finalEquity: 10000,
      maxDrawdown: 0,
    });
    for (const name of ["tradeCount", "totalReturn", "finalEquity", "maxDrawdown"]) {
      delete nulls[name];
    }
  }
  return {
    backtestId: backtest.backtestId,
    id: backtest.backtestId,
    resultId: backtest.resultId,
    status: "completed",
    summary: summaryOf(numbers),
    metrics: numbers,
    basis: { nulls, annualisation: 365, definitions },
    breakdowns: without ? null : breakdowns,
    strategies: names.map((name) => ({
      name,
      params: params.strategyParams?.[name] ?? {},
      metrics: numbers,
    })),
    data: {
      symbol: params.symbol,
      interval: params.interval,
      bars: BARS,
      from: "2023-01-01T00:00:00Z",
      to: "2023-12-31T23:00:00Z",
      warmup: 31,
      hash: "9f2c41d07be85a3360c1e7724da9b8f5",
      gaps: 2,
    },
    engine: "0.1.0",
    warnings: without ? [] : ["2 bars are absent in the range tested."],
    noTrades: without
      ? {
          message: "Entries were wanted, but each was refused.",
          bars: BARS,
          warmup: 31,
          strategies: names.map((name) => ({
            name,
            lookback: 30,
            signals: {
              "long.entry": 17,
              "long.exit": 0,
              "short.entry": 0,
              "short.exit": 0,
            },
            refused: { stop_side: 12, stop_null: 5 },
            examples: [
              { time: "2023-02-03T04:00:00Z", reason: "stop_side" },
              { time: "2023-02-05T09:00:00Z", reason: "stop_null" },
            ],
          })),
        }
      : null,
    band: without
      ? null
      : {
          pessimistic: { finalEquity: 13421.78, maxDrawdown: -14.81 },
          optimistic: { finalEquity: 14990.5, maxDrawdown: -13.02 },
          orderBars: 18,
        },
  };
}
