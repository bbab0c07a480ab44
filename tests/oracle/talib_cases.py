"""What is compared with TA-Lib: one case a function, three settings each."""
import numpy


class Case:
    """One function of TA-Lib and the expressions that stand for its outputs.

    inputs: columns of the bars it takes. outputs: expressions in TA-Lib's order, {timeperiod} is a setting.
    measure: differences are shares of max(|TA-Lib's number|, this); limit: instead of 1e-12. Both need a reason.
    mended: what TA-Lib's numbers are made into first, with a reason too."""

    def __init__(self, name, inputs, settings, outputs, measure=None, limit=None, reason="", mended=None):
        if (measure or limit or mended) and not reason:
            raise ValueError(f"{name}: an exception without a reason")
        self.name, self.inputs, self.settings = name, inputs.split(), settings
        self.outputs = outputs if isinstance(outputs, list) else [outputs]
        self.measure, self.limit, self.reason, self.mended = measure, limit, reason, mended

    def expressions(self):
        return [form.format(**setting) for setting in self.settings for form in self.outputs]

    def mend(self, numbers, data, setting, output):
        return self.mended(numbers, data, setting, output) if self.mended else numbers


def source(name, data):
    return data["close"] / 100000 if name == "small" else data[name]


def periods(*lengths):
    return [{"timeperiod": length} for length in lengths]


def settings(names, *values):
    names = names.split()
    return [dict(zip(names, one)) for one in values]


NONE = [{}]  # a function without settings


def price(data):
    return data["close"]


def hundred(data):
    return numpy.full(len(data["close"]), 100.0)


def one(data):
    return numpy.ones(len(data["close"]))


def degrees(data):
    return numpy.full(len(data["close"]), 360.0)


def square(data):
    return data["close"] ** 2


def traded(data):
    return numpy.cumsum(data["volume"])


def value_traded(data):
    return data["close"] * data["volume"]


def nulls_before(first):
    """Whole numbers of TA-Lib have no null: what stands before the lookback is 0."""

    def mended(numbers, data, setting):
        found = numbers.copy()
        found[: first(setting)] = numpy.nan
        return found

    return mended


def negative(numbers, data, setting):
    return -nulls_before(lambda s: s["timeperiod"])(numbers, data, setting)


def hundredth(numbers, data, setting, output):
    return numbers / 100


def pick(which, mend):
    """Mends one output of several."""

    def mended(numbers, data, setting, output):
        return mend(numbers, data, setting) if output == which else numbers

    return mended


PRICE = "a difference of prices: shares of the price"
RATIO = "a difference of ratios: shares of 1"
PERCENT = "a difference of percentages: shares of 100"
SIGMA = "TA-Lib's mean is summed otherwise; two-pass sums agree to 1e-12 (plain_functions.py)"
QUOTIENT = "rounding grows in the quotient of two small numbers"
RUNNING = "TA-Lib's running sum has drifted, ours is summed anew"
P30 = periods(30, 5, 200)
P14 = periods(14, 2, 50)
OPEN_CLOSE, HIGH_LOW, HLC, HLCV = "open close", "high low", "high low close", "high low close volume"
FAST_SLOW = settings("fastperiod slowperiod", (12, 26), (3, 10), (50, 20))
MACD = settings("fastperiod slowperiod signalperiod", (12, 26, 9), (5, 35, 5), (3, 10, 16))

