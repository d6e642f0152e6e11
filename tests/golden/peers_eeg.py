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


TOPICS = {"covariance": covariance}
for topic in sys.argv[2:] or TOPICS:
    TOPICS[topic]()
