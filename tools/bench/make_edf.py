"""Makes an EDF file of noise: make_edf.py FILE HOURS CHANNELS RATE. One-second records, 16 bit, uV."""
import sys
import numpy as np

path, hours, n, rate = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
records = int(hours * 3600)


def field(values, width):
    return "".join(str(v).ljust(width)[:width] for v in values)


names = ["E%d" % (i + 1) for i in range(n)]
head = "0".ljust(8) + "X X X X".ljust(80) + "Startdate 01-JAN-2020 X X X".ljust(80) + "01.01.20" + "00.00.00"
head += str(256 * (n + 1)).ljust(8) + "".ljust(44) + str(records).ljust(8) + "1".ljust(8) + str(n).ljust(4)
head += field(names, 16) + field([""] * n, 80) + field(["uV"] * n, 8) + field([-3276.8] * n, 8) + field([3276.7] * n, 8)
head += field([-32768] * n, 8) + field([32767] * n, 8) + field([""] * n, 80) + field([rate] * n, 8) + field([""] * n, 32)
rng = np.random.default_rng(0)
minute = [(rng.standard_normal(n * rate) * 300).astype("<i2").tobytes() for _ in range(60)]
with open(path, "wb") as f:
    f.write(head.encode("ascii"))
    for r in range(records):
        f.write(minute[r % 60])
