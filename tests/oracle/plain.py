"""The default profile a second time: one bar at a time, one price at a time, from the text of the rules alone
(docs/execution.md) and nothing shared with the engine. Slow and plain on purpose. Money is in plain_account.py, the
way of the price in plain_path.py; here is what a closed bar decides, and the run."""
import math

import numpy

from plain_account import on_grid
from plain_path import Account

NAMES = {1: "long", -1: "short"}
TARGETS = ("takeProfit", "takeProfit2", "takeProfit3")


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


class Refused(Exception):
    """An entry that is not made."""


class Strategy:
    """Rules, already as columns. conditions: masks by rule. prices: "long.stopLoss" and the like, a column, or a
    float: a fraction of the entry price. numbers: "size", "long.takeProfitShare" and the like, a column or a float.
    size_type: of its own size."""

    def __init__(self, conditions, prices, numbers, warmup, size_type=None):
        self.conditions, self.prices, self.numbers, self.warmup = conditions, prices, numbers, warmup
        self.size_type = size_type

    def at(self, rule, bar):
        return bar >= self.warmup and rule in self.conditions and bool(self.conditions[rule][bar])

    def number(self, rule, bar, otherwise, least, most):
        """Null or out of bounds refuses the entry."""
        given = self.numbers.get(rule)
        value = otherwise if given is None else given if isinstance(given, float) else float(given[bar])
        if not least <= value <= most:
            raise Refused("size_null")
        return value

    def level(self, enter, word, bar, start, tick):
        """A price of the entry as a function of the entry price, or None; start: where the entry is expected."""
        given = self.prices.get(f"{NAMES[enter]}.{word}")
        if given is None:
            return None
        sign = -enter if word == "stopLoss" else enter  # on which side of the entry it lies
        if isinstance(given, float):
            return lambda price: on_grid(tick, price * (1 + sign * given), sign > 0)
        price = float(given[bar])
        if not (price - start) * sign > 0:
            raise Refused("stop_null" if math.isnan(price) else "stop_side")
        return lambda _: on_grid(tick, price, sign > 0)

    def trail(self, enter, bar, close):
        """The distance of the trailing stop as a function of the entry price, or None."""
        given = self.prices.get(f"{NAMES[enter]}.trailingStop")
        if isinstance(given, float):
            return lambda price: given * price
        distance = self.distance(enter, bar)
        if given is not None:
            distance = abs(float(given[bar]) - close)
        if distance is None:
            return None
        if not distance > 0:
            raise Refused("stop_null" if math.isnan(distance) else "stop_side")
        return lambda _: distance

    def distance(self, side, bar):
        given = self.prices.get(f"{NAMES[side]}.trailingDistance")
        return None if given is None else float(given[bar])

    def resting(self, enter, bar, tick):
        """Prices of limit and stop, None where there is none."""
        found = []
        for word, up in (("limit", enter < 0), ("stop", enter > 0)):
            given = self.prices.get(f"{NAMES[enter]}.{word}")
            price = None if given is None else float(given[bar])
            if price is not None and not price > 0:
                raise Refused("entry_null")
            found.append(None if price is None else on_grid(tick, price, up))
        return found

    def order(self, enter, reason, bar, close, words, left):
        """What a true entry rule asks for; left: the bar on which the last position ended, or None."""
        if "session" in self.conditions and not self.at("session", bar):
            raise Refused("session")
        cooldown = self.number("cooldown", bar, 0, 0, math.inf)
        if left is not None and bar - left < cooldown:
            raise Refused("cooldown")
        tick = words["tick"]
        limit, stop = self.resting(enter, bar, tick)
        waiting = [price for price in (limit, stop) if price is not None]
        start = close if not waiting else min(waiting) if enter > 0 else max(waiting)  # where it is to fill
        order = {"enter": enter, "reason": reason, "at_limit": limit, "at_stop": stop, "woken": False,
                 "stop": self.level(enter, "stopLoss", bar, start, tick),
                 "even": self.level(enter, "breakEven", bar, start, tick),
                 "trail": self.trail(enter, bar, close), "targets": []}
        for word in TARGETS:
            target, share = self.level(enter, word, bar, start, tick), f"{NAMES[enter]}.{word}Share"
            if target:
                given = share in self.numbers
                order["targets"].append((target, self.number(share, bar, 1, 0, 1) if given else None))
        order["size"] = words["size"]
        if "size" in self.numbers:
            most = 1 if self.size_type in ("equity", "risk") else 1e300
            order["size"] = {"type": self.size_type, "value": self.number("size", bar, 1, 5e-324, most)}
        order["most"] = self.number("maxTradesPerDay", bar, math.inf, 0, math.inf)
        order["last"] = bar + math.floor(self.number("entryBars", bar, 1, 1, math.inf))
        return order


