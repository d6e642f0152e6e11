/* top_db: raises decibel values to at least the loudest value of the run minus top_db. Shape unchanged.
 *
 * librosa.power_to_db(top_db=80) does this for each clip, and so do librosa's MFCC. The maximum is taken over all
 * frames and bins of a channel, finite values only; NaN stays NaN. ref takes a level off all values, librosa's ref=np.max
 * and ref=np.median: max makes the loudest value 0 dB, median that of the powers (of an even number the mean of the two
 * in the middle, as powers). It needs the whole run before its first output, so it cannot run live: db with floor_db
 * can. */
#include <stdlib.h>
#include <string.h>

#include "stage_util.h"

typedef struct params {
  bl_word top_db;
  int ref;
} params;

enum { AS_IT_IS, MAX, MEDIAN };
static const char *const refs[] = {"none", "max", "median", NULL};
static const char *const none_word[] = {"none", NULL};

static const bl_opt opts[] = {
    BL_WORD(params, top_db, "80", none_word, 0, 1e6, 0, "dB", "how far below the loudest value the floor lies"),
    BL_ENUM(params, ref, "none", refs, "what is 0 dB: what was, the loudest value, or the median of the powers"),
    BL_OPT_END,
};

typedef struct state {
  bl_frames all; /* the run so far */
  double top_db; /* infinite: none */
  int ref;
  size_t n_channels, n_bins;
  bl_frames column; /* median: the values of a channel */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)out;
  const params *p = pp;
  if (p->top_db.word == 0 && p->ref == AS_IT_IS)
    return bl_fail(ctx, BL_E_CONFIG, "top_db: neither a floor nor a reference is asked for; give top_db or ref");
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG,
                   "top_db: needs decibels, but what comes in is complex; put power and db before it");
  out->latency_s = HUGE_VAL; /* until the run ends */
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)out;
  const params *p = pp;
  *(state *)sp = (state){.top_db = p->top_db.word == 0 ? HUGE_VAL : p->top_db.real,
                         .ref = p->ref,
                         .n_channels = in->n_channels,
                         .n_bins = in->n_bins,
                         .all = {.width = bl_stream_width(in)},
                         .column = {.width = in->n_bins}};
  return BL_OK;
}

static int by_size(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* The median of the powers of channel c, in dB; NaN when one of them is, as in numpy. */
static bl_status median_of(bl_ctx *ctx, state *st, size_t c, double *out)
{
  size_t n = st->all.n, len = n * st->n_bins;
  st->column.n = 0;
  float *v = bl_frames_add(ctx, &st->column, n);
  if (!v) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++)
    memcpy(v + i * st->n_bins, st->all.v + i * st->all.width + c * st->n_bins, st->n_bins * sizeof *v);
  for (size_t i = 0; i < len; i++)
    if (isnan(v[i])) {
      *out = NAN;
      return BL_OK;
    }
  qsort(v, len, sizeof *v, by_size);
  double hi = (double)v[len / 2], lo = (double)v[(len - 1) / 2];
  *out = hi > lo ? 10 * log10((pow(10, hi / 10) + pow(10, lo / 10)) / 2) : hi;
  return BL_OK;
}

static float loudest(const state *st, size_t c)
{
  float top = -INFINITY;
  for (size_t i = 0; i < st->all.n; i++) {
    const float *x = st->all.v + i * st->all.width + c * st->n_bins;
    for (size_t k = 0; k < st->n_bins; k++) top = isfinite(x[k]) && x[k] > top ? x[k] : top;
  }
  return top;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  size_t n = st->all.n;
  float *to = bl_frames_add(ctx, out, n);
  if (!to) return BL_E_NOMEM;
  for (size_t c = 0; n && c < st->n_channels; c++) {
    float top = loudest(st, c), floor = (float)((double)top - st->top_db);
    double off = st->ref == MAX ? (double)top : 0;
    bl_status s = st->ref == MEDIAN ? median_of(ctx, st, c, &off) : BL_OK;
    if (s) return s;
    for (size_t i = 0; i < n; i++)
      for (size_t k = 0; k < st->n_bins; k++) {
        size_t at = i * st->all.width + c * st->n_bins + k;
        float x = st->all.v[at] < floor ? floor : st->all.v[at];
        to[at] = st->ref == AS_IT_IS ? x : (float)((double)x - off);
      }
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  bl_frames_free(ctx, &((state *)sp)->all);
  bl_frames_free(ctx, &((state *)sp)->column);
}

const bl_stage_class bl_stage_top_db = {
    .name = "top_db",
    .summary = "Floor at a distance below the loudest value of the whole run",
    .source = "librosa.power_to_db, parameter top_db",
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
