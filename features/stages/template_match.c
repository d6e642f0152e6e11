/* template_match: how alike each stretch of a spectrogram is to a template: normalised cross-correlation, from -1 to 1.
 * [frame][channel][bin] -> [frame][channel][place], a place being how high in the spectrum the template lies.
 *
 * The template is an array [bin][frame], as an image of a spectrogram stands, in the values of what comes in (decibels,
 * say). Of each stretch x of its size, and of the template t, the mean is taken off:
 * score = sum (t - mean t)(x - mean x) / sqrt(sum (t - mean t)^2 sum (x - mean x)^2). Only full overlaps are scored, so
 * n frames give n - width + 1; a frame's time is the middle of its stretch.
 *
 * Conventions are OpenCV's (matchTemplate, TM_CCOEFF_NORMED), but for a stretch or template without variance, which
 * scores 0 (as skimage has it), where OpenCV gives a flat template 1 everywhere; and for NaN, which stays in the
 * stretches that hold it. A template is learnt from the recordings that it was cut from: `cut_from` names them, and
 * no row of theirs is then tested on. */
#include <math.h>
#include <string.h>

#include "stage_util.h"

/* A stretch is flat when its variance is below what is lost to rounding in sums of squares of doubles. */
#define FLAT 1e-13

typedef struct params {
  bl_array template;
  bl_word first_bin;
  int64_t slack;
  bl_texts cut_from;
} params;

static const char *const any_word[] = {"any", NULL};

static const bl_opt opts[] = {
    BL_ARRAY(params, template, BL_OPT_NEEDED, "the template, [bin][frame], lowest frequency first"),
    BL_WORD(params, first_bin, "any", any_word, 0, 1 << 20, BL_OPT_WHOLE, "bins",
            "bin of the input (from 0) on which the template's lowest row lies; any: all places are scored"),
    BL_INT(params, slack, "0", 0, 1 << 20, "bins", "how far up and down of first_bin it may lie"),
    {.name = "cut_from",
     .kind = BL_OPT_TEXTS,
     .offset = offsetof(params, cut_from),
     .flags = BL_OPT_OF_TRAINING,
     .unit = "",
     .help = "recordings that the template was cut from: a split that tests on them is refused as leakage"},
    BL_OPT_END,
};

typedef struct state {
  size_t n_channels, n_bins, height, width; /* of the input; of the template */
  size_t first, places;                     /* the lowest place that is scored, and how many there are */
  double *t, norm;                          /* the template without its mean [frame][bin]; its root sum of squares */
  double *ring;                             /* the last `width` frames [frame][channel][bin] */
  double *sum, *squares;                    /* of each column under each place [frame][channel][place] */
  double *dot;                              /* [place] */
  uint64_t total;
} state;

/* Which places are scored, within a spectrum of n bins. */
static bl_status places_of(bl_ctx *ctx, const params *p, size_t n, size_t *first, size_t *places)
{
  size_t height = p->template.rows, last;
  if (!p->template.v)
    return bl_fail(ctx, BL_E_CONFIG, "template_match: the template has not been read from '%s'", p->template.path);
  if (height > n)
    return bl_fail(ctx, BL_E_RANGE, "template_match: the template is %zu bins high, but what comes in has %zu", height,
                   n);
  *first = 0;
  last = n - height;
  if (p->first_bin.word < 0) {
    size_t at = (size_t)p->first_bin.real, slack = (size_t)p->slack;
    if (at > last)
      return bl_fail(ctx, BL_E_RANGE,
                     "template_match: first_bin is %zu, but a template of %zu bins fits at 0 to %zu of the %zu", at,
                     height, last, n);
    *first = at > slack ? at - slack : 0;
    if (at + slack < last) last = at + slack;
  }
  *places = last - *first + 1;
  return BL_OK;
}

static bl_status name_places(bl_ctx *ctx, bl_stream *out, const bl_stream *in, size_t first, size_t places)
{
  if (places == 1) return bl_stream_set_bins(ctx, out, 1, NULL, NULL);
  return bl_number_bins(ctx, out, "place", first, places, in->bin_hz ? in->bin_hz + first : NULL);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t first = 0, places = 1;
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG,
                   "template_match: needs real values, but what comes in is complex; put power before it");
  bl_status s = places_of(ctx, p, in->n_bins, &first, &places);
  if (!s && p->first_bin.word >= 0) s = bl_opts_refuse_idle(ctx, "template_match", opts, p, "slack", "first_bin");
  if (!s) s = name_places(ctx, out, in, first, places);
  if (!s) s = bl_stream_set_units(ctx, out, "");
  double half_s = (double)(p->template.cols - 1) / 2 / in->rate_hz;
  out->start_s = in->start_s + half_s;
  out->latency_s = in->latency_s + half_s;
  return s;
}

