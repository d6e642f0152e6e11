"""interpolate, current_source_density: spherical splines and the surface Laplacian of mne 1.3.0.

With the word `table` behind it, prints features/scalp/electrodes.def instead: the electrodes of the montage standard_1005,
in metres and in MNE's head frame, without the names of before 1991 (T3 T4 T5 T6 are T7 T8 P7 P8 there)."""
import sys

from golden import Golden, f32

import mne
import numpy as np

NAMES = "Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 O2 F9 HEOG".split()
TYPES = ["eeg"] * 20 + ["eog"]
SPHERE = (0.001, -0.002, 0.03, 0.093)


def montage():
    return mne.channels.make_standard_montage("standard_1005")


def table():
    m = montage()
    info = mne.create_info(m.ch_names, 100.0, "eeg")
    info.set_montage(m)
    print("/* Electrodes of the 10-5 system: name, x to the right, y to the front, z up, in metres. Made by\n"
          " * tests/golden/make_interpolate.py table. */")
    for ch in info["chs"]:
        if ch["ch_name"] not in ("T3", "T4", "T5", "T6"):
            print("ELECTRODE(%s, %.8f, %.8f, %.8f)" % ((ch["ch_name"],) + tuple(ch["loc"][:3])))


def recording(x, bads):
    info = mne.create_info(NAMES, 100.0, TYPES)
    raw = mne.io.RawArray(x.copy(), info, verbose=False)
    raw.set_montage(montage())
    raw.info["bads"] = bads
    return raw


def main():
    g = Golden("interpolate", """
        x [channel][sample]: float32 in V, channels as text names says; HEOG is of type eog, the rest eeg, placed by the
        montage standard_1005. origin: interpolate_bads(origin=(0.001, -0.002, 0.03)) of Cz, T8, O1; auto: with the
        origin that MNE fits, of Cz and F9. sphere: compute_current_source_density(sphere=(0.001, -0.002, 0.03, 0.093));
        other: with lambda2=1e-3, stiffness=3, n_legendre_terms=20, too; fitted: with the sphere that MNE fits, whose
        search stops at 1e-6 of the radius. Tolerance: 1e-5 of the largest value, of what goes by a fit 1e-4.""", seed=67)
    rng = np.random.default_rng(67)
    mix = rng.normal(size=(21, 6)) @ rng.normal(size=(6, 40))
    x = f32((mix + 0.3 * rng.normal(size=(21, 40))) * 1e-5)
    g.input("x", x)
    g.text("names", " ".join(NAMES))

    def put(name, raw, tol):
        y = raw.get_data()
        g.array(name, y, tol, tol * np.abs(y[:20]).max())

    put("origin", recording(x, ["Cz", "T8", "O1"]).interpolate_bads(origin=SPHERE[:3]), 1e-5)
    put("auto", recording(x, ["Cz", "F9"]).interpolate_bads(), 1e-4)
    csd = mne.preprocessing.compute_current_source_density
    put("sphere", csd(recording(x, []), sphere=SPHERE), 1e-5)
    put("other", csd(recording(x, []), sphere=SPHERE, lambda2=1e-3, stiffness=3, n_legendre_terms=20), 1e-5)
    put("fitted", csd(recording(x, [])), 1e-4)
    g.close()


table() if sys.argv[1:] == ["table"] else main()
