"""metrics: sklearn.metrics on small score vectors with ties, three classes and sample weights."""
from golden import Golden, f32

import numpy as np
from sklearn import metrics as sk

EXACT = 1e-12


def classification(g, name, t, p, k, w=None):
    """Everything that needs true and predicted classes only."""
    for key, fn in (("accuracy", sk.accuracy_score), ("balanced_accuracy", sk.balanced_accuracy_score),
                    ("mcc", sk.matthews_corrcoef), ("kappa", sk.cohen_kappa_score)):
        g.array("%s.%s" % (name, key), fn(t, p, sample_weight=w), EXACT, 1e-14)
    for average in (("binary",) if k == 2 else ()) + ("macro", "weighted", "micro"):
        prf = sk.precision_recall_fscore_support(t, p, average=average, zero_division=0, sample_weight=w)[:3]
        for key, v in zip(("precision", "recall", "f1"), prf):
            g.array("%s.%s.%s" % (name, key, average), v, EXACT, 1e-14)
    prf = np.array(sk.precision_recall_fscore_support(t, p, labels=range(k), zero_division=0, sample_weight=w)[:3])
    g.array(name + ".per_class", prf.T, EXACT, 1e-14)
    for norm in (None, "true", "pred", "all"):
        c = sk.confusion_matrix(t, p, labels=range(k), normalize=norm, sample_weight=w)
        g.array("%s.confusion.%s" % (name, norm or "count"), c, EXACT, 1e-14)


def binary_scores(g, name, t, s, w=None):
    g.array(name + ".roc_auc", sk.roc_auc_score(t, s, sample_weight=w), EXACT)
    g.array(name + ".average_precision", sk.average_precision_score(t, s, sample_weight=w), EXACT)
    for drop in (True, False):
        fpr, tpr, at = sk.roc_curve(t, s, sample_weight=w, drop_intermediate=drop)
        at[0] = np.inf  # later versions say inf where 1.2.1 says max + 1; ours follows the later
        g.array("%s.roc.%s" % (name, "thin" if drop else "full"), np.column_stack([fpr, tpr, at]), EXACT, 1e-14)
    precision, recall, at = sk.precision_recall_curve(t, s, sample_weight=w)
    g.array(name + ".pr", np.column_stack([precision, recall, np.r_[at, np.nan]]), EXACT, 1e-14)


def main():
    g = Golden("metrics", """
        Inputs: bin.t (0/1), bin.s (scores in [0, 1], many ties), bin.p (s >= 0.5), bin.weights; multi.t (0..2),
        multi.proba (sums to 1), multi.p argmax, multi.weights; reg.t, reg.p, reg.weights. Names: bin.*, multi.* plain,
        bin.w.* multi.w.* reg.w.* weighted. precision, recall, f1 with .binary (class 1), .macro, .weighted, .micro;
        per_class: rows classes, columns P, R, F1. confusion.count / .true / .pred / .all: rows true, columns
        predicted. roc.thin / .full: columns fpr, tpr, threshold (first threshold inf; thin drops points on a line);
        pr: columns precision, recall, threshold (last nan: the point 1, 0). log_loss clips at machine epsilon and
        renormalises rows. note.*: the worked example of our notes (AUC .77778, AP .73333). gap.*: labels 0..3 asked
        for, class 3 never true nor predicted, class 2 never predicted (zero division gives 0).""", seed=21)
    rng = np.random.default_rng(21)
    n = 80
    t = (rng.uniform(size=n) < 0.4).astype(int)
    s = f32(np.clip(np.round(0.25 * t + rng.normal(0.4, 0.22, n), 1), 0, 1))
    w = f32(np.round(rng.uniform(0.1, 3, n), 3))
    w[:3] = 0
    p = (s >= 0.5).astype(int)
    for key, v in (("t", t), ("s", s), ("p", p)):
        g.input("bin." + key, v)
    g.input("bin.weights", w)
    proba2 = np.column_stack([1 - s, s])
    for name, ww in (("bin", None), ("bin.w", w)):
        classification(g, name, t, p, 2, ww)
        binary_scores(g, name, t, s, ww)
        g.array(name + ".log_loss", sk.log_loss(t, proba2, sample_weight=ww), 1e-12)
        g.array(name + ".brier", sk.brier_score_loss(t, s, sample_weight=ww), EXACT)
    t3 = rng.integers(0, 3, 60)
    t3[:12] = 1
    raw = rng.normal(size=(60, 3)) + 1.1 * np.eye(3)[t3]
    proba = np.round(np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True), 3)
    proba[:, 2] = 1 - proba[:, 0] - proba[:, 1]
    proba = f32(proba)
    p3 = proba.argmax(axis=1)
    w3 = f32(np.round(rng.uniform(0.1, 3, 60), 3))
    for key, v in (("t", t3), ("p", p3), ("proba", proba), ("weights", w3)):
        g.input("multi." + key, v)
    for name, ww in (("multi", None), ("multi.w", w3)):
        classification(g, name, t3, p3, 3, ww)
        g.array(name + ".log_loss", sk.log_loss(t3, proba, sample_weight=ww), 1e-12)
        for average in ("macro", "weighted"):
            g.array("%s.roc_auc.ovr.%s" % (name, average),
                    sk.roc_auc_score(t3, proba, multi_class="ovr", average=average, sample_weight=ww), EXACT)
            if ww is None:
                g.array("%s.roc_auc.ovo.%s" % (name, average),
                        sk.roc_auc_score(t3, proba, multi_class="ovo", average=average), EXACT)
        g.array(name + ".average_precision.macro", sk.average_precision_score(np.eye(3)[t3], proba, sample_weight=ww),
                EXACT)
    gt, gp = np.array([0, 0, 1, 1, 2, 2, 0, 1]), np.array([0, 1, 1, 1, 0, 1, 0, 0])
    g.input("gap.t", gt)
    g.input("gap.p", gp)
    prf = sk.precision_recall_fscore_support(gt, gp, labels=range(4), zero_division=0)[:3]
    g.array("gap.per_class", np.array(prf).T, EXACT)
    g.array("gap.confusion.count", sk.confusion_matrix(gt, gp, labels=range(4)))
    g.array("gap.confusion.true", sk.confusion_matrix(gt, gp, labels=range(4), normalize="true"), EXACT)
    for average in ("macro", "weighted", "micro"):
        g.array("gap.f1." + average, sk.f1_score(gt, gp, average=average, zero_division=0), EXACT)
    g.array("gap.balanced_accuracy", sk.balanced_accuracy_score(gt, gp), EXACT)
    nt, ns = np.array([0, 0, 1, 1, 0, 1]), f32([.1, .4, .4, .8, .4, .4])
    g.input("note.t", nt)
    g.input("note.s", ns)
    binary_scores(g, "note", nt, ns)
    rt = f32(rng.normal(3, 2, 50))
    rp = f32(rt + rng.normal(0.1, 0.8, 50))
    rw = f32(rng.uniform(0.1, 3, 50))
    for key, v in (("t", rt), ("p", rp), ("weights", rw)):
        g.input("reg." + key, v)
    for name, ww in (("reg", None), ("reg.w", rw)):
        g.array(name + ".r2", sk.r2_score(rt, rp, sample_weight=ww), EXACT)
        g.array(name + ".mae", sk.mean_absolute_error(rt, rp, sample_weight=ww), EXACT)
        mse = sk.mean_squared_error(rt, rp, sample_weight=ww)
        g.array(name + ".mse", mse, EXACT)
        g.array(name + ".rmse", np.sqrt(mse), EXACT)
    g.close()


main()
