/* sw_detect: what stage.h promises, and YASA's slow waves. */
#include "baleen/extractor.h"
#include "sleep_cases.h"

static const stage_case cases[] = {
    {.options =
         "freq_sw=[0.5,4] dur_neg=[0.1,1] dur_pos=[0.05,0.9] amp_neg=[1,999] amp_pos=[1,998] amp_ptp=[2,997] label=so"},
};

static void check_golden(void **state)
{
  (void)state;
  check_sleep_cases("sw_", 3);
}

static void check_edges(void **state)
{
  (void)state;
  static const char *const bad[][2] = {{"sw_detect freq_sw=[2,1]", "freq_sw takes two ascending"},
                                       {"sw_detect amp_ptp=[75]", "amp_ptp takes two"}};
  check_passed_over("sw_detect");
  check_sleep_refused(bad, sizeof bad / sizeof *bad);
}

static bl_status take_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  float *to = user;
  (void)ctx;
  check_near(span->end_s, status ? -1 : 30, 1e-9);
  memcpy(to, row, 2 * sizeof *row);
  return BL_OK;
}

/* Through an extractor that keeps the whole run, event_count hears of all: eight waves, 9.21 s. */
static void check_counted(void **state)
{
  (void)state;
  golden *g = golden_open("sleep");
  const golden_array *n3 = golden_get(g, "n3");
  static float x[SLEEP_MOST];
  float row[2] = {0};
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe = {0};
  bl_branch *b;
  bl_stage *st;
  bl_summary *m;
  bl_stream in;
  bl_extractor *e;
  const bl_span span = {.start_s = 0, .end_s = 30, .event = BL_NO_EVENT};
  for (size_t i = 0; i < n3->rows; i++) x[i] = (float)n3->v[i];
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "sleep", &b));
  check_ok(ctx, bl_branch_add_stage(ctx, b, "sw_detect", &st));
  check_ok(ctx, bl_opts_set(ctx, "sw_detect", st->cls->opts, st->params, "amp_neg", "[20, 200]"));
  check_ok(ctx, bl_opts_set(ctx, "sw_detect", st->cls->opts, st->params, "amp_ptp", "[40, 400]"));
  check_ok(ctx, bl_branch_add_summary(ctx, b, "event_count", &m));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take_row, row, &e));
  check_ok(ctx, bl_extractor_set_history(ctx, e, INFINITY));
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  check_ok(ctx, bl_extractor_add_span(ctx, e, &span));
  for (size_t at = 0; at < n3->rows; at += 250) check_ok(ctx, bl_extractor_push(ctx, e, x + at, 250));
  check_ok(ctx, bl_extractor_finish(ctx, e));
  assert_true(row[0] == 8);
  check_near((double)row[1], 9.21, 1e-5);
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_golden), cmocka_unit_test(check_edges),
                                   cmocka_unit_test(check_counted)};
  return STAGE_SUITE("sw_detect", cases, own, sizeof own / sizeof *own);
}
