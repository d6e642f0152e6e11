/* moby_upcall: Linear powers of a symmetric Hann window, and what stands out of them over frequency (tones) and over time
 * (clicks). The winner clips powers at 1.5 standard deviations of the clip first, takes neighbourhoods of 64 bins and
 * 32 frames, which have no middle, and zeros beyond the edges; here they are 65 and 33, and only what is there
 * counts. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_moby_upcall = {
    .name = "moby_upcall",
    .summary = "spectrogram and contrast of the winner of the right-whale challenge",
    .source = "nmkridler/moby; Marinexplore and Cornell 2013",
    .with = "clips of 2 s at 2 kHz",
    .version = 1,
    .features =
                "vertical:\n"
                "  stages:\n"
                "    - stft: {n_fft: 256, hop_length: 64, win_length: 256, window: hann, periodic: false, center: false, detrend: none, scaling: density, one_sided: true, output: power}\n"
                "    - local_contrast: {frames: 1, bins: 65, inner_frames: 1, inner_bins: 3}\n"
                "  summaries: [{time_centroid: {weight: abs}}, max]\n"
                "horizontal:\n"
                "  stages:\n"
                "    - stft: {n_fft: 256, hop_length: 64, win_length: 256, window: hann, periodic: false, center: false, detrend: none, scaling: density, one_sided: true, output: power}\n"
                "    - local_contrast: {frames: 33, bins: 1, inner_frames: 3, inner_bins: 1}\n"
                "  summaries: [{time_centroid: {weight: abs}}, max]\n"};
/* clang-format on */
