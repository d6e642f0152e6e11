/* changes.c: see changes.h. */
#include "changes.h"

#include <string.h>

#include "yaml_tree.h"

/* clang-format off */
static const bl_change changes[] = {
    {"scale", BL_CHANGE_DROP, NULL, "samples from -1 to 1 instead of whole numbers"},
    {"scale", BL_CHANGE_FIRST, "{scale: {factor: 32768}}", "samples as 16-bit whole numbers (times 32768)"},
    {"scale", BL_CHANGE_FIRST, "{scale: {factor: 32767}}", "samples as 16-bit whole numbers (times 32767)"},
    {"pre_emphasis", BL_CHANGE_DROP, NULL, "no pre-emphasis"},
    {"pre_emphasis", BL_CHANGE_FIRST, "{pre_emphasis: {coef: 0.97, start: zero}}", "pre-emphasis 0.97 over the recording"},
    {"pre_emphasis", BL_CHANGE_FIRST, "{pre_emphasis: {coef: 0.97, start: librosa}}", "librosa's pre-emphasis 0.97"},
    {"pre_emphasis", BL_CHANGE_SET, "coef=0.95", "pre-emphasis 0.95"},
    {"stft", BL_CHANGE_SET, "preemphasis=0.97", "pre-emphasis 0.97 within each frame"},
    {"stft", BL_CHANGE_SET, "preemphasis=0", "no pre-emphasis"},
    {"stft", BL_CHANGE_SET, "window=hann", "Hann window"},
    {"stft", BL_CHANGE_SET, "window=hamming", "Hamming window"},
    {"stft", BL_CHANGE_SET, "window=blackman", "Blackman window"},
    {"stft", BL_CHANGE_SET, "window=boxcar", "rectangular window"},
    {"stft", BL_CHANGE_SET, "periodic=true", "periodic window"},
    {"stft", BL_CHANGE_SET, "periodic=false", "symmetric window"},
    {"stft", BL_CHANGE_SET, "center=true", "centred frames"},
    {"stft", BL_CHANGE_SET, "center=false", "frames that are not centred"},
    {"stft", BL_CHANGE_SET, "pad_mode=constant", "ends filled up with zeros"},
    {"stft", BL_CHANGE_SET, "pad_mode=reflect", "ends filled up with the signal reflected"},
    {"stft", BL_CHANGE_SET, "pad_mode=edge", "ends filled up with the first and last sample"},
    {"stft", BL_CHANGE_SET, "pad_end=true", "last frame filled up with zeros"},
    {"stft", BL_CHANGE_SET, "pad_end=false", "no last frame that is not full"},
    {"stft", BL_CHANGE_SET, "align=center", "a short window in the middle of the transform"},
    {"stft", BL_CHANGE_SET, "align=left", "a short window at the transform's beginning"},
    {"stft", BL_CHANGE_SET, "detrend=none", "frames with their mean"},
    {"stft", BL_CHANGE_SET, "detrend=constant", "frames without their mean"},
    {"stft", BL_CHANGE_SET, "scaling=none", "powers that are not scaled"},
    {"stft", BL_CHANGE_SET, "scaling=density", "power per Hz"},
    {"stft", BL_CHANGE_SET, "scaling=spectrum", "power of a sine"},
    {"stft", BL_CHANGE_SET, "one_sided=false", "two-sided powers, not doubled"},
    {"stft", BL_CHANGE_SET, "output=power", "power"},
    {"stft", BL_CHANGE_SET, "output=magnitude", "magnitude"},
    {"power", BL_CHANGE_SET, "exponent=1", "magnitude instead of power"},
    {"power", BL_CHANGE_SET, "exponent=2", "power instead of magnitude"},
    {"mel", BL_CHANGE_SET, "htk=true", "HTK's mel scale"},
    {"mel", BL_CHANGE_SET, "htk=false", "Slaney's mel scale"},
    {"mel", BL_CHANGE_SET, "norm=slaney", "filters of equal area"},
    {"mel", BL_CHANGE_SET, "norm=none", "filters of height 1"},
    {"mel", BL_CHANGE_SET, "triangles=hz", "triangles over Hz"},
    {"mel", BL_CHANGE_SET, "triangles=scale", "triangles over mel"},
    {"mel", BL_CHANGE_SET, "triangles=bins", "triangles over whole bins"},
    {"mel", BL_CHANGE_SET, "fmin=20", "filters from 20 Hz on"},
    {"mel", BL_CHANGE_SET, "fmin=0", "filters from 0 Hz on"},
    {"db", BL_CHANGE_SET, "amin=1e-5", "decibels of no less than 1e-5"},
    {"db", BL_CHANGE_SET, "amin=1e-20", "decibels of no less than 1e-20"},
    {"db", BL_CHANGE_SET, "amplitude=true", "20 log10 instead of 10 log10"},
    {"db", BL_CHANGE_INSTEAD, "{log: {floor: 1e-10}}", "natural logarithm, floor 1e-10, instead of decibels"},
    {"db", BL_CHANGE_INSTEAD, "{log: {floor: 1e-6}}", "natural logarithm, floor 1e-6, instead of decibels"},
    {"db", BL_CHANGE_INSTEAD, "{log: {log1p: true}}", "ln(1 + x) instead of decibels"},
    {"log", BL_CHANGE_INSTEAD, "{db: {amin: 1e-10}}", "decibels instead of the natural logarithm"},
    {"log", BL_CHANGE_SET, "floor=1", "floor 1 of the logarithm"},
    {"log", BL_CHANGE_SET, "floor=1e-10", "floor 1e-10 of the logarithm"},
    {"log", BL_CHANGE_SET, "floor=2.220446049250313e-16", "floor 2.2e-16 of the logarithm"},
    {"log", BL_CHANGE_SET, "log1p=true", "ln(1 + x)"},
    {"top_db", BL_CHANGE_DROP, NULL, "no floor below the loudest value (top_db)"},
    {"top_db", BL_CHANGE_SET, "ref=max", "decibels below the loudest value"},
    {"db", BL_CHANGE_AFTER, "{top_db: {top_db: 80}}", "a floor 80 dB below the loudest value (top_db)"},
    {"dct", BL_CHANGE_SET, "norm=ortho", "orthonormal cosine transform"},
    {"dct", BL_CHANGE_SET, "norm=none", "cosine transform without a norm"},
    {"dct", BL_CHANGE_SET, "norm=htk", "HTK's cosine transform: c0 not divided by sqrt(2)"},
    {"dct", BL_CHANGE_SET, "dct_type=3", "cosine transform of type 3"},
    {"dct", BL_CHANGE_SET, "dct_type=1", "cosine transform of type 1"},
    {"dct", BL_CHANGE_SET, "lifter=0", "no lifter"},
    {"dct", BL_CHANGE_SET, "lifter=22", "lifter 22"},
    {"dct", BL_CHANGE_SET, "lifter_from=1", "a lifter that counts from 1, as librosa's"},
    {"dct", BL_CHANGE_SET, "lifter_from=0", "a lifter that counts from 0, as HTK's"},
    {"dct", BL_CHANGE_SET, "append_energy=false", "c0 itself, not the energy"},
    {"dct", BL_CHANGE_SET, "c0_last=true", "c0 behind the others"},
    {"dct", BL_CHANGE_SET, "c0_last=false", "c0 before the others"},
};
/* clang-format on */

