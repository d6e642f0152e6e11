/* Walks the registry of segmentations: spans ascend and lie in the run, and neither the times at which a run is cut into
 * steps nor when its events are told changes a span, for any events and runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/segment.h"
#include "check.h"
#include "cut.h"

enum { N_EVENTS = 60 };

static const bl_run_info runs[] = {
    {.start_s = 0, .end_s = 30, .rate_hz = 160},
    {.start_s = 12.3456, .end_s = 47.1, .rate_hz = 250, .follows = true},
    {.start_s = 100, .end_s = 100, .rate_hz = 160}, /* nothing in it */
    {.start_s = 5, .end_s = 5.01, .rate_hz = 160, .follows = true, .followed = true, .next_start_s = 6},
    {.start_s = 40, .end_s = 90, .rate_hz = 100, .follows = true, .followed = true, .next_start_s = 91.5},
    {.start_s = 1000.5, .end_s = 1100, .rate_hz = 44100},
    {.start_s = 0, .end_s = 40, .rate_hz = 5, .unlabelled = true},
    {.start_s = 0, .end_s = 30, .rate_hz = 160, .between_labels = ";"},
};
enum { N_RUNS = sizeof runs / sizeof *runs };

/* More than the defaults of single segmentations, so that each rule that looks ahead is met. */
static const struct {
  const char *name, *options;
} variants[] = {
    {"window", "length_s=2;hop_s=0.3"},
    {"window", "length_s=2;hop_s=0.3;reject_by_annotation=false"},
    {"window", "length_s=1.5;overlap=0.6;start_s=0.7;label_from=events;otherwise=x;min_coverage=0.3"},
    {"window", "length_s=1;hop_s=0.7;label_from=events;coverage_of=event;guard_s=1.3"},
    {"window", "length_s=0.4;label_from=events;min_coverage=0.9;negatives_share=0.4;seed=3"},
    {"window", "length_s=0.4;label_from=events;min_coverage=0.9;negatives_per_positive=1.5;negatives_share=0.8"},
    {"window", "length_s=0.4;label_from=events;min_coverage=0.9;negatives_per_positive=0"},
    {"window", "length_s=2;hop_s=0.3;pad=zero;reject_by_annotation=false"},
    {"window", "length_s=1.5;overlap=0.6;start_s=0.7;label_from=events;pad=repeat"},
    {"window", "length_s=0.4;label_from=events;min_coverage=0.9;negatives_per_positive=1.5;pad=reflect"},
    {"epochs", "event_repeated=keep"},
    {"epochs", "event_repeated=merge;tmin=0.3;tmax=1.1"},
    {"epochs", "event_repeated=drop;tmin=-1;tmax=-0.4;events=[a, b]"},
    {"epochs", "event_repeated=keep;reject_by_annotation=false;events=a"},
    {"epochs", "event_repeated=merge;tmin=-2;tmax=2;reject=1;reject_tmin=-1;reject_tmax=0.5"},
};
enum { N_VARIANTS = sizeof variants / sizeof *variants };

static int by_onset(const void *pa, const void *pb)
{
  const bl_event *a = pa, *b = pb;
  return a->onset_s < b->onset_s ? -1 : a->onset_s > b->onset_s;
}

/* In order, so that an event has one number however they are told; some at one sample. */
static void make_events(bl_event *e, double from, double to, uint64_t index)
{
  bl_rng r = bl_rng_make(3, "segments", index);
  const char *labels[] = {"a", "b", "", "BAD_x"};
  for (size_t i = 0; i < N_EVENTS; i++)
    e[i] = (bl_event){bl_rng_between(&r, from - 2, to + 2), bl_rng_uniform(&r) * 4, labels[bl_rng_below(&r, 4)]};
  for (size_t i = 5; i < N_EVENTS; i += 5) e[i].onset_s = e[i - 1].onset_s;
  qsort(e, N_EVENTS, sizeof *e, by_onset);
}

/* When the segmentation has a span of the run padded, where that begins; else NAN, which equals nothing. */
static double padded_start(const bl_segment *g, const bl_run_info *run)
{
  bl_padding p;
  return g->cls->pads && g->cls->pads(g->params, run, &p) ? p.span.start_s : (double)NAN;
}

