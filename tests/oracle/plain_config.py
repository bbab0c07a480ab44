"""Random requests of the default profile, and what the plain implementation needs of them."""
import numpy

from btpy_config import condition, numbers, pick, shifted, stop_text, text, values
from walks import STEPS

RULES = ("long.entry", "long.exit", "short.entry", "short.exit")
STOPS = ("stopLoss", "takeProfit", "trailingStop")


def strategy_of(random, stops):
    rules = {name: condition(random) for name in RULES if name == "long.entry" or random.integers(0, 4)}
    levels = {}
    for side in ("long", "short"):
        for stop in STOPS if stops else ():
            if random.integers(0, 5) < 2:
                levels[f"{side}.{stop}"] = stop_text(random, (side == "long") == (stop != "takeProfit"))
    return rules, levels


def size_of(random, cash, price):
    kind = pick(random, ("equity", "equity", "cash", "units", "risk"))
    share = round(float(random.uniform(0.1, 1)), 3)
    return {"type": kind, "value": {"equity": pick(random, (1, share)), "cash": round(share * cash, 2),
                                    "units": round(share * cash / price, 2), "risk": round(share / 20, 4)}[kind]}


def configuration(random, markets):
    name, interval, price = pick(random, markets)
    count = int(pick(random, (1, 1, 1, 2, 3)))
    combine = pick(random, ("sleeves", "all", "any", "majority")) if count > 1 else "sleeves"
    cash = float(pick(random, (100, 10000)))
    leverage = pick(random, (1, 1, 1, 2, 5, 20, 50))
    size = size_of(random, cash, price)
    request = {
        "symbol": "X", "interval": interval, "cash": cash, "size": size, "leverage": leverage, "combine": combine,
        "sides": pick(random, ("both", "both", "both", "long", "short")), "fill": pick(random, ("open", "open", "close")),
        "path": pick(random, ("pessimistic", "optimistic", "ohlc", "olhc")), "finalize": bool(random.integers(0, 3)),
        "pyramiding": int(pick(random, (1, 1, 1, 2, 5))) if combine == "sleeves" else 1,
    }
    if random.integers(0, 2):
        rate, fixed, minimum = (round(float(random.uniform(0, top)), 5) for top in (0.003, cash / 2000, cash / 1000))
        request["commission"] = pick(random, (rate, {"rate": rate, "fixed": fixed},
                                              {"rate": rate, "fixed": fixed, "minimum": minimum}))
        request["spread"] = round(float(random.uniform(0, 0.002)), 5)
        request["slippage"] = round(float(random.uniform(0, 0.001)), 5)
    if random.integers(0, 4) == 0:
        request["lot"] = pick(random, ({"step": 0.25}, {"step": 0.01, "min": 0.05}, {"step": 1, "min": 1}))
    if random.integers(0, 5) == 0:
        request["maxBars"] = int(random.integers(1, 40))
    if combine == "sleeves" and random.integers(0, 6) == 0:
        request["hedging"] = True
    if random.integers(0, 4) == 0:
        request["funding"] = round(float(random.uniform(-0.0005, 0.001)), 5)
        request["borrow"] = round(float(random.uniform(0, 0.2)), 3)
    if random.integers(0, 5) == 0 and isinstance(request.get("commission"), dict):
        request["commission"]["maker"] = 0.0002
        request["lot"] = request.get("lot", {}) | {"minValue": round(cash / 20, 2)}
    if leverage > 1 and random.integers(0, 2):
        request["maintenance"] = round(float(random.uniform(0, 0.9 / leverage)), 4)
    fractions = {}
    for stop in STOPS:
        needed = size["type"] == "risk" and stop == "stopLoss"
        if needed or random.integers(0, 4) == 0:
            fractions[stop] = round(float(random.uniform(0.002, 0.08)), 4)
    request |= fractions
    strategies = [strategy_of(random, combine == "sleeves") for _ in range(count)]
    request["strategies"] = [{"name": f"s{k}", "rules": {rule: text(tree) for rule, tree in rules.items()} | levels}
                             for k, (rules, levels) in enumerate(strategies)]
    return {"data": name, "interval": interval, "request": request, "strategies": strategies, "fractions": fractions}


def columns_of(config):
    found = []
    for rules, levels in config["strategies"]:
        found += levels.values()
        for tree in rules.values():
            numbers(tree, found)
    return sorted(set(found))


def first_value(column):
    return int(numpy.argmin(numpy.isnan(column)))


def lookback(tree, columns):
    """Bars before the rule may act: the head of its columns, one more for a cross, n for [n]."""
    kind = tree[0]
    if kind == "number":
        return first_value(columns[tree[1]])
    below = max((lookback(part, columns) for part in tree[1:] if isinstance(part, tuple)), default=0)
    return below + {"shift": tree[2] if kind == "shift" else 0, "crossover": 1, "crossunder": 1}.get(kind, 0)


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
            "hedging": False}
    return rest | request | {"commission": {"rate": 0, "fixed": 0, "minimum": 0, "maker": None} | fee,
                             "lot": {"step": 0, "min": 0, "minValue": 0} | request.get("lot", {}),
                             "step": STEPS[request["interval"]] * 1000}
