/* Calls placed into noise, for those who have few calls and much noise. Every recording is made when it is opened, and
 * is the same each time: all draws come from (seed, purpose, index of the recording).
 *
 * A mixture is x[i] = noise[i] + g call[i - start]. With P the mean square over the call's span,
 * g = sqrt(P(noise) / P(call) 10^(SNR / 10)), so that 10 log10(P(g call) / P(noise)) is the SNR drawn, in dB. Nothing
 * is clipped. Channels are averaged first. A call longer than the noise is cut to a random part of its length.
 *
 * Calls and noises are dealt to folds, files of one origin together; a call only meets noise of its own fold, so that
 * no call and no noise is on both sides of a split by the column "fold", nor by group, which is the fold as well. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/text.h"
#include "clip.h"
#include "items.h"
#include "match.h"
#include "name_pattern.h"
#include "path.h"

typedef struct params {
  bl_texts foregrounds, backgrounds;
  bl_reals snr_db;
  int64_t repeats, folds, seed;
  bool negatives;
  char *label_positive, *label_negative, *foreground_groups, *background_groups;
} params;

static const bl_opt opts[] = {
    {"foregrounds", BL_OPT_TEXTS, offsetof(params, foregrounds), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "calls: files, folders or patterns, relative to the config's folder, as the source 'files' has them", NULL},
    {"backgrounds", BL_OPT_TEXTS, offsetof(params, backgrounds), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "noise: files, folders or patterns, relative to the config's folder, as the source 'files' has them", NULL},
    BL_REALS(params, snr_db, "[-10, 10]", -200, 200, "dB",
             "range that each signal-to-noise ratio is drawn from, over the call's span; one number: always that"),
    BL_INT(params, repeats, "1", 1, 1000000, "", "recordings with a call made from each noise"),
    BL_BOOL(params, negatives, "true", "each noise also stands alone, as a recording without a call"),
    BL_TEXT(params, label_positive, "call", "label of recordings with a call"),
    BL_TEXT(params, label_negative, "noise", "label of recordings without"),
    BL_INT(params, folds, "5", 1, 10000, "", "folds that calls and noises are dealt to"),
    BL_TEXT(params, foreground_groups, NULL,
            "which calls are of one origin and share a fold: a file-name pattern with {group}, or TABLE.csv:COLUMN"),
    BL_TEXT(params, background_groups, NULL, "which noises are of one origin and share a fold, in the same ways"),
    BL_INT(params, seed, "0", 0, 9007199254740992.0, "", "seed of all draws"),
    BL_OPT_END};

enum { X_SNR, X_CALL, X_START, X_BACKGROUND, X_FOLD };
static const char *const extra_names[] = {"snr_db", "call", "call_start_s", "background", "fold"};

/* ---- files and folds --------------------------------------------------------------------------------------------- */

/* Calls, or noises. */
typedef struct side {
  const char *what, *purpose; /* purpose: of the draw that deals them to folds */
  bl_found found;
  bl_texts group;   /* per file */
  size_t *fold;     /* per file */
  uint64_t *frames; /* per file */
} side;

static void side_free(bl_ctx *ctx, side *d)
{
  bl_found_free(ctx, &d->found);
  bl_texts_free(ctx, &d->group);
  bl_free(ctx, d->fold);
  bl_free(ctx, d->frames);
}

static bl_status groups_by_pattern(bl_ctx *ctx, const char *text, side *d)
{
  bl_name_pattern p;
  bl_texts values = {0};
  bl_status s = bl_name_pattern_new(ctx, "mix", text, &p);
  long field = bl_texts_find(&p.fields, "group");
  if (!s && field < 0) s = bl_fail(ctx, BL_E_CONFIG, "mix: %s_groups: the pattern '%s' has no {group}", d->what, text);
  for (size_t i = 0; !s && i < d->found.names.n; i++) {
    bool matched;
    s = bl_name_pattern_match(ctx, &p, bl_recording_file(d->found.paths.v[i]), &values, &matched);
    if (!s && !matched)
      s = bl_fail(ctx, BL_E_CONFIG, "mix: %s_groups: '%s' does not fit the pattern '%s'", d->what, d->found.names.v[i],
                  text);
    if (!s) s = bl_texts_add(ctx, &d->group, values.v[field]);
    bl_texts_free(ctx, &values);
  }
  bl_name_pattern_free(ctx, &p);
  return s;
}

