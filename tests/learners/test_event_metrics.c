/* Event metrics: sed_eval's counts on tricky lists, and what every class of the registry promises. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/event_metric.h"
#include "golden.h"

/* ---- against sed_eval -------------------------------------------------------------------------------------------- */

enum { MAX_EVENTS = 64 };
typedef struct lists {
  bl_spotted truth[MAX_EVENTS], found[MAX_EVENTS];
  bl_spotted_data d;
} lists;

static size_t read_side(const golden *g, int i, const char *side, bl_spotted *out)
{
  char name[64];
  snprintf(name, sizeof name, "case.%d.n_%s", i, side);
  size_t n = (size_t)golden_get(g, name)->v[0];
  snprintf(name, sizeof name, "case.%d.%s", i, side);
  const double *v = n ? golden_get(g, name)->v : NULL;
  for (size_t k = 0; k < n; k++)
    out[k] = (bl_spotted){.start_s = v[3 * k], .end_s = v[3 * k + 1], .label = (int32_t)v[3 * k + 2]};
  return n;
}

static void read_case(const golden *g, int i, lists *l)
{
  l->d = (bl_spotted_data){.truth = l->truth, .found = l->found, .n_labels = 2};
  l->d.n_truth = read_side(g, i, "ref", l->truth);
  l->d.n_found = read_side(g, i, "est", l->found);
}

static double score_of(const char *metric, const char *options, const bl_spotted_data *d)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_event_metric m;
  char text[200], *save = NULL;
  double out;
  snprintf(text, sizeof text, "%s", options);
  check_ok(ctx, bl_event_metric_new(ctx, metric, &m));
  for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char *eq = strchr(word, '=');
    *eq = '\0';
    check_ok(ctx, bl_opts_set(ctx, metric, m.cls->opts, m.params, word, eq + 1));
  }
  check_ok(ctx, bl_event_metric_score(ctx, &m, d, &out));
  bl_event_metric_free(ctx, &m);
  check_free(ctx);
  return out;
}

static const struct setting {
  const char *name, *options;
} settings[] = {
    {"ev_200_50pct", ""},
    {"ev_250_50pct", "t_collar=0.25"},
    {"ev_250_greedy", "t_collar=0.25 matching=greedy"},
    {"ev_250_onset_only", "t_collar=0.25 evaluate_offset=false"},
    {"ev_1s_20pct", "t_collar=1 percentage_of_length=0.2"},
    {"ev_offset_only", "t_collar=0.25 evaluate_onset=false percentage_of_length=0"},
};

/* Two cases lie on the collar of 0.2 in decimals, not in binary: within it here, outside of it for sed_eval. */
static double f1_on_the_collar(const char *setting, const char *name)
{
  bool at_200 = !strcmp(setting, "ev_200_50pct");
  if (at_200 && (!strcmp(name, "collar_decimal") || !strcmp(name, "greedy_trap"))) return 1;
  return (double)NAN;
}

static void check_case(const struct setting *s, const golden *g, int i)
{
  static const char *const metrics[] = {"event_f1", "event_precision", "event_recall"};
  lists l;
  char name[64], what[160];
  snprintf(name, sizeof name, "case.%d", i);
  const char *of = golden_text(g, name);
  const double *want = golden_get(g, s->name)->v + 7 * i, ours = f1_on_the_collar(s->name, of);
  read_case(g, i, &l);
  for (size_t m = 0; m < 3; m++) {
    double all = want[1 + m], got = score_of(metrics[m], s->options, &l.d);
    bool one_side_empty = !l.d.n_truth != !l.d.n_found;
    if (!isnan(ours)) all = ours;
    if (!m && one_side_empty) all = 0; /* sed_eval: NaN */
    snprintf(what, sizeof what, "%s of %s, %s", metrics[m], of, s->name);
    golden_compare_one(all, got, 0, 1e-12, what);
  }
}

static void counts_as_sed_eval_does(void **state)
{
  const struct setting *s = *state;
  golden *g = golden_open("events");
  int n = (int)golden_get(g, "cases")->v[0];
  assert_int_equal(n, 22);
  for (int i = 0; i < n; i++) check_case(s, g, i);
  golden_close(g);
}

