"""epochs: mne.Epochs with baseline and rejection on real EEG, and mne.baseline.rescale in every mode."""
from golden import Golden, f32, source

import mne
import numpy as np

REJECT, FLAT, WINDOW_REJECT, FIXED_REJECT = 300.5e-6, 75.5e-6, 112.5e-6, 400.5e-6  # between the steps of 1 uV, so that no rounding decides
PICK = [0, 8, 31, 63]


def main():
    g = Golden("epochs", """
        PhysioNet eegmmidb S001, run 6 (64 channels, 160 Hz), epochs -0.2 to 0.5 s around T0, T1, T2 (113 samples),
        baseline (None, 0). reject_uv, flat_uv: peak-to-peak limits. kept: indices among all 30 events of the epochs
        kept under reject; bad: how many channels each of the 30 drops names (-1: cut off). flat.kept: under flat
        alone. window.kept: reject window_uv looking only from 0.1 to 0.235 s, the last sample up to there left out, as mne
        does where reject_tmax is given; with it fewer are kept. marks [30][2]: onset and duration of a stretch 'BAD' beside
        each event, half a sample within or beyond where mne looks for marks from reject_tmin 0.103 to reject_tmax 0.297 s;
        marks.kept: under these alone. uncorrected.kept: no baseline, which changes no peak-to-peak amplitude.
        pick: channel columns. data [2 epochs x 4 channels][113]: first and last kept epoch, uV, corrected.
        rms: of all kept epochs, uV. input [6][40]: positive numbers, channel by channel, at times (k - 12) / 50 s;
        rescaled.MODE: baseline (-0.1, 0.02). fixed.kept: of mne.make_fixed_length_epochs of 2 s, with a stretch
        'BAD_blink' from 10 to 15 s, those kept under fixed_uv. repeated.MODE: samples at which T1 and T2 epochs are kept when
        each T1 event is also a T2 event, under event_repeated=MODE; repeated.merged: how many of
        them bear both labels.""", seed=5)
    raw = mne.io.read_raw_edf(source("eegmmidb-s001", "S001R06.edf"), preload=True)
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
                     ("window", dict(reject=dict(eeg=WINDOW_REJECT), reject_tmin=0.1, reject_tmax=0.235))):
        _, s = kept(**kw)
        print(name, len(s))
        if not 2 < len(s) < 29:
            raise SystemExit("epochs: %s keeps %d" % (name, len(s)))
        g.array(name + ".kept", s, 0, 0)
    if len(kept(reject=dict(eeg=WINDOW_REJECT), reject_tmin=0.1, reject_tmax=0.235 + 1 / 160)[1]) == len(s):
        raise SystemExit("epochs: the last sample of the window decides nothing")
    onset = events[:, 0] / 160.0
    first, behind = 16 / 160.0, 49 / 160.0  # rint(0.103 * 160); 81 - rint((0.5 - 0.297) * 160)
    half = 0.5 / 160
    beside = np.array([(first - 0.05 - half, 0.05), (first - 0.05 + half, 0.05), (behind - half, 0.02), (behind + half, 0.02),
                       (0.2, 0.0), (-0.1, 0.1)])[np.arange(len(onset)) % 6]
    marks = np.round(np.column_stack([onset + beside[:, 0], beside[:, 1]]), 6)
    bad = raw.copy().set_annotations(mne.Annotations(marks[:, 0], marks[:, 1], ["BAD"] * len(marks),
                                                     orig_time=raw.annotations.orig_time))
    m = mne.Epochs(bad, events, ids, tmin=-0.2, tmax=0.5, baseline=None, preload=True, reject_tmin=0.103, reject_tmax=0.297)
    if not 10 < len(m) < 20:
        raise SystemExit("marks: %d are kept" % len(m))
    g.input("marks", marks)
    g.array("marks.kept", m.selection, 0, 0)
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
    g.input("fixed_uv", FIXED_REJECT * 1e6)
    marked = raw.copy().set_annotations(mne.Annotations([10], [5], ["BAD_blink"], orig_time=raw.annotations.orig_time))
    fixed = mne.make_fixed_length_epochs(marked, 2, preload=True)
    fixed.drop_bad(reject=dict(eeg=FIXED_REJECT))
    n_bad = sum("BAD_blink" in d for d in fixed.drop_log)
    if n_bad != 3 or not 5 < len(fixed) < 55:
        raise SystemExit("fixed: %d are bad, %d are kept" % (n_bad, len(fixed)))
    g.array("fixed.kept", fixed.selection, 0, 0)
    one, two = events[events[:, 2] == ids["T1"]], events[events[:, 2] == ids["T2"]]
    twice = np.concatenate([one, two, one * [1, 1, 0] + [0, 0, ids["T2"]]])
    twice = twice[np.argsort(twice[:, 0], kind="stable")]
    for mode in ("drop", "merge"):
        r = mne.Epochs(raw, twice, dict(T1=ids["T1"], T2=ids["T2"]), tmin=-0.2, tmax=0.5, baseline=None, preload=True,
                       event_repeated=mode)
        g.array("repeated." + mode, r.events[:, 0], 0, 0)
    g.array("repeated.merged", len(r["T1/T2"]), 0, 0)
    g.close()


main()