static bl_status groups_by_table(bl_ctx *ctx, const char *folder, const char *text, side *d)
{
  const char *colon = strrchr(text, ':');
  bl_table t = {0};
  bl_match m = {0};
  size_t *row_of = NULL, col = 0;
  char *name = bl_strf(ctx, "%.*s", (int)(colon - text), text), *path = name ? bl_path_join(ctx, folder, name) : NULL;
  bl_status s = path ? bl_table_read(ctx, path, &t) : bl_fail_nomem(ctx, text);
  if (!s) s = bl_table_column(ctx, &t, colon + 1, &col);
  if (!s) s = bl_match_new(ctx, &d->found, &m);
  if (!s) s = bl_match_rows(ctx, &m, &t, "path", &row_of);
  for (size_t i = 0; !s && i < d->found.names.n; i++) {
    const char *cell = row_of[i] == BL_NO_ITEM ? "" : bl_table_cell(&t, row_of[i], col);
    s = *cell ? bl_texts_add(ctx, &d->group, cell)
              : bl_fail(ctx, BL_E_CONFIG, "%s: gives no %s for '%s'", path, colon + 1, d->found.names.v[i]);
  }
  bl_free(ctx, row_of);
  bl_match_free(ctx, &m);
  bl_table_free(ctx, &t);
  bl_free(ctx, path);
  bl_free(ctx, name);
  return s;
}

static bl_status find_groups(bl_ctx *ctx, const char *folder, const char *text, side *d)
{
  if (!text) return bl_texts_copy(ctx, &d->group, &d->found.names);
  if (strchr(text, '{')) return groups_by_pattern(ctx, text, d);
  if (strrchr(text, ':')) return groups_by_table(ctx, folder, text, d);
  return bl_fail(ctx, BL_E_CONFIG, "mix: %s_groups: '%s' is neither a pattern with {group} nor TABLE.csv:COLUMN",
                 d->what, text);
}

/* Groups in a drawn order, each to the fold that holds the fewest files (the first of those). */
static bl_status deal(bl_ctx *ctx, const params *p, side *d)
{
  size_t n = d->group.n, folds = (size_t)p->folds;
  bl_texts names = {0};
  int32_t *code = NULL;
  uint32_t *order = NULL;
  size_t *size = NULL, *load = bl_calloc(ctx, folds, sizeof *load), *fold_of = NULL;
  bl_status s = bl_encode(ctx, &d->group, &names, &code);
  order = bl_calloc(ctx, names.n, sizeof *order);
  size = bl_calloc(ctx, names.n, sizeof *size);
  fold_of = bl_calloc(ctx, names.n, sizeof *fold_of);
  d->fold = bl_calloc(ctx, n, sizeof *d->fold);
  if (!s && (!load || !order || !size || !fold_of || !d->fold)) s = bl_fail_nomem(ctx, "folds");
  if (!s && names.n < folds)
    s = bl_fail(ctx, BL_E_CONFIG, "mix: %zu %ss of different origin cannot fill %zu folds; lower folds to %zu", names.n,
                d->what, folds, names.n);
  if (s) goto done;
  for (size_t i = 0; i < n; i++) size[code[i]]++;
  for (size_t g = 0; g < names.n; g++) order[g] = (uint32_t)g;
  bl_rng r = bl_rng_make((uint64_t)p->seed, d->purpose, 0);
  bl_rng_shuffle(&r, order, names.n);
  for (size_t k = 0; k < names.n; k++) {
    size_t best = 0;
    for (size_t f = 1; f < folds; f++)
      if (load[f] < load[best]) best = f;
    fold_of[order[k]] = best;
    load[best] += size[order[k]];
  }
  for (size_t i = 0; i < n; i++) d->fold[i] = fold_of[code[i]];

done:
  bl_texts_free(ctx, &names);
  bl_free(ctx, code);
  bl_free(ctx, order);
  bl_free(ctx, size);
  bl_free(ctx, load);
  bl_free(ctx, fold_of);
  return s;
}

