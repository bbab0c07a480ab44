"""What the price does to an account of the default profile: at the open, and on its way inside a bar. A part of
plain.py: from the text of the rules alone (docs/execution.md), nothing shared with the engine."""
from plain_account import BREAK_EVEN, LIQUIDATION, ORDER, STOP, TARGET, Money


class Account(Money):
    """Money that is walked through bars."""

    def open_phase(self, orders, raw, bar):
        """Step 1: what the open alone decides."""
        if self.doomed(raw):
            self.liquidate(raw, bar)
        self.leave(orders, raw, bar)
        if self.words["fill"] == "open":
            self.close_old(raw, bar)
        self.all_reached(raw, bar)
        for order in orders:
            if order["enter"]:
                self.enter(order, raw, bar)
        for side, order in self.rest.items():
            if order and bar > order["last"]:
                self.rest[side] = None
        self.orders_reached(raw, bar)

    def leave(self, orders, raw, bar):
        """Exits by rule, then exits of a part."""
        for order in orders:
            if order["exit"]:
                self.close_all(raw, bar, order["exit"], order["of"])
        for order in orders:
            if order["part"] is not None:
                self.close_parts(raw, bar, order["of"], order["part"])

    def close_old(self, raw, bar):
        for entry in list(self.entries):
            if self.words["maxBars"] and bar - entry.bar >= self.words["maxBars"]:
                self.close_one(entry, raw, bar, "maxBars")

    # --- levels of entries ---

    def met(self, entry, kind, which, raw, bar, reason):
        """One level of the entry acts at `raw`."""
        if kind == BREAK_EVEN:
            entry.even = None
            if entry.stop is None or (entry.price - entry.stop) * entry.side > 0:
                entry.stop, entry.stop_reason = entry.price, "breakEven"
            return
        units = None
        if kind == TARGET:
            _, share = entry.targets.pop(which)
            units = None if share is None else self.part_of(entry, share)
        if units is None or units > 0:
            self.close_one(entry, raw, bar, reason, units)

    def all_reached(self, price, bar):
        for entry in list(self.entries):
            entry.saw(price)
            self.reached(entry, price, bar)

    def reached(self, entry, price, bar):
        """What is already at or beyond its level at `price` acts there: stops, then what is nearest of the rest."""
        while entry in self.entries:
            hit = []
            for level, kind, reason, which in entry.levels():
                beyond = (level - price) * entry.side
                if (beyond >= 0) if kind == STOP else (beyond <= 0):
                    hit.append((kind != STOP, -abs(beyond), kind, which, reason))
            if not hit:
                return
            _, _, kind, which, reason = min(hit)
            self.met(entry, kind, which, price, bar, reason)

    # --- resting orders ---

    @staticmethod
    def waits_for(order):
        """(price, whether it is met on the way up)."""
        stop = order["at_stop"] is not None and not order["woken"]
        return (order["at_stop"] if stop else order["at_limit"]), stop == (order["enter"] > 0)

    def orders_reached(self, price, bar):
        for side in (1, -1):
            order = self.rest[side]
            if order:
                level, rising = self.waits_for(order)
                if price >= level if rising else price <= level:
                    self.order_met(order, price, bar)

    def order_met(self, order, raw, bar):
        """Its price has come at `raw`: it fills, or, a stop-limit beyond its limit, wakes."""
        side, limit = order["enter"], order["at_limit"]
        by_limit = order["at_stop"] is None or order["woken"]
        price = self.moved(raw, side, by_limit)
        if not by_limit and limit is not None:
            if (raw - limit) * side > 0:
                order["woken"] = True
                return
            price = min(price, limit) if side > 0 else max(price, limit)
        self.rest[side] = None
        if not self.words["hedging"]:
            self.close_all(raw, bar, "reverse", -side, price=price, limit=by_limit)
        entry = self.enter(order, raw, bar, price, by_limit)
        if entry:
            self.reached(entry, raw, bar)

    # --- the way inside a bar ---

    def next_event(self, at, to):
        """The first thing between two prices of one straight move, as (price, kind, what, which, reason), or None."""
        found = []

        def meet(level, rising, *rest):
            if rising and to >= at and level <= to:
                found.append((max(level, at), *rest))
            elif not rising and to <= at and level >= to:
                found.append((min(level, at), *rest))

        for entry in self.entries:
            for level, kind, reason, which in entry.levels():
                meet(level, (kind == STOP) == (entry.side < 0), kind, entry, which, reason)
        for order in self.rest.values():
            if order:
                level, rising = self.waits_for(order)
                meet(level, rising, ORDER, order, 0, "")
        if self.doomed(at):
            found.append((at, LIQUIDATION, None, 0, ""))
        elif self.doomed(to):
            found.append((self.liquidation_price(), LIQUIDATION, None, 0, ""))
        return min(found, key=lambda event: (abs(event[0] - at), event[1]), default=None)

    def move(self, at, to, bar):
        while True:
            event = self.next_event(at, to)
            if event is None:
                break
            at, kind, what, which, reason = event
            for one in self.entries:
                one.saw(at)
            if kind == LIQUIDATION:
                self.liquidate(at, bar)
            elif kind == ORDER:
                self.order_met(what, at, bar)
            else:
                self.met(what, kind, which, at, bar, reason)
        for one in self.entries:
            one.saw(to)

    def walk(self, prices, bar):
        self.all_reached(prices[0], bar)
        self.orders_reached(prices[0], bar)
        if self.doomed(prices[0]):
            self.liquidate(prices[0], bar)
        for at, to in zip(prices, prices[1:]):
            self.move(at, to, bar)
        return self

    def both_ways(self, o, h, l, c, bar):
        """The account after either walk, and whether they end in different equity."""
        high_first = self.fork().walk((o, h, l, c), bar)
        low_first = self.fork().walk((o, l, h, c), bar)
        a, b = high_first.equity(c), low_first.equity(c)
        return high_first, low_first, a, b, abs(a - b) > 1e-12 * max(abs(a), abs(b))

    def one_way(self, path, prices, bar):
        """Through one bar under a path policy; returns the account afterwards and whether the order mattered."""
        high_first, low_first, a, b, matters = self.both_ways(*prices, bar)
        if path == "ohlc":
            return high_first, matters
        if path == "olhc":
            return low_first, matters
        if not matters:
            return (low_first if low_first.fills < high_first.fills else high_first), matters
        return (high_first if (a < b) == (path == "pessimistic") else low_first), matters

    def inside(self, prices, finer, bar):
        """Step 2. finer: bars of a shorter interval inside this one, as (o, h, l, c)."""
        path = self.words["path"]
        if path != "lower":
            return self.one_way(path, prices, bar)
        account, matters = self.one_way("pessimistic", prices, bar)
        _, high, low, close = prices
        if finer and max(one[1] for one in finer) >= high and min(one[2] for one in finer) <= low:
            account = self
            for one in finer:
                account, _ = account.one_way("pessimistic", one, bar)
            account = account.walk((close,), bar)  # the last of them may be absent
        return account, matters
