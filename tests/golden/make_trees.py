"""Trees and forests: scikit-learn's, on rows of linear_data.txt (made by make_linear_models.py)."""
import numpy as np
from golden import Golden
from make_search import arrays
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

DATA = arrays()
g = Golden("trees", """
    CASE.model learns from the even rows (counted from 0) of CASE.data in linear_data.txt and is asked of the odd ones: CASE.proba,
    CASE.predict; CASE.size: leaves and depth; CASE.importances. Only cases in which scikit-learn says the same for ten random states: of
    splits that gain alike it draws one. forest.CASE.score: mean and standard deviation over 20 random states of accuracy or
    R^2 on the odd rows, and of the score of rows that a tree did not see; they are compared as means of random numbers.
    `made`: normal rows, three classes by a curved border with noise; weights are whole numbers.""", seed=53)
rng = np.random.default_rng(53)
made = rng.standard_normal((400, 5)).astype(np.float32).astype(float)
label = np.digitize(made[:, 0] + made[:, 1] * made[:, 2] + 0.5 * rng.standard_normal(400), [-0.6, 0.7])
for part, v in (("x", made), ("y", label.astype(float)), ("w", rng.integers(0, 4, 400).astype(float))):
    g.input("made." + part, v)
    DATA["made." + part] = v


def even_odd(where):
    x, y = DATA[where + ".x"], DATA[where + ".y"].ravel()
    return x[::2], y[::2], x[1::2], y[1::2]


def tree(name, where, text, make, weighted=False):
    x, y, other, _ = even_odd(where)
    w = {"sample_weight": DATA[where + ".w"].ravel()[::2]} if weighted else {}
    fitted = [make(k).fit(x, y, **w) for k in range(10)]
    ask = (lambda m: m.predict_proba(other)) if hasattr(fitted[0], "predict_proba") else (lambda m: m.predict(other))
    for m in fitted[1:]:
        assert np.allclose(ask(m), ask(fitted[0]), 1e-12), name
        assert m.get_n_leaves() == fitted[0].get_n_leaves(), name
    m = fitted[0]
    g.text(name + ".model", text)
    g.text(name + ".data", where + (" weighted" if weighted else ""))
    g.array(name + (".proba" if hasattr(m, "predict_proba") else ".predict"), ask(m), 1e-9, 1e-12)
    g.array(name + ".size", [m.get_n_leaves(), m.get_depth()])
    g.array(name + ".importances", m.feature_importances_, 1e-9, 1e-9)


C, R = DecisionTreeClassifier, DecisionTreeRegressor
tree("gini", "made", "{decision_tree_classifier: {min_samples_leaf: 12}}", lambda k: C(min_samples_leaf=12, random_state=k))
tree("entropy", "made", "{decision_tree_classifier: {criterion: entropy, max_depth: 4}}", lambda k: C(criterion="entropy", max_depth=4, random_state=k))
tree("split", "made", "{decision_tree_classifier: {min_samples_split: 0.1, class_weight: balanced}}", lambda k: C(min_samples_split=0.1, class_weight="balanced", random_state=k))
tree("weighted", "made", "{decision_tree_classifier: {max_leaf_nodes: 9}}", lambda k: C(max_leaf_nodes=9, random_state=k), True)
tree("number", "diabetes", "{decision_tree_regressor: {min_samples_leaf: 5}}", lambda k: R(min_samples_leaf=5, random_state=k))
tree("number.leaves", "diabetes", "{decision_tree_regressor: {max_leaf_nodes: 12, min_samples_leaf: 3}}", lambda k: R(max_leaf_nodes=12, min_samples_leaf=3, random_state=k))
tree("number.decrease", "diabetes", "{decision_tree_regressor: {min_impurity_decrease: 60}}", lambda k: R(min_impurity_decrease=60, random_state=k))
tree("number.weighted", "diabetes", "{decision_tree_regressor: {max_depth: 3, min_weight_fraction_leaf: 0.08}}", lambda k: R(max_depth=3, min_weight_fraction_leaf=0.08, random_state=k), True)


def forest(name, where, text, make):
    x, y, other, truth = even_odd(where)
    fitted = [make(k).fit(x, y) for k in range(20)]
    score = [m.score(other, truth) for m in fitted]
    g.text("forest." + name + ".model", text)
    g.text("forest." + name + ".data", where)
    g.array("forest." + name + ".score", [np.mean(score), np.std(score, ddof=1)])
    if hasattr(fitted[0], "oob_score_"):
        unseen = [m.oob_score_ for m in fitted]
        g.array("forest." + name + ".oob", [np.mean(unseen), np.std(unseen, ddof=1)])


forest("class", "digits", "{random_forest_classifier: {oob_score: true}}", lambda k: RandomForestClassifier(oob_score=True, random_state=k))
forest("class.few", "digits", "{random_forest_classifier: {n_estimators: 20, max_depth: 4, max_features: 10, max_samples: 0.5}}", lambda k: RandomForestClassifier(20, max_depth=4, max_features=10, max_samples=0.5, random_state=k))
forest("number", "diabetes", "{random_forest_regressor: {oob_score: true, min_samples_leaf: 3}}", lambda k: RandomForestRegressor(oob_score=True, min_samples_leaf=3, random_state=k))
forest("extra", "digits", "extra_trees_classifier", lambda k: ExtraTreesClassifier(random_state=k))
forest("extra.number", "diabetes", "{extra_trees_regressor: {min_samples_leaf: 3}}", lambda k: ExtraTreesRegressor(min_samples_leaf=3, random_state=k))
g.close()
