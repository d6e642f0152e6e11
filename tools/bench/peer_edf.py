"""The peer of bench_edf and of a conditioning run: peer_edf.py JOB FILE [REPEATS]. Best of REPEATS.

read: mne.io.read_raw_edf(preload=True). condition: that, a zero-phase FIR of 1-40 Hz and resampling to 128 Hz, all by
MNE. scipy: MNE reads, scipy filters by FFT convolution and resamples by polyphase, in float32. iir: MNE reads and
filters by its method iir, 1-40 Hz. sosfiltfilt, sosfilt: that filter by scipy, zero-phase and causal, in float64, the
seconds of the filter alone. band_power: MNE reads, scipy.signal.welch in parts of 1 s and Simpson's integral over five
bands, for each 2 s."""
import sys
import time

import mne
import numpy as np
from scipy import integrate, signal

mne.set_log_level("error")
job, path = sys.argv[1], sys.argv[2]
best = 1e9
for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 5):
    start = time.perf_counter()
    raw = mne.io.read_raw_edf(path, preload=True)
    if job == "condition":
        raw.filter(1, 40).resample(128)
    elif job == "scipy":
        h = mne.filter.create_filter(None, raw.info["sfreq"], 1, 40).astype(np.float32)
        x = raw.get_data().astype(np.float32)
        x = signal.oaconvolve(x, h[None], mode="same", axes=1)
        x = signal.resample_poly(x, 128, int(raw.info["sfreq"]), axis=1)
    elif job == "iir":
        raw.filter(1, 40, method="iir")
    elif job == "band_power":
        rate = int(raw.info["sfreq"])
        x = raw.get_data() * 1e6
        x = x[:, : x.shape[1] // (2 * rate) * 2 * rate].reshape(len(x), -1, 2 * rate)
        f, p = signal.welch(x, rate, nperseg=rate)
        bands = ((0.5, 4), (4, 8), (8, 13), (13, 30), (30, 45))
        y = [integrate.simpson(p[..., (f >= lo) & (f <= hi)], dx=f[1]) for lo, hi in bands]
    elif job in ("sosfiltfilt", "sosfilt"):
        sos = signal.iirfilter(4, (1, 40), output="sos", fs=raw.info["sfreq"])
        x = raw.get_data()
        start = time.perf_counter()
        y = signal.sosfiltfilt(sos, x, padlen=395) if job == "sosfiltfilt" else signal.sosfilt(sos, x)
    best = min(best, time.perf_counter() - start)
    del raw
print("%.3f" % best)
