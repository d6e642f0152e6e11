/* Walks the registry of segmentations: spans ascend, lie in the run, and plans are pure, for any events and runs. */
#include <stdio.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/segment.h"
#include "check.h"

enum { N_EVENTS = 60 };

static const bl_run_info runs[] = {
    {.start_s = 0, .end_s = 30, .rate_hz = 160},
    {.start_s = 12.3456, .end_s = 47.1, .rate_hz = 250, .follows = true},
    {.start_s = 100, .end_s = 100, .rate_hz = 160}, /* nothing in it */
    {.start_s = 5, .end_s = 5.01, .rate_hz = 160, .follows = true, .followed = true, .next_start_s = 6},
    {.start_s = 1000.5, .end_s = 1100, .rate_hz = 44100},
};

static void make_events(bl_event *e, double from, double to, uint64_t index)
{
  bl_rng r = bl_rng_make(3, "segments", index);
  const char *labels[] = {"a", "b", ""};
  for (size_t i = 0; i < N_EVENTS; i++)
    e[i] = (bl_event){bl_rng_between(&r, from - 2, to + 2), bl_rng_uniform(&r) * 4, labels[bl_rng_below(&r, 3)]};
}

static void check_spans(const bl_segment_class *c, const bl_spans *s, const bl_run_info *run)
{
  const bl_stream wave = {.rate_hz = run->rate_hz, .n_channels = 1, .n_bins = 1};
  uint64_t n = (uint64_t)(rint(run->end_s * run->rate_hz) - rint(run->start_s * run->rate_hz));
  for (size_t i = 0; i < s->n; i++) {
    uint64_t first, behind;
    const bl_span *v = &s->v[i];
    if (i && v->start_s < s->v[i - 1].start_s) fail_msg("%s: spans do not ascend", c->name);
    assert_true(v->event == BL_NO_EVENT || v->event < N_EVENTS);
    bl_span_frames(v, run->start_s, &wave, &first, &behind);
    if (isinf(v->end_s)) continue; /* all there is */
    if (!(first < behind && behind <= n))
      fail_msg("%s: [%llu, %llu) of %llu samples", c->name, (unsigned long long)first, (unsigned long long)behind,
               (unsigned long long)n);
  }
}

static void test_contract(void **state)
{
  (void)state;
  size_t seen = 0;
  for (size_t i = 0; bl_segment_at(i); i++) {
    const bl_segment_class *c = bl_segment_at(i);
    assert_true(c->name && *c->name && c->summary && *c->summary && c->source && c->plan);
    assert_ptr_equal(bl_segment_find(c->name), c);
    for (size_t k = 0; k < sizeof runs / sizeof *runs; k++) {
      bl_ctx *ctx = bl_ctx_new();
      bl_segment g;
      bl_spans one = {0}, two = {0}, none = {0};
      bl_event events[N_EVENTS];
      size_t skipped = 0, again = 0, no = 0;
      make_events(events, runs[k].start_s, runs[k].end_s, k);
      check_ok(ctx, bl_segment_new(ctx, c->name, &g));
      if (bl_opts_find(c->opts, "event_repeated")) /* events at random may well meet */
        check_ok(ctx, bl_opts_set(ctx, c->name, c->opts, g.params, "event_repeated", "keep"));
      check_ok(ctx, c->plan(ctx, g.params, &runs[k], events, N_EVENTS, &one, &skipped));
      check_ok(ctx, c->plan(ctx, g.params, &runs[k], events, N_EVENTS, &two, &again));
      check_ok(ctx, c->plan(ctx, g.params, &runs[k], NULL, 0, &none, &no));
      check_spans(c, &one, &runs[k]);
      assert_int_equal(one.n, two.n);
      assert_int_equal(skipped, again);
      for (size_t j = 0; j < one.n; j++)
        assert_true(one.v[j].start_s == two.v[j].start_s && one.v[j].event == two.v[j].event);
      if (runs[k].start_s == runs[k].end_s) assert_int_equal(one.n + none.n, 0);
      seen += one.n;
      bl_spans_free(ctx, &one);
      bl_spans_free(ctx, &two);
      bl_spans_free(ctx, &none);
      bl_segment_free(ctx, &g);
      check_free(ctx);
    }
  }
  assert_true(seen > 150);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_contract)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
