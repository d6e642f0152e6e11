"""brainvision: writes tests/data/brainvision/*, and what MNE reads from them."""
import os

from golden import HERE, Golden, f32

import mne
import numpy as np

FOLDER = os.path.join(HERE, "..", "data", "brainvision")
N = 120
CHANNELS = [  # name, resolution, unit
    ("Fp1", "0.1", "\u00b5V"), ("EOG\\1 left", "0.0488281", ""), ("GSR", "2.5", "mV"), ("Fz", "0.5", "\u00b5V")]
SCALE = [1e6, 1e6, 1e3, 1e6]  # from MNE's V to the unit


def write(name, text, codepage):
    with open(os.path.join(FOLDER, name), "wb") as f:
        f.write(text.replace("\n", "\r\n").encode(codepage))


def files(stem, version, codepage, layout, common, markers):
    names = "".join("Ch%d=%s,,%s,%s\n" % (i + 1, n, r, u) for i, (n, r, u) in enumerate(CHANNELS))
    write(stem + ".vhdr", """Brain%sVision Data Exchange Header File Version %s
; a comment = not an entry

[Common Infos]
%sDataFile=%s.eeg
MarkerFile=%s.vmrk
%s; in microseconds
NumberOfChannels=4
SamplingInterval=3906.25

%s
[Channel Infos]
; name, reference, resolution, unit
%s
[Comment]
Free text. DataFormat=NONSENSE
""" % (" " if version == "1.0" else "", version, "Codepage=%s\n" % codepage if codepage != "latin-1" else "", stem,
       "$b" if stem == "vectorized" else stem, common, layout, names), codepage)
    write(stem + ".vmrk", """Brain Vision Data Exchange Marker File, Version 1.0

[Common Infos]
%sDataFile=%s.eeg

[Marker Infos]
; Mk<n>=<type>,<description>,<position>,<size>,<channel>,<date>
%s""" % ("Codepage=%s\n" % codepage if codepage != "latin-1" else "", stem, markers), codepage)


MARKERS = """Mk1=New Segment,,1,1,0,20131113161403794232
Mk2=Stimulus,S  1,18,1,0
Mk3=Response,R\\1 255,41,3,2
Mk4=Comment,laut \u00fc,100,0,0
"""


def main():
    os.makedirs(FOLDER, exist_ok=True)
    rng = np.random.default_rng(2385)
    g = Golden("brainvision", """
        mne.io.read_raw_brainvision of the files in tests/data/brainvision: samples [frame][channel] of each, taken back
        from V to the file's units, and onset and duration of the markers of 'mux16'.""", seed=2385)
    ints = rng.integers(-32768, 32768, (N, 4))
    wide = rng.integers(-2 ** 31, 2 ** 31, (N, 4))
    real = f32(rng.standard_normal((N, 4)) * 73.1)
    binary = "DataFormat=BINARY\nDataOrientation=%s\n"
    kinds = "[Binary Infos]\nBinaryFormat=%s\n"
    files("mux16", "1.0", "latin-1", kinds % "INT_16", binary % "MULTIPLEXED", MARKERS)
    ints.astype("<i2").tofile(os.path.join(FOLDER, "mux16.eeg"))
    files("vectorized", "2.0", "UTF-8", kinds % "INT_16", binary % "VECTORIZED" + "DataPoints=%d\n" % N, MARKERS)
    ints.T.astype("<i2").tofile(os.path.join(FOLDER, "vectorized.eeg"))
    files("mux32", "1.0", "UTF-8", kinds % "INT_32", binary % "MULTIPLEXED", MARKERS)
    wide.astype("<i4").tofile(os.path.join(FOLDER, "mux32.eeg"))
    files("float", "2.0", "UTF-8", kinds % "IEEE_FLOAT_32", binary % "MULTIPLEXED", MARKERS)
    real.astype("<f4").tofile(os.path.join(FOLDER, "float.eeg"))
    files("text", "1.0", "latin-1", "[ASCII Infos]\nDecimalSymbol=,\nSkipLines=1\nSkipColumns=0\n",
          "DataFormat=ASCII\nDataOrientation=MULTIPLEXED\nDataPoints=%d\n" % N, MARKERS)
    lines = ["Fp1 EOG GSR Fz"] + [" ".join("%.4f" % v for v in row).replace(".", ",") for row in real]
    write("text.eeg", "\n".join(lines) + "\n", "latin-1")
    for stem in ("mux16", "vectorized", "mux32", "float", "text"):
        path = os.path.join(FOLDER, stem + ".vhdr")
        # MNE 1.3 knows no "$b", and reads markers in the locale's encoding: it gets files without either
        kept = {p: open(p, "rb").read() for p in (path, path[:-4] + "vmrk")}
        for p, was in kept.items():
            with open(p, "wb") as f:
                f.write(was.replace(b"$b", b"vectorized").replace("\u00fc".encode("latin-1"), b"ue")
                        if stem in ("mux16", "text") or p == path else was)
        raw = mne.io.read_raw_brainvision(path, preload=True)
        for p, was in kept.items():
            with open(p, "wb") as f:
                f.write(was)
        assert raw.info["sfreq"] == 256.0 and raw.ch_names[1] == "EOG, left", raw.ch_names
        assert str(raw.info["meas_date"]) == "2013-11-13 16:14:03.794232+00:00"
        g.array(stem, f32(raw.get_data().T * SCALE), 1e-6, 1e-9, " f32")
        if stem == "mux16":
            g.array("onset", raw.annotations.onset, 0, 1e-9)
            g.array("duration", raw.annotations.duration, 0, 1e-9)
            for i, d in enumerate(raw.annotations.description):
                print(i, repr(d))
    g.close()


main()
