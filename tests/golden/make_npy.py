"""Writes tests/data/npy/*.npy, the arrays that test_npy.c expects. Run with Debian's /usr/bin/python3."""
import os
import numpy as np
from numpy.lib import format as npy

out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "npy")
os.makedirs(out, exist_ok=True)
# row r, column c of each array: 37 r - 11 c - 50, which every signed type holds; unsigned: its absolute value
a = np.array([[37 * r - 11 * c - 50 for c in range(3)] for r in range(4)])
for t in ["<f4", "<f8", "|i1", "<i2", "<i4", "<i8"]:
    np.save(os.path.join(out, t[1:] + ".npy"), (a / 8 if t[1] == "f" else a).astype(t))
for t in ["|u1", "<u2", "<u4", "<u8"]:
    np.save(os.path.join(out, t[1:] + ".npy"), abs(a).astype(t))
np.save(os.path.join(out, "bool.npy"), a > 0)
np.save(os.path.join(out, "fortran.npy"), np.asfortranarray(a.astype("<f4")))
np.save(os.path.join(out, "one_dim.npy"), a[:, 1].astype("<f8"))
for version in (2, 3):
    with open(os.path.join(out, "version%d.npy" % version), "wb") as f:
        npy.write_array(f, a.astype("<f4"), version=(version, 0))
np.save(os.path.join(out, "no_rows.npy"), np.zeros((0, 5), "<f4"))
np.save(os.path.join(out, "special.npy"), np.array([[np.nan, np.inf, -np.inf, -0.0, 5e-324]]))
np.save(os.path.join(out, "big_endian.npy"), a.astype(">f4"))
np.save(os.path.join(out, "half.npy"), a.astype("<f2"))
# refused, each with its reason
np.save(os.path.join(out, "complex.npy"), a.astype("<c8"))
np.save(os.path.join(out, "text.npy"), np.array([["a", "bc"]]))
np.save(os.path.join(out, "records.npy"), np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))
np.save(os.path.join(out, "three_dims.npy"), np.zeros((2, 2, 2), "<f4"))
np.save(os.path.join(out, "no_dims.npy"), np.float64(3))
np.save(os.path.join(out, "too_big.npy"), np.array([[1.0, 2.0], [3.0, 1e300]]))
print("NumPy", np.__version__)
