"""The peer of bench_learners: peer_learners.py JOB, by scikit-learn. Seconds, best of five of the better of one thread
and all."""
import sys
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

job = sys.argv[1]
rng = np.random.default_rng(1)


def rows(n, d, classes):
    y = np.arange(n) % classes
    x = rng.standard_normal((n, d)) + (np.arange(d)[None] % classes == y[:, None])
    return (x * (1 + 3 / (1 + np.arange(d)))).astype(np.float32), y


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
elif job == "digits":
    x, y = load_digits(return_X_y=True)
    works = [
        lambda: cross_val_score(make_pipeline(StandardScaler(), KNeighborsClassifier()), x, y, cv=StratifiedKFold(10))
    ]

best = 1e9
for threads in (1, None):
    with threadpool_limits(threads):
        for work in works:
            for _ in range(5):
                start = time.perf_counter()
                work()
                best = min(best, time.perf_counter() - start)
print("%.3f" % best if job != "apply" else "%.0f ns a row" % (best / 100 * 1e9))
