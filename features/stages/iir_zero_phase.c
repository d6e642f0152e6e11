/* iir_zero_phase: a recursive filter run forward and then backward over the whole run, so that nothing is shifted and
 * every gain counts twice (-6 dB at a Butterworth edge). Shape unchanged.
 *
 * scipy.signal.sosfiltfilt: the run is continued at both ends by odd reflection, 2 x[0] - x[k], padlen values of it (at
 * most n - 1), and each pass starts in the steady state of its first value. padlen auto is MNE-Python's
 * (mne.filter.estimate_ringing_samples): the last sample of the impulse response above 1/1000 of its largest, looked
 * for in pieces of 1000. A series with a value that is not finite is NaN throughout, and a warning says so, once a run.
 * It needs the whole run, so it cannot run live: iir or fir can. */
#include <math.h>
#include <string.h>

#include "iir.h"
#include "stage_util.h"

typedef struct params {
  bl_iir_opts iir;
  bl_word padlen;
} params;

static const char *const auto_word[] = {"auto", NULL};
static const bl_opt opts[] = {
    BL_IIR_OPTS(params),
    BL_WORD(params, padlen, "auto", auto_word, 0, 1 << 24, BL_OPT_WHOLE, "samples",
            "how far the run is continued at both ends; auto: as long as the filter rings"),
    BL_OPT_END,
};

typedef struct state {
  bl_frames all; /* the run so far */
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  double zi[BL_IIR_MAX_SECTIONS][2];
  size_t n_sections, padlen;
  bl_texts channels;
} state;

enum { LANES = BL_IIR_LANES, STRETCH = 512 };

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  size_t n;
  out->latency_s = INFINITY;
  bl_iir_spec spec;
  bl_status s = bl_iir_spec_of(ctx, "iir_zero_phase", &p->iir, in->rate_hz, &spec);
  return s ? s : bl_iir_design(ctx, "iir_zero_phase", &spec, sos, &n);
}

static size_t ringing(const bl_biquad *sos, size_t n)
{
  enum { PIECE = 1000, PIECES = 100 };
  double z[BL_IIR_MAX_SECTIONS * 2 * LANES] = {0}, threshold = 0;
  size_t last = PIECE;
  for (size_t piece = 0; piece < PIECES; piece++) {
    double h[PIECE][LANES] = {{0}}, top = 0;
    size_t found = PIECE;
    if (piece == 0) h[0][0] = 1;
    bl_iir_lanes(sos, n, z, &h[0][0], LANES, PIECE);
    for (size_t i = 0; i < PIECE; i++) top = fmax(top, fabs(h[i][0]));
    threshold = fmax(threshold, 0.001 * top);
    for (size_t i = 0; i < PIECE; i++)
      if (fabs(h[i][0]) > threshold) found = i;
    if (found == PIECE) return piece ? (piece - 1) * PIECE + last : 0;
    last = found;
  }
  return (size_t)PIECE * PIECES;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  bl_iir_spec spec;
  bl_status s = bl_iir_spec_of(ctx, "iir_zero_phase", &p->iir, in->rate_hz, &spec);
  if (!s) s = bl_iir_design(ctx, "iir_zero_phase", &spec, st->sos, &st->n_sections);
  if (s) return s;
  bl_iir_steady(st->sos, st->n_sections, st->zi);
  st->padlen = p->padlen.word == 0 ? ringing(st->sos, st->n_sections) : (size_t)p->padlen.real;
  st->all.width = bl_stream_width(in);
  return bl_texts_copy(ctx, &st->channels, &in->channels);
}

/* ---- the run, forward and backward ------------------------------------------------------------------------------- */

/* The values of a whole run between the passes would take twice its room, and the way to memory and back is longer than
 * the arithmetic: kept are the states before each stretch of frames, from which the way back makes the forward values
 * again, in the nearest cache. */
