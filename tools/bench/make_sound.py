"""A sound of noise at 16 kHz, 16 bit: make_sound.py FILE MINUTES"""
import sys
import wave

import numpy as np

minute = (np.random.default_rng(0).standard_normal(960000) * 3000).astype("<i2").tobytes()
with wave.open(sys.argv[1], "wb") as w:
    w.setparams((1, 2, 16000, 0, "NONE", ""))
    for _ in range(int(sys.argv[2])):
        w.writeframes(minute)
