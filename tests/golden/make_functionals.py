"""functionals: numbers of a segment's course by numpy and scipy, and by openSMILE's definitions re-stated here.

Of numpy and scipy: polyfit, find_peaks, quantile, welch, interp, pad. Times, extremes and centroid follow their definitions
(openSMILE's functionals; nmkridler/moby). Input: 1 channel of 3 bins at 31.25 frames a second, seed 20260; 1e-6 of the
largest value of a column, for rows are float32."""
import numpy as np
import scipy.signal

from golden import Golden, f32

RATE, N, BINS = 31.25, 150, 3
rng = np.random.default_rng(20260)
t = np.arange(N) / RATE
x = np.stack([3 + np.sin(2 * np.pi * 4 * t) + 0.3 * rng.standard_normal(N),
              np.round(np.exp(rng.standard_normal(N)) * 4) / 4,  # ties and flat tops
              0.5 * t ** 2 - t + 0.2 * rng.standard_normal(N)], axis=1)
x = f32(x)


def extremes(v):
    return [v.argmax() / RATE, v.argmin() / RATE, v.max() - v.mean(), v.mean() - v.min()]


def iqr(v):
    q = np.quantile(v, [0.25, 0.5, 0.75])
    return [q[1] - q[0], q[2] - q[1], q[2] - q[0]]


def regression(v, axis):
    out = []
    for degree in (1, 2):
        c = np.polyfit(axis, v, degree)
        e = v - np.polyval(c, axis)
        out += [*c, np.abs(e).mean(), (e ** 2).mean()]
    return out


def peaks(v, none=np.nan, **options):
    at, _ = scipy.signal.find_peaks(v, **options)
    if not len(at):
        return [0, none, none, none]
    return [len(at), np.diff(at).mean() / RATE if len(at) > 1 else none, v[at].mean(), v[at].mean() - v.mean()]


def mean_crossings(v, scale=1):
    s = (v - v.mean()) < 0
    return [(s[1:] != s[:-1]).sum() * scale]


def times(v):
    lo, hi, d = v.min(), v.max(), np.diff(v)
    return [*((v > lo + p * (hi - lo)).mean() for p in (0.25, 0.5, 0.75, 0.9)), (d > 0).mean(), (d < 0).mean(),
            (d[1:] > d[:-1]).mean(), (d[1:] < d[:-1]).mean()]


def centroid(v, weight=lambda v: v):
    w = weight(v)
    c = (w * t[:len(v)]).sum() / w.sum()
    spread = (w * (t[:len(v)] - c) ** 2).sum() / w.sum()
    if not (w.sum() > 0):
        return [np.nan] * 3
    if spread < 0:
        return [c, np.nan, np.nan]
    return [c, np.sqrt(spread), (w * (t[:len(v)] - c) ** 3).sum() / w.sum() / spread ** 1.5]


def modulation(v):
    f, p = scipy.signal.welch(v, RATE, nperseg=64, noverlap=32)
    return p[f <= 10 + 1e-9]


def each(fn, **kw):
    return np.stack([fn(x[:, k], **kw) for k in range(BINS)])


g = Golden("functionals", __doc__)
g.input("x", x)
CASES = [
    ("extremes", "", each(extremes)),
    ("interquartile_range", "", each(iqr)),
    ("regression", "", each(lambda v: regression(v, t))),
    ("regression", "time=unit", each(lambda v: regression(v, np.linspace(0, 1, N)))),
    ("peaks", "", each(peaks)),
    ("peaks", "height=2", each(peaks, height=2)),
    ("peaks", "distance_s=0.2", each(peaks, distance=0.2 * RATE)),
    ("peaks", "prominence=0.5", each(peaks, prominence=0.5)),
    ("peaks", "height=0.9;distance_s=0.1;prominence=0.3", each(peaks, height=0.9, distance=0.1 * RATE, prominence=0.3)),
    ("peaks", "height=100;none=zero", each(peaks, none=0, height=100)),
    ("mean_crossings", "", each(mean_crossings)),
    ("mean_crossings", "normalize=true", each(mean_crossings, scale=1 / N)),
    ("times", "", each(times)),
    ("time_centroid", "", each(centroid)),
    ("time_centroid", "weight=abs", each(centroid, weight=np.abs)),
    ("time_centroid", "weight=square", each(centroid, weight=np.square)),
    ("modulation_spectrum", "window_s=2.048;f_max=10", each(modulation)),
    ("flatten", "frames=150", x),
    ("flatten", "frames=40;fit=pad_crop", x[:40]),
    ("flatten", "frames=40;fit=pad_crop;crop=middle", x[55:95]),
    ("flatten", "frames=40;fit=pad_crop;crop=end", x[110:]),
    ("flatten", "frames=400;fit=pad_crop", np.pad(x, ((0, 250), (0, 0)))),
    ("flatten", "frames=400;fit=pad_crop;pad=reflect", np.pad(x, ((0, 250), (0, 0)), mode="reflect")),
    ("flatten", "frames=400;fit=pad_crop;pad=repeat", np.pad(x, ((0, 250), (0, 0)), mode="wrap")),
    *(("flatten", f"frames={n};fit=resample",
       np.stack([np.interp(np.linspace(0, N - 1, n), np.arange(N), x[:, k]) for k in range(BINS)], 1)) for n in (1, 64, 333)),
]
for i, (name, options, want) in enumerate(CASES):
    g.text(f"case_{i}", f"{name} {options}")
    scale = np.nanmax(np.abs(want)) if np.isfinite(want).any() else 0
    g.array(f"want_{i}", want, rtol=1e-6, atol=1e-6 * scale)
g.text("n_cases", str(len(CASES)))
g.close()
