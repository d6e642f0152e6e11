"""The rows of presets that no peer's file holds: the formulas of their sources, written out in numpy and scipy, float64."""
import os

import numpy as np
from librosa_formulas import frames_of, mel_filters, power_to_db
from golden import HERE, Golden
from scipy.fft import dct
from scipy.integrate import simpson
from scipy.signal import get_window, welch


def sound(name):
    return np.load(os.path.join(HERE, "inputs", name + ".npy")).astype(np.float64)


def mfcc(x, rate, n_fft, hop, mode, n_mfcc, first=0):
    w = get_window("hann", n_fft)
    p = np.abs(np.fft.rfft(frames_of(np.pad(x, n_fft // 2, mode=mode), n_fft, hop) * w, axis=1)) ** 2
    db = power_to_db(p @ mel_filters(rate, n_fft, 128).T)
    return dct(db, type=2, norm="ortho", axis=1)[:, first:first + n_mfcc]


def contrast(p, frames, bins, inner_frames, inner_bins):
    """x less the mean of the neighbourhood without its inner part, of what is there; p [frame][bin]."""
    y = np.zeros_like(p)
    for i in range(p.shape[0]):
        for k in range(p.shape[1]):
            def part(a, b):
                v = p[max(i - a // 2, 0):i + a // 2 + 1, max(k - b // 2, 0):k + b // 2 + 1]
                return v.sum(), v.size
            (so, no), (si, ni) = part(frames, bins), part(inner_frames, inner_bins)
            y[i, k] = p[i, k] - (so - si) / (no - ni) if no > ni else 0
    return y


def upcall_row(y, rate):
    """For each bin the time centroid, width and skew of |y|, then each bin's maximum."""
    w, t = np.abs(y), np.arange(len(y))[:, None] / rate
    c = (w * t).sum(0) / w.sum(0)
    width = np.sqrt((w * (t - c) ** 2).sum(0) / w.sum(0))
    skew = (w * (t - c) ** 3).sum(0) / w.sum(0) / width ** 3
    return np.concatenate([np.stack([c, width, skew], 1).ravel(), y.max(0)])


def ltsa(x, rate):
    n, hop = 32768, 16384
    w = get_window("hann", n)
    p = np.abs(np.fft.rfft(frames_of(x, n, hop) * w, axis=1)) ** 2 / (rate * (w ** 2).sum())
    p[:, 1:-1] *= 2
    hz = np.arange(n // 2 + 1) * rate / n
    nominal = [c * 10.0 ** d for d in range(5) for c in (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8)]
    inside = [(hz >= c / 2 ** (1 / 6)) & (hz <= c * 2 ** (1 / 6)) for c in nominal if c <= hz[-1]]
    bands = np.stack([p[:, i].sum(1) * rate / n for i in inside if i.any()], 1)
    per = round(60 * rate / hop)
    blocks = bands[:len(bands) // per * per].reshape(-1, per, bands.shape[1]).mean(1)
    db = 10 * np.log10(blocks)
    return np.concatenate([np.quantile(db, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0).T.ravel(), db.mean(0)])


def bands(x, rate):
    edges = [(0.5, 4), (4, 8), (8, 13), (13, 30), (30, 45)]
    hz, p = welch(x, rate, "hann", int(4 * rate), int(2 * rate))
    power = lambda lo, hi: simpson(p[(hz >= lo) & (hz <= hi)], dx=hz[1])
    v = np.array([power(lo, hi) for lo, hi in edges])
    return np.concatenate([10 * np.log10(v), v / power(0.5, 45)])


def main():
    g = Golden("presets", """
        PRESET: the row that it gives of a whole segment, columns in their order. beans80: inputs/tico_22k taken for 16000
        Hz (mean, deviation, least, largest of 20 MFCC). esc_baseline: the same taken for 44100 Hz. moby_upcall:
        inputs/humpback_4k taken for 2000 Hz. hydrophone_ltsa: inputs/humpback_4k 66 times, at 4000 Hz.
        eeg_bands: inputs/humpback_4k taken for 100 Hz. Formulas: librosa, Piczak 2015, the winner's recipe with
        neighbourhoods of odd length (local_contrast), IEC 61260 bands of a density, scipy.signal.welch and
        scipy.integrate.simpson. Tolerances are for a transform in single precision.""")
    tico, whale = sound("tico_22k"), sound("humpback_4k")
    m = mfcc(tico, 16000, 320, 160, "constant", 20)
    g.array("beans80", np.concatenate([m.mean(0), m.std(0), m.min(0), m.max(0)]), 1e-5, 1e-3)
    m = mfcc(tico, 44100, 2048, 512, "reflect", 12, 1)
    s = np.signbit(np.where(np.abs(tico) <= 1e-10, 0, tico))
    z = np.stack([s[i:i + 512] for i in range(0, len(tico) - 511, 512)])
    z = (z[:, 1:] != z[:, :-1]).sum(1) / 512
    g.array("esc_baseline", np.concatenate([m.mean(0), m.std(0), [z.mean(), z.std()]]), 1e-5, 1e-3)
    w = np.hanning(256)
    p = np.abs(np.fft.rfft(frames_of(whale, 256, 64) * w, axis=1)) ** 2 / (2000 * (w ** 2).sum())
    p[:, 1:-1] *= 2
    rate = 2000 / 64
    row = np.concatenate([upcall_row(contrast(p, 1, 65, 1, 3), rate), upcall_row(contrast(p, 33, 1, 3, 1), rate)])
    g.array("moby_upcall", row, 1e-4, 1e-9)
    g.array("hydrophone_ltsa", ltsa(np.tile(whale, 66), 4000), 1e-5, 1e-3)
    g.array("eeg_bands", bands(whale, 100), 1e-5, 1e-6)
    g.close()


main()
