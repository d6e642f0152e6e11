"""Golden numbers of EEG libraries that are not in Debian, cut to what the tests need.

    /usr/bin/python3 tests/golden/peers_eeg.py FOLDER [TOPIC ...]

FOLDER holds, a folder a library, the numbers that the libraries themselves gave, as .npy (complex ones with a last axis
re, im), with eeg-inputs/mi16.npy: 45 trials x 16 channels x 320 samples at 160 Hz of PhysioNet's eegmmidb 1.0.0, S001 runs
6, 10 and 14 (ODC-BY 1.0), from 0.5 s after each cue, in whole microvolts. Not part of make_all.sh, which needs nothing
but Debian. Tolerances are relative to the largest value of an array: float32 rows round at 6e-8."""
import os
import sys

from golden import Golden, np

FOLDER = sys.argv[1]


def load(*parts):
    return np.load(os.path.join(FOLDER, *parts) + ".npy")


def peer(g, name, v, tol=1e-6):
    """An array whose numbers may be off by tol of the largest one."""
    v = np.asarray(v, dtype=np.float64)
    g.array(name, v.reshape(v.shape[0], -1) if v.ndim > 2 else v, 0, tol * np.nanmax(np.abs(v), initial=1e-300))


def covariance():
    g = Golden("pyriemann_cov", """
        pyRiemann 0.11 (commit 6bb8190a18f1, BSD-3-Clause), covariances(X, estimator=NAME) with its defaults. x: mi16[0]
        (16 channels x 320 samples, uV). edge: channel 5 := 7.0 (const), the channels' mean taken off, rank 15 (car),
        sample 10 of channel 3 := NaN (nan). assume_centered: estimator scm with assume_centered=True.""")
    g.input("x", load("eeg-inputs", "mi16")[0])
    for kind in ("scm", "cov", "corr", "oas", "lwf", "sch", "hub", "stu", "tyl"):
        peer(g, kind, load("pyriemann", "cov_" + kind)[0])
    peer(g, "assume_centered", load("pyriemann", "cov_scm_assume_centered")[0])
    for kind in ("scm", "corr", "oas", "lwf", "sch"):
        for edge in ("const", "car", "nan"):
            if (kind, edge) != ("lwf", "nan"):  # raises there
                peer(g, "edge.%s.%s" % (kind, edge), load("pyriemann", "edge_%s_%s" % (kind, edge))[0])
    g.close()


METHODS = ("coh", "cohy", "imcoh", "plv", "ciplv", "ppc", "pli", "pli2_unbiased", "dpli", "wpli", "wpli2_debiased")
PAIRS = [(a, b) for a in range(4) for b in range(a + 1, 4)]


def turned(v, method):
    """[pair][...] of a dense array [4][4][...], whose lower triangle has the larger channel as seed: turned round, so that
    the first of a pair is the seed."""
    v = np.array([v[b, a] for a, b in PAIRS])
    if method == "cohy":
        return np.concatenate([v[..., 0], -v[..., 1]])  # parts one behind the other
    return -v if method in ("imcoh", "psi") else 1 - v if method == "dpli" else v


