"""Damaged, truncated, chained and mislabelled files of each format that has no library below it, for
tests/data/test_damaged.c: python3 tests/data/make_damaged.py writes tests/data/damaged/. Two channels, 10 Hz, ten
seconds, a ramp; only the standard library is needed. What each must come to stands below, and is written beside them as
index.csv."""
import csv
import json
import os
import struct

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "damaged")
RATE, SECONDS, CHANNELS = 10, 10, 2

# What the file of a name must come to: "ok" and frames x channels @ rate in Hz, or "error", and a text that is told.
EXPECTED = [
    ("truncated.edf", "ok", "50x2@10", "5 are whole and were kept, 20 bytes behind them were left out"),
    ("cut_to_a_byte.edf", "ok", "50x2@10", "5 are whole and were kept, 21 bytes behind them were left out"),
    ("header_only.edf", "ok", "0x2@10", "the header says 10 records of 40 bytes, 0 are whole"),
    ("half_a_header.edf", "error", "", "ends at byte 384, inside the headers of 2 signals"),
    ("few_bytes.edf", "error", "", "ends at byte 7, inside the header"),
    ("empty.edf", "error", "", "the file is empty"),
    ("chained.edf", "ok", "100x2@10", "1168 bytes follow the last record; they were left out"),
    ("tail.edf", "ok", "100x2@10", "7 bytes follow the last record; they were left out"),
    ("mislabelled.edf", "error", "", "an array has no sampling rate"),
    ("understated.edf", "ok", "40x2@10", "240 bytes follow the last record; they were left out"),
    ("overstated.edf", "ok", "100x2@10", "the header says 40 records of 40 bytes, 10 are whole"),
    ("growing.edf", "ok", "100x2@10", "number of records says unknown; counted from the file's length"),
    ("hole.edf", "ok", "90x2@10", "9 are whole and were kept, 12 bytes behind them were left out"),
    ("truncated.bdf", "ok", "50x2@10", "5 are whole and were kept, 30 bytes behind them were left out"),
    ("cut_to_a_byte.bdf", "ok", "50x2@10", "5 are whole and were kept, 31 bytes behind them were left out"),
    ("header_only.bdf", "ok", "0x2@10", "0 are whole and were kept"),
    ("half_a_header.bdf", "error", "", "inside the headers of 2 signals"),
    ("few_bytes.bdf", "error", "", "inside the header"),
    ("empty.bdf", "error", "", "the file is empty"),
    ("chained.bdf", "ok", "100x2@10", "1368 bytes follow the last record; they were left out"),
    ("tail.bdf", "ok", "100x2@10", "7 bytes follow the last record"),
    ("mislabelled.bdf", "ok", "100x2@10", ""),
    ("truncated.gdf", "ok", "50x2@10", "5 are whole and were kept"),
    ("cut_to_a_byte.gdf", "ok", "50x2@10", "5 are whole and were kept"),
    ("header_only.gdf", "ok", "0x2@10", "0 are whole and were kept"),
    ("half_a_header.gdf", "error", "", "inside the headers of 2 channels"),
    ("few_bytes.gdf", "error", "", "inside the header"),
    ("empty.gdf", "error", "", "the file is empty"),
    ("chained.gdf", "ok", "100x2@10", "what follows the records was left out"),
    ("tail.gdf", "ok", "100x2@10", "7 bytes follow the last record; they were left out"),
    ("overstated.gdf", "ok", "100x2@10", "the header says 40 records of 80 bytes, 10 are whole"),
    ("mislabelled.gdf", "ok", "100x2@10", "its name ends in .gdf, but it is EDF; it was read as what it is"),
    ("truncated.npy", "ok", "55x2@10", "it is cut off: 55 of 100 frames are there"),
    ("cut_to_a_byte.npy", "ok", "55x2@10", "it is cut off: 55 of 100 frames are there"),
    ("header_only.npy", "error", "", "0 bytes of numbers"),
    ("half_a_header.npy", "error", "", "a header of 118 bytes does not fit in a file of 64"),
    ("few_bytes.npy", "error", "", "it does not begin as one"),
    ("empty.npy", "error", "", "the file is empty"),
    ("chained.npy", "ok", "100x2@10", "928 bytes behind the array are left out"),
    ("tail.npy", "ok", "100x2@10", "7 bytes behind the array are left out"),
    ("mislabelled.npy", "ok", "100x2@10", ""),
    ("truncated.csv", "ok", "52x2@10", "its last line has no end: a number there may have been cut off"),
    ("chained.csv", "error", "", ":102: 'time_s' is not a number"),
    ("header_only.csv", "error", "", "no sampling rate"),
    ("empty.csv", "error", "", "the file is empty"),
    ("hole.csv", "ok", "80x2@10", ""),
    ("mislabelled.csv", "ok", "100x2@10", ""),
    ("bv_truncated.vhdr", "ok", "50x2@10", "DataPoints is 100, the data have 50 frames"),
    ("bv_longer.vhdr", "ok", "200x2@10", "DataPoints is 100, the data have 200 frames"),
    ("bv_odd.vhdr", "ok", "99x2@10", "3 bytes of a frame of 4; they were left out"),
    ("bv_empty.vhdr", "ok", "0x2@10", "it holds no samples"),
    ("bv_gone.vhdr", "error", "", "names the data file 'gone.eeg', which is not beside it"),
    ("bv_mislabelled.vhdr", "error", "", "is it cut off?"),
    ("bv_half.vhdr", "error", "", "is it cut off?"),
]


