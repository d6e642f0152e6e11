"""Tapers, multitaper spectra and Welch's method: mne 1.3.0 and scipy 1.10.1.

Inputs are crops of real recordings that lie with the numbers which the libraries gave once (BALEEN_SHARED_GOLDEN names
that folder; default: ../shared/golden beside the checkout); each number here is computed anew and must agree with what
lies there to the tolerance that is stated there."""
import os

from golden import ROOT, Golden

import mne
import numpy as np
from mne.time_frequency import psd_array_multitaper, psd_array_welch
from mne.time_frequency.multitaper import dpss_windows
from scipy import signal

base = os.environ.get("BALEEN_SHARED_GOLDEN") or os.path.join(ROOT, "..", "shared", "golden")


def load(name):
    return np.load(os.path.join(base, name + ".npy"))


def held(name, v, tol=1e-9, part=slice(None)):
    """v, which the stored number of that name must be equal to."""
    want = load(name)
    want = want[part] if isinstance(part, (slice, tuple)) else want
    assert np.abs(v - want).max() <= tol * np.abs(want).max(), (name, np.abs(v - want).max() / np.abs(want).max())
    return v


def of_mne():
    g = Golden("multitaper", """
        x: mi16[0, [4, 8, 14]] (C3, Cz, Oz of a trial of eegmmidb S001, microvolts, whole numbers): 3 channels x 320
        samples at 160 Hz. dpss, dpss.ratios: dpss_windows(320, 4, 7), symmetric; ratios8: of 8 with low_bias=False.
        mt.NAME [channel][bin]: psd_array_multitaper(x, 160, ...): default, bw4 (bandwidth=4), full (normalization),
        adaptive, lowbias_off, bw6full (bandwidth=6, normalization full; stored from 3 to 40 Hz in the peer's folder, here
        all bins), const (channel 1 := 3). weights: sqrt of the ratios of the periodic tapers. welch.NAME: psd_array_welch
        with n_fft, n_overlap, n_per_seg: default (256), 128_64, median (64, 32), hann (128, 64), pad (256, 50, 100).""")
    mi = load("eeg-inputs/mi16")[0][[4, 8, 14]]
    g.input("x", mi)
    v, e = dpss_windows(320, 4, 7)
    g.array("dpss", held("mne/dpss", v), 0, 1e-10 * np.abs(v).max())
    g.array("dpss.ratios", held("mne/dpss_eig", e), 1e-10)
    g.array("ratios8", held("mne/dpss_eig8", dpss_windows(320, 4, 8, low_bias=False)[1]), 1e-9)
    g.array("dpss.periodic", dpss_windows(64, 2.5, 4, sym=False, low_bias=False)[0], 0, 1e-10)
    for n in (63, 64):
        for sym in (True, False):
            g.array("window.%d.%s" % (n, "symmetric" if sym else "periodic"),
                    signal.get_window(("dpss", 2.5), n, fftbins=not sym), 0, 1e-10)
    for name, kw, tol in (("default", {}, 1e-11), ("bw4", dict(bandwidth=4.0), 1e-11),
                          ("full", dict(normalization="full"), 1e-11), ("adaptive", dict(adaptive=True), 1e-9),
                          ("lowbias_off", dict(low_bias=False), 1e-11)):
        p = psd_array_multitaper(mi, 160, **kw)[0]
        g.array("mt." + name, held("mne/mt_" + name, p, 1e-9, (0,)), 0, tol * p.max())
    p, f = psd_array_multitaper(mi, 160, bandwidth=6.0, normalization="full")
    keep = (f >= 3) & (f <= 40)
    held("mne/mt_bw6_full_3_40", p[:, keep], 1e-9, (0,))
    g.array("mt.bw6full", p, 0, 1e-11 * p.max())
    const = mi.copy()
    const[1] = 3.0
    p = psd_array_multitaper(const, 160)[0]
    g.array("mt.const", held("mne/mt_const", p, 1e-9, (0,)), 0, 1e-11 * p.max())
    for name, kw in (("default", dict(n_fft=256)), ("128_64", dict(n_fft=128, n_overlap=64)),
                     ("median", dict(n_fft=64, n_overlap=32, average="median")),
                     ("hann", dict(n_fft=128, n_overlap=64, window="hann")),
                     ("pad", dict(n_fft=256, n_per_seg=100, n_overlap=50))):
        p = psd_array_welch(mi, 160, verbose=False, **kw)[0]
        g.array("welch." + name, held("mne/welch_" + name, p, 1e-9, (0,)), 0, 1e-11 * p.max())
    g.close()


def of_scipy():
    g = Golden("welch_scipy", """
        x: 4096 float32 samples at 4000 Hz (a humpback whale). scipy.signal: default: welch(x, fs); median_512:
        nperseg=512, average median; hamming_1024: window hamming, nperseg=400, noverlap=100, nfft=1024, scaling spectrum,
        detrend linear; short: welch(x[:100], fs), which takes parts of 100; short.nfft: welch(x[:100], fs, nfft=256),
        a part of 100 filled up to 256; periodogram: periodogram(x[:1024], fs); periodogram_odd: periodogram(x[:1001],
        fs, window hann, detrend False). linear: welch(x, fs, nperseg=255, detrend linear).""")
    x = load("inputs/humpback_4k")[:4096].astype(float)
    fs = 4000
    g.input("x", x)
    for name, p in (
            ("default", held("scipy/welch_default", signal.welch(x, fs)[1])),
            ("median_512", held("scipy/welch_median_512", signal.welch(x, fs, nperseg=512, average="median")[1])),
            ("hamming_1024", held("scipy/welch_spectrum_hamming_nfft1024",
                                  signal.welch(x, fs, window="hamming", nperseg=400, noverlap=100, nfft=1024,
                                               scaling="spectrum", detrend="linear")[1])),
            ("short", held("scipy/welch_short", signal.welch(x[:100], fs)[1])),
            ("short.nfft", signal.welch(x[:100], fs, nfft=256)[1]),
            ("periodogram", held("scipy/periodogram", signal.periodogram(x[:1024], fs)[1])),
            ("periodogram_odd", held("scipy/periodogram_hann_odd",
                                     signal.periodogram(x[:1001], fs, window="hann", detrend=False)[1])),
            ("linear", signal.welch(x, fs, nperseg=255, detrend="linear")[1])):
        g.array(name, p, 1e-9, 1e-12 * p.max())
    g.close()


of_mne()
of_scipy()
