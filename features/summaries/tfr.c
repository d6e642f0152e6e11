/* tfr: power of some frequencies over time within the segment, an epoch: in windows of time after the event (windows), or
 * frame by frame (frames), or its mean over the segment (neither). By Morlet waves, several tapers or the Stockwell
 * transform, and against a baseline, as MNE does it: mne.time_frequency.tfr_array_morlet, tfr_array_multitaper,
 * tfr_array_stockwell, then mne.baseline.rescale.
 *
 * The segment is taken alone, with zeros on both sides, and frame i lies at sample i decim. The frequencies of morlet and
 * multitaper are freqs (wavelets.h), those of stockwell k rate / n_fft from fmin to below fmax (stockwell.h). A window or
 * baseline holds the frames whose time lies in it, both ends included. The stage tfr is the same for recordings that do
 * not end: it sees beyond the segment.
 *
 * Row: [channel][freq][window], [channel][freq], or with frames [frame][channel][freq]. Unit: u^2, or that of the baseline
 * (epoch.h). Where MNE gives the power of silence as 1 in the Stockwell transform, it is 0 here. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/epoch.h"
#include "moments.h"
#include "stockwell.h"
#include "wavelets.h"

static const char *const methods[] = {"morlet", "multitaper", "stockwell", NULL}; /* two in the order of wavelets.h */
enum { STOCKWELL = 2 };
static const char *const modes[] = {"none", "mean", "ratio", "logratio", "percent", "zscore", "zlogratio", NULL};
enum { NO_BASELINE };
static const char *const none_word[] = {"none", NULL};
static const char *const auto_word[] = {"auto", NULL};

typedef struct params {
  bl_wavelets_params w;
  bl_word fmin, fmax, n_fft, frames;
  double width;
  int64_t decim;
  bl_ranges windows;
  bl_reals baseline;
  int mode;
} params;

static const bl_opt opts[] = {
    {"method", BL_OPT_ENUM, offsetof(params, w.method), "morlet", 0, 0, 0, methods, "",
     "Morlet waves, waves under several tapers, or the Stockwell transform", NULL},
    BL_WAVELETS_OPTS(params, 0, "the frequencies, rising; of morlet and multitaper"),
    BL_WORD(params, fmin, "auto", auto_word, 0, 1e9, 0, "Hz", "stockwell: lowest frequency; auto: the first above 0"),
    BL_WORD(params, fmax, "auto", auto_word, 0, 1e9, 0, "Hz",
            "stockwell: where the frequencies end, itself left out; auto: half the rate"),
    BL_WORD(params, n_fft, "none", none_word, 4, 1 << 20, BL_OPT_WHOLE, "samples",
            "stockwell: length of the transform, at least that of the segment; MNE takes the next power of two"),
    BL_REAL_ABOVE(params, width, "1", 0, 1000, "", "stockwell: below 1 finer in time, above it in frequency"),
    BL_INT(params, decim, "1", 1, 1 << 24, "samples", "from one frame to the next"),
    BL_RANGES(params, windows, NULL, -1e9, 1e9, "s",
              "names of windows of time with their beginning and end after the event, of which the mean is taken"),
    BL_WORD(params, frames, "none", none_word, 1, 1e7, BL_OPT_WHOLE, "",
            "all frames, of which every segment has this many; none: means"),
    BL_REALS(params, baseline, NULL, -1e9, 1e9, "s", "beginning and end of the baseline after the event"),
    BL_ENUM(params, mode, "none", modes, "what is done with the baseline; MNE's names"),
    BL_OPT_END};

typedef struct frame_range {
  size_t first, behind;
} frame_range;

typedef struct state {
  const params *p;
  const bl_stream *in;
  bl_stream frames; /* what the frames are */
  bl_wavelets w;
  bl_stockwell st;
  size_t n_freqs, reach, n; /* n: samples of the segment */
  double first_s;
  float *x; /* [sample][channel] */
  size_t cap_x;
  double *one, *power; /* one channel with reach samples on both sides; one frequency of it [frame] */
  size_t cap_one, cap_power;
  float *out; /* [frame][freq] of one channel, of which means are taken */
  size_t cap_out;
} state;

static double hz_or_auto(bl_word w) { return w.word == 0 ? -1 : w.real; }

