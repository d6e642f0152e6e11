/* extractor_epoch.c: rules of segments in the extractor: amplitudes watched on waveforms, frames held for their
 * baseline. */
#include <string.h>

#include "baleen/text.h"
#include "extractor_private.h"

/* ---- judges ------------------------------------------------------------------------------------------------------ */

void bl_judges_free(bl_ctx *ctx, bl_extractor *e)
{
  for (size_t k = 0; k < e->n_judges; k++) {
    bl_free(ctx, e->judges[k].flat);
    bl_free(ctx, e->judges[k].reject);
    bl_free(ctx, e->judges[k].past.v);
  }
  bl_free(ctx, e->judges);
  e->judges = NULL;
  e->n_judges = e->n_judged = 0;
}

const bl_stream *bl_extractor_stream(const bl_extractor *e, size_t at)
{
  return bl_is_input(at) ? &e->in[bl_input_of(at)].stream : &e->nodes[at].run.out;
}

/* The last waveform on the way from the input to the leaf. */
static size_t waveform_before(const bl_extractor *e, size_t at)
{
  while (!bl_is_input(at) && !bl_stream_is_waveform(&e->nodes[at].run.out)) at = e->nodes[at].parent;
  return at;
}

static bl_status add_judge(bl_ctx *ctx, bl_extractor *e, size_t at, const char *branch)
{
  for (size_t k = 0; k < e->n_judges; k++)
    if (e->judges[k].node == at) return BL_OK;
  const bl_stream *stream = bl_extractor_stream(e, at);
  judge *j = &e->judges[e->n_judges++];
  *j = (judge){.node = at, .branch = branch, .stream = stream, .offset = e->n_judged};
  j->flat = bl_calloc(ctx, stream->n_channels, sizeof *j->flat);
  j->reject = bl_calloc(ctx, stream->n_channels, sizeof *j->reject);
  if (!j->flat || !j->reject) return bl_fail_nomem(ctx, "limits of amplitudes");
  for (size_t c = 0; c < stream->n_channels; c++)
    bl_epoch_limits(&e->rules, stream->channels.v[c], &j->flat[c], &j->reject[c]);
  e->n_judged += stream->n_channels;
  return BL_OK;
}

static const char *channel_at(const void *arg, size_t i)
{
  const bl_stream *s = arg;
  return i < s->n_channels ? s->channels.v[i] : NULL;
}

static bool fits_any(const char *pattern, const bl_stream *s)
{
  bool fits = false;
  for (size_t c = 0; c < s->n_channels; c++) fits |= bl_text_glob(pattern, s->channels.v[c]);
  return fits;
}

/* The name of the first stage that gets such a channel and gives none, or NULL. */
static const char *lost_in(const bl_extractor *e, const char *pattern)
{
  for (size_t i = 0; i < e->n_nodes; i++)
    if (fits_any(pattern, bl_extractor_stream(e, e->nodes[i].parent)) && !fits_any(pattern, &e->nodes[i].run.out))
      return e->nodes[i].run.cls->name;
  return NULL;
}

static bl_status no_such_channel(bl_ctx *ctx, const bl_extractor *e, const char *pattern)
{
  const char *stage = lost_in(e, pattern);
  if (stage)
    return bl_fail(ctx, BL_E_CONFIG,
                   "limits of amplitudes: '%s' is there, but stage '%s' gives no channel of that name on, and what "
                   "comes behind is looked at; take it out of limits, or keep it in a branch",
                   pattern, stage);
  const char *near = bl_nearest(pattern, channel_at, e->judges[0].stream);
  return bl_fail(ctx, BL_E_CONFIG, "limits of amplitudes: no channel is called '%s'%s%s%s", pattern,
                 near ? "; is '" : "", near ? near : "", near ? "' meant?" : "");
}

/* A pattern that fits nothing is a mistyped name, or one that the stages do away with. */
static bl_status check_patterns(bl_ctx *ctx, const bl_extractor *e)
{
  const bl_ranges *r = e->rules.limits;
  for (size_t i = 0; r && i < r->n; i++) {
    bool fits = false;
    for (size_t k = 0; k < e->n_judges; k++) fits |= fits_any(r->v[i].name, e->judges[k].stream);
    if (!fits) return no_such_channel(ctx, e, r->v[i].name);
  }
  return BL_OK;
}

/* ---- units ------------------------------------------------------------------------------------------------------- */

void bl_leaves_uncorrect(bl_ctx *ctx, bl_extractor *e)
{
  for (size_t b = 0; b < e->recipe->n_branches; b++) {
    bl_stream_free(ctx, &e->leaves[b].corrected);
    e->leaves[b].stream = bl_extractor_stream(e, e->leaves[b].node);
  }
}

