"""Transformers of columns: scikit-learn's scalers, imputer, normalizer ..., each on rows that are hard for it."""
from golden import Golden, f32, table

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import Binarizer, MaxAbsScaler, MinMaxScaler, Normalizer, RobustScaler

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


scalers()
