/* diagnose.c: see diagnose.h. */
#include "baleen/diagnose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/pool.h"
#include "baleen/preset.h"
#include "baleen/recording.h"
#include "baleen/stage_chain.h"
#include "baleen/text.h"
#include "changes.h"
#include "selection.h"
#include "yaml_tree.h"

enum { NO_CHANGE = -1, SHOWN = 5, MOST = 6 }; /* MOST: changes of a form */

/* A form of the preset: with some changes, and how far it is from the values. */
typedef struct form {
  int change[MOST];  /* NO_CHANGE behind the last */
  bool done;         /* it can be made, and compared */
  bool fits;         /* and has as many frames as the values */
  size_t frames;     /* that it gives */
  double difference; /* of the frames that both have, over the largest value */
} form;

typedef struct diagnosis { /* of one recording and what somebody else made of it */
  const bl_diagnosing *what;
  const bl_preset *preset;
  bl_stream in;
  float *x;
  size_t n;
  bl_mat values;
  form *form;
} diagnosis;

/* ---- one form ---------------------------------------------------------------------------------------------------- */

static bl_status find_branch(bl_ctx *ctx, const diagnosis *d, const bl_flow *features, const bl_flow **out)
{
  const char *name = d->what->branch;
  *out = name ? bl_flow_get(features, name) : &features->child[0];
  if (*out) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "diagnose: %s has no branch '%s'; its first one is '%s'", d->preset->name, name,
                 features->key[0].text);
}

/* The branch of the preset with what is set, and with the form's changes, as a map with `stages`; *done: all apply. */
static bl_status make_tree(bl_ctx *ctx, const diagnosis *d, const form *f, bl_flow *features, bl_flow **branch,
                           bool *done)
{
  const bl_texts *set = d->what->set;
  const bl_flow *found = NULL;
  bl_status s = bl_preset_read(ctx, d->preset, features);
  if (!s) s = find_branch(ctx, d, features, &found);
  if (s) return s;
  *branch = (bl_flow *)(uintptr_t)found; /* of the tree that this function made */
  for (size_t i = 0; !s && set && i < set->n; i++) {
    char *path = bl_strf(ctx, "stages.%s", set->v[i]);
    s = path ? bl_yaml_override(ctx, *branch, path, 0) : bl_fail_nomem(ctx, "diagnose");
    bl_free(ctx, path);
  }
  *done = true;
  for (size_t k = 0; !s && *done && k < MOST && f->change[k] != NO_CHANGE; k++)
    s = bl_change_apply(ctx, bl_change_at((size_t)f->change[k]), *branch, done);
  return s;
}

static double value_at(const bl_mat *v, bool turned, size_t frame, size_t i)
{
  return (double)(turned ? v->v[i * v->stride + frame] : v->v[frame * v->stride + i]);
}

static double difference(const bl_mat *v, bool turned, const float *got, size_t n, size_t width)
{
  double most = 0, largest = 0;
  for (size_t f = 0; f < n; f++)
    for (size_t i = 0; i < width; i++) {
      double want = value_at(v, turned, f, i), off = fabs((double)got[f * width + i] - want);
      if (isnan(off)) off = isnan(want) && isnan(got[f * width + i]) ? 0 : INFINITY;
      most = fmax(most, off);
      if (isfinite(want)) largest = fmax(largest, fabs(want));
    }
  if (!n) return INFINITY; /* nothing agrees with nothing */
  return largest > 0 ? most / largest : most;
}

/* Frames lie in rows or in columns; where both fit, as they agree better. */
static void compare(const diagnosis *d, const float *got, size_t n, size_t width, form *f)
{
  const bl_mat *v = &d->values;
  f->difference = INFINITY;
  f->frames = n;
  for (int turned = 0; turned < 2; turned++) {
    size_t frames = turned ? v->cols : v->rows, numbers = turned ? v->rows : v->cols;
    if (numbers != width) continue;
    f->done = true;
    f->fits = f->fits || n == frames;
    f->difference = fmin(f->difference, difference(v, turned, got, n < frames ? n : frames, width));
  }
}

