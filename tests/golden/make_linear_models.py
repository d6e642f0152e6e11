"""The linear models beside ridge and logistic_regression(L2): scikit-learn driven to the optimum, which is compared."""
import warnings

from golden import Golden, classes_of, f32, table

import numpy as np
from sklearn.linear_model import (ElasticNet, ElasticNetCV, GammaRegressor, Lasso, LassoCV,
                                  LogisticRegression, LogisticRegressionCV, PassiveAggressiveClassifier,
                                  PassiveAggressiveRegressor, Perceptron, PoissonRegressor, RidgeClassifier,
                                  RidgeClassifierCV, RidgeCV, SGDClassifier, SGDOneClassSVM, SGDRegressor,
                                  TweedieRegressor)
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


def logistics(g):
    """saga at a tight tolerance; liblinear's penalises the intercept, so it is no oracle here."""
    both = ["coef", "intercept"]
    saga = {"solver": "saga", "tol": 1e-10, "max_iter": 200000}
    ours = "tol: 1e-9, max_iter: 1000"
    for name, kw, text, where, wt in (
            ("logistic.l1", {"penalty": "l1"}, "penalty: l1", "cancer", False),
            ("logistic.l1_strong", {"penalty": "l1", "C": 0.1}, "penalty: l1, C: 0.1", "wine", True),
            ("logistic.elastic", {"penalty": "elasticnet", "l1_ratio": 0.3}, "penalty: elasticnet, l1_ratio: 0.3",
             "wine", False),
            ("logistic.noint", {"penalty": "l1", "fit_intercept": False}, "penalty: l1, fit_intercept: false",
             "cancer", False)):
        case(g, name, "{logistic_regression: {%s, %s}}" % (text, ours), where, LogisticRegression(**kw, **saga), both,
             1e-4, 1e-4, wt)
    newton = {"solver": "newton-cholesky", "tol": 1e-10, "multi_class": "ovr"}
    for name, kw, text, where, wt in (
            ("logistic.ovr", {}, "multi_class: ovr", "wine", False),
            ("logistic.ovr_weighted", {"C": 0.2, "class_weight": {0: 3}}, "multi_class: ovr, C: 0.2, class_weight: {0: 3}",
             "wine", True)):
        case(g, name, "{logistic_regression: {%s, %s}}" % (text, ours), where, LogisticRegression(**kw, **newton), both,
             1e-5, 1e-6, wt)
    m = LogisticRegressionCV(tol=1e-8, max_iter=10000, cv=4, Cs=[0.001, 0.1, 10])
    case(g, "logistic_cv.wine", "{logistic_regression_cv: {cv: 4, Cs: [0.001, 0.1, 10], tol: 1e-9}}", "wine", m, both, 1e-3,
         1e-4)
    m = LogisticRegressionCV(tol=1e-8, max_iter=10000, Cs=4)
    case(g, "logistic_cv.cancer", "{logistic_regression_cv: {Cs: 4, tol: 1e-9}}", "cancer", m, both, 1e-3, 1e-4)


def glms(g):
    both = ["coef", "intercept"]
    tight = {"tol": 1e-9, "max_iter": 100000}
    for name, m, text, where, wt in (
            ("poisson.counts", PoissonRegressor(alpha=1e-3, **tight), "poisson_regressor: {alpha: 1e-3", "counts", False),
            ("poisson.weighted", PoissonRegressor(alpha=1e-4, **tight), "poisson_regressor: {alpha: 1e-4", "counts", True),
            ("poisson.noint", PoissonRegressor(fit_intercept=False, alpha=0.01, **tight),
             "poisson_regressor: {alpha: 0.01, fit_intercept: false", "counts", False),
            ("gamma.diabetes", GammaRegressor(alpha=1e-3, **tight), "gamma_regressor: {alpha: 1e-3", "diabetes", True),
            ("tweedie.compound", TweedieRegressor(power=1.5, alpha=1e-3, **tight),
             "tweedie_regressor: {power: 1.5, alpha: 1e-3", "counts", False),
            ("tweedie.normal", TweedieRegressor(alpha=1e-3, **tight), "tweedie_regressor: {alpha: 1e-3", "diabetes", False),
            ("tweedie.inverse", TweedieRegressor(power=3, alpha=1e-4, **tight),
             "tweedie_regressor: {power: 3, alpha: 1e-4", "diabetes", False)):
        case(g, name, "{%s, tol: 1e-10}}" % text, where, m, both, 1e-4, 1e-4, wt)


def machines(g):
    """liblinear at a tight tolerance. Its hinge has a flat dual: coefficients agree, the dual need not."""
    both = ["coef", "intercept"]
    tight = {"tol": 1e-10, "max_iter": 10000000, "random_state": 0}
    ours = "tol: 1e-9, max_iter: 1000000"
    for name, kw, text, where, wt in (
            ("svc.iris", {"dual": False}, "", "iris", False),
            ("svc.cancer", {"dual": False, "C": 0.1}, "C: 0.1, ", "cancer", True),
            ("svc.dual", {}, "dual: true, ", "wine", False),
            ("svc.scaled", {"dual": False, "intercept_scaling": 5, "class_weight": "balanced"},
             "intercept_scaling: 5, class_weight: balanced, ", "cancer", False),
            ("svc.noint", {"dual": False, "fit_intercept": False}, "fit_intercept: false, ", "wine", False),
            ("svc.hinge", {"loss": "hinge", "C": 0.1}, "loss: hinge, C: 0.1, ", "wine", False),
            ("svc.hinge_weighted", {"loss": "hinge", "C": 0.05}, "loss: hinge, C: 0.05, ", "cancer", True)):
        case(g, name, "{linear_svc: {%s%s}}" % (text, ours), where, LinearSVC(**kw, **tight),
             both if kw.get("fit_intercept", True) else ["coef"], 1e-4, 1e-5, wt)
    for name, kw, text, where, wt in (
            ("svr.diabetes", {"epsilon": 5, "C": 10}, "epsilon: 5, C: 10, ", "diabetes", False),
            ("svr.weighted", {}, "", "diabetes", True),
            ("svr.squared", {"loss": "squared_epsilon_insensitive", "dual": False, "epsilon": 3},
             "loss: squared_epsilon_insensitive, epsilon: 3, ", "diabetes", False),
            ("svr.squared_dual", {"loss": "squared_epsilon_insensitive", "epsilon": 1, "C": 0.1},
             "loss: squared_epsilon_insensitive, epsilon: 1, C: 0.1, dual: true, ", "wide", True)):
        case(g, name, "{linear_svr: {%s%s}}" % (text, ours), where, LinearSVR(**kw, **tight), both, 1e-4, 1e-4, wt)


