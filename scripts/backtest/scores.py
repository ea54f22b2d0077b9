"""What churn and value scores foretold, judged by ranks, bins and gains."""

import math
from collections import defaultdict

from backtest.history import HOLDOUT
from backtest.models import expected_purchases, p0, p_alive, parameters


def logistic(z):
    return 1 / (1 + math.exp(-z))


def area_under_curve(scores, churned):
    """By ranks, ties sharing the mean of theirs."""
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    ranks, start = [0.0] * len(scores), 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        for i in order[start:end]:
            ranks[i] = (start + 1 + end) / 2
        start = end
    n1 = sum(churned)
    total = math.fsum(rank for rank, left in zip(ranks, churned) if left)
    return (total - n1 * (n1 + 1) / 2) / n1 / (len(scores) - n1)


def gains(scores, amounts):
    groups = defaultdict(lambda: [0, 0])
    for score, amount in zip(scores, amounts):
        groups[score][0] += 1
        groups[score][1] += amount
    points, count, total = [(0.0, 0.0)], 0, 0
    for score in sorted(groups, reverse=True):
        count += groups[score][0]
        total += groups[score][1]
        points.append((count / len(scores), total / sum(amounts)))
    return points


def gini(points):
    return math.fsum((x2 - x1) * (y1 + y2) for (x1, y1), (x2, y2) in zip(points, points[1:])) - 1


def gini_ratio(scores, amounts):
    return gini(gains(scores, amounts)) / gini(gains(amounts, amounts))


def captured(points, share):
    for (x1, y1), (x2, y2) in zip(points, points[1:]):
        if x2 >= share:
            return y1 + (y2 - y1) * (share - x1) / (x2 - x1)


def churn_scores(report, customers):
    """Every score by name, and which of them are probabilities."""
    fit = report["fit"]
    bg, mbg = parameters(fit["bg_nbd"]), parameters(fit["mbg_nbd"])
    plain = [p0(bg, c, HOLDOUT) for c in customers]
    bases = [0.4 * math.log(p / (1 - p)) - 0.7 * math.log(c.ewma + 0.01) for p, c in zip(plain, customers)]
    low, high = -50.0, 50.0
    for _ in range(100):
        constant = (low + high) / 2
        if math.fsum(logistic(z + constant) for z in bases) < math.fsum(plain):
            low = constant
        else:
            high = constant
    risks = {"combined": [logistic(z + constant) for z in bases], "p0": plain}
    if "logistic" in fit:
        w = parameters(fit["logistic"])
        risks["logistic"] = [
            logistic(
                w["intercept"] + w["recency"] * math.log(1 + c.recency) + w["frequency"] * math.log(1 + c.x)
                + w["monetary"] * math.log(1 + c.spend / 100) + w["age"] * math.log(1 + c.T)
                + w["ewma"] * math.log(c.ewma + 0.01)
            )
            for c in customers
        ]  # fmt: skip
    ranks = {
        "recency": [c.recency for c in customers],
        # Rounded, so that sums taken in another order still tie.
        "purchase_ewma": [-round(c.ewma, 12) for c in customers],
        "p_alive_bg_nbd": [1 - p_alive(bg, c) for c in customers],
        "p_alive_mbg_nbd": [1 - p_alive(mbg, c, 1) for c in customers],
    }
    return risks, ranks, constant


def verify_churn(check, report, customers):
    risks, ranks, constant = churn_scores(report, customers)
    churned = [c.churned for c in customers]
    check.close("churn constant", report["fit"]["churn_constant"], constant)
    check.same("churn scores", {s["name"] for s in report["churn_scores"]}, set(risks) | set(ranks))
    for score in report["churn_scores"]:
        name = score["name"]
        values = risks.get(name) or ranks[name]
        check.close(f"AUC of {name}", score["auc"], area_under_curve(values, churned))
        if name not in risks:
            continue
        verify_risks(check, name, score, values, churned)


def verify_risks(check, name, found, values, churned):
    brier = math.fsum((p - left) ** 2 for p, left in zip(values, churned)) / len(values)
    check.close(f"Brier score of {name}", found["brier"], brier)
    check.same(f"bins of {name}", len(found["bins"]), 10)
    distance = 0.0
    for number, one in enumerate(found["bins"]):
        inside = [(p, left) for p, left in zip(values, churned) if min(int(p * 10), 9) == number]
        check.same(f"customers in bin {number} of {name}", one["customers"], len(inside))
        means = [math.fsum(column) / len(inside) for column in zip(*inside)] if inside else [None, None]
        check.close(f"prediction of bin {number} of {name}", one["predicted"], means[0])
        check.close(f"outcome of bin {number} of {name}", one["observed"], means[1])
        distance += abs(means[0] - means[1]) * len(inside) if inside else 0
    check.close(f"calibration error of {name}", found["calibration_error"], distance / len(values))


