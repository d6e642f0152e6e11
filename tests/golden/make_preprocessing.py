"""Transformers of columns: scikit-learn's scalers, imputer, normalizer ..., each on rows that are hard for it."""
from golden import Golden, f32, table

import numpy as np
from sklearn.feature_selection import (RFE, SelectFdr, SelectFromModel, SelectFpr, SelectFwe, SelectKBest, SelectPercentile,
                                       VarianceThreshold, chi2, f_classif, f_regression, mutual_info_classif,
                                       mutual_info_regression, r_regression)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import (Binarizer, KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, Normalizer,
                                   OneHotEncoder, OrdinalEncoder, PolynomialFeatures, PowerTransformer, QuantileTransformer, RobustScaler,
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


def selection():
    g = Golden("selection", """
        Scores of columns and what is chosen by them. x: 90 x 12 log-normal columns without ties, of which 0, 3 and 4 follow
        the class y (three of them) and 3, 5 and 6 the number t (5 not along a line). FUNC.scores, .pvalues. CASE.kept: the
        chosen columns, counted from 0. Mutual information by 3 neighbours; scikit-learn's noise of 1e-10 is drawn by
        another generator, hence its tolerance.""", seed=23)
    rng = np.random.default_rng(23)
    n = 90
    y = np.arange(n) % 3
    x = np.exp(0.4 * rng.normal(size=(n, 12)))
    x[:, 0] += 0.8 * y
    x[:, 3] += 0.3 * y
    x[:, 4] += y == 1
    x = f32(x)
    t = x[:, 3] + 2 * np.sin(3 * x[:, 5]) + 0.8 * x[:, 6] + 0.3 * rng.normal(size=n)
    g.input("x", x)
    g.input("y", y)
    g.input("t", t)
    for name, f, target in (("f_classif", f_classif, y), ("chi2", chi2, y), ("f_regression", f_regression, t)):
        score, p = f(x, target)
        g.array(name + ".scores", score, 1e-9, 1e-12)
        g.array(name + ".pvalues", p, 1e-9, 1e-300)
    g.array("r_regression.scores", r_regression(x, t), 1e-9, 1e-12)
    for name, f, target in (("mutual_info_classif", mutual_info_classif, y),
                            ("mutual_info_regression", mutual_info_regression, t)):
        g.array(name + ".scores", f(x, target, random_state=0), 1e-6, 1e-6)
    for name, c, target in (
            ("k_best", SelectKBest(k=3), y), ("k_best_regression", SelectKBest(f_regression, k=4), t),
            ("k_best_info", SelectKBest(lambda a, b: mutual_info_regression(a, b, random_state=0), k=4), t),
            ("percentile", SelectPercentile(percentile=30), y), ("fpr", SelectFpr(alpha=0.2), y),
            ("fdr", SelectFdr(alpha=0.1), y), ("fwe", SelectFwe(alpha=0.1), y),
            ("variance", VarianceThreshold(0.25), None)):
        g.array(name + ".kept", np.flatnonzero(c.fit(x, target).get_support()), 0, 0)
    for name, c, target in (
            ("rfe", RFE(Ridge(), n_features_to_select=3), t), ("rfe_half", RFE(Ridge()), t),
            ("rfe_steps", RFE(Ridge(), n_features_to_select=0.25, step=0.2), t),
            ("rfe_classes", RFE(LogisticRegression(tol=1e-8, max_iter=1000), n_features_to_select=3, step=2), y)):
        c.fit(x, target)
        g.array(name + ".ranking", c.ranking_, 0, 0)
        g.array(name + ".kept", np.flatnonzero(c.get_support()), 0, 0)
    for name, c, target in (
            ("model", SelectFromModel(Ridge()), t), ("model_median", SelectFromModel(Ridge(), threshold="0.8*median"), t),
            ("model_most", SelectFromModel(Ridge(), threshold=0.05, max_features=2), t),
            ("model_classes", SelectFromModel(LogisticRegression(tol=1e-8, max_iter=1000)), y)):
        g.array(name + ".kept", np.flatnonzero(c.fit(x, target).get_support()), 0, 0)
    g.close()


def encoders():
    g = Golden("encoders", """
        OneHotEncoder and OrdinalEncoder. x: 30 x 3: codes into sorted texts (`coast inland island`, with a missing one),
        numbers 1, 2, 5, and codes of two; new: the same with others that were not there (-1). NAME.z, NAME.names (the
        category's texts stand in the names).""", seed=24)
    rng = np.random.default_rng(24)
    texts = [np.array(["coast", "inland", "island"]), np.array([1, 2, 5]), np.array(["no", "yes"])]
    codes = np.column_stack([np.r_[rng.choice(2, 27, p=[0.7, 0.3]), 2, 2, 1], rng.integers(0, 3, 30),
                             rng.integers(0, 2, 30)]).astype(float)
    codes[7, 0] = np.nan
    x = codes.copy()
    x[:, 1] = texts[1][codes[:, 1].astype(int)]
    new = np.array([[0, 1, 0], [2, 5, 1], [np.nan, 2, 0], [-1, 7, -1.]])
    g.input("x", x)
    g.input("new", new)

    def objects(v):
        out = np.empty(v.shape, dtype=object)
        for i, row in enumerate(v):
            out[i] = [np.nan if np.isnan(row[0]) else "unknown" if row[0] < 0 else texts[0][int(row[0])], row[1],
                      "unknown" if row[2] < 0 else texts[2][int(row[2])]]
        return out
    for name, e in (("plain", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
                    ("first", OneHotEncoder(handle_unknown="ignore", sparse_output=False, drop="first")),
                    ("binary", OneHotEncoder(handle_unknown="ignore", sparse_output=False, drop="if_binary")),
                    ("rare", OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, min_frequency=4)),
                    ("share", OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False,
                                            min_frequency=0.3)),
                    ("most", OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, max_categories=2)),
                    ("ordinal", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1,
                                               encoded_missing_value=-2))):
        e.fit(objects(x))
        g.array(name + ".z", e.transform(objects(new)), 0, 0)
        g.text(name + ".names", ",".join(e.get_feature_names_out()).replace("infrequent_sklearn", "infrequent"))
    g.close()


scalers()
shapes()
selection()
encoders()
