"""fir, welch, band_power, quantiles, covariance, moments: mne 1.3.0, scipy and numpy."""
from golden import Golden, f32

import mne
import numpy as np
from scipy import signal, stats
from scipy.integrate import simpson


def fir():
    g = Golden("fir", """
        NAME.h: taps of mne.filter.create_filter (firwin design, Hamming, phase zero, automatic lengths and
        transitions). NAME.spec: rate, l_freq, h_freq (nan: none; l > h: band stop), l_trans, h_trans (nan:
        automatic). x: 1000 float32 noise samples, filtered in float64. NAME.y: mne.filter.filter_data(x), phase zero
        (delay of (N - 1) / 2 dropped), pad reflect_limited (odd reflection 2 x0 - x[k] of min(N, n) - 1 samples,
        zeros beyond). NAME.short: the same of x[:300]. firwin.NAME: scipy.signal.firwin as firwin.NAME.spec says
        (taps, lo, hi in Hz, rate; nan lo: low-pass, nan hi: high-pass, lo > hi: band stop between hi and lo);
        Hamming, scaled to 1 in the pass band.""", seed=41)
    x = f32(np.random.default_rng(41).normal(size=1000) * 3 + 0.7)
    g.input("x", x)
    none = np.nan
    for name, rate, lo, hi, lt, ht in (("bp7_30", 160, 7, 30, none, none), ("bp1_40", 250, 1, 40, none, none),
                                       ("lp40", 250, none, 40, none, none), ("hp4", 250, 4, none, none, none),
                                       ("bs45_55", 250, 55, 45, 4, 4), ("lp70", 160, none, 70, none, none),
                                       ("user", 200, 8, 13, 2, 3)):
        kw = dict(l_freq=None if np.isnan(lo) else lo, h_freq=None if np.isnan(hi) else hi, method="fir", phase="zero",
                  fir_window="hamming", fir_design="firwin", l_trans_bandwidth="auto" if np.isnan(lt) else lt,
                  h_trans_bandwidth="auto" if np.isnan(ht) else ht)
        g.input(name + ".spec", [rate, lo, hi, lt, ht])
        h = mne.filter.create_filter(None, rate, verbose=False, **kw)
        g.array(name + ".h", h, 1e-9, 1e-13)
        for key, v in (("y", x), ("short", x[:300])):
            if key == "short" and name not in ("bp1_40", "bp7_30"):
                continue
            y = mne.filter.filter_data(v.copy(), rate, pad="reflect_limited", verbose=False, **kw)
            g.array("%s.%s" % (name, key), y, 1e-6, 2e-6)
    for name, n, lo, hi, rate in (("lp", 31, none, 30, 160), ("lp64", 64, none, 12.5, 100), ("bp", 101, 7, 30, 160),
                                  ("hp", 51, 5, none, 100), ("bs", 101, 55, 45, 250)):
        g.input("firwin.%s.spec" % name, [n, lo, hi, rate])
        if np.isnan(lo):
            h = signal.firwin(n, hi, fs=rate)
        elif np.isnan(hi):
            h = signal.firwin(n, lo, fs=rate, pass_zero=False)
        else:
            h = signal.firwin(n, sorted((lo, hi)), fs=rate, pass_zero=bool(lo > hi))
        g.array("firwin." + name, h, 1e-12, 1e-15)
    g.close()


def signals():
    rng = np.random.default_rng(42)
    t = np.arange(1500) / 160
    pink = signal.lfilter([1], [1, -0.95], rng.normal(size=(2, 1500)))
    return f32(pink + np.array([[12.0], [4.0]]) * np.sin(2 * np.pi * 10 * t) + np.array([[5.0], [-40.0]]))


