"""conditioning: what pcen, whiten, denoise, smooth, robust_scale, clicks and mark_artefacts give, by their formulas."""
from golden import Golden, f32

import numpy as np
from scipy import ndimage, signal
from sklearn.preprocessing import RobustScaler


def pcen(s, rate, gain=0.98, bias=2.0, power=0.5, time_constant=0.4, eps=1e-6):
    """librosa.pcen of [bin][frame], max_size 1, as its source has it."""
    t = time_constant * rate
    b = (np.sqrt(1 + 4 * t ** 2) - 1) / (2 * t ** 2)
    zi = signal.lfilter_zi([b], [1, b - 1])
    m, _ = signal.lfilter([b], [1, b - 1], s, zi=np.tile(zi, (len(s), 1)), axis=-1)
    smooth = np.exp(-gain * (np.log(eps) + np.log1p(m / eps)))
    if power == 0:
        return np.log1p(s * smooth)
    if bias == 0:
        return np.exp(power * (np.log(s) + np.log(smooth)))
    return bias ** power * np.expm1(power * np.log1p(s * smooth / bias))


def ewm(x, alpha):
    """Weights (1 - alpha)^(t - i) over their sum, written out."""
    out = np.empty_like(x)
    for t in range(x.shape[-1]):
        w = (1 - alpha) ** np.arange(t, -1, -1)
        out[..., t] = (x[..., :t + 1] * w).sum(axis=-1) / w.sum()
    return out


def level(v, loud):
    """The mean of the values of a series that are at most loud times their median."""
    return v[v <= loud * np.median(v)].mean()


def whiten(s, alpha, held, floor_db):
    """The first frames over their level, which then weighs as many; the rest over the running mean; a floor below its mean
    over the bins."""
    out = np.empty_like(s)
    w = (1 - alpha) ** np.arange(s.shape[1] + 1)
    start = np.array([level(v, 4) for v in s[:, :held]])
    for t in range(s.shape[1]):
        n = t + 1 - held
        weights = np.concatenate([[w[max(n, 0):max(n, 0) + held].sum()], w[:max(n, 0)][::-1]])
        b = np.column_stack([start, s[:, held:t + 1]]) @ weights / weights.sum()
        out[:, t] = s[:, t] / np.maximum(b, b.mean() * 10 ** (-floor_db / 10))
    return out


def denoise(s, mode, threshold=4, below=16, above=160, start=None, held=60, over=1, floor=0):
    b = np.array([level(v, threshold) for v in s[:, :held]]) if start is None else start * s[:, 0]
    out = np.empty_like(s)
    for t in range(s.shape[1]):
        v = s[:, t]
        loud = v > threshold * b
        out[:, t] = np.where(loud, v, floor * v) if mode == "gate" else np.maximum(v - over * b, floor * v)
        b = b + (v - b) / np.where(loud, above, below)
    return out


def clicks(x, length, threshold=5.0, power=6.0):
    out = np.empty_like(x)
    for at in range(0, x.shape[1], length):
        v = x[:, at:at + length]
        m, sd = v.mean(axis=1, keepdims=True), v.std(axis=1, keepdims=True)
        out[:, at:at + length] = m + (v - m) / (1 + (np.abs(v - m) / (threshold * sd)) ** power)
    return out


def marks(x, rate, amplitude=None, gradient=None, flat=None, flat_s=0.5, clip=None, clip_run=3, pad_s=0.0):
    """One channel; every rule by its own words."""
    n, bad = len(x), ~np.isfinite(x)
    with np.errstate(invalid="ignore"):
        if amplitude is not None:
            bad |= np.abs(x) > amplitude
        if gradient is not None:
            steep = np.abs(np.diff(x)) > gradient
            bad[1:] |= steep
            bad[:-1] |= steep
        if flat is not None:
            w = max(2, int(np.rint(flat_s * rate)))
            for i in range(n - w + 1):
                if np.isfinite(x[i:i + w]).all() and np.ptp(x[i:i + w]) <= flat:
                    bad[i:i + w] = True
        if clip is not None:
            rail = np.abs(x) >= clip
            for i in range(n - clip_run + 1):
                if rail[i:i + clip_run].all():
                    bad[i:i + clip_run] = True
    pad, out = int(np.ceil(pad_s * rate - 1e-9)), bad.copy()
    for i in np.flatnonzero(bad):
        out[max(0, i - pad):i + pad + 1] = True
    return out


