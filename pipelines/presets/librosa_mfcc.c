/* librosa_mfcc: MFCC by librosa: centred frames filled up with zeros, Slaney mel filters of equal area, decibels no lower than 80
 * below the loudest of the recording, an orthonormal cosine transform. top_db looks at the whole recording, so that
 * it cannot run live. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_librosa_mfcc = {
    .name = "librosa_mfcc",
    .summary = "20 MFCC as librosa computes them by default",
    .source = "librosa.feature.mfcc, 0.10",
    .with = "librosa resamples to 22050 Hz when it loads a file; put {resample: {rate_hz: 22050, method: soxr}} before it where that is wanted",
    .version = 1,
    .features =
                "mfcc:\n"
                "  stages:\n"
                "    - stft: {n_fft: 2048, hop_length: 512, win_length: 2048, window: hann, periodic: true, center: true, pad_mode: constant}\n"
                "    - power: {exponent: 2}\n"
                "    - mel: {n_mels: 128, fmin: 0, fmax: auto, htk: false, norm: slaney, triangles: hz}\n"
                "    - db: {ref: 1, amin: 1e-10}\n"
                "    - top_db: {top_db: 80}\n"
                "    - dct: {n_mfcc: 20, dct_type: 2, norm: ortho, lifter: 0}\n"
                "  summaries: [mean, std]\n"};
/* clang-format on */