static bl_status keep(bl_ctx *ctx, bl_frames *all, const float *y, size_t n)
{
  float *to = n ? bl_frames_add(ctx, all, n) : NULL;
  if (n && !to) return BL_E_NOMEM;
  if (n) memcpy(to, y, n * all->width * sizeof *to);
  return BL_OK;
}

static bl_status run_chain(bl_ctx *ctx, const diagnosis *d, const char *stages, form *f)
{
  bl_stage_chain *chain = NULL;
  bl_frames all = {0};
  const float *y;
  size_t n = 0;
  bl_status s = bl_stage_chain_new(ctx, &d->in, &chain);
  if (!s) s = bl_stage_chain_add_text(ctx, chain, stages, bl_npy_read_array);
  if (!s) all.width = bl_stream_width(bl_stage_chain_out(chain));
  if (!s) s = bl_stage_chain_push(ctx, chain, d->x, d->n, &y, &n);
  if (!s) s = keep(ctx, &all, y, n);
  if (!s) s = bl_stage_chain_finish(ctx, chain, &y, &n);
  if (!s) s = keep(ctx, &all, y, n);
  if (!s) compare(d, all.v, all.n, all.width, f);
  bl_frames_free(ctx, &all);
  bl_stage_chain_free(ctx, chain);
  return s;
}

static bl_status try_form(bl_ctx *ctx, const diagnosis *d, form *f)
{
  bl_flow features = {0}, *branch = NULL;
  bl_buf text = {0};
  bool done;
  bl_status s = make_tree(ctx, d, f, &features, &branch, &done);
  if (!s && done) s = bl_flow_print(ctx, bl_flow_get(branch, "stages"), &text);
  if (!s && done) s = run_chain(ctx, d, bl_buf_text(&text), f);
  bl_buf_free(ctx, &text);
  bl_flow_free(ctx, &features);
  return s;
}

/* A change that does not go with the rest of the chain is none. */
static bl_status try_item(bl_ctx *ctx, void *arg, size_t i)
{
  const diagnosis *d = arg;
  bool before = bl_ctx_mute(ctx, true);
  bl_status s = try_form(ctx, d, &d->form[i]);
  bl_ctx_mute(ctx, before);
  return s == BL_E_NOMEM || s == BL_E_CANCELLED || s == BL_E_INTERNAL ? s : BL_OK;
}

/* ---- what is found ----------------------------------------------------------------------------------------------- */

static bool agrees(const diagnosis *d, const form *f) { return f->fits && f->difference <= d->what->tolerance; }

/* As many frames as the values have come first, then the least difference. */
static int by_difference(const void *pa, const void *pb)
{
  const form *a = pa, *b = pb;
  if (a->done != b->done) return a->done ? -1 : 1;
  if (a->fits != b->fits) return a->fits ? -1 : 1;
  if (a->difference != b->difference) return a->difference < b->difference ? -1 : 1;
  for (size_t k = 0; k < MOST; k++)
    if (a->change[k] != b->change[k]) return a->change[k] < b->change[k] ? -1 : 1;
  return 0;
}

static bl_status tell_change(bl_ctx *ctx, int change, bl_buf *out)
{
  const bl_change *c = bl_change_at((size_t)change);
  switch (c->kind) {
  case BL_CHANGE_SET: return bl_buf_printf(ctx, out, "%s (%s: %s)", c->words, c->stage, c->what);
  case BL_CHANGE_DROP: return bl_buf_printf(ctx, out, "%s (without %s)", c->words, c->stage);
  default: return bl_buf_printf(ctx, out, "%s (%s)", c->words, c->what);
  }
}

static bl_status tell_form(bl_ctx *ctx, const form *f, bl_buf *out)
{
  bl_status s = bl_buf_printf(ctx, out, "  %8.2g  ", f->difference);
  for (size_t k = 0; !s && k < MOST && f->change[k] != NO_CHANGE; k++) {
    if (k) s = bl_buf_puts(ctx, out, ", and ");
    if (!s) s = tell_change(ctx, f->change[k], out);
  }
  if (!s && !f->fits) s = bl_buf_printf(ctx, out, "; %zu frames", f->frames);
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

/* Those that agree; *any. */
static bl_status tell_agreeing(bl_ctx *ctx, const diagnosis *d, size_t n, const char *head, bl_buf *out, bool *any)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    if (!agrees(d, &d->form[i])) continue;
    if (!*any) s = bl_buf_puts(ctx, out, head);
    *any = true;
    if (!s) s = tell_form(ctx, &d->form[i], out);
  }
  return s;
}