/* Summaries name their features after the unit that the baseline leaves. */
static bl_status correct_leaves(bl_ctx *ctx, bl_extractor *e)
{
  const char *unit = e->rules.baseline ? bl_baseline_unit(e->rules.mode) : NULL;
  bl_leaves_uncorrect(ctx, e);
  for (size_t b = 0; unit && b < e->recipe->n_branches; b++) {
    leaf *l = &e->leaves[b];
    bl_status s = bl_stream_copy(ctx, l->stream, &l->corrected);
    if (!s) s = bl_stream_set_units(ctx, &l->corrected, unit);
    if (s) return s;
    l->stream = &l->corrected;
  }
  return bl_extractor_name_features(ctx, e);
}

static bl_status add_judges(bl_ctx *ctx, bl_extractor *e)
{
  bl_status s = BL_OK;
  size_t n = e->recipe->n_branches;
  if (!bl_epoch_rejects(&e->rules)) return BL_OK;
  if (e->in->stream.n_bins != 1)
    s = bl_fail(ctx, BL_E_CONFIG, "limits of amplitudes need a waveform; the input is a spectrum");
  if (!s && !(e->judges = bl_calloc(ctx, n, sizeof *e->judges))) s = bl_fail_nomem(ctx, "limits of amplitudes");
  for (size_t b = 0; !s && b < n; b++)
    s = add_judge(ctx, e, waveform_before(e, e->leaves[b].node), e->leaves[b].branch->name);
  return s ? s : check_patterns(ctx, e);
}

bl_status bl_extractor_set_rules(bl_ctx *ctx, bl_extractor *e, const bl_epoch_rules *rules)
{
  bl_extractor_drop_spans(ctx, e);
  while (e->pool) { /* desks of other rules */
    desk *d = e->pool;
    e->pool = d->next;
    bl_desk_free(ctx, e, d);
  }
  bl_judges_free(ctx, e);
  e->rules = *rules;
  e->holds = rules->baseline;
  bl_status s = add_judges(ctx, e);
  if (!s) s = correct_leaves(ctx, e);
  if (!s) return BL_OK;
  bl_judges_free(ctx, e);
  bl_leaves_uncorrect(ctx, e);
  e->holds = false;
  return s;
}

double bl_extractor_time_of(const bl_extractor *e, const bl_stream *stream, const bl_span *span, double frame)
{
  double anchor = isfinite(span->anchor_s) ? span->anchor_s : e->run_start_s, rate = stream->rate_hz;
  if (stream->n_bins == 1 && !(fabs(stream->start_s) > 0))
    return (frame + rint(e->run_start_s * rate) - rint(anchor * rate)) / rate;
  return e->run_start_s + stream->start_s + frame / rate - anchor;
}

range bl_judge_range(const bl_extractor *e, const judge *j, const bl_span *span)
{
  range on;
  double rate = j->stream->rate_hz;
  bl_span_frames(span, e->run_start_s, j->stream, &on.first, &on.behind);
  double zero = bl_extractor_time_of(e, j->stream, span, 0);
  /* a millionth of a frame is rounding noise; the last frame up to reject_to_s is not looked at, as in MNE */
  double lo = ceil((e->rules.reject_from_s - zero) * rate - 1e-6),
         hi = floor((e->rules.reject_to_s - zero) * rate + 1e-6);
  if (lo > (double)on.first) on.first = lo < (double)on.behind ? (uint64_t)lo : on.behind;
  if (hi < (double)on.behind) on.behind = hi > (double)on.first ? (uint64_t)hi : on.first;
  return on;
}

void bl_judge_look(const judge *j, range on, desk *d, const float *v, uint64_t first, size_t n)
{
  uint64_t lo = on.first > first ? on.first : first, hi = on.behind < first + n ? on.behind : first + n;
  size_t width = j->stream->n_channels;
  double *low = d->low + j->offset, *high = d->high + j->offset;
  for (uint64_t f = lo; f < hi; f++) {
    const float *x = v + (size_t)(f - first) * width;
    for (size_t c = 0; c < width; c++) {
      double y = (double)x[c];
      /* a NaN stays */
      if (!(y >= low[c]) && !isnan(low[c])) low[c] = y;
      if (!(y <= high[c]) && !isnan(high[c])) high[c] = y;
    }
  }
}

/* What is wrong with a channel, at most once each. */
typedef enum fault { FAULT_NONE, FAULT_HIGH, FAULT_FLAT, FAULT_NAN } fault;