const bl_change *bl_change_at(size_t i) { return i < sizeof changes / sizeof *changes ? &changes[i] : NULL; }

static const char *name_of(const bl_flow *stage)
{
  return stage->kind == BL_FLOW_MAP ? stage->key[0].text : stage->text;
}

/* The first stage of that name, or the end of the list. */
static size_t find(const bl_flow *stages, const char *name)
{
  size_t i = 0;
  while (i < stages->n && strcmp(name_of(&stages->child[i]), name) != 0) i++;
  return i;
}

static bl_status set(bl_ctx *ctx, const bl_change *c, bl_flow *root)
{
  char *path = bl_strf(ctx, "stages.%s.%s", c->stage, c->what);
  bl_status s = path ? bl_yaml_override(ctx, root, path, 0) : bl_fail_nomem(ctx, "a change");
  bl_free(ctx, path);
  return s;
}

/* One more item at place i of the list. */
static bl_status insert(bl_ctx *ctx, bl_flow *stages, size_t i, bl_flow *item)
{
  bl_flow *last;
  bl_status s = bl_flow_add(ctx, stages, NULL, &last);
  if (s) return s;
  memmove(&stages->child[i + 1], &stages->child[i], (stages->n - 1 - i) * sizeof *last);
  stages->child[i] = *item;
  *item = (bl_flow){0};
  return BL_OK;
}

static void drop(bl_ctx *ctx, bl_flow *stages, size_t i)
{
  bl_flow_free(ctx, &stages->child[i]);
  memmove(&stages->child[i], &stages->child[i + 1], (--stages->n - i) * sizeof *stages->child);
}

bl_status bl_change_apply(bl_ctx *ctx, const bl_change *c, bl_flow *root, bool *done)
{
  bl_flow *stages = bl_flow_get(root, "stages"), item = {0};
  size_t at = find(stages, c->stage);
  bool there = at < stages->n;
  *done = c->kind == BL_CHANGE_FIRST ? !there : there;
  if (!*done) return BL_OK;
  if (c->kind == BL_CHANGE_SET) return set(ctx, c, root);
  bl_status s = c->what ? bl_flow_parse(ctx, c->what, &item) : BL_OK;
  if (!s && (c->kind == BL_CHANGE_DROP || c->kind == BL_CHANGE_INSTEAD)) drop(ctx, stages, at);
  if (!s && c->kind != BL_CHANGE_DROP)
    s = insert(ctx, stages, c->kind == BL_CHANGE_AFTER ? at + 1 : c->kind == BL_CHANGE_FIRST ? 0 : at, &item);
  bl_flow_free(ctx, &item);
  return s;
}

static size_t option_length(const bl_change *c) { return c->what ? strcspn(c->what, "=") : 0; }

bool bl_changes_clash(const bl_change *a, const bl_change *b)
{
  if (strcmp(a->stage, b->stage)) return false;
  if (a->kind != BL_CHANGE_SET || b->kind != BL_CHANGE_SET) return a->kind == b->kind || a->kind != BL_CHANGE_AFTER;
  return option_length(a) == option_length(b) && !strncmp(a->what, b->what, option_length(a));
}
