"""coupling: phase-amplitude coupling by Morlet waves, formulas restated with numpy and mne.time_frequency.morlet."""
from golden import Golden, f32, np
from mne.time_frequency import morlet

g = Golden("coupling", """
    x: 4 s at 200 Hz, a 40 Hz rhythm whose amplitude follows a 6 Hz one, in noise, float32. Waves: morlet(200, f,
    n_cycles=5, zero_mean=True), full convolution cut to the samples. Rows are the phase frequencies 6 and 9 Hz, columns the
    amplitude frequencies 30, 40 and 60 Hz. mi: Tort's modulation index, 18 bins; mvl: Canolty's mean vector length; padded:
    without 0.5 s at both ends.""", seed=11)
rng = np.random.default_rng(11)
t = np.arange(800) / 200
x = f32(np.sin(2 * np.pi * 6 * t) + 0.4 * (1 + np.sin(2 * np.pi * 6 * t)) * np.sin(2 * np.pi * 40 * t)
        + 0.3 * rng.normal(size=800))
g.input("x", x)


def wave(f):
    w = morlet(200, [f], n_cycles=5, zero_mean=True)[0]
    return np.convolve(x, w)[(len(w) - 1) // 2:][:len(x)]


def mi(phase, a, n=18):
    k = np.minimum((phase / np.pi + 1) / 2 * n, n - 1).astype(int)
    p = np.array([a[k == j].mean() for j in range(n)])
    p /= p.sum()
    return 1 + (p * np.log(p)).sum() / np.log(n)


for name, part in (("", slice(None)), ("padded.", slice(100, -100))):
    phases, sizes = [np.angle(wave(f))[part] for f in (6, 9)], [np.abs(wave(f))[part] for f in (30, 40, 60)]
    g.array(name + "mi", [[mi(p, a) for a in sizes] for p in phases], 1e-5, 1e-8)
    g.array(name + "mvl", [[np.abs(np.mean(a * np.exp(1j * p))) for a in sizes] for p in phases], 1e-5, 1e-8)
g.close()
