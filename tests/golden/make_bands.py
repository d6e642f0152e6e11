"""bands: filter banks other than librosa's, from the formulas of their sources, written out in numpy float64."""
from golden import Golden

import numpy as np

SCALES = {
    "mel": (lambda f: 2595 * np.log10(1 + f / 700), lambda m: 700 * (10 ** (m / 2595) - 1)),
    "bark": (lambda f: 26.81 * f / (1960 + f) - 0.53, lambda z: 1960 * (z + 0.53) / (26.28 - z)),
    "erb": (lambda f: 21.4 * np.log10(1 + 0.00437 * f), lambda e: (10 ** (e / 21.4) - 1) / 0.00437),
    "hz": (lambda f: f, lambda f: f),
}


def triangles(at, corners):
    """[band][bin]: bins lie at `at`, corners [n + 2] on the same axis."""
    c = np.asarray(corners)[:, None]
    return np.maximum(0, np.minimum((at - c[:-2]) / (c[1:-1] - c[:-2]), (c[2:] - at) / (c[2:] - c[1:-1])))


def even(scale, rate, n_fft, n, fmin, fmax, over_scale):
    """n bands of even distance on the scale; sides straight over the scale or over Hz. -> bank, points in Hz"""
    there, back = SCALES[scale]
    f = np.arange(n_fft // 2 + 1) * rate / n_fft
    p = np.linspace(there(fmin), there(fmax), n + 2)
    return triangles(there(f), p) if over_scale else triangles(f, back(p)), back(p)


def gammatone(f, peaks):
    """Power response of a gammatone filter of order 4, b = 1.019 ERB(peak); below 1e-6 nothing."""
    b = 1.019 * 24.7 * (1 + 0.00437 * peaks[:, None])
    w = (1 + ((f - peaks[:, None]) / b) ** 2) ** -4.0
    return np.where(w >= 1e-6, w, 0), b


g = Golden("bands", """
    Filter banks [band][bin] on the spectrum of a signal of 8000 Hz, n_fft 256. htk: 26 triangles linear in mel (2595
    log10(1 + f / 700)), as HTK makes them, 64 to 3800 Hz. bark: 18 triangles linear in Bark (26.81 f / (1960 + f) -
    0.53), 0 to 4000 Hz; bark.hz: the same points, triangles linear in Hz, equal area. erb: 20 gammatone power
    responses, peaks even on the ERB scale (21.4 log10(1 + 0.00437 f)) between 50 and 4000 Hz; erb.area: times 16 / (5
    pi b), equal area; erb.scale: triangles. linear: 12 triangles from 100 to 3000 Hz; linear.l1: rows of sum 1. log: 36
    bands, 12 an octave from 440 Hz, linear in log2 f; log.hz: linear in Hz, rows of maximum 1.""")
f = np.arange(129) * 8000 / 256
TOL = 1e-6, 1e-9
g.array("htk", even("mel", 8000, 256, 26, 64, 3800, True)[0], *TOL)
g.array("bark", even("bark", 8000, 256, 18, 0, 4000, True)[0], *TOL)
b, p = even("bark", 8000, 256, 18, 0, 4000, False)
g.array("bark.hz", b * (2 / (p[2:] - p[:-2]))[:, None], *TOL)
b, p = even("erb", 8000, 256, 20, 50, 4000, True)
g.array("erb.scale", b, *TOL)
w, width = gammatone(f, p[1:-1])
g.array("erb", w, *TOL)
g.array("erb.area", w * 16 / (5 * np.pi * width), *TOL)
b, p = even("hz", 8000, 256, 12, 100, 3000, False)
g.array("linear", b, *TOL)
g.array("linear.l1", b / b.sum(axis=1, keepdims=True), *TOL)
p = 440 * 2.0 ** (np.arange(-1, 37) / 12)
g.array("log", triangles(np.log2(np.maximum(f, 1e-9)), np.log2(p)), *TOL)
b = triangles(f, p)
g.array("log.hz", b / b.max(axis=1, keepdims=True), *TOL)
g.close()
