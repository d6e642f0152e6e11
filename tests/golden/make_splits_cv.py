"""splits: fold numbers of scikit-learn's splitters. cv: cross-validated scores on those folds."""
from golden import Golden, classes_of, table

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (GroupKFold, KFold, LeaveOneGroupOut, PredefinedSplit, StratifiedGroupKFold,
                                     StratifiedKFold, TimeSeriesSplit, cross_val_score)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def folds(splitter, n, y=None, groups=None):
    """Number of the test fold of each row, -1 where a row is never tested."""
    out = np.full(n, -1)
    for i, (_, test) in enumerate(splitter.split(np.zeros((n, 1)), y, groups)):
        if np.any(out[test] >= 0):
            raise SystemExit("splits: a row is tested twice")
        out[test] = i
    return out


def splits():
    g = Golden("splits", """
        Each array named *.fold*: number of the test fold of each row (-1: never tested). No shuffling anywhere.
        kfold.nN.kK. Label vectors y.A: a = the example of our notes, b = random of 4 unequal classes, c = sorted, d =
        alternating with a first class that is not the smallest number. stratified.A.kK (K at most the size of the
        smallest class). Group vectors g.A (rows as in y.A for the stratified ones): a = the example of our notes, b =
        25 groups of unequal sizes, all different, c = 6 groups with equal sizes (a tie: sklearn gives later groups
        first). group.A.kK; logo.A (folds in ascending order of group number); strat_group.A.kK; predefined.in,
        predefined.fold. time.CASE: one row a split of TimeSeriesSplit over 23 rows: first and last training row, first
        and last test row.""", seed=22)
    rng = np.random.default_rng(22)
    for n, k in ((10, 3), (7, 7), (23, 5), (100, 10)):
        g.array("kfold.n%d.k%d.fold" % (n, k), folds(KFold(k), n))
    y = {"a": np.array([1, 1, 0, 0, 0, 2, 1, 0, 2, 2, 1]),
         "b": rng.choice(4, 97, p=[0.5, 0.3, 0.15, 0.05]),
         "c": np.repeat([0, 1, 2], [13, 8, 21]),
         "d": np.array([7, 3, 5] * 9 + [3, 3, 7, 3])}
    for name, v in y.items():
        g.input("y." + name, v)
        for k in (2, 3, 5):
            if k <= np.min(np.unique(v, return_counts=True)[1]):
                g.array("stratified.%s.k%d.fold" % (name, k), folds(StratifiedKFold(k), len(v), v))
    for name, kw in (("plain", {}), ("three", {"n_splits": 3}), ("gap", {"n_splits": 3, "gap": 2}),
                     ("short", {"n_splits": 4, "max_train_size": 5}), ("size", {"n_splits": 3, "test_size": 2}),
                     ("all", {"n_splits": 2, "gap": 3, "test_size": 4, "max_train_size": 6})):
        g.array("time." + name, np.array([[a[0], a[-1], b[0], b[-1]]
                                          for a, b in TimeSeriesSplit(**kw).split(np.zeros((23, 1)))]))
    sizes = rng.permutation(np.arange(1, 26))
    groups = {"a": np.array([0, 0, 1, 1, 1, 2, 3, 3, 3, 3, 4]),
              "b": rng.permutation(np.repeat(np.arange(25) * 3 + 2, sizes)),
              "c": rng.permutation(np.repeat(np.arange(6), 7))}
    for name, v in groups.items():
        g.input("g." + name, v)
        for k in (2, 3, 5):
            g.array("group.%s.k%d.fold" % (name, k), folds(GroupKFold(k), len(v), groups=v))
        g.array("logo.%s.fold" % name, folds(LeaveOneGroupOut(), len(v), groups=v))
    for name, n_groups, n, share in (("d", 12, 90, None), ("e", 30, 150, [0.7, 0.2, 0.1]), ("f", 10, 60, [0.5, 0.5])):
        gr = rng.integers(0, n_groups, n)
        yy = rng.choice(3 if share is None else len(share), n, p=share)
        if name == "f":
            yy = gr % 2  # label follows from the group
        g.input("strat_group.%s.y" % name, yy)
        g.input("strat_group.%s.g" % name, gr)
        for k in (2, 3, 5):
            if k <= np.min(np.unique(yy, return_counts=True)[1]):
                g.array("strat_group.%s.k%d.fold" % (name, k), folds(StratifiedGroupKFold(k), n, yy, gr))
    pre = np.array([2, -1, 0, 5, 0, 2, 5, -1, 0])
    g.input("predefined.in", pre)
    g.array("predefined.fold", folds(PredefinedSplit(pre), len(pre)))
    g.close()


def cv():
    g = Golden("cv", """
        Scores per fold, one row a fold. Features rounded to float32 as our rows are. NAME.fold: test fold of each
        row. iris, digits: StratifiedKFold(5) without shuffling; diabetes: KFold(5). Accuracy and r2. lr:
        StandardScaler + LogisticRegression (C 1, tol 1e-8, max_iter 5000); knn: KNeighborsClassifier(5) on raw
        columns; scaler_knn: the same after StandardScaler; lda: LinearDiscriminantAnalysis (svd); lda_lsqr_auto:
        Ledoit-Wolf. Tolerance: 0.001 of accuracy for lr and lda; knn may meet equal distances, one row of a fold
        either way.""")
    lr = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8, max_iter=5000))
    models = {"lr": lr, "knn": KNeighborsClassifier(5),
              "scaler_knn": make_pipeline(StandardScaler(), KNeighborsClassifier(5)),
              "lda": LinearDiscriminantAnalysis(),
              "lda_lsqr_auto": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")}
    for data in ("iris", "digits"):
        x, label = table("tables", data + ".csv")
        y = classes_of(label)[0]
        fold = folds(StratifiedKFold(5), len(x), y)
        g.input(data + ".fold", fold)
        for name, m in models.items():
            v = cross_val_score(m, x, y, cv=PredefinedSplit(fold))
            atol = 1e-3 if "knn" not in name else 1.01 * 5 / len(x)
            g.array("%s.%s" % (data, name), v, 0, atol)
            g.array("%s.%s.mean" % (data, name), v.mean(), 0, 1e-3)
    x, y = table("tables", "diabetes.csv")
    y = y.astype(float)
    fold = folds(KFold(5), len(x))
    g.input("diabetes.fold", fold)
    for name, m in (("ridge", Ridge(1.0)), ("scaler_ridge", make_pipeline(StandardScaler(), Ridge(1.0)))):
        v = cross_val_score(m, x, y, cv=PredefinedSplit(fold))
        g.array("diabetes." + name, v, 1e-6, 1e-6)
        g.array("diabetes.%s.mean" % name, v.mean(), 1e-6, 1e-6)
    g.close()


splits()
cv()
