"""calls: a real call of an orca in real noise of the sea, at the start of the recording and within it, as band powers."""
import ctypes
import ctypes.util
import os

from golden import ROOT, Golden, f32

import numpy as np

RATE, N_FFT, BANDS, FRAMES = 44100, 1024, 12, 210


class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64)] + [(k, ctypes.c_int) for k in ("rate", "channels", "format", "parts", "seek")]


def sound(*parts):
    """The first channel of a file of data/sets, by libsndfile."""
    lib, info = ctypes.CDLL(ctypes.util.find_library("sndfile")), Info()
    lib.sf_open.restype = ctypes.c_void_p
    path = os.path.join(ROOT, "data", "sets", *parts).encode()
    file = ctypes.c_void_p(lib.sf_open(path, 0x10, ctypes.byref(info)))
    assert file and info.rate == RATE, path
    x = np.empty((info.frames, info.channels), np.float32)
    lib.sf_readf_float.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    n = lib.sf_readf_float(file, x.ctypes.data, info.frames)
    lib.sf_close(file)
    return x[:n, 0].astype(float)


def powers(x):
    """Mean power of 12 bands of 42 bins each, frames of 1024 samples one after the other, Hann: [band][frame]."""
    w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    p = np.abs(np.fft.rfft(x[:FRAMES * N_FFT].reshape(FRAMES, N_FFT) * w)) ** 2
    return p[:, 1:1 + 42 * BANDS].reshape(FRAMES, BANDS, 42).mean(axis=2).T


def main():
    g = Golden("calls", """
        [band][frame], 12 bands to 21.7 kHz, 43 frames a second: sea: data/sets/sea-waves/1-28135-A.ogg; call: the first
        second of data/sets/orca-calls/FO-S03.flac, from the start on, with the sea's power; early, late: their sum, the
        call from 0 s on and from 3.5 s on.""")
    sea, call = sound("sea-waves", "1-28135-A.ogg"), sound("orca-calls", "FO-S03.flac")[:RATE]
    call *= np.sqrt(np.mean(sea ** 2) / np.mean(call ** 2))
    late = 151 * N_FFT
    g.input("sea", f32(powers(sea)))
    g.input("call", f32(powers(np.concatenate([call, np.zeros(len(sea))]))[:, :44]))
    for name, at in (("early", 0), ("late", late)):
        mix = sea.copy()
        mix[at:at + len(call)] += call
        g.input(name, f32(powers(mix)))
    g.text("at", "151")
    g.close()


main()
