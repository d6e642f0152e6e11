"""metrics_more: the further metrics of sklearn.metrics, on few rows with ties, weights and zeros."""
from golden import Golden, f32

import numpy as np
from sklearn import metrics as sk

EXACT = 1e-12


def of_classes(g, name, t, p, k, w):
    for beta in (0.5, 2):
        for average in (("binary",) if k == 2 else ()) + ("macro", "weighted", "micro"):
            g.array("%s.fbeta.%g.%s" % (name, beta, average),
                    sk.fbeta_score(t, p, beta=beta, average=average, sample_weight=w), EXACT)
    m = sk.multilabel_confusion_matrix(t, p, labels=range(k), sample_weight=w)
    tn, fp = m[:, 0, 0], m[:, 0, 1]
    g.array(name + ".specificity.class", tn / (tn + fp), EXACT)
    g.array(name + ".specificity.micro", tn.sum() / (tn + fp).sum(), EXACT)
    g.array(name + ".recall.class", sk.recall_score(t, p, average=None, labels=range(k), sample_weight=w), EXACT)
    g.array(name + ".zero_one", sk.zero_one_loss(t, p, sample_weight=w), EXACT)
    g.array(name + ".balanced_adjusted", sk.balanced_accuracy_score(t, p, adjusted=True, sample_weight=w), EXACT)


def of_numbers(g, name, t, p, w):
    for key, fn in (("mape", sk.mean_absolute_percentage_error), ("explained_variance", sk.explained_variance_score),
                    ("msle", sk.mean_squared_log_error), ("poisson", sk.mean_poisson_deviance),
                    ("gamma", sk.mean_gamma_deviance), ("d2_absolute", sk.d2_absolute_error_score)):
        g.array("%s.%s" % (name, key), fn(t, p, sample_weight=w), EXACT)
    g.array(name + ".rmsle", np.sqrt(sk.mean_squared_log_error(t, p, sample_weight=w)), EXACT)
    for power in (-1, 0, 1, 1.5, 2, 3):
        g.array("%s.tweedie.%s" % (name, "minus1" if power < 0 else "%g" % power), sk.mean_tweedie_deviance(t, p, power=power, sample_weight=w), 1e-11)
        if power >= 0:
            g.array("%s.d2_tweedie.%g" % (name, power), sk.d2_tweedie_score(t, p, power=power, sample_weight=w), 1e-11)
    for alpha in (0.1, 0.5, 0.9):
        g.array("%s.pinball.%g" % (name, alpha), sk.mean_pinball_loss(t, p, alpha=alpha, sample_weight=w), EXACT)
        g.array("%s.d2_pinball.%g" % (name, alpha), sk.d2_pinball_score(t, p, alpha=alpha, sample_weight=w), EXACT)


def main():
    g = Golden("metrics_more", """
        Inputs: bin.t, bin.p, bin.d (decision); multi.t, multi.p, multi.s (scores with ties); labels.t, labels.s;
        num.t, num.p (above 0); weights of each. *.w.*: weighted. specificity from multilabel_confusion_matrix, class by
        class and pooled; recall.class: average=None; rmsle: the root of mean_squared_log_error; median.w: of rows
        repeated by whole weights num.whole. hinge: hinge_loss of decisions.""", seed=31)
    rng = np.random.default_rng(31)
    n = 40
    t = (rng.uniform(size=n) < 0.4).astype(int)
    d = f32(np.round(rng.normal(size=n) + t - 0.5, 1))
    p, w = (d > 0).astype(int), f32(np.round(rng.uniform(0, 3, n), 2))
    t3 = rng.integers(0, 4, n)
    s3 = f32(np.round(rng.normal(size=(n, 4)) + np.eye(4)[t3], 1))
    p3 = s3.argmax(axis=1)
    labels = (rng.uniform(size=(n, 5)) < 0.4).astype(int)
    scores = f32(np.round(rng.normal(size=(n, 5)) + labels, 1))
    rt = f32(np.round(np.exp(rng.normal(size=n)), 2) + 0.01)
    rp = f32(rt * np.exp(rng.normal(0, 0.4, n)))
    whole = rng.integers(0, 4, n)
    for key, v in (("bin.t", t), ("bin.p", p), ("bin.d", d), ("multi.t", t3), ("multi.p", p3), ("multi.s", s3),
                   ("labels.t", labels), ("labels.s", scores), ("num.t", rt), ("num.p", rp), ("weights", w),
                   ("num.whole", whole)):
        g.input(key, v)
    for suffix, ww in (("", None), (".w", w)):
        of_classes(g, "bin" + suffix, t, p, 2, ww)
        of_classes(g, "multi" + suffix, t3, p3, 4, ww)
        g.array("bin%s.hinge" % suffix, sk.hinge_loss(t, d, sample_weight=ww), EXACT)
        g.array("multi%s.hinge" % suffix, sk.hinge_loss(t3, s3, sample_weight=ww), EXACT)
        for k in (1, 2, 3):
            g.array("multi%s.top%d" % (suffix, k), sk.top_k_accuracy_score(t3, s3, k=k, sample_weight=ww), EXACT)
        for ties in (False, True):
            for k in (None, 2):
                for fn, key in ((sk.dcg_score, "dcg"), (sk.ndcg_score, "ndcg")):
                    g.array("labels%s.%s.%d.%d" % (suffix, key, k or 0, ties),
                            fn(labels, scores, k=k, ignore_ties=ties, sample_weight=ww), EXACT)
        of_numbers(g, "num" + suffix, rt, rp, ww)
    g.array("num.median", sk.median_absolute_error(rt, rp), EXACT)
    g.array("num.w.median", sk.median_absolute_error(np.repeat(rt, whole), np.repeat(rp, whole)), EXACT)
    g.array("num.max", sk.max_error(rt, rp), EXACT)
    g.close()


main()
