"""regress: regression of eye channels out of EEG, by mne 1.3.0."""
from golden import Golden, f32

import mne
import numpy as np

NAMES = "Fp1 F3 HEOG Cz O1 VEOG".split()
TYPES = ["eeg", "eeg", "eog", "eeg", "eeg", "eog"]


def main():
    g = Golden("regress", """
        x [channel][sample]: float32 in uV, channels as text names says; HEOG and VEOG are of type eog, the rest eeg with an
        average reference. betas: EOGRegression().fit(raw).coef_ [4][2], text betas the same as an option; means: of HEOG and
        VEOG over x; clean: apply(raw).""", seed=71)
    rng = np.random.default_rng(71)
    eyes = rng.normal(size=(2, 60)) * [[40], [90]] + [[15], [-30]]
    x = rng.normal(size=(6, 60)) * 8
    x[[2, 5]] += eyes
    x[[0, 1, 3, 4]] += np.array([[0.3, 0.6], [0.2, 0.3], [0.02, 0.1], [0.01, -0.03]]) @ eyes
    x = f32(x)
    raw = mne.io.RawArray(x.copy(), mne.create_info(NAMES, 100.0, TYPES), verbose=False)
    raw.set_eeg_reference([], verbose=False)
    model = mne.preprocessing.EOGRegression().fit(raw)
    means = x[[2, 5]].mean(1)
    y = model.apply(raw).get_data()
    g.input("x", x)
    g.text("names", " ".join(NAMES))
    g.text("betas", "[" + ",".join("[%.17g,%.17g]" % tuple(row) for row in model.coef_) + "]")
    g.text("means", "[%.17g,%.17g]" % tuple(means))
    g.array("clean", y, 1e-5, 1e-6 * np.abs(y).max())
    g.close()


main()