/* The template without its mean, by frames, and its norm; a flat one has the norm 0. */
static void centre(state *st, const double *v)
{
  size_t n = st->height * st->width;
  double mean = 0, squares = 0, ss = 0;
  for (size_t i = 0; i < n; i++) mean += v[i] / (double)n, squares += v[i] * v[i];
  for (size_t f = 0; f < st->width; f++)
    for (size_t b = 0; b < st->height; b++) {
      double d = v[b * st->width + f] - mean;
      st->t[f * st->height + b] = d;
      ss += d * d;
    }
  st->norm = ss > FLAT * squares ? sqrt(ss) : 0;
}

static void reset(void *sp) { ((state *)sp)->total = 0; }

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->height = p->template.rows;
  st->width = p->template.cols;
  bl_status s = places_of(ctx, p, in->n_bins, &st->first, &st->places);
  if (s) return s;
  st->t = bl_calloc(ctx, st->height * st->width, sizeof *st->t);
  st->ring = bl_calloc(ctx, st->width, bl_stream_width(in) * sizeof *st->ring);
  st->sum = bl_calloc(ctx, st->width, st->n_channels * st->places * sizeof *st->sum);
  st->squares = bl_calloc(ctx, st->width, st->n_channels * st->places * sizeof *st->squares);
  st->dot = bl_calloc(ctx, st->places, sizeof *st->dot);
  if (!st->t || !st->ring || !st->sum || !st->squares || !st->dot) return bl_fail_nomem(ctx, "template_match");
  centre(st, p->template.v);
  return BL_OK;
}

/* A frame goes into the ring, with the sums of its column under each place. */
static void take(state *st, const float *x)
{
  size_t slot = (size_t)(st->total % st->width), width = st->n_channels * st->n_bins;
  double *v = st->ring + slot * width;
  for (size_t i = 0; i < width; i++) v[i] = (double)x[i];
  for (size_t c = 0; c < st->n_channels; c++)
    for (size_t y = 0; y < st->places; y++) {
      const double *column = v + c * st->n_bins + st->first + y;
      double sum = 0, squares = 0;
      for (size_t b = 0; b < st->height; b++) sum += column[b], squares += column[b] * column[b];
      size_t at = (slot * st->n_channels + c) * st->places + y;
      st->sum[at] = sum;
      st->squares[at] = squares;
    }
  st->total++;
}

/* Slot of the ring that holds frame f of the present stretch, counted from its oldest. */
static size_t slot_of(const state *st, size_t f) { return (size_t)((st->total + f) % st->width); }

/* sum (t - mean t) x of each place: the mean of x falls out, for the rest of the product sums to 0. */
static void correlate(state *st, size_t c)
{
  memset(st->dot, 0, st->places * sizeof *st->dot);
  for (size_t f = 0; f < st->width; f++) {
    const double *column = st->ring + (slot_of(st, f) * st->n_channels + c) * st->n_bins + st->first;
    const double *t = st->t + f * st->height;
    for (size_t b = 0; b < st->height; b++)
      for (size_t y = 0; y < st->places; y++) st->dot[y] += t[b] * column[b + y];
  }
}

static void give(state *st, float *out)
{
  double n = (double)(st->height * st->width);
  for (size_t c = 0; c < st->n_channels; c++) {
    correlate(st, c);
    for (size_t y = 0; y < st->places; y++) {
      double sum = 0, squares = 0;
      for (size_t f = 0; f < st->width; f++) {
        size_t at = (slot_of(st, f) * st->n_channels + c) * st->places + y;
        sum += st->sum[at];
        squares += st->squares[at];
      }
      double ss = squares - sum * sum / n, score = 0;
      if (isnan(ss)) score = ss;
      else if (ss > FLAT * squares && st->norm > 0) score = st->dot[y] / (st->norm * sqrt(ss));
      *out++ = (float)(score > 1 ? 1 : score < -1 ? -1 : score);
    }
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  for (size_t i = 0; i < n; i++, x += st->n_channels * st->n_bins) {
    take(st, x);
    if (st->total < st->width) continue;
    float *y = bl_frames_add(ctx, out, 1);
    if (!y) return bl_fail_nomem(ctx, "template_match");
    give(st, y);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->t);
  bl_free(ctx, st->ring);
  bl_free(ctx, st->sum);
  bl_free(ctx, st->squares);
  bl_free(ctx, st->dot);
}

const bl_stage_class bl_stage_template_match = {
    .name = "template_match",
    .summary = "How alike each stretch is to a template, from -1 to 1",
    .source = "OpenCV matchTemplate, TM_CCOEFF_NORMED; nmkridler/moby",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
