"""contrast: what local_contrast and pool give, by their formulas."""
from golden import Golden, f32

import numpy as np
from scipy import ndimage


def box(x, bins, frames):
    """Sums over boxes of [bin][frame], zeros beyond the edges."""
    return ndimage.convolve(x, np.ones((bins, frames)), mode="constant")


def contrast(x, bins=65, frames=1, inner_bins=3, inner_frames=1):
    """Broken values count nowhere and stay broken; a mean over nothing is the value itself."""
    there = np.isfinite(x).astype(float)
    v = np.where(there > 0, x, 0)
    n = np.rint(box(there, bins, frames) - box(there, inner_bins, inner_frames))
    mean = (box(v, bins, frames) - box(v, inner_bins, inner_frames)) / np.maximum(n, 1)
    return np.where(n > 0, v - mean, 0) + np.where(there > 0, 0, np.nan)


def pool(x, hz, n, lo, hi, how):
    """Band by band, as it is said in words."""
    edges = np.linspace(lo, hi, n + 1)
    inside = [(hz >= a) & ((hz < b) | ((i == n - 1) & (hz <= b))) for i, (a, b) in enumerate(zip(edges, edges[1:]))]
    return np.array([how(x[k], axis=0) for k in inside])


def main():
    g = Golden("contrast", """
        x [bin][frame]: float32 decibels of 34 bins, 0 to 1650 Hz, at 20 frames a second; y: the same with a NaN, an
        infinity and a stretch of 3 bins and 4 frames of NaN. contrast.*: scipy.ndimage.convolve of ones, what is outer
        less what is inner, over as many values as are there; contrast (bins 65, inner_bins 3), contrast.bins (bins 9,
        inner_bins 5), contrast.frames (frames 15, inner_frames 3, bins 1, inner_bins 1), contrast.both (frames 5, bins
        7, inner_frames 3, inner_bins 3); broken.* of y. pool: 5 bands of all, max; pool.mean: 3 bands from 200 to 1400
        Hz; pool.nan: the former of y, clipped at 1000.""", seed=88)
    rng = np.random.default_rng(88)
    x = 10 * np.log10(rng.gamma(2.0, 3.0, size=(34, 40))) - np.arange(34)[:, None]
    x[10:13, 20:35] += 15
    x = f32(x)
    y = x.copy()
    y[7, 25] = np.nan
    y[22, 11] = np.inf
    y[30:33, 30:34] = np.nan
    g.input("x", x)
    g.input("y", y)
    tol = dict(rtol=2e-6, atol=1e-5)
    cases = {"contrast": {}, "contrast.bins": dict(bins=9, inner_bins=5),
             "contrast.frames": dict(frames=15, inner_frames=3, bins=1, inner_bins=1),
             "contrast.both": dict(frames=5, bins=7, inner_frames=3, inner_bins=3)}
    for name, kw in cases.items():
        g.array(name, contrast(x, **kw), **tol)
    g.array("broken", contrast(y, **cases["contrast.both"]), **tol)
    hz = 50.0 * np.arange(34)
    g.array("pool", pool(x, hz, 5, 0, 1650, np.max), **tol)
    g.array("pool.mean", pool(x, hz, 3, 200, 1400, np.mean), **tol)
    g.array("pool.nan", pool(np.where(np.isinf(y), 1000, y), hz, 5, 0, 1650, np.max), **tol)
    g.close()


main()
