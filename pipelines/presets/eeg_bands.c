/* eeg_bands: Welch spectra of parts of 4 s, by which delta has 14 bins, integrated over each band. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_eeg_bands = {
    .name = "eeg_bands",
    .summary = "power of the EEG in five bands, absolute in dB and relative",
    .source = "MNE, yasa: bands of clinical EEG",
    .with = "segments of 4 s or more, as {window: {length_s: 30}}",
    .version = 1,
    .features =
                "absolute:\n"
                "  stages: []\n"
                "  summaries:\n"
                "    - band_power: {bands: {delta: [0.5, 4], theta: [4, 8], alpha: [8, 13], beta: [13, 30], gamma: [30, 45]}, method: simpson, relative: false, log: db, window_s: 4, overlap: 0.5, window: hann, average: mean, detrend: constant}\n"
                "relative:\n"
                "  stages: []\n"
                "  summaries:\n"
                "    - band_power: {bands: {delta: [0.5, 4], theta: [4, 8], alpha: [8, 13], beta: [13, 30], gamma: [30, 45]}, method: simpson, relative: true, total_hz: [0.5, 45], window_s: 4, overlap: 0.5, window: hann, average: mean, detrend: constant}\n"};
/* clang-format on */
