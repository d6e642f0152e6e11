/* asr: artefact subspace reconstruction: what is far louder than clean EEG ever was is made anew from the rest. [frame][channel]
 * waveforms, shape unchanged.
 *
 * `baleen asr` learns the array (baleen/asr.h: rows of mixing M, of directions, means and standard deviations of their amplitudes)
 * from a mostly clean stretch. Every stepsize samples the covariance of the last win_len_s behind the shaping filter is split into
 * its components; those whose power is above what clean EEG has in that direction, |T v|^2 with T the directions times mean + cutoff
 * sd, are taken out, at most maxdims of them, and M (keep V' M)^+ V' makes the channels anew. From one such matrix to the next
 * samples go over by a raised cosine. A sample is judged by windows that end up to lookahead_s behind it. asrpy's asr_process with
 * one split; unlike there the filter starts at rest, which is no different after half a second, and the last samples are treated,
 * too; behind the end there is silence.
 *
 * Channels are found by the names that they were learnt under; others pass through, delayed alike. What is learnt from recordings is
 * training on them: learnt_from names them, and no row of theirs is then tested on (ica has the same rule). A value that is not
 * finite comes out as NaN, and for the other channels counts as the last finite one. M's directions below 1e-6 of its strongest
 * count as none, so that channels made of one another (an average reference) do no harm. */
#include <math.h>
#include <string.h>

#include "asr_private.h"
#include "baleen/blas.h"
#include "channels.h"
#include "stage_util.h"

static const double pi = 3.14159265358979323846, rcond = 1e-6;

typedef struct params {
  bl_array array;
  bl_texts channels, learnt_from;
  char *unit;
  double cutoff, win_len_s, lookahead_s, maxdims;
  int64_t stepsize;
} params;

static const bl_opt opts[] = {
    BL_ARRAY(params, array, BL_OPT_NEEDED, "what was learnt, of baleen asr"),
    BL_TEXTS(params, channels, NULL, "channels that it was learnt from, in the order of its columns; none given: all"),
    BL_TEXT(params, unit, NULL, "unit that it was learnt in; channels in another are refused; none given: not asked"),
    BL_REAL_ABOVE(params, cutoff, "20", 0, 1e6, "", "standard deviations above which a direction is an artefact"),
    BL_REAL(params, win_len_s, "0.5", 0.01, 60, "s", "how long a window is judged as one"),
    BL_REAL(params, lookahead_s, "0.25", 0, 60, "s", "how far behind a sample the windows end that it is judged by"),
    BL_INT(params, stepsize, "32", 1, 1 << 20, "samples", "how often it looks"),
    BL_REAL(params, maxdims, "0.66", 0, 1e5, "",
            "directions that may be taken out at a time, below 1 as a share of the channels"),
    {.name = "learnt_from",
     .kind = BL_OPT_TEXTS,
     .offset = offsetof(params, learnt_from),
     .flags = BL_OPT_OF_TRAINING,
     .unit = "",
     .help = "recordings that it was learnt from: a split that tests on them is refused as leakage"},
    BL_OPT_END,
};

typedef struct state {
  size_t n_channels, c;       /* of the stream; of the array */
  size_t *index;              /* [c], places of the array's channels in the stream */
  size_t window, ahead, step; /* samples */
  size_t spared;              /* components whose number, from 1 and the weakest, is below this are never taken out */
  bl_asr_filter filter;
  double *memory;          /* [c][BL_ASR_ORDER] of the filter */
  double *mixing, *limits; /* [c][c] M; T' T */
  double *t;               /* [c][c] T */
  double *held;            /* [c], the last finite value */
  double *ring;            /* [window][c], filtered */
  float *raw;              /* [ahead + step][n_channels] samples that wait, a ring */
  double *heard;           /* [ahead + step][c] the same as they count for others */
  double *now, *last;      /* [c][c] the matrices that make channels anew */
  bool now_plain, last_plain;
  double *room; /* of one look */
  uint64_t n_in, looked, n_out;
} state;

/* ---- what comes in ------------------------------------------------------------------------------------------------- */

