"""Writer of golden files: arrays of numbers as text that tests/support/golden.c reads back bit for bit.

File: `# golden 1`, comment lines, then `array NAME ROWS COLS rtol=R atol=A` with ROWS lines of COLS numbers (%.17g),
and `text NAME value`. A last word `f32` in the array line: its numbers are float32, written in the digits those need.
Inputs carry rtol=0 atol=0; a wanted value carries the tolerance that a test shall allow."""
import csv
import os
import re
import sys

# One BLAS thread, so that re-running gives the same last bits.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ.setdefault("MNE_LOGGING_LEVEL", "ERROR")

import numpy as np  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MAX_BYTES = 200 * 1000


def source(*parts):
    """Path of a bundled recording or table: data/sets/..."""
    return os.path.join(ROOT, "data", "sets", *parts)


def table(*parts):
    """A CSV with header: features rounded to float32 (our rows are), last column as strings."""
    with open(source(*parts), newline="") as f:
        rows = list(csv.reader(f))[1:]
    x = np.array([[float(v) for v in r[:-1]] for r in rows]).astype(np.float32).astype(np.float64)
    return x, np.array([r[-1] for r in rows])


def classes_of(labels):
    """Class numbers in sorted order of the names; numbers sort as numbers."""
    try:
        names = sorted(set(labels), key=float)
    except ValueError:
        names = sorted(set(labels))
    return np.array([names.index(v) for v in labels]), names


def f32(x):
    """Rounded to float32, held in float64."""
    return np.asarray(x, dtype=np.float64).astype(np.float32).astype(np.float64)


def rows_positive(v, *others):
    """Sign rule of components: in each row of v the entry of largest magnitude is positive.
    Rows of `others` (same count of rows) are flipped along."""
    v = np.asarray(v)
    s = np.sign(v[np.arange(len(v)), np.argmax(np.abs(v), axis=1)])
    s[s == 0] = 1
    out = [v * s[:, None]] + [np.asarray(o) * s[:, None] for o in others]
    return out[0] if not others else tuple(out)


def shortest(e):
    """The fewest digits that read back to the same double: %.17g without its superfluous digits."""
    return next(t for t in ("%.9g" % e, "%.15g" % e, "%.16g" % e, "%.17g" % e) if float(t) == e or e != e)


def shortest_f32(e):
    """The fewest digits that strtof reads back to the same float32."""
    return next(t for t in ("%.6g" % e, "%.7g" % e, "%.8g" % e, "%.9g" % e) if np.float32(t) == np.float32(e) or e != e)


class Golden:
    def __init__(self, topic, what, seed=None):
        import mne
        import scipy
        import sklearn
        self.path = os.path.join(HERE, topic + ".txt")
        self.names = set()
        self.lines = ["# golden 1",
                      "# made by tests/golden/%s" % os.path.basename(sys.argv[0]),
                      "# python %s, numpy %s, scipy %s, scikit-learn %s, mne %s" % (
                          sys.version.split()[0], np.__version__, scipy.__version__, sklearn.__version__,
                          mne.__version__),
                      "# seed %s" % ("none" if seed is None else seed)]
        self.note(what)

    def note(self, text):
        self.lines += ["# " + line.strip() for line in text.strip().splitlines()]

    def _name(self, name):
        if not re.fullmatch(r"[a-z0-9_.]+", name) or name in self.names:
            raise ValueError("golden: name %r is not [a-z0-9_.] or is taken" % name)
        self.names.add(name)

    def array(self, name, v, rtol=0.0, atol=0.0, kind=""):
        """A number is 1 x 1, a vector of n is n x 1, a matrix is itself. Twelve digits where rtol is 1e-7 or wider."""
        self._name(name)
        v = np.asarray(v, dtype=np.float64)
        if v.ndim == 0:
            v = v[None, None]
        elif v.ndim == 1:
            v = v[:, None]
        elif v.ndim != 2:
            raise ValueError("golden: %s has %d dimensions" % (name, v.ndim))
        self.lines.append("array %s %d %d rtol=%g atol=%g%s" % (name, v.shape[0], v.shape[1], rtol, atol, kind))
        text = shortest_f32 if kind else shortest if rtol < 1e-7 else lambda e: "%.12g" % e
        self.lines += [" ".join(text(e) for e in row) for row in v]

    def input(self, name, v):
        """An input, exact. Values that are float32 throughout are written as such, which is half as long."""
        v = np.asarray(v, dtype=np.float64)
        whole = np.all(v == np.rint(v))
        self.array(name, v, 0, 0, " f32" if not whole and np.array_equal(v, f32(v), equal_nan=True) else "")

    def text(self, name, value):
        self._name(name)
        if "\n" in value or not value.strip():
            raise ValueError("golden: text %s is empty or has two lines" % name)
        self.lines.append("text %s %s" % (name, value))

    def close(self):
        data = "\n".join(self.lines) + "\n"
        if len(data) > MAX_BYTES:
            sys.exit("golden: %s would be %d bytes, at most %d" % (os.path.basename(self.path), len(data), MAX_BYTES))
        with open(self.path, "w", encoding="ascii") as f:
            f.write(data)
        print("%-28s %7d bytes %4d names" % (os.path.basename(self.path), len(data), len(self.names)))
