"""sleep: spindles and slow waves that YASA 0.7.0 finds.

The numbers were computed once by YASA (BSD-3-Clause; on MNE 1.3.0, scipy 1.10.1), on sample data of its own repository at
tag v0.1.7: 15 s of N2 with spindles at 200 Hz, 30 s of N3 at 100 Hz, microvolts, BSD-3-Clause (c) 2018 Raphael Vallat. This
script picks them. BALEEN_SHARED_GOLDEN names the folder that holds yasa/ (default: ../shared/golden beside the
checkout)."""
from golden import Golden, f32
from peer_cases import load, rows_of

import numpy as np

SPINDLES = ["Start", "End", "Peak", "Amplitude", "RMS", "AbsPower", "RelPower", "Frequency", "Oscillations", "Symmetry",
            "AmpFiltered", "IdxChannel"]
WAVES = ["Start", "End", "NegPeak", "MidCrossing", "PosPeak", "ValNegPeak", "ValPosPeak", "PTP", "Slope", "Frequency",
         "IdxChannel"]
# file, columns, our stage with its options
CASES = [
    ("spindles_n2", SPINDLES, "n2", "spindles_detect"),
    ("spindles_n2_loose", SPINDLES, "n2", "spindles_detect thresh_rel_pow=0.1 thresh_corr=0.5 thresh_rms=1"),
    ("spindles_n2_norms", SPINDLES, "n2", "spindles_detect thresh_rms=none"),
    ("spindles_n2_11_16", SPINDLES, "n2", "spindles_detect freq_sp=[11,16] duration=[0.3,2.5] min_distance_s=0.3"),
    ("sw_n3", WAVES, "n3", "sw_detect"),
    ("sw_n3_loose", WAVES, "n3", "sw_detect amp_neg=[20,200] amp_pos=[10,150] amp_ptp=[40,400]"),
    ("sw_n3_05_2", WAVES, "n3", "sw_detect freq_sw=[0.5,2] amp_ptp=[50,350] amp_neg=[20,200]"),
]


def main():
    g = Golden("sleep", """n2, n3: the inputs, rounded to float32. NAME: an event a row: start and end in seconds, then the numbers that our
        stage gives, in its order. NAME.stage: ours.""")
    g.input("n2", f32(load("yasa/n2")))
    g.input("n3", f32(load("yasa/n3")))
    for name, columns, signal, stage in CASES:
        rows = rows_of("yasa/%s.csv" % name)
        g.array(name, np.array([[float(r[c]) for c in columns] for r in rows]), 1e-5, 1e-6)
        g.text(name + ".signal", signal)
        g.text(name + ".stage", stage)
    g.text("names", " ".join(c[0] for c in CASES))
    g.close()


main()