/* Which frequencies there are, [*n] of them in *hz, to be freed; options that the method does not have are refused. */
static bl_status stockwell_freqs(bl_ctx *ctx, const params *p, double rate_hz, double **hz, size_t *n)
{
  size_t first, n_fft = (size_t)p->n_fft.real;
  bl_status s = BL_OK;
  static const char *const of_waves[] = {"freqs",          "n_cycles",      "zero_mean", "sigma",
                                         "time_bandwidth", "taper_weights", NULL};
  for (const char *const *o = of_waves; !s && *o; o++)
    s = bl_opts_refuse_idle(ctx, "tfr", opts, p, *o, "method: morlet or multitaper");
  if (s) return s;
  if (p->n_fft.word == 0)
    return bl_fail(ctx, BL_E_CONFIG,
                   "tfr: stockwell needs n_fft, which says what frequencies there are: a power of two, "
                   "at least the samples of a segment");
  bl_stockwell_range(n_fft, rate_hz, hz_or_auto(p->fmin), hz_or_auto(p->fmax), &first, n);
  if (!*n)
    return bl_fail(ctx, BL_E_RANGE,
                   "tfr: no frequency of a transform of %zu samples at %g Hz lies from fmin to fmax; "
                   "they are %g Hz apart",
                   n_fft, rate_hz, rate_hz / (double)n_fft);
  if (!(*hz = bl_calloc(ctx, *n, sizeof **hz))) return bl_fail_nomem(ctx, "tfr");
  for (size_t i = 0; i < *n; i++) (*hz)[i] = (double)(first + i) * rate_hz / (double)n_fft;
  return BL_OK;
}

static bl_status find_freqs(bl_ctx *ctx, const params *p, double rate_hz, double **hz, size_t *n)
{
  static const char *const of_stockwell[] = {"fmin", "fmax", "n_fft", "width", NULL};
  if (p->w.method == STOCKWELL) return stockwell_freqs(ctx, p, rate_hz, hz, n);
  bl_status s = bl_wavelets_check(ctx, "tfr", opts, p, &p->w, rate_hz);
  for (const char *const *o = of_stockwell; !s && *o; o++)
    s = bl_opts_refuse_idle(ctx, "tfr", opts, p, *o, "method: stockwell");
  *n = p->w.freqs.n;
  if (!s && !(*hz = bl_calloc(ctx, *n, sizeof **hz))) s = bl_fail_nomem(ctx, "tfr");
  if (!s) memcpy(*hz, p->w.freqs.v, *n * sizeof **hz);
  return s;
}

static bl_status check(bl_ctx *ctx, const params *p, const bl_stream *in)
{
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "tfr: the stream has %zu bins; it makes its own spectrum, from a waveform",
                   in->n_bins);
  if (p->frames.word < 0 && p->windows.n)
    return bl_fail(ctx, BL_E_CONFIG, "tfr: frames gives every frame, windows the means of some; take one of them");
  if (p->mode == NO_BASELINE) return bl_opts_refuse_idle(ctx, "tfr", opts, p, "baseline", "a mode, as mode: logratio");
  if (p->baseline.n == 2 && p->baseline.v[0] <= p->baseline.v[1]) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "tfr: mode %s needs a baseline of two rising numbers in s, as [-0.5, 0]",
                 modes[p->mode]);
}

static bl_status name_frames(bl_ctx *ctx, const bl_stream *s, size_t frames, bl_feature_names *out)
{
  char what[24];
  bl_status status = BL_OK;
  if (frames > 100000000 / bl_stream_width(s))
    return bl_fail(ctx, BL_E_SHAPE, "tfr: %zu frames of %zu numbers are too wide a row; take fewer frames or freqs",
                   frames, bl_stream_width(s));
  for (size_t f = 0; !status && f < frames; f++) {
    snprintf(what, sizeof what, "t%zu", f);
    status = bl_features_each(ctx, s, what, "%s", out);
  }
  return status ? status
                : bl_features_block(ctx, out, "tfr", BL_BLOCK_IMAGE, (size_t[3]){frames, s->n_channels, s->n_bins});
}

static bl_status name_windows(bl_ctx *ctx, const bl_stream *s, const bl_ranges *windows, bl_feature_names *out)
{
  char c[24], b[BL_BIN_NAME];
  bl_status status = BL_OK;
  for (size_t i = 0; i < s->n_channels; i++)
    for (size_t k = 0; k < s->n_bins; k++)
      for (size_t w = 0; !status && w < windows->n; w++)
        status = bl_feature_add(ctx, out, bl_channel_name(s, i, c), bl_bin_name(s, k, b), windows->v[w].name,
                                bl_channel_unit(s, i));
  return status;
}

