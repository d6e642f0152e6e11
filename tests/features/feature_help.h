/* feature_help.h: streams and summaries for tests of features. */
#ifndef BL_TEST_FEATURE_HELP_H
#define BL_TEST_FEATURE_HELP_H

#include <stdio.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/summary.h"
#include "check.h"

/* n_bins 1: a waveform. Channels "ch 0" (with a blank), "ch 1" ... in uV; a single channel has no name. */
static inline bl_status make_stream(bl_ctx *ctx, size_t n_channels, size_t n_bins, double rate_hz, bl_stream *out)
{
  *out = (bl_stream){.rate_hz = rate_hz, .source_rate_hz = rate_hz, .n_channels = n_channels, .n_bins = 1};
  char name[32];
  double hz[64];
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n_channels; i++) {
    snprintf(name, sizeof name, "ch %zu", i);
    s = bl_texts_add(ctx, &out->channels, n_channels == 1 ? "" : name);
    if (!s) s = bl_texts_add(ctx, &out->units, "uV");
  }
  for (size_t k = 0; k < n_bins && k < 64; k++) hz[k] = 12.5 * (double)k;
  if (!s && n_bins > 1) s = bl_stream_set_bins(ctx, out, n_bins, hz, NULL);
  if (s) bl_stream_free(ctx, out);
  return s;
}

/* A summary with one option set, or with defaults (option NULL). */
static inline bl_status make_summary(bl_ctx *ctx, const char *name, const char *option, const char *value,
                                     bl_summary *out)
{
  bl_status s = bl_summary_new(ctx, name, out);
  if (!s && option) {
    s = bl_opts_set(ctx, name, out->cls->opts, out->params, option, value);
    if (s) bl_summary_free(ctx, out);
  }
  return s;
}

/* Options written "name=value;name=value". */
static inline void set_options(bl_ctx *ctx, bl_summary *m, const char *options)
{
  char text[512];
  assert_true(strlen(options) < sizeof text);
  memcpy(text, options, strlen(options) + 1);
  for (char *at = text; *at;) {
    char *end = at + strcspn(at, ";"), *eq = at + strcspn(at, "=");
    char *next = *end ? end + 1 : end;
    assert_true(eq < end);
    *end = *eq = '\0';
    check_ok(ctx, bl_opts_set(ctx, m->cls->name, m->cls->opts, m->params, at, eq + 1));
    at = next;
  }
}

/* A running summary. */
typedef struct sum_run {
  const bl_summary_class *cls;
  void *state;
  bl_feature_names names;
} sum_run;

static inline void sum_stop(bl_ctx *ctx, sum_run *r)
{
  if (r->state && r->cls->release) r->cls->release(ctx, r->state);
  bl_free(ctx, r->state);
  bl_feature_names_free(ctx, &r->names);
  *r = (sum_run){.cls = r->cls};
}

static inline bl_status sum_start(bl_ctx *ctx, const bl_summary *m, const bl_stream *in, sum_run *r)
{
  *r = (sum_run){.cls = m->cls};
  bl_status s = bl_summary_shape(ctx, m, in, &r->names);
  if (!s && !(r->state = bl_calloc(ctx, 1, m->cls->state_size))) s = BL_E_NOMEM;
  if (!s) s = m->cls->init(ctx, m->params, in, r->state);
  if (s) sum_stop(ctx, r);
  return s;
}

/* One segment of n frames; cut into random blocks when rng is not NULL. */
static inline bl_status sum_segment(bl_ctx *ctx, sum_run *r, const float *x, size_t n, size_t width, bl_rng *rng,
                                    float *row)
{
  const bl_span span = {.start_s = 0, .end_s = INFINITY, .event = BL_NO_EVENT};
  bl_status s = r->cls->begin(ctx, r->state, &span, 0);
  for (size_t at = 0; !s && at < n;) {
    size_t now = rng ? (size_t)bl_rng_below(rng, 40) : n;
    if (now > n - at) now = n - at;
    s = r->cls->push(ctx, r->state, x + at * width, now);
    at += now;
  }
  return s ? s : r->cls->finish(ctx, r->state, row);
}

/* All in one, for golden numbers: the row of one segment, defaults but for `options` ("name=value;name=value"). */
static inline void summarise(bl_ctx *ctx, const char *name, const char *options, const bl_stream *in, const float *x,
                             size_t n, float *row, size_t want_width)
{
  bl_summary m;
  sum_run r;
  check_ok(ctx, bl_summary_new(ctx, name, &m));
  set_options(ctx, &m, options);
  check_ok(ctx, sum_start(ctx, &m, in, &r));
  assert_int_equal(r.names.names.n, want_width);
  check_ok(ctx, sum_segment(ctx, &r, x, n, bl_stream_width(in), NULL, row));
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
}

#endif
