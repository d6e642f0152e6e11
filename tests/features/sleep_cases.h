/* sleep_cases.h: events that YASA finds (tests/golden/sleep.txt), for the tests of the stages that find the same. */
#ifndef BL_TEST_SLEEP_CASES_H
#define BL_TEST_SLEEP_CASES_H

#include "golden.h"
#include "stage_conformance.h"

enum { SLEEP_MOST = 3000 };

/* Events of a chain that ends in a detector, from n samples of one channel in uV; *found to be freed. */
static inline void sleep_events(bl_ctx *ctx, const char *text, double rate_hz, const float *x, size_t n,
                                bl_findings *found)
{
  bl_stream in;
  chain c;
  double known;
  check_ok(ctx, chain_wave(ctx, rate_hz, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, text, &in, x, n, &c));
  assert_int_equal(chain_out(&c)->n, n);
  assert_memory_equal(chain_out(&c)->v, x, n * sizeof *x); /* frames pass unchanged */
  check_ok(ctx, c.run[0].cls->events(ctx, c.run[0].state, found, &known));
  check_near(known, (double)n / rate_hz, 1e-9);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
}

static inline void check_sleep_case(const golden *g, const char *name)
{
  static float x[SLEEP_MOST];
  char text[64];
  bl_findings found = {0};
  bl_ctx *ctx = bl_ctx_new();
  snprintf(text, sizeof text, "%s.signal", name);
  const golden_array *want = golden_get(g, name), *signal = golden_get(g, golden_text(g, text));
  double rate_hz = strcmp(golden_text(g, text), "n2") ? 100 : 200;
  for (size_t i = 0; i < signal->rows; i++) x[i] = (float)signal->v[i];
  snprintf(text, sizeof text, "%s.stage", name);
  sleep_events(ctx, golden_text(g, text), rate_hz, x, signal->rows, &found);
  assert_int_equal(found.n, want->rows);
  for (size_t i = 0; i < found.n; i++) {
    const double *w = want->v + i * want->cols;
    check_near(found.v[i].event.onset_s, w[0], 1e-9);
    check_near(found.v[i].event.onset_s + found.v[i].event.duration_s, w[1], 1e-9);
    for (size_t k = 2; k < want->cols; k++)
      golden_compare_one(w[k], found.v[i].value[k - 2], want->rtol, want->atol, name);
  }
  bl_findings_free(ctx, &found);
  check_free(ctx);
}

static inline void check_sleep_cases(const char *front, size_t at_least)
{
  golden *g = golden_open("sleep");
  char names[512];
  size_t n = 0;
  snprintf(names, sizeof names, "%s", golden_text(g, "names"));
  for (char *save = NULL, *at = strtok_r(names, " ", &save); at; at = strtok_r(NULL, " ", &save))
    if (!strncmp(at, front, strlen(front))) check_sleep_case(g, at), n++;
  assert_true(n >= at_least);
  golden_close(g);
}

/* A flat channel, one in volts by its size, and one with a NaN: passed over, with a warning each. */
static inline void check_passed_over(const char *stage)
{
  static float x[SLEEP_MOST];
  for (int kind = 0; kind < 3; kind++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_rng r = bl_rng_make(5, "sleep", 0);
    bl_findings found = {0};
    for (size_t i = 0; i < SLEEP_MOST; i++) x[i] = kind == 0 ? 3 : (float)(bl_rng_normal(&r) * (kind == 1 ? 1e-5 : 30));
    if (kind == 2) x[1234] = NAN;
    bl_stream in;
    chain c;
    double known;
    check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
    check_ok(ctx, chain_run(ctx, stage, &in, x, SLEEP_MOST, &c));
    check_ok(ctx, c.run[0].cls->events(ctx, c.run[0].state, &found, &known));
    assert_int_equal(found.n, 0);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    bl_findings_free(ctx, &found);
    check_free(ctx);
  }
}

static inline void check_sleep_refused(const char *const text[][2], size_t n)
{
  for (size_t i = 0; i < n; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
    bl_status s = chain_start(ctx, text[i][0], &in, &c);
    check_fails(ctx, s, BL_E_CONFIG, text[i][1]);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

#endif
