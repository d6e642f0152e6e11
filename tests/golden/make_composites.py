"""columns, voting, one_vs_rest, bagging: scikit-learn's ColumnTransformer, Voting*, OneVsRestClassifier, Bagging*."""
from golden import Golden, f32

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, VotingClassifier, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

SEED = 61
g = Golden("composites", """
    60 train and 20 asked rows of 6 gaussian columns; y: 3 classes that overlap; two: 2 classes; target: numbers; w:
    weights. columns: ColumnTransformer([a: StandardScaler of columns 3, 1; b: PCA(2) of 0, 2, 4], remainder
    passthrough). voting: [lda, gaussian_nb, knn], hard, soft, soft with weights 1, 2, 3; regressors [ridge,
    linear_regression] with weights 1, 3. ovr: LogisticRegression(newton-cg, tol 1e-10), gaussian_nb; .two: on two. bag: 7
    estimators on scikit-learn's own draws, .rows and .features; .weighted: with sample weights w.""", seed=SEED)
rng = np.random.default_rng(SEED)
x, ask = f32(rng.normal(size=(60, 6))), f32(rng.normal(size=(20, 6)) * 1.5)
y = rng.integers(0, 3, 60)
x = f32(x + np.eye(3, 6)[y] * 1.5)
two = (y > 0).astype(int)
target = f32(x @ np.array([1, -2, 0.5, 0, 0, 3]) + rng.normal(size=60))
w = rng.integers(1, 4, 60).astype(float)
for name, v in (("train.x", x), ("train.y", y), ("two.y", two), ("target.y", target), ("w", w), ("ask.x", ask)):
    g.input(name, v)

t = ColumnTransformer([("a", StandardScaler(), [3, 1]), ("b", PCA(2), [0, 2, 4])], remainder="passthrough").fit(x)
g.array("columns", t.transform(ask), 1e-5, 1e-6)

members = [("lda", LinearDiscriminantAnalysis()), ("nb", GaussianNB()),
           ("knn", KNeighborsClassifier(algorithm="brute"))]
for name, kw in (("hard", {}), ("hard.weights", {"weights": [1, 2, 4]}), ("soft", {"voting": "soft"}),
                 ("soft.weights", {"voting": "soft", "weights": [1, 2, 3]})):
    m = VotingClassifier(members, **kw).fit(x, y)
    g.array("voting." + name + ".predict", m.predict(ask))
    if "voting" in kw:
        g.array("voting." + name + ".proba", m.predict_proba(ask), 1e-6, 1e-9)
m = VotingRegressor([("r", Ridge()), ("l", LinearRegression())], weights=[1, 3]).fit(x, target)
g.array("voting.mean.predict", m.predict(ask), 1e-6, 1e-7)

for name, one in (("lr", LogisticRegression(solver="newton-cg", tol=1e-10)), ("nb", GaussianNB())):
    for what, label in (("", y), (".two", two)):
        m = OneVsRestClassifier(one).fit(x, label)
        g.array("ovr." + name + what + ".predict", m.predict(ask))
        g.array("ovr." + name + what + ".proba", m.predict_proba(ask), 1e-5, 1e-7)
        if name == "lr":
            g.array("ovr." + name + what + ".decision", m.decision_function(ask), 1e-5, 1e-6)


def bag(name, m, label, weight=None):
    m.fit(x, label, sample_weight=weight)
    g.input("bag." + name + ".rows", np.array(m.estimators_samples_))
    g.input("bag." + name + ".features", np.array(m.estimators_features_))
    g.array("bag." + name + ".predict", m.predict(ask), 1e-6, 1e-7)
    if hasattr(m, "predict_proba"):
        g.array("bag." + name + ".proba", m.predict_proba(ask), 1e-5, 1e-7)


bag("nb", BaggingClassifier(GaussianNB(), 7, random_state=1), y)
bag("knn", BaggingClassifier(KNeighborsClassifier(algorithm="brute"), 7, max_samples=0.5, max_features=4,
                             bootstrap=False, bootstrap_features=True, random_state=2), y)
bag("ridge", BaggingRegressor(Ridge(), 7, max_samples=40, max_features=0.7, random_state=3), target)
bag("weighted", BaggingClassifier(GaussianNB(), 7, random_state=4), y, w)
g.close()
