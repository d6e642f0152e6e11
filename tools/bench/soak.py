"""Memory while a run goes on: folders of 10, 1,000 and 10,000 clips, and one recording of 24 h cut every 0.1 s.

soak.py PROGRAM FOLDER makes what it needs in FOLDER and prints, for each run, resident memory at its start, middle and
end, in MiB: anonymous memory (what the program itself holds) and all of it (with mapped files, which the system may take
back at any time). Takes some minutes."""
import os
import shutil
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
program, folder = sys.argv[1], sys.argv[2]
MFCC = open(os.path.join(here, "clips.yaml")).read()
DAY = """source: {files: {recordings: "day.edf"}}
segments: {window: {length_s: 2, hop_s: 0.1}}
features: {bands: {summaries: [mean, std]}}
"""


def resident(pid):
    """MiB of anonymous memory and of all of it; None when the program has ended."""
    try:
        lines = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status") if line.startswith("Rss") or "VmRSS" in line)
        return int(lines["RssAnon"].split()[0]) / 1024, int(lines["VmRSS"].split()[0]) / 1024
    except (OSError, KeyError):
        return None


def run(name, config_folder, config):
    path, out = os.path.join(config_folder, "soak.yaml"), os.path.join(folder, "run")
    open(path, "w").write(config)
    shutil.rmtree(out, ignore_errors=True)
    begin, seen = time.perf_counter(), []
    with open(os.path.join(folder, "log"), "w") as log:
        child = subprocess.Popen([program, "run", path, "-o", out, "--quiet"], stdout=log, stderr=log)
        while child.poll() is None:
            now = resident(child.pid)
            if now:
                seen.append(now)
            time.sleep(0.02)
    took, rows = time.perf_counter() - begin, open(os.path.join(out, "rows.npy"), "rb").read(128).split(b"'shape': (")[1]
    at = [seen[min(len(seen) - 1, int(part * len(seen)))] for part in (0.1, 0.5, 0.95)]
    print("%-14s %8.1f s, rows %s: " % (name, took, rows.split(b")")[0].decode().replace(", ", " x ")) +
          ", ".join("%s %.1f (%.1f)" % (what, *mib) for what, mib in zip(("start", "middle", "end"), at)) +
          ", most %.1f (%.1f)" % (max(a for a, _ in seen), max(b for _, b in seen)), flush=True)


for n in (10, 1000, 10000):
    clips = os.path.join(folder, f"clips{n}")
    if not os.path.isdir(clips):
        subprocess.check_call([sys.executable, os.path.join(here, "make_clips.py"), clips, str(n)])
    run(f"{n} clips", clips, MFCC)
if not os.path.isfile(os.path.join(folder, "day.edf")):
    subprocess.check_call([sys.executable, os.path.join(here, "make_edf.py"), os.path.join(folder, "day.edf"), "24", "4", "256"])
run("24 h", folder, DAY)