def welch():
    g = Golden("welch", """
        x: 2 channels x 1500 float32 samples at 160 Hz (noise, 10 Hz, an offset). Results [channel][bin], bin k = k
        rate / nfft. scipy.signal.welch, periodic Hann, overlap nperseg // 2, detrend constant, density, mean, unless
        the name says: n256, n160, n75 (odd), n512pad (nperseg 300, nfft 512), nodetrend, spectrum (scaling), median,
        overlap0 (nperseg 256), ov50 (nperseg 160, noverlap 50), hamming. long: nperseg = the whole signal. mne:
        mne.time_frequency.psd_array_welch defaults (periodic Hamming, n_fft 256, overlap 0, mean removed, density);
        mne.overlap: n_overlap 64, n_per_seg 128, n_fft 256; mne.median.""", seed=42)
    x = signals()
    g.input("x", x)
    for name, kw in (("n256", dict(nperseg=256)), ("n160", dict(nperseg=160)), ("n75", dict(nperseg=75)),
                     ("n512pad", dict(nperseg=300, nfft=512)), ("nodetrend", dict(nperseg=160, detrend=False)),
                     ("spectrum", dict(nperseg=160, scaling="spectrum")),
                     ("median", dict(nperseg=160, average="median")),
                     ("overlap0", dict(nperseg=256, noverlap=0)), ("ov50", dict(nperseg=160, noverlap=50)),
                     ("hamming", dict(nperseg=160, window="hamming")), ("long", dict(nperseg=1500))):
        f, p = signal.welch(x, fs=160.0, **kw)
        if name == "long":
            f, p = f[:120], p[:, :120]
        g.array(name, p, 1e-5, 3e-8 * p.max())
    for name, kw in (("mne", {}), ("mne.overlap", dict(n_fft=256, n_per_seg=128, n_overlap=64)),
                     ("mne.median", dict(average="median"))):
        p, f = mne.time_frequency.psd_array_welch(x, 160.0, verbose=False, **kw)
        g.array(name, p, 1e-5, 3e-8 * p.max())
    g.input("mne.freqs", f)
    g.close()


def band_power():
    g = Golden("band_power", """
        psd [channel][bin]: scipy.signal.welch of the signals of welch.txt, nperseg 320 (0.5 Hz bins, so 161 of them).
        freqs. bands: rows lo, hi in Hz. Each result is [channel][band]. sum: sum of bins lo <= f <= hi
        (mne-features); sum.relative: over the sum of all bins; sum.db: 10 log10 of the latter. sum.df: sum times the
        bin width (power in u^2). simpson: Simpson integral over bins lo <= f <= hi, scipy 1.10: for an even count of
        bins the mean of the two ways with a trapezoid at one end ("avg"); later scipy uses a parabola there, so bands
        of odd and of even counts of bins are both present (count); simpson.relative: over the integral of the whole
        axis (YASA). mean: mean over lo <= f < hi of psd / its sum (MNE sleep tutorial). mean.absolute: mean over lo
        <= f < hi of psd.""", seed=42)
    f, p = signal.welch(signals(), fs=160.0, nperseg=320)
    bands = np.array([[0.5, 4], [4, 8], [8, 13], [8, 12.5], [13, 30], [30, 40], [10, 10]])
    g.array("psd", p)
    g.input("freqs", f)
    g.input("bands", bands)
    out = {k: np.zeros((2, len(bands))) for k in ("sum", "sum.relative", "sum.df", "simpson", "simpson.relative",
                                                 "mean", "mean.absolute")}
    count = []
    for j, (lo, hi) in enumerate(bands):
        both, half = (f >= lo) & (f <= hi), (f >= lo) & (f < hi)
        count.append(both.sum())
        out["sum"][:, j] = p[:, both].sum(axis=1)
        out["sum.df"][:, j] = p[:, both].sum(axis=1) * (f[1] - f[0])
        out["sum.relative"][:, j] = p[:, both].sum(axis=1) / p.sum(axis=1)
        out["simpson"][:, j] = simpson(p[:, both], dx=f[1] - f[0], even="avg")
        out["simpson.relative"][:, j] = out["simpson"][:, j] / simpson(p, dx=f[1] - f[0], even="avg")
        rel = p / p.sum(axis=1, keepdims=True)
        out["mean"][:, j] = rel[:, half].mean(axis=1) if half.any() else np.nan
        out["mean.absolute"][:, j] = p[:, half].mean(axis=1) if half.any() else np.nan
    g.input("count", count)
    for k, v in out.items():
        g.array(k, v, 1e-9, 1e-12)
    g.array("sum.db", 10 * np.log10(out["sum.relative"]), 1e-9, 1e-9)
    g.close()


