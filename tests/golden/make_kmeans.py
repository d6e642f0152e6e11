"""kmeans: scikit-learn's KMeans from given centres."""
from golden import Golden, f32, table

import numpy as np
from sklearn.cluster import KMeans


def main():
    g = Golden("kmeans", """
        KMeans(init=.init, n_init=1, algorithm="lloyd") in double. Cases: iris (k = 3, from rows 0, 1, 2); cloud (300
        rows of 3 normal columns, k = 9, first centres drawn, weights 1 to 3); tight (as cloud, tol 0.01: stops by the
        shift); empty (two centres far from all rows, so that clusters are refilled). .centers, .labels, .inertia,
        .n_iter.""", seed=31)
    rng = np.random.default_rng(31)
    iris, _ = table("tables", "iris.csv")
    cloud = f32(rng.normal(size=(300, 3)) + [5, -20, 0])
    start = np.round(rng.normal(size=(9, 3)) + [5, -20, 0], 3)
    far = start.copy()
    far[[2, 6]] += 500
    w = rng.integers(1, 4, 300)
    g.input("iris.x", iris)
    g.input("cloud.x", cloud)
    g.input("cloud.weight", w)
    for name, x, init, weight, tol in (("iris", iris, iris[:3], None, 1e-4), ("cloud", cloud, start, w, 1e-4),
                                       ("tight", cloud, start, None, 1e-2), ("empty", cloud, far, None, 1e-4)):
        m = KMeans(len(init), init=np.asarray(init, float), n_init=1, tol=tol, algorithm="lloyd")
        m.fit(np.asarray(x, float), sample_weight=weight)
        g.input(name + ".init", np.asarray(init, float))
        g.array(name + ".centers", m.cluster_centers_, 1e-11, 1e-12)
        g.array(name + ".labels", m.labels_)
        g.array(name + ".inertia", m.inertia_, 1e-11, 0)
        g.array(name + ".n_iter", m.n_iter_)
        print(name, m.n_iter_, m.inertia_)
    g.close()


main()
