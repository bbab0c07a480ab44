"""The default profile a second time: one bar at a time, one price at a time, from the text of the rules alone
(docs/execution.md) and nothing shared with the engine. Slow and plain on purpose."""
import copy
import math

NAMES = {1: "long", -1: "short"}
HOUR = 3600000
STOP, TARGET, LIQUIDATION = range(3)  # what goes first at one price


class Entry:
    """One open entry; size is negative for a short."""

    def __init__(self, size, raw, price, bar, fee, reason):
        self.size, self.raw, self.price, self.bar, self.fee, self.reason = size, raw, price, bar, fee, reason
        self.side = 1 if size > 0 else -1
        self.stop = self.target = self.trail = None
        self.low = self.high = raw
        self.since = None  # costs of holding fall due after this moment
        self.paid = 0.0  # of them, so far

    def saw(self, price):
        self.low, self.high = min(self.low, price), max(self.high, price)

    def levels(self):
        """(price, kind, reason) of what works for it now."""
        out = []
        if self.stop is not None:
            out.append((self.stop, STOP, "stopLoss"))
        if self.trail is not None:
            best = self.high if self.side > 0 else self.low
            out.append((best - self.side * self.trail, STOP, "trailingStop"))
        if self.target is not None:
            out.append((self.target, TARGET, "takeProfit"))
        return out


