/* Spectral stages against the libraries whose names and conventions they keep: librosa, scipy, matplotlib's mlab,
 * python_speech_features. The arrays, calls and licences are told in the README of each folder of tests/golden. */
#include <math.h>

#include "filters.h"
#include "npy.h"

enum {
  BIN_FRAME,
  FRAME_BIN,
  FIRST_OF_TWO,
  SECOND_OF_TWO
}; /* how a golden array lies: two of [bin][frame] behind one another */

typedef struct row {
  const char *golden, *input;
  size_t first, n; /* the samples taken of the input; n 0: all */
  double rate_hz, gain;
  const char *chain;
  double tol; /* of the largest value; single precision throughout */
  int lies;
} row;

#define TICO   "inputs/tico_22k"
#define WHALE  "inputs/humpback_4k"
#define DELTA  "librosa/delta_input"
#define SPEECH "inputs/jackson_8k"
#define PSF_FRAMES                                                                                                     \
  "stft n_fft=256 win_length=200 hop_length=80 align=left window=boxcar center=false pad_end=true output=power"

/* clang-format off */
static const row rows[] = {
    {"librosa/stft_512_hamming_reflect", TICO, 4096, 4096, 22050, 1,
     "stft n_fft=512 hop_length=128 window=hamming pad_mode=reflect", 1e-6, BIN_FRAME},
    {"librosa/stft_512_win400_nocenter", TICO, 4096, 4096, 22050, 1,
     "stft n_fft=512 win_length=400 hop_length=160 center=false", 1e-6, BIN_FRAME},
    {"librosa/stft_256_edge", TICO, 4096, 2048, 22050, 1, "stft n_fft=256 hop_length=64 pad_mode=edge", 1e-6, BIN_FRAME},
    {"librosa/stft_odd_n_fft_301", TICO, 4096, 2048, 22050, 1, "stft n_fft=301 hop_length=100", 1e-6, BIN_FRAME},
    {"librosa/stft_oneframe", "inputs/syn_oneframe", 0, 0, 22050, 1, "stft n_fft=2048 hop_length=512 center=false", 1e-6,
     BIN_FRAME},
    {"librosa/stft_short", "inputs/syn_short", 0, 0, 22050, 1, "stft n_fft=256 hop_length=64", 1e-6, BIN_FRAME},
    {"librosa/stft_impulse", "inputs/syn_impulse", 0, 2048, 22050, 1, "stft n_fft=256 hop_length=64", 1e-6, BIN_FRAME},

    {"librosa/mel_40_htk_none", TICO, 0, 0, 22050, 1,
     "stft n_fft=1024 output=power | mel n_mels=40 fmin=20 fmax=8000 htk=true norm=none", 1e-6, BIN_FRAME},
    {"librosa/mel_40_power1", TICO, 0, 0, 22050, 1,
     "stft n_fft=1024 pad_mode=reflect output=magnitude | mel n_mels=40", 1e-6, BIN_FRAME},
    {"librosa/mel_26_speech", SPEECH, 0, 0, 8000, 1, "stft n_fft=256 hop_length=80 output=power | mel n_mels=26", 1e-6,
     BIN_FRAME},
    {"librosa/db_ref1_top80", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db", 1e-5, BIN_FRAME},
    {"librosa/db_refmax_top80", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db ref=max", 1e-5, BIN_FRAME},
    {"librosa/db_refmedian_top20", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db ref=median top_db=20", 1e-5, BIN_FRAME},
    {"librosa/db_topnone_amin1e-5", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db amin=1e-5", 1e-5, BIN_FRAME},
    {"librosa/db_amplitude_refmax", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | power exponent=0.5 | db amplitude=true amin=1e-5 | top_db ref=max", 1e-5, BIN_FRAME},
    {"librosa/mfcc13", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db | dct n_mfcc=13", 1e-5, BIN_FRAME},
    {"librosa/mfcc13_lifter22", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db | dct n_mfcc=13 lifter=22", 1e-5, BIN_FRAME},
    {"librosa/mfcc13_dct1", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db | dct n_mfcc=13 dct_type=1", 1e-5, BIN_FRAME},
    {"librosa/mfcc13_dct3", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db | dct n_mfcc=13 dct_type=3", 1e-5, BIN_FRAME},
    {"librosa/mfcc13_dct2_nonorm", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 | db | top_db | dct n_mfcc=13 norm=none", 1e-5, BIN_FRAME},
    {"librosa/mfcc13_htk", TICO, 0, 0, 22050, 1, "stft n_fft=1024 output=power | mel n_mels=40 htk=true norm=none | db | top_db | dct n_mfcc=13", 1e-5, BIN_FRAME},
    {"librosa/mfcc_default", TICO, 0, 0, 22050, 1, "stft output=power | mel | db | top_db | dct", 1e-5, BIN_FRAME},
    {"librosa/mfcc13_speech", SPEECH, 0, 0, 8000, 1, "stft n_fft=256 hop_length=80 output=power | mel n_mels=26 | db | top_db | dct n_mfcc=13", 1e-5, BIN_FRAME},
    {"librosa/delta_w9", DELTA, 0, 0, 43, 1, "delta", 2e-6, BIN_FRAME},
    {"librosa/delta_w3", DELTA, 0, 0, 43, 1, "delta width=3", 2e-6, BIN_FRAME},
    {"librosa/delta_w9_nearest", DELTA, 0, 0, 43, 1, "delta mode=nearest", 2e-6, BIN_FRAME},
    {"librosa/delta_w9_mirror", DELTA, 0, 0, 43, 1, "delta mode=mirror", 2e-6, BIN_FRAME},
    {"librosa/delta_w9_constant", DELTA, 0, 0, 43, 1, "delta mode=constant", 2e-6, BIN_FRAME},
    {"librosa/delta2_w9", DELTA, 0, 0, 43, 1, "delta order=2", 2e-6, BIN_FRAME},
    {"librosa/delta2_w5", DELTA, 0, 0, 43, 1, "delta order=2 width=5", 2e-6, BIN_FRAME},
    {"librosa/delta2_w9_nearest", DELTA, 0, 0, 43, 1, "delta order=2 mode=nearest", 2e-6, BIN_FRAME},
    {"librosa/delta2_w9_mirror", DELTA, 0, 0, 43, 1, "delta order=2 mode=mirror", 2e-6, BIN_FRAME},
    {"librosa/delta2_w9_constant", DELTA, 0, 0, 43, 1, "delta order=2 mode=constant", 2e-6, BIN_FRAME},
    {"librosa/preemphasis", SPEECH, 0, 1000, 8000, 1, "pre_emphasis", 1e-6, BIN_FRAME},
    {"librosa/preemphasis_zi0.out", SPEECH, 0, 1000, 8000, 1, "pre_emphasis coef=0.95 start=zero", 1e-6, BIN_FRAME},
    {"librosa/deemphasis", SPEECH, 0, 1000, 8000, 1, "pre_emphasis | de_emphasis", 1e-6, BIN_FRAME},
    {"librosa/pcen_default", "inputs/tico_mel40", 0, 0, 22050.0 / 256, 2147483648.0, "pcen", 1e-6, BIN_FRAME},
    {"librosa/pcen_gain08_bias10_p025_tc006", "inputs/tico_mel40", 0, 0, 22050.0 / 256, 2147483648.0, "pcen gain=0.8 bias=10 power=0.25 time_constant=0.06 eps=1e-6", 1e-6, BIN_FRAME},
    {"librosa/pcen_b", "inputs/tico_mel40", 0, 0, 22050.0 / 256, 2147483648.0, "pcen b=0.025", 1e-6, BIN_FRAME},
    {"librosa/pcen_max3", "inputs/tico_mel40", 0, 0, 22050.0 / 256, 2147483648.0, "pcen max_size=3", 1e-6, BIN_FRAME},
    {"librosa/pcen_power0", "inputs/tico_mel40", 0, 0, 22050.0 / 256, 2147483648.0, "pcen power=0 bias=2", 1e-6, BIN_FRAME},
    {"librosa/pcen_bias0", "inputs/tico_mel40", 0, 0, 22050.0 / 256, 2147483648.0, "pcen bias=0", 1e-6, BIN_FRAME},
    {"librosa/hpss_stft_mag", TICO, 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=magnitude | hpss component=harmonic", 1e-5, FIRST_OF_TWO},
    {"librosa/hpss_mask_margin3_k17", "inputs/tico_mag512", 0, 0, 43, 1, "hpss component=harmonic kernel_frames=17 kernel_bins=17 margin_harm=3 margin_perc=3 mask=true", 2e-6, FIRST_OF_TWO},
    {"librosa/hpss_hard_mask", "inputs/tico_mag512", 0, 0, 43, 1, "hpss component=harmonic power=inf mask=true", 0, FIRST_OF_TWO},
    {"librosa/hpss_stft_mag", TICO, 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=magnitude | hpss component=percussive", 1e-5, SECOND_OF_TWO},
    {"librosa/hpss_mask_margin3_k17", "inputs/tico_mag512", 0, 0, 43, 1, "hpss component=percussive kernel_frames=17 kernel_bins=17 margin_harm=3 margin_perc=3 mask=true", 2e-6, SECOND_OF_TWO},
    {"librosa/hpss_hard_mask", "inputs/tico_mag512", 0, 0, 43, 1, "hpss component=percussive power=inf mask=true", 0, SECOND_OF_TWO},
    {"maad/pcen_every16th_bin", "inputs/spinetail_power16", 0, 0, 86, 1, "pcen b=0.025 start=0", 1e-6, BIN_FRAME},
    {"scipy/medfilt_7", WHALE, 0, 500, 4000, 1, "smooth method=median frames=7 bins=1 mode=constant", 0, BIN_FRAME},

    /* silence, an impulse, one frame, and less than one */
    {"librosa/edge/silence_mel", NULL, 0, 4096, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26", 1e-5, BIN_FRAME},
    {"librosa/edge/silence_db_refmax", NULL, 0, 4096, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db ref=max", 1.5, BIN_FRAME}, /* librosa has -8e-6 dB, we 0 */
    {"librosa/edge/silence_mfcc", NULL, 0, 4096, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db | dct n_mfcc=13", 1e-5, BIN_FRAME},
    {"librosa/edge/silence_pcen", NULL, 0, 4096, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | pcen", 1e-5, BIN_FRAME},
    {"librosa/edge/silence_preemphasis", NULL, 0, 64, 22050, 1, "pre_emphasis", 1e-6, BIN_FRAME},
    {"librosa/edge/impulse_mel", "inputs/syn_impulse", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26", 1e-5, BIN_FRAME},
    {"librosa/edge/impulse_db_refmax", "inputs/syn_impulse", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db ref=max", 1e-5, BIN_FRAME},
    {"librosa/edge/impulse_mfcc", "inputs/syn_impulse", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db | dct n_mfcc=13", 1e-5, BIN_FRAME},
    {"librosa/edge/impulse_pcen", "inputs/syn_impulse", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | pcen", 1e-5, BIN_FRAME},
    {"librosa/edge/impulse_preemphasis", "inputs/syn_impulse", 0, 64, 22050, 1, "pre_emphasis", 1e-6, BIN_FRAME},
    {"librosa/edge/oneframe_mel", "inputs/syn_oneframe", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26", 1e-5, BIN_FRAME},
    {"librosa/edge/oneframe_db_refmax", "inputs/syn_oneframe", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db ref=max", 1e-5, BIN_FRAME},
    {"librosa/edge/oneframe_mfcc", "inputs/syn_oneframe", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db | dct n_mfcc=13", 1e-5, BIN_FRAME},
    {"librosa/edge/oneframe_pcen", "inputs/syn_oneframe", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | pcen", 1e-5, BIN_FRAME},
    {"librosa/edge/oneframe_preemphasis", "inputs/syn_oneframe", 0, 64, 22050, 1, "pre_emphasis", 1e-6, BIN_FRAME},
    {"librosa/edge/short_mel", "inputs/syn_short", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26", 1e-5, BIN_FRAME},
    {"librosa/edge/short_db_refmax", "inputs/syn_short", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db ref=max", 1e-5, BIN_FRAME},
    {"librosa/edge/short_mfcc", "inputs/syn_short", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | db | top_db | dct n_mfcc=13", 1e-5, BIN_FRAME},
    {"librosa/edge/short_pcen", "inputs/syn_short", 0, 0, 22050, 1, "stft n_fft=512 hop_length=256 output=power | mel n_mels=26 | pcen", 1e-5, BIN_FRAME},
    {"librosa/edge/short_preemphasis", "inputs/syn_short", 0, 64, 22050, 1, "pre_emphasis", 1e-6, BIN_FRAME},

    {"scipy/spectrogram_default", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=224 window=tukey window_param=0.25 center=false detrend=constant scaling=density "
     "output=power", 1e-6, BIN_FRAME},
    {"scipy/spectrogram_hann256_192_spectrum", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=512 win_length=256 align=left center=false detrend=constant scaling=spectrum output=power", 1e-6,
     BIN_FRAME},
    {"scipy/spectrogram_nodetrend", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 center=false scaling=density output=power", 1e-6, BIN_FRAME},
    {"scipy/spectrogram_linear_detrend", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 window=kaiser window_param=8 center=false detrend=linear scaling=density output=power",
     1e-6, BIN_FRAME},
    {"scipy/spectrogram_magnitude", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 center=false detrend=constant scaling=density one_sided=false output=magnitude", 1e-6,
     BIN_FRAME},
    {"scipy/spectrogram_complex", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 center=false detrend=constant scaling=density one_sided=false", 1e-6, BIN_FRAME},
    {"scipy/spectrogram_odd255", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=255 hop_length=155 center=false detrend=constant scaling=density output=power", 1e-6, BIN_FRAME},
    {"scipy/stft_default", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 pad_end=true scaling=spectrum one_sided=false", 1e-6, BIN_FRAME},
    {"scipy/stft_even", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 pad_end=true pad_mode=reflect scaling=spectrum one_sided=false", 1e-6, BIN_FRAME},
    {"scipy/stft_none_nopad_psd", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 center=false detrend=constant scaling=density one_sided=false", 1e-6, BIN_FRAME},
    {"scipy/stft_odd_nperseg100_nfft128", WHALE, 0, 1000, 4000, 1,
     "stft n_fft=128 win_length=100 hop_length=50 align=left pad_end=true scaling=spectrum one_sided=false", 1e-6,
     BIN_FRAME},

    {"presets/mlab_specgram_default", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 periodic=false center=false scaling=density output=power", 1e-6, BIN_FRAME},
    {"presets/mlab_specgram_64_48_linear", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=64 periodic=false center=false detrend=linear scaling=spectrum output=power", 1e-6, BIN_FRAME},
    {"presets/mlab_specgram_256_192_pad512", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=512 win_length=256 align=left periodic=false center=false scaling=density output=power", 1e-6, BIN_FRAME},
    {"presets/mlab_specgram_magnitude", WHALE, 0, 4096, 4000, 1,
     "stft n_fft=256 hop_length=128 periodic=false center=false scaling=spectrum one_sided=false output=magnitude", 1e-6,
     BIN_FRAME},

    /* windows of 200 samples in an FFT of 256, powers over 256 */
    {"presets/psf_fbank", SPEECH, 0, 0, 8000, 32768,
     "pre_emphasis start=zero | " PSF_FRAMES " | scale factor=0.00390625 | mel n_mels=26 htk=true norm=none triangles=bins", 1e-6,
     FRAME_BIN},
    {"presets/psf_logfbank", SPEECH, 0, 0, 8000, 32768,
     "pre_emphasis start=zero | " PSF_FRAMES " | scale factor=0.00390625 | mel n_mels=26 htk=true norm=none triangles=bins"
     " | log floor=2.220446049250313e-16", 1e-6, FRAME_BIN},
    {"presets/psf_mfcc_default", SPEECH, 0, 0, 8000, 32768, "pre_emphasis start=zero | " PSF_FRAMES " | scale factor=0.00390625 | mel n_mels=26 htk=true norm=none triangles=bins append_energy=true"
" | log floor=2.220446049250313e-16 | dct n_mfcc=13 lifter=22 lifter_from=0 append_energy=true", 2e-6, FRAME_BIN},
    {"presets/psf_silence_mfcc", NULL, 0, 280, 8000, 1, "pre_emphasis start=zero | " PSF_FRAMES " | scale factor=0.00390625 | mel n_mels=26 htk=true norm=none triangles=bins append_energy=true"
" | log floor=2.220446049250313e-16 | dct n_mfcc=13 lifter=22 lifter_from=0 append_energy=true", 1e-6, FRAME_BIN},
    {"presets/psf_delta2", SPEECH, 0, 0, 8000, 32768, "pre_emphasis start=zero | " PSF_FRAMES " | scale factor=0.00390625 | mel n_mels=26 htk=true norm=none triangles=bins append_energy=true"
" | log floor=2.220446049250313e-16 | dct n_mfcc=13 lifter=22 lifter_from=0 append_energy=true | delta width=5 mode=nearest", 1e-5, FRAME_BIN},
    {"presets/psf_delta1", SPEECH, 0, 0, 8000, 32768, "pre_emphasis start=zero | " PSF_FRAMES " | scale factor=0.00390625 | mel n_mels=26 htk=true norm=none triangles=bins append_energy=true"
" | log floor=2.220446049250313e-16 | dct n_mfcc=13 lifter=22 lifter_from=0 append_energy=true | delta width=3 mode=nearest", 1e-5, FRAME_BIN},
    {"presets/psf_mfcc_hamming_noenergy", SPEECH, 0, 0, 8000, 32768, "pre_emphasis coef=0.95 start=zero | stft n_fft=512 win_length=256 hop_length=80 align=left window=hamming periodic=false "
"center=false pad_end=true output=power | scale factor=0.001953125 | mel n_mels=20 fmin=100 fmax=3800 htk=true norm=none "
"triangles=bins | log floor=2.220446049250313e-16 | dct n_mfcc=12", 2e-6, FRAME_BIN},
};
/* Filters [filter][bin]. */
static const struct bank {
  const char *golden;
  double rate_hz;
  size_t n_fft;
  const char *chain;
} banks[] = {
    {"librosa/melfb_slaney_slaney", 22050, 512, "mel n_mels=26 fmin=20 fmax=8000"},
    {"librosa/melfb_htk_none", 22050, 512, "mel n_mels=26 fmin=20 fmax=8000 htk=true norm=none"},
    {"librosa/melfb_htk_slaney", 22050, 512, "mel n_mels=26 fmin=20 fmax=8000 htk=true"},
    {"librosa/melfb_slaney_l1", 22050, 512, "mel n_mels=26 fmin=20 fmax=8000 norm=1"},
    {"librosa/melfb_slaney_l2", 22050, 512, "mel n_mels=26 fmin=20 fmax=8000 norm=2"},
    {"librosa/melfb_slaney_inf", 22050, 512, "mel n_mels=26 fmin=20 fmax=8000 norm=inf"},
    {"presets/psf_filterbanks", 8000, 256, "mel n_mels=20 htk=true norm=none triangles=bins"},
};
/* clang-format on */

static void check_bank(void **arg)
{
  const struct bank *b = *arg;
  bl_ctx *ctx = bl_ctx_new();
  npy *want = npy_open(b->golden);
  chain c;
  check_ok(ctx, filters_run(ctx, b->rate_hz, b->n_fft, b->chain, &c));
  npy_compare_frames(want, chain_out(&c)->v, chain_out(&c)->n, chain_out(&c)->width, 1e-6, b->golden);
  chain_stop(ctx, &c);
  npy_close(want);
  check_free(ctx);
}

/* got [bin][frame], pairs side by side, from frames of `width` values. */
static float *by_bin(const bl_frames *f, size_t pair)
{
  size_t bins = f->width / pair;
  float *to = calloc(f->n * f->width + 1, sizeof *to);
  for (size_t i = 0; i < f->n; i++)
    for (size_t b = 0; b < bins; b++)
      for (size_t k = 0; k < pair; k++) to[(b * f->n + i) * pair + k] = f->v[i * f->width + b * pair + k];
  return to;
}

/* What a chain takes: samples, or, where the input has two dimensions [bin][frame], a spectrum. NULL: silence. */
static float *input_of(bl_ctx *ctx, const row *r, bl_stream *stream, size_t *n)
{
  check_ok(ctx, chain_wave(ctx, r->rate_hz, "a", "FS", stream));
  *n = r->n;
  if (!r->input) return calloc(r->n, sizeof(float));
  npy *in = npy_open(r->input);
  bool spectrum = in->n_dims == 2;
  size_t bins = spectrum ? in->dim[0] : 1, frames = in->n / bins;
  if (!*n) *n = frames - r->first;
  float *x = calloc(*n * bins, sizeof *x);
  for (size_t i = 0; i < *n; i++)
    for (size_t b = 0; b < bins; b++)
      x[i * bins + b] = (float)((double)(float)in->v[b * frames + r->first + i] * r->gain);
  double *hz = calloc(bins, sizeof *hz);
  for (size_t b = 0; b < bins; b++) hz[b] = (double)b;
  if (spectrum) check_ok(ctx, bl_stream_set_bins(ctx, stream, bins, hz, NULL));
  free(hz);
  npy_close(in);
  return x;
}

static void check_row(void **arg)
{
  const row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  npy *want = npy_open(r->golden);
  size_t n;
  bl_stream stream;
  chain c;
  float *x = input_of(ctx, r, &stream, &n);
  check_ok(ctx, chain_run(ctx, r->chain, &stream, x, n, &c));
  const bl_frames *out = chain_out(&c);
  float *turned = by_bin(out, chain_stream(&c)->pairs ? 2 : 1);
  if (r->lies >= FIRST_OF_TWO) {
    want->n /= 2;
    if (r->lies == SECOND_OF_TWO) memmove(want->v, want->v + want->n, want->n * sizeof *want->v);
  }
  npy_compare(want, r->lies == FRAME_BIN ? out->v : turned, out->n * out->width, r->tol, r->golden);
  free(turned);
  free(x);
  npy_close(want);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &stream);
  check_free(ctx);
}

/* maad's levels of 512 bins are smoothed over 25 of them: of the 125 lowest every 16th up to the 112th has all of its
 * neighbours, and comes out as there. */
static void check_remove_background(void **arg)
{
  (void)arg;
  const row r = {"maad/nobg_median_every16th_bin", "inputs/spinetail_db125", 0, 0, 86, 1, "remove_background", 1e-6, 0};
  bl_ctx *ctx = bl_ctx_new();
  npy *want = npy_open(r.golden);
  size_t n;
  bl_stream stream;
  chain c;
  float *x = input_of(ctx, &r, &stream, &n), *got = calloc(8 * n, sizeof *got);
  check_ok(ctx, chain_run(ctx, r.chain, &stream, x, n, &c));
  for (size_t b = 0; b < 8; b++)
    for (size_t i = 0; i < n; i++) got[b * n + i] = chain_out(&c)->v[i * chain_out(&c)->width + 16 * b];
  want->n = 8 * n;
  npy_compare(want, got, 8 * n, r.tol, r.golden);
  free(got);
  free(x);
  npy_close(want);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &stream);
  check_free(ctx);
}

/* Frames stand where scipy and mlab say: in the middle of each. */
static void check_times(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  static const struct {
    const char *golden, *chain;
  } times[] = {{"scipy/spectrogram_default_t", "stft n_fft=256 hop_length=224 center=false"},
               {"presets/mlab_specgram_default_t", "stft n_fft=256 hop_length=128 center=false"}};
  for (size_t i = 0; i < 2; i++) {
    npy *want = npy_open(times[i].golden);
    bl_stream stream;
    chain c;
    check_ok(ctx, chain_wave(ctx, 4000, "a", "FS", &stream));
    check_ok(ctx, chain_start(ctx, times[i].chain, &stream, &c));
    const bl_stream *s = chain_stream(&c);
    for (size_t t = 0; t < want->n; t++) check_near(s->start_s + (double)t / s->rate_hz, want->v[t], 1e-12);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &stream);
    npy_close(want);
  }
  check_free(ctx);
}

int main(void)
{
  enum { ROWS = sizeof rows / sizeof *rows, BANKS = sizeof banks / sizeof *banks };
  struct CMUnitTest tests[ROWS + BANKS + 2] = {[ROWS + BANKS] = cmocka_unit_test(check_times),
                                               cmocka_unit_test(check_remove_background)};
  for (size_t i = 0; i < ROWS; i++)
    tests[i] = (struct CMUnitTest){rows[i].golden, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  for (size_t i = 0; i < BANKS; i++)
    tests[ROWS + i] = (struct CMUnitTest){banks[i].golden, check_bank, NULL, NULL, (void *)(uintptr_t)&banks[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
