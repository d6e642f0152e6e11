"""events: tricky lists of events and what sed_eval counts in them.

The counts were made once by sed_eval 0.2.1 (commit 0cb1b6d1), EventBasedMetrics; this script only brings them into the
form of a golden file. BALEEN_SHARED_GOLDEN names the folder that holds events/ (default: ../shared/golden beside the
checkout)."""
import csv
import os

from golden import ROOT, Golden

base = os.environ.get("BALEEN_SHARED_GOLDEN") or os.path.join(ROOT, "..", "shared", "golden")
SETTINGS = ("ev_200_50pct", "ev_250_50pct", "ev_250_greedy", "ev_250_onset_only", "ev_1s_20pct", "ev_offset_only")
LABELS = {"call": 0, "a": 0, "b": 1}


def rows(name):
    with open(os.path.join(base, "events", name), newline="") as f:
        return list(csv.DictReader(f, delimiter="\t"))


def number(text):
    return float(text) if text else float("nan")


def main():
    g = Golden("events", """Lists of events [event]: onset, offset, label (call and a: 0, b: 1), and sed_eval's event-based counts
        and ratios: hits, F, precision, recall, over all labels; then F, precision, recall of label b where there are two.""")
    cases = [r["case"] for r in rows("files.tsv")]
    events, scores = rows("cases.tsv"), rows("sed_eval.tsv")
    for i, case in enumerate(cases):
        g.text("case.%d" % i, case)
        for side in ("ref", "est"):
            v = [[float(e["onset"]), float(e["offset"]), LABELS[e["label"]]]
                 for e in events if e["case"] == case and e["side"] == side]
            if v:
                g.input("case.%d.%s" % (i, side), v)
            g.input("case.%d.n_%s" % (i, side), float(len(v)))
    g.input("cases", float(len(cases)))
    for setting in SETTINGS:
        table = []
        for case in cases:
            mine = {r["scope"]: r for r in scores if r["case"] == case and r["setting"] == setting}
            b = mine.get("label b", {})
            table.append([number(mine["overall"][k]) for k in ("Ntp", "f_measure", "precision", "recall")] +
                         [number(b.get(k, "")) for k in ("f_measure", "precision", "recall")])
        g.array(setting, table, 0, 1e-12)
    g.close()


main()
