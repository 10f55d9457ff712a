"""Whether two samples of times can be told apart: three tests that each see something else, and by how much.

p-values are asymptotic (normal or Kolmogorov's), which is exact enough from some hundred values on; they are
given as their logarithm to base 10, because those of a real difference are smaller than any float.
"""

import math
import statistics


def log10_normal(z):
    """log10 of the two-sided p of a normal deviate."""
    z = abs(z)
    if z < 30:
        return math.log10(max(math.erfc(z / math.sqrt(2)), 1e-300))
    # Beyond the floats: the tail's first term.
    return (-z * z / 2 - math.log(z * math.sqrt(math.pi / 2))) / math.log(10)


def ranks(values):
    """Ranks with ties shared, and the sum of t^3 - t over the ties."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    ties = 0
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for place in order[at:end]:
            found[place] = (at + end + 1) / 2
        ties += (end - at) ** 3 - (end - at)
        at = end
    return found, ties


def mann_whitney(a, b):
    """Is one of them larger more often?"""
    n, m = len(a), len(b)
    found, ties = ranks(a + b)
    u = sum(found[:n]) - n * (n + 1) / 2
    variance = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)))
    return log10_normal((u - n * m / 2) / math.sqrt(variance)) if variance > 0 else 0.0


def kolmogorov(a, b):
    """Is the shape different anywhere?"""
    a, b = sorted(a), sorted(b)
    i = j = 0
    most = 0.0
    while i < len(a) and j < len(b):
        value = min(a[i], b[j])
        while i < len(a) and a[i] == value:
            i += 1
        while j < len(b) and b[j] == value:
            j += 1
        most = max(most, abs(i / len(a) - j / len(b)))
    scaled = most * math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    if scaled < 0.3:
        return 0.0
    if scaled > 5:
        return (math.log(2) - 2 * scaled * scaled) / math.log(10)
    total = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return math.log10(min(max(total, 1e-300), 1.0))


def welch(a, b, crop):
    """Are the means different below the pooled percentile `crop`, where accidents of the machine are cut off?"""
    limit = sorted(a + b)[int(len(a + b) * crop) - 1]
    a, b = [value for value in a if value <= limit], [value for value in b if value <= limit]
    if len(a) < 10 or len(b) < 10:
        return 0.0
    spread = statistics.variance(a) / len(a) + statistics.variance(b) / len(b)
    return log10_normal((statistics.fmean(a) - statistics.fmean(b)) / math.sqrt(spread)) if spread > 0 else 0.0


TESTS = {
    "rank": mann_whitney,
    "shape": kolmogorov,
    "mean": lambda a, b: welch(a, b, 1.0),
    "mean90": lambda a, b: welch(a, b, 0.9),
}


def told_apart(a, b):
    """{test: log10 p}."""
    return {name: test(a, b) for name, test in TESTS.items()}


def effect(a, b):
    """By how much the median of a is above that of b, and half the width of its 95 % interval."""
    def error(values):
        values = sorted(values)
        n = len(values)
        half = 0.98 * math.sqrt(n)
        low, high = max(int(n / 2 - half), 0), min(int(n / 2 + half), n - 1)
        return (values[high] - values[low]) / 2
    return statistics.median(a) - statistics.median(b), math.hypot(error(a), error(b))
