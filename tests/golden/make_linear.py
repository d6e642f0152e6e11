"""logistic_regression and ridge: scikit-learn's solvers, driven to the optimum, which is what is compared."""
from golden import Golden, classes_of, f32, table

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler


def digits_subset(count):
    x, label = table("tables", "digits.csv")
    y, _ = classes_of(label)
    return x[:count], y[:count]


def polish(m, x, y, c, weight, intercept):
    """Newton steps on C sum w loss + |coef|^2 / 2 from the fitted model m, in place: lbfgs stops at about 1e-5.
    The Hessian of the softmax has a null direction (a shift of all intercepts), hence the least-squares solve."""
    one = np.ones((len(x), 1)) if intercept else np.zeros((len(x), 0))
    a = np.hstack([x, one])
    k, d = len(m.coef_), a.shape[1]
    keep = np.r_[np.ones(x.shape[1]), np.zeros(one.shape[1])]
    theta = np.hstack([m.coef_, m.intercept_[:, None]])[:, :d]
    for _ in range(30):
        z = a @ theta.T
        p = 1 / (1 + np.exp(-z)) if k == 1 else np.exp(z - z.max(axis=1, keepdims=True))
        p = p if k == 1 else p / p.sum(axis=1, keepdims=True)
        t = (y[:, None] == m.classes_)[:, -k:]
        grad = ((p - t) * (c * weight)[:, None]).T @ a + theta * keep
        h = np.zeros((k, d, k, d))
        for i in range(k):
            for j in range(k):
                s = c * weight * p[:, i] * ((i == j) - p[:, j])
                h[i, :, j, :] = a.T @ (a * s[:, None])
            h[i, :, i, :] += np.diag(keep)
        if np.max(np.abs(grad)) < 1e-10:
            break
        theta = theta - np.linalg.lstsq(h.reshape(k * d, k * d), grad.ravel(), rcond=1e-13)[0].reshape(k, d)
    if not np.max(np.abs(grad)) < 1e-8:
        raise SystemExit("logistic: gradient %g is not zero" % np.max(np.abs(grad)))
    before = m.predict_proba(x)
    m.coef_ = theta[:, :x.shape[1]]
    m.intercept_ = theta[:, -1] - (theta[:, -1].mean() if k > 1 else 0) if intercept else np.zeros(k)
    if np.max(np.abs(before - m.predict_proba(x))) > 2e-3:
        raise SystemExit("logistic: the polished optimum is not scikit-learn's")


def logistic():
    g = Golden("logistic_regression", """
        LogisticRegression(penalty l2): C sum w_i loss_i + |coef|^2 / 2, intercept free; one vector for 2 classes (of
        class 1), softmax with a vector a class above. lbfgs at tol 1e-8, then Newton steps until the gradient is
        below 1e-8: these are optima. Data: cancer (569 rows scaled; rows 0, 4, 8 ... = 143 rows are used), iris (raw,
        150), digits (first 200 rows / 16). y: class numbers in sorted order of names. w: sample weights of the
        `weighted` cases. NAME.coef [1 or K x d], .intercept [K], .proba [n x K] (every 5th row of x for cancer and
        iris, every 10th for digits). Cases: c01, c1, c10 (C), nofit (C 1, fit_intercept False), balanced
        (class_weight; iris is fitted on rows iris.balanced.rows, so that classes differ in size), weighted. The
        multinomial intercepts sum to zero, as do the coefs over the classes.""", seed=13)
    rng = np.random.default_rng(13)
    bc, label = table("tables", "breast_cancer.csv")
    sets = {"cancer": (f32(StandardScaler().fit_transform(bc))[::4], classes_of(label)[0][::4])}
    iris, label = table("tables", "iris.csv")
    sets["iris"] = (iris, classes_of(label)[0])
    x, y = digits_subset(200)
    sets["digits"] = (x / 16, y)
    for data, (x, y) in sets.items():
        w = rng.uniform(0.1, 3, len(x))
        if data == "iris":
            keep = np.r_[0:50, 50:80, 100:110]  # unequal classes for balanced
            g.input("iris.balanced.rows", keep)
        g.input(data + ".x", x)
        g.input(data + ".y", y)
        g.input(data + ".w", w)
        every = 10 if data == "digits" else 5
        for case, kw in (("c01", {"C": 0.1}), ("c1", {}), ("c10", {"C": 10}), ("nofit", {"fit_intercept": False}),
                         ("balanced", {"class_weight": "balanced"}), ("weighted", {})):
            if data == "digits" and case in ("c10", "nofit", "weighted"):
                continue
            xs, ys = (x[keep], y[keep]) if (data, case) == ("iris", "balanced") else (x, y)
            sw = w if case == "weighted" else None
            m = LogisticRegression(tol=1e-8, max_iter=100000, **kw).fit(xs, ys, sample_weight=sw)
            wg = sw if sw is not None else np.ones(len(xs))
            if case == "balanced":
                wg = len(ys) / (len(set(ys)) * np.bincount(ys)[ys])
            polish(m, xs, ys, kw.get("C", 1.0), wg, case != "nofit")
            name = "%s.%s." % (data, case)
            g.array(name + "coef", m.coef_, 1e-4, 1e-5)
            g.array(name + "intercept", m.intercept_, 1e-4, 1e-4)
            g.array(name + "proba", m.predict_proba(x)[::every], 1e-4, 1e-6)
    g.close()


def ridge():
    g = Golden("ridge", """
        Ridge: |y - X w - b|^2 + alpha |w|^2, b free. diabetes, all 442 rows (features as scikit-learn scales them,
        float32). Cases: a01, a1, a10 (alpha), noint (alpha 1, fit_intercept False), weighted (alpha 1, weights w),
        wide (20 rows x 50 gaussian features, alpha 0.5), two (two targets, alpha 1). .coef [targets x d], .intercept,
        .predict (first 20 rows), .r2.""",
               seed=14)
    rng = np.random.default_rng(14)
    x, y = table("tables", "diabetes.csv")
    y = y.astype(float)
    w = rng.uniform(0.1, 3, len(x))
    g.input("x", x)
    g.input("y", y)
    g.input("w", w)
    xw = f32(rng.normal(size=(20, 50)))
    yw = xw[:, 0] * 2 + rng.normal(size=20)
    g.input("wide.x", xw)
    g.input("wide.y", yw)
    y2 = np.column_stack([y, x[:, 2] * 3 - x[:, 4] + 0.5])
    g.input("two.y", y2)
    for case, alpha, kw in (("a01", 0.1, {}), ("a1", 1, {}), ("a10", 10, {}), ("noint", 1, {"fit_intercept": False}),
                            ("weighted", 1, {}), ("wide", 0.5, {}), ("two", 1, {})):
        xs, ys = (xw, yw) if case == "wide" else (x, y2 if case == "two" else y)
        m = Ridge(alpha=alpha, solver="svd" if case in ("wide", "noint") else "cholesky", **kw)
        m.fit(xs, ys, sample_weight=w if case == "weighted" else None)
        g.array(case + ".coef", np.atleast_2d(m.coef_), 1e-8, 1e-9)
        g.array(case + ".intercept", np.atleast_1d(m.intercept_), 1e-9, 1e-9)
        g.array(case + ".predict", m.predict(xs[:20]), 1e-6, 1e-6)
        g.array(case + ".r2", m.score(xs, ys), 1e-8, 1e-9)
    g.close()


logistic()
ridge()
