/* bipolar: differences of channels. [frame][channel][bin] -> [frame][kept channels, then a channel a pair][bin].
 *
 * The pair "Fp1-F7" gives x[Fp1] - x[F7], named "Fp1-F7". A name may hold '-' itself: of the places where the text can
 * be cut, the one counts where both sides are channels; two such places are refused. `keep` others leaves the channels
 * that are in no pair, before the pairs, as mne.set_bipolar_reference does; all: every channel; none: the pairs alone.
 * `missing` says what becomes of a pair of which a channel is not there: error; skip: it is left out; zero or nan: a
 * channel of that value; all but error warn. Both channels must be in one unit, which is the pair's. */
#include <string.h>

#include "channels.h"
#include "stage_util.h"

enum { ERROR, SKIP, ZERO, NANS };
static const char *const rules[] = {"error", "skip", "zero", "nan", NULL};
enum { OTHERS, ALL, NONE };
static const char *const keeps[] = {"others", "all", "none", NULL};

typedef struct params {
  bl_texts pairs;
  int keep, missing;
} params;

static const bl_opt opts[] = {
    {"pairs", BL_OPT_TEXTS, offsetof(params, pairs), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "what to subtract from what, in this order: [Fp1-F7, F7-T7]", NULL},
    BL_ENUM(params, keep, "others", keeps, "which channels stay, before the pairs: those in no pair, all, or none"),
    BL_ENUM(params, missing, "error", rules,
            "a pair of which a channel is not there: an error, left out, or a channel of zeros or of NaN"),
    BL_OPT_END,
};

enum { ABSENT = -1 };
/* plus - minus; plus alone: a channel that is kept (minus ABSENT); neither: the fill. */
typedef struct term {
  ptrdiff_t plus, minus;
  size_t pair; /* its place in pairs; of what is kept none */
} term;

typedef struct state {
  term *term;
  size_t n, n_channels, n_bins;
  float fill;
} state;

/* The one channel of this name, ABSENT, or an error when two bear it. */
static bl_status find_one(bl_ctx *ctx, const bl_stream *in, const char *name, size_t *index, ptrdiff_t *out)
{
  size_t n = 0;
  *out = ABSENT;
  if (!*name || bl_channels_is_pattern(name) || !bl_channels_has(in, name)) return BL_OK;
  bl_status s = bl_channels_add(ctx, "bipolar", in, name, true, index, &n);
  if (s) return s;
  if (n > 1) return bl_fail(ctx, BL_E_CONFIG, "bipolar: %zu channels are named '%s'; rename them first", n, name);
  *out = (ptrdiff_t)index[0];
  return BL_OK;
}

/* Both channels of the pair, or minus ABSENT when there is no place to cut at which both are there. */
static bl_status find_pair(bl_ctx *ctx, const bl_stream *in, const char *pair, size_t *index, term *t)
{
  char *copy = bl_strdup(ctx, pair);
  if (!copy) return bl_fail_nomem(ctx, "bipolar");
  bl_status s = BL_OK;
  size_t found = 0;
  t->plus = t->minus = ABSENT;
  for (char *dash = strchr(copy, '-'); !s && dash; dash = strchr(dash + 1, '-')) {
    ptrdiff_t plus = ABSENT, minus = ABSENT;
    *dash = '\0';
    s = find_one(ctx, in, copy, index, &plus);
    if (!s) s = find_one(ctx, in, dash + 1, index, &minus);
    *dash = '-';
    if (s || plus == ABSENT || minus == ABSENT) continue;
    if (found++)
      s = bl_fail(ctx, BL_E_CONFIG, "bipolar: '%s' can be cut at more than one '-'; rename the channels first", pair);
    t->plus = plus;
    t->minus = minus;
  }
  bl_free(ctx, copy);
  return s;
}

/* Says which of the two is not there, for a text with one '-'. */
static bl_status no_pair(bl_ctx *ctx, const bl_stream *in, const char *pair, size_t *index)
{
  const char *dash = strchr(pair, '-');
  if (!dash || dash == pair || !dash[1])
    return bl_fail(ctx, BL_E_CONFIG, "bipolar: '%s' is no pair of channels; write two names with '-' between", pair);
  char *plus = bl_strf(ctx, "%.*s", (int)(dash - pair), pair);
  if (!plus) return bl_fail_nomem(ctx, "bipolar");
  bl_status s = BL_OK;
  size_t n = 0;
  if (strchr(dash + 1, '-')) s = bl_fail(ctx, BL_E_CONFIG, "bipolar: no two channels make up the pair '%s'", pair);
  if (!s) s = bl_channels_add(ctx, "bipolar", in, plus, true, index, &n);
  if (!s) s = bl_channels_add(ctx, "bipolar", in, dash + 1, true, index, &n);
  if (!s) s = bl_fail(ctx, BL_E_CONFIG, "bipolar: '%s' names patterns; a pair takes one name on each side", pair);
  bl_free(ctx, plus);
  return s;
}

