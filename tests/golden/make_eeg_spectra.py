"""eeg_spectra: what mne-features, antropy and YASA make of the spectrum of EEG, and of edge signals.

The numbers were computed once by mne-features 0.3.1, antropy 0.1.9 and YASA 0.7.0 (all BSD-3-Clause; scipy 1.10.1, mne
1.3.0); this script picks those that the test needs, beside the options with which ours are to give them.
BALEEN_SHARED_GOLDEN names the folder that holds mne-features/, antropy/, yasa/ and eeg-inputs/ (default:
../shared/golden beside the checkout). The peak of a band and its centre of gravity are computed here from
scipy.signal.welch."""
from peer_cases import MNE_EDGES, PeerCases, load, mne_edge, mne_features, mne_signals, rows_of

import numpy as np
from scipy import signal

MNE = "n_per_seg=256;overlap=0;window=hamming"
FFT = "n_per_seg=320;window=boxcar"
MT = "psd_method=multitaper;n_per_seg=320"
BANDS = "bands={b0: [0.5, 4], b1: [4, 8], b2: [8, 13], b3: [13, 30], b4: [30, 70]}"
SUM = ";method=sum;" + BANDS
# file of mne-features, ours, options
MNE_CASES = [
    ("pow_freq_bands_70", "band_power", MNE + SUM + ";relative=true"),
    ("pow_freq_bands_abs", "band_power", MNE + SUM),
    ("pow_freq_bands_log", "band_power", MNE + SUM + ";relative=true;log=db"),
    ("pow_freq_bands_fft", "band_power", FFT + SUM + ";relative=true"),
    ("pow_freq_bands_mt", "band_power", MT + SUM + ";relative=true"),
    ("pow_freq_bands_welch128", "band_power", MNE.replace("256", "128").replace("=0", "=0.5") + SUM + ";relative=true"),
    ("pow_freq_bands_ratios", "band_power", MNE + SUM + ";relative=true;ratios=all"),
    ("pow_freq_bands_ratios_only", "band_power", MNE + SUM + ";ratios=only;ratios_triu=true"),
    ("pow_freq_bands_dict", "band_power",
     MNE + ";method=sum;relative=true;bands={theta: [4, 8], alpha: [8, 13], mu: [9, 11]}"),
    ("spect_entropy", "spect_entropy", MNE + ";convention=mne_features"),
    ("spect_entropy_fft", "spect_entropy", FFT + ";convention=mne_features"),
    ("spect_entropy_mt", "spect_entropy", MT + ";convention=mne_features"),
    ("spect_edge_freq", "spect_edge_freq", MNE),
    ("spect_edge_freq_list", "spect_edge_freq", MNE + ";edge=[0.5, 0.9, 0.95];ref_freq=60"),
    ("spect_slope", "spect_slope", MNE),
    ("spect_slope_4_40", "spect_slope", MNE + ";fmin=4;fmax=40"),
    ("hjorth_mobility_spect", "hjorth_spect", MNE),
    ("hjorth_complexity_spect", "hjorth_spect", MNE),
    ("hjorth_mobility_spect_norm", "hjorth_spect", MNE + ";normalize=true"),
    ("hjorth_complexity_spect_norm", "hjorth_spect", MNE + ";normalize=true"),
]
# Silence has no spectral edge: NaN, where the peer says 0 Hz. A bin without power adds no entropy, where the peer's 0
# times minus infinity is NaN: that of +1 -1 .. has two bins with power, by the window.
_, ALTERNATING = signal.welch((-1.0) ** np.arange(320), 160, "hamming", 256, 0)
SHARES = ALTERNATING[-2:] / ALTERNATING.sum()
MNE_DIFFERS = {("spect_edge_freq", "constant"): [np.nan], ("spect_edge_freq", "zeros"): [np.nan],
               ("spect_entropy", "alternating"): [-(SHARES * np.log2(SHARES)).sum()]}

YASA = "window_s=4;window=hamming;average=median"
YASA_BANDS = ";bands={D: [0.5, 4], T: [4, 8], A: [8, 12], S: [12, 16], B: [16, 30], G: [30, 40], all: [0.5, 40]}"
YASA_2 = "window_s=2;bands={D: [1, 4], T: [4, 8], A: [8, 13], B: [13, 30]};relative=true;total_hz=[1, 30]"
YASA_CHANNELS = [0, 4, 6]