static fault fault_of(const judge *j, const desk *d, size_t c)
{
  double ptp = d->high[j->offset + c] - d->low[j->offset + c];
  if (isnan(j->reject[c]) && isnan(j->flat[c])) return FAULT_NONE;
  if (!isfinite(ptp)) return FAULT_NAN;
  if (ptp > j->reject[c]) return FAULT_HIGH;
  return ptp < j->flat[c] ? FAULT_FLAT : FAULT_NONE;
}

static bl_status describe(bl_ctx *ctx, const judge *j, const desk *d, size_t c, fault f, bl_buf *out)
{
  const char *channel = j->stream->channels.v[c], *unit = j->stream->units.v[c], *blank = *unit ? " " : "";
  double ptp = d->high[j->offset + c] - d->low[j->offset + c];
  bl_status s = out->len ? bl_buf_puts(ctx, out, "; ") : BL_OK;
  if (s) return s;
  if (f == FAULT_NAN) return bl_buf_printf(ctx, out, "%s has NaN or infinite samples, or none", channel);
  return bl_buf_printf(ctx, out, "%s %s: %.4g%s%s peak to peak, limit %.4g", channel,
                       f == FAULT_FLAT ? "is flat" : "is too large", ptp, blank, unit,
                       f == FAULT_FLAT ? j->flat[c] : j->reject[c]);
}

bl_status bl_judges_verdict(bl_ctx *ctx, const bl_extractor *e, const desk *d)
{
  enum { NAMED = 4 }; /* the text stays a line long */
  size_t n = 0;
  bl_buf text = {0};
  bl_status s = BL_OK;
  for (size_t k = 0; k < e->n_judges; k++)
    for (size_t c = 0; c < e->judges[k].stream->n_channels; c++) {
      fault f = fault_of(&e->judges[k], d, c);
      if (f == FAULT_NONE || ++n > NAMED || s) continue;
      s = describe(ctx, &e->judges[k], d, c, f, &text);
    }
  if (!s && n > NAMED) s = bl_buf_printf(ctx, &text, "; and %zu more channels", n - NAMED);
  if (!s && n) s = bl_fail(ctx, BL_E_REJECTED, "%s", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

/* ---- desks ------------------------------------------------------------------------------------------------------- */

bl_status bl_desk_add_rules(bl_ctx *ctx, const bl_extractor *e, desk *d)
{
  if (e->holds) d->held = bl_calloc(ctx, e->recipe->n_branches, sizeof *d->held);
  if (e->n_judged) d->low = bl_calloc(ctx, e->n_judged, sizeof *d->low);
  if (e->n_judged) d->high = bl_calloc(ctx, e->n_judged, sizeof *d->high);
  if ((e->holds && !d->held) || (e->n_judged && (!d->low || !d->high)))
    return bl_fail_nomem(ctx, "the states of a segment");
  return BL_OK;
}

void bl_desk_begin_rules(const bl_extractor *e, desk *d)
{
  for (size_t b = 0; d->held && b < e->recipe->n_branches; b++) d->held[b].n = 0;
  for (size_t c = 0; c < e->n_judged; c++) {
    d->low[c] = INFINITY;
    d->high[c] = -INFINITY;
  }
}

bl_status bl_desk_hold(bl_ctx *ctx, const bl_extractor *e, size_t b, desk *d, uint64_t first, const float *v, size_t n)
{
  held *h = &d->held[b];
  size_t width = bl_stream_width(e->leaves[b].stream);
  void *to = h->v;
  bl_status s = bl_grow(ctx, &to, &h->cap, (h->n + n) * width, sizeof *h->v, "the frames of a segment");
  h->v = to;
  if (s) return s;
  if (!h->n) h->first = first;
  memcpy(h->v + h->n * width, v, n * width * sizeof *v);
  h->n += n;
  return BL_OK;
}

bl_status bl_desk_release_held(bl_ctx *ctx, const bl_extractor *e, const bl_span *span, desk *d)
{
  for (size_t b = 0; d->held && b < e->recipe->n_branches; b++) {
    const leaf *l = &e->leaves[b];
    held *h = &d->held[b];
    bl_status s = bl_epoch_correct(ctx, &e->rules, l->stream,
                                   bl_extractor_time_of(e, l->stream, span, (double)h->first), h->v, h->n);
    if (s) return e->recipe->n_branches > 1 ? bl_fail_in(ctx, s, "branch '%s': ", l->branch->name) : s;
    for (size_t k = 0; k < l->branch->n_summaries; k++) {
      const bl_summary_class *c = l->branch->summaries[k].cls;
      if ((s = c->push(ctx, d->state[l->offset + k], h->v, h->n)))
        return bl_extractor_fail(ctx, e, s, l->branch->name, "summary", c->name);
    }
  }
  return BL_OK;
}
