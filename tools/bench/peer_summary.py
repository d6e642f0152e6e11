"""What bench_summary does, in plain numpy: peer_summary.py sample_entropy FILE SAMPLES_AN_EPOCH REPEATS prints the
processor time of an epoch, best of some runs, and the mean over the epochs. peer_summary.py make FILE EPOCHS SAMPLES
writes the input: noise summed up and let down, as EEG is."""
import sys
import time

import numpy as np


def make(path, epochs, samples):
    noise = np.random.default_rng(7).standard_normal(epochs * samples)
    x = np.zeros(epochs * samples)
    for i in range(1, len(x)):
        x[i] = 0.9 * x[i - 1] + noise[i]
    x.astype(np.float32).tofile(path)


def sample_entropy(x, m=2):
    """All pairs of samples at once, then all pairs of pieces as products of shifted squares of that table."""
    n = len(x) - m
    near = np.abs(x[:, None] - x) < 0.2 * np.std(x)
    alike = near[:n, :n].copy()
    for k in range(1, m):
        alike &= near[k:n + k, k:n + k]
    before = np.count_nonzero(alike) - n
    alike &= near[m:, m:]
    return -np.log((np.count_nonzero(alike) - n) / before)


def main():
    if sys.argv[1] == "make":
        return make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    x = np.fromfile(sys.argv[2], np.float32).astype(float).reshape(-1, int(sys.argv[3]))
    best = 1e9
    for _ in range(int(sys.argv[4])):
        start = time.process_time()
        mean = np.mean([sample_entropy(e) for e in x])
        best = min(best, (time.process_time() - start) / len(x))
    print("%.3g %.6g" % (best, mean))


main()
