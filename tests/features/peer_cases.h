/* peer_cases.h: golden files that hold signals and cases: what a peer gave for some of them, and with which options ours
 * is to give the same. Text "signals", "cases": how many; array signalN [samples x 1], text rateN (Hz); array caseN: rows
 * of a number, which of ours it is, and of which signal; text caseN.call, .summary, .options. The number REFUSED stands
 * for a segment that is to be refused. */
#ifndef BL_TEST_PEER_CASES_H
#define BL_TEST_PEER_CASES_H

#include <math.h>
#include <stdlib.h>

#include "feature_help.h"
#include "golden.h"

enum { PEER_MAX_N = 10000, PEER_MAX_ROW = 512, REFUSED = -777 };

/* The row of n samples of one channel by a summary with options "name=value;name=value" ("-": none). False when the
 * segment was refused (BL_E_SHAPE). */
static inline bool peer_row(bl_ctx *ctx, const char *name, const char *options, double rate_hz, const double *v,
                            size_t n, float *row, size_t *width)
{
  static float x[PEER_MAX_N];
  bl_stream in;
  bl_summary m;
  sum_run run = {0};
  assert_true(n <= PEER_MAX_N);
  for (size_t i = 0; i < n; i++) x[i] = (float)v[i];
  check_ok(ctx, make_stream(ctx, 1, 1, rate_hz, &in));
  check_ok(ctx, make_summary(ctx, name, NULL, NULL, &m));
  if (strcmp(options, "-")) set_options(ctx, &m, options);
  check_ok(ctx, sum_start(ctx, &m, &in, &run));
  *width = run.names.names.n;
  assert_true(*width <= PEER_MAX_ROW);
  bl_status s = sum_segment(ctx, &run, x, n, 1, NULL, row);
  if (s) check_fails(ctx, s, BL_E_SHAPE, name);
  sum_stop(ctx, &run);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  return !s;
}

static inline const char *peer_text(const golden *g, const char *what, size_t i, const char *part)
{
  char name[64];
  snprintf(name, sizeof name, "%s%zu%s", what, i, part);
  return golden_text(g, name);
}

static inline void check_peer_case(const golden *g, size_t i)
{
  char name[64], what[256];
  static float row[PEER_MAX_ROW];
  size_t width = 0, of = SIZE_MAX;
  bool given = false;
  bl_ctx *ctx = bl_ctx_new();
  const char *summary = peer_text(g, "case", i, ".summary"), *options = peer_text(g, "case", i, ".options");
  snprintf(name, sizeof name, "case%zu", i);
  const golden_array *want = golden_get(g, name);
  for (size_t k = 0; k < want->rows; k++) {
    const double *v = want->v + 3 * k;
    size_t column = (size_t)v[1], at = (size_t)v[2];
    if (at != of) {
      snprintf(name, sizeof name, "signal%zu", at);
      const golden_array *x = golden_get(g, name);
      given = peer_row(ctx, summary, options, atof(peer_text(g, "rate", at, "")), x->v, x->rows, row, &width);
      of = at;
    }
    assert_true(column < width);
    snprintf(what, sizeof what, "%s, signal %zu, number %zu", peer_text(g, "case", i, ".call"), at, column);
    golden_compare_one(v[0], given ? (double)row[column] : REFUSED, want->rtol, want->atol, what);
  }
  check_free(ctx);
}

static inline void check_peer_cases(const char *topic, size_t at_least)
{
  golden *g = golden_open(topic);
  size_t n = (size_t)atoi(golden_text(g, "cases"));
  assert_true(n >= at_least);
  for (size_t i = 0; i < n; i++) check_peer_case(g, i);
  golden_close(g);
}

#endif