def mne(g):
    mne_signals(g)
    for name, ours, options in MNE_CASES:
        column = 1 if "complexity" in name else 0
        numbers = mne_features(name)
        if name == "pow_freq_bands_ratios":  # the powers of all channels, then the ratios of all
            rows = rows_of("mne-features/%s.csv" % name)
            both = [[float(r["epoch%d" % e]) for r in rows] for e in range(2)]
            numbers = [both[e][5 * c:5 * c + 5] + both[e][20 + 20 * c:40 + 20 * c] for e in range(2) for c in range(4)]
        values = dict(enumerate(numbers))
        for k, s in enumerate(MNE_EDGES):
            edge = MNE_DIFFERS.get((name, s)) or mne_edge(name, s)
            if edge:
                values[8 + k] = edge
        g.case("mne-features " + name, ours, options, column, values)


def antropy(g):
    rows = {r["call"]: r for r in rows_of("antropy/values.csv")}
    for s in ("c3", "o1", "c3s", "ramp"):
        x = load("antropy/sig_" + s)
        k = g.signal(x, 160)
        whole = "window=boxcar;n_per_seg=%d" % len(x)
        for call, options in (("method=\"fft\")", whole), ("method=\"fft\"; normalize=True)", whole + ";normalize=true"),
                              ("method=\"welch\")", "n_per_seg=%d" % min(256, len(x))),
                              ("method=\"welch\"; nperseg=128; normalize=True)",
                               "n_per_seg=%d;normalize=true" % min(128, len(x)))):
            call = "spectral_entropy(x; 160; " + call
            g.case("antropy." + call, "spect_entropy", options, 0, {k: [float(rows[call][s])]})


def yasa(g):
    rest = load("eeg-inputs/rest8")[YASA_CHANNELS]
    at = [g.signal(x, 160) for x in rest]
    absolute, relative = load("yasa/bandpower_abs")[YASA_CHANNELS], load("yasa/bandpower_rel")[YASA_CHANNELS]
    two = load("yasa/bandpower_win2")[YASA_CHANNELS]
    each = lambda v, n: {k: row[:n].tolist() for k, row in zip(at, v)}  # noqa: E731
    g.case("yasa.bandpower(relative=False)", "band_power", YASA + YASA_BANDS, 0, each(absolute, 7))
    g.case("yasa.bandpower()", "band_power", YASA + YASA_BANDS + ";relative=true;total_hz=[0.5, 40]", 0,
           each(relative, 6))
    g.case("yasa.bandpower(win_sec=2, 4 bands, mean, hann)", "band_power", YASA_2, 0, each(two, 4))
    even = load("yasa/simpson_even")[:, 0]
    g.case("yasa.bandpower_from_psd_ndarray, 18 and 17 bins", "band_power",
           "window_s=4;window=hamming;bands={even: [4, 8.25], odd: [4, 8]}", 0, {at[0]: even.tolist()})
    fit = load("yasa/irasa_fit")  # of C3 and O1, the second and third here
    g.case("yasa.irasa(band=(1, 30), win_sec=4)", "irasa", YASA, 0, {at[1]: fit[0].tolist(), at[2]: fit[1].tolist()})
    peaks, gravity = {}, {}
    for k, x in zip(at, rest):
        f, p = signal.welch(x, 160, nperseg=640)
        alpha = (f >= 8) & (f <= 13)
        peaks[k] = [f[alpha][np.argmax(p[alpha])]]
        gravity[k] = [(f[alpha] * p[alpha]).sum() / p[alpha].sum()]
    g.case("argmax of scipy.signal.welch", "peak_freq", "window_s=4", 0, peaks)
    g.case("centre of gravity of scipy.signal.welch", "peak_freq", "window_s=4;method=cog", 0, gravity)


def main():
    g = PeerCases("eeg_spectra", """Signals 0 to 7: Fp1, C3, C4, Oz of two 2 s epochs of PhysioNet eegmmidb S001R06 (160 Hz,
        whole microvolts; ODC-BY 1.0); 8 to 11: constant 5, zeros, 0 1 2 .., +1 -1 +1 ..; then C3 of the same, 1000 samples
        of O1 of S001R01, C3 times 1 + 0.001 sin n, 0 1 2 ..; then Fp1, C3, O1 of S001R01, 60 s.""")
    mne(g)
    antropy(g)
    yasa(g)
    g.close()


main()