/* Places of the array's channels; *index is freed by the caller. */
static bl_status find(bl_ctx *ctx, const params *p, const bl_stream *in, size_t **index)
{
  static const bl_texts none = {0};
  size_t n = 0;
  if (!p->array.v) return bl_fail(ctx, BL_E_CONFIG, "asr: the array has not been read from '%s'", p->array.path);
  bl_status s = bl_channels_pick(ctx, "asr", in, &p->channels, &none, index, &n);
  if (!s && (p->array.rows != 2 * n + 2 || p->array.cols != n))
    s = bl_fail(ctx, BL_E_SHAPE,
                "asr: an array of %zu x %zu for %zu channels; it has a column for each channel, and for mixing and "
                "directions a row for each, with those of means and deviations, as baleen asr writes it: say channels",
                p->array.rows, p->array.cols, n);
  for (size_t i = 0; !s && p->unit && i < n; i++)
    if (strcmp(p->unit, bl_unit_of(in, (*index)[i])))
      s = bl_fail(ctx, BL_E_CONFIG, "asr: it was learnt in '%s', but channel '%s' is in '%s'; put to_unit before",
                  p->unit, in->channels.v[(*index)[i]], bl_unit_of(in, (*index)[i]));
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t *index = NULL;
  bl_asr_filter filter;
  bl_status s = bl_need_waveform(ctx, "asr", in);
  if (!s) s = find(ctx, p, in, &index);
  if (!s) s = bl_asr_filter_design(ctx, in->rate_hz, &filter);
  bl_free(ctx, index);
  out->latency_s =
      in->latency_s + rint(p->lookahead_s * in->rate_hz) / in->rate_hz + (double)(p->stepsize - 1) / in->rate_hz;
  return s;
}

/* Every channel of the array goes into every one of them. */
static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  const params *p = pp;
  size_t *index = NULL;
  bool any = false;
  bl_status s = find(ctx, p, in, &index);
  for (size_t c = 0; !s && c < out->n_channels; c++) needed[c] = wanted[c];
  for (size_t i = 0; !s && i < p->array.cols; i++) any = any || wanted[index[i]];
  for (size_t i = 0; !s && any && i < p->array.cols; i++) needed[index[i]] = true;
  bl_free(ctx, index);
  return s;
}

static void reset(void *sp)
{
  state *st = sp;
  st->n_in = st->looked = st->n_out = 0;
  memset(st->memory, 0, st->c * BL_ASR_ORDER * sizeof *st->memory);
  memset(st->held, 0, st->c * sizeof *st->held);
  memset(st->ring, 0, st->window * st->c * sizeof *st->ring);
  st->now_plain = st->last_plain = true;
}

/* T' T, of which v' T' T v is what clean EEG has at most in direction v. */
static void set_limits(const params *p, state *st)
{
  const double *directions = p->array.v + st->c * st->c, *mean = directions + st->c * st->c, *sd = mean + st->c;
  memcpy(st->mixing, p->array.v, st->c * st->c * sizeof *st->mixing);
  for (size_t i = 0; i < st->c; i++)
    for (size_t k = 0; k < st->c; k++) st->t[i * st->c + k] = (mean[i] + p->cutoff * sd[i]) * directions[i * st->c + k];
  bl_gemm(true, false, st->c, st->c, st->c, 1, st->t, st->c, st->t, st->c, 0, st->limits, st->c);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  size_t c = p->array.cols, size = c * c;
  st->n_channels = in->n_channels;
  st->c = c;
  st->window = (size_t)fmax(1, rint(p->win_len_s * in->rate_hz));
  st->ahead = (size_t)rint(p->lookahead_s * in->rate_hz);
  st->step = (size_t)p->stepsize;
  double most = p->maxdims < 1 ? rint((double)c * p->maxdims) : floor(p->maxdims);
  st->spared = most >= (double)c ? 0 : c - (size_t)most;
  bl_status s = find(ctx, p, in, &st->index);
  if (!s) s = bl_blas_open(ctx);
  if (!s) s = bl_asr_filter_design(ctx, in->rate_hz, &st->filter);
  if (s) return s;
  size_t waiting = st->ahead + st->step;
  st->memory = bl_calloc(ctx, c, BL_ASR_ORDER * sizeof *st->memory);
  st->mixing = bl_calloc(ctx, 5, size * sizeof *st->mixing);
  st->held = bl_calloc(ctx, c, sizeof *st->held);
  st->ring = bl_calloc(ctx, st->window, c * sizeof *st->ring);
  st->raw = bl_calloc(ctx, waiting, st->n_channels * sizeof *st->raw);
  st->heard = bl_calloc(ctx, waiting, c * sizeof *st->heard);
  st->room = bl_calloc(ctx, 5 * c + 1, c * sizeof *st->room);
  if (!st->memory || !st->mixing || !st->held || !st->ring || !st->raw || !st->heard || !st->room)
    return bl_fail_nomem(ctx, "asr");
  st->limits = st->mixing + size;
  st->t = st->limits + size;
  st->now = st->t + size;
  st->last = st->now + size;
  set_limits(p, st);
  reset(st);
  return BL_OK;
}

