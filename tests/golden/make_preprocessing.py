"""Transformers of columns: scikit-learn's scalers, imputer, normalizer ..., each on rows that are hard for it."""
from golden import Golden, f32, table

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (Binarizer, KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, Normalizer,
                                   PolynomialFeatures, PowerTransformer, QuantileTransformer, RobustScaler,
                                   SplineTransformer)

rng = np.random.default_rng(21)


def hard():
    """40 x 6: gaussian, mean 1e4 with sd 0.01, scale 1e-6 (volts), constant 3.1, log-normal, few whole numbers."""
    n = 40
    return f32(np.column_stack([rng.normal(size=n), 1e4 + 0.01 * rng.normal(size=n), 1e-6 * rng.normal(size=n) + 3e-6,
                                np.full(n, 3.1), np.exp(rng.normal(size=n)), rng.integers(0, 5, n)]))


def gappy():
    """The same kind of rows with a sixth of the numbers missing; column 2 has none missing, column 3 no number at all."""
    x = hard()
    x[rng.uniform(size=x.shape) < 1 / 6] = np.nan
    x[:, 2] = f32(rng.normal(size=len(x)))
    x[:, 3] = np.nan
    return x


def scalers():
    g = Golden("scalers", """
        NAME.z is what the transformer makes of NAME's data .x, from which it learnt. hard: 40 x 6, of them a constant and
        one in volts; gappy: with NaN, a whole column of them among them (left out of the peers' numbers of MinMax, MaxAbs
        and Robust, where it is NaN; ours pass it on).""", seed=21)
    data = {"hard": hard(), "gappy": gappy()}
    for name, x in data.items():
        g.input(name + ".x", x)
        for case, t in (("min_max", MinMaxScaler()), ("min_max_range", MinMaxScaler(feature_range=(-1, 3))),
                        ("max_abs", MaxAbsScaler()), ("robust", RobustScaler()),
                        ("robust_plain", RobustScaler(with_centering=False, quantile_range=(10, 80))),
                        ("robust_unit", RobustScaler(unit_variance=True))):
            g.array("%s.%s.z" % (name, case), t.fit_transform(x), 2e-6, 2e-6)
    x = data["hard"]
    clipped = MinMaxScaler(clip=True).fit(x[:20])
    g.array("hard.min_max_clip.z", clipped.transform(x), 2e-6, 2e-6)
    for norm in ("l1", "l2", "max"):
        g.array("hard.normalizer_%s.z" % norm, Normalizer(norm).fit_transform(x), 2e-6, 0)
    g.array("hard.binarizer.z", Binarizer(threshold=0.5).fit_transform(x), 0, 0)
    x = data["gappy"]
    for case, kw in (("mean", {}), ("median", {"strategy": "median"}), ("most_frequent", {"strategy": "most_frequent"}),
                     ("constant", {"strategy": "constant", "fill_value": -2.5}),
                     ("kept", {"keep_empty_features": True}), ("indicator", {"add_indicator": True})):
        t = SimpleImputer(**kw).fit(x)
        g.array("gappy.imputer_%s.z" % case, t.transform(x), 2e-6, 0)
        g.text("gappy.imputer_%s.names" % case, " ".join(t.get_feature_names_out()))
    g.close()


def shapes():
    g = Golden("shapes", """
        NAME.z is what the transformer makes of rows `new` (the last ten beyond the range of those before), having learnt
        from rows `x`: gaussian, log-normal and whole numbers with many ties. `gappy`: the same with NaN, transformed
        itself. NAME.names: its feature names. power_*.lambdas: to the tolerance of Brent's search. The columns that each
        case takes are told by test_shapes.c: quantiles of ties and k-means of ties hang on rounding in scikit-learn, and its
        splines of degree 1 that go straight on are right in the first column alone (its `degree` grows from column to
        column).""", seed=22)
    rng = np.random.default_rng(22)
    x = f32(np.column_stack([rng.normal(size=40), np.exp(rng.normal(size=40)), rng.integers(0, 5, 40)]))
    new = np.vstack([x[::4], f32(np.column_stack([3 * rng.normal(size=10), np.exp(2 * rng.normal(size=10)),
                                                  rng.integers(0, 9, 10)]))])
    gappy = x.copy()
    gappy[rng.uniform(size=x.shape) < 0.2] = np.nan
    g.input("x", x)
    g.input("new", new)
    g.input("gappy", gappy)
    positive, new_positive = f32(np.abs(x) + 0.5), f32(np.abs(new) + 0.5)
    g.input("positive", positive)
    g.input("new_positive", new_positive)
    columns = {"quantile": 2, "spline_quantile": 2, "spline_line": 1, "bins_kmeans_onehot": 2, "bins_kmeans_ordinal": 2}
    for case, t in (("quantile", QuantileTransformer(n_quantiles=1000)),
                    ("quantile_few", QuantileTransformer(n_quantiles=7)),
                    ("quantile_normal", QuantileTransformer(n_quantiles=20, output_distribution="normal"))):
        d = columns.get(case, 3)
        g.array(case + ".z", t.fit(x[:, :d]).transform(new[:, :d]), 2e-6, 2e-6)
        g.array(case + ".gappy", t.fit_transform(gappy[:, :d]), 2e-6, 2e-6)
    for case, t in (("power", PowerTransformer()), ("power_plain", PowerTransformer(standardize=False))):
        t.fit(x)
        g.array(case + ".lambdas", t.lambdas_, 1e-6, 1e-6)
        g.array(case + ".z", t.transform(new), 1e-5, 1e-5)
        g.array(case + ".gappy", t.fit_transform(gappy), 1e-5, 1e-5)
    t = PowerTransformer(method="box-cox").fit(positive)
    g.array("power_box_cox.lambdas", t.lambdas_, 1e-6, 1e-6)
    g.array("power_box_cox.z", t.transform(new_positive), 1e-5, 1e-5)
    cases = [("bins_%s_%s" % (s, e.replace("-dense", "")), KBinsDiscretizer(n_bins=4, strategy=s, encode=e))
             for s in ("uniform", "quantile", "kmeans") for e in ("onehot-dense", "ordinal")]
    cases += [("poly", PolynomialFeatures()), ("poly_three", PolynomialFeatures(3, include_bias=False)),
              ("poly_pairs", PolynomialFeatures((2, 3), interaction_only=True))]
    cases += [("spline", SplineTransformer()), ("spline_quantile", SplineTransformer(n_knots=4, knots="quantile")),
              ("spline_linear", SplineTransformer(degree=2, extrapolation="linear", include_bias=False)),
              ("spline_line", SplineTransformer(degree=1, extrapolation="linear")),
              ("spline_continue", SplineTransformer(n_knots=3, extrapolation="continue")),
              ("spline_periodic", SplineTransformer(n_knots=6, extrapolation="periodic"))]
    for case, t in cases:
        d = columns.get(case, 3)
        t.fit(x[:, :d])
        g.array(case + ".z", t.transform(new[:, :d]), 2e-6, 2e-6)
        g.text(case + ".names", ",".join(t.get_feature_names_out()))
    g.close()


scalers()
shapes()
