/* htk_mfcc: MFCC by HTK of 16-bit whole numbers: windows of 25 ms every 10 ms from the first sample, pre-emphasis within each,
 * symmetric Hamming weights, triangles over mel, natural logarithm no lower than 0, c1 to c12 and then c0. Sound of
 * other rates is brought to 16 kHz. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_htk_mfcc = {
    .name = "htk_mfcc",
    .summary = "13 MFCC as HTK and openSMILE compute them (MFCC_0), at 16 kHz",
    .source = "HTK book 3.4; openSMILE MFCC12_0_D_A",
    .with = "deltas and accelerations: {delta: {width: 5, mode: nearest}}, once and twice",
    .version = 1,
    .features =
        "mfcc:\n"
        "  stages:\n"
        "    - resample: {rate_hz: 16000, method: polyphase}\n"
        "    - scale: {factor: 32767}\n"
        "    - stft: {n_fft: 512, win_length: 400, hop_length: 160, align: left, window: hamming, periodic: false, center: false, pad_end: false, preemphasis: 0.97, output: power}\n"
        "    - mel: {n_mels: 26, fmin: 0, fmax: auto, htk: true, norm: none, triangles: scale}\n"
        "    - log: {floor: 1, log1p: false}\n"
        "    - dct: {n_mfcc: 13, dct_type: 2, norm: htk, lifter: 22, lifter_from: 0, c0_last: true}\n"
        "  summaries: [mean, std]\n"};
/* clang-format on */