/* What the frames are, in the unit before the baseline. */
static bl_status describe(bl_ctx *ctx, const params *p, const bl_stream *in, bl_stream *out)
{
  double *hz = NULL;
  size_t n;
  bl_status s = check(ctx, p, in);
  if (!s) s = find_freqs(ctx, p, in->rate_hz, &hz, &n);
  if (!s) s = bl_stream_copy(ctx, in, out);
  if (!s) s = bl_stream_set_bins(ctx, out, n, hz, NULL);
  if (!s) s = bl_stream_set_units(ctx, out, "%s^2");
  out->rate_hz = in->rate_hz / (double)p->decim;
  bl_free(ctx, hz);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  const params *p = pp;
  bl_stream frames = {0};
  bl_status s = describe(ctx, p, in, &frames);
  const char *unit = p->mode == NO_BASELINE ? NULL : bl_baseline_unit((bl_baseline_mode)(p->mode - 1));
  if (!s && unit) s = bl_stream_set_units(ctx, &frames, unit);
  if (!s && p->frames.word < 0) s = name_frames(ctx, &frames, (size_t)p->frames.real, out);
  else if (!s && p->windows.n) s = name_windows(ctx, &frames, &p->windows, out);
  else if (!s) s = bl_features_each(ctx, &frames, "power", "%s", out);
  bl_stream_free(ctx, &frames);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  const params *p = pp;
  state *st = sp;
  st->p = p;
  st->in = in;
  bl_status s = describe(ctx, p, in, &st->frames);
  if (s) return s;
  st->n_freqs = st->frames.n_bins;
  if (p->w.method != STOCKWELL) s = bl_wavelets_make(ctx, "tfr", &p->w, in->rate_hz, &st->w);
  else
    s = bl_stockwell_init(ctx, (size_t)p->n_fft.real, in->rate_hz, hz_or_auto(p->fmin), hz_or_auto(p->fmax), p->width,
                          &st->st);
  st->reach = st->w.reach;
  return s;
}

static bl_status begin(bl_ctx *ctx, void *sp, const bl_span *span, double first_s)
{
  (void)ctx, (void)span;
  ((state *)sp)->n = 0;
  ((state *)sp)->first_s = first_s;
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n)
{
  state *st = sp;
  void *v = st->x;
  size_t width = st->in->n_channels;
  bl_status s = bl_grow(ctx, &v, &st->cap_x, (st->n + n) * width, sizeof *st->x, "tfr: a segment");
  if (s) return s;
  st->x = v;
  memcpy(st->x + st->n * width, x, n * width * sizeof *x);
  st->n += n;
  return BL_OK;
}

static bl_status check_length(bl_ctx *ctx, const state *st)
{
  if (st->p->w.method == STOCKWELL && st->n > st->st.n_fft)
    return bl_fail(ctx, BL_E_SHAPE, "tfr: the segment has %zu samples, more than n_fft %zu; take a larger n_fft", st->n,
                   st->st.n_fft);
  size_t longest = 2 * st->reach + 1;
  if (st->p->w.method != STOCKWELL && st->n < longest)
    return bl_fail(ctx, BL_E_SHAPE,
                   "tfr: the segment has %zu samples, but the longest wave %zu; take longer segments, fewer "
                   "n_cycles, or leave the lowest freqs out",
                   st->n, longest);
  return bl_need_frames(ctx, "tfr", st->n, 1);
}

/* The frames in [lo, hi] s after the event; a millionth of a frame is rounding noise. */
static bl_status find_frames(bl_ctx *ctx, const state *st, const char *what, double lo, double hi, size_t n_frames,
                             frame_range *r)
{
  double rate = st->frames.rate_hz;
  double first = ceil((lo - st->first_s) * rate - 1e-6), last = floor((hi - st->first_s) * rate + 1e-6);
  if (first < 0 || last > (double)(n_frames - 1) || last < first)
    return bl_fail(ctx, BL_E_SHAPE,
                   "tfr: %s, %g to %g s, is not whole within the segment, whose %zu frames lie at %g to %g s", what, lo,
                   hi, n_frames, st->first_s, st->first_s + (double)(n_frames - 1) / rate);
  *r = (frame_range){(size_t)first, (size_t)last + 1};
  return BL_OK;
}

/* The power of one channel over time, frames `step` apart. */
static void take_channel(state *st, size_t c, size_t n_frames, float *to, size_t step)
{
  size_t channels = st->in->n_channels, decim = (size_t)st->p->decim;
  double *x = st->one + st->reach;
  bool stockwell = st->p->w.method == STOCKWELL;
  for (size_t i = 0; i < st->n; i++) x[i] = (double)st->x[i * channels + c];
  if (stockwell) bl_stockwell_load(&st->st, x, st->n);
  for (size_t k = 0; k < st->n_freqs; k++) {
    if (stockwell) bl_stockwell_power(&st->st, k, st->n, decim, st->power);
    for (size_t f = 0; f < n_frames; f++)
      to[f * step + k] = (float)(stockwell ? st->power[f] : bl_wavelets_power(&st->w, k, x + f * decim));
  }
}

