"""condition, fir_eeg, iir, notch, comb, resample, resample_soxr, detrend: filters and their kin on real EEG, by scipy.signal,
mne and numpy."""
import os

from golden import ROOT, Golden, f32

import mne
import numpy as np
from scipy import signal

RATE = 160.0
NONE = np.nan


def piece():
    """Five seconds of real EEG in uV, two channels, and noise with an offset: [sample][series], float32."""
    raw = mne.io.read_raw_edf(os.path.join(ROOT, "data", "sets", "eegmmidb-s001", "S001R01.edf"), preload=True)
    assert raw.info["sfreq"] == RATE
    eeg = 1e6 * raw.get_data()[[10, 30], 1600:2400]
    noise = np.random.default_rng(61).normal(size=800) * 40 + 300
    return f32(np.column_stack([eeg.T, noise]))


X = piece()
RMS = np.sqrt((X ** 2).mean(axis=0)).min()


def inputs():
    g = Golden("condition", """
        x: what the stages of conditioning are tested on, [sample][series] at 160 Hz, float32: channels 10 and 30 of
        data/sets/eegmmidb-s001/S001R01.edf, samples 1600 to 2399, in uV, and noise with an offset.""", seed=61)
    g.input("x", X)
    g.close()


def put(g, name, y):
    """A wanted signal: within 1e-6 of the weakest input's RMS and 2e-7 of each value. For every series that is at most
    1e-5 of the wanted signal's own RMS, as was asked for (2e-6 to 3e-6 as a rule)."""
    rtol, atol = 2e-7, 1e-6 * RMS
    assert np.all(atol + rtol * np.abs(y).max(axis=0) <= 1e-5 * np.sqrt((y ** 2).mean(axis=0))), name
    g.array(name, f32(y), rtol, atol, " f32")


def zeros_for_roundoff(fft):
    """The FFT with 0 for values that are rounding errors, in the one place where minimum_phase gives a length: of the
    taps."""
    def clean(x, *n):
        f = fft(x, *n)
        if n:
            f[np.abs(f) < 1e-12 * np.abs(f).max()] = 0
        return f
    return clean


def own_change(symmetric):
    """By how much the taps of scipy.signal.minimum_phase change, of the largest, and the output's RMS of the EEG, when the
    taps that it starts from change in their last bit: the most of 50 draws."""
    rng, h = np.random.default_rng(61), signal.minimum_phase(symmetric)
    n, y, taps, out = len(h), signal.lfilter(h, [1], X[:, :2], axis=0)[len(h):], 0, 0
    for _ in range(50):
        half = symmetric[:n] + rng.integers(-1, 2, n) * np.spacing(np.abs(symmetric[:n]))
        other = signal.minimum_phase(np.concatenate([half, half[-2::-1]]))
        change = np.abs(signal.lfilter(other, [1], X[:, :2], axis=0)[n:] - y).max(axis=0)
        taps = max(taps, np.abs(other - h).max() / np.abs(h).max())
        out = max(out, (change / np.sqrt((y ** 2).mean(axis=0))).max())
    return taps, out


def fir():
    g = Golden("fir_eeg", """
        Of x of condition.txt. NAME.zero: mne.filter.filter_data, phase zero. Phase minimum: NAME.h: taps of
        mne.filter.create_filter, NAME.y: mne.filter.filter_data from sample N - 1 on (each one before depends on the
        continuation before the run), both with 0 for values of the spectrum below 1e-12 of the largest: rounding
        errors, as of H(0) of filters that stop 0 Hz, whose logarithm otherwise moves all taps. NAME.mne: the taps
        without that, of which the tolerance is 1.5 times what they change by, at most of 50 draws, when the symmetric
        taps they are made from change in their last bit (at least 1e-9 of the largest tap):""", seed=61)
    design, module = "firwin", __import__("scipy.signal._fir_filter_design", fromlist=["fft"])
    for name, lo, hi in (("bp1_40", 1, 40), ("hp4", 4, None), ("bs45_55", 55, 45)):
        kw = dict(l_trans_bandwidth=4, h_trans_bandwidth=4) if name == "bs45_55" else {}
        put(g, name + ".zero", mne.filter.filter_data(X.T.copy(), RATE, lo, hi, fir_design=design, **kw).T)
    for name, lo, hi in (("bp7_30", 7, 30), ("hp1", 1, None), ("lp40", None, 40)):
        kw = dict(l_freq=lo, h_freq=hi, phase="minimum", fir_design=design)
        given, fft, minimum = [], module.fft, signal.minimum_phase
        signal.minimum_phase = lambda h: (given.append(h.copy()), minimum(h))[1]
        own = mne.filter.create_filter(None, RATE, **kw)
        signal.minimum_phase = minimum
        taps, out = own_change(given[0])
        g.note("%s: %.1e of the largest tap, %.1e of the RMS of the EEG's output" % (name, taps, out))
        g.array(name + ".mne", own, 0, max(1.5 * taps, 1e-9) * np.abs(own).max())
        module.fft = zeros_for_roundoff(fft)
        h = mne.filter.create_filter(None, RATE, **kw)
        g.array(name + ".h", h, 0, 1e-10 * np.abs(h).max())
        put(g, name + ".y", mne.filter.filter_data(X.T.copy(), RATE, **kw).T[len(h) - 1:])
        module.fft = fft
    g.close()


