"""The money of one account of the default profile: entries, fills, what they cost, how many units they have. A part
of plain.py: from the text of the rules alone (docs/execution.md), nothing shared with the engine."""
import copy
import math

HOUR = 3600000
STOP, TARGET, BREAK_EVEN, ORDER, LIQUIDATION = range(5)  # what goes first at one price


def on_grid(step, value, up):
    """The next price of the grid at or above, or at or below; a step that rounding lost counts."""
    if step <= 0:
        return value
    steps = value / step
    if abs(steps - round(steps)) <= 1e-12 * (abs(steps) + 1):
        return round(steps) * step
    return (math.ceil(steps) if up else math.floor(steps)) * step


class Entry:
    """One open entry; size is negative for a short, and what is left of it."""

    def __init__(self, size, raw, price, bar, fee, reason):
        self.size, self.raw, self.price, self.bar, self.fee, self.reason = size, raw, price, bar, fee, reason
        self.whole = abs(size)
        self.side = 1 if size > 0 else -1
        self.stop = self.trail = self.kept = self.even = None
        self.stop_reason = "stopLoss"
        self.targets = []  # (price, share of the whole or None)
        self.parted = False  # exit2 has closed its part
        self.low = self.high = raw
        self.since = None  # costs of holding fall due after this moment
        self.paid = 0.0  # of them, so far

    def copy(self):
        twin = copy.copy(self)
        twin.targets = list(self.targets)
        return twin

    def saw(self, price):
        self.low, self.high = min(self.low, price), max(self.high, price)

    def trailing(self):
        """The trailing stop: never looser than one that was."""
        level = (self.high if self.side > 0 else self.low) - self.side * self.trail
        if self.kept is None:
            return level
        return max(level, self.kept) if self.side > 0 else min(level, self.kept)

    def judge(self, distance):
        """A close gives another distance; from the next bar on."""
        if distance > 0:
            self.kept = self.trailing()
            self.trail = distance

    def levels(self):
        """(price, kind, reason, which) of what works for it now."""
        out = []
        if self.stop is not None:
            out.append((self.stop, STOP, self.stop_reason, 0))
        if self.trail is not None:
            out.append((self.trailing(), STOP, "trailingStop", 0))
        out += [(price, TARGET, "takeProfit", which) for which, (price, _) in enumerate(self.targets)]
        if self.even is not None:
            out.append((self.even, BREAK_EVEN, "", 0))
        return out


