"""What a policy's tiers held and how often they changed, from what `tierd replay` says."""

import gzip
import json
import math
import subprocess
from collections import defaultdict
from datetime import datetime, timezone

from backtest.history import ORDERS, UNTIL
from backtest.scores import gini_ratio

QUARTER = 365.25 / 4


def milliseconds(text):
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1000)


def tier_changes(tierd, path):
    """By customer: (instant, tier, direction) in order, as `tierd replay` writes them."""
    command = [str(x) for x in (tierd, "replay", "--policy", path, "--orders", ORDERS)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    changes = defaultdict(list)
    for record in map(json.loads, lines):
        if record["topic"] == "tier-changes":
            value = record["value"]
            changes[value["customer_id"]].append((milliseconds(value["effective_at"]), value["to"], value["direction"]))
    return changes


def verify_policy(check, tierd, path, result, customers):
    changes = tier_changes(tierd, path)
    names = [tier["name"] for tier in result["tiers"]]
    midnight = datetime(UNTIL.year, UNTIL.month, UNTIL.day, tzinfo=timezone.utc).timestamp() * 1000 + 86_400_000
    held = [[tier for at, tier, _ in changes[c.name] if at < midnight][-1] for c in customers]
    for tier in result["tiers"]:
        inside = [c for c, name in zip(customers, held) if name == tier["name"]]
        check.same(f"customers in {tier['name']} of {result['name']}", tier["customers"], len(inside))
        check.close(f"revenue of {tier['name']} of {result['name']}", tier["revenue"], sum(c.revenue for c in inside) / 100)
    ratio = gini_ratio([names.index(name) for name in held], [c.revenue for c in customers])
    check.close(f"Gini ratio of {result['name']}", result["gini_ratio"], ratio)
    end = max(at for one in changes.values() for at, _, _ in one)
    with gzip.open(ORDERS, "rt") as lines:
        end = max(end, max(milliseconds(json.loads(line)["occurred_at"]) for line in lines))
    quarters = math.fsum((end - one[0][0]) / 86_400_000 / QUARTER for one in changes.values())
    check.close(f"customer quarters of {result['name']}", result["customer_quarters"], quarters)
    counts = {"upgrade": 0, "downgrade": 0}
    reversals = 0
    for one in changes.values():
        last = (names.index(one[0][1]), 0)
        for _, tier, direction in one[1:]:
            counts[direction] += 1
            step = (names.index(tier) > last[0]) - (names.index(tier) < last[0])
            reversals += step == -last[1]
            last = (names.index(tier), step)
    found = [result[key] for key in ("upgrades", "downgrades", "corrections", "reversals")]
    check.same(f"changes of {result['name']}", found, [counts["upgrade"], counts["downgrade"], 0, reversals])
