/* Calls placed into noise, for those who have few calls and much noise. Every recording is made when it is opened, and
 * is the same each time: all draws come from (seed, purpose, index of the recording).
 *
 * A mixture is x[i] = noise[i] + g (call[i - start] - mean(call)). With P the variance in band_hz over the call's active
 * part, g = sqrt(P(noise) / P(call) 10^(SNR / 10)), so that 10 log10(P(g call) / P(noise)) is the SNR drawn, in dB. The
 * active part holds the middle 90 % of the call's energy in the band (Madsen, J. Acoust. Soc. Am. 117 (2005) 3952); the
 * band is cut out by Butterworth filters of order 4, a high-pass and a low-pass. A level that does not move, such as a
 * hydrophone's offset, counts nowhere. What the same gain makes over the full band stands in the column snr_full_db.
 *
 * Nothing is clipped. Channels are averaged first. A call longer than the noise is cut to a random part of its length.
 *
 * Calls and noises are dealt to folds, files of one origin together; a call only meets noise of its own fold, so that
 * no call and no noise is on both sides of a split by the column "fold", nor by group, which is the fold as well. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/text.h"
#include "items.h"
#include "mix_private.h"
#include "path.h"

typedef bl_mix_params params;

static const char *const none_word[] = {"none", NULL};

static const bl_opt opts[] = {
    {"foregrounds", BL_OPT_TEXTS, offsetof(params, foregrounds), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "calls: files, folders or patterns, relative to the config's folder, as the source 'files' has them", NULL},
    {"backgrounds", BL_OPT_TEXTS, offsetof(params, backgrounds), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "noise: files, folders or patterns, relative to the config's folder, as the source 'files' has them", NULL},
    BL_REALS(params, snr_db, "[-10, 10]", -200, 200, "dB",
             "range that each signal-to-noise ratio is drawn from, in band_hz, over the call's active part; one "
             "number: always that"),
    BL_REALS(params, band_hz, "[]", 0, 1e9, "Hz",
             "band that the ratio is measured in, [low, high]; empty: all but a constant level"),
    BL_REAL_ABOVE(params, active, "0.9", 0, 1, "",
                  "share of the call's energy in the band that its active part holds; 1: the whole call"),
    BL_WORD(params, rate_hz, "none", none_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "rate that all files are resampled to; none: they must have one rate"),
    BL_WORD(params, cut_s, "none", none_word, 0.001, 1e9, 0, "s",
            "noises are cut into pieces of this length, each a noise of its own (a rest is left out); none: not cut"),
    BL_WORD(
        params, block_s, "none", none_word, 0, 1e9, BL_OPT_OPEN_LO, "s",
        "with cut_s: pieces of one recording share a fold where they begin within one stretch of this length; none: all"),
    BL_INT(params, repeats, "1", 1, 1000000, "", "recordings with a call made from each noise, or piece of it"),
    BL_BOOL(params, negatives, "true", "each noise also stands alone, as a recording without a call"),
    BL_TEXT(params, label_positive, "call", "label of recordings with a call"),
    BL_TEXT(params, label_negative, "noise", "label of recordings without"),
    BL_INT(params, folds, "5", 1, 10000, "", "folds that calls and noises are dealt to"),
    BL_TEXT(params, foreground_groups, NULL,
            "which calls are of one origin and share a fold: a file-name pattern with {group}, or TABLE.csv:COLUMN"),
    BL_TEXT(params, background_groups, NULL, "which noises are of one origin and share a fold, in the same ways"),
    BL_INT(params, seed, "0", 0, 9007199254740992.0, "", "seed of all draws"),
    BL_OPT_END};

enum { X_SNR, X_SNR_FULL, X_CALL, X_START, X_BACKGROUND, X_BACKGROUND_START, X_FOLD };
static const char *const extra_names[] = {"snr_db",     "snr_full_db",        "call", "call_start_s",
                                          "background", "background_start_s", "fold"};

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

static bl_status make_hands(bl_ctx *ctx, const params *p, const bl_mix_side *calls, hand **out)
{
  size_t folds = (size_t)p->folds;
  hand *h = bl_calloc(ctx, folds, sizeof *h);
  bl_status s = h ? BL_OK : bl_fail_nomem(ctx, "folds");
  for (size_t f = 0; !s && f < folds; f++) {
    h[f].rng = bl_rng_make((uint64_t)p->seed, "mix.call", f);
    if (!(h[f].call = bl_calloc(ctx, calls->n_pieces, sizeof *h[f].call))) s = bl_fail_nomem(ctx, "folds");
    for (size_t i = 0; !s && i < calls->n_pieces; i++)
      if (calls->piece[i].fold == f) h[f].call[h[f].n++] = (uint32_t)i;
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

/* The item's plan; call NULL: the noise alone. Both are indices of pieces; rate_hz is the mixture's. */
typedef struct plan {
  const params *p;
  const bl_mix_side *calls, *noises;
  size_t noise, repeat;
  const uint32_t *call;
  double rate_hz;
} plan;