static bl_status tell_nearest(bl_ctx *ctx, const diagnosis *d, size_t n, bl_buf *out)
{
  if (!d->form[0].done)
    return bl_buf_puts(ctx, out, "no change gives as many numbers a frame; what is known to differ goes into --set\n");
  bl_status s = bl_buf_puts(ctx, out, "no change, nor several of them, makes them agree; nearest come:\n");
  for (size_t i = 0; !s && i < n && i < SHOWN && d->form[i].done; i++) s = tell_form(ctx, &d->form[i], out);
  return s;
}

static bl_status tell_base(bl_ctx *ctx, const diagnosis *d, const form *base, bl_buf *out)
{
  bl_status s = bl_buf_printf(ctx, out, "%s of %s: %zu frames; %s: %zu x %zu numbers\n", d->preset->name,
                              d->what->recording, base->frames, d->what->values, d->values.rows, d->values.cols);
  if (!s && !base->done) return bl_buf_puts(ctx, out, "as it is, it gives another number of numbers a frame\n");
  if (!s)
    s = bl_buf_printf(ctx, out, "as it is, the largest difference is %.2g of the largest value\n", base->difference);
  return s;
}

/* ---- the search -------------------------------------------------------------------------------------------------- */

static size_t n_changes(void)
{
  size_t n = 0;
  while (bl_change_at(n)) n++;
  return n;
}

static form form_of(const int *change, size_t n)
{
  form f = {0};
  for (size_t k = 0; k < MOST; k++) f.change[k] = k < n ? change[k] : NO_CHANGE;
  return f;
}

static size_t list_forms(size_t changes, bool pairs, form *to)
{
  size_t n = 0;
  for (size_t a = 0; a < changes; a++) {
    if (!pairs) to[n++] = form_of((const int[]){(int)a}, 1);
    for (size_t b = a + 1; pairs && b < changes; b++)
      if (!bl_changes_clash(bl_change_at(a), bl_change_at(b))) to[n++] = form_of((const int[]){(int)a, (int)b}, 2);
  }
  return n;
}

/* All of d->form, in order of how far they are. */
static bl_status try_all(bl_ctx *ctx, diagnosis *d, size_t n)
{
  bl_status s = bl_pool_for(ctx, n, 1e9, try_item, d);
  if (!s) qsort(d->form, n, sizeof *d->form, by_difference);
  return s;
}

static bool is_nearer(const form *a, const form *b)
{
  return a->done && (a->fits != b->fits ? a->fits : a->difference < 0.99 * b->difference);
}

/* From the nearest form on, one change at a time that brings it nearest, as long as that helps. */
static bl_status climb(bl_ctx *ctx, diagnosis *d, size_t changes, bl_buf *out, bool *agree)
{
  form best = d->form[0];
  bl_status s = BL_OK;
  for (size_t n = 2; !s && best.done && n < MOST && !agrees(d, &best); n++) {
    for (size_t c = 0; c < changes; c++) {
      d->form[c] = form_of(best.change, n);
      d->form[c].change[n] = (int)c;
    }
    s = try_all(ctx, d, changes);
    if (s || !is_nearer(&d->form[0], &best)) break;
    best = d->form[0];
  }
  return s || !agrees(d, &best) ? s
                                : tell_agreeing(ctx, d, 1, "several changes together make them agree:\n", out, agree);
}

