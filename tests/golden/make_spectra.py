"""windows, stft, mel, db, mfcc, zcr: librosa 0.9.2's documented formulas, written out in numpy float64."""
from librosa_formulas import frames_of, hz_to_mel, mel_filters, mel_to_hz, power_to_db
from golden import Golden, f32

import numpy as np
from scipy.fft import dct
from scipy.signal import get_window

RATE = 4000.0


def noise_and_tone(n=2000, seed=31):
    rng = np.random.default_rng(seed)
    t = np.arange(n) / RATE
    sweep = np.sin(2 * np.pi * (300 + 900 * t) * t)
    return f32(0.2 * rng.normal(size=n) + 0.5 * np.sin(2 * np.pi * 440 * t) + 0.3 * sweep)


def stft(x, n_fft, hop, win=None, center="zero", window="hann"):
    """[frame][bin] complex: periodic window of win, zeros on both sides to n_fft ((n_fft - win) // 2 left)."""
    win = win or n_fft
    w = np.zeros(n_fft)
    left = (n_fft - win) // 2
    w[left:left + win] = get_window(window, win, fftbins=True)
    if center != "none":
        x = np.pad(x, n_fft // 2, mode={"zero": "constant", "reflect": "reflect"}[center])
    return np.fft.rfft(frames_of(x, n_fft, hop) * w, axis=1)


def windows():
    g = Golden("windows", """
        NAME.periodic.N (for spectra: cos(2 pi n / N)) and NAME.symmetric.N (cos(2 pi n / (N - 1))),
        scipy.signal.get_window. hann 0.5 - 0.5 cos, hamming 0.54 - 0.46 cos, blackman 0.42 - 0.5 cos + 0.08 cos 2. N
        = 1 gives 1. The others and those with a number, which NAME.param tells, as scipy names them, N 16 and 17.""")
    for name in ("hann", "hamming", "blackman"):
        for n in (1, 2, 5, 8, 25, 64):
            g.array("%s.periodic.%d" % (name, n), get_window(name, n, fftbins=True), 1e-13, 1e-15)
            g.array("%s.symmetric.%d" % (name, n), get_window(name, n, fftbins=False), 1e-13, 1e-15)
    for name in ("boxcar", "triang", "bartlett", "cosine", "parzen", "bohman", "nuttall", "blackmanharris", "flattop",
                 "barthann", "lanczos", ("chebwin", 60.0), ("taylor", 4, 35.0),
                 ("kaiser", 8.6), ("tukey", 0.5), ("gaussian", 10.0), ("exponential", None, 8.0),
                 ("general_hamming", 0.6), ("tukey", 0.0), ("tukey", 1.0), ("tukey", 0.25), ("dpss", 3.0)):
        key = name if isinstance(name, str) else "%s%d" % (name[0], round(100 * name[-1]))
        g.text(key, name if isinstance(name, str) else "%s %g" % (name[0], name[-1]))
        for n in (16, 17) if key == "dpss300" else (1, 2, 16, 17):
            tol = (1e-9, 1e-9) if key == "dpss300" else (1e-12, 1e-14)
            g.array("%s.periodic.%d" % (key, n), get_window(name, n, fftbins=True), *tol)
            g.array("%s.symmetric.%d" % (key, n), get_window(name, n, fftbins=False), *tol)
    g.close()


def make_stft():
    g = Golden("stft", """
        x: 2000 float32 samples (noise, tone, sweep) at 4000 Hz. Frames of n_fft with hop; periodic Hann unless said.
        NAME.shape: frames, bins. NAME.frames: numbers of the frames stored. NAME.re, NAME.im: [stored frame][bin].
        zero: n_fft 256, hop 64, centred, zeros n_fft/2 on both sides (1 + floor(L / hop) frames). reflect: centred
        with reflection (edge sample not repeated). plain: not centred (1 + floor((L - n_fft) / hop)). short: win 200
        in n_fft 256, centred, zeros. shortplain: win 101 in n_fft 256, hop 100, plain. small: n_fft 64, hop 16,
        Hamming, plain. odd: n_fft 75, hop 30, plain. power.zero: |X|^2 of all frames of `zero`. Tolerances are for
        single precision.""", seed=31)
    x = noise_and_tone()
    g.input("x", x)
    for name, kw in (("zero", dict(n_fft=256, hop=64)), ("reflect", dict(n_fft=256, hop=64, center="reflect")),
                     ("plain", dict(n_fft=256, hop=64, center="none")), ("short", dict(n_fft=256, hop=64, win=200)),
                     ("shortplain", dict(n_fft=256, hop=100, win=101, center="none")),
                     ("small", dict(n_fft=64, hop=16, center="none", window="hamming")),
                     ("odd", dict(n_fft=75, hop=30, center="none"))):
        s = stft(x, **kw)
        n = len(s)
        keep = sorted({0, 1, 2, n // 2, n - 2, n - 1})
        if name == "shortplain":
            keep = [0, n - 1]
        g.input(name + ".shape", [s.shape[0], s.shape[1]])
        g.input(name + ".frames", keep)
        top = np.abs(s).max()
        g.array(name + ".re", s[keep].real, 1e-6, 1e-6 * top)
        g.array(name + ".im", s[keep].imag, 1e-6, 1e-6 * top)
        if name == "zero":
            g.array("power.zero", np.abs(s) ** 2, 4e-6, 2e-8 * top ** 2)
    g.close()


def mel():
    g = Golden("mel", """
        Filter banks [mel][bin]. Slaney or HTK scale, triangles linear in Hz, Slaney norm (times 2 / (f[i+2] - f[i]))
        or none. Dense: slaney40 (4000 Hz, n_fft 256, 40), htk26 (HTK, no norm, 4000 Hz, 256, 26), band20 (Slaney, 50
        to 1500 Hz, 4000 Hz, n_fft 256, 20), htknorm24 (HTK, Slaney norm, 100 to 3800 Hz, 8000 Hz, 512, 24). As rows
        of (mel, bin, weight), zeros left out: full128 (librosa's default: 22050 Hz, n_fft 2048, 128), esc128 (44100
        Hz, 2048, 128). hz, mel.slaney, mel.htk: the scales. x -> the STFT power of stft.txt (`zero`): power40
        [frame][mel] by slaney40, power26 by htk26.""", seed=31)
    f = np.array([0, 1, 50, 440, 999.9, 1000, 1000.1, 4000, 11025, 22050])
    g.input("hz", f)
    for name, htk in (("slaney", False), ("htk", True)):
        g.array("mel." + name, hz_to_mel(f, htk), 1e-13, 1e-13)
        g.array("back." + name, mel_to_hz(hz_to_mel(f, htk), htk), 1e-12, 1e-9)
    banks = {"slaney40": mel_filters(4000, 256, 40), "htk26": mel_filters(4000, 256, 26, htk=True, norm=False),
             "band20": mel_filters(4000, 256, 20, 50, 1500),
             "htknorm24": mel_filters(8000, 512, 24, 100, 3800, htk=True)}
    for name, b in banks.items():
        g.array(name, b, 1e-6, 1e-9)
    for name, b in (("full128", mel_filters(22050, 2048, 128)), ("esc128", mel_filters(44100, 2048, 128))):
        at = np.argwhere(b > 0)
        g.array(name + ".nonzero", np.column_stack([at, b[b > 0]]), 1e-6, 1e-9)
    p = np.abs(stft(noise_and_tone(), 256, 64)) ** 2
    for name, bank in (("power40", "slaney40"), ("power26", "htk26")):
        v = p @ banks[bank].T
        g.array(name, v, 1e-5, 1e-7 * v.max())
    g.close()


def db_and_mfcc():
    g = Golden("db", """
        power_to_db: 10 log10(max(amin, s)) - 10 log10(max(amin, ref)), then floored at its maximum - top_db. s:
        powers with zeros and twelve decades. plain: ref 1, amin 1e-10, no top_db; top80; ref2: ref 2.5, no top_db;
        amin: amin 1e-3; top20: top_db 20; refmax: ref = max, top_db 80. amplitude.top80: amplitude_to_db of a =
        sqrt(s): ref 1, amin 1e-5.""",
               seed=32)
    rng = np.random.default_rng(32)
    s = f32(np.r_[10.0 ** rng.uniform(-12, 3, 57), 0, 0, 1])
    g.input("s", s)
    for name, kw in (("plain", dict(top_db=None)), ("top80", {}), ("ref2", dict(ref=2.5, top_db=None)),
                     ("amin", dict(amin=1e-3, top_db=None)), ("top20", dict(top_db=20)), ("refmax", dict(ref=s.max()))):
        g.array(name, power_to_db(s, **kw), 1e-6, 1e-5)
    g.array("amplitude.top80", power_to_db(np.sqrt(s) ** 2, amin=1e-10), 1e-6, 1e-5)
    g.close()
    g = Golden("mfcc", """
        mfcc.13: 13 of 40 orthonormal DCT-II coefficients of power_to_db (ref 1, amin 1e-10, top_db 80 over the clip)
        of power40 (mel.txt); logmel: that dB spectrogram [frame][mel]; mfcc.20.nofloor without top_db. delta: width
        9, order 1 slope of mfcc.13 over frames, edges from the first and last 9 frames. dct.in, dct.out: 8 rows of 10
        and their full DCT-II.""", seed=31)
    p = (np.abs(stft(noise_and_tone(), 256, 64)) ** 2) @ mel_filters(4000, 256, 40).T
    logmel = power_to_db(p)
    g.array("logmel", logmel, 1e-5, 5e-4)
    m = dct(logmel, type=2, norm="ortho", axis=1)[:, :13]
    g.array("mfcc.13", m, 1e-5, 1e-3)
    g.array("mfcc.20.nofloor", dct(power_to_db(p, top_db=None), type=2, norm="ortho", axis=1)[:, :20], 1e-5, 1e-3)
    from scipy.signal import savgol_filter
    g.array("delta", savgol_filter(m, 9, polyorder=1, deriv=1, axis=0, mode="interp"), 1e-4, 5e-4)
    v = f32(np.random.default_rng(33).normal(size=(8, 10)))
    g.input("dct.in", v)
    g.array("dct.out", dct(v, type=2, norm="ortho", axis=1), 1e-6, 1e-6)
    g.close()


def zcr():
    g = Golden("zcr", """
        Zero-crossing rate: sign-bit changes inside the frame / frame length; the first sample of a frame never
        counts; |v| <= 1e-10 is a plus zero. x: 2000 samples of stft.txt with some zeros and minus zeros. edge.N.H:
        centred, padded by repeating the end samples (1 + floor(L / hop) frames of N, hop H); plain.N.H: not padded.""",
               seed=31)
    x = noise_and_tone()
    x[100:110] = 0.0
    x[200:400:3] = -0.0
    x[500:520:2] = -1e-11
    g.input("x", x)
    x = np.where(np.abs(f32(x)) <= 1e-10, 0.0, f32(x))
    for n, hop in ((512, 128), (256, 64), (100, 33)):
        for name, v in (("edge", np.pad(x, n // 2, mode="edge")), ("plain", x)):
            b = np.signbit(frames_of(v, n, hop))
            g.array("%s.%d.%d" % (name, n, hop), (b[:, 1:] != b[:, :-1]).sum(axis=1) / n, 1e-6)
    g.close()


windows()
make_stft()
mel()
db_and_mfcc()
zcr()