static uint64_t frames_of(const plan *q, const bl_mix_piece *piece)
{
  return bl_clip_frames(piece->n, piece->rate_hz, q->rate_hz);
}

static bl_status plan_call(bl_ctx *ctx, const plan *q, bl_item *item, bl_texts *extra)
{
  const bl_mix_piece *call = &q->calls->piece[*q->call];
  uint64_t seed = (uint64_t)q->p->seed, noise_n = frames_of(q, &q->noises->piece[q->noise]);
  uint64_t call_n = frames_of(q, call), span = call_n < noise_n ? call_n : noise_n;
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
  bl_status s = set(ctx, &item->foreground, bl_strdup(ctx, q->calls->found.paths.v[call->file]));
  if (!s) s = bl_annotations_add(ctx, &item->annotations, &mark);
  if (!s) s = bl_texts_add(ctx, extra, bl_format_real(snr, text));
  if (!s) s = bl_texts_add(ctx, extra, ""); /* what that is over the full band, the samples tell */
  if (!s) s = bl_texts_add(ctx, extra, q->calls->found.names.v[call->file]);
  if (!s) s = bl_texts_add(ctx, extra, bl_format_real(start, text));
  return s;
}

/* FILE, FILE@12.5 for the piece that begins there, +CALL, and #2 for the second call laid into it. */
static char *item_name(bl_ctx *ctx, const plan *q)
{
  const bl_mix_piece *piece = &q->noises->piece[q->noise];
  const char *noise = q->noises->found.names.v[piece->file];
  char at[40] = "", again[40] = "", text[32];
  if (q->p->cut_s.word < 0) snprintf(at, sizeof at, "@%s", bl_format_real((double)piece->first / piece->rate_hz, text));
  if (!q->call) return bl_strf(ctx, "%s%s", noise, at);
  if (q->repeat) snprintf(again, sizeof again, "#%zu", q->repeat + 1);
  return bl_strf(ctx, "%s%s+%s%s", noise, at, q->calls->found.names.v[q->calls->piece[*q->call].file], again);
}

static bl_status add_item(bl_ctx *ctx, const plan *q, bl_items *items)
{
  const bl_mix_piece *piece = &q->noises->piece[q->noise];
  bl_item item = {.annotated = true,
                  .seed_index = q->noise * ((size_t)q->p->repeats + 1) + (q->call ? q->repeat + 1 : 0)};
  char text[32];
  bl_status s = set(ctx, &item.name, item_name(ctx, q));
  if (!s) s = set(ctx, &item.path, bl_strdup(ctx, q->noises->found.paths.v[piece->file]));
  if (!s) s = set(ctx, &item.label, bl_strdup(ctx, q->call ? q->p->label_positive : q->p->label_negative));
  if (!s) s = set(ctx, &item.group, bl_strf(ctx, "fold%zu", piece->fold));
  if (!s && q->call) s = plan_call(ctx, q, &item, &item.extra);
  for (size_t k = 0; !s && !q->call && k < X_BACKGROUND; k++) s = bl_texts_add(ctx, &item.extra, "");
  if (!s) s = bl_texts_add(ctx, &item.extra, q->noises->found.names.v[piece->file]);
  if (!s) s = bl_texts_add(ctx, &item.extra, bl_format_real((double)piece->first / piece->rate_hz, text));
  if (!s) s = bl_texts_add(ctx, &item.extra, bl_format_real((double)piece->fold, text));
  if (!s) s = bl_items_add(ctx, items, &item);
  bl_item_free(ctx, &item);
  return s;
}

