"""standard_scaler and pca: scikit-learn's StandardScaler and PCA."""
from golden import Golden, f32, rows_positive, table

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler


def scaler():
    g = Golden("standard_scaler", """
        StandardScaler: var is divided by n (by the sum of weights); scale 1 for a constant column. `hard`: 40 x 6
        float32: gaussian, mean 1e4 with sd 0.01, scale 1e-6 (volts), constant 3.1, constant 0, integers.
        NAME.mean/.scale/.var: 1 row a column of x. NAME.z: transformed rows, .back: inverse of z. w: weights for the
        `hard.weighted` case; plain.* has both flags on, nomean: with_mean False, nostd: with_std False.""",
               seed=11)
    rng = np.random.default_rng(11)
    n = 40
    hard = f32(np.column_stack([rng.normal(size=n), 1e4 + 0.01 * rng.normal(size=n), 1e-6 * rng.normal(size=n) + 3e-6,
                                np.full(n, 3.1), np.zeros(n), rng.integers(0, 5, n)]))
    w = rng.uniform(0.1, 3, n)
    iris, _ = table("tables", "iris.csv")
    g.input("hard.x", hard)
    g.input("hard.w", w)
    g.input("iris.x", iris)
    for data, x in (("hard", hard), ("iris", iris)):
        for case, kw, weights in (("plain", {}, None), ("nomean", {"with_mean": False}, None),
                                  ("nostd", {"with_std": False}, None),
                                  ("weighted", {}, w if data == "hard" else None)):
            if case == "weighted" and weights is None:
                continue
            s = StandardScaler(**kw).fit(x, sample_weight=weights)
            name = "%s.%s." % (data, case)
            if s.mean_ is not None:
                g.array(name + "mean", s.mean_, 1e-12, 0)
            if s.scale_ is not None:
                g.array(name + "scale", s.scale_, 1e-9, 0)
                g.array(name + "var", s.var_, 1e-8, 1e-30)
            z = s.transform(x)
            g.array(name + "z", z, 2e-6, 2e-6)
            if case == "plain":
                g.array(name + "back", s.inverse_transform(z), 2e-6, 2e-6)
    g.close()


def pca():
    g = Golden("pca", """
        PCA(svd_solver="full"). Sign rule: in each row of components the entry of largest magnitude is positive;
        columns of the transformed rows are flipped along. breast_cancer is z-scored by StandardScaler, then rounded
        to float32 (70 rows, 30 columns); iris as it is; wide: 12 x 20 gaussian (fewer rows than columns). Cases: all
        (n_components None), two (2), share (0.95: smallest count whose cumulated ratio exceeds 0.95), white (2,
        whiten). wide.all: only its first 11 components are determined (n - 1), and they are what is stored.
        components, mean, variance, ratio, singular, noise (mean variance left over), z (transformed),
        back (inverse).""",
               seed=12)
    rng = np.random.default_rng(12)
    iris, _ = table("tables", "iris.csv")
    bc, _ = table("tables", "breast_cancer.csv")
    bc = f32(StandardScaler().fit_transform(bc)[:70])
    wide = f32(rng.normal(size=(12, 20)) * np.linspace(1, 3, 20))
    for data, x in (("iris", iris), ("cancer", bc), ("wide", wide)):
        g.input(data + ".x", x)
        for case, kw in (("all", {}), ("two", {"n_components": 2}), ("share", {"n_components": 0.95}),
                         ("white", {"n_components": 2, "whiten": True})):
            if data == "wide" and case == "share":
                continue
            p = PCA(svd_solver="full", **kw).fit(x)
            name = "%s.%s." % (data, case)
            z, zb = p.transform(x), None
            if case != "all":
                zb = p.inverse_transform(z)
            keep = 11 if (data, case) == ("wide", "all") else p.n_components_
            v, zt = rows_positive(p.components_[:keep], z.T[:keep])
            g.array(name + "components", v, 1e-7, 1e-8)
            g.array(name + "variance", p.explained_variance_[:keep], 1e-9, 0)
            g.array(name + "ratio", p.explained_variance_ratio_[:keep], 1e-9, 0)
            g.array(name + "singular", p.singular_values_[:keep], 1e-9, 0)
            g.array(name + "noise", p.noise_variance_, 1e-8, 1e-12)
            if (data, case) != ("cancer", "all"):
                g.array(name + "z", zt.T, 2e-6, 5e-6)
            if zb is not None and data != "cancer":
                g.array(name + "back", zb, 2e-6, 5e-6)
        g.array(data + ".mean", x.mean(axis=0), 1e-12, 1e-15)
    g.close()


scaler()
pca()
