"""channels: references, bipolar channels and electrode names of mne 1.3.0."""
from golden import Golden, f32, source

import mne
import numpy as np


def main():
    g = Golden("channels", """
        x [channel][sample]: float32 in V, channels as text names says; HEOG is of type eog, TRIG stim, the rest eeg.
        average: set_eeg_reference("average"); projection: the same as a projector, applied; cz, ears: against Cz,
        against the mean of A1 and A2. bipolar: set_bipolar_reference of Fp1 - F7 and F7 - T7, channels as
        bipolar.names says. electrode.I: a name in the EDF files of PhysioNet's eegmmidb, and what
        mne.datasets.eegbci.standardize makes of it; electrodes of them.""", seed=61)
    names = ["Fp1", "F7", "T7", "Cz", "A1", "A2", "HEOG", "TRIG"]
    types = ["eeg"] * 6 + ["eog", "stim"]
    x = f32(np.random.default_rng(61).normal(size=(8, 40)) * 2e-5 + np.arange(8)[:, None] * 1e-5)
    raw = mne.io.RawArray(x, mne.create_info(names, 100.0, types), verbose=False)
    g.input("x", x)
    g.text("names", " ".join(names))
    tol = 1e-7 * np.abs(x).max()
    g.array("average", raw.copy().set_eeg_reference("average").get_data(), 1e-6, tol)
    g.array("projection", raw.copy().set_eeg_reference("average", projection=True).apply_proj().get_data(), 1e-6, tol)
    g.array("cz", raw.copy().set_eeg_reference(["Cz"]).get_data(), 1e-6, tol)
    g.array("ears", raw.copy().set_eeg_reference(["A1", "A2"]).get_data(), 1e-6, tol)
    b = mne.set_bipolar_reference(raw.copy(), ["Fp1", "F7"], ["F7", "T7"])
    g.text("bipolar.names", " ".join(b.ch_names))
    g.array("bipolar", b.get_data(), 1e-6, tol)
    edf = mne.io.read_raw_edf(source("eegmmidb-s001", "S001R06.edf"), preload=False)
    before = list(edf.ch_names)
    mne.datasets.eegbci.standardize(edf)
    g.input("electrodes", len(before))
    for i, (old, new) in enumerate(zip(before, edf.ch_names)):
        g.text("electrode.%d" % i, "%s %s" % (old, new))
    g.close()


main()
