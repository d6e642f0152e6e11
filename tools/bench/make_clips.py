"""Many short sounds: WAV clips of 1 s at 2 kHz, 16 bit, a tone in noise each. make_clips.py FOLDER [N, default 3600]"""
import os
import sys

import numpy as np
from scipy.io import wavfile

RATE = 2000
folder, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3600
os.makedirs(folder, exist_ok=True)
t = np.arange(RATE) / RATE
for i in range(n):
    rng = np.random.default_rng(i)
    x = 0.1 * rng.standard_normal(RATE) + 0.3 * np.sin(2 * np.pi * (100 + i % 700) * t)
    wavfile.write(os.path.join(folder, f"clip_{i:05d}.wav"), RATE, (x * 32767).clip(-32768, 32767).astype(np.int16))