typedef struct work {
  const state *st;
  size_t pad, groups;
  size_t n_left, n_stretches; /* stretches of the left continuation, and all */
  size_t each, block;         /* states of a group [section][2][lane]; of all groups */
  double *kept, *back;        /* [stretch][block], [block] */
  double (*v)[LANES];         /* [STRETCH] */
  bool *broken;               /* [series]: a value of it is not finite */
} work;

static double *states_of(const work *w, double *block, size_t group) { return block + group * w->each; }

/* All sections in the steady state of x. */
static void start(const state *st, const double *x, double *z)
{
  for (size_t s = 0; s < st->n_sections; s++)
    for (size_t k = 0; k < 2; k++)
      for (size_t c = 0; c < LANES; c++) z[(2 * s + k) * LANES + c] = st->zi[s][k] * x[c];
}

/* Where a stretch begins, by frames of the run: one begins at 0, so that the way back, which overwrites the run, needs
 * no mirrored frame of the left continuation. */
static ptrdiff_t begin_of(const work *w, size_t stretch)
{
  ptrdiff_t t = ((ptrdiff_t)stretch - (ptrdiff_t)w->n_left) * STRETCH, first = -(ptrdiff_t)w->pad;
  return t < first ? first : t;
}

static size_t frames_of(const work *w, size_t stretch)
{
  ptrdiff_t end = (ptrdiff_t)(w->st->all.n + w->pad), next = begin_of(w, stretch + 1);
  return (size_t)((next < end ? next : end) - begin_of(w, stretch));
}

/* Frame t of the run continued; m series from `first` on, the other lanes are 0. */
static void load_mirrored(const bl_frames *all, ptrdiff_t t, size_t first, size_t m, double *v)
{
  ptrdiff_t edge = t < 0 ? 0 : (ptrdiff_t)all->n - 1;
  const float *about = all->v + (size_t)edge * all->width + first,
              *x = all->v + (size_t)(2 * edge - t) * all->width + first;
  for (size_t c = 0; c < LANES; c++) v[c] = c < m ? 2 * (double)about[c] - (double)x[c] : 0;
}

/* Series of a group. */
static size_t series_of(const bl_frames *all, size_t group)
{
  return all->width - group * LANES < LANES ? all->width - group * LANES : LANES;
}

static void load(const work *w, size_t stretch, size_t group)
{
  const bl_frames *all = &w->st->all;
  size_t first = group * LANES, m = series_of(all, group), n = frames_of(w, stretch), i = 0;
  ptrdiff_t from = begin_of(w, stretch);
  if (from >= 0 && (size_t)from < all->n) {
    i = all->n - (size_t)from < n ? all->n - (size_t)from : n;
    bl_iir_load(all->v + (size_t)from * all->width + first, all->width, m, i, w->v[0]);
  }
  for (; i < n; i++) load_mirrored(all, from + (ptrdiff_t)i, first, m, w->v[i]);
}

static void run_forward(const work *w, size_t stretch, size_t group, double *z)
{
  load(w, stretch, group);
  bl_iir_lanes(w->st->sos, w->st->n_sections, z, w->v[0], LANES, frames_of(w, stretch));
}

static void forward(const work *w)
{
  const state *st = w->st;
  for (size_t j = 0; j < w->n_stretches; j++) {
    double *now = w->kept + j * w->block, *next = j + 1 < w->n_stretches ? now + w->block : w->back;
    for (size_t g = 0; g < w->groups; g++) {
      double *z = states_of(w, next, g);
      if (j == 0) load(w, 0, g), start(st, w->v[0], states_of(w, now, g));
      memcpy(z, states_of(w, now, g), w->each * sizeof *z);
      run_forward(w, j, g, z);
      bl_iir_flush(z, w->each);
    }
  }
  /* what is not finite never leaves the states of a section, for 0 times it is NaN */
  for (size_t c = 0; c < st->all.width; c++) w->broken[c] = !isfinite(states_of(w, w->back, c / LANES)[c % LANES]);
}

