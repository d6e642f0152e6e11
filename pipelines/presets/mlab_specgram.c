/* mlab_specgram: Spectrogram by mlab: a symmetric Hann window, half overlapping, no trend removed, one-sided density. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_mlab_specgram = {
    .name = "mlab_specgram",
    .summary = "power spectral density as matplotlib.mlab.specgram computes it by default",
    .source = "matplotlib.mlab.specgram, 3.6",
    .version = 1,
    .features =
                "specgram:\n"
                "  stages:\n"
                "    - stft: {n_fft: 256, hop_length: 128, win_length: 256, window: hann, periodic: false, center: false, detrend: none, scaling: density, one_sided: true, output: power}\n"
                "  summaries: [mean, std]\n"};
/* clang-format on */
