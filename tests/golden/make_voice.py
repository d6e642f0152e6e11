"""formants and harmonic-to-noise ratio: Burg's prediction and its roots, and Boersma 1993, written out in numpy float64."""
import os

from golden import HERE, Golden

import numpy as np

RATE = 8000.0


def frames_of(x, length, hop):
    x = np.pad(x, length // 2)
    return np.stack([x[i:i + length] for i in range(0, len(x) - length + 1, hop)])


def burg(y, order):
    f, b = y[1:].copy(), y[:-1].copy()
    a = np.array([1.0])
    den = f @ f + b @ b
    for _ in range(order):
        k = -2 * (b @ f) / (den + np.finfo(float).tiny)
        a = np.append(a, 0) + k * np.append(a, 0)[::-1]
        f, b = f + k * b, b + k * f
        den = (1 - k * k) * den - b[-1] ** 2 - f[0] ** 2
        f, b = f[1:], b[:-1]
    return a


def formants(y, order, n, min_hz, max_bandwidth):
    z = np.roots(burg(y * np.hamming(len(y)), order))
    z = z[z.imag > 0]
    hz, width = np.angle(z) * RATE / (2 * np.pi), -np.log(np.abs(z)) * RATE / np.pi
    keep = (hz >= min_hz) & (width < max_bandwidth)
    order_of = np.argsort(hz[keep])
    out = np.full((2, n), np.nan)
    some = min(n, keep.sum())
    out[:, :some] = np.stack([hz[keep], width[keep]])[:, order_of][:, :some]
    return out


def hnr(y, fmin, fmax):
    n = len(y)
    w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    y = (y - y.mean()) * w
    acf = np.correlate(y, y, "full")[n - 1:]
    if acf[0] == 0:
        return -100.0
    r = acf / acf[0] / (np.correlate(w, w, "full")[n - 1:] / (w @ w))
    best = -1.0
    for k in range(max(2, int(RATE // fmax)), int(np.ceil(RATE / fmin)) + 1):
        if r[k] > r[k - 1] and r[k] >= r[k + 1]:
            c = np.polyfit([-1, 0, 1], r[k - 1:k + 2], 2)
            best = max(best, c[2] - c[1] ** 2 / (4 * c[0]))
    best = min(max(best, 1e-10), 1 - 1e-10)
    return 10 * np.log10(best / (1 - best))


def main():
    g = Golden("voice", """
        Of inputs/jackson_8k.npy, 8000 Hz: frames of 512 samples with hop 128, centred, zeros on both sides.
        formants: order 10, Hamming window, 3 formants of at least 90 Hz and less than 400 Hz broad; nan where fewer are found.
        bandwidths: theirs. hnr: Boersma's, Hann window, fmin 60, fmax 400, in dB, within -100 .. 100.""")
    x = np.load(os.path.join(HERE, "inputs", "jackson_8k.npy")).astype(float)
    frames = frames_of(x, 512, 128)
    found = np.stack([formants(y, 10, 3, 90, 400) for y in frames])
    g.array("formants", found[:, 0], 1e-6, 1e-4)
    g.array("bandwidths", found[:, 1], 1e-6, 1e-4)
    g.array("hnr", [hnr(y, 60, 400) for y in frames], 1e-6, 1e-5)
    g.close()


main()