def text(s, n):
    return str(s).ljust(n).encode("ascii")


def edf(records=SECONDS, bdf=False, n_header=None):
    size, top = (3, 8388607) if bdf else (2, 32767)
    head = (b"\xffBIOSEMI" if bdf else text("0", 8)) + text("X X X X", 80) + text("Startdate X X X X", 80)
    head += text("02.03.24", 8) + text("10.20.30", 8) + text(256 * (CHANNELS + 1), 8)
    head += text("24BIT" if bdf else "", 44) + text(records if n_header is None else n_header, 8) + text(1, 8) + text(CHANNELS, 4)
    for field, n in (("EEG C%d", 16), ("", 80), ("uV", 8), (-100, 8), (100, 8), (-top - 1, 8), (top, 8), ("", 80), (RATE, 8), ("", 32)):
        for c in range(CHANNELS):
            head += text(field % (c + 3) if n == 16 else field, n)
    data = b""
    for r in range(records):
        for c in range(CHANNELS):
            for i in range(RATE):
                data += (100 * (r * RATE + i) * (c + 1)).to_bytes(size, "little", signed=True)
    return head, data


def gdf(n_header=None):
    """GDF 2.10, float32, records of a second."""
    n = CHANNELS
    head = b"GDF 2.10".ljust(184, b"\0") + struct.pack("<H", n + 1)  # length of the header in blocks of 256
    head = head.ljust(236, b"\0") + struct.pack("<q", SECONDS if n_header is None else n_header) + struct.pack("<II", 1, 1)
    head += struct.pack("<HH", n, 0)
    parts = [b"".join(text("C%d" % (c + 3), 16) for c in range(n)), bytes(80 * n), bytes(6 * n), struct.pack("<H", 4275) * n,
             struct.pack("<d", -1e5) * n, struct.pack("<d", 1e5) * n, struct.pack("<d", -1e5) * n, struct.pack("<d", 1e5) * n,
             bytes(64 * n), bytes(4 * n), bytes(4 * n), bytes(4 * n), bytes(4 * n), struct.pack("<I", RATE) * n, struct.pack("<I", 16) * n,
             bytes(12 * n), bytes(20 * n)]
    head += b"".join(parts)
    data = b"".join(struct.pack("<f", (r * RATE + i) * (c + 1)) for r in range(SECONDS) for c in range(n) for i in range(RATE))
    return head, data


