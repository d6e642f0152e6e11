/* yasa_sleep: the features of each epoch that YASA's classifier looks at, but for those of its neighbours (rolling means)
 * and the ratios of bands, which follow from these. The power of all bands together is integrated by Simpson's rule here, by
 * trapezoids there, which makes up to 5 % of it. */
#include "baleen/preset.h"

/* clang-format off */
const bl_preset bl_preset_yasa_sleep = {
    .name = "yasa_sleep",
    .summary = "features of 30 s of sleep, of the EEG, as YASA stages by",
    .source = "Vallat and Walker 2021, yasa.SleepStaging",
    .with = "{window: {length_s: 30}}, one EEG channel in uV against a mastoid",
    .version = 1,
    .features =
        "wave:\n"
        "  stages:\n"
        "    - resample: {rate_hz: 100, method: polyphase}\n"
        "    - fir: {l_freq: 0.4, h_freq: 30}\n"
        "  summaries:\n"
        "    - {std: {ddof: 1}}\n"
        "    - interquartile_range\n"
        "    - skewness\n"
        "    - kurtosis\n"
        "    - {zero_crossings: {convention: antropy}}\n"
        "    - {hjorth: {convention: antropy}}\n"
        "    - {perm_entropy: {order: 3, normalize: true}}\n"
        "    - {higuchi_fd: {kmax: 10}}\n"
        "    - petrosian_fd\n"
        "power:\n"
        "  stages:\n"
        "    - resample: {rate_hz: 100, method: polyphase}\n"
        "    - fir: {l_freq: 0.4, h_freq: 30}\n"
        "  summaries:\n"
        "    - band_power: {bands: {sdelta: [0.4, 1], fdelta: [1, 4], theta: [4, 8], alpha: [8, 12], sigma: [12, 16], beta: [16, 30]}, method: simpson, relative: true, total_hz: [0.4, 30], window_s: 5, overlap: 0.5, window: hamming, average: median, detrend: constant}\n"
        "absolute:\n"
        "  stages:\n"
        "    - resample: {rate_hz: 100, method: polyphase}\n"
        "    - fir: {l_freq: 0.4, h_freq: 30}\n"
        "  summaries:\n"
        "    - band_power: {bands: {broad: [0.4, 30]}, method: simpson, relative: false, window_s: 5, overlap: 0.5, window: hamming, average: median, detrend: constant}\n"};
/* clang-format on */
