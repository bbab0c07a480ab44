"""Random configurations of profile backtesting.py: a request of ours, and the parts the library is given.

A rule is a small tree, so that one tree gives our text and, over our own columns, the library's condition:
  ("number", text)  ("price", name)  ("value", v)  ("shift", operand, bars)
  ("crossover"|"crossunder"|">"|"<=", operand, operand)  ("and"|"or", rule, rule)  ("not", rule)"""
import numpy

PRICES = ("close", "open", "high", "low")
ENTRIES, STOPS = ("long.entry", "long.exit", "short.entry", "short.exit"), ("stopLoss", "takeProfit")
LEVERAGES = (1, 1, 1, 2, 4, 5, 10, 20, 50)  # 1 / (1 / x) is x again


def pick(random, options):
    return options[int(random.integers(0, len(options)))]


def number(random):
    length = int(random.integers(2, 40))
    name = pick(random, ("sma", "sma", "ema", "wma", "rma", "highest", "lowest"))
    form = int(random.integers(0, 8))
    if form == 0:
        return ("number", f"bb(close, {length}, 2).{pick(random, ('upper', 'middle', 'lower'))}")
    if form == 1:
        return ("price", pick(random, PRICES))
    return ("number", f"{name}({pick(random, PRICES)}, {length})")


def operand(random):
    one = number(random)
    return ("shift", one, int(random.integers(1, 4))) if random.integers(0, 5) == 0 else one


def condition(random, depth=1):
    form = int(random.integers(0, 10 if depth else 7))
    if form <= 3:
        return (pick(random, ("crossover", "crossunder")), operand(random), operand(random))
    if form == 4:
        level = int(random.integers(20, 80))
        return ("<=" if level < 50 else ">", ("number", f"rsi(close, {int(random.integers(2, 16))})"), ("value", level))
    if form <= 6:
        return (pick(random, (">", "<=")), operand(random), operand(random))
    if form == 7:
        return ("not", condition(random, 0))
    return (pick(random, ("and", "or")), condition(random, 0), condition(random, 0))


def stop_text(random, below):
    """A price below or above the close, now and then on the wrong side or equal to it."""
    form = int(random.integers(0, 5))
    sign = "-" if below else "+"
    if form == 0:
        return f"{'lowest(low' if below else 'highest(high'}, {int(random.integers(2, 20))})"
    if form == 1:
        return f"sma(close, {int(random.integers(2, 20))})"
    if form == 2:
        return f"close {sign} {int(random.integers(1, 5))} * atr({int(random.integers(1, 20))})"
    return f"close * {1 - 0.01 * int(random.integers(1, 15)) * (1 if below else -1):.2f}"


def text(tree):
    kind = tree[0]
    if kind in ("number", "price"):
        return tree[1]
    if kind == "value":
        return str(tree[1])
    if kind == "shift":
        return f"{text(tree[1])}[{tree[2]}]"
    if kind in ("crossover", "crossunder"):
        return f"{kind}({text(tree[1])}, {text(tree[2])})"
    if kind == "not":
        return f"not ({text(tree[1])})"
    return f"({text(tree[1])} {kind} {text(tree[2])})"


def numbers(tree, found):
    """Adds the texts of the tree's indicators to `found`."""
    if tree[0] == "number":
        found.append(tree[1])
    for part in tree[1:]:
        if isinstance(part, tuple):
            numbers(part, found)


def shifted(column, bars):
    out = numpy.full(len(column), numpy.nan)
    out[bars:] = column[: len(column) - bars]
    return out


def values(tree, data, columns):
    """The tree over whole columns; its conditions are false where a number is absent, crosses strict."""
    kind = tree[0]
    if kind == "number":
        return columns[tree[1]]
    if kind == "price":
        return data[tree[1]]
    if kind == "value":
        return numpy.full(len(data["close"]), float(tree[1]))
    if kind == "shift":
        return shifted(values(tree[1], data, columns), tree[2])
    if kind == "not":
        return ~values(tree[1], data, columns)
    a, b = values(tree[1], data, columns), values(tree[2], data, columns)
    if kind == "crossover":
        return (a > b) & (shifted(a, 1) < shifted(b, 1))
    if kind == "crossunder":
        return (a < b) & (shifted(a, 1) > shifted(b, 1))
    return {"and": numpy.logical_and, "or": numpy.logical_or, ">": numpy.greater, "<=": numpy.less_equal}[kind](a, b)


