/* torchaudio_mel: Mel spectrogram by torchaudio: reflected ends, HTK scale, triangles over Hz, no norm. Window and hop are samples,
 * whatever the rate. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_torchaudio_mel = {
    .name = "torchaudio_mel",
    .summary = "128 mel powers as torchaudio computes them by default",
    .source = "torchaudio.transforms.MelSpectrogram",
    .version = 1,
    .features =
                "mel:\n"
                "  stages:\n"
                "    - stft: {n_fft: 400, hop_length: 200, win_length: 400, window: hann, periodic: true, center: true, pad_mode: reflect}\n"
                "    - power: {exponent: 2}\n"
                "    - mel: {n_mels: 128, fmin: 0, fmax: auto, htk: true, norm: none, triangles: hz}\n"
                "  summaries: [mean, std]\n"};
/* clang-format on */
