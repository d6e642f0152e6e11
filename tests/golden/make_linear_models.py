"""The linear models beside ridge and logistic_regression(L2): scikit-learn driven to the optimum, which is compared."""
import warnings

from golden import Golden, classes_of, f32, table

import numpy as np
from sklearn.linear_model import (ElasticNet, ElasticNetCV, GammaRegressor, HuberRegressor, Lasso, LassoCV,
                                  LogisticRegression, LogisticRegressionCV, PoissonRegressor, QuantileRegressor,
                                  RidgeClassifier, RidgeClassifierCV, RidgeCV, TweedieRegressor)
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

warnings.simplefilter("ignore")
SETS = {}


def data():
    g = Golden("linear_data", """
        Rows that the linear models of linear_models.txt learn from: NAME.x, .y (class numbers in sorted order of names,
        or targets), .w (weights). iris raw; wine and cancer scaled, every 2nd and every 6th row; digits / 16, first 200
        rows; diabetes as bundled; collinear: diabetes' columns 0..3, column 0 once more, a constant column; wide: 20 rows
        x 50 of noise; counts: diabetes' columns, y = Poisson draws of exp(1 + 8 x2 + 5 x8).""", seed=31)
    rng = np.random.default_rng(31)
    for name, file, step in (("iris", "iris.csv", 1), ("wine", "wine.csv", 2), ("cancer", "breast_cancer.csv", 6)):
        x, label = table("tables", file)
        x = x if name == "iris" else f32(StandardScaler().fit_transform(x))
        SETS[name] = (x[::step], classes_of(label)[0][::step])
    x, label = table("tables", "digits.csv")
    SETS["digits"] = (x[:200] / 16, classes_of(label)[0][:200])
    x, y = table("tables", "diabetes.csv")
    y = y.astype(float)
    SETS["diabetes"] = (x, y)
    SETS["collinear"] = (np.column_stack([x[:150, :4], x[:150, 0], np.full(150, 7.0)]), y[:150])
    xw = f32(rng.normal(size=(20, 50)))
    SETS["wide"] = (xw, xw[:, 0] * 2 + rng.normal(size=20))
    SETS["counts"] = (x[:150], rng.poisson(np.exp(1 + 8 * x[:150, 2] + 5 * x[:150, 8])).astype(float))
    for name, (x, y) in SETS.items():
        w = np.round(rng.uniform(0.1, 3, len(x)), 2)
        g.input(name + ".x", x)
        g.input(name + ".y", y)
        g.input(name + ".w", w)
        SETS[name] = (x, y, w)
    g.close()


def case(g, name, text, where, model, fields, rtol=1e-6, atol=1e-6, weighted=False, tol={}):
    """Fits and writes the attributes FIELDS of scikit-learn's model, without the underscore."""
    x, y, w = SETS[where]
    model.fit(x, y, **({"sample_weight": w} if weighted else {}))
    g.text(name + ".model", text)
    g.text(name + ".data", where + (" weighted" if weighted else ""))
    g.text(name + ".fields", " ".join(fields))
    for f in fields:
        v = np.asarray(getattr(model, f + "_"), dtype=float)
        r, a = tol.get(f, (rtol, atol))
        if f == "coef":
            v = np.atleast_2d(v)
        g.array(name + "." + f, v, r, a)
    return model


def ridges(g):
    both = ["coef", "intercept"]
    cv = both + ["alpha", "best_score"]
    tol = {"best_score": (1e-8, 1e-8)}
    for name, kw, text, where, wt in (
            ("ridge_cv.plain", {}, "", "diabetes", False),
            ("ridge_cv.many", {"alphas": np.logspace(-3, 3, 10)},
             "alphas: [%s]" % ", ".join("%.17g" % a for a in np.logspace(-3, 3, 10)), "diabetes", False),
            ("ridge_cv.weighted", {"alphas": [0.01, 0.1, 1]}, "alphas: [0.01, 0.1, 1]", "diabetes", True),
            ("ridge_cv.noint", {"fit_intercept": False}, "fit_intercept: false", "diabetes", False),
            ("ridge_cv.wide", {"alphas": [0.5, 5, 50]}, "alphas: [0.5, 5, 50]", "wide", False),
            ("ridge_cv.wide_weighted", {"alphas": [0.5, 5, 50]}, "alphas: [0.5, 5, 50]", "wide", True),
            ("ridge_cv.collinear", {}, "", "collinear", False)):
        case(g, name, "{ridge_cv: {%s}}" % text, where, RidgeCV(**kw), cv, 1e-7, 1e-7, wt, tol)
    for name, kw, text, where, wt in (
            ("ridge_classifier.iris", {}, "", "iris", False),
            ("ridge_classifier.cancer", {"alpha": 10}, "alpha: 10", "cancer", True),
            ("ridge_classifier.balanced", {"class_weight": "balanced"}, "class_weight: balanced", "cancer", False),
            ("ridge_classifier.map", {"class_weight": {0: 3, 2: 0.5}}, "class_weight: {0: 3, 2: 0.5}", "wine", False)):
        case(g, name, "{ridge_classifier: {%s}}" % text, where, RidgeClassifier(**kw), both, 1e-7, 1e-7, wt)
    for name, kw, text, where, wt in (
            ("ridge_classifier_cv.digits", {}, "", "digits", False),
            ("ridge_classifier_cv.wine", {"alphas": [1, 10, 100]}, "alphas: [1, 10, 100]", "wine", True),
            ("ridge_classifier_cv.cancer", {"class_weight": "balanced"}, "class_weight: balanced", "cancer", False)):
        case(g, name, "{ridge_classifier_cv: {%s}}" % text, where, RidgeClassifierCV(**kw), cv, 1e-7, 1e-7, wt, tol)