def iir():
    g = Golden("iir", """
        NAME.sos: sections b0 b1 b2 a0 a1 a2 of scipy.signal.iirfilter (bessel: norm phase) as NAME.spec says: type (0
        butter, 1 cheby1, 2 cheby2, 3 bessel), order, l_freq, h_freq (nan: none, l > h: band stop), rate, rp, rs.
        NAME.y: scipy.signal.sosfilt of the first 400 samples of x of condition.txt. NAME.steady: from sosfilt_zi times
        the first value. NAME.pad: sosfiltfilt of the 400 with padlen 7. NAME.zero: mne.filter.filter_data of all of x,
        method iir. NAME.short: .zero of the first 100 samples.""", seed=61)
    for name, kind, order, lo, hi, rate, rp, rs, what in (
            ("bp", "butter", 4, 1, 40, RATE, 1, 40, ("y", "steady", "zero", "short")),
            ("lp", "butter", 5, NONE, 30, RATE, 1, 40, ("zero",)),
            ("hp", "butter", 3, 2, NONE, RATE, 1, 40, ("y",)),
            ("bs", "butter", 2, 55, 45, RATE, 1, 40, ("zero",)),
            ("first", "butter", 1, 0.5, NONE, RATE, 1, 40, ()),
            ("slow", "butter", 4, 0.1, 0.5, 256, 1, 40, ()),
            ("bp3", "butter", 3, 8, 13, 250, 1, 40, ()),
            ("c1lp", "cheby1", 8, NONE, 20, RATE, 0.05, 40, ("y",)),
            ("c1bp", "cheby1", 5, 4, 30, RATE, 0.5, 40, ()),
            ("c2lp", "cheby2", 5, NONE, 40, RATE, 1, 60, ("y",)),
            ("c2hp", "cheby2", 6, 3, NONE, RATE, 1, 30, ()),
            ("c2bs", "cheby2", 3, 52, 48, RATE, 1, 40, ()),
            ("b1", "bessel", 1, NONE, 10, RATE, 1, 40, ()),
            ("b4", "bessel", 4, NONE, 30, RATE, 1, 40, ("y", "pad")),
            ("b5bp", "bessel", 5, 2, 20, RATE, 1, 40, ()),
            ("b11", "bessel", 11, NONE, 30, RATE, 1, 40, ()),
            ("b20", "bessel", 20, 5, NONE, 44100, 1, 40, ()),
            ("b20lp", "bessel", 20, NONE, 3000, 44100, 1, 40, ()),
            ("wide", "butter", 20, NONE, 60, 200, 1, 40, ())):
        types = ("butter", "cheby1", "cheby2", "bessel")
        g.input(name + ".spec", [types.index(kind), order, lo, hi, rate, rp, rs])
        btype = "lowpass" if np.isnan(lo) else "highpass" if np.isnan(hi) else "bandpass" if lo < hi else "bandstop"
        edges = sorted(v for v in (lo, hi) if not np.isnan(v))
        sos = signal.iirfilter(order, edges if len(edges) > 1 else edges[0], rp, rs, btype, ftype=kind, output="sos",
                               fs=rate)
        g.array(name + ".sos", sos, 1e-8, 1e-10 * np.abs(sos[1:]).max() if len(sos) > 1 else 1e-12)
        params = dict(order=order, ftype=kind, rp=rp, rs=rs)
        for key in what:
            if key == "y":
                y = signal.sosfilt(sos, X[:400], axis=0)
            elif key == "steady":
                zi = signal.sosfilt_zi(sos)[:, :, None] * X[0]
                y = signal.sosfilt(sos, X[:400], axis=0, zi=zi)[0]
            elif key == "pad":
                y = signal.sosfiltfilt(sos, X[:400], axis=0, padlen=7)
            else:
                x = X[:100] if key == "short" else X
                y = mne.filter.filter_data(x.T.copy(), RATE, None if np.isnan(lo) else lo, None if np.isnan(hi) else hi,
                                           method="iir", iir_params=params).T
            put(g, "%s.%s" % (name, key), y)
    g.close()