def connectivity():
    g = Golden("connectivity", """
        mne-connectivity 0.8.1 (commit 9337863432b5, BSD-3-Clause) on MNE 1.9.0. x: mi16[:12, [0, 4, 8, 14]] (Fp1, C3, C4,
        Oz) with the epochs one behind the other, 4 channels x 3840 samples at 160 Hz. Rows of the rest are the pairs a < b,
        a the seed (the library's dense arrays, turned round); cohy has the six real parts, then the imaginary ones.
        MODE.METHOD: spectral_connectivity_epochs(X, method, mode=MODE, sfreq=160, fmin=4, fmax=40), every 4th of the 73
        bins 4, 4.5 ... 40 Hz. adaptive.METHOD: mt_adaptive=True, mt_bandwidth=4, fmin=(8, 13), fmax=(13, 30),
        faverage=True. n2.METHOD: X[:2], mode fourier, 8 to 10 Hz. const.METHOD: channel 2 := 5.0, the pairs without it.
        psi: phase_slope_index(X, sfreq=160, mode="multitaper", fmin=8, fmax=13).
        time.MODE.METHOD: spectral_connectivity_time(X, freqs=[8, 12, 20], method, mode=MODE, sfreq=160, n_cycles=5) of the
        first three epochs, [epoch and pair][frequency]; padded.METHOD: cwt_morlet with padding=0.5, average=True,
        faverage=True, fmin=8, fmax=20. morlet.METHOD: over epochs, mode="cwt_morlet", cwt_freqs=[8, 12, 20],
        cwt_n_cycles=4, [pair][frequency and every 8th sample].""")
    load_mc = lambda name: load("mne-connectivity", name)  # noqa: E731
    g.input("x", np.concatenate(list(load("eeg-inputs", "mi16")[:12, [0, 4, 8, 14]]), axis=1))
    for method in METHODS:
        for mode in ("multitaper", "fourier"):
            v = turned(load_mc("ep_%s_%s" % (mode, method)), method)
            peer(g, "%s.%s" % (mode, method), v[:, ::4])
            if mode == "fourier" and method in ("dpli", "imcoh"):  # seeds as given
                seeds = load_mc("ep_indices_" + method)
                assert np.allclose(v[[0, 2, 3], 8:19], seeds, atol=1e-12), method
    for method in ("coh", "imcoh", "plv", "wpli", "wpli2_debiased"):
        peer(g, "adaptive." + method, turned(load_mc("ep_adaptive_" + method), method))
    for method in ("coh", "plv", "ppc", "pli2_unbiased", "wpli", "wpli2_debiased"):
        peer(g, "n2." + method, turned(load_mc("ep_n2_" + method), method))
    for method in ("coh", "plv", "pli", "wpli"):
        peer(g, "const." + method, turned(load_mc("ep_const_" + method), method)[[0, 2, 4]])
    peer(g, "psi", turned(load_mc("ep_psi"), "psi"))
    for method in ("coh", "plv", "ciplv", "pli", "wpli"):
        for mode in ("cwt_morlet", "multitaper"):
            v = load_mc("time_%s_%s" % (mode, method))
            peer(g, "time.%s.%s" % (mode, method), np.concatenate([turned(e, method) for e in v]))
    for method in ("coh", "plv", "wpli"):
        peer(g, "padded." + method, turned(load_mc("time_avg_" + method), method))
    for method in ("coh", "plv", "wpli", "dpli"):
        peer(g, "morlet." + method, turned(load_mc("ep_morlet_" + method), method))
    g.close()


def envelope():
    g = Golden("envelope_correlation", """
        mne-connectivity 0.8.1 (commit 9337863432b5, BSD-3-Clause), envelope_correlation(x, orthogonalize=...) of three
        epochs, 4 channels x 320 samples, that mne.filter.filter_data(X, 160, 8, 13) has filtered. x0 ... x2 as float32, which
        moves results by less than 1e-5. plain: False; pairwise; signed: pairwise, absolute=False; plain_log: False,
        log=True; pairwise_log: pairwise, log=True, of samples 20 to 299. Rows are epochs, columns the pairs a < b.""")
    x = load("mne-connectivity", "env_in")[:3]
    for e in range(3):
        g.input("x%d" % e, x[e].astype(np.float32))
    for name, file in (("plain", "env_plain"), ("pairwise", "env_pairwise"), ("signed", "env_pairwise_signed"),
                       ("plain_log", "env_plain_log"), ("pairwise_log", "env_pairwise_log")):
        v = load("mne-connectivity", file)[:3]
        peer(g, name, np.array([[m[b, a] for a, b in PAIRS] for m in v]), 1e-4 if "log" in name else 1e-5)
    g.close()


def ica():
    g = Golden("ica", """
        MNE 1.3.0 (BSD-3-Clause), mne.preprocessing.ICA(n_components, method, random_state=0).fit(raw) of 60 s of
        eegmmidb S001R01 (data/sets) at 160 Hz, Fp1 Fp2 F3 F4 C3 C4 O1 O2. Rows: unmixing_matrix_ @
        pca_components_[:n]. fastica: fit_params tol 1e-12, max_iter 5000; infomax: max_iter 2000, extinfomax with extended.
        Two seeds of the library's extended Infomax agree to a |cosine| of 0.9755 alone.""")
    for name in ("fastica8", "fastica5", "infomax8", "extinfomax8"):
        peer(g, name, load("mne", "ica_%s_unmixing" % name))
    g.close()


TOPICS = {"ica": ica, "covariance": covariance, "connectivity": connectivity, "envelope": envelope}
for topic in sys.argv[2:] or TOPICS:
    TOPICS[topic]()
