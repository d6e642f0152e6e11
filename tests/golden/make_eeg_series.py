"""eeg_series: complexity, entropy and fractal dimensions of mne-features and antropy, on EEG and on edge signals.

The numbers were computed once by mne-features 0.3.1 and antropy 0.1.9 (both BSD-3-Clause; numba 0.56.4, scipy 1.10.1,
scikit-learn 1.2.1); this script picks those that the test needs, beside the options with which ours are to give them.
BALEEN_SHARED_GOLDEN names the folder that holds mne-features/, antropy/ and eeg-inputs/ (default: ../shared/golden beside
the checkout)."""
from peer_cases import MNE_EDGES, REFUSED, PeerCases, load, mne_edge, mne_features, mne_signals, rows_of

import numpy as np

MNE = "convention=mne_features"
BANDS = "bands={b0: [0.5, 4], b1: [4, 8], b2: [8, 13], b3: [13, 30], b4: [30, 70]}"
# file of mne-features, ours, options, which of our numbers is the first
MNE_CASES = [
    ("hjorth_mobility", "hjorth", MNE, 1),
    ("hjorth_complexity", "hjorth", MNE, 2),
    ("variance", "hjorth", MNE, 0),
    ("line_length", "line_length", "", 0),
    ("ptp_amp", "ptp_amp", "", 0),
    ("zero_crossings", "zero_crossings", MNE, 0),
    ("zero_crossings_10", "zero_crossings", MNE + ";threshold=10", 0),
    ("katz_fd", "katz_fd", "", 0),
    ("higuchi_fd", "higuchi_fd", "", 0),
    ("higuchi_fd_5", "higuchi_fd", "kmax=5", 0),
    ("hurst_exp", "hurst_exp", "", 0),
    ("decorr_time", "decorr_time", "", 0),
    ("samp_entropy", "sample_entropy", MNE, 0),
    ("samp_entropy_3", "sample_entropy", MNE + ";order=3", 0),
    ("app_entropy", "app_entropy", MNE, 0),
    ("app_entropy_3", "app_entropy", MNE + ";order=3", 0),
    ("svd_entropy", "svd_entropy", "order=10;delay=2", 0),
    ("svd_entropy_1_3", "svd_entropy", "", 0),
    ("svd_fisher_info", "svd_fisher_info", "", 0),
    ("svd_fisher_info_1_3", "svd_fisher_info", "order=3;delay=1", 0),
    ("energy_freq_bands_70", "energy_freq_bands", BANDS, 0),
    ("energy_freq_bands_noderiv", "energy_freq_bands", BANDS + ";deriv_filt=false", 0),
    ("wavelet_coef_energy", "wavelet_coef_energy", "", 0),
    ("wavelet_coef_energy_haar", "wavelet_coef_energy", "wavelet_name=haar;level=6", 0),
    ("teager_kaiser_energy", "teager_kaiser_energy", "", 0),
    ("teager_kaiser_energy_haar", "teager_kaiser_energy", "wavelet_name=haar;level=6", 0),
]
# Where ours is to differ: a constant has no autocorrelation, but the peer's NaN passes for a change of sign.
MNE_DIFFERS = {("decorr_time", "constant"): [np.nan], ("decorr_time", "zeros"): [np.nan]}

