"""knn and isolation_forest: scikit-learn's KNeighbors* and IsolationForest."""
import csv

from golden import Golden, classes_of, f32, source, table

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor


def knn():
    g = Golden("knn", """
        KNeighborsClassifier and KNeighborsRegressor, brute force. Case kK.WEIGHTS.METRIC; .predict (class number),
        .proba. iris: train on even rows, ask odd rows (train.x, train.y, ask.x). Raw iris has many equal distances:
        where the k-th neighbour is not unique (ambiguous.kK.METRIC: 1) the choice is not defined; compare the other
        rows. cloud: 120 train and 40 asked rows of 5 gaussian columns, 4 classes, no ties; the first 3 asked rows are
        train rows (zero distance: with weights distance they take all the weight). diabetes: 200 train, 50 asked
        rows, regression.""", seed=16)
    rng = np.random.default_rng(16)
    iris, label = table("tables", "iris.csv")
    y = classes_of(label)[0]
    cloud = f32(rng.normal(size=(160, 5)))
    cy = rng.integers(0, 4, 120)
    cloud[120:123] = cloud[5:8]
    dx, dy = table("tables", "diabetes.csv")
    sets = {"iris": (iris[::2], y[::2], iris[1::2]), "cloud": (cloud[:120], cy, cloud[120:]),
            "diabetes": (dx[:200], dy[:200].astype(float), dx[200:250])}
    for data, (x, y, ask) in sets.items():
        g.input(data + ".train.x", x)
        g.input(data + ".train.y", y)
        g.input(data + ".ask.x", ask)
        for metric, p in (("euclidean", 2), ("manhattan", 1)):
            d = np.sort(np.sum(np.abs(ask[:, None] - x[None]) ** p, axis=2) ** (1 / p), axis=1)
            for k in (1, 5, 15):
                if data == "iris":
                    g.input("iris.ambiguous.k%d.%s" % (k, metric), d[:, k] - d[:, k - 1] < 1e-6)
                for weights in ("uniform", "distance"):
                    name = "%s.k%d.%s.%s." % (data, k, weights, metric)
                    kw = {"n_neighbors": k, "weights": weights, "metric": metric, "algorithm": "brute"}
                    if data == "diabetes":
                        g.array(name + "predict", KNeighborsRegressor(**kw).fit(x, y).predict(ask), 1e-6, 0)
                    else:
                        m = KNeighborsClassifier(**kw).fit(x, y)
                        g.array(name + "predict", m.predict(ask))
                        g.array(name + "proba", m.predict_proba(ask), 1e-5, 1e-6)
    g.close()


def anomalies(file):
    with open(source("anomalies", file), newline="") as f:
        rows = np.array([[float(v) for v in r] for r in list(csv.reader(f))[1:]])
    return rows[:, :-1], rows[:, -1].astype(int)


def forest():
    g = Golden("isolation_forest", """
        IsolationForest(100 trees, psi = min(256, n)) fitted on and scoring all rows; draws differ from ours, so
        statistics over 20 seeds are compared: .auroc.mean, .auroc.sd (ddof 1), .auroc (each seed), .score.mean [n]
        (mean over seeds of -score_samples, so higher is stranger), .score.sd [n] (between seeds, ddof 1). Compare the
        mean of our AUROC over m seeds within a few .auroc.sd * sqrt(1/m + 1/20), and our mean scores likewise row by
        row. ionosphere: ADBench, all 351 rows x 32. cardio: ADBench, of 1831 rows every 5th normal and every 3rd
        anomaly (see .rows) x 21. y: 1 = anomaly. c.n, c.value: average path length c(n), c(1) = 0, c(2) = 1.""",
               seed="0..19")
    g.note("tolerances of the means: 5 (AUROC) and 6 (scores) standard errors of a mean over 20 seeds")
    x, y = anomalies("cardio.csv")
    pick = np.sort(np.r_[np.flatnonzero(y == 0)[::5], np.flatnonzero(y == 1)[::3]])[:400]
    g.input("cardio.rows", pick)
    short = lambda v: f32(np.round(v, 5))  # noqa: E731  five decimals keep the file small
    sets = {"cardio": (short(x[pick]), y[pick])}
    x, y = anomalies("ionosphere.csv")
    sets["ionosphere"] = (short(x), y)
    for data, (x, y) in sets.items():
        g.input(data + ".x", x)
        g.input(data + ".y", y)
        s = np.array([-IsolationForest(random_state=i).fit(x).score_samples(x) for i in range(20)])
        auc = np.array([roc_auc_score(y, v) for v in s])
        sd = auc.std(ddof=1)
        g.array(data + ".auroc", auc)
        g.array(data + ".auroc.mean", auc.mean(), 0, 5 * sd / np.sqrt(20))
        g.array(data + ".auroc.sd", sd)
        g.array(data + ".score.mean", np.round(s.mean(axis=0), 7), 0, 6 * s.std(axis=0, ddof=1).max() / np.sqrt(20))
        g.array(data + ".score.sd", np.round(s.std(axis=0, ddof=1), 7))
    n = np.r_[1:17, 32, 64, 100, 128, 255, 256, 1000, 100000]
    g.input("c.n", n)
    g.array("c.value", _average_path_length(n), 1e-12, 0)
    g.close()


knn()
forest()
