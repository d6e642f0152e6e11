"""grid_search: scikit-learn's GridSearchCV on rows of linear_data.txt (made by make_linear_models.py)."""
import os

import numpy as np
from golden import Golden, f32
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def arrays(file="linear_data.txt"):
    """The arrays of a golden file by name."""
    found, lines = {}, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), file))
    for line in lines:
        if not line.startswith("array "):
            continue
        _, name, rows, cols = line.split()[:4]
        v = np.array([next(lines).split() for _ in range(int(rows))], float).reshape(int(rows), int(cols))
        found[name] = f32(v) if line.split()[-1] == "f32" else v
    return found


def main():
    data = arrays()
    g = Golden("search", """
        CASE.model is a search over rows CASE.data of linear_data.txt; .mean_test_score, .std_test_score, .rank_test_score,
        .split_test_score, .best_index: GridSearchCV's, folds StratifiedKFold or KFold without shuffling. Scores that
        scikit-learn negates stand with their own sign here.""")


    def case(name, where, text, search, sign=1):
        x, y = data[where + ".x"], data[where + ".y"].ravel()
        search.fit(x, y)
        r = search.cv_results_
        g.text(name + ".model", text)
        g.text(name + ".data", where)
        g.array(name + ".mean_test_score", sign * r["mean_test_score"], 1e-6, 1e-9)
        g.array(name + ".std_test_score", r["std_test_score"], 1e-6, 1e-9)
        g.array(name + ".rank_test_score", r["rank_test_score"])
        n = search.cv.get_n_splits()
        g.array(name + ".split_test_score", sign * np.stack([r[f"split{i}_test_score"] for i in range(n)], 1), 1e-6, 1e-9)
        g.array(name + ".best_index", np.array([search.best_index_]))


    case("svc", "iris", "{grid_search: {estimator: svc, param_grid: {gamma: [0.01, 0.1, 1], C: [0.1, 1, 10]}}}",
         GridSearchCV(SVC(), {"gamma": [0.01, 0.1, 1], "C": [0.1, 1, 10]}, cv=StratifiedKFold(5)))
    case("maps", "wine", "{grid_search: {estimator: [standard_scaler, knn], cv: 4, scoring: {f1: {average: macro}}, "
         "param_grid: [{knn.n_neighbors: [1, 5, 9]}, {knn.weights: [uniform, distance], knn.n_neighbors: [3, 7]}]}}",
         GridSearchCV(make_pipeline(StandardScaler(), KNeighborsClassifier(algorithm="brute")),
                      [{"kneighborsclassifier__n_neighbors": [1, 5, 9]},
                       {"kneighborsclassifier__weights": ["uniform", "distance"],
                        "kneighborsclassifier__n_neighbors": [3, 7]}], scoring="f1_macro", cv=StratifiedKFold(4)))
    case("step", "cancer", "{grid_search: {estimator: [{lda: {}, as: last}], scoring: roc_auc, "
         "param_grid: {last: [lda, gaussian_nb]}}}",
         GridSearchCV(make_pipeline(LinearDiscriminantAnalysis()),
                      {"lineardiscriminantanalysis": [LinearDiscriminantAnalysis(), GaussianNB()]}, scoring="roc_auc",
                      cv=StratifiedKFold(5)))
    case("smaller", "diabetes", "{grid_search: {estimator: ridge, scoring: mean_squared_error, cv: 3, "
         "param_grid: {alpha: [0.01, 0.1, 1, 10]}}}",
         GridSearchCV(Ridge(), {"alpha": [0.01, 0.1, 1, 10]}, scoring="neg_mean_squared_error", cv=KFold(3)), -1)
    g.close()


if __name__ == "__main__":
    main()