/* The mean over labels: one that was never called counts 0, where sed_eval leaves it out. */
static void mean_over_labels(void **unused)
{
  (void)unused;
  static const bl_spotted truth[] = {{.start_s = 1, .end_s = 3}, {.start_s = 4, .end_s = 6, .label = 1}},
                          found[] = {{.start_s = 1, .end_s = 3}, {.start_s = 4, .end_s = 6}};
  bl_spotted_data d = {.truth = truth, .n_truth = 2, .found = found, .n_found = 2, .n_labels = 3};
  check_near(score_of("event_f1", "average=macro", &d), (2.0 / 3 + 0) / 2, 1e-15); /* the third label is nowhere */
  check_near(score_of("event_precision", "average=macro", &d), (0.5 + 0) / 2, 1e-15);
  check_near(score_of("event_recall", "average=macro", &d), (1.0 + 0) / 2, 1e-15);
  check_near(score_of("event_f1", "", &d), 0.5, 1e-15);
}

static void rates_and_thresholds(void **unused)
{
  (void)unused;
  static const bl_spotted truth[] = {{.start_s = 1, .end_s = 3}},
                          found[] = {{.start_s = 1, .end_s = 3, .score = 0.3},
                                     {.start_s = 1, .end_s = 3, .score = 0.9, .recording = 1},
                                     {.start_s = 7, .end_s = 8, .score = 0.5}};
  bl_spotted_data d = {.truth = truth, .n_truth = 1, .found = found, .n_found = 3, .n_labels = 1, .hours = 4};
  check_near(score_of("false_alarms_per_hour", "", &d), 0.5, 1e-15); /* one lies in another recording */
  check_near(score_of("false_alarms_per_hour", "threshold=0.5", &d), 0.5, 1e-15);
  check_near(score_of("false_alarms_per_hour", "threshold=0.6", &d), 0.25, 1e-15);
  check_near(score_of("event_recall", "threshold=0.5", &d), 0, 1e-15);
}

/* ---- of every class ---------------------------------------------------------------------------------------------- */

/* Events far apart, so that each has one detection that can find it. */
static void make_lists(lists *l, size_t n, bool reversed)
{
  l->d = (bl_spotted_data){
      .truth = l->truth, .found = l->found, .n_truth = n, .n_found = n, .n_labels = 3, .hours = 2.385};
  for (size_t i = 0; i < n; i++) {
    size_t at = reversed ? n - 1 - i : i;
    double start = 10.0 * (double)at + 0.1 * (double)(at * at % 7);
    bl_spotted e = {start, start + 1 + 0.01 * (double)at, 0.25, (int32_t)(at % 3), (int32_t)(at % 2)};
    l->truth[i] = e;
    e.start_s += at % 4 ? 0.05 : 0.5; /* every fourth is missed */
    l->found[n - 1 - i] = e;
  }
}

static void promises(void **state)
{
  const bl_event_metric_class *c = *state;
  lists l, turned;
  make_lists(&l, 20, false);
  make_lists(&turned, 20, true);
  double some = score_of(c->name, "", &l.d);
  check_near(score_of(c->name, "", &turned.d), some, 0); /* the order of events does not count */
  memcpy(l.found, l.truth, sizeof l.found);
  check_near(score_of(c->name, "", &l.d), c->greater_is_better ? 1 : 0, 0); /* all found, nothing else */
  assert_true(c->greater_is_better ? some < 1 : some > 0);
  assert_true(c->summary && *c->summary && c->source && *c->source);
}

