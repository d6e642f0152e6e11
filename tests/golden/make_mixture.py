"""gaussian_mixture: scikit-learn's GaussianMixture from given starts."""
import warnings

from golden import Golden, f32, table

import numpy as np
from sklearn.mixture import GaussianMixture


def main():
    g = Golden("mixture", """
        GaussianMixture(3) on iris (iris.x) in double from .weights_init, .means_init and .precisions_init (in the shape
        of the type, as one matrix). Case TYPE: full, tied, diag, spherical, to the default tol; TYPE.5: 5 steps exactly.
        .weights, .means, .covariances, .lower_bound, .n_iter; of the first .predict, .proba, .score_samples, .aic,
        .bic.""")
    x, _ = table("tables", "iris.csv")
    x = f32(x).astype(float)
    means = np.array([[5.1, 3.4, 1.5, 0.3], [6.0, 2.5, 4.5, 1.2], [6.5, 3.2, 5.5, 2.2]])
    weights = np.array([0.3, 0.5, 0.2])
    base = np.diag([4.0, 8, 2, 9]) + 0.5
    precisions = {"full": np.stack([base, 2 * base, base + np.eye(4)]), "tied": base,
                  "diag": np.array([[4.0, 8, 2, 9], [3, 3, 3, 3], [1, 2, 3, 4]]), "spherical": np.array([4.0, 2, 3])}
    g.input("iris.x", x)
    g.input("means_init", means)
    g.input("weights_init", weights)
    for kind, p in precisions.items():
        g.input(kind + ".precisions_init", np.reshape(p, (-1, 1 if kind == "spherical" else 4)))
        for name, kw in ((kind, {}), (kind + ".5", {"max_iter": 5, "tol": 0})):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                m = GaussianMixture(3, covariance_type=kind, weights_init=weights, means_init=means, precisions_init=p,
                                    **kw).fit(x)
            g.array(name + ".weights", m.weights_, 1e-8, 1e-12)
            g.array(name + ".means", m.means_, 1e-8, 0)
            g.array(name + ".covariances", np.reshape(m.covariances_, (-1, 1 if kind == "spherical" else 4)), 1e-8, 1e-10)
            g.array(name + ".lower_bound", m.lower_bound_, 1e-9, 0)
            g.array(name + ".n_iter", m.n_iter_)
            if name == kind:
                g.array(name + ".predict", m.predict(x))
                g.array(name + ".proba", m.predict_proba(x)[::5], 1e-7, 1e-9)
                g.array(name + ".score_samples", m.score_samples(x)[::5], 1e-8, 1e-9)
                g.array(name + ".aic", m.aic(x), 1e-9, 0)
                g.array(name + ".bic", m.bic(x), 1e-9, 0)
    g.close()


main()
