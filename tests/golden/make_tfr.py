"""Time-frequency power of epochs: mne 1.3.0, and where MNE 1.12 differs its numbers.

Inputs are crops of real recordings that lie with the numbers which the libraries gave once (BALEEN_SHARED_GOLDEN names
that folder; default: ../shared/golden beside the checkout); each number of MNE 1.3 is computed anew and must agree with
what lies there. Those of MNE 1.12.1 are taken from there and must agree with their formula."""
import os

from golden import ROOT, Golden

import numpy as np
from mne.baseline import rescale
from mne.time_frequency import morlet, tfr_array_morlet, tfr_array_multitaper, tfr_array_stockwell

base = os.environ.get("BALEEN_SHARED_GOLDEN") or os.path.join(ROOT, "..", "shared", "golden")
FREQS = [6.0, 10.0, 22.0]


def load(name):
    return np.load(os.path.join(base, name + ".npy"))


def held(name, v, part=slice(None)):
    want = load(name)[part]
    assert np.abs(v - want).max() <= 1e-10 * np.abs(want).max(), name
    return v


def pairs(z):
    return np.stack([z.real, z.imag], -1)


def main():
    g = Golden("tfr", """
        x: mi16[:2, 4] (C3 of two trials of eegmmidb S001, microvolts, whole numbers): 2 epochs x 320 samples at 160 Hz.
        w10, w10.zm, w10.sigma [sample][re, im]: morlet(160, [10], n_cycles=5), zero_mean, sigma=8. NAME [freq][frame] of
        epoch 0 (NAME.1: epoch 1) at 6, 10, 22 Hz: power: tfr_array_morlet(n_cycles=3, zero_mean=False); zm (True); dec4:
        n_cycles=[3, 5, 11], decim=4; complex [freq][frame re, im ...] and phase: decim=8. mt: tfr_array_multitaper(n_cycles=3,
        time_bandwidth=4, decim=2), mt.tb2 (n_cycles=4, time_bandwidth=2, decim=4), of MNE 1.3 (tapers alike); mt.ratio,
        mt.tb2.ratio: of MNE 1.12.1 (weighted). stockwell: tfr_array_stockwell(fmin=5, fmax=30, decim=4) of epoch 0 alone
        (n_fft 512), stockwell.w05 (n_fft=512, width=0.5, decim=8); stockwell.freqs. baseline.MODE: rescale(in, times,
        (-0.5, 0), MODE) of baseline.in [3][160], times n / 80 - 0.5.""")
    x = load("eeg-inputs/mi16")[:2, [4]]
    g.input("x", x[:, 0])
    for name, kw in (("w10", {}), ("w10.zm", dict(zero_mean=True)), ("w10.sigma", dict(sigma=8))):
        w = pairs(morlet(160, [10.0], n_cycles=5, **kw)[0])
        g.array(name, held("mne/morlet_" + name.replace(".", "_"), w), 0, 1e-13)

    def put(name, v, tol=1e-6):
        g.array(name, v, 0, tol * np.abs(v).max())

    def tfr(**kw):
        return tfr_array_morlet(x, 160, FREQS, **kw)

    v = held("mne/tfr_morlet_power", tfr(n_cycles=3.0, output="power"))
    put("power", v[0, 0])
    put("power.1", v[1, 0])
    put("zm", held("mne/tfr_morlet_power_zm", tfr(n_cycles=3.0, zero_mean=True, output="power"))[0, 0])
    put("dec4", held("mne/tfr_morlet_power_dec4", tfr(n_cycles=[3.0, 5.0, 11.0], decim=4, output="power"))[0, 0])
    z = held("mne/tfr_morlet_complex", pairs(tfr(n_cycles=3.0, output="complex")))
    put("complex", z[0, 0, :, ::8].reshape(3, -1))
    put("phase", held("mne/tfr_morlet_phase", tfr(n_cycles=3.0, output="phase", decim=8))[0, 0])
    for name, key, kw in (("mt", "tfr_mt_power", dict(n_cycles=3.0, time_bandwidth=4.0, decim=2)),
                          ("mt.tb2", "tfr_mt_tb2", dict(n_cycles=4.0, time_bandwidth=2.0, decim=4))):
        v = tfr_array_multitaper(x, 160, FREQS, output="power", **kw)
        put(name, held("mne/" + key, v)[0, 0])
        put(name + ".ratio", load("mne-1.12/" + key)[0, 0])
    s, _, f = tfr_array_stockwell(x, 160, fmin=5, fmax=30, width=1.0, decim=4, return_itc=True)
    held("mne/tfr_stockwell_power", s)
    held("mne/tfr_stockwell_w05", tfr_array_stockwell(x, 160, fmin=5, fmax=30, n_fft=512, width=0.5, decim=8)[0])
    g.array("stockwell.freqs", held("mne/tfr_stockwell_freqs", f), 1e-14)
    put("stockwell", tfr_array_stockwell(x[:1], 160, fmin=5, fmax=30, width=1.0, decim=4)[0][0, ::4])
    put("stockwell.w05", tfr_array_stockwell(x[:1], 160, fmin=5, fmax=30, n_fft=512, width=0.5, decim=8)[0][0, ::4])
    b = load("mne/baseline_in")
    g.input("baseline.in", b)
    times = np.arange(160) / 80 - 0.5
    for mode in ("mean", "ratio", "logratio", "percent", "zscore", "zlogratio"):
        v = held("mne/baseline_" + mode, rescale(b, times, (-0.5, 0.0), mode=mode, verbose=False))
        g.array("baseline." + mode, v[:, ::4], 0, 1e-11 * np.abs(v).max())
    g.close()


main()