static bl_status add_items(bl_ctx *ctx, const params *p, const bl_mix_side *calls, const bl_mix_side *noises,
                           double rate_hz, bl_items *out)
{
  hand *hands = NULL;
  bl_status s = make_hands(ctx, p, calls, &hands);
  for (size_t b = 0; !s && b < noises->n_pieces; b++) {
    plan q = {.p = p, .calls = calls, .noises = noises, .noise = b, .rate_hz = rate_hz};
    if (p->negatives) s = add_item(ctx, &q, out);
    for (; !s && q.repeat < (size_t)p->repeats; q.repeat++) {
      uint32_t call = next_call(&hands[noises->piece[b].fold]);
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
  const bl_reals *band = &p->band_hz;
  if (band->n && (band->n != 2 || !(band->v[0] < band->v[1])))
    return bl_fail(ctx, BL_E_CONFIG, "mix: band_hz: wanted [low, high] with low below high, or [] for the full band");
  if (p->block_s.word < 0 && p->cut_s.word == 0)
    return bl_fail(ctx, BL_E_CONFIG,
                   "mix: block_s is for noises that are cut into pieces; set cut_s, or leave block_s out");
  if (!strcmp(p->label_positive, p->label_negative))
    return bl_fail(ctx, BL_E_CONFIG, "mix: label_positive and label_negative are both '%s'", p->label_positive);
  return BL_OK;
}

static bl_status check_apart(bl_ctx *ctx, const bl_mix_side *calls, const bl_mix_side *noises)
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

static bl_status check_band(bl_ctx *ctx, const params *p, double rate_hz)
{
  if (!p->band_hz.n || p->band_hz.v[1] <= rate_hz / 2) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "mix: band_hz ends at %g Hz, above half the rate of the mixtures, %g Hz",
                 p->band_hz.v[1], rate_hz / 2);
}

static bl_status list(bl_ctx *ctx, const void *vp, const char *folder, bl_items *out)
{
  const params *p = vp;
  bl_mix_side calls = {.what = "foreground", .purpose = "mix.foregrounds"};
  bl_mix_side noises = {.what = "background", .purpose = "mix.backgrounds"};
  double rate_hz = 0;
  const char *first = NULL;
  *out = (bl_items){0};
  bl_status s = check(ctx, p);
  if (!s) s = bl_mix_side_make(ctx, p, folder, &p->backgrounds, p->background_groups, true, &noises, &rate_hz, &first);
  if (!s) s = bl_mix_side_make(ctx, p, folder, &p->foregrounds, p->foreground_groups, false, &calls, &rate_hz, &first);
  if (!s) s = check_apart(ctx, &calls, &noises);
  if (!s) s = check_band(ctx, p, rate_hz);
  for (size_t k = 0; !s && k <= X_FOLD; k++) s = bl_texts_add(ctx, &out->extra, extra_names[k]);
  if (!s) s = add_items(ctx, p, &calls, &noises, rate_hz, out);
  bl_mix_side_free(ctx, &calls);
  bl_mix_side_free(ctx, &noises);
  if (s) bl_items_free(ctx, out);
  return s;
}

/* ---- mixing ------------------------------------------------------------------------------------------------------ */

/* When it is opened first, and not again: threads that work on pieces of the recording later find it there. */
static bl_status tell_full(bl_ctx *ctx, double full_db, bl_item *item)
{
  char text[32], *was = item->extra.v[X_SNR_FULL];
  if (*was) return BL_OK;
  bl_status s = set(ctx, &item->extra.v[X_SNR_FULL], bl_strdup(ctx, bl_format_real(rint(100 * full_db) / 100, text)));
  if (s) item->extra.v[X_SNR_FULL] = was;
  else bl_free(ctx, was);
  return s;
}

static bl_status lay(bl_ctx *ctx, const params *p, bl_item *item, bl_clip *noise, const bl_clip *call)
{
  double snr, start_s;
  if (!bl_parse_real(item->extra.v[X_SNR], &snr) || !bl_parse_real(item->extra.v[X_START], &start_s))
    return bl_fail(ctx, BL_E_ARG, "mix: '%s' was not listed by this source", item->name);
  size_t span = call->n < noise->n ? call->n : noise->n, start = (size_t)llround(start_s * noise->rate_hz);
  if (!span || start > noise->n - span)
    return bl_fail(ctx, BL_E_FORMAT, "mix: '%s' or '%s' is shorter than its header says", item->path, item->foreground);
  bl_rng cut = bl_rng_make((uint64_t)p->seed, "mix.cut", item->seed_index);
  const float *part = call->v + bl_rng_below(&cut, call->n - span + 1);
  bl_mix_level level;
  bool silent_call = false;
  bl_status s = bl_mix_level_find(ctx, p, noise, start, part, span, snr, &level, &silent_call);
  const char *where = p->band_hz.n ? " in band_hz" : "";
  if (s == BL_E_RANGE && silent_call)
    return bl_fail(ctx, s, "mix: '%s' is silent%s or holds samples that are no numbers", item->foreground, where);
  if (s == BL_E_RANGE)
    return bl_fail(ctx, s,
                   "mix: '%s' is silent%s, or holds samples that are no numbers, from %g s where the call is to "
                   "be: there is no signal-to-noise ratio",
                   item->path, where, start_s);
  if (s) return s;
  double mean = bl_clip_mean(part, span);
  for (size_t i = 0; i < span; i++)
    noise->v[start + i] = (float)((double)noise->v[start + i] + level.gain * ((double)part[i] - mean));
  return tell_full(ctx, level.full_db, item);
}

/* The piece of the background that the item is made of. */
static bl_status read_noise(bl_ctx *ctx, const params *p, const bl_item *item, bl_clip *out)
{
  double start_s, rate_hz;
  uint64_t n, first = 0;
  *out = (bl_clip){0};
  if (item->extra.n <= X_FOLD || !bl_parse_real(item->extra.v[X_BACKGROUND_START], &start_s))
    return bl_fail(ctx, BL_E_ARG, "mix: '%s' was not listed by this source", item->name);
  bl_status s = bl_clip_look(ctx, item->path, &rate_hz, &n);
  if (s) return s;
  if (p->cut_s.word < 0) {
    first = (uint64_t)llround(start_s * rate_hz);
    n = bl_mix_piece_length(p, rate_hz, n);
  }
  return bl_clip_read(ctx, item->path, first, n, out);
}

static bl_status open_item(bl_ctx *ctx, const void *vp, const char *folder, bl_item *item, bl_recording **out)
{
  (void)folder; /* the items' paths hold it already */
  const params *p = vp;
  bl_clip noise, call = {0};
  char *format = NULL;
  *out = NULL;
  bl_status s = read_noise(ctx, p, item, &noise);
  if (!s && p->rate_hz.word < 0) s = bl_clip_resample(ctx, item->path, p->rate_hz.real, &noise);
  if (!s && item->foreground) s = bl_clip_read(ctx, item->foreground, 0, UINT64_MAX, &call);
  if (!s && item->foreground) s = bl_clip_resample(ctx, item->foreground, noise.rate_hz, &call);
  if (!s && item->foreground) s = lay(ctx, p, item, &noise, &call);
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
    .source = "ratio of powers in a band over the call's active part, as in the head comment of mix.c",
    .opts = opts,
    .params_size = sizeof(params),
    .list = list,
    .open = open_item,
    .made = true,
};
