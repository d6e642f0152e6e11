/* chain.h: runs chains of stages written as text, "stft n_fft=256 | power | mel n_mels=40", for the tests of stages. */
#ifndef BL_TEST_CHAIN_H
#define BL_TEST_CHAIN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/stage.h"
#include "check.h"

enum { CHAIN_MAX = 8 };

/* A waveform stream with channels `names` (space-separated) in `unit`. */
static inline bl_status chain_wave(bl_ctx *ctx, double rate, const char *names, const char *unit, bl_stream *out)
{
  *out = (bl_stream){.rate_hz = rate, .source_rate_hz = rate, .n_bins = 1};
  bl_status s = BL_OK;
  for (const char *at = names; !s && *at;) {
    char name[32] = "";
    size_t n = strcspn(at, " ");
    memcpy(name, at, n < 31 ? n : 31);
    s = bl_texts_add(ctx, &out->channels, name);
    if (!s) s = bl_texts_add(ctx, &out->units, unit);
    out->n_channels++;
    at += n + (at[n] == ' ');
  }
  if (s) bl_stream_free(ctx, out);
  return s;
}

typedef struct chain {
  bl_stage stage[CHAIN_MAX];
  bl_stage_run run[CHAIN_MAX];
  bl_frames mid[CHAIN_MAX]; /* what each stage puts out; the last one's is kept by the caller */
  size_t n;
} chain;

static inline void chain_stop(bl_ctx *ctx, chain *c)
{
  for (size_t i = 0; i < c->n; i++) {
    bl_stage_stop(ctx, &c->run[i]);
    bl_stage_free(ctx, &c->stage[i]);
    bl_frames_free(ctx, &c->mid[i]);
  }
  *c = (chain){0};
}

/* One stage's text: name, then option=value words; values hold no blanks (write lists as [a,b]). in: what comes before,
 * and the ends of the branches that the stage takes. */
static inline bl_status chain_add(bl_ctx *ctx, chain *c, char *text, const bl_stream *const *in, size_t n_in)
{
  char *save = NULL, *word = strtok_r(text, " ", &save);
  bl_stage *st = &c->stage[c->n];
  if (!word) return bl_fail(ctx, BL_E_ARG, "chain: an empty stage");
  bl_status s = bl_stage_new(ctx, word, st);
  if (s) return s;
  c->n++;
  while (!s && (word = strtok_r(NULL, " ", &save))) {
    char *eq = strchr(word, '=');
    *eq = '\0';
    s = bl_opts_set(ctx, st->cls->name, st->cls->opts, st->params, word, eq + 1);
  }
  if (!s) s = bl_stage_start_all(ctx, st, in, n_in, &c->run[c->n - 1]);
  if (!s) c->mid[c->n - 1].width = bl_stream_width(&c->run[c->n - 1].out);
  return s;
}

static inline bl_status chain_start(bl_ctx *ctx, const char *text, const bl_stream *in, chain *c)
{
  char copy[512];
  snprintf(copy, sizeof copy, "%s", text);
  *c = (chain){0};
  bl_status s = BL_OK;
  char *save = NULL, *part = strtok_r(copy, "|", &save);
  for (; !s && part; part = strtok_r(NULL, "|", &save)) {
    const bl_stream *from = c->n ? &c->run[c->n - 1].out : in;
    s = chain_add(ctx, c, part, &from, 1);
  }
  if (s) chain_stop(ctx, c);
  return s;
}

/* The last stage of a chain that has begun, what it makes, and what it has put out. */
static inline const bl_stage_run *chain_last(const chain *c)
{
  assert_true(c->n > 0);
  const bl_stage_run *last = &c->run[c->n - 1];
  assert_non_null(last->cls);
  return last;
}

static inline const bl_stream *chain_stream(const chain *c) { return &chain_last(c)->out; }

static inline const bl_frames *chain_out(const chain *c)
{
  assert_true(c->n > 0);
  const bl_frames *out = &c->mid[c->n - 1];
  assert_true(out->v || !out->n);
  return out;
}

/* Pushes a block through all stages; with `end`, stage by stage the run ends too. */
static inline bl_status chain_push(bl_ctx *ctx, chain *c, const float *x, size_t n, bool end)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->n; i++) {
    bl_frames *out = &c->mid[i];
    if (i + 1 < c->n) out->n = 0;
    s = c->run[i].cls->push(ctx, c->run[i].state, x, n, out);
    if (!s && end && c->run[i].cls->finish) s = c->run[i].cls->finish(ctx, c->run[i].state, out);
    x = out->v;
    n = out->n;
  }
  return s;
}

static inline void chain_reset(chain *c)
{
  for (size_t i = 0; i < c->n; i++) {
    if (c->run[i].cls->reset) c->run[i].cls->reset(c->run[i].state);
    c->mid[i].n = 0;
  }
}

/* Start, one block, end: what most tests need. The caller stops the chain. */
static inline bl_status chain_run(bl_ctx *ctx, const char *text, const bl_stream *in, const float *x, size_t n,
                                  chain *c)
{
  bl_status s = chain_start(ctx, text, in, c);
  if (!s && (s = chain_push(ctx, c, x, n, true))) chain_stop(ctx, c);
  return s;
}

#endif