/* ---- one look ------------------------------------------------------------------------------------------------------ */

/* The covariance of the window behind the filter, both triangles. */
static void covariance(const state *st, double *cov)
{
  size_t c = st->c, from = (size_t)(st->looked % st->window); /* the oldest */
  memset(cov, 0, c * c * sizeof *cov);
  bl_gram_add(st->ring + from * c, st->window - from, c, cov);
  if (from) bl_gram_add(st->ring, from, c, cov);
  bl_mirror(c, cov);
  for (size_t i = 0; i < c * c; i++) cov[i] /= (double)st->window;
}

/* Whether the limits are above the covariance in every direction, so that no component can be above them: by Cholesky's
 * factors of the difference, which takes a tenth of finding the components. */
static bool all_below(size_t c, const double *limits, const double *cov, double *l)
{
  for (size_t i = 0; i < c; i++)
    for (size_t k = 0; k <= i; k++) {
      double sum = limits[i * c + k] - cov[i * c + k];
      for (size_t j = 0; j < k; j++) sum -= l[i * c + j] * l[k * c + j];
      if (i == k && !(sum > 0)) return false;
      l[i * c + k] = i == k ? sqrt(sum) : sum / l[k * c + k];
    }
  return true;
}

/* now = M (keep V' M)^+ V', v [c][c] with the components that are kept as rows 0 .. n_kept - 1. */
static bl_status make_anew(bl_ctx *ctx, state *st, size_t n_kept, const double *v, double *seen, double *solved)
{
  size_t c = st->c, rank;
  memset(st->now, 0, c * c * sizeof *st->now);
  if (!n_kept) return BL_OK;
  bl_gemm(false, false, n_kept, c, c, 1, v, c, st->mixing, c, 0, seen, c);
  memset(solved, 0, c * c * sizeof *solved);
  memcpy(solved, v, n_kept * c * sizeof *solved);
  bl_status s = bl_lstsq(ctx, n_kept, c, seen, c, solved, rcond, &rank);
  if (!s) bl_gemm(false, false, c, c, c, 1, st->mixing, c, solved, c, 0, st->now, c);
  return s;
}

/* Finds the matrix of the window in hand. */
static bl_status look(bl_ctx *ctx, state *st)
{
  size_t c = st->c, size = c * c, n_kept = 0;
  double *cov = st->room, *v = cov + size, *kept = v + size, *seen = kept + size, *solved = seen + size,
         *w = solved + size;
  memcpy(st->last, st->now, size * sizeof *st->last);
  st->last_plain = st->now_plain;
  covariance(st, cov);
  st->now_plain = all_below(c, st->limits, cov, v);
  if (st->now_plain) return BL_OK;
  bl_status s = bl_eigh(ctx, c, cov, w, v);
  if (s) return s;
  bl_gemm(false, false, c, c, c, 1, st->t, c, v, c, 0, seen, c);
  for (size_t i = 0; i < c; i++) {
    double limit = 0;
    for (size_t a = 0; a < c; a++) limit += seen[a * c + i] * seen[a * c + i];
    if (!(w[i] < limit || i + 1 < st->spared)) continue;
    for (size_t a = 0; a < c; a++) kept[n_kept * c + a] = v[a * c + i];
    n_kept++;
  }
  st->now_plain = n_kept == c;
  return st->now_plain ? BL_OK : make_anew(ctx, st, n_kept, kept, seen, solved);
}

