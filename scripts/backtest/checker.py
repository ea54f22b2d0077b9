"""Compares what tierd says with what Python found, and counts."""

import sys

TOLERANCE = 1e-6


class Checker:
    def __init__(self):
        self.count, self.failed, self.widest = 0, 0, 0.0

    def same(self, what, found, expected):
        self.count += 1
        if found != expected:
            self.failed += 1
            print(f"verify-backtest: {what}: tierd has {found}, Python {expected}")

    def close(self, what, found, expected, tolerance=TOLERANCE):
        self.count += 1
        if found is None or expected is None:
            return self.same(what, found, expected)
        gap = abs(found - expected) / max(1.0, abs(expected))
        self.widest = max(self.widest, gap)
        if not gap <= tolerance:
            self.failed += 1
            print(f"verify-backtest: {what}: tierd has {found}, Python {expected}")

    def finish(self):
        print(f"verify-backtest: {self.count} comparisons, {self.failed} failed, widest gap {self.widest:.1e}")
        sys.exit(1 if self.failed else 0)