/* Looks into each file. *rate_hz is 0 before the first one; `first` names that one. */
static bl_status look_into(bl_ctx *ctx, side *d, double *rate_hz, const char **first)
{
  bl_status s = BL_OK;
  if (!(d->frames = bl_calloc(ctx, d->found.paths.n, sizeof *d->frames))) return bl_fail_nomem(ctx, "mix");
  for (size_t i = 0; !s && i < d->found.paths.n; i++) {
    double rate;
    s = bl_clip_look(ctx, d->found.paths.v[i], &rate, &d->frames[i]);
    if (s) break;
    if (*rate_hz == 0) *rate_hz = rate, *first = d->found.paths.v[i];
    if (rate != *rate_hz)
      s = bl_fail(ctx, BL_E_MISMATCH, "mix: '%s' has %g Hz and '%s' %g Hz; resample one, so that all have one rate",
                  d->found.paths.v[i], rate, *first, *rate_hz);
  }
  return s;
}

static bl_status make_side(bl_ctx *ctx, const params *p, const char *folder, const bl_texts *patterns,
                           const char *groups, side *d)
{
  bl_status s = bl_find_recordings(ctx, "mix", folder, patterns, &d->found);
  if (!s) s = find_groups(ctx, folder, groups, d);
  return s ? s : deal(ctx, p, d);
}

/* ---- items ------------------------------------------------------------------------------------------------------- */

/* The calls of one fold, handed out in a drawn order, all of them before any comes again. */
typedef struct hand {
  uint32_t *call;
  size_t n, next;
  bl_rng rng;
} hand;

static uint32_t next_call(hand *h)
{
  if (h->next == 0) bl_rng_shuffle(&h->rng, h->call, h->n);
  uint32_t c = h->call[h->next];
  h->next = (h->next + 1) % h->n;
  return c;
}

static void hands_free(bl_ctx *ctx, hand *h, size_t n)
{
  for (size_t f = 0; h && f < n; f++) bl_free(ctx, h[f].call);
  bl_free(ctx, h);
}

static bl_status make_hands(bl_ctx *ctx, const params *p, const side *calls, hand **out)
{
  size_t folds = (size_t)p->folds;
  hand *h = bl_calloc(ctx, folds, sizeof *h);
  bl_status s = h ? BL_OK : bl_fail_nomem(ctx, "folds");
  for (size_t f = 0; !s && f < folds; f++) {
    h[f].rng = bl_rng_make((uint64_t)p->seed, "mix.call", f);
    if (!(h[f].call = bl_calloc(ctx, calls->group.n, sizeof *h[f].call))) s = bl_fail_nomem(ctx, "folds");
    for (size_t i = 0; !s && i < calls->group.n; i++)
      if (calls->fold[i] == f) h[f].call[h[f].n++] = (uint32_t)i;
  }
  if (s) hands_free(ctx, h, folds);
  *out = s ? NULL : h;
  return s;
}

static bl_status set(bl_ctx *ctx, char **to, char *text)
{
  *to = text;
  return text ? BL_OK : bl_fail_nomem(ctx, "the list of recordings");
}

/* The item's plan; call NULL: the noise alone. */
typedef struct plan {
  const params *p;
  const side *calls, *noises;
  size_t noise, repeat;
  const uint32_t *call;
  double rate_hz;
} plan;

static bl_status plan_call(bl_ctx *ctx, const plan *q, bl_item *item, bl_texts *extra)
{
  uint64_t seed = (uint64_t)q->p->seed, noise_n = q->noises->frames[q->noise], call_n = q->calls->frames[*q->call];
  uint64_t span = call_n < noise_n ? call_n : noise_n;
  bl_rng snr_draw = bl_rng_make(seed, "mix.snr", item->seed_index),
         start_draw = bl_rng_make(seed, "mix.start", item->seed_index);
  const bl_reals *range = &q->p->snr_db;
  /* to a hundredth of a dB, so that what is written is what is done */
  double snr = rint(100 * bl_rng_between(&snr_draw, range->v[0], range->v[range->n - 1])) / 100;
  double start = (double)bl_rng_below(&start_draw, noise_n - span + 1) / q->rate_hz;
  bl_annotation mark = {.onset_s = start,
                        .duration_s = (double)span / q->rate_hz,
                        .low_hz = (double)NAN,
                        .high_hz = (double)NAN,
                        .label = q->p->label_positive};
  char text[32];
  bl_status s = set(ctx, &item->foreground, bl_strdup(ctx, q->calls->found.paths.v[*q->call]));
  if (!s) s = bl_annotations_add(ctx, &item->annotations, &mark);
  if (!s) s = bl_texts_add(ctx, extra, bl_format_real(snr, text));
  if (!s) s = bl_texts_add(ctx, extra, q->calls->found.names.v[*q->call]);
  if (!s) s = bl_texts_add(ctx, extra, bl_format_real(start, text));
  return s;
}