static bl_status make_room(bl_ctx *ctx, state *st, size_t n_frames)
{
  void *one = st->one, *power = st->power, *out = st->out;
  size_t padded = st->n + 2 * st->reach, kept = st->p->frames.word < 0 ? 0 : n_frames * st->n_freqs;
  bl_status s = bl_grow(ctx, &one, &st->cap_one, padded, sizeof *st->one, "tfr: a segment");
  st->one = one;
  if (!s) s = bl_grow(ctx, &power, &st->cap_power, n_frames, sizeof *st->power, "tfr: a segment");
  st->power = power;
  if (!s) s = bl_grow(ctx, &out, &st->cap_out, kept, sizeof *st->out, "tfr: a segment");
  st->out = out;
  if (!s) memset(st->one, 0, padded * sizeof *st->one);
  return s;
}

/* x: n_frames frames of `stream`. */
static bl_status rescale(bl_ctx *ctx, const state *st, const bl_stream *stream, float *x, size_t n_frames)
{
  const params *p = st->p;
  frame_range r;
  if (p->mode == NO_BASELINE) return BL_OK;
  const bl_epoch_rules rules = {.baseline = true,
                                .mode = (bl_baseline_mode)(p->mode - 1),
                                .baseline_from_s = p->baseline.v[0],
                                .baseline_to_s = p->baseline.v[1]};
  bl_status s = find_frames(ctx, st, "the baseline", p->baseline.v[0], p->baseline.v[1], n_frames, &r);
  return s ? s : bl_epoch_correct(ctx, &rules, stream, st->first_s, x, n_frames);
}

/* Means of one window, or of the whole segment, of one channel: row[k * n] of frequency k. */
static void write_means(const state *st, frame_range r, size_t n, float *row)
{
  for (size_t k = 0; k < st->n_freqs; k++) {
    double sum = 0;
    for (size_t f = r.first; f < r.behind; f++) sum += (double)st->out[f * st->n_freqs + k];
    row[k * n] = (float)(sum / (double)(r.behind - r.first));
  }
}

/* The stream as if it had one channel alone; borrows its names. */
static bl_stream only_channel(const bl_stream *s, size_t c)
{
  bl_stream one = *s;
  one.n_channels = one.channels.n = one.units.n = 1;
  one.channels.v += c;
  one.units.v += c;
  return one;
}

static bl_status channel_means(bl_ctx *ctx, state *st, size_t c, size_t n_frames, float *row)
{
  const bl_ranges *windows = &st->p->windows;
  const bl_stream one = only_channel(&st->frames, c);
  frame_range r = {0, n_frames};
  take_channel(st, c, n_frames, st->out, st->n_freqs);
  bl_status s = rescale(ctx, st, &one, st->out, n_frames);
  if (!s && !windows->n) write_means(st, r, 1, row);
  for (size_t w = 0; !s && w < windows->n; w++) {
    s = find_frames(ctx, st, windows->v[w].name, windows->v[w].lo, windows->v[w].hi, n_frames, &r);
    if (!s) write_means(st, r, windows->n, row + w);
  }
  return s;
}

static bl_status write_row(bl_ctx *ctx, state *st, size_t n_frames, float *row)
{
  size_t channels = st->in->n_channels, means = st->n_freqs * (st->p->windows.n ? st->p->windows.n : 1);
  bl_status s = BL_OK;
  if (st->p->frames.word < 0) {
    for (size_t c = 0; c < channels; c++)
      take_channel(st, c, n_frames, row + c * st->n_freqs, bl_stream_width(&st->frames));
    return rescale(ctx, st, &st->frames, row, n_frames);
  }
  for (size_t c = 0; !s && c < channels; c++) s = channel_means(ctx, st, c, n_frames, row + c * means);
  return s;
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  state *st = sp;
  const params *p = st->p;
  size_t decim = (size_t)p->decim, n_frames = (st->n + decim - 1) / decim;
  bl_status s = check_length(ctx, st);
  if (!s && p->frames.word < 0 && n_frames != (size_t)p->frames.real)
    s = bl_fail(ctx, BL_E_SHAPE,
                "tfr: the segment has %zu frames, but frames is %g; set 'frames: %zu' if all segments are so", n_frames,
                p->frames.real, n_frames);
  if (!s) s = make_room(ctx, st, n_frames);
  return s ? s : write_row(ctx, st, n_frames, row);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_wavelets_release(ctx, &st->w);
  bl_stockwell_release(ctx, &st->st);
  bl_free(ctx, st->x);
  bl_free(ctx, st->one);
  bl_free(ctx, st->power);
  bl_free(ctx, st->out);
  bl_stream_free(ctx, &st->frames);
}

const bl_summary_class bl_summary_tfr = {
    .name = "tfr",
    .summary = "power of frequencies over time within an epoch, against a baseline",
    .source = "mne.time_frequency.tfr_array_morlet, _multitaper, _stockwell; mne.baseline.rescale",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