class Account:
    """One strategy's money, entries and finished trades."""

    def __init__(self, words, cash, number):
        self.words, self.cash, self.number = words, cash, number
        self.dust = 1e-10 * cash  # less margin than this is rounding that was left over, not an order
        self.entries, self.trades, self.fills, self.cuts, self.now = [], [], 0, 0, 0

    def fork(self):
        twin = copy.copy(self)
        twin.entries = [copy.copy(entry) for entry in self.entries]
        twin.trades = list(self.trades)
        return twin

    def equity(self, price):
        return self.cash + sum(entry.size * (price - entry.price) for entry in self.entries)

    def held(self):
        return sum(abs(entry.size) for entry in self.entries)

    def side(self):
        return self.entries[0].side if self.entries else 0

    def fee(self, size, price, limit=False):
        fee = self.words["commission"]
        rate = fee["maker"] if limit and fee["maker"] is not None else fee["rate"]
        return max(fee["minimum"], fee["fixed"] + rate * abs(size) * price)

    def moved(self, price, direction):
        """A price that costs the trader: direction +1 buys, -1 sells."""
        return price * (1 + direction * (self.words["spread"] / 2 + self.words["slippage"]))

    def close(self, entry, raw, bar, reason):
        entry.saw(raw)
        price = raw if reason == "takeProfit" else self.moved(raw, -entry.side)
        fee = self.fee(entry.size, price, reason == "takeProfit")
        gain = entry.size * (price - entry.price) - entry.paid
        self.cash += gain + entry.paid - fee
        self.fills += 1
        self.entries.remove(entry)
        worst, best = (entry.low, entry.high) if entry.side > 0 else (entry.high, entry.low)
        percent = 100 * entry.side / entry.price
        self.trades.append({
            "strategy": self.number, "size": entry.size, "entryBar": entry.bar, "exitBar": bar,
            "entryPrice": entry.price, "exitPrice": price, "pnl": gain - fee - entry.fee, "commission": fee + entry.fee,
            "returnPct": 100 * (gain - fee - entry.fee) / (abs(entry.size) * entry.price),
            "mae": min(0, (worst - entry.price) * percent), "mfe": max(0, (best - entry.price) * percent),
            "entryReason": entry.reason, "exitReason": reason})

    def close_all(self, raw, bar, reason, side=0):
        """Of one side, or both."""
        first = len(self.trades)
        for entry in list(self.entries):
            if side in (0, entry.side):
                self.close(entry, raw, bar, reason)
        self.forgive(self.trades[first:])

    def close_one(self, entry, raw, bar, reason):
        self.close(entry, raw, bar, reason)
        self.forgive(self.trades[-1:])

    def forgive(self, closed):
        """Equity is never below 0: what a flat account owes is credited to what closed together, by size."""
        if self.entries or self.cash >= 0 or not closed:
            return
        units = sum(abs(trade["size"]) for trade in closed)
        for trade in closed:
            trade["pnl"] -= self.cash * abs(trade["size"]) / units
            trade["returnPct"] = 100 * trade["pnl"] / (abs(trade["size"]) * trade["entryPrice"])
        self.cash = 0.0

    # --- liquidation ---

    def doomed(self, price):
        """Whether equity at this price does not exceed the maintenance margin."""
        return bool(self.entries) and self.equity(price) <= self.words["maintenance"] * self.held() * price

    def liquidation_price(self):
        """Where equity equals maintenance x position value: base + units p = rate |units| p."""
        units = sum(entry.size for entry in self.entries)
        base = self.equity(0)
        slope = self.words["maintenance"] * self.held() - units
        return base / slope if slope != 0 else math.nan

    def liquidate(self, raw, bar):
        self.close_all(raw, bar, "liquidation")

    # --- entries ---

    def units(self, order, raw, price):
        """How many units an order buys, 0 when none; on the lot grid and within the free margin."""
        size, leverage, fee = self.words["size"], self.words["leverage"], self.words["commission"]
        equity = self.equity(raw)
        free = equity - self.held() * raw / leverage

        def cost(n):
            return n * price / leverage + self.fee(n, price)

        def most(budget):
            by_rate = (budget - fee["fixed"]) / (price / leverage + fee["rate"] * price)
            return max(0.0, min(by_rate, (budget - fee["minimum"]) * leverage / price))

        kind, value = size["type"], size["value"]
        if kind == "units":
            wanted = value
        elif kind == "risk":
            stop = self.nearest_stop(order, raw, price)
            wanted = value * max(equity, 0) / abs(price - stop) if price != stop else math.inf
        else:
            wanted = most(value * equity if kind == "equity" else value)
        if cost(wanted) > free * (1 + 1e-12):
            wanted = most(free)
            self.cuts += 1
        lot = self.words["lot"]
        if lot["step"] > 0:
            wanted = math.floor(wanted / lot["step"] * (1 + 1e-13)) * lot["step"]
        enough = wanted * price / leverage >= self.dust and wanted >= lot["min"] and wanted * price >= lot["minValue"]
        return wanted if enough else 0

    @staticmethod
    def nearest_stop(order, raw, price):
        """Of the stops that would work from the fill on, the one that is hit first."""
        stops = [order["stop"](price)] if order["stop"] else []
        if order["trail"]:
            stops.append(raw - order["enter"] * order["trail"](price))
        return max(stops) if order["enter"] > 0 else min(stops)

    def enter(self, order, raw, bar):
        side = order["enter"]
        price = self.moved(raw, side)
        size = self.units(order, raw, price)
        if size == 0:
            return
        fee = self.fee(size, price)
        entry = Entry(side * size, raw, price, bar, fee, order["reason"])
        entry.stop = order["stop"] and order["stop"](price)
        entry.target = order["target"] and order["target"](price)
        entry.trail = order["trail"] and order["trail"](price)
        entry.since = self.now
        self.cash -= fee
        self.fills += 1
        self.entries.append(entry)

    # --- one bar ---

    def hold(self, before, now, close):
        """Funding (00, 08, 16 UTC) and what shorts pay at 00 UTC, due after `before` up to `now`; on the last close."""
        for entry in self.entries:
            since = max(before, entry.since)
            times, days = (now // step - since // step for step in (8 * HOUR, 24 * HOUR))
            cost = entry.size * close * self.words["funding"] * times
            if entry.side < 0:
                cost += abs(entry.size) * close * self.words["borrow"] / 365 * days
            entry.paid += cost
            self.cash -= cost

    def open_phase(self, orders, raw, bar):
        """Step 1: what the open alone decides."""
        if self.doomed(raw):
            self.liquidate(raw, bar)
        for order in orders:
            if order["exit"]:
                self.close_all(raw, bar, order["exit"], order["of"])
        for entry in list(self.entries):
            if self.words["fill"] == "open" and self.words["maxBars"] and bar - entry.bar >= self.words["maxBars"]:
                self.close_one(entry, raw, bar, "maxBars")
        for entry in list(self.entries):
            entry.saw(raw)
            self.reached(entry, raw, bar)
        for order in orders:
            if order["enter"]:
                self.enter(order, raw, bar)

    def reached(self, entry, price, bar):
        """Closes the entry at `price` when one of its levels is already there."""
        hit = []
        for level, kind, reason in entry.levels():
            beyond = (level - price) * entry.side
            if (beyond >= 0) if kind == STOP else (beyond <= 0):
                hit.append((kind, -abs(beyond), reason))
        if hit:
            self.close_one(entry, price, bar, min(hit)[2])

    def next_event(self, at, to):
        """The first thing between two prices of one straight move, as (price, kind, entry, reason), or None."""
        found = []
        for entry in self.entries:
            for level, kind, reason in entry.levels():
                by_rising = (kind == STOP) == (entry.side < 0)
                if by_rising and to >= at and level <= to:
                    found.append((max(level, at), kind, entry, reason))
                elif not by_rising and to <= at and level >= to:
                    found.append((min(level, at), kind, entry, reason))
        if self.entries:
            if self.doomed(at):
                found.append((at, LIQUIDATION, None, "liquidation"))
            elif self.doomed(to):
                found.append((self.liquidation_price(), LIQUIDATION, None, "liquidation"))
        return min(found, key=lambda event: (abs(event[0] - at), event[1]), default=None)

    def move(self, at, to, bar):
        while True:
            event = self.next_event(at, to)
            if event is None:
                break
            at, kind, entry, reason = event
            for one in self.entries:
                one.saw(at)
            if kind == LIQUIDATION:
                self.liquidate(at, bar)
            else:
                self.close_one(entry, at, bar, reason)
        for one in self.entries:
            one.saw(to)

    def walk(self, prices, bar):
        for entry in list(self.entries):
            self.reached(entry, prices[0], bar)
        if self.doomed(prices[0]):
            self.liquidate(prices[0], bar)
        for at, to in zip(prices, prices[1:]):
            self.move(at, to, bar)
        return self

    def inside(self, o, h, l, c, bar):
        """Step 2 under the path policy; returns the account afterwards and whether the order mattered."""
        high_first = self.fork().walk((o, h, l, c), bar)
        low_first = self.fork().walk((o, l, h, c), bar)
        a, b = high_first.equity(c), low_first.equity(c)
        path = self.words["path"]
        matters = abs(a - b) > 1e-12 * max(abs(a), abs(b))
        if path == "ohlc":
            return high_first, matters
        if path == "olhc":
            return low_first, matters
        if not matters:
            return (low_first if low_first.fills < high_first.fills else high_first), matters
        return (high_first if (a < b) == (path == "pessimistic") else low_first), matters


def decide(side, more, at, sides):
    """ENGINE.md 3 on a closed bar: (exit reason or None, side to enter or 0)."""
    up = (side <= 0 or more) and at("long.entry")
    down = not up and (side >= 0 or more) and at("short.entry")
    out = not up and not down and (side > 0 and at("long.exit") or side < 0 and at("short.exit"))
    enter = 1 if up and sides != "short" else -1 if down and sides != "long" else 0
    turn = up and side < 0 or down and side > 0
    return ("reverse" if turn and enter else "signal" if turn or out else None), enter


class Votes:
    """The common wish of several strategies; None while it has not changed."""

    def __init__(self, combine, strategies):
        self.combine, self.strategies = combine, strategies
        self.wishes, self.last = [0] * len(strategies), 0

    def change(self, bar):
        for k, strategy in enumerate(self.strategies):
            exit_reason, enter = decide(self.wishes[k], False, lambda rule, s=strategy: s.at(rule, bar), "both")
            self.wishes[k] = enter or (0 if exit_reason else self.wishes[k])
        up, down, n = self.wishes.count(1), self.wishes.count(-1), len(self.wishes)
        if self.combine == "all":
            vote = 1 if up == n else -1 if down == n else 0
        elif self.combine == "any":
            vote = 1 if up and not down else -1 if down and not up else 0
        else:
            vote = 1 if 2 * up > n else -1 if 2 * down > n else 0
        if vote == self.last:
            return None
        self.last = vote
        return vote


class Strategy:
    """Conditions and prices a bar, already as columns; `stops` maps "long.stopLoss" to a column or a fraction."""

    def __init__(self, conditions, stops, warmup):
        self.conditions, self.stops, self.warmup = conditions, stops, warmup

    def at(self, rule, bar):
        return bar >= self.warmup and rule in self.conditions and bool(self.conditions[rule][bar])

    def order(self, enter, reason, bar, close):
        """The order with its levels as functions of the entry price, or None when the entry is refused."""
        order = {"exit": None, "enter": enter, "reason": reason, "stop": None, "target": None, "trail": None}
        for word, key in (("stopLoss", "stop"), ("takeProfit", "target"), ("trailingStop", "trail")):
            given = self.stops.get(f"{NAMES[enter]}.{word}")
            if given is None:
                continue
            sign = enter if key == "target" else -enter
            if isinstance(given, float):
                order[key] = (lambda price, f=given: f * price) if key == "trail" else (
                    lambda price, f=given, s=sign: price * (1 + s * f))
                continue
            price = given[bar]
            away = abs(price - close) if key == "trail" else (price - close) * sign
            if math.isnan(price) or not away > 0:
                return None
            order[key] = (lambda _, d=away: d) if key == "trail" else (lambda _, p=price: p)
        return order


class Run:
    """One account over all bars."""

    def __init__(self, bars, words, account, strategy, votes=None):
        self.bars, self.words, self.account = bars, words, account
        self.strategy, self.votes = strategy, votes
        self.equity, self.order_bars = [], 0

    def decision(self, bar):
        """The orders of a closed bar."""
        account, words = self.account, self.words
        close = float(self.bars["close"][bar])
        side = account.side()
        if self.votes:
            vote = self.votes.change(bar)
            if vote is None:
                return []
            exit_reason = "vote" if side and side != vote else None
            enter = vote if vote != side and not (vote > 0 and words["sides"] == "short") and not (
                vote < 0 and words["sides"] == "long") else 0
            reason = "vote"
        elif words["hedging"]:
            return self.decide_apart(bar, close)
        else:
            more = 0 < len(account.entries) < words["pyramiding"]
            exit_reason, enter = decide(side, more, lambda rule: self.strategy.at(rule, bar), words["sides"])
            reason = "signal"
        return self.orders(bar, close, exit_reason, enter, reason, 0)

    def orders(self, bar, close, exit_reason, enter, reason, of):
        order = None
        if enter:
            order = self.strategy.order(enter, reason, bar, close)
            if order and self.words["size"]["type"] == "risk" and not (order["stop"] or order["trail"]):
                order = None
        order = order or {"enter": 0}
        order |= {"exit": exit_reason, "of": of}
        return [order] if order["exit"] or order["enter"] else []

    def decide_apart(self, bar, close):
        """With hedging the rules of each side see that side alone."""
        found = []
        for side, name in NAMES.items():
            held = sum(entry.side == side for entry in self.account.entries)
            enter = held < self.words["pyramiding"] and self.strategy.at(f"{name}.entry", bar)
            out = not enter and held > 0 and self.strategy.at(f"{name}.exit", bar)
            allowed = self.words["sides"] in ("both", name)
            found += self.orders(bar, close, "signal" if out else None, side if enter and allowed else 0, "signal", side)
        return found

    def at_close(self, bar, last):
        """Step 3, with fill close: exits, then entries, at this close."""
        account, close = self.account, float(self.bars["close"][bar])
        orders = [] if last and self.words["finalize"] else self.decision(bar)
        for order in orders:
            if order["exit"]:
                account.close_all(close, bar, order["exit"], order["of"])
        for entry in list(account.entries):
            if self.words["maxBars"] and bar - entry.bar >= self.words["maxBars"]:
                account.close_one(entry, close, bar, "maxBars")
        for order in orders:
            if order["enter"]:
                account.enter(order, close, bar)

    def run(self):
        orders = []
        names = ("open", "high", "low", "close")
        n = len(self.bars["close"])
        for bar in range(n):
            o, h, l, c = (float(self.bars[name][bar]) for name in names)
            last = bar == n - 1
            now = self.account.now = int(self.bars["time"][bar])
            if bar > 0:
                self.account.hold(int(self.bars["time"][bar - 1]), now, float(self.bars["close"][bar - 1]))
            self.account.open_phase(orders, o, bar)
            orders = []
            self.account, matters = self.account.inside(o, h, l, c, bar)
            self.order_bars += matters
            if self.words["fill"] == "close":
                self.account.now = now + self.words["step"] - 1  # just before the next bar
                self.at_close(bar, last)
            else:
                orders = self.decision(bar)
            if last and self.words["finalize"]:
                self.account.close_all(c, bar, "end")
            self.equity.append(self.account.equity(c))
        return self


def run(bars, words, strategies):
    """words: a request with every word given. Returns {"trades", "equity", "orderBars"}."""
    if words["combine"] == "sleeves":
        cash = words["cash"] / len(strategies)
        runs = [Run(bars, words, Account(words, cash, k), one).run() for k, one in enumerate(strategies)]
    else:
        votes = Votes(words["combine"], strategies)
        runs = [Run(bars, words, Account(words, words["cash"], 0), strategies[0], votes).run()]
    return {"trades": [trade for one in runs for trade in one.account.trades],
            "equity": [sum(values) for values in zip(*(one.equity for one in runs))],
            "orderBars": sum(one.order_bars for one in runs), "cuts": sum(one.account.cuts for one in runs)}