static char *item_name(bl_ctx *ctx, const plan *q)
{
  const char *noise = q->noises->found.names.v[q->noise];
  if (!q->call) return bl_strdup(ctx, noise);
  const char *call = q->calls->found.names.v[*q->call];
  return q->repeat ? bl_strf(ctx, "%s+%s#%zu", noise, call, q->repeat + 1) : bl_strf(ctx, "%s+%s", noise, call);
}

static bl_status add_item(bl_ctx *ctx, const plan *q, bl_items *items)
{
  size_t fold = q->noises->fold[q->noise];
  bl_item item = {.annotated = true,
                  .seed_index = q->noise * ((size_t)q->p->repeats + 1) + (q->call ? q->repeat + 1 : 0)};
  char text[32];
  bl_status s = set(ctx, &item.name, item_name(ctx, q));
  if (!s) s = set(ctx, &item.path, bl_strdup(ctx, q->noises->found.paths.v[q->noise]));
  if (!s) s = set(ctx, &item.label, bl_strdup(ctx, q->call ? q->p->label_positive : q->p->label_negative));
  if (!s) s = set(ctx, &item.group, bl_strf(ctx, "fold%zu", fold));
  if (!s && q->call) s = plan_call(ctx, q, &item, &item.extra);
  for (size_t k = 0; !s && !q->call && k < X_BACKGROUND; k++) s = bl_texts_add(ctx, &item.extra, "");
  if (!s) s = bl_texts_add(ctx, &item.extra, q->noises->found.names.v[q->noise]);
  if (!s) s = bl_texts_add(ctx, &item.extra, bl_format_real((double)fold, text));
  if (!s) s = bl_items_add(ctx, items, &item);
  bl_item_free(ctx, &item);
  return s;
}

static bl_status add_items(bl_ctx *ctx, const params *p, const side *calls, const side *noises, double rate_hz,
                           bl_items *out)
{
  hand *hands = NULL;
  bl_status s = make_hands(ctx, p, calls, &hands);
  for (size_t b = 0; !s && b < noises->group.n; b++) {
    plan q = {.p = p, .calls = calls, .noises = noises, .noise = b, .rate_hz = rate_hz};
    if (p->negatives) s = add_item(ctx, &q, out);
    for (; !s && q.repeat < (size_t)p->repeats; q.repeat++) {
      uint32_t call = next_call(&hands[noises->fold[b]]);
      q.call = &call;
      s = add_item(ctx, &q, out);
    }
  }
  hands_free(ctx, hands, (size_t)p->folds);
  return s;
}

static bl_status check(bl_ctx *ctx, const params *p)
{
  bl_status s = bl_opts_complete(ctx, "mix", opts, p);
  if (s) return s;
  const bl_reals *r = &p->snr_db;
  if (r->n < 1 || r->n > 2 || r->v[0] > r->v[r->n - 1])
    return bl_fail(ctx, BL_E_CONFIG, "mix: snr_db: wanted [low, high] with low no greater than high, or one number");
  if (!strcmp(p->label_positive, p->label_negative))
    return bl_fail(ctx, BL_E_CONFIG, "mix: label_positive and label_negative are both '%s'", p->label_positive);
  return BL_OK;
}

static bl_status check_apart(bl_ctx *ctx, const side *calls, const side *noises)
{
  size_t i = 0, k = 0; /* both lists ascend */
  while (i < calls->found.paths.n && k < noises->found.paths.n) {
    int c = strcmp(calls->found.paths.v[i], noises->found.paths.v[k]);
    if (!c)
      return bl_fail(ctx, BL_E_CONFIG, "mix: '%s' is among the foregrounds and the backgrounds",
                     calls->found.paths.v[i]);
    if (c < 0) i++;
    else k++;
  }
  return BL_OK;
}