static void check_spans(const bl_segment *g, const bl_spans *s, const bl_run_info *run)
{
  const bl_segment_class *c = g->cls;
  double padded = padded_start(g, run);
  const bl_stream wave = {.rate_hz = run->rate_hz, .n_channels = 1, .n_bins = 1};
  uint64_t n = (uint64_t)(rint(run->end_s * run->rate_hz) - rint(run->start_s * run->rate_hz));
  for (size_t i = 0; i < s->n; i++) {
    uint64_t first, behind;
    const bl_span *v = &s->v[i];
    if (i && v->start_s < s->v[i - 1].start_s) fail_msg("%s: spans do not ascend", c->name);
    assert_true(v->event == BL_NO_EVENT || v->event < N_EVENTS);
    bl_span_frames(v, run->start_s, &wave, &first, &behind);
    if (isinf(v->end_s)) continue; /* all there is */
    if (v->start_s == padded && first < n && i + 1 == s->n) continue;
    if (!(first < behind && behind <= n))
      fail_msg("%s: [%llu, %llu) of %llu samples", c->name, (unsigned long long)first, (unsigned long long)behind,
               (unsigned long long)n);
  }
}

/* How a run is gone through in steps. */
typedef struct manner {
  const char *what;
  bool live;     /* events are told as they happen; else all in the first step */
  bool end_open; /* nobody knows when the run ends until it does */
} manner;

static const manner manners[] = {
    {"in steps, all events known", false, false},
    {"in steps, events told as they happen", true, false},
    {"in steps, events told as they happen, the end not known", true, true},
};

/* Spans of one step must begin no earlier than the history reaches that look_back_s asks for. */
static void check_history(const char *what, const bl_spans *s, size_t from, double known_before_s, double look_back_s)
{
  for (size_t i = from; i < s->n; i++)
    if (isfinite(s->v[i].start_s) && s->v[i].start_s < known_before_s - look_back_s)
      fail_msg("%s: a span from %g s came out behind %g s, with %g s of history", what, s->v[i].start_s, known_before_s,
               look_back_s);
}

static void go_in_steps(bl_ctx *ctx, const bl_segment *g, const bl_run_info *run, const bl_event *events, manner how,
                        uint64_t seed, bl_segment_run *seg, bl_spans *out)
{
  bl_rng r = bl_rng_make(seed, "steps", 0);
  bl_run_info at_first = *run;
  double until = run->start_s - 3, look_back = bl_segment_look_back(g, run);
  size_t told = 0;
  if (how.end_open) at_first.end_s = INFINITY, at_first.followed = false;
  check_ok(ctx, bl_segment_open(ctx, g, &at_first, seg));
  while (until < run->end_s) {
    double before = until, most = bl_rng_below(&r, 4) ? 0.2 : 5;
    bl_news news = {events + told, 0, INFINITY};
    size_t n = out->n;
    until += bl_rng_uniform(&r) * most;
    if (until > run->end_s) until = run->end_s;
    if (how.live) news.known_s = until;
    while (told < N_EVENTS && (!how.live || events[told].onset_s < until)) told++, news.n++;
    check_ok(ctx, g->cls->advance(ctx, seg->state, until, &news, out));
    if (how.live) check_history(how.what, out, n, before, look_back);
  }
  const bl_news rest = {events + told, N_EVENTS - told, INFINITY};
  size_t n = out->n;
  if (!how.end_open) check_ok(ctx, g->cls->advance(ctx, seg->state, run->end_s, &rest, out));
  check_ok(ctx, g->cls->close(ctx, seg->state, run, out));
  if (how.live) check_history(how.what, out, n, until, look_back);
}

