/* beans80: A hundred frames a second, windows of two hops, at 16 kHz, to which other rates are brought. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_beans80 = {
    .name = "beans80",
    .summary = "80 numbers a clip: mean, deviation, least and largest of 20 MFCC",
    .source = "BEANS benchmark of animal sounds, 2022",
    .version = 1,
    .features =
                "mfcc:\n"
                "  stages:\n"
                "    - resample: {rate_hz: 16000, method: polyphase}\n"
                "    - stft: {n_fft: 320, hop_length: 160, win_length: 320, window: hann, periodic: true, center: true, pad_mode: constant}\n"
                "    - power: {exponent: 2}\n"
                "    - mel: {n_mels: 128, fmin: 0, fmax: auto, htk: false, norm: slaney, triangles: hz}\n"
                "    - db: {ref: 1, amin: 1e-10}\n"
                "    - top_db: {top_db: 80}\n"
                "    - dct: {n_mfcc: 20, dct_type: 2, norm: ortho, lifter: 0}\n"
                "  summaries: [mean, std, min, max]\n"};
/* clang-format on */