def lassos(g):
    both = ["coef", "intercept"]
    tight = {"tol": 1e-12, "max_iter": 1000000}
    for name, kw, text, where, wt in (
            ("lasso.diabetes", {"alpha": 0.1}, "alpha: 0.1", "diabetes", False),
            ("lasso.strong", {"alpha": 1}, "alpha: 1", "diabetes", True),
            ("lasso.positive", {"alpha": 0.1, "positive": True}, "alpha: 0.1, positive: true", "diabetes", False),
            ("lasso.noint", {"alpha": 0.5, "fit_intercept": False}, "alpha: 0.5, fit_intercept: false", "diabetes",
             False),
            ("lasso.wide", {"alpha": 0.2}, "alpha: 0.2", "wide", False),
            ("lasso.wide_weighted", {"alpha": 0.1}, "alpha: 0.1", "wide", True),
            ("lasso.none", {"alpha": 100}, "alpha: 100", "diabetes", False)):
        case(g, name, "{lasso: {%s, tol: 1e-12, max_iter: 1000000}}" % text, where, Lasso(**kw, **tight), both,
             1e-6, 1e-5, wt)
    for name, kw, text, where, wt in (
            ("elastic_net.diabetes", {"alpha": 0.01}, "alpha: 0.01", "diabetes", False),
            ("elastic_net.collinear", {"alpha": 0.1, "l1_ratio": 0.3}, "alpha: 0.1, l1_ratio: 0.3", "collinear", True),
            ("elastic_net.wide", {"alpha": 0.2, "l1_ratio": 0.9}, "alpha: 0.2, l1_ratio: 0.9", "wide", False)):
        case(g, name, "{elastic_net: {%s, tol: 1e-12, max_iter: 1000000}}" % text, where, ElasticNet(**kw, **tight), both,
             1e-6, 1e-5, wt)
    cv = both + ["alpha", "alphas"]
    tight = {"tol": 1e-9, "max_iter": 100000}
    for name, cls, kw, text, where in (
            ("lasso_cv.diabetes", LassoCV, {"n_alphas": 30}, "n_alphas: 30", "diabetes"),
            ("lasso_cv.wide", LassoCV, {"n_alphas": 20, "cv": 4}, "n_alphas: 20, cv: 4", "wide"),
            ("lasso_cv.given", LassoCV, {"alphas": [0.05, 5, 0.5]}, "alphas: [0.05, 5, 0.5]", "diabetes"),
            ("elastic_net_cv.diabetes", ElasticNetCV, {"n_alphas": 20}, "n_alphas: 20", "diabetes")):
        case(g, name, "{%s: {%s, tol: 1e-9, max_iter: 100000}}" % (name.split(".")[0], text), where, cls(**kw, **tight),
             cv + ["mse_path"], 1e-5, 1e-4)
    m = ElasticNetCV(l1_ratio=[0.2, 0.7, 1], n_alphas=10, tol=1e-9, max_iter=100000)
    case(g, "elastic_net_cv.ratios", "{elastic_net_cv: {l1_ratio: [0.2, 0.7, 1], n_alphas: 10, tol: 1e-9, "
         "max_iter: 100000}}", "diabetes", m, both + ["alpha", "l1_ratio"], 1e-5, 1e-4)


if __name__ == "__main__":
    data()
    g = Golden("linear_models", """
        For each case: MODEL is ours, DATA a set of linear_data.txt (weighted: with its w), FIELDS what is compared.
        scikit-learn's fit of the same, at a tolerance that makes it the optimum.""", seed=31)
    ridges(g)
    lassos(g)
    g.close()