def main():
    g = Golden("conditioning", """
        s [bin][frame]: float32 powers at 20 frames a second; x [channel][sample]: float32 at 100 Hz, channel 2 with
        flat stretches, clipped tops, a NaN and steps. The names say which stage: pcen (defaults), pcen.log (power 0,
        time_constant 2), pcen.root (bias 0, power 0.25, gain 0.5): librosa.pcen's formula on scipy.signal.lfilter;
        whiten (time constant 1 s, no start, no floor), whiten.start (1 s, start 1.5 s, floor 60 dB), whiten.floor (start
        3 s, floor 20 dB); denoise (defaults), denoise.ten (start 10), denoise.gate (threshold 2, start 1, floor 0.1),
        denoise.over (over 2, floor 0.05, below 4, above 40, start level of 0.4 s); smooth (1-2-1 x 1-2-1 / 16, edges nearest), smooth.5x1 (five frames,
        one bin), smooth.median (3 x 3), smooth.median5x7 (five frames, seven bins): scipy.ndimage; ema (0.5 s, eps
        1e-4), ema.eps (eps 5), median (0.3 s): channels 0 and 1; coarse: median of channels 0 and 1 rounded to multiples of 16, by
        sklearn.preprocessing.RobustScaler window by window; clicks (length 50, threshold 5, power 6), clicks.soft (length 64,
        threshold 2, power 1.5): channels 0 and 1; mark.I [channel][sample] of options mark.I.options.""", seed=71)
    rng = np.random.default_rng(71)
    s = rng.gamma(2.0, 3.0, size=(6, 90)) * np.array([[1e-6], [1], [10], [0.1], [1e3], [2]])
    s[1:4, 40:46] *= 50
    s = f32(s)
    g.input("s", s)
    tol = dict(rtol=2e-6, atol=1e-12)
    g.array("pcen", pcen(s, 20), **tol)
    g.array("pcen.log", pcen(s, 20, power=0, time_constant=2), **tol)
    g.array("pcen.root", pcen(s, 20, bias=0, power=0.25, gain=0.5), **tol)
    g.array("whiten", s / ewm(s, 1 - np.exp(-1 / 20)), **tol)
    g.array("whiten.start", whiten(s, 1 - np.exp(-1 / 20), 30, 60), **tol)
    g.array("whiten.floor", whiten(s, 1 - np.exp(-1 / 200), 60, 20), **tol)
    g.array("denoise", denoise(s, "subtract"), 2e-6, 1e-5)
    g.array("denoise.ten", denoise(s, "subtract", start=10), 2e-6, 1e-5)
    g.array("denoise.gate", denoise(s, "gate", threshold=2, start=1, floor=0.1), **tol)
    g.array("denoise.over", denoise(s, "subtract", over=2, floor=0.05, below=4, above=40, held=8), 2e-6, 1e-5)
    k = np.array([1, 2, 1]) / 4
    g.array("smooth", ndimage.convolve(s, np.outer(k, k), mode="nearest"), **tol)
    g.array("smooth.5x1", ndimage.convolve1d(s, np.array([1, 4, 6, 4, 1]) / 16, axis=1, mode="nearest"), **tol)
    g.array("smooth.median", ndimage.median_filter(s, size=(3, 3), mode="nearest"), **tol)
    g.array("smooth.median5x7", ndimage.median_filter(s, size=(7, 5), mode="nearest"), **tol)
    x = np.cumsum(rng.normal(size=(3, 300)), axis=1)
    x[0, 100:103] += 80
    x[1, 222] -= 300
    x[2, 50:75] = x[2, 50]
    x[2, 120:123] += np.array([60, -45, 50])
    x[2, 160] = np.nan
    x[2, 200:240] = 20 + 0.01 * rng.normal(size=40)
    x[2, 220] = 25
    x[2] = np.clip(x[2], -30, 24)
    x[2, 270:274] = 24
    x[2, 280:282] = 24
    x = f32(x)
    g.input("x", x)
    two = x[:2]
    d = two - ewm(two, 1 - np.exp(-1 / 50))
    sd = np.sqrt(ewm(d ** 2, 1 - np.exp(-1 / 50)))
    g.array("ema", d / np.maximum(1e-4, sd), 2e-6, 1e-9)
    g.array("ema.eps", d / np.maximum(5, sd), 2e-6, 1e-9)
    med = np.empty_like(two)
    for t in range(two.shape[1]):
        q = np.percentile(two[:, max(0, t - 29):t + 1], [25, 50, 75], axis=1)
        med[:, t] = (two[:, t] - q[1]) / np.maximum(1e-4, q[2] - q[0])
    g.array("median", med, 2e-6, 1e-9)
    coarse, scaled = 16 * np.rint(two / 16), np.empty_like(two)
    for t in range(two.shape[1]):
        scaled[:, t] = RobustScaler().fit_transform(coarse[:, max(0, t - 29):t + 1].T)[-1]
    g.array("coarse", scaled, 2e-6, 1e-9)
    g.array("clicks", clicks(two, 50), 2e-6, 1e-9)
    g.array("clicks.soft", clicks(two, 64, 2.0, 1.5), 2e-6, 1e-9)
    cases = (dict(amplitude=22), dict(gradient=6), dict(gradient=6, pad_s=0.035), dict(flat=0, flat_s=0.2),
             dict(flat=0.05, flat_s=0.1, pad_s=0.02), dict(clip=24), dict(clip=24, clip_run=2),
             dict(amplitude=23, gradient=4, flat=0.06, flat_s=0.15, clip=24, clip_run=1, pad_s=0.05),
             dict(flat=3, flat_s=0.07), dict())
    for i, kw in enumerate(cases):
        g.text("mark.%d.options" % i, " ".join("%s=%g" % p for p in kw.items()) or "pad_s=0")
        g.input("mark.%d" % i, np.array([marks(v, 100, **kw) for v in x]).astype(float))
    g.input("marks", len(cases))
    g.close()


main()
