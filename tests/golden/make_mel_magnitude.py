"""inputs/tico_mel40.npy: what librosa's PCEN was given, less its factor of 2^31: the 40 Slaney mels of magnitudes, n_fft
1024, hop 256, [mel][frame], of inputs/tico_22k.npy, in numpy float64 rounded to float32. A transform in single precision
would not do: PCEN lifts quiet bins beside loud ones, and with them the rounding of the loud ones.
inputs/tico_mag512.npy: what its hpss was given, the magnitudes of n_fft 512, hop 512 [bin][frame], for the same reason:
a hard mask turns over at ties."""
import os

import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inputs")
RATE, N_FFT, HOP, N_MELS = 22050, 1024, 256, 40


def to_hz(m):
    return np.where(m < 15, m * (200 / 3), 1000 * np.exp((m - 15) * np.log(6.4) / 27))


def magnitudes(n_fft, hop):
    """[bin][frame], centred, periodic Hann."""
    x = np.pad(np.load(os.path.join(HERE, "tico_22k.npy")).astype(np.float64), n_fft // 2)
    w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    return np.abs(np.fft.rfft(np.stack([x[i:i + n_fft] * w for i in range(0, len(x) - n_fft + 1, hop)]), axis=1)).T


s = magnitudes(N_FFT, HOP)
np.save(os.path.join(HERE, "tico_mag512.npy"), np.ascontiguousarray(magnitudes(512, 512), np.float32))
p = to_hz(np.linspace(0, 15 + 27 * np.log(RATE / 2000) / np.log(6.4), N_MELS + 2))[:, None]
f = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
bank = np.maximum(0, np.minimum((f - p[:-2]) / (p[1:-1] - p[:-2]), (p[2:] - f) / (p[2:] - p[1:-1]))) * 2 / (p[2:] - p[:-2])
np.save(os.path.join(HERE, "tico_mel40.npy"), (bank @ s).astype(np.float32))
