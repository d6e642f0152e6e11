/* esc_baseline: MFCC by librosa 0.3 (reflected ends) without c0, and the zero-crossing rate of frames that touch. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_esc_baseline = {
    .name = "esc_baseline",
    .summary = "52 numbers a clip: mean and deviation of MFCC 1 to 12 and of zero crossings, the baseline of ESC-50",
    .source = "Piczak 2015, ESC: dataset for environmental sound classification",
    .with = "clips of 5 s at 44.1 kHz",
    .version = 1,
    .features =
                "mfcc:\n"
                "  stages:\n"
                "    - stft: {n_fft: 2048, hop_length: 512, win_length: 2048, window: hann, periodic: true, center: true, pad_mode: reflect}\n"
                "    - power: {exponent: 2}\n"
                "    - mel: {n_mels: 128, fmin: 0, fmax: auto, htk: false, norm: slaney, triangles: hz}\n"
                "    - db: {ref: 1, amin: 1e-10}\n"
                "    - top_db: {top_db: 80}\n"
                "    - dct: {n_mfcc: 13, first: 1, dct_type: 2, norm: ortho, lifter: 0}\n"
                "  summaries: [mean, std]\n"
                "zcr:\n"
                "  stages:\n"
                "    - zero_crossing_rate: {frame_length: 512, hop_length: 512, center: false}\n"
                "  summaries: [mean, std]\n"};
/* clang-format on */
