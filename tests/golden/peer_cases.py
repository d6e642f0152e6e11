"""Golden files of signals and of what a peer gives for them; read by tests/features/peer_cases.h, which says the form."""
import csv
import os

from golden import ROOT, Golden, f32

import numpy as np

BASE = os.environ.get("BALEEN_SHARED_GOLDEN") or os.path.join(ROOT, "..", "shared", "golden")
REFUSED = -777  # the segment is refused: the peer raises, or gives a number that means nothing


def rows_of(path):
    with open(os.path.join(BASE, path), newline="") as f:
        return list(csv.DictReader(f))


def load(path):
    return np.load(os.path.join(BASE, path + ".npy"))


class PeerCases(Golden):
    def __init__(self, topic, what):
        super().__init__(topic, what + """
            caseN: a row is a number, which of ours it is, and of which signal; -777: the segment is refused.""")
        self.n_cases = self.n_signals = 0

    def signal(self, v, rate):
        """Rounded to float32; returns its number."""
        self.input("signal%d" % self.n_signals, f32(v))
        self.text("rate%d" % self.n_signals, "%g" % rate)
        self.n_signals += 1
        return self.n_signals - 1

    def case(self, call, ours, options, column, values, rtol=1e-5, atol=1e-7):
        """values: {signal: [numbers]}, of which the first is number `column` of ours."""
        i = self.n_cases
        self.text("case%d.call" % i, call)
        self.text("case%d.summary" % i, ours)
        self.text("case%d.options" % i, options or "-")
        rows = [(v, column + k, signal) for signal, vs in values.items() for k, v in enumerate(vs)]
        self.array("case%d" % i, np.array(rows), rtol, atol)
        self.n_cases += 1

    def close(self):
        self.text("signals", str(self.n_signals))
        self.text("cases", str(self.n_cases))
        super().close()


def mne_features(name):
    """The numbers of a file, [signal (epoch, channel)][number]."""
    rows = rows_of("mne-features/%s.csv" % name)
    return np.reshape([float(r["epoch%d" % e]) for e in range(2) for r in rows], (8, -1)).tolist()


def mne_edge(name, signal):
    """The numbers of an edge signal, or None when the peer raises or has none."""
    for r in rows_of("mne-features/edges.csv"):
        if r["alias"] == name and r["signal"] == signal and not r["raises"]:
            return [float(v) for v in r["values"].split(";")]
    return None


MNE_EDGES = ["constant", "zeros", "ramp", "alternating"]


def mne_signals(g):
    """Signals 0 to 7: two epochs of four channels; 8 to 11: the edge signals."""
    n = np.arange(320)
    for v in load("eeg-inputs/mi16")[:2, [0, 4, 8, 14]].reshape(8, 320):
        g.signal(v, 160)
    for v in (np.full(320, 5.0), np.zeros(320), n, 1.0 - 2 * (n % 2)):
        g.signal(v, 160)