class Money:
    """One strategy's money, entries and finished trades."""

    def __init__(self, words, cash, number):
        self.words, self.cash, self.number = words, cash, number
        self.begun = cash
        self.entries, self.trades, self.fills, self.cuts = [], [], 0, 0
        self.now = self.volume = 0  # open time of the bar; volume of the last closed bar
        self.rest = {1: None, -1: None}  # orders that wait for their price
        self.left = None  # the bar on which the last position ended
        self.day, self.of_day = None, 0  # entries of that UTC day

    def fork(self):
        twin = copy.copy(self)
        twin.entries = [entry.copy() for entry in self.entries]
        twin.trades = list(self.trades)
        twin.rest = {side: order and dict(order) for side, order in self.rest.items()}
        return twin

    def equity(self, price):
        return self.cash + sum(entry.size * (price - entry.price) for entry in self.entries)

    def held(self):
        return sum(abs(entry.size) for entry in self.entries)

    def side(self):
        return self.entries[0].side if self.entries else 0

    def count(self, side):
        return sum(entry.side == side for entry in self.entries)

    # --- what a fill costs ---

    def fee(self, size, price, limit=False):
        fee = self.words["commission"]
        rate = fee["maker"] if limit and fee["maker"] is not None else fee["rate"]
        whole = fee["fixed"] + rate * abs(size) * price + fee["perUnit"] * abs(size)
        return max(fee["minimum"], whole) if fee["minimum"] > 0 else whole  # below 0: a rebate

    def moved(self, price, direction, limit=False):
        """A price that costs the trader: direction +1 buys, -1 sells. A limit costs no more than the grid."""
        if not limit:
            price *= 1 + direction * (self.words["spread"] / 2 + self.words["slippage"])
        return on_grid(self.words["tick"], price, direction > 0)

    # --- exits ---

    def close(self, entry, raw, bar, reason, units=None, price=None, limit=False):
        """`units` of the entry, all when None, at raw price `raw`; price: of the fill, when that is known."""
        entry.saw(raw)
        limit = limit or reason == "takeProfit"
        units = abs(entry.size) if units is None else min(units, abs(entry.size))
        part = units / abs(entry.size)
        price = self.moved(raw, -entry.side, limit) if price is None else price
        fee = self.fee(units, price, limit)
        of_entry, paid = entry.fee * part, entry.paid * part
        gain = entry.side * units * (price - entry.price) - paid
        self.cash += gain + paid - fee
        self.fills += 1
        worst, best = (entry.low, entry.high) if entry.side > 0 else (entry.high, entry.low)
        percent = 100 * entry.side / entry.price
        self.trades.append({
            "strategy": self.number, "size": entry.side * units, "entryBar": entry.bar, "exitBar": bar,
            "entryPrice": entry.price, "exitPrice": price, "pnl": gain - fee - of_entry, "commission": fee + of_entry,
            "returnPct": 100 * (gain - fee - of_entry) / (units * entry.price),
            "mae": min(0, (worst - entry.price) * percent), "mfe": max(0, (best - entry.price) * percent),
            "entryReason": entry.reason, "exitReason": reason})
        entry.size, entry.fee, entry.paid = entry.size - entry.side * units, entry.fee - of_entry, entry.paid - paid
        if part == 1:
            self.entries.remove(entry)
            if not self.entries:
                self.left = bar

    def close_all(self, raw, bar, reason, side=0, **fill):
        """Of one side, or both."""
        first = len(self.trades)
        for entry in list(self.entries):
            if side in (0, entry.side):
                self.close(entry, raw, bar, reason, **fill)
        self.forgive(self.trades[first:])

    def close_one(self, entry, raw, bar, reason, units=None):
        self.close(entry, raw, bar, reason, units)
        self.forgive(self.trades[-1:])

    def part_of(self, entry, share):
        """Units of a share of the entry, on the lot grid; with what would be left below the smallest lot."""
        lot = self.words["lot"]
        left, units = abs(entry.size), on_grid(lot["step"], share * entry.whole, False)
        rest = left - units
        return left if rest < lot["min"] or rest <= 1e-12 * left else units

    def close_parts(self, raw, bar, side, share):
        """exit2: once an entry."""
        for entry in list(self.entries):
            if side == entry.side and not entry.parted:
                entry.parted = True
                units = self.part_of(entry, share)
                if units > 0:
                    self.close_one(entry, raw, bar, "signal", units)

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

    def units(self, order, raw, price, limit):
        """How many units an order buys, 0 when none; on the lot grid and within the free margin."""
        leverage, fee = self.words["leverage"], self.words["commission"]
        kind, value = order["size"]["type"], order["size"]["value"]
        rate = fee["maker"] if limit and fee["maker"] is not None else fee["rate"]
        equity = self.equity(raw)
        free = equity - self.held() * raw / leverage

        def cost(n):
            return n * price / leverage + self.fee(n, price, limit)

        def most(budget):
            by_rate = (budget - fee["fixed"]) / (price / leverage + rate * price + fee["perUnit"])
            by_minimum = (budget - fee["minimum"]) * leverage / price if fee["minimum"] > 0 else math.inf
            return max(0.0, min(by_rate, by_minimum))

        if kind == "units":
            wanted = value
        elif kind == "risk":
            stop = self.nearest_stop(order, raw, price)
            if stop is None:
                return 0
            wanted = value * max(equity, 0) / abs(price - stop) if price != stop else math.inf
        else:
            wanted = most(value * equity if kind == "equity" else value)
        if not cost(wanted) <= free * (1 + 1e-12):
            wanted = most(free)
            self.cuts += 1
        if self.words["volumeLimit"]:
            wanted = min(wanted, self.words["volumeLimit"] * self.volume)
        lot = self.words["lot"]
        if lot["step"] > 0:
            wanted = math.floor(wanted / lot["step"] * (1 + 1e-13)) * lot["step"]
        dust = 1e-10 * max(self.begun, equity)  # less margin is rounding that was left over, not an order
        enough = wanted * price / leverage >= dust and wanted >= lot["min"] and wanted * price >= lot["minValue"]
        return wanted if enough else 0

    @staticmethod
    def nearest_stop(order, raw, price):
        """Of the stops that would work from the fill on, the one that is hit first."""
        stops = [order["stop"](price)] if order["stop"] else []
        if order["trail"]:
            stops.append(raw - order["enter"] * order["trail"](price))
        return (max(stops) if order["enter"] > 0 else min(stops)) if stops else None

    def enter(self, order, raw, bar, price=None, limit=False):
        """price: of the fill, when that is known. Returns the entry or None."""
        side = order["enter"]
        day = self.now // (24 * HOUR)
        if day != self.day:
            self.day, self.of_day = day, 0
        if self.of_day + 1 > order["most"]:
            return None
        price = self.moved(raw, side, limit) if price is None else price
        size = self.units(order, raw, price, limit)
        if size == 0:
            return None
        fee = self.fee(size, price, limit)
        entry = Entry(side * size, raw, price, bar, fee, order["reason"])
        entry.stop = order["stop"] and order["stop"](price)
        entry.targets = [(target(price), share) for target, share in order["targets"]]
        entry.trail = order["trail"] and order["trail"](price)
        even = order["even"] and order["even"](price)
        entry.even = even if even and (even - price) * side > 0 else None  # filled beyond it: none
        entry.since = self.now
        self.cash -= fee
        self.fills += 1
        self.of_day += 1
        self.entries.append(entry)
        return entry

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
