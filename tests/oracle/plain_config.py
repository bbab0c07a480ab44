"""Random requests of the default profile, and what the plain implementation needs of them.

A strategy here is {"rules": trees by rule, "levels": texts of prices, "numbers": texts, "size_type": of its own
size}; request_words are the request's stops: texts, or fractions of the entry price."""
import re

import numpy

from btpy_config import condition, entries_that_rest, head, numbers, pick, shifted, stop_text, text, values
from plain import TARGETS
from walks import STEPS

RULES = ("long.entry", "long.exit", "short.entry", "short.exit")
STOPS = ("stopLoss", "takeProfit", "trailingStop")
NUMBERS = ("cooldown", "maxTradesPerDay")
# words of the strategy that go when the request has its own
REPLACED = {"takeProfit": TARGETS + tuple(f"{target}Share" for target in TARGETS),
            "trailingStop": ("trailingStop", "trailingDistance")}


def chance(random, one_in):
    return random.integers(0, one_in) == 0


def share(random):
    return pick(random, ("0.5", "0.25", "0.3", "1", "0", "rsi(close, 5) / 80", "close - open > 0 ? 0.4 : 0.7"))


def parts(random, rules, levels, numbers_of):
    for side in ("long", "short"):
        for at, target in enumerate(TARGETS):
            if chance(random, 2):
                steps = int(random.integers(1, 6)) + at
                levels[f"{side}.{target}"] = pick(random, (
                    f"close * {1 + 0.004 * steps * (1 if side == 'long' else -1):.3f}",
                    f"close {'+' if side == 'long' else '-'} {steps} * atr(5) / 2"))
            if f"{side}.{target}" in levels and random.integers(0, 4):
                numbers_of[f"{side}.{target}Share"] = share(random)
        if chance(random, 2):
            rules[f"{side}.exit2"] = condition(random)
            if chance(random, 2):
                numbers_of[f"{side}.exit2Share"] = share(random)


def moving_stops(random, levels):
    for side in ("long", "short"):
        sign = "+" if side == "long" else "-"
        if chance(random, 2):
            levels[f"{side}.breakEven"] = pick(random, (
                f"close {sign} atr(5)", f"close {sign} {int(random.integers(1, 4))} * atr(3) / 2",
                f"close * {1.004 if side == 'long' else 0.996}"))
        if chance(random, 2):
            levels.pop(f"{side}.trailingStop", None)
            levels[f"{side}.trailingDistance"] = pick(random, (
                "2 * atr(5)", "atr(3)", "high - low", "close - open", f"close * {0.002 * int(random.integers(1, 10)):.3f}",
                "close - sma(close, 4) > 0 ? atr(3) : na"))


def when_entries_rest(random, rules, numbers_of):
    if chance(random, 2):
        rules["session"] = condition(random)
    if chance(random, 2):
        numbers_of["cooldown"] = pick(random, ("1", "3", "8", "rsi(close, 3) / 10 - 1"))
    if chance(random, 2):
        numbers_of["maxTradesPerDay"] = pick(random, ("1", "2", "rsi(close, 3) / 30"))


def strategy_of(random, own, own_size):
    """own: with more than entry and exit rules."""
    rules = {name: condition(random) for name in RULES if name == "long.entry" or random.integers(0, 4)}
    levels, numbers_of, size_type = {}, {}, None
    for side in ("long", "short"):
        for stop in STOPS if own else ():
            if random.integers(0, 5) < 2:
                levels[f"{side}.{stop}"] = stop_text(random, (side == "long") == (stop != "takeProfit"))
    if own and chance(random, 3):
        for rule, one in entries_that_rest(random).items():
            (numbers_of if rule == "entryBars" else levels)[rule] = one
    if own and chance(random, 3):
        parts(random, rules, levels, numbers_of)
    if own and chance(random, 3):
        moving_stops(random, levels)
    if own and chance(random, 4):
        when_entries_rest(random, rules, numbers_of)
    if own and own_size and random.integers(0, 4):
        size_type = pick(random, ("equity", "equity", "risk"))
        if size_type == "risk":
            levels |= {"long.stopLoss": "close - 2 * atr(5)", "short.stopLoss": "close + 2 * atr(5)"}
        numbers_of["size"] = pick(random, ("0.5", "rsi(close, 5) / 90", "1 / (1 + atr(5))",
                                           "close - sma(close, 6) > 0 ? 0.3 : na"))
    return {"rules": rules, "levels": levels, "numbers": numbers_of, "size_type": size_type}


