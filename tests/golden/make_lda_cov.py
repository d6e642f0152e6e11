"""lda and ledoit_wolf: scikit-learn's LinearDiscriminantAnalysis and shrunk covariances."""
from golden import Golden, classes_of, f32, rows_positive, table

import numpy as np
from sklearn.covariance import ledoit_wolf, oas
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis as LDA
from sklearn.preprocessing import StandardScaler


def over_n(m, n, k):
    """Turns a fitted svd solution (within scatter over n - K) into that of scatter over n, in place."""
    a = n / (n - k)
    prior = np.log(m.priors_) if k > 2 else np.log(m.priors_[1:] / m.priors_[:1])
    m.coef_ = m.coef_ * a
    m.intercept_ = (m.intercept_ - prior) * a + prior
    m.scalings_ = m.scalings_ * np.sqrt(a)


def lda(topic, wanted):
    g = Golden(topic, """
        LinearDiscriminantAnalysis (1.2.1: svd divides the within scatter by n - K, lsqr and eigen by n: the solvers
        differ). Data: lda: iris (150), digits (first 200 rows, 64 columns, some constant); lda_cancer: cancer
        (scaled, rows 0, 4, 8 ...: 143). y: class numbers. Cases: svd;
        svd_n (svd with the within scatter over n, as scikit-learn does from 2026 on: what lsqr and eigen divide by, so
        proba is that of lsqr); svd_priors, lsqr_priors (priors = NAME.priors);
        lsqr, eigen (no shrinkage); lsqr_s03, eigen_s03 (shrinkage 0.3); lsqr_auto, eigen_auto (Ledoit-Wolf). .coef [1
        or K x d], .intercept, .proba [every 5th row x K], svd and eigen also .z (transform, every 5th row; sign rule:
        in each column of z over those rows the entry of largest magnitude is positive) and .ratio (explained variance
        ratio). digits has only svd, lsqr_auto, lsqr_s03, eigen_auto: without shrinkage its covariance is singular.""")
    sets = {}
    iris, label = table("tables", "iris.csv")
    sets["iris"] = (iris, classes_of(label)[0])
    bc, label = table("tables", "breast_cancer.csv")
    sets["cancer"] = (f32(StandardScaler().fit_transform(bc))[::4], classes_of(label)[0][::4])
    x, label = table("tables", "digits.csv")
    sets["digits"] = (x[:200], classes_of(label)[0][:200])
    for data, (x, y) in sets.items():
        if data not in wanted:
            continue
        k = len(set(y))
        priors = np.arange(1, k + 1) / np.sum(np.arange(1, k + 1))
        g.input(data + ".x", x)
        g.input(data + ".y", y)
        g.input(data + ".priors", priors)
        for case, kw in (("svd", {}), ("svd_n", {}), ("svd_priors", {"priors": priors}),
                         ("lsqr_priors", {"solver": "lsqr", "priors": priors}), ("lsqr", {"solver": "lsqr"}),
                         ("eigen", {"solver": "eigen"}), ("lsqr_s03", {"solver": "lsqr", "shrinkage": 0.3}),
                         ("eigen_s03", {"solver": "eigen", "shrinkage": 0.3}),
                         ("lsqr_auto", {"solver": "lsqr", "shrinkage": "auto"}),
                         ("eigen_auto", {"solver": "eigen", "shrinkage": "auto"})):
            if data == "digits" and case not in ("svd", "svd_n", "lsqr_auto", "lsqr_s03", "eigen_auto"):
                continue
            m = LDA(**kw).fit(x, y)
            if case == "svd_n":
                over_n(m, len(x), k)
                full = LDA(solver="lsqr").fit(x, y)
                if data != "digits" and not np.allclose(m.predict_proba(x), full.predict_proba(x), atol=1e-9):
                    raise SystemExit("lda %s: svd over n does not give the proba of lsqr" % data)
            name = "%s.%s." % (data, case)
            g.array(name + "coef", m.coef_, 1e-6, 1e-6)
            g.array(name + "intercept", m.intercept_, 1e-6, 1e-6)
            g.array(name + "proba", m.predict_proba(x)[::5], 1e-5, 1e-7)
            if not case.startswith("lsqr"):
                g.array(name + "z", rows_positive(m.transform(x)[::5].T).T, 1e-5, 1e-5)
                g.array(name + "ratio", m.explained_variance_ratio_, 1e-7, 1e-9)
    g.close()


def shrunk():
    g = Golden("ledoit_wolf", """
        sklearn.covariance.ledoit_wolf and oas. x is centred, covariances are divided by n. Data: tall (60 x 8), wide
        (10 x 25), one (30 x 1), far (50 x 5 with mean 100 and scales 1 to 1000). .lw.shrinkage, .lw.matrix,
        .oas.shrinkage, .oas.matrix; .lw0.* with assume_centered=True.""", seed=15)
    rng = np.random.default_rng(15)
    mix = rng.normal(size=(8, 8))
    sets = {"tall": rng.normal(size=(60, 8)) @ mix, "wide": rng.normal(size=(10, 25)), "one": rng.normal(size=(30, 1)),
            "far": 100 + rng.normal(size=(50, 5)) * np.logspace(0, 3, 5)}
    for data, x in sets.items():
        x = f32(x)
        g.input(data + ".x", x)
        for case, (c, s) in (("lw", ledoit_wolf(x)), ("lw0", ledoit_wolf(x, assume_centered=True)), ("oas", oas(x))):
            g.array("%s.%s.shrinkage" % (data, case), s, 1e-9, 1e-12)
            g.array("%s.%s.matrix" % (data, case), c, 1e-9, 1e-12 * np.max(np.abs(c)))
    g.close()


lda("lda", ("iris", "digits"))
lda("lda_cancer", ("cancer",))
shrunk()