SIGNALS = ["c3", "oz", "o1", "c3s", "sine", "ramp", "const", "alt", "two", "pm0"]
# call of antropy, ours, options, which of our numbers
ANT_CASES = [
    ("perm_entropy(x; order=3; delay=1)", "perm_entropy", "", 0),
    ("perm_entropy(x; order=4; delay=1)", "perm_entropy", "order=4", 0),
    ("perm_entropy(x; order=5; delay=1)", "perm_entropy", "order=5", 0),
    ("perm_entropy(x; order=6; delay=1)", "perm_entropy", "order=6", 0),
    ("perm_entropy(x; order=3; delay=2; normalize=True)", "perm_entropy", "delay=2;normalize=true", 0),
    ("perm_entropy(x; order=3; delay=[1; 2; 3]; normalize=True)", "perm_entropy", "delay=[1, 2, 3];normalize=true", 0),
    ("svd_entropy(x; order=3; delay=1)", "svd_entropy", "", 0),
    ("svd_entropy(x; order=3; delay=1; normalize=True)", "svd_entropy", "normalize=true", 0),
    ("svd_entropy(x; order=10; delay=2)", "svd_entropy", "order=10;delay=2", 0),
    ("app_entropy(x; order=2)", "app_entropy", "", 0),
    ("app_entropy(x; order=3)", "app_entropy", "order=3", 0),
    ("app_entropy(x; order=2; tolerance=10)", "app_entropy", "tolerance=10", 0),
    ("sample_entropy(x; order=2)", "sample_entropy", "", 0),
    ("sample_entropy(x; order=3)", "sample_entropy", "order=3", 0),
    ("sample_entropy(x; order=2; tolerance=10)", "sample_entropy", "tolerance=10", 0),
    ("hjorth_params(x)[0] (mobility)", "hjorth", "", 1),
    ("hjorth_params(x)[1] (complexity)", "hjorth", "", 2),
    ("lziv_complexity((x > mean(x)).astype(int))", "lziv_complexity", "", 0),
    ("lziv_complexity((x > mean(x)).astype(int); normalize=True)", "lziv_complexity", "normalize=true", 0),
    ("petrosian_fd(x)", "petrosian_fd", "", 0),
    ("katz_fd(x)", "katz_fd", "", 0),
    ("higuchi_fd(x; kmax=10)", "higuchi_fd", "", 0),
    ("higuchi_fd(x; kmax=5)", "higuchi_fd", "kmax=5", 0),
    ("detrended_fluctuation(x)", "detrended_fluctuation", "", 0),
    ("num_zerocross(x)", "zero_crossings", "", 0),
    ("num_zerocross(x; normalize=True)", "zero_crossings", "normalize=true", 0),
]
# Two samples make no pair of pieces, no second difference; the fluctuation at a single length has no slope: the peer's 0
# (and 0 for pm0's single length) is no measurement.
ANT_DIFFERS = {("sample_entropy", "two"): REFUSED, ("hjorth", "two"): REFUSED, ("detrended_fluctuation", "pm0"): REFUSED}


def main():
    g = PeerCases("eeg_series", """Signals 0 to 7: Fp1, C3, C4, Oz of two 2 s epochs of PhysioNet eegmmidb S001R06 (160 Hz,
        whole microvolts; ODC-BY 1.0); 8 to 11: constant 5, zeros, 0 1 2 .., +1 -1 +1 ..; from 12 on those of antropy's
        calls: two channels of the same, 1000 samples of O1 of S001R01, the first times 1 + 0.001 sin n, a sine, 0 1 2 ..,
        a constant, +1 -1 .., two samples, and some zeros of both signs.
        mne-features: extract_features(x, 160, [..]); antropy: the call as it stands there.""")
    mne_signals(g)
    for name, ours, options, column in MNE_CASES:
        values = dict(enumerate(mne_features(name)))
        for k, s in enumerate(MNE_EDGES):
            edge = MNE_DIFFERS.get((name, s)) or mne_edge(name.replace("bands_70", "bands"), s)
            if edge:
                values[8 + k] = edge
        g.case("mne-features " + name, ours, options, column, values)
    first = g.n_signals
    for s in SIGNALS:
        g.signal(load("antropy/sig_" + s), 160)
    rows = {r["call"]: r for r in rows_of("antropy/values.csv")}
    for call, ours, options, column in ANT_CASES:
        r = rows[call]
        values = [[ANT_DIFFERS.get((ours, s), float(r[s]) if r[s] else REFUSED)] for s in SIGNALS]
        g.case("antropy." + call, ours, options, column, {first + k: v for k, v in enumerate(values)})
    g.close()


main()
