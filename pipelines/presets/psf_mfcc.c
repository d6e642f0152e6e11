/* psf_mfcc: MFCC by python_speech_features of 16-bit whole numbers: pre-emphasis over the whole recording, windows of 25 ms
 * every 10 ms without any weighting, the last one filled up with zeros; powers over n_fft, triangles over whole bins,
 * natural logarithm, c0 replaced by the energy. Sound of other rates is brought to 16 kHz, the default rate of the
 * library. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_psf_mfcc = {
    .name = "psf_mfcc",
    .summary = "13 MFCC as python_speech_features computes them by default, at 16 kHz",
    .source = "python_speech_features.mfcc, 0.6.1",
    .version = 1,
    .features =
        "mfcc:\n"
        "  stages:\n"
        "    - resample: {rate_hz: 16000, method: polyphase}\n"
        "    - scale: {factor: 32768}\n"
        "    - pre_emphasis: {coef: 0.97, start: zero}\n"
        "    - stft: {n_fft: 512, win_length: 400, hop_length: 160, align: left, window: boxcar, center: false, pad_end: true, output: power}\n"
        "    - scale: {factor: 0.001953125}\n"
        "    - mel: {n_mels: 26, fmin: 0, fmax: auto, htk: true, norm: none, triangles: bins, append_energy: true}\n"
        "    - log: {floor: 2.220446049250313e-16, log1p: false}\n"
        "    - dct: {n_mfcc: 13, dct_type: 2, norm: ortho, lifter: 22, lifter_from: 0, append_energy: true}\n"
        "  summaries: [mean, std]\n"};
/* clang-format on */
