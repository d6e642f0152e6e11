"""compare: paired tests by scipy.stats, and by their formulas where scipy has none."""
import itertools

from golden import Golden, f32

import numpy as np
from scipy import stats


def corrected_t(d, share):
    """Nadeau and Bengio 2003, equation of the corrected resampled t."""
    t = d.mean() / np.sqrt((1 / len(d) + share) * d.var(ddof=1))
    return t, 2 * stats.t.sf(abs(t), len(d) - 1), d.mean() / d.std(ddof=1)


def main():
    g = Golden("compare", """
        Scores a, b of ten folds; long.a, long.b of 70; ties.a, ties.b with equal distances and equal pairs. t.*: statistic,
        p, effect of the corrected resampled t (test share 1/9); interval: stats.t.interval with the corrected scale;
        wilcoxon: scipy.stats.wilcoxon (exact, approx for long), statistic and p; ties: p by turning all signs. mcnemar.small:
        binomtest, mcnemar.large: chi-squared with continuity correction. flips: all signs of ten differences, one-sided.
        stouffer: scipy.stats.combine_pvalues. chance: the smallest k / n with binom.sf(k - 1) <= alpha.""", seed=41)
    rng = np.random.default_rng(41)
    a = f32(rng.normal(0.8, 0.05, 10))
    b = f32(a - rng.normal(0.02, 0.03, 10))
    la, lb = f32(rng.normal(0.8, 0.05, 70)), f32(rng.normal(0.79, 0.05, 70))
    ta = np.array([5, 3, 4, 4, 2, 7, 6, 1, 3, 5.0])
    tb = np.array([4, 4, 4, 2, 3, 5, 5, 1, 1, 2.0])
    for key, v in (("a", a), ("b", b), ("long.a", la), ("long.b", lb), ("ties.a", ta), ("ties.b", tb)):
        g.input(key, v)
    g.array("t", corrected_t(a - b, 1 / 9), 1e-10)
    scale = np.sqrt((1 / 10 + 1 / 9) * a.var(ddof=1))
    g.array("interval", stats.t.interval(0.95, 9, loc=a.mean(), scale=scale), 1e-10)
    g.array("wilcoxon", stats.wilcoxon(a, b, mode="exact"), 1e-12)
    g.array("long.wilcoxon", stats.wilcoxon(la, lb, mode="approx"), 1e-10)
    d = (ta - tb)[ta != tb]
    r = stats.rankdata(abs(d))
    low = min(r[d > 0].sum(), r[d < 0].sum())
    sums = np.array([np.dot(s, r) for s in itertools.product((0, 1), repeat=len(r))])
    g.array("ties.wilcoxon", (low, min(1, 2 * np.mean(sums <= low))), 1e-12)
    g.array("mcnemar.small", stats.binomtest(3, 14).pvalue, 1e-12)
    chi = (abs(31 - 14) - 1) ** 2 / 45
    g.array("mcnemar.large", (chi, stats.chi2.sf(chi, 1)), 1e-11)
    signs = np.array(list(itertools.product((1, -1), repeat=10)))
    sums = signs @ (a - b)
    g.array("flips", (np.mean(a - b), np.mean(sums >= (a - b).sum() - 1e-12), np.mean(a - b) / np.std(a - b)), 1e-10)
    p, w = [0.03, 0.2, 0.6], np.sqrt([10, 25, 4])
    g.array("stouffer", (stats.combine_pvalues(p, "stouffer")[1], stats.combine_pvalues(p, "stouffer", w)[1]), 1e-10)
    level = [min(k for k in range(n + 1) if stats.binom.sf(k - 1, n, q) <= alpha) / n
             for n, q, alpha in ((40, 0.5, 0.05), (45, 0.5, 0.01), (160, 0.75, 0.05))]
    g.array("chance", level, 1e-12)
    g.close()


main()