/* Channel k of a sample, by one of the matrices. */
static double channel_of(const state *st, const double *matrix, bool plain, const double *x, size_t k)
{
  double sum = 0;
  if (plain) return x[k];
  for (size_t i = 0; i < st->c; i++) sum += matrix[k * st->c + i] * x[i];
  return sum;
}

/* Puts sample `at` out, of which this part is by the matrix of now. */
static void give(const state *st, uint64_t at, double part, float *y)
{
  size_t slot = (size_t)(at % (st->ahead + st->step));
  const double *x = st->heard + slot * st->c;
  memcpy(y, st->raw + slot * st->n_channels, st->n_channels * sizeof *y);
  if (st->now_plain && st->last_plain) return;
  for (size_t k = 0; k < st->c; k++) {
    float *to = y + st->index[k];
    double now = channel_of(st, st->now, st->now_plain, x, k), last = channel_of(st, st->last, st->last_plain, x, k);
    *to = isfinite(*to) ? (float)(part * now + (1 - part) * last) : NAN;
  }
}

/* Looks at the window that ends here; the samples that the lookahead has left behind go out. */
static bl_status turn(bl_ctx *ctx, state *st, uint64_t from, uint64_t end, bl_frames *out)
{
  uint64_t first = from > st->ahead ? from - st->ahead : 0, behind = end > st->ahead ? end - st->ahead : 0;
  bl_status s = look(ctx, st);
  if (s || behind <= first) return s;
  float *y = bl_frames_add(ctx, out, (size_t)(behind - first));
  if (!y) return BL_E_NOMEM;
  for (uint64_t at = first; at < behind; at++, y += st->n_channels) {
    double way = (double)(at + st->ahead + 1 - from) / (double)(end - from);
    give(st, at, (1 - cos(pi * way)) / 2, y);
  }
  st->n_out = behind;
  return BL_OK;
}

/* One sample of the array's channels goes into the window; NULL: silence. */
static void hear(state *st, const double *x)
{
  double *to = st->ring + (size_t)(st->looked % st->window) * st->c;
  for (size_t k = 0; k < st->c; k++)
    to[k] = bl_asr_filter_step(&st->filter, x ? x[k] : 0, st->memory + k * BL_ASR_ORDER);
  st->looked++;
}

/* Where looks are: behind the first sample, and every step. */
static bool is_look(const state *st) { return st->looked == 1 || st->looked % st->step == 0; }
static uint64_t look_before(const state *st)
{
  uint64_t before = (st->looked - 1) / st->step * st->step;
  return before ? before : st->looked > 1;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  bl_status s = BL_OK;
  for (size_t f = 0; !s && f < n; f++, x += st->n_channels) {
    size_t slot = (size_t)(st->n_in++ % (st->ahead + st->step));
    double *heard = st->heard + slot * st->c;
    memcpy(st->raw + slot * st->n_channels, x, st->n_channels * sizeof *x);
    for (size_t k = 0; k < st->c; k++) {
      if (isfinite(x[st->index[k]])) st->held[k] = (double)x[st->index[k]];
      heard[k] = st->held[k];
    }
    hear(st, heard);
    if (is_look(st)) s = turn(ctx, st, look_before(st), st->looked, out);
  }
  return s;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  bl_status s = BL_OK;
  while (!s && st->n_out < st->n_in) {
    bool over = st->looked == st->n_in + st->ahead;
    if (!over) hear(st, NULL);
    if (is_look(st) || st->looked == st->n_in + st->ahead) s = turn(ctx, st, look_before(st), st->looked, out);
  }
  return s;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->index);
  bl_free(ctx, st->memory);
  bl_free(ctx, st->mixing);
  bl_free(ctx, st->held);
  bl_free(ctx, st->ring);
  bl_free(ctx, st->raw);
  bl_free(ctx, st->heard);
  bl_free(ctx, st->room);
}

const bl_stage_class bl_stage_asr = {
    .name = "asr",
    .summary = "What is far louder than clean EEG, made anew from the rest (artefact subspace reconstruction)",
    .source = "asrpy.asr_process; Mullen et al. 2015",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .needs = needs,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
};
