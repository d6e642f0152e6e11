"""specparam: slopes and peaks of spectra by fooof 1.1.1 and specparam 2.0.0rc7.

The numbers were computed once by these (both Apache-2.0; scipy 1.10.1), on spectra by scipy.signal.welch(x, 160,
nperseg=320) of O1 and Cz of PhysioNet eegmmidb S001R02 and Fp1 of S001R01 (ODC-BY 1.0), and on one that was made up of a
slope with a knee and two peaks. This script picks them. BALEEN_SHARED_GOLDEN names the folder that holds specparam/
(default: ../shared/golden beside the checkout)."""
from golden import Golden
from peer_cases import load, rows_of

import numpy as np

# file, spectrum, our options: mode (1: knee), f_lo, f_hi, width limits, most peaks, least height, threshold
WIDE, ALL = [0.5, 12.0], [40, 0.0, 2.0]
CASES = [("%s_%s_%d" % (peer, mode, row), row, [int(mode == "knee"), 2, 40, 1.0, 8.0] + ALL)
         for peer in ("fooof", "specparam") for mode in ("fixed", "knee") for row in range(4)
         # specparam itself stops on its bounds there, with nine peaks for a line of 12.5 Hz
         if (peer, mode, row) != ("specparam", "fixed", 2)]
CASES += [("fooof_max2_0", 0, [0, 1, 45, 1.0, 8.0, 2, 0.1, 1.5]),
          ("fooof_default_0", 0, [0, 1, 45] + WIDE + ALL),
          ("fooof_nopeak_1", 1, [0, 2, 40] + WIDE + [0, 0.0, 2.0])]


def main():
    g = Golden("specparam", """psd: four spectra, bins 0.5 Hz apart from 0 on. NAME.options: spectrum, knee, from, to (Hz), width limits,
        most peaks, least height, threshold. NAME: offset, knee (0 when there is none), exponent, R^2, mean error, then
        centre, power and bandwidth of each peak. NAME.model: log10 of the model over the range.""")
    g.array("psd", load("specparam/psd"))
    for name, row, options in CASES:
        parts = [(r["part"], r["name"], float(r["value"])) for r in rows_of("specparam/%s.csv" % name)]
        slope = {n: v for p, n, v in parts if p == "aperiodic"}
        fit = {n: v for p, n, v in parts if p == "fit"}
        peaks = [v for p, n, v in parts if p.startswith("peak")]
        g.array(name + ".options", [row] + options)
        g.array(name, [slope["offset"], slope.get("knee", 0), slope["exponent"], fit["r_squared"], fit["error_mae"]] + peaks,
                1e-4)
        g.array(name + ".model", load("specparam/%s_model" % name), 0, 5e-3 if name.startswith("specparam") else 1e-4)
    g.text("names", " ".join(name for name, _, _ in CASES))
    g.close()


main()
