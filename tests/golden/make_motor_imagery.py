"""motor_imagery: MNE's example of motor imagery decoding with CSP; its ten splits as a CSV for the config."""
import os

from golden import ROOT, Golden, source

import mne
import numpy as np
from scipy.linalg import eigh
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import ShuffleSplit, cross_val_score
from sklearn.pipeline import make_pipeline

RUNS = (6, 10, 14)
TOL = 1e-10  # of the largest eigenvalue: what lies below is the null space of the average reference


def recordings():
    raws = [mne.io.read_raw_edf(source("eegmmidb-s001", "S001R%02d.edf" % r), preload=True) for r in RUNS]
    lengths = [r.n_times for r in raws]
    raw = mne.io.concatenate_raws(raws)
    mne.datasets.eegbci.standardize(raw)
    return raw, lengths


def epochs_of(raw, reference):
    raw = raw.copy()
    if reference:
        raw.set_eeg_reference(projection=True)
    raw.filter(7.0, 30.0, fir_design="firwin", skip_by_annotation="edge")
    events, _ = mne.events_from_annotations(raw, event_id={"T1": 2, "T2": 3})
    e = mne.Epochs(raw, events, {"hands": 2, "feet": 3}, -1.0, 4.0, proj=True, baseline=None, preload=True, picks="eeg")
    return raw, events, e.crop(1.0, 2.0).get_data(), events[:, 2] - 2


def csp(cov, y, n=4):
    """Filters [channel][component], eigenvalues by |lambda - 0.5| descending, rank; in the span of C0 + C1."""
    c0, c1 = (cov[y == k].mean(axis=0) for k in (0, 1))
    w, u = np.linalg.eigh(c0 + c1)
    u = u[:, w > TOL * w.max()]
    lam, v = eigh(u.T @ c0 @ u, u.T @ (c0 + c1) @ u)
    order = np.argsort(np.abs(lam - 0.5))[::-1]
    return (u @ v)[:, order[:n]], lam[order], u.shape[1]


def evaluate(cov, y, splits):
    acc, predictions, decisions, eigenvalues, features, ranks = [], [], [], [], [], []
    for train, test in splits:
        w, lam, rank = csp(cov[train], y[train])
        f = np.log(np.einsum("ci,ncd,di->ni", w, cov, w))
        m = LinearDiscriminantAnalysis().fit(f[train], y[train])
        predictions.append(m.predict(f[test]))
        decisions.append(m.decision_function(f[test]))
        acc.append(np.mean(predictions[-1] == y[test]))
        eigenvalues.append(lam[:8])
        features.append(f[test])
        ranks.append(rank)
    return acc, predictions, decisions, eigenvalues, features, ranks