static bl_status list(bl_ctx *ctx, const void *vp, const char *folder, bl_items *out)
{
  const params *p = vp;
  side calls = {.what = "foreground", .purpose = "mix.foregrounds"};
  side noises = {.what = "background", .purpose = "mix.backgrounds"};
  double rate_hz = 0;
  const char *first = NULL;
  *out = (bl_items){0};
  bl_status s = check(ctx, p);
  if (!s) s = make_side(ctx, p, folder, &p->foregrounds, p->foreground_groups, &calls);
  if (!s) s = make_side(ctx, p, folder, &p->backgrounds, p->background_groups, &noises);
  if (!s) s = check_apart(ctx, &calls, &noises);
  if (!s) s = look_into(ctx, &noises, &rate_hz, &first);
  if (!s) s = look_into(ctx, &calls, &rate_hz, &first);
  for (size_t k = 0; !s && k <= X_FOLD; k++) s = bl_texts_add(ctx, &out->extra, extra_names[k]);
  if (!s) s = add_items(ctx, p, &calls, &noises, rate_hz, out);
  side_free(ctx, &calls);
  side_free(ctx, &noises);
  if (s) bl_items_free(ctx, out);
  return s;
}

/* ---- mixing ------------------------------------------------------------------------------------------------------ */

static double mean_square(const float *v, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)v[i] * (double)v[i];
  return sum / (double)n;
}

static bl_status mix_in(bl_ctx *ctx, const params *p, const bl_item *item, bl_clip *noise, const bl_clip *call)
{
  double snr, start_s;
  if (item->extra.n <= X_FOLD || !bl_parse_real(item->extra.v[X_SNR], &snr) ||
      !bl_parse_real(item->extra.v[X_START], &start_s))
    return bl_fail(ctx, BL_E_ARG, "mix: '%s' was not listed by this source", item->name);
  if (call->rate_hz != noise->rate_hz)
    return bl_fail(ctx, BL_E_MISMATCH, "mix: '%s' has %g Hz, '%s' %g Hz", item->path, noise->rate_hz, item->foreground,
                   call->rate_hz);
  size_t span = call->n < noise->n ? call->n : noise->n, start = (size_t)llround(start_s * noise->rate_hz);
  if (!span || start > noise->n - span)
    return bl_fail(ctx, BL_E_FORMAT, "mix: '%s' or '%s' is shorter than its header says", item->path, item->foreground);
  bl_rng cut = bl_rng_make((uint64_t)p->seed, "mix.cut", item->seed_index);
  const float *part = call->v + bl_rng_below(&cut, call->n - span + 1);
  double call_power = mean_square(part, span), noise_power = mean_square(noise->v + start, span);
  if (!(call_power > 0) || !isfinite(call_power))
    return bl_fail(ctx, BL_E_RANGE, "mix: '%s' is silent or holds samples that are no numbers", item->foreground);
  if (!(noise_power > 0) || !isfinite(noise_power))
    return bl_fail(ctx, BL_E_RANGE,
                   "mix: '%s' is silent, or holds samples that are no numbers, from %g s where the call is to "
                   "be: there is no signal-to-noise ratio",
                   item->path, start_s);
  double gain = sqrt(noise_power / call_power * pow(10, snr / 10));
  for (size_t i = 0; i < span; i++) noise->v[start + i] = (float)((double)noise->v[start + i] + gain * (double)part[i]);
  return BL_OK;
}

static bl_status open_item(bl_ctx *ctx, const void *vp, const char *folder, const bl_item *item, bl_recording **out)
{
  (void)folder; /* the items' paths hold it already */
  bl_clip noise, call = {0};
  char *format = NULL;
  *out = NULL;
  bl_status s = bl_clip_read(ctx, item->path, &noise);
  if (!s && item->foreground) s = bl_clip_read(ctx, item->foreground, &call);
  if (!s && item->foreground) s = mix_in(ctx, vp, item, &noise, &call);
  if (!s) {
    format = item->foreground ? bl_strf(ctx, "mixture at %s dB", item->extra.v[X_SNR]) : bl_strdup(ctx, "noise alone");
    if (!format) s = bl_fail_nomem(ctx, item->name);
  }
  if (!s) s = bl_clip_recording(ctx, item->path, format, &noise, out);
  bl_free(ctx, format);
  bl_clip_free(ctx, &noise);
  bl_clip_free(ctx, &call);
  return s;
}

const bl_source_class bl_source_mix = {
    .name = "mix",
    .summary = "calls placed into noise at random times and signal-to-noise ratios",
    .source = "power ratio over the call's span, as in the head comment of mix.c",
    .opts = opts,
    .params_size = sizeof(params),
    .list = list,
    .open = open_item,
};
