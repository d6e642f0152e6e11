"""Seconds that a command takes until its first line and until its end, best of N: time_command.py N COMMAND ..."""
import subprocess
import sys
import time

first = total = float("inf")
for _ in range(int(sys.argv[1])):
    begin = time.perf_counter()
    p = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    p.stdout.readline()
    first = min(first, time.perf_counter() - begin)
    p.stdout.read()
    if p.wait():
        sys.exit("%s: exit status %d" % (sys.argv[2], p.returncode))
    total = min(total, time.perf_counter() - begin)
print("%.4f %.4f" % (first, total))
