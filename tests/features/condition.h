/* condition.h: runs a stage on the input of condition.txt, or of another golden file, and compares with arrays of
 * one. */
#ifndef BL_TEST_CONDITION_H
#define BL_TEST_CONDITION_H

#include "chain.h"
#include "golden.h"

/* The stage written as `text`, on the first n frames of the input's x (0: all; three channels) at `rate`, must give the
 * array `name` of `topic`. */
static inline void condition_check_of(const char *input, const char *topic, const char *text, double rate, size_t n,
                                      const char *name)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *gx = golden_open(input), *g = golden_open(topic);
  const golden_array *x = golden_get(gx, "x"), *want = golden_get(g, name);
  n = n ? n : x->rows;
  float *v = calloc(n * x->cols, sizeof *v);
  for (size_t i = 0; i < n * x->cols; i++) v[i] = (float)x->v[i];
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, rate, "a b c", "uV", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, n, &c));
  assert_int_equal(chain_out(&c)->n, want->rows);
  assert_int_equal(chain_out(&c)->width, want->cols);
  golden_compare_f32(want, chain_out(&c)->v, text);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  golden_close(gx);
  golden_close(g);
  check_free(ctx);
}

static inline void condition_check(const char *topic, const char *text, double rate, size_t n, const char *name)
{
  condition_check_of("condition", topic, text, rate, n, name);
}

/* Texts of stages that must not start on a waveform at `rate`, with the code and a part of the message. */
typedef struct refusal {
  const char *text;
  bl_status code;
  const char *part;
} refusal;
static inline void check_refused(const refusal *r, size_t n, double rate)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, rate, "a", "uV", &in));
  for (size_t i = 0; i < n; i++) check_fails(ctx, chain_start(ctx, r[i].text, &in, &c), r[i].code, r[i].part);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

#endif
