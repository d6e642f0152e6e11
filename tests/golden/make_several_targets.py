"""Several labels a row, several targets: metrics, estimators and cross-validation of scikit-learn on a small table."""
from golden import Golden, f32

import numpy as np
from sklearn import metrics as sk
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import KFold, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 77
EXACT = 1e-12
g = Golden("several_targets", """
    70 rows and 20 asked rows of 5 gaussian columns; labels: 4 labels a row (some rows have none, some all), numbers: 3
    targets, w: weights. score.y, score.pred, score.scores, score.w: truth, prediction and scores (with ties) of 40 rows of 5
    labels, the last of which no row has; score.t, score.p: 3 targets, the last constant. Metrics: plain and .w (weighted).
    Estimators: predict, proba, decision on the asked rows. rare: OneVsRest on labels of which one is in no row and one in
    all. cv: KFold(5), every fold's score of each metric.""", seed=SEED)
rng = np.random.default_rng(SEED)
x, ask = f32(rng.normal(size=(70, 5))), f32(rng.normal(size=(20, 5)))
mix = rng.normal(size=(5, 4))
labels = ((x @ mix + rng.normal(size=(70, 4))) > [0, 0.5, 1, -0.5]).astype(int)
labels[:3], labels[3:5] = 0, 1
numbers = f32(x @ rng.normal(size=(5, 3)) + [1, 100, -3] + 0.5 * rng.normal(size=(70, 3)))
w = rng.integers(1, 4, 70).astype(float)
for name, v in (("train.x", x), ("labels.y", labels), ("numbers.y", numbers), ("w", w), ("ask.x", ask)):
    g.input(name, v)

# ---- metrics
y = (rng.uniform(size=(40, 5)) < [0.6, 0.3, 0.5, 0.15, 0]).astype(int)
scores = f32(np.round(0.3 * y + rng.normal(0.4, 0.25, (40, 5)), 1))
pred = (scores > 0.5).astype(int)
y[:2], y[2:4, :4] = 0, 1
pred[1:3] = 0
sw = f32(np.round(rng.uniform(0.1, 3, 40), 2))
for name, v in (("y", y), ("pred", pred), ("scores", scores), ("w", sw)):
    g.input("score." + name, v)
