"""partial_fit: scikit-learn's StandardScaler and GaussianNB, learning in parts."""
from golden import Golden, f32

import numpy as np
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

g = Golden("partial_fit", """
    x: 60 x 4 float32, columns of unlike size and one of mean 1e3; y: classes 0, 1, 2 in which 2 comes only from row 25
    on; w: weights. cut: the rows at which parts begin, and the end. scaler.*, weighted.*: StandardScaler after all
    parts, without and with weights; scaler.after1.* after the first part. nb.*, nbw.*: GaussianNB (smoothing of the
    last part alone: hence the tolerance), nb.after1.* after the first part, when class 2 has not been seen.""", seed=31)
rng = np.random.default_rng(31)
n = 60
y = np.where(np.arange(n) < 25, np.arange(n) % 2, np.arange(n) % 3)
x = f32(np.column_stack([rng.normal(size=n) + y, 1e3 + 0.1 * rng.normal(size=n), 5 * rng.normal(size=n) - y,
                         rng.integers(0, 7, n)]))
w = rng.uniform(0.1, 3, n)
cut = [0, 7, 25, 26, 60]
g.input("x", x)
g.input("y", y)
g.input("w", w)
g.input("cut", np.array(cut))


def parts(model, weights, **first):
    for i, (lo, hi) in enumerate(zip(cut[:-1], cut[1:])):
        args = (x[lo:hi], y[lo:hi]) if first else (x[lo:hi],)
        model.partial_fit(*args, sample_weight=None if weights is None else weights[lo:hi], **(first if i == 0 else {}))
        yield model


for name, weights in (("scaler", None), ("weighted", w)):
    for i, s in enumerate(parts(StandardScaler(), weights)):
        if i == 0 and weights is None:
            g.array("scaler.after1.mean", s.mean_, 1e-13, 0)
            g.array("scaler.after1.var", s.var_, 1e-11, 0)
    g.array(name + ".mean", s.mean_, 1e-13, 0)
    g.array(name + ".var", s.var_, 1e-10, 0)
    g.array(name + ".scale", s.scale_, 1e-10, 0)
    g.array(name + ".n", np.array([s.n_samples_seen_]), 1e-14, 0)
for name, weights in (("nb", None), ("nbw", w)):
    for i, m in enumerate(parts(GaussianNB(), weights, classes=[0, 1, 2])):
        if i == 0 and weights is None:
            with np.errstate(divide="ignore"):
                g.array("nb.after1.proba", m.predict_proba(x), 1e-6, 1e-12)
    g.array(name + ".count", m.class_count_, 1e-13, 0)
    g.array(name + ".prior", m.class_prior_, 1e-13, 0)
    g.array(name + ".theta", m.theta_, 1e-12, 1e-14)
    g.array(name + ".var", m.var_, 1e-6, 0)
    g.array(name + ".proba", m.predict_proba(x), 1e-5, 1e-12)
g.close()
