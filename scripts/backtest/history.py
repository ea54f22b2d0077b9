"""The CDNOW orders, read without tierd."""

import copy
import gzip
import json
import math
from collections import defaultdict
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "Tests/Fixtures/cdnow"
ORDERS = FIXTURES / "orders.jsonl.gz"
UNTIL, HOLDOUT = date(1997, 9, 30), 90


def day_number(day):
    return day.toordinal()


def purchases():
    """By customer: cents by day."""
    days = defaultdict(lambda: defaultdict(int))
    with gzip.open(ORDERS, "rt") as lines:
        for line in lines:
            order = json.loads(line)
            day = day_number(date.fromisoformat(order["occurred_at"][:10]))
            days[order["customer_id"]][day] += round(order["total"] * 100)
    return days


class Customer:
    def __init__(self, name, days, cutoff):
        self.name = name
        past = sorted(day for day in days if day <= cutoff)
        future = [day for day in days if cutoff < day <= cutoff + HOLDOUT]
        self.next = min((day - cutoff for day in days if day > cutoff), default=math.inf)
        self.x, self.t_x, self.T = len(past) - 1, past[-1] - past[0], cutoff - past[0]
        self.amounts = [(cutoff - day, days[day]) for day in past]
        self.churned = not future
        self.revenue = sum(days[day] for day in future)
        self.recency = self.T - self.t_x
        self.frequency = len(past)
        self.spend = sum(cents for _, cents in self.amounts)
        self.mean_repeat = (self.spend - days[past[0]]) / 100 / self.x if self.x else 0.0
        self.ewma = sum(2 ** (-age / 60) for age, _ in self.amounts)

    def spend_ewma(self, half_life):
        return math.fsum(cents * 2 ** (-age / half_life) for age, cents in self.amounts)

    def at_end_of_day(self):
        """The same customer a millisecond before midnight, when an engine is asked; a fit counts whole days."""
        later = copy.copy(self)
        passed = 1 - 1 / 86_400_000
        later.T += passed
        later.ewma *= 2 ** (-passed / 60)
        return later

    def spend_in(self, window):
        return sum(cents for age, cents in self.amounts if age < window)


def as_of_cutoff(history):
    cutoff = day_number(UNTIL)
    return [Customer(name, days, cutoff) for name, days in history.items() if min(days) <= cutoff]


def verify_history(check, report, customers):
    check.same("customers", report["customers"], len(customers))
    check.same("churned", report["churned"], sum(c.churned for c in customers))
    check.close("revenue", report["revenue"], sum(c.revenue for c in customers) / 100)
    check.same("repeat buyers", report["fit"]["repeat_buyers"], sum(c.x > 0 for c in customers))
