"""What numpy and MNE take for the jobs of bench_channels and baleen ica. usage: peer_eeg.py JOB [FILE]; prints seconds,
best of 5; JOB make_ica writes FILE."""
import contextlib
import io
import os
import sys
import time
import warnings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np  # noqa: E402


def wpli():
    """wPLI of 64 channels over 100 epochs of 2 s at 160 Hz, 1 to 40 Hz: vectorised over pairs and bins, an epoch at a time,
    which is faster than all epochs at once (1.3 GB)."""
    x = np.random.default_rng(1).normal(size=(100, 64, 320))
    a, b = np.triu_indices(64, 1)

    def job():
        y = x - x.mean(axis=-1, keepdims=True)
        s = np.fft.rfft(y * np.hanning(320), axis=-1)[..., 2:81]
        above = np.zeros((len(a), s.shape[-1]))
        below = np.zeros_like(above)
        for e in s:
            im = np.imag(e[a] * np.conj(e[b]))
            above += im
            below += np.abs(im)
        return np.abs(above) / below
    return job


def make_ica(path):
    """64 channels of 10 minutes at 256 Hz, mixtures of peaked and flat sources, as float32 frames."""
    rng = np.random.default_rng(0)
    s = rng.laplace(size=(64, 153600)).astype(np.float32)
    s[40:] = rng.uniform(-1, 1, size=(24, 153600))
    (rng.normal(size=(64, 64)).astype(np.float32) @ s * 10).T.astype(np.float32).tofile(path)


def ica():
    """MNE's FastICA of them, to its default tolerance."""
    import mne
    x = np.fromfile(sys.argv[2], np.float32).reshape(-1, 64).T.astype(float) * 1e-6
    raw = mne.io.RawArray(x, mne.create_info(64, 256.0, "eeg"), verbose="ERROR")

    def job():
        found = mne.preprocessing.ICA(64, method="fastica", max_iter=1000, random_state=0, verbose="ERROR")
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():  # it tells its time, and of filters
            warnings.simplefilter("ignore")
            found.fit(raw, verbose="ERROR")
        print(found.n_iter_, "passes", file=sys.stderr)
    return job


def best(job):
    times = []
    for _ in range(5):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


if sys.argv[1] == "make_ica":
    make_ica(sys.argv[2])
else:
    print("%.6f" % best({"wpli": wpli, "ica": ica}[sys.argv[1]]()))