def notch():
    g = Golden("notch", """
        Of x of condition.txt. NAME.y: mne.filter.notch_filter, method fir, phase zero (mains: 50 Hz; three: 60, 20, 40 Hz,
        widths 1, 0.5, 2, transitions 4; hann: 50 Hz, Hann, width 3, transitions 10).""", seed=61)
    for name, freqs, kw in (("mains", [50.0], {}),
                            ("three", [60.0, 20.0, 40.0], dict(notch_widths=np.array([1, 0.5, 2]), trans_bandwidth=4.0)),
                            ("hann", [50.0], dict(notch_widths=np.array([3.0]), trans_bandwidth=10.0, fir_window="hann"))):
        put(g, name + ".y", mne.filter.notch_filter(X.T.copy(), RATE, np.array(freqs), phase="zero", **kw).T)
    g.close()


def comb():
    g = Golden("comb", """
        Of the first 400 samples of x of condition.txt. y, steady: scipy.signal.iirnotch at 25, 50 and 75 Hz, all 25/30 Hz
        wide, in series by sosfilt, from rest and from the steady state. two: 13 and 26 Hz, 13/5 Hz wide. whole:
        scipy.signal.iircomb(20, 30), wide: (32, 6), by lfilter from rest; level, level.steady: of whole the zero and the
        pole at 0 Hz taken out, gain 1 there, by lfilter from rest and from the steady state. freqs, gain: |H| of
        scipy.signal.iircomb(50, 30) at 44100 Hz, at notches, at their edges, midway between them and elsewhere.""", seed=61)
    x = X[:400]
    for name, freqs, q in (("y", (25, 50, 75), 30), ("steady", (25, 50, 75), 30), ("two", (13, 26), 5)):
        sos = np.array([np.concatenate(signal.iirnotch(f, q * f / freqs[0], fs=RATE)) for f in freqs])
        zi = signal.sosfilt_zi(sos)[:, :, None] * x[0] * (name == "steady")
        put(g, name, signal.sosfilt(sos, x, axis=0, zi=zi)[0])
    for name, freq, q in (("whole", 20, 30), ("wide", 32, 6)):
        put(g, name, signal.lfilter(*signal.iircomb(freq, q, fs=RATE), x, axis=0))
    b, a = signal.iircomb(20, 30, fs=RATE)
    pole = (-a[-1]) ** (1 / (len(a) - 1))
    b = np.convolve(np.ones(len(a) - 1), [1, -pole])
    b *= a.sum() / b.sum()
    put(g, "level", signal.lfilter(b, a, x, axis=0))
    put(g, "level.steady", signal.lfilter(b, a, x - x[0], axis=0) + x[0])
    freqs = np.array([50, 50 + 5 / 6, 75, 950, 975, 1010, 5000 - 5 / 6, 5025, 10001, 15025, 20000, 20025, 22000, 22025])
    g.input("freqs", freqs)
    g.array("gain", np.abs(signal.freqz(*signal.iircomb(50, 30, fs=44100), worN=freqs, fs=44100)[1]), 0, 1e-3)
    g.close()


def resample():
    g = Golden("resample", """
        Of the first N samples of x of condition.txt. scipy.signal.resample_poly(x[:N], up, down), 160 Hz to the rate of the
        name. rNAME.odd: padtype antireflect, .zero: constant, .edge: edge; N 800, for r256 300. q4.zero:
        scipy.signal.decimate(x, 4, ftype="fir"), all of x; q7.odd: resample_poly(1, 7) with decimate's filter, antireflect.
        """, seed=61)
    for name, up, down, n, pads in (("r100", 5, 8, 800, ("odd", "zero", "edge")), ("r256", 8, 5, 300, ("odd", "zero")),
                                    ("r147", 147, 160, 300, ("odd",)), ("r32", 1, 5, 800, ("zero",))):
        for pad in pads:
            padtype = {"odd": "antireflect", "zero": "constant", "edge": "edge"}[pad]
            put(g, "%s.%s" % (name, pad), signal.resample_poly(X[:n], up, down, axis=0, padtype=padtype))
    put(g, "q4.zero", signal.decimate(X, 4, ftype="fir", axis=0))
    h = signal.firwin(20 * 7 + 1, 1 / 7, window="hamming")
    put(g, "q7.odd", signal.resample_poly(X, 1, 7, axis=0, window=h, padtype="antireflect"))
    g.close()