static void refusals(void **state)
{
  const bl_event_metric_class *c = *state;
  static const struct {
    bl_spotted event;
    bl_status status;
  } bad[] = {{{.start_s = 2, .end_s = 1}, BL_E_RANGE},        {{.start_s = NAN, .end_s = 1}, BL_E_RANGE},
             {{.start_s = 0, .end_s = INFINITY}, BL_E_RANGE}, {{.end_s = 1, .label = 1}, BL_E_RANGE},
             {{.end_s = 1, .recording = -1}, BL_E_RANGE},     {{.end_s = 1, .label = -1}, BL_E_RANGE},
             {{.end_s = 1, .score = NAN}, BL_E_NONFINITE}};
  bl_ctx *ctx = bl_ctx_new();
  bl_event_metric m;
  double out;
  check_ok(ctx, bl_event_metric_new(ctx, c->name, &m));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_spotted_data d = {.found = &bad[i].event, .n_found = 1, .n_labels = 1, .hours = 1};
    check_fails(ctx, bl_event_metric_score(ctx, &m, &d, &out), bad[i].status, c->name);
    assert_true(isnan(out));
  }
  bl_spotted_data nothing = {.n_labels = 1};
  if (c->needs_hours) check_fails(ctx, bl_event_metric_score(ctx, &m, &nothing, &out), BL_E_ARG, "how many hours");
  else check_ok(ctx, bl_event_metric_score(ctx, &m, &nothing, &out));
  if (!c->needs_hours) assert_true(isnan(out)); /* undefined, with a warning */
  bl_event_metric_free(ctx, &m);
  check_free(ctx);
}

static bl_status score_once(bl_ctx *ctx, void *cls)
{
  const bl_event_metric_class *c = cls;
  bl_event_metric m = {0};
  lists l;
  double out;
  make_lists(&l, 12, false);
  bl_status s = bl_event_metric_new(ctx, c->name, &m);
  if (!s) s = bl_event_metric_score(ctx, &m, &l.d, &out);
  bl_event_metric_free(ctx, &m);
  return s;
}

static void failing_allocations(void **state) { check_every_allocation_failing(score_once, *state); }

/* The event that comes second in the list has one detection alone, which the first has taken and must give up. */
static void gives_way(void **unused)
{
  (void)unused;
  static const bl_spotted truth[] = {{.start_s = 1, .end_s = 2}, {.start_s = 0.8, .end_s = 2}},
                          found[] = {{.start_s = 0.9, .end_s = 2}, {.start_s = 1.1, .end_s = 2}};
  bl_spotted_data d = {.truth = truth, .n_truth = 2, .found = found, .n_found = 2, .n_labels = 1};
  check_near(score_of("event_recall", "t_collar=0.15", &d), 1, 0);
  check_near(score_of("event_recall", "t_collar=0.15 matching=greedy", &d), 0.5, 0);
}

/* A chain of a thousand events, each of which must move on for the next to be found: no recursion, no quadratic time. */
static void long_chains(void **unused)
{
  (void)unused;
  enum { N = 4000 };
  bl_spotted *truth = calloc(N, sizeof *truth), *found = calloc(N, sizeof *found);
  assert_true(truth && found);
  for (size_t i = 0; i < N; i++) {
    truth[i] = (bl_spotted){.start_s = 0.2 * (double)i, .end_s = 0.2 * (double)i + 0.5};
    found[i] = (bl_spotted){.start_s = 0.2 * (double)(N - 1 - i) + 0.1, .end_s = 0.2 * (double)(N - 1 - i) + 0.6};
  }
  bl_spotted_data d = {.truth = truth, .found = found, .n_truth = N, .n_found = N, .n_labels = 1};
  check_near(score_of("event_recall", "t_collar=0.1", &d), 1, 0);
  free(truth);
  free(found);
}

int main(void)
{
  enum { S = sizeof settings / sizeof *settings };
  struct CMUnitTest tests[S + 4 + 3 * 32] = {cmocka_unit_test(mean_over_labels), cmocka_unit_test(rates_and_thresholds),
                                             cmocka_unit_test(long_chains), cmocka_unit_test(gives_way)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < S; i++)
    tests[n++] = (struct CMUnitTest){.name = settings[i].name,
                                     .test_func = counts_as_sed_eval_does,
                                     .initial_state = (void *)(uintptr_t)&settings[i]};
  for (size_t i = 0; bl_event_metric_at(i); i++) {
    const bl_event_metric_class *c = bl_event_metric_at(i);
    void *state = (void *)(uintptr_t)c;
    tests[n++] = (struct CMUnitTest){.name = c->name, .test_func = promises, .initial_state = state};
    tests[n++] = (struct CMUnitTest){.name = c->name, .test_func = refusals, .initial_state = state};
    tests[n++] = (struct CMUnitTest){.name = c->name, .test_func = failing_allocations, .initial_state = state};
  }
  return _cmocka_run_group_tests("event metrics", tests, n, NULL, NULL);
}
