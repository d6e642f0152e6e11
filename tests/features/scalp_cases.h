/* scalp_cases.h: stages on the electrodes of tests/golden/interpolate.txt, against MNE. */
#ifndef BL_TEST_SCALP_CASES_H
#define BL_TEST_SCALP_CASES_H

#include "chain.h"
#include "golden.h"

/* Runs the chain on the golden recording, in V, and holds all channels to the array called `name`. */
static inline void scalp_compare(const char *text, const char *name)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("interpolate");
  const golden_array *x = golden_get(g, "x"), *want = golden_get(g, name);
  bl_stream in;
  chain c;
  size_t n = x->cols, width = x->rows;
  float *v = malloc(n * width * sizeof *v), *got = malloc(n * width * sizeof *got);
  for (size_t k = 0; k < width; k++)
    for (size_t i = 0; i < n; i++) v[i * width + k] = (float)x->v[k * n + i];
  check_ok(ctx, chain_wave(ctx, 100, golden_text(g, "names"), "V", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, n, &c));
  assert_int_equal(chain_out(&c)->n, n);
  assert_int_equal(chain_out(&c)->width, width);
  for (size_t k = 0; k < width; k++)
    for (size_t i = 0; i < n; i++) got[k * n + i] = chain_out(&c)->v[i * width + k];
  golden_compare_f32(want, got, text);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  free(got);
  golden_close(g);
  check_free(ctx);
}

#endif