def main():
    g = Golden("motor_imagery", """
        PhysioNet eegmmidb S001, runs 6, 10, 14 (64 channels, 160 Hz): MNE's example "Motor imagery decoding with
        CSP". FIR 7-30 Hz (create_filter, 265 taps, see fir.txt bp7_30), each run by itself; average reference; epochs
        at T1 (hands, 0) and T2 (feet, 1), window 1 to 2 s after the cue, both ends included (161 samples); CSP(4,
        log) and LDA (svd); ShuffleSplit(10, test_size 0.2, random_state 42). Rows are the 45 epochs in order of time,
        run 6 first. events: run, sample in the run, class. test: [split][9] rows of each test set; the rest trains.
        test.predict, test.decision (LDA, > 0 means feet), accuracy [10], accuracy.mean, rank [10] (63: the average
        reference takes one). eigenvalues [split][8]: of eigh(C0, C0 + C1) within the span of C0 + C1, |lambda - 0.5|
        descending. split0.features: log power of the 9 test rows. ref.* with average reference; noref.* without
        (mne's own CSP gives noref.accuracy too; with the average reference mne 1.3.0's CSP fails on the singular
        covariance in three splits, mne 1.11 and later restrict to the span as done here). cov.epochs: numbers of two
        epochs; ref.cov.0 and .1, noref.cov.0 and .1: rows and columns 0..7 of X X' / 161 in V^2, not centred.
        run06.channels: column numbers in the file; run06.filtered [channel][20]: first 20 samples after the filter,
        V, no reference; run06.reref the same after the average reference. chance: share of the
        larger class.""", seed=42)
    raw, lengths = recordings()
    starts = np.r_[0, np.cumsum(lengths)[:-1]]
    splits = None
    for name, reference in (("ref", True), ("noref", False)):
        filtered, events, x, y = epochs_of(raw, reference)
        cov = np.einsum("ijk,ilk->ijl", x, x) / x.shape[2]
        if splits is None:
            splits = list(ShuffleSplit(10, test_size=0.2, random_state=42).split(x))
            test = np.array([t for _, t in splits])
            run = np.searchsorted(starts, events[:, 0], side="right") - 1
            g.input("events", np.column_stack([np.array(RUNS)[run], events[:, 0] - starts[run], y]))
            g.input("test", test)
            g.array("chance", max(y.mean(), 1 - y.mean()), 1e-12)
            g.text("channels", " ".join(filtered.ch_names))
        acc, predictions, decisions, eigenvalues, features, ranks = evaluate(cov, y, splits)
        spectrum = np.linalg.eigvalsh(cov.mean(axis=0))
        g.note("%s: eigenvalues of the mean covariance, V^2: smallest %s; largest %s" % (
            name, " ".join("%.2e" % v for v in spectrum[:4]), " ".join("%.2e" % v for v in spectrum[-3:])))
        single = np.linalg.eigvalsh(cov.astype(np.float32).astype(np.float64).mean(axis=0))
        g.note("%s: the same of covariances rounded to float32: smallest %s" % (
            name, " ".join("%.2e" % v for v in single[:4])))
        close = min(np.min(np.abs(d)) for d in decisions)
        g.note("%s: the LDA decision nearest to zero over all test rows is %.3g" % (name, close))
        narrow = evaluate(cov.astype(np.float32).astype(np.float64), y, splits)
        if not np.array_equal(narrow[1], predictions):
            raise SystemExit("motor_imagery: float32 covariances change a prediction")
        if not reference:
            theirs = cross_val_score(make_pipeline(mne.decoding.CSP(4, reg=None, log=True, norm_trace=False),
                                                   LinearDiscriminantAnalysis()), x, y, cv=splits)
            if not np.allclose(theirs, acc):
                raise SystemExit("motor_imagery: mne's accuracies are not ours")
        print("%s accuracy %.4f, rank %s" % (name, np.mean(acc), sorted(set(ranks))))
        g.array(name + ".accuracy", acc, 0, 1e-9)
        g.array(name + ".accuracy.mean", np.mean(acc), 0, 1e-9)
        g.array(name + ".rank", ranks)
        g.array(name + ".test.predict", np.array(predictions))
        g.array(name + ".test.decision", np.array(decisions), 1e-3, 1e-3)
        g.array(name + ".eigenvalues", np.array(eigenvalues), 1e-4, 1e-5)
        g.array(name + ".split0.features", features[0], 1e-4, 1e-4)
        for i, k in enumerate((0, 31)):
            g.array("%s.cov.%d" % (name, i), cov[k, :8, :8], 1e-5, 1e-6 * np.abs(cov[k]).max())
        if reference:
            filtered.apply_proj()
        pick = [0, 8, 63]
        head = filtered.get_data()[pick, :20]
        g.array("run06." + ("reref" if reference else "filtered"), head, 1e-5, 1e-6 * np.abs(head).max())
    g.input("run06.channels", pick)
    g.input("cov.epochs", [0, 31])
    g.close()
    path = os.path.join(ROOT, "pipelines", "examples", "motor_imagery_splits.csv")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as f:
        f.write("split,row\n")
        f.writelines("%d,%d\n" % (i, row) for i, rows in enumerate(test) for row in rows)


main()
