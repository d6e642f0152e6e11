/* template_match: how alike each stretch of a spectrogram is to a template: normalised cross-correlation, from -1 to 1.
 *
 * One template: [frame][channel][bin] -> [frame][channel][place], a place being how high in the spectrum the template
 * lies. A bank of templates: [frame][channel][template], the best score of each over its places. Only full overlaps are
 * scored, so n frames give n - (widest template) + 1; a frame's time is the middle of its stretch, and the stretches of
 * narrower templates lie in the middle of the widest's (half a frame later where that cannot be).
 *
 * Methods and edges as in matcher.h: OpenCV's, but for flat stretches and templates, which score 0 (as skimage has it)
 * where OpenCV gives a flat template 1 everywhere, and for NaN, which stays in the stretches that hold it. A template is
 * learnt from the recordings that it was cut from: `cut_from` names them, and no row of theirs is then tested on. The
 * summary of the same name gives each segment's best score and its place. */
#include <math.h>

#include "stage_util.h"
#include "template_bank.h"

typedef struct params {
  bl_bank_params b;
} params;

static const bl_opt opts[] = {BL_BANK_OPTS(params), BL_OPT_END};

typedef struct state {
  size_t n_channels, n_bins, n_templates;
  bool best; /* one score a template, the best */
  bl_match_method method;
  bl_template *t;
  bl_matcher *m;
  double *scores; /* [place] */
} state;

static bl_status name_bins(bl_ctx *ctx, bl_stream *out, const bl_stream *in, const params *p, const bl_template *t,
                           size_t n)
{
  if (p->b.templates.v) return bl_number_bins(ctx, out, "template", 0, n, NULL);
  if (t->places == 1) return bl_stream_set_bins(ctx, out, 1, NULL, NULL);
  return bl_number_bins(ctx, out, "place", t->first, t->places, in->bin_hz ? in->bin_hz + t->first : NULL);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_template *t;
  size_t n, widest = 1;
  bl_status s = bl_bank_templates(ctx, "template_match", opts, pp, &p->b, in, &t, &n);
  if (s) return s;
  s = name_bins(ctx, out, in, p, t, n);
  if (!s) s = bl_stream_set_units(ctx, out, "");
  for (size_t i = 0; i < n; i++)
    if (t[i].width > widest) widest = t[i].width;
  double half_s = (double)(widest - 1) / 2 / in->rate_hz;
  out->start_s = in->start_s + half_s;
  out->latency_s = in->latency_s + half_s;
  bl_free(ctx, t);
  return s;
}

static void reset(void *sp) { bl_matcher_reset(((state *)sp)->m); }

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->best = p->b.templates.v != NULL;
  st->method = (bl_match_method)p->b.method;
  st->scores = bl_calloc(ctx, in->n_bins, sizeof *st->scores);
  if (!st->scores) return bl_fail_nomem(ctx, "template_match");
  bl_status s = bl_bank_templates(ctx, "template_match", opts, pp, &p->b, in, &st->t, &st->n_templates);
  if (s) return s;
  return bl_matcher_new(ctx, "template_match", st->method, st->t, st->n_templates, in->n_channels, in->n_bins, &st->m);
}

/* NaN where one of the scores is: what is not known may have been the best. */
static float best_of(bl_match_method method, const double *v, size_t n)
{
  double best = v[0];
  for (size_t i = 1; i < n; i++) {
    bool better = method == BL_MATCH_SQDIFF ? v[i] < best : v[i] > best;
    if (better || isnan(v[i])) best = v[i];
    if (isnan(best)) break;
  }
  return (float)best;
}

/* Scores of `n` frames, the first of which is number `first`: template by template, so that each stays near while it is
 * at work. */
static void give(state *st, uint64_t first, size_t n, float *out)
{
  size_t widest = bl_matcher_width(st->m), bins = st->best ? st->n_templates : st->t[0].places;
  for (size_t i = 0; i < st->n_templates; i++)
    for (size_t f = 0; f < n; f++)
      for (size_t c = 0; c < st->n_channels; c++) {
        float *to = out + (f * st->n_channels + c) * bins;
        bl_matcher_scores(st->m, i, c, first + f - (widest - st->t[i].width) / 2, st->scores);
        if (st->best) to[i] = best_of(st->method, st->scores, st->t[i].places);
        else
          for (size_t y = 0; y < bins; y++) to[y] = (float)st->scores[y];
      }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  while (n) {
    size_t now = n < BL_MATCH_CHUNK ? n : BL_MATCH_CHUNK, widest = bl_matcher_width(st->m);
    bl_matcher_take(st->m, x, now);
    x += now * st->n_channels * st->n_bins;
    n -= now;
    uint64_t total = bl_matcher_frames(st->m), before = total - now;
    uint64_t first = before + 1 > widest ? before : widest - 1; /* the first frame at which the widest is full */
    if (total <= first) continue;
    float *to = bl_frames_add(ctx, out, (size_t)(total - first));
    if (!to) return bl_fail_nomem(ctx, "template_match");
    give(st, first, (size_t)(total - first), to);
  }
  return BL_OK;
}

/* A frame comes out for the stretch that begins with it, so nothing before counts. */
static bool warm_up(const void *sp, bl_warm_up *out)
{
  (void)sp;
  *out = (bl_warm_up){0, 1};
  return true;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_matcher_free(ctx, st->m);
  bl_free(ctx, st->t);
  bl_free(ctx, st->scores);
}

const bl_stage_class bl_stage_template_match = {
    .name = "template_match",
    .summary = "How alike each stretch is to a template, or to each of several, from -1 to 1",
    .source = "OpenCV matchTemplate; nmkridler/moby",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .warm_up = warm_up,
    .release = release,
};