def numbers():
    x = f32(np.random.default_rng(43).gamma(1.5, 2, size=(6, 41)) - 2)
    x[4] = np.round(x[4])  # ties
    x[5] = 7.25  # constant
    g = Golden("quantiles", """
        numpy.percentile(x[i], q), linear: position q/100 (n - 1). x: 6 rows of 41 float32 (row 4 has ties, row 5 is
        constant); y[i][j] for q[j]. one: a single number 3.5; two: 1 and 4.""", seed=43)
    q = np.array([0, 5, 10, 25, 33.3, 50, 75, 90, 95, 99.9, 100])
    g.input("x", x)
    g.input("q", q)
    g.array("y", np.percentile(x, q, axis=1).T, 1e-7, 1e-7)
    g.array("one", np.percentile([3.5], q), 1e-7, 1e-7)
    g.array("two", np.percentile([4.0, 1.0], q), 1e-7, 1e-7)
    g.close()
    g = Golden("moments", """
        Per row of x (6 x 41 float32; row 4 has ties, row 5 is constant): mean, std (ddof 0), var, std1 (ddof 1), skew
        and kurtosis (biased, Fisher: a normal gives 0; nan for the constant row), skew1 and kurtosis1 (bias
        corrected), rms, ptp, hjorth.activity (var ddof 0), hjorth.mobility = sqrt(var(dx) / var(x)),
        hjorth.complexity = mobility(dx) / mobility(x), plain differences, ddof 0 (nan where var is 0), line_length =
        sum |dx|.""", seed=43)
    g.input("x", x)
    dx, ddx = np.diff(x, axis=1), np.diff(x, 2, axis=1)
    with np.errstate(all="ignore"):
        mob = np.sqrt(dx.var(axis=1) / x.var(axis=1))
        comp = np.sqrt(ddx.var(axis=1) / dx.var(axis=1)) / mob
        flat = np.ptp(x, axis=1) == 0
        table = {"mean": x.mean(axis=1), "std": x.std(axis=1), "var": x.var(axis=1), "std1": x.std(axis=1, ddof=1),
                 "skew": stats.skew(x, axis=1), "kurtosis": stats.kurtosis(x, axis=1),
                 "skew1": stats.skew(x, axis=1, bias=False), "kurtosis1": stats.kurtosis(x, axis=1, bias=False),
                 "rms": np.sqrt((x ** 2).mean(axis=1)), "ptp": np.ptp(x, axis=1), "hjorth.activity": x.var(axis=1),
                 "hjorth.mobility": mob, "hjorth.complexity": comp, "line_length": np.abs(dx).sum(axis=1)}
    for k, v in table.items():
        if k.startswith(("skew", "kurt", "hjorth.m", "hjorth.c")):
            v = np.where(flat, np.nan, v)
        g.array(k, v, 1e-6, 1e-6)
    g.close()
    rng = np.random.default_rng(44)
    x = f32(rng.normal(size=(5, 5)) @ rng.normal(size=(5, 120)) + np.arange(5)[:, None] * 10)
    g = Golden("covariance", """
        x: 5 channels x 120 float32 samples with unequal means. cov: numpy.cov (centred, T - 1); cov0: centred, T;
        uncentred: X X' / T; corr: numpy.corrcoef; uncentred.trace1: uncentred / its trace. upper: the upper triangle
        of uncentred by rows, diagonal included.""", seed=44)
    g.input("x", x)
    u = x @ x.T / x.shape[1]
    for k, v in (("cov", np.cov(x)), ("cov0", np.cov(x, ddof=0)), ("uncentred", u), ("corr", np.corrcoef(x)),
                 ("uncentred.trace1", u / np.trace(u)), ("upper", u[np.triu_indices(5)])):
        g.array(k, v, 1e-6, 1e-9)
    g.close()


fir()
welch()
band_power()
numbers()
