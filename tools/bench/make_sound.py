"""A sound of noise, 16 bit: make_sound.py FILE MINUTES [RATE, default 16000]"""
import sys
import wave

import numpy as np

rate = int(sys.argv[3]) if len(sys.argv) > 3 else 16000
minute = (np.random.default_rng(0).standard_normal(60 * rate) * 3000).astype("<i2").tobytes()
with wave.open(sys.argv[1], "wb") as w:
    w.setparams((1, 2, rate, 0, "NONE", ""))
    for _ in range(int(sys.argv[2])):
        w.writeframes(minute)
