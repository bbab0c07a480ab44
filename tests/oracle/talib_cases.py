"""What is compared with TA-Lib: one case a function, three settings each."""


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

    def mend(self, numbers, data, setting):
        return self.mended(numbers, data, setting) if self.mended else numbers


def source(name, data):
    return data[name]


def periods(*lengths):
    return [{"timeperiod": length} for length in lengths]


def price(data):
    return data["close"]


DIFFERENCE = "a difference of prices: in shares of the price"

CASES = [
    Case("SMA", "close", periods(30, 5, 200), "sma(close, {timeperiod})"),
    Case("EMA", "close", periods(30, 5, 200), "ema(close, {timeperiod})"),
    Case("RMA", "close", periods(30, 5, 200), "rma(close, {timeperiod})"),
    Case("WMA", "close", periods(30, 5, 200), "wma(close, {timeperiod})"),
    Case("RSI", "close", periods(14, 2, 50), "rsi(close, {timeperiod})"),
]
ABSENT = {}