def rules_of(random):
    rules = {name: condition(random) for name in ENTRIES if name == "long.entry" or random.integers(0, 4)}
    if random.integers(0, 6) == 0:
        del rules["long.entry"]
        rules["short.entry"] = condition(random)
    stops = {}
    for side in ("long", "short"):
        for stop in STOPS:
            if random.integers(0, 5) < 2:
                stops[f"{side}.{stop}"] = stop_text(random, (side == "long") == (stop == "stopLoss"))
    return rules, stops


def entry_price(random, below):
    """Where an order rests; now and then on the side that the price has reached already."""
    length, steps = int(random.integers(2, 20)), int(random.integers(0, 4))
    extreme = f"lowest(low, {length})" if below else f"highest(high, {length})"
    return pick(random, ("low" if below else "high", extreme, f"close * {1 - 0.005 * steps * (1 if below else -1):.3f}",
                         f"close {'-' if below else '+'} {steps} * atr({length}) / 2", f"sma(close, {length})",
                         f"close - sma(close, {length}) > 0 ? {extreme} : na"))


def entries_that_rest(random):
    """Limits, stops and both, of one side or two; and how long they wait."""
    found = {}
    for side, below in (("long", True), ("short", False)):
        form = int(random.integers(0, 8))
        if form < 5 or form == 7:
            found[f"{side}.limit"] = entry_price(random, below)
        if form >= 4:
            found[f"{side}.stop"] = entry_price(random, not below)
    if random.integers(0, 3):
        found["entryBars"] = pick(random, ("1", "2", "4", "10", "1000", "rsi(close, 4) / 15"))
    return found


def configuration(random, markets):
    """markets: names of data sets with their intervals and a usual price."""
    name, interval, price = pick(random, markets)
    rules, stops = rules_of(random)
    cash = float(pick(random, (100, 1000, 100000))) * price
    leverage = pick(random, LEVERAGES)
    size = pick(random, (1, 1, 0.5, 0.95, round(float(random.uniform(0.05, 1)), 3),
                         {"type": "units", "value": int(random.integers(1, 90))}))
    if isinstance(size, dict):  # a share of what the cash buys
        size["value"] = 1 + int(size["value"] * cash / price / 100)
    request = {
        "symbol": "X", "interval": interval, "profile": "backtesting.py",
        "strategies": [{"name": "random", "rules": {rule: text(tree) for rule, tree in rules.items()} | stops}], "cash": cash,
        "size": size, "leverage": leverage, "sides": pick(random, ("both", "both", "both", "long", "short")),
        "fill": pick(random, ("open", "open", "close")), "finalize": bool(random.integers(0, 3)),
        "hedging": bool(random.integers(0, 4) == 0), "exclusiveOrders": bool(random.integers(0, 4) == 0),
        "pyramiding": int(pick(random, (1, 1, 1, 2, 5))),
    }
    rate, fixed = round(float(random.uniform(0, 0.004)), 5), round(float(random.uniform(0, 3)), 2)
    form = int(random.integers(0, 4))
    if form:
        request["commission"] = (None, rate, {"rate": rate, "fixed": fixed}, {"rate": 0, "fixed": fixed})[form]
    if random.integers(0, 3) == 0:
        request["spread"] = round(float(random.uniform(0, 0.002)), 5)
    if random.integers(0, 6) == 0:
        request["maxBars"] = int(random.integers(1, 40))
    if random.integers(0, 5) == 0:
        request["riskFree"] = 0.02
    if random.integers(0, 3) == 0:
        stops |= entries_that_rest(random)
        request["strategies"][0]["rules"] |= stops
    return {"data": name, "interval": interval, "request": request, "rules": rules, "stops": stops}


def head(one):
    """A text whose first value is where that of `one` may be: `na` is a value, too."""
    return one.split(" > ")[0] if " ? " in one else one


def indicators_of(config):
    """What the library is to know as its indicators: they say when its run begins."""
    found = [head(one) for one in config["stops"].values()]
    for tree in config["rules"].values():
        numbers(tree, found)
    return sorted(set(found))


def columns_of(config):
    found = list(config["stops"].values()) + [head(one) for one in config["stops"].values()]
    for tree in config["rules"].values():
        numbers(tree, found)
    return sorted(set(found))