static bl_status add_pairs(bl_ctx *ctx, const params *p, const bl_stream *in, size_t *index, bool *used, term *out,
                           size_t *n)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < p->pairs.n; i++) {
    term t = {.pair = i};
    if ((s = find_pair(ctx, in, p->pairs.v[i], index, &t))) break;
    if (t.plus == ABSENT && p->missing == ERROR) s = no_pair(ctx, in, p->pairs.v[i], index);
    else if (t.plus == ABSENT && p->missing == SKIP) continue;
    else if (t.plus != ABSENT && strcmp(bl_unit_of(in, (size_t)t.plus), bl_unit_of(in, (size_t)t.minus)))
      s = bl_fail(ctx, BL_E_CONFIG,
                  "bipolar: of the pair '%s' one is in '%s', the other in '%s'; bring them to one unit "
                  "by to_unit",
                  p->pairs.v[i], bl_unit_of(in, (size_t)t.plus), bl_unit_of(in, (size_t)t.minus));
    if (t.plus != ABSENT) used[t.plus] = used[t.minus] = true;
    out[(*n)++] = t;
  }
  return s;
}

/* *out is freed by the caller. */
static bl_status plan(bl_ctx *ctx, const params *p, const bl_stream *in, term **out, size_t *n)
{
  size_t n_channels = in->n_channels, n_pairs = 0, kept = 0;
  *out = bl_calloc(ctx, n_channels + p->pairs.n, sizeof **out);
  size_t *index = bl_calloc(ctx, n_channels, sizeof *index);
  bool *used = bl_calloc(ctx, n_channels, sizeof *used);
  bl_status s = *out && index && used ? BL_OK : bl_fail_nomem(ctx, "bipolar");
  if (!s) s = add_pairs(ctx, p, in, index, used, *out + n_channels, &n_pairs);
  for (size_t c = 0; !s && c < n_channels && p->keep != NONE; c++)
    if (p->keep == ALL || !used[c]) (*out)[kept++] = (term){(ptrdiff_t)c, ABSENT, 0};
  if (!s && n_pairs) memmove(*out + kept, *out + n_channels, n_pairs * sizeof **out);
  *n = kept + n_pairs;
  if (!s && !*n)
    s = bl_fail(ctx, BL_E_CONFIG, "bipolar: none of the %zu pairs is there, '%s' first", p->pairs.n, p->pairs.v[0]);
  bl_free(ctx, index);
  bl_free(ctx, used);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  term *t = NULL;
  size_t n = 0;
  bl_status s = plan(ctx, p, in, &t, &n);
  if (s) goto done;
  const char *unit = bl_unit_of(in, 0);
  for (size_t i = n; i-- > 0;)
    if (t[i].minus != ABSENT) unit = bl_unit_of(in, (size_t)t[i].plus);
  bl_texts_free(ctx, &out->channels);
  bl_texts_free(ctx, &out->units);
  for (size_t i = 0; !s && i < n; i++) {
    bool kept = t[i].plus != ABSENT && t[i].minus == ABSENT;
    const char *name = kept ? in->channels.v[t[i].plus] : p->pairs.v[t[i].pair];
    if (bl_texts_find(&out->channels, name) >= 0)
      s = bl_fail(ctx, BL_E_CONFIG, "bipolar: '%s' would be the name of two channels; keep: none, or rename first",
                  name);
    if (!s) s = bl_texts_add(ctx, &out->channels, name);
    if (!s) s = bl_texts_add(ctx, &out->units, t[i].plus == ABSENT ? unit : bl_unit_of(in, (size_t)t[i].plus));
    if (!s && !kept) s = bl_stream_set_unit(ctx, out, i, "%d");
  }
  out->n_channels = n;
done:
  bl_free(ctx, t);
  return s;
}

static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  const params *p = pp;
  term *t = NULL;
  size_t n = 0;
  bl_status s = plan(ctx, p, in, &t, &n);
  for (size_t i = 0; !s && i < out->n_channels; i++) {
    bool optional = t[i].minus != ABSENT && p->missing != ERROR;
    if (!wanted[i] || t[i].plus == ABSENT || optional) continue;
    needed[t[i].plus] = true;
    if (t[i].minus != ABSENT) needed[t[i].minus] = true;
  }
  bl_free(ctx, t);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->fill = p->missing == NANS ? (float)NAN : 0;
  bl_status s = plan(ctx, p, in, &st->term, &st->n);
  for (size_t i = 0; !s && i < p->pairs.n && p->missing != ERROR; i++) {
    bool there = false;
    for (size_t k = 0; k < st->n; k++) there = there || (st->term[k].minus != ABSENT && st->term[k].pair == i);
    if (!there)
      bl_warn(ctx, BL_W_MISSING, "bipolar: no pair '%s'; %s", p->pairs.v[i],
              bl_texts_find(&out->channels, p->pairs.v[i]) < 0 ? "it is left out" : "a stand-in takes its place");
  }
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  size_t n_bins = st->n_bins;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->n_channels * n_bins)
    for (size_t c = 0; c < st->n; c++, y += n_bins) {
      const term *t = &st->term[c];
      const float *plus = x + (t->plus == ABSENT ? 0 : (size_t)t->plus * n_bins);
      const float *minus = x + (t->minus == ABSENT ? 0 : (size_t)t->minus * n_bins);
      for (size_t k = 0; k < n_bins; k++)
        y[k] = t->plus == ABSENT ? st->fill : t->minus == ABSENT ? plus[k] : plus[k] - minus[k];
    }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->term); }

const bl_stage_class bl_stage_bipolar = {
    .name = "bipolar",
    .summary = "Differences of channels, such as Fp1-F7",
    .source = "mne.set_bipolar_reference",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .needs = needs,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
