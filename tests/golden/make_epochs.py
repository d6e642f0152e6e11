"""epochs: mne.Epochs with baseline and rejection on real EEG, and mne.baseline.rescale in every mode."""
from golden import Golden, f32, source

import mne
import numpy as np

REJECT, FLAT, WINDOW_REJECT = 300.5e-6, 75.5e-6, 200.5e-6  # between the steps of 1 uV, so that no rounding decides
PICK = [0, 8, 31, 63]


def main():
    g = Golden("epochs", """
        PhysioNet eegmmidb S001, run 6 (64 channels, 160 Hz), epochs -0.2 to 0.5 s around T0, T1, T2 (113 samples),
        baseline (None, 0). reject_uv, flat_uv: peak-to-peak limits. kept: indices among all 30 events of the epochs
        kept under reject; bad: how many channels each of the 30 drops names (-1: cut off). flat.kept: under flat
        alone. window.kept: reject window_uv looking only from 0.1 to 0.3 s (mne leaves out that last sample, so that it
        is given 0.3 s and one sample more here). uncorrected.kept: no baseline, which changes no peak-to-peak amplitude.
        pick: channel columns. data [2 epochs x 4 channels][113]: first and last kept epoch, uV, corrected.
        rms: of all kept epochs, uV. input [6][40]: positive numbers, channel by channel, at times (k - 12) / 50 s;
        rescaled.MODE: baseline (-0.1, 0.02).""", seed=5)
    raw = mne.io.read_raw_edf(source("eeg", "eegmmidb-s001", "S001R06.edf"), preload=True)
    events, ids = mne.events_from_annotations(raw)

    def kept(**kw):
        args = dict(tmin=-0.2, tmax=0.5, baseline=(None, 0), preload=True, picks="eeg")
        args.update(kw)
        e = mne.Epochs(raw, events, ids, **args)
        return e, e.selection

    e, selection = kept(reject=dict(eeg=REJECT))
    if not 5 < len(selection) < 28:
        raise SystemExit("epochs: reject keeps %d" % len(selection))
    g.input("reject_uv", REJECT * 1e6)
    g.input("flat_uv", FLAT * 1e6)
    g.input("window_uv", WINDOW_REJECT * 1e6)
    g.array("kept", selection, 0, 0)
    g.array("bad", [-1 if d in (("NO_DATA",), ("TOO_SHORT",)) else len(d) for d in e.drop_log], 0, 0)
    for name, kw in (("flat", dict(flat=dict(eeg=FLAT))), ("uncorrected", dict(reject=dict(eeg=REJECT), baseline=None)),
                     ("window", dict(reject=dict(eeg=WINDOW_REJECT), reject_tmin=0.1, reject_tmax=0.3 + 1.5 / 160))):
        _, s = kept(**kw)
        print(name, len(s))
        if not 2 < len(s) < 29:
            raise SystemExit("epochs: %s keeps %d" % (name, len(s)))
        g.array(name + ".kept", s, 0, 0)
    x = e.get_data() * 1e6
    rms = np.sqrt(np.mean(x ** 2))
    g.array("rms", rms, 1e-6)
    g.input("pick", PICK)
    g.array("data", np.concatenate([x[0, PICK], x[-1, PICK]]), 0, 1e-5 * rms)
    rng = np.random.RandomState(5)
    v = f32(np.exp(rng.normal(0.3, 0.6, (6, 40))))
    g.input("input", v)
    times = (np.arange(40) - 12) / 50.0
    for mode in ("mean", "ratio", "logratio", "percent", "zscore", "zlogratio"):
        w = mne.baseline.rescale(np.array(v, dtype=np.float64), times, (-0.1, 0.02), mode=mode)
        g.array("rescaled." + mode, w, 1e-6, 1e-6)
    g.close()


main()