def npy(frames=RATE * SECONDS):
    d = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (frames, CHANNELS)
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + d.ljust(117).encode("ascii") + b"\n"
    return head, b"".join(struct.pack("<f", i * (c + 1)) for i in range(RATE * SECONDS) for c in range(CHANNELS))


def put(name, *parts):
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(b"".join(p if isinstance(p, bytes) else p.encode() for p in parts))


def each(ext, make, other):
    """The same harm to any format of a header and samples."""
    head, data = make()
    put("truncated" + ext, head, data[: len(data) * 55 // 100])
    put("cut_to_a_byte" + ext, head, data[: len(data) * 55 // 100 + 1])
    put("header_only" + ext, head)
    put("half_a_header" + ext, head[: len(head) // 2])
    put("few_bytes" + ext, head[:7])
    put("empty" + ext)
    put("chained" + ext, head, data, head, data)
    put("tail" + ext, head, data, b"\0" * 7)
    put("mislabelled" + ext, *other)


def main():
    os.makedirs(HERE, exist_ok=True)
    each(".edf", edf, npy())
    each(".bdf", lambda: edf(bdf=True), edf())
    each(".gdf", gdf, edf())
    each(".npy", npy, edf())
    put("understated.edf", *edf(n_header=4))
    put("overstated.edf", *edf(n_header=40))
    put("growing.edf", *edf(n_header=-1))
    put("overstated.gdf", *gdf(n_header=40))
    put("hole.edf", edf()[0], edf()[1][:40 * 4 + 12], edf()[1][40 * 5:])  # a record's tail is missing in the middle
    for name in [n for n in os.listdir(HERE) if n.endswith(".npy")]:
        put(name + ".json", json.dumps({"rate_hz": RATE}))

    lines = ["time_s,C3 (uV),C4 (uV)"] + ["%.1f,%d,%d" % (i / RATE, i, 2 * i) for i in range(RATE * SECONDS)]
    whole = "\n".join(lines) + "\n"
    put("truncated.csv", whole[: len(whole) // 2 - 3])
    put("chained.csv", whole, whole)
    put("header_only.csv", lines[0] + "\n")
    put("empty.csv")
    put("hole.csv", "\n".join(lines[:40] + lines[60:]) + "\n")
    put("mislabelled.csv", *edf())

    def vhdr(stem, data, extra=""):
        put(stem + ".vhdr", "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=%s\nDataFormat=BINARY\n"
            "DataOrientation=MULTIPLEXED\nNumberOfChannels=2\nSamplingInterval=100000\n%s[Binary Infos]\nBinaryFormat=INT_16\n"
            "[Channel Infos]\nCh1=C3,,0.1,uV\nCh2=C4,,0.1,uV\n" % (stem + ".eeg" if data is not None else "gone.eeg", extra))
        if data is not None:
            put(stem + ".eeg", data)

    samples = b"".join(struct.pack("<hh", i, 2 * i) for i in range(RATE * SECONDS))
    vhdr("bv_truncated", samples[:201], "DataPoints=100\n")
    vhdr("bv_longer", samples + samples, "DataPoints=100\n")
    vhdr("bv_odd", samples[:-1])
    vhdr("bv_empty", b"")
    vhdr("bv_gone", None)
    put("bv_mislabelled.vhdr", samples)
    put("bv_half.vhdr", "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=bv_odd.eeg\nNumberOfCha")

    with open(os.path.join(HERE, "index.csv"), "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(("path", "expect", "reading", "told"))
        out.writerows(EXPECTED)
    beside = (".json", ".eeg", "index.csv")
    unknown = {n for n in os.listdir(HERE) if not n.endswith(beside)} ^ {row[0] for row in EXPECTED}
    if unknown:
        raise SystemExit("made without an expectation, or expected and not made: %s" % ", ".join(sorted(unknown)))


main()
