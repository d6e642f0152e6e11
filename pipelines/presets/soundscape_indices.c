/* soundscape_indices: Indices over the spectrogram that scikit-maad makes by default, and the entropy of the envelope. Of several
 * channels each has its own. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_soundscape_indices = {
    .name = "soundscape_indices",
    .summary = "acoustic indices of a soundscape: ACI, ADI, AEI, BI, NDSI, entropies",
    .source = "scikit-maad 1.4; Towsey 2017",
    .with = "{window: {length_s: 60}} of mono sound; ACI grows with the length",
    .version = 1,
    .features =
        "spectrum:\n"
        "  stages:\n"
        "    - stft: {n_fft: 1024, hop_length: 512, win_length: 1024, window: hann, periodic: true, center: false, detrend: constant, scaling: density, one_sided: false, output: power}\n"
        "  summaries:\n"
        "    - {acoustic_complexity_index: {output: sum}}\n"
        "    - {acoustic_diversity_index: {index: shannon}}\n"
        "    - acoustic_evenness_index\n"
        "    - {bioacoustics_index: {fmin: 2000, fmax: 15000}}\n"
        "    - {soundscape_index: {bio_fmin: 1000, bio_fmax: 10000, antro_fmin: 0, antro_fmax: 1000, bin_step: 1000, compatibility: soundecology}}\n"
        "    - {frequency_entropy: {compatibility: QUT, fmin: 482, fmax: auto}}\n"
        "wave:\n"
        "  stages: []\n"
        "  summaries: [{temporal_entropy: {Nt: 512, compatibility: QUT}}]\n"};
/* clang-format on */