static bl_status search(bl_ctx *ctx, diagnosis *d, bool pairs, bl_buf *out, bool *agree)
{
  static const char *const heads[] = {"one change makes them agree:\n", "two changes make them agree:\n"};
  size_t changes = n_changes();
  bl_buf nearest = {0};
  d->form = bl_calloc(ctx, changes * (pairs ? changes : 1), sizeof *d->form);
  if (!d->form) return bl_fail_nomem(ctx, "diagnose");
  size_t n = list_forms(changes, pairs, d->form);
  bl_status s = try_all(ctx, d, n);
  if (!s) s = tell_agreeing(ctx, d, n, heads[pairs], out, agree);
  if (!s && pairs && !*agree) s = tell_nearest(ctx, d, n, &nearest);
  if (!s && pairs && !*agree) s = climb(ctx, d, changes, out, agree);
  if (!s && !*agree) s = bl_buf_puts(ctx, out, bl_buf_text(&nearest));
  bl_buf_free(ctx, &nearest);
  bl_free(ctx, d->form);
  d->form = NULL;
  return s;
}

static bl_status diagnose(bl_ctx *ctx, diagnosis *d, bl_buf *out, bool *agree)
{
  form base = form_of(NULL, 0);
  bl_status s = try_form(ctx, d, &base);
  if (!s) s = tell_base(ctx, d, &base, out);
  if (s) return s;
  *agree = agrees(d, &base);
  if (*agree) return bl_buf_puts(ctx, out, "they agree\n");
  s = search(ctx, d, false, out, agree);
  return !s && !*agree ? search(ctx, d, true, out, agree) : s;
}

/* ---- what comes in ----------------------------------------------------------------------------------------------- */

static bl_status find_preset(bl_ctx *ctx, diagnosis *d)
{
  const char *name = d->what->preset, *near = bl_preset_nearest(name);
  d->preset = bl_preset_find(name);
  if (d->preset) return BL_OK;
  if (near) return bl_fail(ctx, BL_E_CONFIG, "diagnose: no preset is called '%s'; did you mean '%s'?", name, near);
  return bl_fail(ctx, BL_E_CONFIG, "diagnose: no preset is called '%s'; see 'baleen list presets'", name);
}

/* The mean of the channels, in place. */
static bl_status make_mono(bl_ctx *ctx, diagnosis *d, const bl_rec_stream *s)
{
  bl_texts one = {0}, unit = {0};
  for (size_t i = 0; i < d->n; i++) {
    double sum = 0;
    for (size_t c = 0; c < s->n_channels; c++) sum += (double)d->x[i * s->n_channels + c];
    d->x[i] = (float)(sum / (double)s->n_channels);
  }
  bl_status status = bl_texts_add(ctx, &one, "mono");
  if (!status) status = bl_texts_add(ctx, &unit, s->channels[0].unit);
  if (!status) status = bl_wave_stream(ctx, s->rate_hz, &one, &unit, &d->in);
  bl_texts_free(ctx, &one);
  bl_texts_free(ctx, &unit);
  return status;
}

static bl_status read_samples(bl_ctx *ctx, diagnosis *d)
{
  bl_recording *rec = NULL;
  bl_status s = bl_recording_open(ctx, d->what->recording, &rec);
  size_t widest = 0;
  if (!s && !rec->n_streams)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: there is no stream of samples in it", d->what->recording);
  for (size_t i = 1; !s && i < rec->n_streams; i++)
    if (rec->streams[i].n_channels > rec->streams[widest].n_channels) widest = i;
  const bl_rec_stream *stream = s ? NULL : &rec->streams[widest];
  if (!s && !(d->x = bl_calloc(ctx, (size_t)stream->n_frames + 1, stream->n_channels * sizeof *d->x)))
    s = bl_fail_nomem(ctx, d->what->recording);
  if (!s) s = bl_recording_read(ctx, rec, widest, 0, (size_t)stream->n_frames, d->x, &d->n);
  if (!s) s = make_mono(ctx, d, stream);
  bl_recording_close(ctx, rec);
  return s;
}

bl_status bl_diagnose(bl_ctx *ctx, const bl_diagnosing *what, bl_buf *out, bool *agree)
{
  diagnosis d = {.what = what};
  *agree = false;
  bl_status s = find_preset(ctx, &d);
  if (!s) s = read_samples(ctx, &d);
  if (!s) s = bl_npy_read(ctx, what->values, &d.values);
  if (!s) s = diagnose(ctx, &d, out, agree);
  bl_free(ctx, d.x);
  bl_mat_free(ctx, &d.values);
  bl_stream_free(ctx, &d.in);
  return s;
}
