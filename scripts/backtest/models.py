"""The purchase and value models in their textbook forms."""

import json
import math

from backtest.history import ROOT


def parameters(fit):
    return {one["name"]: one["value"] for one in fit["parameters"]}


def log_beta(a, b):
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def log_likelihood_nbd(p, c, staying):
    """Fader, Hardie, Lee (2005), and with a chance to stay before the first repeat Batislam et al. (2007)."""
    r, alpha, a, b = p["r"], p["alpha"], p["a"], p["b"]
    common = math.lgamma(r + c.x) - math.lgamma(r) + r * math.log(alpha) - log_beta(a, b)
    alive = log_beta(a, b + c.x + staying) - (r + c.x) * math.log(alpha + c.T)
    if c.x == 0 and not staying:
        return common + alive
    left = log_beta(a + 1, b + c.x + staying - 1) - (r + c.x) * math.log(alpha + c.t_x)
    top = max(alive, left)
    return common + top + math.log(math.exp(alive - top) + math.exp(left - top))


def log_likelihood_gamma_gamma(g, c):
    p, q, v, x, m = g["p"], g["q"], g["v"], c.x, c.mean_repeat
    return (
        math.lgamma(p * x + q) - math.lgamma(p * x) - math.lgamma(q) + q * math.log(v)
        + (p * x - 1) * math.log(m) + p * x * math.log(x) - (p * x + q) * math.log(v + m * x)
    )  # fmt: skip


def p_alive(p, c, staying=0):
    if c.x == 0 and not staying:
        return 1.0
    ratio = (p["alpha"] + c.T) / (p["alpha"] + c.t_x)
    return 1 / (1 + p["a"] / (p["b"] + c.x + staying - 1) * ratio ** (p["r"] + c.x))


def p0(p, c, horizon):
    none = ((p["alpha"] + c.T) / (p["alpha"] + c.T + horizon)) ** (p["r"] + c.x)
    return 1 - p_alive(p, c) * (1 - none)


def expected_purchases(p, c, horizon):
    """The textbook form, its hypergeometric series summed term by term."""
    r, alpha, a, b = p["r"], p["alpha"], p["a"], p["b"]
    z = horizon / (alpha + c.T + horizon)
    upper, lower = (r + c.x, b + c.x), a + b + c.x - 1
    term = total = 1.0
    n = 0
    while term > 1e-17 * total:
        term *= (upper[0] + n) * (upper[1] + n) / ((lower + n) * (n + 1)) * z
        total += term
        n += 1
    bracket = 1 - ((alpha + c.T) / (alpha + c.T + horizon)) ** (r + c.x) * total
    return (a + b + c.x - 1) / (a - 1) * bracket * p_alive(p, c)


def verify_fits(check, fit, customers):
    for name, staying in (("bg_nbd", 0), ("mbg_nbd", 1)):
        found = math.fsum(log_likelihood_nbd(parameters(fit[name]), c, staying) for c in customers)
        check.close(f"log-likelihood of {name}", fit[name]["log_likelihood"], found, 1e-9)
        check.same(f"{name} converged", fit[name]["converged"], True)
    repeat = [c for c in customers if c.x > 0 and c.mean_repeat > 0]
    found = math.fsum(log_likelihood_gamma_gamma(parameters(fit["gamma_gamma"]), c) for c in repeat)
    check.close("log-likelihood of gamma_gamma", fit["gamma_gamma"]["log_likelihood"], found, 1e-9)
    # The published optimum (lifetimes, and a second maximisation): see Tests/Fixtures/models.
    published = json.loads((ROOT / "Tests/Fixtures/models/cdnow-parameters.json").read_text())["cdnow_sample_days"]
    for name, key in (("bg_nbd", "bgnbd"), ("mbg_nbd", "mbgnbd"), ("gamma_gamma", "gammagamma")):
        check.close(f"{name} against the published log-likelihood", fit[name]["log_likelihood"], published[key]["LL_exact"])
        for parameter, value in parameters(fit[name]).items():
            check.close(f"{name}.{parameter} against the published fit", value, published[key]["exact_mle"][parameter], 1e-4)
