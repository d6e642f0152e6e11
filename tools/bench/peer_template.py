"""What bench_template does, in numpy and scipy: peer_template.py SECONDS REPEATS SLACK prints the processor time, best of
some runs, and how many times as fast as real time that is. OpenCV's formula with the products by scipy.signal.fftconvolve and the sums of
the stretches from an integral image, template by template over the whole spectrogram."""
import sys
import time

import numpy as np
from scipy import signal

RATE = 2000


def spectrogram(x):
    x = np.pad(x, 128)
    frames = np.lib.stride_tricks.sliding_window_view(x, 256)[::64]
    power = np.abs(np.fft.rfft(frames * signal.get_window("hann", 256), axis=1)) ** 2
    return 10 * np.log10(np.maximum(power.T, 1e-10))


def integral(x):
    return np.pad(np.cumsum(np.cumsum(x, 0), 1), ((1, 0), (1, 0)))


def boxes(i, h, w):
    return i[h:, w:] - i[:-h, w:] - i[h:, :-w] + i[:-h, :-w]


def best(image, template, first, slack):
    h, w = template.shape
    lo, hi = max(0, first - slack), min(len(image), first + slack + h)
    part = image[lo:hi]
    t = template - template.mean()
    dot = signal.fftconvolve(part, t[::-1, ::-1], mode="valid")
    own = boxes(integral(part ** 2), h, w) - boxes(integral(part), h, w) ** 2 / (h * w)
    score = dot / np.sqrt((t ** 2).sum() * np.maximum(own, 1e-30))
    at = np.unravel_index(np.argmax(score), score.shape)
    return score[at], at


def main():
    seconds, repeats, slack = (int(v) for v in sys.argv[1:])
    rng = np.random.default_rng(1)
    x = rng.standard_normal(seconds * RATE)
    bank = [rng.standard_normal((12 + 7 * k % 29, 10 + 5 * k % 23)) for k in range(25)]
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        image = spectrogram(x)
        scores = [best(image, t, 10, slack)[0] for t in bank]
        spent.append(time.process_time() - start)
    print("%.4g s, %.4g times real time, mean best score %.4f" % (min(spent), seconds / min(spent), np.mean(scores)))


main()