class Run:
    """One account over all bars. first: where the range begins, after bars for warming up. finer: of every bar."""

    def __init__(self, bars, words, account, strategy, votes=None, first=0, finer=None):
        self.bars, self.words, self.account = bars, words, account
        self.strategy, self.votes, self.first, self.finer = strategy, votes, first, finer
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
            return self.orders(bar, close, exit_reason, enter, "vote", 0)
        if words["hedging"]:
            return self.decide_apart(bar, close)
        more = 0 < len(account.entries) < words["pyramiding"]
        for one in (1, -1):
            if (side != one or more) and self.strategy.at(f"{NAMES[one]}.entry", bar):
                account.rest = {1: None, -1: None}  # new prices, or an entry of the other side
                enter = one if words["sides"] in ("both", NAMES[one]) else 0
                reason = None if side in (0, one) else "reverse" if enter else "signal"
                return self.orders(bar, close, reason, enter, "signal", 0)
        return self.exits(bar, 1) + self.exits(bar, -1)

    def orders(self, bar, close, exit_reason, enter, reason, of):
        """A market order, or none; one that rests is put aside and closes nothing before it fills."""
        order = {"enter": 0}
        if enter:
            try:
                left = self.account.left
                order = self.strategy.order(enter, reason, bar, close, self.words, left)
            except Refused:
                pass  # still closes the other side
        if order["enter"] and (order["at_limit"] is not None or order["at_stop"] is not None):
            self.account.rest[enter] = order
            return []
        return [order | {"exit": exit_reason, "of": of, "part": None}]

    def exits(self, bar, side):
        """The exit rules of one side, which also take its resting order back."""
        account, name = self.account, NAMES[side]
        held = account.count(side) > 0
        order = {"enter": 0, "exit": None, "of": side, "part": None}
        if (held or account.rest[side]) and self.strategy.at(f"{name}.exit", bar):
            account.rest[side] = None
            order["exit"] = "signal" if held else None
        elif held and self.strategy.at(f"{name}.exit2", bar):
            try:
                order["part"] = self.strategy.number(f"{name}.exit2Share", bar, 0.5, 0, 1)
            except Refused:
                pass
        return [order]

    def decide_apart(self, bar, close):
        """With hedging the rules of each side see that side alone."""
        found = []
        for side, name in NAMES.items():
            if self.account.count(side) < self.words["pyramiding"] and self.strategy.at(f"{name}.entry", bar):
                self.account.rest[side] = None
                allowed = self.words["sides"] in ("both", name)
                found += self.orders(bar, close, None, side if allowed else 0, "signal", side)
            else:
                found += self.exits(bar, side)
        return found

    def at_close(self, bar, last):
        """Step 3, with fill close: exits, then entries, at this close."""
        account, close = self.account, float(self.bars["close"][bar])
        account.volume = float(self.bars["volume"][bar])
        orders = [] if last and self.words["finalize"] else self.decision(bar)
        account.leave(orders, close, bar)
        account.close_old(close, bar)
        for order in orders:
            if order["enter"]:
                account.enter(order, close, bar)
        if account.doomed(close):  # costs took the margin: equity is never below 0
            account.liquidate(close, bar)

    def finer_of(self, bar):
        if self.finer is None:
            return []
        begin = int(self.bars["time"][bar])
        inside = (self.finer["time"] >= begin) & (self.finer["time"] < begin + self.words["step"])
        return [tuple(float(self.finer[name][at]) for name in ("open", "high", "low", "close"))
                for at in numpy.flatnonzero(inside)]

    def bar(self, bar, orders, last):
        """Returns the orders for the next one."""
        o, h, l, c = (float(self.bars[name][bar]) for name in ("open", "high", "low", "close"))
        now = self.account.now = int(self.bars["time"][bar])
        if bar > 0:
            self.account.volume = float(self.bars["volume"][bar - 1])
            self.account.hold(int(self.bars["time"][bar - 1]), now, float(self.bars["close"][bar - 1]))
        self.account.open_phase(orders, o, bar)
        orders = []
        self.account, matters = self.account.inside((o, h, l, c), self.finer_of(bar), bar)
        self.order_bars += matters
        if self.words["fill"] == "close":
            self.account.now = now + self.words["step"] - 1  # just before the next bar
            self.at_close(bar, last)
        elif not last:
            orders = self.decision(bar)
        if last and self.words["finalize"]:
            self.account.close_all(c, bar, "end")
        for entry in self.account.entries:
            distance = self.strategy.distance(entry.side, bar)
            if distance is not None:
                entry.judge(distance)
        self.equity.append(self.account.equity(c))
        return orders

    def run(self):
        orders, n = [], len(self.bars["close"])
        for bar in range(self.first, n):
            orders = self.bar(bar, orders, bar == n - 1)
        for trade in self.account.trades:
            trade["entryBar"] -= self.first
            trade["exitBar"] -= self.first
        return self


def run(bars, words, strategies, first=0, finer=None):
    """words: a request with every word given. Returns {"trades", "equity", "orderBars"}."""
    if words["combine"] == "sleeves":
        cash = words["cash"] / len(strategies)
        runs = [Run(bars, words, Account(words, cash, k), one, None, first, finer).run()
                for k, one in enumerate(strategies)]
    else:
        votes = Votes(words["combine"], strategies)
        runs = [Run(bars, words, Account(words, words["cash"], 0), strategies[0], votes, first, finer).run()]
    return {"trades": [trade for one in runs for trade in one.account.trades],
            "equity": [sum(values) for values in zip(*(one.equity for one in runs))],
            "orderBars": sum(one.order_bars for one in runs), "cuts": sum(one.account.cuts for one in runs)}
