"""Counts the checks of scripts/validate-schemas."""


class Tally:
    """Counts checks and prints those that fail."""

    def __init__(self):
        self.checks = 0
        self.failures = 0

    def check(self, holds, message):
        self.checks += 1
        if not holds:
            self.failures += 1
            print(f"FAIL {message}")
        return holds

    def close(self):
        print(f"validate-schemas: {self.checks} checks, {self.failures} failed")
        return 1 if self.failures else 0