static bool same_text(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

static bool same_span(const bl_span *a, const bl_span *b)
{
  return a->start_s == b->start_s && a->end_s == b->end_s && a->anchor_s == b->anchor_s &&
         a->end_included == b->end_included && a->event == b->event && same_text(a->label, b->label);
}

/* Live, a segmentation may have promised spans that the end then cut off, but for one that is padded. */
static void drop_cut_off(const bl_segment *g, bl_spans *s, const bl_run_info *run)
{
  size_t kept = 0;
  double padded = padded_start(g, run);
  double behind = rint(run->end_s * run->rate_hz);
  for (size_t i = 0; i < s->n; i++) {
    const bl_span *v = &s->v[i];
    double last =
        rint(v->anchor_s * run->rate_hz) + rint((v->end_s - v->anchor_s) * run->rate_hz) + (v->end_included ? 1 : 0);
    if (isinf(v->end_s) || last <= behind || v->start_s == padded) s->v[kept++] = *v;
  }
  s->n = kept;
}

static void check_same(const char *name, const char *options, const char *what, const bl_spans *want,
                       const bl_spans *got, bool notes_too)
{
  if (want->n != got->n) fail_msg("%s, %s, %s: %zu spans, wanted %zu", name, options, what, got->n, want->n);
  for (size_t i = 0; i < want->n; i++)
    if (!same_span(&want->v[i], &got->v[i]))
      fail_msg("%s, %s, %s: span %zu from %.9g s is another, wanted %.9g s", name, options, what, i, got->v[i].start_s,
               want->v[i].start_s);
  if (!notes_too) return;
  if (want->n_left_out != got->n_left_out)
    fail_msg("%s, %s, %s: %zu left out, wanted %zu", name, options, what, got->n_left_out, want->n_left_out);
  for (size_t i = 0; i < want->n_left_out; i++) {
    const bl_left_out *a = &want->left_out[i], *b = &got->left_out[i];
    if (a->start_s != b->start_s || !same_text(a->label, b->label) || strcmp(a->why, b->why))
      fail_msg("%s, %s, %s: left out %zu: %.9g s '%s', wanted %.9g s '%s'", name, options, what, i, b->start_s, b->why,
               a->start_s, a->why);
  }
}

/* One segmentation with these options over one run, in every manner; returns how many spans there are. */
static size_t check_run(const char *name, const char *options, const bl_run_info *run, uint64_t index)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_segment g;
  bl_spans want = {0};
  bl_segment_run whole = {0};
  bl_event events[N_EVENTS];
  make_events(events, run->start_s, run->end_s, index);
  check_ok(ctx, make_segment(ctx, name, options, &g));
  check_ok(ctx, cut_and_keep(ctx, &g, run, events, N_EVENTS, &whole, &want));
  check_spans(&g, &want, run);
  if (run->start_s >= run->end_s) assert_int_equal(want.n, 0);
  for (size_t k = 0; k < sizeof manners / sizeof *manners; k++)
    for (uint64_t seed = 0; seed < 3; seed++) {
      bl_segment_run seg = {0};
      bl_spans got = {0};
      if (manners[k].end_open && run->start_s >= run->end_s) continue; /* live, a run begins with its first frame */
      go_in_steps(ctx, &g, run, events, manners[k], seed, &seg, &got);
      if (manners[k].end_open) drop_cut_off(&g, &got, run);
      check_same(name, options, manners[k].what, &want, &got, !manners[k].end_open);
      bl_spans_free(ctx, &got);
      bl_segment_stop(ctx, &seg);
    }
  size_t n = want.n;
  bl_spans_free(ctx, &want);
  bl_segment_stop(ctx, &whole);
  bl_segment_free(ctx, &g);
  check_free(ctx);
  return n;
}

static void test_contract(void **state)
{
  (void)state;
  size_t seen = 0;
  for (size_t i = 0; bl_segment_at(i); i++) {
    const bl_segment_class *c = bl_segment_at(i);
    assert_true(c->name && *c->name && c->summary && *c->summary && c->source);
    assert_true(c->open && c->advance && c->close && c->state_size);
    assert_ptr_equal(bl_segment_find(c->name), c);
    const char *options = bl_opts_find(c->opts, "event_repeated") ? "event_repeated=keep" : "";
    for (size_t k = 0; k < N_RUNS; k++) seen += check_run(c->name, options, &runs[k], k);
  }
  for (size_t i = 0; i < N_VARIANTS; i++)
    for (size_t k = 0; k < N_RUNS; k++) seen += check_run(variants[i].name, variants[i].options, &runs[k], 100 * i + k);
  assert_true(seen > 2000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_contract)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
