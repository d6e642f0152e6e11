"""condition, iir, notch, resample, detrend: filters and their kin on real EEG, by scipy.signal, mne and numpy."""
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
    """A wanted signal: within 1e-6 of the weakest input's RMS, which is ten times less than was asked for."""
    g.array(name, f32(y), 2e-7, 1e-6 * RMS, " f32")


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
        widths 1, 0.5, 2, transitions 4; hann: 50 Hz, Hann, width 3, transitions 10). comb.y, comb.steady: scipy.signal.iirnotch
        at 25, 50 and 75 Hz, Q 30, in series by sosfilt, from rest and from the steady state. comb.two: 13 and 26 Hz,
        Q 5.""", seed=61)
    for name, freqs, kw in (("mains", [50.0], {}),
                            ("three", [60.0, 20.0, 40.0], dict(notch_widths=np.array([1, 0.5, 2]), trans_bandwidth=4.0)),
                            ("hann", [50.0], dict(notch_widths=np.array([3.0]), trans_bandwidth=10.0, fir_window="hann"))):
        put(g, name + ".y", mne.filter.notch_filter(X.T.copy(), RATE, np.array(freqs), phase="zero", **kw).T)
    for name, freqs, q in (("comb.y", (25, 50, 75), 30), ("comb.steady", (25, 50, 75), 30), ("comb.two", (13, 26), 5)):
        sos = np.array([np.concatenate(signal.iirnotch(f, q, fs=RATE)) for f in freqs])
        if name == "comb.steady":
            y = signal.sosfilt(sos, X, axis=0, zi=signal.sosfilt_zi(sos)[:, :, None] * X[0])[0]
        else:
            y = signal.sosfilt(sos, X, axis=0)
        put(g, name, y)
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


inputs()
iir()
notch()
resample()
