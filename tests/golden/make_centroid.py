"""nearest_centroid: scikit-learn's NearestCentroid."""
from golden import Golden, classes_of, table

from sklearn.neighbors import NearestCentroid


def main():
    g = Golden("centroid", """
        NearestCentroid on iris, learnt from even rows, asked about odd rows (train.x, train.y, ask.x). Case
        METRIC.SHRINK with shrink_threshold none, 0.5 or 5: .centroids,
        .predict (class number).""")
    x, label = table("tables", "iris.csv")
    y = classes_of(label)[0]
    keep = [i for i in range(0, 150, 2) if i % 3 or y[i]]  # classes of unlike size
    g.input("train.x", x[keep])
    g.input("train.y", y[keep])
    g.input("ask.x", x[1::2])
    for metric in ("euclidean", "manhattan"):
        for shrink in (None, 0.5, 5):
            m = NearestCentroid(metric=metric, shrink_threshold=shrink).fit(x[keep].astype(float), y[keep])
            name = "%s.%s." % (metric, "none" if shrink is None else shrink)
            g.array(name + "centroids", m.centroids_, 1e-12, 1e-13)
            g.array(name + "predict", m.predict(x[1::2].astype(float)))
    g.close()


main()
