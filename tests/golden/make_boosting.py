"""Gradient boosting over histograms: scikit-learn's, on rows of linear_data.txt and of trees.txt (`made`)."""
import numpy as np
from golden import Golden
from make_search import arrays
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

DATA = arrays()
DATA.update(arrays("trees.txt"))
g = Golden("boosting", """
    CASE.model learns from the even rows (counted from 0) of CASE.data in linear_data.txt, or trees.txt (`made`), and is asked of the odd ones:
    CASE.proba or CASE.predict; CASE.size: leaves of all trees. Columns have no more values than bins, so that no bin depends on
    percentiles; gradients are float32 there as here.""")


def case(name, where, text, model, weighted=False):
    x, y = DATA[where + ".x"], DATA[where + ".y"].ravel()
    w = {"sample_weight": 1 + DATA[where + ".w"].ravel()[::2]} if weighted else {}
    model.fit(x[::2], y[::2], **w)
    g.text(name + ".model", text)
    g.text(name + ".data", where + (" weighted" if weighted else ""))
    if hasattr(model, "predict_proba"):
        g.array(name + ".proba", model.predict_proba(x[1::2]), 1e-4, 1e-6)
    else:
        g.array(name + ".predict", model.predict(x[1::2]), 1e-4, 1e-6)
    g.array(name + ".size", sum(p.get_n_leaf_nodes() for round in model._predictors for p in round))


C, R = HistGradientBoostingClassifier, HistGradientBoostingRegressor
few = dict(max_iter=30, min_samples_leaf=7, max_leaf_nodes=8)
text = "max_iter: 30, min_samples_leaf: 7, max_leaf_nodes: 8"
case("three", "made", "{hist_gradient_boosting_classifier: {%s}}" % text, C(**few))
case("two", "cancer", "{hist_gradient_boosting_classifier: {%s, l2_regularization: 0.5}}" % text, C(l2_regularization=0.5, **few))
case("two.weighted", "cancer", "{hist_gradient_boosting_classifier: {max_depth: 2, max_leaf_nodes: none, learning_rate: 0.3, max_iter: 20}}", C(max_depth=2, max_leaf_nodes=None, learning_rate=0.3, max_iter=20), True)
case("number", "diabetes", "hist_gradient_boosting_regressor", R())
case("number.weighted", "diabetes", "{hist_gradient_boosting_regressor: {%s, max_depth: 3}}" % text, R(max_depth=3, **few), True)
case("absolute", "diabetes", "{hist_gradient_boosting_regressor: {%s, loss: absolute_error}}" % text, R(loss="absolute_error", **few))
case("poisson", "diabetes", "{hist_gradient_boosting_regressor: {%s, loss: poisson}}" % text, R(loss="poisson", **few))
case("quantile", "diabetes", "{hist_gradient_boosting_regressor: {%s, loss: quantile, quantile: 0.8}}" % text, R(loss="quantile", quantile=0.8, **few))
g.close()