for name, ww in (("m", None), ("m.w", sw)):
    for key, fn in (("accuracy", sk.accuracy_score), ("hamming_loss", sk.hamming_loss)):
        g.array("%s.%s" % (name, key), fn(y, pred, sample_weight=ww), EXACT, 1e-14)
    for key, fn in (("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score),
                    ("jaccard", sk.jaccard_score)):
        for average in ("macro", "micro", "weighted", "samples"):
            for zero in (0, 1):
                g.array("%s.%s.%s%s" % (name, key, average, ".one" if zero else ""),
                        fn(y, pred, average=average, zero_division=zero, sample_weight=ww), EXACT, 1e-14)
    for average in ("macro", "micro", "weighted", "samples"):
        g.array("%s.average_precision.%s" % (name, average),
                abs(sk.average_precision_score(y, scores, average=average, sample_weight=ww)), EXACT, 1e-14)
    some = np.flatnonzero((y[:, :4].sum(axis=1) > 0) & (y[:, :4].sum(axis=1) < 4))
    sww = None if ww is None else ww[some]
    for average in ("macro", "micro", "weighted", "samples"):  # undefined labels and rows are an error there
        g.array("%s.roc_auc.%s" % (name, average),
                sk.roc_auc_score(y[some, :4], scores[some, :4], average=average, sample_weight=sww), EXACT, 1e-14)
    for key, fn in (("label_ranking_average_precision", sk.label_ranking_average_precision_score),
                    ("coverage_error", sk.coverage_error), ("label_ranking_loss", sk.label_ranking_loss)):
        g.array("%s.%s" % (name, key), fn(y, scores, sample_weight=ww), EXACT, 1e-14)
g.input("score.defined", some)
t = f32(rng.normal(3, 2, (40, 3)) * [1, 10, 0])
p = f32(t + rng.normal(0.1, 0.8, (40, 3)))
g.input("score.t", t)
g.input("score.p", p)
for name, ww in (("n", None), ("n.w", sw)):
    for average in ("uniform_average", "variance_weighted"):
        g.array("%s.r2.%s" % (name, average), sk.r2_score(t, p, multioutput=average, sample_weight=ww), EXACT, 1e-13)
    g.array(name + ".mae", sk.mean_absolute_error(t, p, sample_weight=ww), EXACT)
    g.array(name + ".mse", sk.mean_squared_error(t, p, sample_weight=ww), EXACT)
    g.array(name + ".rmse", sk.mean_squared_error(t, p, sample_weight=ww, squared=False), EXACT)

# ---- estimators
lr = LogisticRegression(solver="newton-cg", tol=1e-10)
for name, one in (("ovr_lr", OneVsRestClassifier(lr)), ("ovr_nb", OneVsRestClassifier(GaussianNB())),
                  ("knn", KNeighborsClassifier(algorithm="brute")),
                  ("knn_distance", KNeighborsClassifier(4, weights="distance", algorithm="brute")),
                  ("dummy", DummyClassifier(strategy="prior"))):
    m = one.fit(x, labels)
    g.array(name + ".predict", m.predict(ask))
    proba = m.predict_proba(ask)
    g.array(name + ".proba", proba if isinstance(proba, np.ndarray) else np.column_stack([q[:, 1] for q in proba]),
            1e-5, 1e-7)
    if name == "ovr_lr":
        g.array(name + ".decision", m.decision_function(ask), 1e-5, 1e-6)
rare = labels.copy()
rare[:, 1], rare[:, 2] = 0, 1
g.input("rare.y", rare)
m = OneVsRestClassifier(lr).fit(x, rare)
g.array("rare.predict", m.predict(ask))
g.array("rare.proba", m.predict_proba(ask), 1e-5, 1e-7)
g.array("rare.decision", m.decision_function(ask), 1e-5, 1e-6)
for name, one in (("linear_regression", LinearRegression()), ("ridge", Ridge()),
                  ("knn_regressor", KNeighborsRegressor(algorithm="brute")),
                  ("knn_regressor_distance", KNeighborsRegressor(4, weights="distance", algorithm="brute"))):
    g.array(name + ".predict", one.fit(x, numbers).predict(ask), 1e-6, 1e-6)
    if name == "linear_regression":
        g.array(name + ".weighted.predict", one.fit(x, numbers, sample_weight=w).predict(ask), 1e-6, 1e-6)
for strategy, quantile in (("mean", None), ("median", None), ("quantile", 0.3)):
    one = DummyRegressor(strategy=strategy, quantile=quantile)
    g.array("dummy_%s.predict" % strategy, one.fit(x, numbers).predict(ask), 1e-12)
    g.array("dummy_%s.weighted.predict" % strategy, one.fit(x, numbers, sample_weight=w).predict(ask), 1e-12)

# ---- cross-validation
of_labels = ("accuracy", "f1_macro", "f1_samples", "jaccard_micro", "roc_auc", "average_precision")
for name, one in (("ovr", make_pipeline(StandardScaler(), OneVsRestClassifier(lr))),
                  ("knn", make_pipeline(StandardScaler(), KNeighborsClassifier(algorithm="brute")))):
    scoring = [s for s in of_labels if name == "ovr" or s not in ("roc_auc", "average_precision")]
    r = cross_validate(one, x, labels, cv=KFold(5), scoring=scoring)
    g.array("cv." + name, np.column_stack([r["test_" + s] for s in scoring]), 1e-9, 1e-9)
r = cross_validate(make_pipeline(StandardScaler(), Ridge()), x, numbers, cv=KFold(5),
                   scoring=("r2", "neg_mean_absolute_error", "neg_mean_squared_error"))
g.array("cv.ridge", np.column_stack([r["test_r2"], -r["test_neg_mean_absolute_error"],
                                     -r["test_neg_mean_squared_error"]]), 1e-6, 1e-8)
g.close()