def size_of(random, cash, price):
    kind = pick(random, ("equity", "equity", "cash", "units", "risk"))
    part = round(float(random.uniform(0.1, 1)), 3)
    return {"type": kind, "value": {"equity": pick(random, (1, part)), "cash": round(part * cash, 2),
                                    "units": round(part * cash / price, 2), "risk": round(part / 20, 4)}[kind]}


def costs(random, request, cash):
    if random.integers(0, 2):
        rate, fixed, minimum = (round(float(random.uniform(0, top)), 5) for top in (0.003, cash / 2000, cash / 1000))
        request["commission"] = pick(random, (rate, {"rate": rate, "fixed": fixed},
                                              {"rate": rate, "fixed": fixed, "minimum": minimum}))
        request["spread"] = round(float(random.uniform(0, 0.002)), 5)
        request["slippage"] = round(float(random.uniform(0, 0.001)), 5)
    if isinstance(request.get("commission"), dict):
        if chance(random, 2):
            request["commission"]["maker"] = pick(random, (0, 0.0002, -0.0002))
        if chance(random, 3):
            request["commission"]["perUnit"] = round(float(random.uniform(0, 0.1)), 3)
    if chance(random, 4):
        request["funding"] = round(float(random.uniform(-0.0005, 0.001)), 5)
        request["borrow"] = round(float(random.uniform(0, 0.2)), 3)


def grids(random, request, cash):
    if chance(random, 4):
        request["lot"] = pick(random, ({"step": 0.25}, {"step": 0.01, "min": 0.05}, {"step": 1, "min": 1}, {"min": 2}))
    if chance(random, 20):
        request["lot"] = request.get("lot", {}) | {"minValue": round(cash / 20, 2)}
    if chance(random, 5):
        request["tick"] = pick(random, (0.01, 0.05, 0.25, 0.3, 1))
    if chance(random, 8):
        request["volumeLimit"] = pick(random, (0.01, 0.2, 1))


def stops_of_request(random, risk, vote):
    found = {}
    for stop in STOPS + ("breakEven",):
        needed = risk and stop == "stopLoss" and (vote or random.integers(0, 5))
        if needed or chance(random, 5):
            found[stop] = round(float(random.uniform(0.002, 0.08)), 4)
            if chance(random, 8):
                found[stop] = "close - 2 * atr(5)" if stop in ("stopLoss", "trailingStop") else "close + atr(4)"
    return found


def configuration(random, markets):
    """markets: (data set, interval, a usual price, its finer bars or None, their interval)."""
    name, interval, price, lower, lower_interval = pick(random, markets)
    count = int(pick(random, (1, 1, 1, 2, 3)))
    combine = pick(random, ("sleeves", "all", "any", "majority")) if count > 1 else "sleeves"
    cash = float(pick(random, (100, 10000)))
    leverage = pick(random, (1, 1, 1, 2, 5, 20, 50))
    request = {
        "symbol": "X", "interval": interval, "cash": cash, "leverage": leverage, "combine": combine,
        "sides": pick(random, ("both", "both", "both", "long", "short")), "fill": pick(random, ("open", "open", "close")),
        "path": pick(random, ("pessimistic", "optimistic", "ohlc", "olhc")), "finalize": bool(random.integers(0, 3)),
        "pyramiding": int(pick(random, (1, 1, 1, 2, 5))) if combine == "sleeves" else 1,
    }
    own_size = combine == "sleeves" and chance(random, 5)
    if not own_size:
        request["size"] = size_of(random, cash, price)
    if lower and random.integers(0, 3):
        request |= {"path": "lower", "lowerInterval": lower_interval}
    costs(random, request, cash)
    grids(random, request, cash)
    for word, most in (("maxBars", 40), ("cooldown", 12), ("maxTradesPerDay", 4)):
        if chance(random, 6):
            request[word] = int(random.integers(1, most))
    if combine == "sleeves" and chance(random, 6):
        request["hedging"] = True
    if leverage > 1:  # odd, so that no margin ends exactly at a price of the grid, where rounding would decide
        request["maintenance"] = round(float(random.uniform(0, 0.9 / leverage)), 7)
    words = stops_of_request(random, request.get("size", {}).get("type") == "risk", combine != "sleeves")
    request |= words
    strategies = [strategy_of(random, combine == "sleeves", own_size) for _ in range(count)]
    request["strategies"] = [{"name": f"s{k}", "rules": rules_text(one)} for k, one in enumerate(strategies)]
    return {"data": name, "interval": interval, "request": request, "strategies": strategies, "request_words": words,
            "lower": lower if request["path"] == "lower" else None}


