"""curves_more: det_curve and calibration_curve of sklearn, on scores with ties."""
from golden import Golden, f32

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import det_curve


def main():
    g = Golden("curves_more", """
        Inputs: t, s (scores with ties, in [0, 1]), w. det, det.w: det_curve, columns fpr, fnr, threshold. uniform, quantile:
        calibration_curve with 5 bins, columns prob_pred, prob_true.""", seed=51)
    rng = np.random.default_rng(51)
    t = (rng.uniform(size=70) < 0.4).astype(int)
    s = f32(np.clip(np.round(0.3 * t + rng.normal(0.4, 0.2, 70), 1), 0, 1))
    w = f32(np.round(rng.uniform(0.1, 3, 70), 2))
    for key, v in (("t", t), ("s", s), ("w", w)):
        g.input(key, v)
    g.array("det", np.column_stack(det_curve(t, s)), 1e-12, 1e-14)
    g.array("det.w", np.column_stack(det_curve(t, s, sample_weight=w)), 1e-12, 1e-14)
    for strategy in ("uniform", "quantile"):
        true, pred = calibration_curve(t, s, n_bins=5, strategy=strategy)
        g.array(strategy, np.column_stack([pred, true]), 1e-12)
    g.close()


main()
