"""What several scripts have of librosa: frames, mel filters, decibels, written out in numpy float64."""
import numpy as np


def frames_of(x, n_fft, hop):
    return np.stack([x[i:i + n_fft] for i in range(0, len(x) - n_fft + 1, hop)])


def hz_to_mel(f, htk):
    f = np.asarray(f, dtype=float)
    if htk:
        return 2595 * np.log10(1 + f / 700)
    return np.where(f < 1000, f / (200 / 3), 15 + 27 * np.log(np.maximum(f, 1e-9) / 1000) / np.log(6.4))


def mel_to_hz(m, htk):
    m = np.asarray(m, dtype=float)
    if htk:
        return 700 * (10 ** (m / 2595) - 1)
    return np.where(m < 15, m * (200 / 3), 1000 * np.exp((m - 15) * np.log(6.4) / 27))


def mel_filters(rate, n_fft, n_mels, fmin=0.0, fmax=None, htk=False, norm=True):
    """[mel][bin]: triangles linear in Hz between n_mels + 2 points even in mel; norm: times 2 / (f[i+2] - f[i])."""
    fmax = rate / 2 if fmax is None else fmax
    f = np.arange(1 + n_fft // 2) * rate / n_fft
    p = mel_to_hz(np.linspace(hz_to_mel(fmin, htk), hz_to_mel(fmax, htk), n_mels + 2), htk)
    up = (f[None] - p[:-2, None]) / (p[1:-1] - p[:-2])[:, None]
    down = (p[2:, None] - f[None]) / (p[2:] - p[1:-1])[:, None]
    bank = np.maximum(0, np.minimum(up, down))
    return bank * (2 / (p[2:] - p[:-2]))[:, None] if norm else bank


def power_to_db(s, ref=1.0, amin=1e-10, top_db=80.0):
    out = 10 * np.log10(np.maximum(amin, s)) - 10 * np.log10(np.maximum(amin, ref))
    return out if top_db is None else np.maximum(out, out.max() - top_db)
