/* scipy_spectrogram: Spectrogram by scipy: Tukey window, an eighth of overlap, each frame without its mean, one-sided density; frames
 * are not centred and times are those of their middles. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_scipy_spectrogram = {
    .name = "scipy_spectrogram",
    .summary = "power spectral density as scipy.signal.spectrogram computes it by default",
    .source = "scipy.signal.spectrogram, 1.10",
    .version = 1,
    .features =
                "spectrogram:\n"
                "  stages:\n"
                "    - stft: {n_fft: 256, hop_length: 224, win_length: 256, window: tukey, window_param: 0.25, periodic: true, center: false, detrend: constant, scaling: density, one_sided: true, output: power}\n"
                "  summaries: [mean, std]\n"};
/* clang-format on */
