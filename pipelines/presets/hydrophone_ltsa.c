/* hydrophone_ltsa: Powers of half overlapping Hann windows, summed in thirds of an octave, averaged over minutes, and then in
 * decibels: of a calibrated stream re 1 uPa. Percentiles are over the minutes of a segment. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_hydrophone_ltsa = {
    .name = "hydrophone_ltsa",
    .summary = "long-term spectral average of a calibrated hydrophone: third octaves a minute in dB re 1 uPa, with percentiles",
    .source = "Merchant and others 2015, PAMGuide; IEC 61260",
    .with = "[{calibrate: {db: LEVEL}}, hydrophone_ltsa] as the stages of a branch, LEVEL in dB re 1 uPa of full scale",
    .version = 1,
    .features =
        "ltsa:\n"
        "  stages:\n"
        "    - stft: {n_fft: 32768, hop_length: 16384, win_length: 32768, window: hann, periodic: true, center: false, detrend: none, scaling: density, one_sided: true, output: power}\n"
        "    - third_octaves: {bands: third, fmin: auto, fmax: auto}\n"
        "    - ltsa: {time_s: 60}\n"
        "    - db: {ref: 1, amin: 1e-30}\n"
        "  summaries: [{quantile: {q: [0.05, 0.25, 0.5, 0.75, 0.95]}}, mean]\n"};
/* clang-format on */
