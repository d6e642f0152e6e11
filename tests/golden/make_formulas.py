"""formulas/: features of peers that could not be run, by their formulas re-stated in double precision.

torchaudio_mel   torchaudio.transforms.MelSpectrogram's defaults                        [bin][frame]
htk_mfcc         HTK's MFCC_0 as openSMILE's MFCC12_0_D_A computes it (c1 .. c12, c0)   [frame][coefficient]
psf_mfcc         python_speech_features.mfcc's defaults at 16 kHz                       [frame][coefficient]

Input: inputs/jackson_8k taken for 16 kHz. psf's formula is held to psf's own numbers (presets/psf_mfcc_default, 8 kHz)
before it is used. Tolerances stand in the test."""
import math
import os

from golden import HERE

import numpy as np
import scipy.fft

x = np.load(os.path.join(HERE, "inputs", "jackson_8k.npy")).astype(np.float64).ravel()
RATE = 16000


def mel(hz):
    return 2595 * np.log10(1 + np.asarray(hz) / 700)


def hz(m):
    return 700 * (10 ** (np.asarray(m) / 2595) - 1)


def triangles(at, edges):
    """Of height 1 over the places `at`, in whatever scale."""
    return np.stack([np.clip(np.minimum((at - a) / (b - a), (c - at) / (c - b)), 0, None)
                     for a, b, c in zip(edges, edges[1:], edges[2:])])


def torchaudio_mel():
    n, hop = 400, 200
    padded = np.pad(x, n // 2, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    frames = np.stack([padded[i:i + n] * window for i in range(0, len(padded) - n + 1, hop)])
    power = np.abs(np.fft.rfft(frames)) ** 2
    bank = triangles(np.arange(n // 2 + 1) * RATE / n, hz(np.linspace(0, mel(RATE / 2), 130)))
    return bank @ power.T


def htk_mfcc():
    n, hop, n_fft, n_bands = 400, 160, 512, 26
    s = x * 32767
    frames = np.stack([s[i:i + n] for i in range(0, len(s) - n + 1, hop)])
    lifted = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(n) / (n - 1))
    power = np.abs(np.fft.rfft(lifted * window, n_fft)) ** 2
    bank = triangles(mel(np.arange(n_fft // 2 + 1) * RATE / n_fft), np.linspace(0, mel(RATE / 2), n_bands + 2))
    logs = np.log(np.maximum(power @ bank.T, 1))
    k, j = np.arange(13)[:, None], np.arange(n_bands)
    c = logs @ (math.sqrt(2 / n_bands) * np.cos(np.pi * k * (j + 0.5) / n_bands)).T
    c *= 1 + 11 * np.sin(np.pi * np.arange(13) / 22)
    return np.concatenate([c[:, 1:], c[:, :1]], axis=1)


def psf_mfcc(rate):
    s = x * 32768
    n, hop, n_bands, eps = int(0.025 * rate + 0.5), int(0.01 * rate + 0.5), 26, np.finfo(float).eps
    n_fft = 1 << (n - 1).bit_length()
    s = np.append(s[0], s[1:] - 0.97 * s[:-1])
    count = 1 if len(s) <= n else 1 + math.ceil((len(s) - n) / hop)
    s = np.append(s, np.zeros((count - 1) * hop + n - len(s)))
    power = np.abs(np.fft.rfft(np.stack([s[i * hop:i * hop + n] for i in range(count)]), n_fft)) ** 2 / n_fft
    corner = np.floor((n_fft + 1) * hz(np.linspace(0, mel(rate / 2), n_bands + 2)) / rate)
    bank = np.zeros((n_bands, n_fft // 2 + 1))
    for j in range(n_bands):
        for i in range(int(corner[j]), int(corner[j + 1])):
            bank[j, i] = (i - corner[j]) / (corner[j + 1] - corner[j])
        for i in range(int(corner[j + 1]), int(corner[j + 2])):
            bank[j, i] = (corner[j + 2] - i) / (corner[j + 2] - corner[j + 1])
    bands, energy = power @ bank.T, power.sum(axis=1)
    c = scipy.fft.dct(np.log(np.where(bands == 0, eps, bands)), type=2, axis=1, norm="ortho")[:, :13]
    c *= 1 + 11 * np.sin(np.pi * np.arange(13) / 22)
    c[:, 0] = np.log(np.where(energy == 0, eps, energy))
    return c


peer = np.load(os.path.join(HERE, "presets", "psf_mfcc_default.npy"))
assert np.allclose(psf_mfcc(8000), peer, rtol=1e-6, atol=1e-5), "not psf's formula"
for name, v in (("torchaudio_mel", torchaudio_mel()), ("htk_mfcc", htk_mfcc()), ("psf_mfcc", psf_mfcc(RATE))):
    np.save(os.path.join(HERE, "formulas", name + ".npy"), v.astype(np.float32))
    print("formulas/%s.npy %s" % (name, v.shape))