def band_limited():
    """Real EEG that can be resampled without loss: three channels of the recording, 640 samples, the first and last 120 by
    half a Hann window to and from zero, then low-passed: nothing above 25 Hz (140 dB), zeros beyond both ends."""
    raw = mne.io.read_raw_edf(os.path.join(ROOT, "data", "sets", "eegmmidb-s001", "S001R01.edf"), preload=True)
    eeg = 1e6 * raw.get_data()[[3, 22, 62], 2000:2640] * signal.windows.tukey(640, 240 / 640)
    h = signal.firwin(161, 20, window=("kaiser", 14), fs=RATE)
    return f32(np.array([np.convolve(v, h) for v in eeg]).T)


def at_times(x, rate):
    """The trigonometric polynomial through x, of an even number of samples, at another rate of any ratio."""
    n, k = len(x), np.fft.fftfreq(len(x), 1 / len(x))
    t = np.arange(int(np.ceil(n * rate / RATE))) * RATE / rate
    return (np.exp(2j * np.pi * np.outer(t, k) / n) @ np.fft.fft(x, axis=0)).real / n


def soxr():
    g = Golden("resample_soxr", """
        x: [sample][channel] at 160 Hz, float32: channels 3, 22 and 62 of data/sets/eegmmidb-s001/S001R01.edf, samples
        2000 to 2639, in uV, tapered to zero at both ends and low-passed at 20 Hz (nothing above 25 Hz). rRATE:
        mne.filter.resample(x, npad 0), which is scipy.signal.resample here; r103.77: no ratio of small numbers, by numpy,
        the trigonometric polynomial through x. Tolerance: 5e-6 of the least RMS of a channel
        (libsoxr 0.1.3 is off by at most 1.8e-6 of each one's own, HQ, and 5.2e-7, VHQ).""", seed=61)
    x = band_limited()
    g.input("x", x)
    rms = np.sqrt((x ** 2).mean(axis=0)).min()
    for rate, up, down in ((80, 1, 2), (320, 2, 1), (100, 5, 8), (256, 8, 5)):
        y = mne.filter.resample(x.T.copy(), up, down, npad=0).T
        assert np.abs(y - signal.resample(x, len(y))).max() < 1e-9 * rms
        g.array("r%d" % rate, f32(y), 0, 5e-6 * rms, " f32")
    y = at_times(x, 103.77)
    assert np.abs(at_times(x, 320) - signal.resample(x, 2 * len(x))).max() < 1e-9 * rms
    g.array("r103.77", f32(y), 0, 5e-6 * rms, " f32")
    g.close()


def detrend():
    g = Golden("detrend", """
        Of x of condition.txt, the first 400 samples. constant, linear: scipy.signal.detrend. poly6: less the polynomial of
        degree 6 of best fit (numpy.polynomial.Legendre.fit). window: less the mean of a centred window of 81 samples, fewer
        at the ends (numpy). emphasis, emphasis.zero, emphasis.hold: scipy.signal.lfilter([1, -0.97], [1], x, zi) with zi
        2 x[0] - x[1] (as librosa.effects.preemphasis has it), 0 and -0.97 x[0].""", seed=61)
    x = X[:400]
    put(g, "constant", signal.detrend(x, axis=0, type="constant"))
    put(g, "linear", signal.detrend(x, axis=0))
    t = np.linspace(-1, 1, len(x))
    put(g, "poly6", np.column_stack([v - np.polynomial.Legendre.fit(t, v, 6)(t) for v in x.T]))
    put(g, "window", np.array([x[i] - x[max(0, i - 40):i + 41].mean(axis=0) for i in range(len(x))]))
    for name, zi in (("emphasis", 2 * x[0] - x[1]), ("emphasis.zero", 0 * x[0]), ("emphasis.hold", -0.97 * x[0])):
        put(g, name, signal.lfilter([1, -0.97], [1], x, axis=0, zi=zi[None])[0])
    g.close()


inputs()
fir()
iir()
notch()
comb()
resample()
soxr()
detrend()