def rules_text(strategy):
    found = {rule: text(tree) for rule, tree in strategy["rules"].items()} | strategy["levels"] | strategy["numbers"]
    if strategy["size_type"] not in (None, "equity"):
        found["size"] = {"type": strategy["size_type"], "value": found["size"]}
    return found


def working(config, strategy):
    """Its levels and numbers that the request's words do not replace."""
    gone = {word for stop in config["request_words"] for word in REPLACED.get(stop, (stop,))}
    return ({rule: one for rule, one in part.items() if rule.split(".")[-1] not in gone}
            for part in (strategy["levels"], strategy["numbers"]))


def texts_of(config, strategy):
    levels, numbers_of = working(config, strategy)
    own = [one for one in config["request_words"].values() if isinstance(one, str)]
    return list(levels.values()) + list(numbers_of.values()) + own


def columns_of(config):
    found = []
    for strategy in config["strategies"]:
        texts = texts_of(config, strategy)
        found += texts + [head(one) for one in texts]
        for tree in strategy["rules"].values():
            numbers(tree, found)
    return sorted(set(found))


def words_used(config):
    """The words of execution that the request and its strategies have."""
    found = {word for word in ("maxBars", "cooldown", "maxTradesPerDay", "hedging", "tick", "volumeLimit", "funding",
                               "startDate", "lowerInterval", "lot") if word in config["request"]}
    for strategy in config["strategies"]:
        own = [strategy["rules"], *working(config, strategy)]
        found |= {rule.split(".")[-1] for part in own for rule in part}
    return found - {"entry", "exit"} | set(config["request_words"])


def first_value(column):
    return int(numpy.argmin(numpy.isnan(column)))


def lookback(tree, columns):
    """Bars before the rule may act: the head of its columns, one more for a cross, n for [n]."""
    kind = tree[0]
    if kind == "number":
        return first_value(columns[tree[1]])
    below = max((lookback(part, columns) for part in tree[1:] if isinstance(part, tuple)), default=0)
    return below + {"shift": tree[2] if kind == "shift" else 0, "crossover": 1, "crossunder": 1}.get(kind, 0)


def strategy_lookback(config, strategy, columns):
    return max([lookback(tree, columns) for tree in strategy["rules"].values()] +
               [first_value(columns[head(one)]) for one in texts_of(config, strategy)])


def longest_recursive(config, strategy):
    found = [text(tree) for tree in strategy["rules"].values()] + texts_of(config, strategy)
    lengths = re.findall(r"\b(?:ema|rma|rsi|atr)\((?:\w+, )?(\d+)\)", " ".join(found))
    return max((int(length) for length in lengths), default=0)


def warmup(config, columns):
    """Bars that are read before startDate."""
    return max(strategy_lookback(config, one, columns) + 10 * longest_recursive(config, one)
               for one in config["strategies"])


def crossing(tree, data, columns):
    """values() with the crosses of this profile: a > b and a[1] <= b[1]."""
    kind = tree[0]
    if kind in ("crossover", "crossunder"):
        a, b = (values(part, data, columns) for part in tree[1:])
        a, b = (a, b) if kind == "crossover" else (b, a)
        return (a > b) & (shifted(a, 1) <= shifted(b, 1))
    if kind == "not":
        return ~crossing(tree[1], data, columns)
    if kind in ("and", "or"):
        a, b = (crossing(part, data, columns) for part in tree[1:])
        return a & b if kind == "and" else a | b
    return values(tree, data, columns)


def words_of(request):
    """The request with every word given."""
    fee = request.get("commission", 0)
    fee = fee if isinstance(fee, dict) else {"rate": fee}
    rest = {"spread": 0, "slippage": 0, "maxBars": 0, "maintenance": 0.005, "funding": 0, "borrow": 0,
            "hedging": False, "tick": 0, "volumeLimit": 0, "size": {"type": "equity", "value": 1}}
    return rest | request | {
        "commission": {"rate": 0, "fixed": 0, "minimum": 0, "maker": None, "perUnit": 0} | fee,
        "lot": {"step": 0, "min": 0, "minValue": 0} | request.get("lot", {}), "step": STEPS[request["interval"]] * 1000}