def verify_policy_churn(check, result, customers, rule):
    """A policy's own risk at the last instant of the day, judged by the policy's own horizon.

    `rule`: score, horizon, parameters of BG/NBD, and the constant of the combined score.
    """
    name, found = f"{result['name']}'s own risk", result["churn"]
    check.same(f"score of {name}", found["score"], rule["score"])
    check.same(f"horizon of {name}", found["horizon_days"], rule["horizon"])
    then = [c.at_end_of_day() for c in customers]
    values = [p0(rule["parameters"], c, rule["horizon"]) for c in then]
    if rule["score"] == "combined":
        values = [
            logistic(0.4 * math.log(p / (1 - p)) - 0.7 * math.log(c.ewma + 0.01) + rule["constant"])
            for p, c in zip(values, then)
        ]
    churned = [c.next > rule["horizon"] for c in customers]
    check.same(f"customers of {name}", found["customers"], len(customers))
    check.same(f"churners of {name}", found["churned"], sum(churned))
    check.close(f"AUC of {name}", found["auc"], area_under_curve(values, churned))
    verify_risks(check, name, found, values, churned)


def fifths(values):
    """Each above the one before: among many alike, the next larger value, and one more than the largest."""
    ordered, cuts = sorted(values), []
    for share in (1, 2, 3, 4):
        cut = ordered[math.ceil(share * len(ordered) / 5) - 1]
        if cuts and cut <= cuts[-1]:
            cut = next((value for value in ordered if value > cuts[-1]), cuts[-1] + 1)
        cuts.append(cut)
    return cuts


def lifetime_value(bg, gg, c):
    expected = [expected_purchases(bg, c, month * 365.25 / 12) if month else 0.0 for month in range(13)]
    discounted = math.fsum((expected[k] - expected[k - 1]) / 1.01**k for k in range(1, 13))
    return discounted * gg["p"] * (gg["v"] + c.x * c.mean_repeat) / (gg["p"] * c.x + gg["q"] - 1)


def verify_value(check, report, customers):
    fit = report["fit"]
    bg, gg = parameters(fit["bg_nbd"]), parameters(fit["gamma_gamma"])
    cuts = [fifths([get(c) for c in customers]) for get in (lambda c: c.recency, lambda c: c.frequency, lambda c: c.spend)]
    for name, expected in zip(("recency", "frequency"), cuts):
        check.same(f"thresholds of {name}", fit["rfm"][name], expected)
    for found, expected in zip(fit["rfm"]["monetary"], cuts[2]):
        check.close("threshold of monetary", found, expected / 100)

    def rfm(c):
        recency = sum(c.recency <= cut for cut in cuts[0])
        return 3 + recency + sum(c.frequency > cut for cut in cuts[1]) + sum(c.spend > cut for cut in cuts[2])

    scores = {
        "spend_ewma_90d": lambda c: round(c.spend_ewma(90), 7),
        "spend_ewma_180d": lambda c: round(c.spend_ewma(180), 7),
        "spend_365d": lambda c: c.spend_in(365),
        "spend_90d": lambda c: c.spend_in(90),
        "clv_12m": lambda c: round(lifetime_value(bg, gg, c), 9),
        "rfm_sum": rfm,
    }
    amounts = [c.revenue for c in customers]
    check.same("value scores", {s["name"] for s in report["value_scores"]}, set(scores))
    for score in report["value_scores"]:
        values = [scores[score["name"]](c) for c in customers]
        points = gains(values, amounts)
        check.close(f"Gini ratio of {score['name']}", score["gini_ratio"], gini_ratio(values, amounts))
        check.close(f"best tenth by {score['name']}", score["captured_by_best_tenth"], captured(points, 0.1))
        check.close(f"best fifth by {score['name']}", score["captured_by_best_fifth"], captured(points, 0.2))


def verify_defaults(check, report):
    """The scores in use by default beat the plainer ones on this history."""
    area = {score["name"]: score["auc"] for score in report["churn_scores"]}
    brier = {score["name"]: score.get("brier") for score in report["churn_scores"]}
    ratio = {score["name"]: score["gini_ratio"] for score in report["value_scores"]}
    for other in ("p0", "recency", "purchase_ewma"):
        check.same(f"combined has a higher AUC than {other}", area["combined"] > area[other], True)
    check.same("combined has a lower Brier score than p0", brier["combined"] < brier["p0"], True)
    for other in ("spend_365d", "spend_90d", "rfm_sum"):
        check.same(f"spend_ewma_90d has a higher Gini ratio than {other}", ratio["spend_ewma_90d"] > ratio[other], True)