def steps(g):
    """Row by row without shuffling, a fixed number of passes: each step is scikit-learn's, so numbers agree to rounding."""
    both = ["coef", "intercept"]
    kw = {"shuffle": False, "tol": None, "max_iter": 7}
    ours = "shuffle: false, tol: none, max_iter: 7"
    c, r = SGDClassifier, SGDRegressor
    for name, m, text, where, wt in (
            ("sgd.hinge", c(**kw), "sgd_classifier: {%s}", "cancer", False),
            ("sgd.log", c(loss="log_loss", alpha=0.01, **kw), "sgd_classifier: {loss: log_loss, alpha: 0.01, %s}", "wine",
             True),
            ("sgd.modified", c(loss="modified_huber", penalty="elasticnet", l1_ratio=0.4, alpha=0.01, **kw),
             "sgd_classifier: {loss: modified_huber, penalty: elasticnet, l1_ratio: 0.4, alpha: 0.01, %s}", "cancer", False),
            ("sgd.squared_hinge", c(loss="squared_hinge", learning_rate="invscaling", eta0=0.01, **kw),
             "sgd_classifier: {loss: squared_hinge, learning_rate: invscaling, eta0: 0.01, %s}", "wine", False),
            ("sgd.l1", c(penalty="l1", alpha=0.01, **kw), "sgd_classifier: {penalty: l1, alpha: 0.01, %s}", "wine", False),
            ("sgd.average", c(average=True, **kw), "sgd_classifier: {average: 1, %s}", "cancer", True),
            ("sgd.balanced", c(class_weight="balanced", learning_rate="constant", eta0=0.1, fit_intercept=False, **kw),
             "sgd_classifier: {class_weight: balanced, learning_rate: constant, eta0: 0.1, fit_intercept: false, %s}",
             "cancer", False),
            ("sgd.squared", r(**kw), "sgd_regressor: {%s}", "diabetes", False),
            ("sgd.huber", r(loss="huber", epsilon=20, **kw), "sgd_regressor: {loss: huber, epsilon: 20, %s}", "diabetes",
             True),
            ("sgd.epsilon", r(loss="epsilon_insensitive", penalty=None, average=100, **kw),
             "sgd_regressor: {loss: epsilon_insensitive, penalty: none, average: 100, %s}", "diabetes", False),
            ("sgd.squared_epsilon", r(loss="squared_epsilon_insensitive", epsilon=1, **kw),
             "sgd_regressor: {loss: squared_epsilon_insensitive, epsilon: 1, %s}", "diabetes", False),
            ("pa.one", PassiveAggressiveClassifier(C=0.1, **kw), "passive_aggressive_classifier: {C: 0.1, %s}", "wine", True),
            ("pa.two", PassiveAggressiveClassifier(loss="squared_hinge", C=0.5, **kw),
             "passive_aggressive_classifier: {loss: squared_hinge, C: 0.5, %s}", "cancer", False),
            ("pa.regressor", PassiveAggressiveRegressor(C=2, **kw), "passive_aggressive_regressor: {C: 2, %s}", "diabetes",
             False),
            ("pa.regressor_two", PassiveAggressiveRegressor(loss="squared_epsilon_insensitive", epsilon=5, **kw),
             "passive_aggressive_regressor: {loss: squared_epsilon_insensitive, epsilon: 5, %s}", "diabetes", False),
            ("perceptron.plain", Perceptron(**kw), "perceptron: {%s}", "wine", False),
            ("perceptron.l1", Perceptron(penalty="l1", alpha=1e-3, eta0=0.5, **kw),
             "perceptron: {penalty: l1, alpha: 1e-3, eta0: 0.5, %s}", "cancer", True)):
        with_b = not getattr(m, "fit_intercept") is False
        wt = wt and not name.startswith("pa.")  # its fit takes no weights
        case(g, name, "{%s}" % (text % ours), where, m, both if with_b else ["coef"], 1e-9, 1e-9, wt)
    case(g, "one_class.plain", "{sgd_one_class_svm: {nu: 0.2, %s}}" % ours, "cancer", SGDOneClassSVM(nu=0.2, **kw),
         ["coef"], 1e-9, 1e-9)


if __name__ == "__main__":
    data()
    g = Golden("linear_models", """
        For each case: MODEL is ours, DATA a set of linear_data.txt (weighted: with its w), FIELDS what is compared.
        scikit-learn's fit of the same, at a tolerance that makes it the optimum.""", seed=31)
    ridges(g)
    lassos(g)
    logistics(g)
    glms(g)
    machines(g)
    steps(g)
    g.close()
