"""Mean and standard deviation of MFCC and their deltas of each clip of a folder, by scipy as a careful user writes it: plans and tables made
once. peer_clips.py FOLDER [WORKERS]: prints the seconds, best of five."""
import glob
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # products this small only lose by threads
import numpy as np
from scipy import fft, signal
from scipy.io import wavfile

RATE, N_FFT, HOP, N_MELS, N_MFCC = 2000, 256, 64, 26, 13
WINDOW = signal.get_window("hann", N_FFT).astype(np.float32)


def mel_filters():
    """Slaney's: linear below 1 kHz, logarithmic above, each of unit area."""
    def to_mel(hz):
        return np.where(hz < 1000, hz * 3 / 200, 15 + np.log(np.maximum(hz, 1e-9) / 1000) / (np.log(6.4) / 27))

    def to_hz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))

    edges = to_hz(np.linspace(to_mel(np.array(0.0)), to_mel(np.array(RATE / 2)), N_MELS + 2))
    hz = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    up = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    down = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return (np.maximum(0, np.minimum(up, down)) * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


MEL = mel_filters()


def row(path):
    _, x = wavfile.read(path)
    x = np.pad(x.astype(np.float32) / 32768, N_FFT // 2)
    frames = np.lib.stride_tricks.sliding_window_view(x, N_FFT)[::HOP] * WINDOW
    power = np.abs(fft.rfft(frames, axis=1)) ** 2
    db = 10 * np.log10(np.maximum(1e-10, power @ MEL.T))
    mfcc = fft.dct(db, type=2, axis=1, norm="ortho")[:, :N_MFCC]
    delta = signal.savgol_filter(mfcc, 9, polyorder=1, deriv=1, axis=0)
    return np.concatenate([f(v, 0) for v in (mfcc, delta) for f in (np.mean, np.std)])


def rows(paths):
    return [row(p) for p in paths]


paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.wav")))
workers = int(sys.argv[2]) if len(sys.argv) > 2 else 1
best = float("inf")
for _ in range(5):
    begin = time.perf_counter()
    if workers == 1:
        out = np.array(rows(paths))
    else:
        with ProcessPoolExecutor(workers) as pool:
            out = np.concatenate(list(pool.map(rows, [paths[k::workers] for k in range(workers)])))
    best = min(best, time.perf_counter() - begin)
print("%.3f" % best)
