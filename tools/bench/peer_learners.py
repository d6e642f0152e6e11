"""The peer of bench_learners: peer_learners.py JOB, by scikit-learn. Seconds, best of five of the better of one thread
and all."""
import sys
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, OneClassSVM, SVC
from threadpoolctl import threadpool_limits

job = sys.argv[1]
rng = np.random.default_rng(1)


def rows(n, d, classes):
    y = np.arange(n) % classes
    x = rng.standard_normal((n, d)) + (np.arange(d)[None] % classes == y[:, None])
    return (x * (1 + 3 / (1 + np.arange(d)))).astype(np.float32), y


def curved(n, d):
    x = rng.standard_normal((n, d)).astype(np.float32)
    return x, (2 * x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.standard_normal(n) > 0).astype(int)


if job == "apply":
    x, y = rows(1000, 64, 2)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    works = [lambda: [model.predict_proba(x[i : i + 1]) for i in range(100)]]
elif job == "knn":
    x, y = rows(25000, 64, 10)
    works = [lambda: KNeighborsClassifier(algorithm="brute").fit(x[:20000], y[:20000]).predict(x[20000:])]
elif job == "pca":
    x, _ = rows(20000, 512, 10)
    works = [lambda: PCA(32).fit(x), lambda: PCA(32, svd_solver="full").fit(x)]
elif job == "roc":
    i = np.arange(1000000)
    truth = (i * 7 % 10 < 3).astype(int)
    noise = np.sin(i * 12.9898) * 43758.5453
    score = noise - np.floor(noise) + 0.3 * truth
    works = [lambda: roc_auc_score(truth, score)]
elif job == "svc":
    x, y = curved(20000, 64)
    works = [lambda: SVC().fit(x[:10000], y[:10000]).predict(x[10000:])]
elif job == "one_class":
    x, _ = curved(5000, 32)
    works = [lambda: OneClassSVM().fit(x)]
elif job == "svc_row":
    x, y = curved(1200, 64)
    model = SVC().fit(x, y)
    works = [lambda: [model.predict(x[i : i + 1]) for i in range(100)]]
elif job == "boosting":
    x, y = curved(100000, 64)
    works = [lambda: HistGradientBoostingClassifier(early_stopping=False).fit(x, y)]
elif job in ("logistic", "linear_svc"):
    x, y = curved(100000, 64)
    peer = LogisticRegression if job == "logistic" else lambda: LinearSVC(dual=False)
    works = [lambda: peer().fit(x, y)]
elif job in ("forest", "forest_rows", "forest_row", "extra_trees"):
    x, y = rows(25000, 64, 10)
    peer = ExtraTreesClassifier if job == "extra_trees" else RandomForestClassifier
    if job in ("forest", "extra_trees"):
        works = [lambda: peer(n_jobs=-1).fit(x[:20000], y[:20000])]
    else:
        model = peer(n_jobs=-1).fit(x[:20000], y[:20000])
        works = [lambda: model.predict(x[20000:])]
        if job == "forest_row":
            model.n_jobs = 1
            works = [lambda: [model.predict(x[i : i + 1]) for i in range(100)]]
elif job == "riemann":
    v = rng.standard_normal((500, 22, 100)) + rng.standard_normal((500, 1, 100))
    v *= (1 + np.arange(22) / 10)[None, :, None]
    v[np.arange(500), np.arange(500) % 22] *= 3
    matrices = v @ v.transpose(0, 2, 1) / 100

    def function(f, a):
        w, q = np.linalg.eigh(a)
        return (q * f(w)[..., None, :]) @ np.swapaxes(q, -1, -2)

    def mean():  # of the affine invariant metric, with pyRiemann's steps and its rule to stop
        m, nu, tau = matrices.mean(0), 1.0, np.inf
        for _ in range(50):
            root, inverse = function(np.sqrt, m), function(lambda w: 1 / np.sqrt(w), m)
            j = function(np.log, inverse @ matrices @ inverse).mean(0)
            m = root @ function(np.exp, nu * j) @ root
            size = np.linalg.norm(j)
            h = nu * size
            nu, tau = (0.95 * nu, h) if h < tau else (0.5 * nu, tau)
            if size <= 1e-8 or nu <= 1e-8:
                break
        return m

    works = [mean]
elif job in ("digits_svc", "grid"):
    x, y = load_digits(return_X_y=True)
    grid = {"C": [0.1, 1, 10, 100, 1000], "gamma": [0.001, 0.003, 0.01, 0.03, 0.1]}
    if job == "grid":
        model, folds = make_pipeline(StandardScaler(), GridSearchCV(SVC(), grid, cv=StratifiedKFold(5))), 5
    else:
        model, folds = make_pipeline(StandardScaler(), PCA(30), SVC()), 10
    works = [lambda: cross_val_score(model, x, y, cv=StratifiedKFold(folds))]
elif job == "digits":
    x, y = load_digits(return_X_y=True)
    works = [
        lambda: cross_val_score(make_pipeline(StandardScaler(), KNeighborsClassifier()), x, y, cv=StratifiedKFold(10))
    ]

best = 1e9
for threads in (1, None):
    with threadpool_limits(threads):
        for work in works:
            for _ in range(1 if job in ("grid", "forest", "extra_trees", "boosting") else 5):  # some minutes
                start = time.perf_counter()
                work()
                best = min(best, time.perf_counter() - start)
print("%.4f" % best if job not in ("apply", "svc_row", "forest_row") else "%.0f ns a row" % (best / 100 * 1e9))