/* Writes the stretch's frames over those that they were made from. */
static void store(const work *w, size_t stretch, size_t group)
{
  const bl_frames *all = &w->st->all;
  size_t from = (size_t)begin_of(w, stretch), n = frames_of(w, stretch);
  if (from >= all->n) return;
  if (n > all->n - from) n = all->n - from;
  bl_iir_store(w->v[0], series_of(all, group), n, all->v + from * all->width + group * LANES, all->width);
}

/* From the last stretch on; the left continuation is not needed any more. */
static void backward(const work *w)
{
  const state *st = w->st;
  for (size_t j = w->n_stretches; j-- > w->n_left;) {
    size_t n = frames_of(w, j);
    for (size_t g = 0; g < w->groups; g++) {
      double *z = states_of(w, w->back, g);
      run_forward(w, j, g, states_of(w, w->kept + j * w->block, g));
      if (j + 1 == w->n_stretches) start(st, w->v[n - 1], z);
      bl_iir_lanes(st->sos, st->n_sections, z, w->v[n - 1], -LANES, n);
      bl_iir_flush(z, w->each);
      store(w, j, g);
    }
  }
  for (size_t c = 0; c < st->all.width; c++)
    for (size_t i = 0; i < st->all.n && w->broken[c]; i++) st->all.v[i * st->all.width + c] = NAN;
}

static bl_status filter(bl_ctx *ctx, const state *st)
{
  size_t groups = (st->all.width + LANES - 1) / LANES, pad = st->padlen < st->all.n - 1 ? st->padlen : st->all.n - 1;
  work w = {.st = st, .pad = pad, .groups = groups, .each = st->n_sections * 2 * LANES};
  w.block = groups * w.each;
  w.n_left = (pad + STRETCH - 1) / STRETCH;
  w.n_stretches = w.n_left + (st->all.n + pad + STRETCH - 1) / STRETCH;
  w.kept = bl_calloc(ctx, w.n_stretches, w.block * sizeof *w.kept);
  w.back = bl_calloc(ctx, w.block, sizeof *w.back);
  w.v = bl_calloc(ctx, STRETCH, sizeof *w.v);
  w.broken = bl_calloc(ctx, st->all.width, sizeof *w.broken);
  bool made = w.kept && w.back && w.v && w.broken;
  if (made) {
    forward(&w);
    backward(&w);
    bl_warn_broken(ctx, "iir_zero_phase", &st->channels, w.broken, st->all.width);
  }
  bl_free(ctx, w.kept);
  bl_free(ctx, w.back);
  bl_free(ctx, w.v);
  bl_free(ctx, w.broken);
  return made ? BL_OK : bl_fail_nomem(ctx, "iir_zero_phase");
}

/* The run, filtered where it lies, becomes the output: it is not copied when nothing waits there. */
static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  if (!st->all.n) return BL_OK;
  bl_status s = filter(ctx, st);
  if (s) return s;
  if (!out->n) {
    bl_frames empty = *out;
    *out = st->all;
    st->all = empty;
    return BL_OK;
  }
  float *y = bl_frames_add(ctx, out, st->all.n);
  if (!y) return BL_E_NOMEM;
  memcpy(y, st->all.v, st->all.n * st->all.width * sizeof *y);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_frames_free(ctx, &st->all);
  bl_texts_free(ctx, &st->channels);
}

const bl_stage_class bl_stage_iir_zero_phase = {
    .name = "iir_zero_phase",
    .summary = "Butterworth, Chebyshev or Bessel filter, forward and backward over the whole run",
    .source = "mne.filter.filter_data, method iir; scipy.signal.sosfiltfilt",
    .tags = BL_STAGE_WHOLE,
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = bl_keep_push,
    .finish = finish,
    .reset = bl_keep_reset,
    .release = release,
};
