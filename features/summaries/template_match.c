/* template_match: of each template the best score within the segment and where it lies: the features that found right
 * whales (nmkridler/moby). Methods and edges as in matcher.h, templates as in template_bank.h.
 *
 * Row: [channel][template] of score (from -1 to 1; sqdiff_normed from 0, the least being the best), time (s from the
 * segment's first frame to the first one under the template) and place (Hz of the bin on which its lowest row lies, or the
 * bin's number where bins are no frequencies): of the best score, and of the first of equals in time, then the lowest.
 * Places of one row alone have no place. A segment shorter than a template is refused; what is not finite makes the score
 * and place NaN of templates that it lay under. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "moments.h"
#include "template_bank.h"

typedef struct params {
  bl_bank_params b;
} params;

static const bl_opt opts[] = {BL_BANK_OPTS(params), BL_OPT_END};

typedef struct best {
  double score;
  uint64_t frame; /* first one of the stretch */
  size_t place;
} best;

typedef struct state {
  const bl_stream *in;
  bl_match_method method;
  size_t n_templates;
  bl_template *t;
  bl_matcher *m;
  double *scores; /* [place] */
  best *best;     /* [channel][template] */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  const params *p = pp;
  bl_template *t;
  size_t n;
  char c[24], name[40];
  bl_status s = bl_bank_templates(ctx, "template_match", opts, pp, &p->b, in, &t, &n);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    for (size_t k = 0; !s && k < n; k++) {
      const char *channel = bl_channel_name(in, i, c);
      snprintf(name, sizeof name, "template%zu", k);
      s = bl_feature_add(ctx, out, channel, name, "score", "1");
      if (!s) s = bl_feature_add(ctx, out, channel, name, "time", "s");
      if (!s && in->n_bins > 1) s = bl_feature_add(ctx, out, channel, name, "place", in->bin_hz ? "Hz" : "bins");
    }
  bl_free(ctx, t);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  const params *p = pp;
  state *st = sp;
  st->in = in;
  st->method = (bl_match_method)p->b.method;
  bl_status s = bl_bank_templates(ctx, "template_match", opts, pp, &p->b, in, &st->t, &st->n_templates);
  if (s) return s;
  st->scores = bl_calloc(ctx, in->n_bins, sizeof *st->scores);
  st->best = bl_calloc(ctx, in->n_channels, st->n_templates * sizeof *st->best);
  if (!st->scores || !st->best) return bl_fail_nomem(ctx, "template_match");
  return bl_matcher_new(ctx, "template_match", st->method, st->t, st->n_templates, in->n_channels, in->n_bins, &st->m);
}

static bl_status begin(bl_ctx *ctx, void *sp, const bl_span *span, double first_s)
{
  state *st = sp;
  (void)ctx, (void)span, (void)first_s;
  bl_matcher_reset(st->m);
  for (size_t i = 0; i < st->in->n_channels * st->n_templates; i++)
    st->best[i] = (best){.score = st->method == BL_MATCH_SQDIFF ? INFINITY : -INFINITY};
  return BL_OK;
}

/* The scores of one stretch: whatever beats the best takes its place, and nothing beats a NaN. */
static void compare(state *st, const double *scores, const bl_template *t, uint64_t last, best *b)
{
  for (size_t y = 0; y < t->places && !isnan(b->score); y++) {
    bool better = st->method == BL_MATCH_SQDIFF ? scores[y] < b->score : scores[y] > b->score;
    if (better || isnan(scores[y])) *b = (best){scores[y], last + 1 - t->width, y};
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n)
{
  state *st = sp;
  (void)ctx;
  while (n) {
    size_t now = n < BL_MATCH_CHUNK ? n : BL_MATCH_CHUNK;
    bl_matcher_take(st->m, x, now);
    x += now * bl_stream_width(st->in);
    n -= now;
    uint64_t total = bl_matcher_frames(st->m);
    for (size_t i = 0; i < st->n_templates; i++)
      for (uint64_t last = total - now; last < total; last++)
        for (size_t c = 0; last + 1 >= st->t[i].width && c < st->in->n_channels; c++) {
          bl_matcher_scores(st->m, i, c, last, st->scores);
          compare(st, st->scores, &st->t[i], last, &st->best[c * st->n_templates + i]);
        }
  }
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  state *st = sp;
  const bl_stream *in = st->in;
  uint64_t n = bl_matcher_frames(st->m);
  size_t widest = bl_matcher_width(st->m);
  if (n < widest)
    return bl_fail(ctx, BL_E_SHAPE,
                   "template_match: the segment has %llu frames, but the widest template %zu; take longer segments, or "
                   "leave it out",
                   (unsigned long long)n, widest);
  for (size_t i = 0; i < in->n_channels * st->n_templates; i++) {
    const best *b = &st->best[i];
    size_t bin = st->t[i % st->n_templates].first + b->place;
    bool known = !isnan(b->score);
    *row++ = (float)b->score;
    *row++ = known ? (float)((double)b->frame / in->rate_hz) : NAN;
    if (in->n_bins > 1) *row++ = known ? (float)(in->bin_hz ? in->bin_hz[bin] : (double)bin) : NAN;
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_matcher_free(ctx, st->m);
  bl_free(ctx, st->t);
  bl_free(ctx, st->scores);
  bl_free(ctx, st->best);
}

const bl_summary_class bl_summary_template_match = {
    .name = "template_match",
    .summary = "the best score of each template, and its time and place",
    .source = "OpenCV matchTemplate and minMaxLoc; nmkridler/moby",
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