CASES = [
    # averages
    Case("SMA", "close", P30, "sma(close, {timeperiod})"),
    Case("EMA", "close", P30, "ema(close, {timeperiod})"),
    Case("RMA", "close", P30, "rma(close, {timeperiod})"),
    Case("WMA", "close", P30, "wma(close, {timeperiod})"),
    Case("DEMA", "close", P30, "dema(close, {timeperiod})"),
    Case("TEMA", "close", P30, "tema(close, {timeperiod})"),
    Case("TRIMA", "close", P30, "trima(close, {timeperiod})", limit=1e-11, reason=RUNNING),
    Case("KAMA", "close", periods(30, 10, 100), "kama(close, {timeperiod})"),
    Case("T3", "close", settings("timeperiod vfactor", (5, 0.7), (20, 0.5), (2, 1.0)), "t3(close, {timeperiod}, {vfactor})"),
    Case("HMA", "close", periods(20, 9, 100), "hma(close, {timeperiod})"),
    Case("ZLEMA", "close", P30, "zlema(close, {timeperiod})"),
    Case("VWMA", "close volume", P30, "vwma(close, {timeperiod})"),
    Case("MIDPOINT", "close", P14, "midpoint(close, {timeperiod})"),
    Case("MIDPRICE", HIGH_LOW, P14, "midprice({timeperiod})"),
    Case("MA", "close", settings("timeperiod matype", (30, 0), (5, 0), (200, 0)), "sma(close, {timeperiod})"),
    # prices
    Case("AVGPRICE", "open high low close", NONE, "ohlc4"),
    Case("MEDPRICE", HIGH_LOW, NONE, "hl2"),
    Case("TYPPRICE", HLC, NONE, "hlc3"),
    Case("WCLPRICE", HLC, NONE, "hlcc4"),
    Case("HA", "open high low close", NONE, ["ha.open", "ha.high", "ha.low", "ha.close"]),
    # channels
    Case("BBANDS", "close", settings("timeperiod nbdevup nbdevdn", (20, 2.0, 2.0), (5, 1.0, 1.0), (100, 2.5, 2.5)),
         [f"bb(close, {{timeperiod}}, {{nbdevup}}).{one}" for one in ("upper", "middle", "lower")], limit=1e-10, reason=SIGMA),
    Case("DONCHIAN", HIGH_LOW, periods(20, 5, 55), [f"donchian({{timeperiod}}).{one}" for one in ("upper", "middle", "lower")]),
    Case("KC", HLC, settings("timeperiod atrperiod nbdev", (20, 10, 2.0), (10, 20, 1.5), (50, 14, 3.0)),
         [f"kc(hlc3, {{timeperiod}}, {{nbdev}}, {{atrperiod}}).{one}" for one in ("upper", "middle", "lower")]),
    Case("ACCBANDS", HLC, periods(20, 5, 100), [f"accbands({{timeperiod}}).{one}" for one in ("upper", "middle", "lower")]),
    # trend
    Case("SUPERTREND", HLC, settings("timeperiod multiplier", (10, 3.0), (7, 1.0), (20, 5.0)),
         ["supertrend({multiplier}, {timeperiod}).line", "supertrend({multiplier}, {timeperiod}).direction"],
         reason="TA-Lib's trend is 1 upwards, Pine's direction -1", mended=pick(1, negative)),
    Case("SAR", HIGH_LOW, settings("acceleration maximum", (0.02, 0.2), (0.01, 0.1), (0.05, 0.5)), "sar({acceleration}, {acceleration}, {maximum})"),
    Case("PLUS_DM", HIGH_LOW, P14, "plus_dm({timeperiod})", measure=price, reason=PRICE),
    Case("MINUS_DM", HIGH_LOW, P14, "minus_dm({timeperiod})", measure=price, reason=PRICE),
    Case("PLUS_DI", HLC, P14, "plus_di({timeperiod})", measure=hundred, reason=PERCENT),
    Case("MINUS_DI", HLC, P14, "minus_di({timeperiod})", measure=hundred, reason=PERCENT),
    Case("DX", HLC, P14, "dx({timeperiod})", measure=hundred, reason=PERCENT),
    Case("ADX", HLC, P14, "adx({timeperiod})", measure=hundred, reason=PERCENT),
    Case("ADXR", HLC, P14, "adxr({timeperiod})", measure=hundred, reason=PERCENT),
    Case("AROON", HIGH_LOW, P14, ["aroon({timeperiod}).down", "aroon({timeperiod}).up"]),
    Case("AROONOSC", HIGH_LOW, P14, "aroonosc({timeperiod})", measure=hundred, reason=PERCENT),
    Case("VHF", "close", periods(28, 5, 100), "vhf(close, {timeperiod})"),
    Case("VORTEX", HLC, P14, ["vortex({timeperiod}).plus", "vortex({timeperiod}).minus"]),
    # momentum
    Case("RSI", "close", P14, "rsi(close, {timeperiod})"),
    Case("CMO", "close", P14, "cmo(close, {timeperiod})", measure=hundred, reason=PERCENT),
    Case("CMOU", "close", P14, "cmou(close, {timeperiod})", measure=hundred, reason=PERCENT),
    Case("MACD", "close", MACD, [f"macd(close, {{fastperiod}}, {{slowperiod}}, {{signalperiod}}).{one}" for one in ("line", "signal", "hist")],
         measure=price, reason=PRICE),
    Case("MOM", "close", periods(10, 1, 100), "mom(close, {timeperiod})"),
    Case("ROC", "close", periods(10, 1, 100), "roc(close, {timeperiod})", measure=hundred, reason=PERCENT),
    Case("ROCP", "close", periods(10, 1, 100), "rocp(close, {timeperiod})"),
    Case("ROCR", "close", periods(10, 1, 100), "rocr(close, {timeperiod})"),
    Case("ROCR100", "close", periods(10, 1, 100), "rocr100(close, {timeperiod})"),
    Case("ER", "close", periods(10, 2, 50), "er(close, {timeperiod})"),
    Case("STOCHF", HLC, settings("fastk_period fastd_period", (5, 3), (14, 1), (50, 10)),
         [f"stochf({{fastk_period}}, {{fastd_period}}).{one}" for one in "kd"], measure=hundred, reason=PERCENT),
    Case("STOCH", HLC, settings("fastk_period slowk_period slowd_period", (5, 3, 3), (14, 3, 3), (50, 1, 10)),
         [f"stochslow({{fastk_period}}, {{slowk_period}}, {{slowd_period}}).{one}" for one in "kd"], measure=hundred, reason=PERCENT),
    Case("STOCHRSI", "close", settings("timeperiod fastk_period fastd_period", (14, 5, 3), (14, 14, 3), (7, 20, 5)),
         [f"stochrsi(close, {{timeperiod}}, {{fastk_period}}, {{fastd_period}}).{one}" for one in "kd"], measure=hundred, reason=PERCENT),
    Case("KDJ", HLC, settings("fastk_period slowk_period slowd_period", (9, 3, 3), (14, 5, 3), (5, 2, 10)),
         [f"kdj({{fastk_period}}, {{slowk_period}}, {{slowd_period}}).{one}" for one in "kdj"], measure=hundred, reason=PERCENT),
    Case("WILLR", HLC, P14, "wpr({timeperiod})", measure=hundred, reason=PERCENT),
    Case("SMI", HLC, settings("timeperiod fastperiod slowperiod signalperiod", (13, 2, 25, 9), (5, 3, 10, 4), (20, 5, 50, 10)),
         [f"smi({{timeperiod}}, {{fastperiod}}, {{slowperiod}}, {{signalperiod}}).{one}" for one in ("smi", "signal")], measure=hundred, reason=PERCENT),
    Case("CCI", HLC, periods(14, 5, 100), "cci({timeperiod})", measure=hundred, limit=1e-10, reason="differences from a mean over mean differences: shares of 100"),
    Case("ULTOSC", HLC, settings("timeperiod1 timeperiod2 timeperiod3", (7, 14, 28), (3, 5, 9), (30, 10, 20)), "ultosc({timeperiod1}, {timeperiod2}, {timeperiod3})",
         measure=hundred, reason=PERCENT),
    Case("BOP", "open high low close", NONE, "bop"),
    Case("IMI", OPEN_CLOSE, P14, "imi({timeperiod})", measure=hundred, reason=PERCENT),
    Case("TRIX", "close", periods(30, 5, 15), "trix(close, {timeperiod})", measure=hundred, reason=PERCENT),
    Case("APO", "close", FAST_SLOW, "apo(close, {fastperiod}, {slowperiod})", measure=price, reason=PRICE),
    Case("PPO", "close", FAST_SLOW, "ppo(close, {fastperiod}, {slowperiod})", measure=hundred, reason=PERCENT),
    Case("PVO", "volume", FAST_SLOW, "ppo(volume, {fastperiod}, {slowperiod})", measure=hundred, reason=PERCENT),
    Case("TSI", "close", settings("firstperiod secondperiod", (25, 13), (10, 5), (50, 20)), "tsi(close, {secondperiod}, {firstperiod})",
         measure=one, reason="TA-Lib's is 100 times Pine's; " + RATIO, mended=hundredth),
    Case("AO", HIGH_LOW, settings("fastperiod slowperiod", (5, 34), (3, 10), (20, 100)), "ao({fastperiod}, {slowperiod})", measure=price, reason=PRICE),
    Case("AC", HIGH_LOW, settings("fastperiod slowperiod signalperiod", (5, 34, 5), (3, 10, 4), (20, 100, 10)),
         "ac({fastperiod}, {slowperiod}, {signalperiod})", measure=price, reason=PRICE),
    Case("DPO", "close", periods(20, 5, 101), "dpo(close, {timeperiod})", measure=price, reason=PRICE),
    Case("COPPOCK", "close", settings("wmaperiod roc1period roc2period", (10, 11, 14), (5, 3, 8), (20, 30, 40)),
         "coppock(close, {roc1period}, {roc2period}, {wmaperiod})", measure=hundred, reason=PERCENT),
    Case("QSTICK", OPEN_CLOSE, periods(10, 3, 50), "qstick({timeperiod})", measure=price, reason=PRICE),
    Case("ERI", HLC, periods(13, 5, 50), ["eri({timeperiod}).bull", "eri({timeperiod}).bear"], measure=price, reason=PRICE),
    Case("FOSC", "close", periods(5, 14, 50), "fosc(close, {timeperiod})", measure=hundred, reason=PERCENT),
    # volatility
    Case("TRANGE", HLC, NONE, "tr"),
    Case("ATR", HLC, P14, "atr({timeperiod})"),
    Case("NATR", HLC, P14, "natr({timeperiod})"),
    Case("STDDEV", "close", settings("timeperiod nbdev", (5, 1.0), (20, 1.0), (200, 1.0)), "stdev(close, {timeperiod})", measure=price, limit=1e-10, reason=SIGMA),
    Case("VAR", "close", settings("timeperiod nbdev", (5, 1.0), (20, 1.0), (200, 1.0)), "variance(close, {timeperiod})", measure=square, limit=1e-10, reason=SIGMA),
    Case("AVGDEV", "close", P14, "dev(close, {timeperiod})", measure=price, reason=PRICE),
    Case("ADR", HIGH_LOW, P14, "adr({timeperiod})", measure=price, reason=PRICE),
    Case("CVI", HIGH_LOW, settings("timeperiod rocperiod", (10, 10), (5, 3), (30, 20)), "cvi({timeperiod}, {rocperiod})", measure=hundred, reason=PERCENT),
    Case("MASSI", HIGH_LOW, settings("fastperiod slowperiod", (9, 25), (5, 10), (20, 50)), "massi({fastperiod}, {slowperiod})"),
    Case("RVI", "close", settings("timeperiod stddevperiod", (14, 10), (5, 5), (30, 20)), "rvi(close, {timeperiod}, {stddevperiod})",
         measure=hundred, limit=1e-10, reason=SIGMA),
    # extremes
    Case("MAX", "close", P30, "highest(close, {timeperiod})"),
    Case("MIN", "close", P30, "lowest(close, {timeperiod})"),
    Case("MINMAX", "close", P30, ["lowest(close, {timeperiod})", "highest(close, {timeperiod})"]),
    Case("FRACTAL", HIGH_LOW, settings("leftbars rightbars", (2, 2), (5, 3), (1, 10)),
         ["na(pivothigh({leftbars}, {rightbars})) ? 0 : 100", "na(pivotlow({leftbars}, {rightbars})) ? 0 : 100"]),
    # statistics
    Case("LINEARREG", "close", P14, "linreg(close, {timeperiod})"),
    Case("LINEARREG_SLOPE", "close", P14, "slope(close, {timeperiod})", measure=price, reason=PRICE),
    Case("LINEARREG_INTERCEPT", "close", P14, "linearreg_intercept(close, {timeperiod})"),
    Case("LINEARREG_ANGLE", "close", P14, "linearreg_angle(close, {timeperiod})", measure=lambda data: 57.3 * price(data), reason=PRICE),
    Case("TSF", "close", P14, "tsf(close, {timeperiod})"),
    Case("CORREL", HIGH_LOW, P30, "correlation(high, low, {timeperiod})", measure=one, limit=1e-10, reason=RUNNING),
    Case("BETA", HIGH_LOW, periods(5, 20, 100), "beta(low, high, {timeperiod})", measure=one, limit=1e-10, reason=RUNNING),
    Case("PERCENTILE", "close", settings("timeperiod percentile", (30, 50.0), (10, 90.0), (100, 0.0)),
         "percentile_nearest_rank(close, {timeperiod}, {percentile})"),
    Case("SUM", "close", P30, "sum(close, {timeperiod})"),
    # volume
    Case("OBV", "close volume", NONE, "obv", measure=traded, reason="shares of the volume summed"),
    Case("AD", HLCV, NONE, "accdist", measure=traded, reason="shares of the volume summed"),
    Case("ADOSC", HLCV, settings("fastperiod slowperiod", (3, 10), (5, 20), (10, 2)), "adosc({fastperiod}, {slowperiod})",
         measure=traded, reason="shares of the volume summed"),
    Case("PVT", "close volume", NONE, "pvt", measure=traded, reason="shares of the volume summed"),
    Case("NVI", "close volume", NONE, "nvi"),
    Case("PVI", "close volume", NONE, "pvi"),
    Case("WAD", HLC, NONE, "wad", measure=price, reason=PRICE),
    Case("VWAP", HLCV, NONE, "cum(hlc3 * volume) / cum(volume)"),
    Case("CUMSUM", "close", NONE, "cum(close)"),
    Case("MFI", HLCV, P14, "mfi({timeperiod})", measure=hundred, reason=PERCENT),
    Case("CMF", HLCV, periods(20, 5, 50), "cmf({timeperiod})", measure=one, reason=RATIO),
    Case("EFI", "close volume", periods(13, 2, 50), "efi({timeperiod})", measure=value_traded, reason="shares of the value traded"),
    Case("MARKETFI", "high low volume", NONE, "marketfi"),
    Case("RVOL", "volume", periods(20, 5, 50), "rvol({timeperiod})"),
    # cycles
    Case("HT_DCPERIOD", "close", NONE, "ht_dcperiod(close)", limit=1e-10, reason=QUOTIENT),
    Case("HT_DCPHASE", "close", NONE, "ht_dcphase(close)", measure=degrees, limit=1e-9, reason=QUOTIENT + ", shares of 360 degrees"),
    Case("HT_PHASOR", "close", NONE, ["ht_phasor(close).in_phase", "ht_phasor(close).quadrature"], measure=price, reason=PRICE),
    Case("HT_SINE", "close", NONE, ["ht_sine(close).sine", "ht_sine(close).lead"], measure=one, limit=1e-9, reason=QUOTIENT + ", shares of 1"),
    Case("HT_TRENDLINE", "close", NONE, "ht_trendline(close)"),
    Case("HT_TRENDMODE", "close", NONE, "nz(ht_trendmode(close))"),
    Case("MAMA", "close", settings("fastlimit slowlimit", (0.5, 0.05), (0.9, 0.1), (0.3, 0.01)),
         [f"mama(close, {{fastlimit}}, {{slowlimit}}).{one}" for one in ("mama", "fama")]),
    # mathematics
    Case("ADD", HIGH_LOW, NONE, "high + low"),
    Case("SUB", HIGH_LOW, NONE, "high - low"),
    Case("MULT", HIGH_LOW, NONE, "high * low"),
    Case("DIV", HIGH_LOW, NONE, "high / low"),
    Case("CEIL", "close", NONE, "ceil(close)"),
    Case("FLOOR", "close", NONE, "floor(close)"),
    Case("SQRT", "close", NONE, "sqrt(close)"),
    Case("LN", "close", NONE, "log(close)"),
    Case("LOG10", "close", NONE, "log10(close)"),
    Case("SIN", "close", NONE, "sin(close)"),
    Case("COS", "close", NONE, "cos(close)"),
    Case("TAN", "close", NONE, "tan(close)"),
    Case("ATAN", "close", NONE, "atan(close)"),
    Case("TANH", "close", NONE, "tanh(close)"),
    Case("EXP", "small", NONE, "exp(close / 100000)"),
    Case("SINH", "small", NONE, "sinh(close / 100000)"),
    Case("COSH", "small", NONE, "cosh(close / 100000)"),
    Case("ASIN", "small", NONE, "asin(close / 100000)"),
    Case("ACOS", "small", NONE, "acos(close / 100000)"),
]
ABSENT = {
    "PERCENTRANK": "counts values below; percentrank, as Pine's, counts equal ones too",
    "MACDEXT": "macd by other averages: write ema(...) - sma(...)",
    "MACDFIX": "macd(close, 12, 26, 9) but for the weights 0.15 and 0.075, which are rounded",
    "MAVP": "its length changes from bar to bar: warm-up would not be known before a run",
    "SAREXT": "sar with eight settings",
    "MAXINDEX": "counts from the first bar of the input: highestbars counts back",
    "MININDEX": "counts from the first bar of the input: lowestbars counts back",
    "MINMAXINDEX": "counts from the first bar of the input: highestbars and lowestbars count back",
}
