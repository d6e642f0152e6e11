/* epoch: baseline modes against mne.baseline.rescale, limits of channels, what is undefined. */
#include "baleen/epoch.h"

#include <string.h>

#include "feature_help.h"
#include "golden.h"

enum { CH = 6, N = 40 };
static const char *const modes[] = {"mean", "ratio", "logratio", "percent", "zscore", "zlogratio"};

static void as_mne(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("epochs");
  const golden_array *in = golden_get(g, "input");
  for (size_t layout = 0; layout < 2; layout++) { /* six channels, or two of three bins */
    bl_stream stream;
    check_ok(ctx, make_stream(ctx, layout ? 2 : CH, layout ? 3 : 1, 50, &stream));
    for (size_t m = 0; m < 6; m++) {
      float x[N * CH];
      double got[N * CH];
      char name[40];
      for (size_t f = 0; f < N; f++)
        for (size_t c = 0; c < CH; c++) x[f * CH + c] = (float)in->v[c * N + f];
      bl_epoch_rules r = {
          .baseline = true, .mode = (bl_baseline_mode)m, .baseline_from_s = -0.1, .baseline_to_s = 0.02};
      check_ok(ctx, bl_epoch_correct(ctx, &r, &stream, -12 / 50.0, x, N));
      for (size_t f = 0; f < N; f++)
        for (size_t c = 0; c < CH; c++) got[c * N + f] = (double)x[f * CH + c];
      snprintf(name, sizeof name, "rescaled.%s", modes[m]);
      golden_compare(golden_get(g, name), got, name);
    }
    bl_stream_free(ctx, &stream);
  }
  golden_close(g);
  check_free(ctx);
}

/* The ends of the baseline: both included, null for the epoch's own, none inside. */
static void ends(void **state)
{
  (void)state;
  static const struct {
    double from, to, mean;
    bl_status status;
  } rows[] = {{-0.2, 0, 1, BL_OK},        {-INFINITY, 0, 1, BL_OK},  {0, 0, 2, BL_OK},
              {0, INFINITY, 3, BL_OK},    {-0.19, 0.01, 1.5, BL_OK}, {-INFINITY, INFINITY, 2, BL_OK},
              {0.01, 0.09, 0, BL_E_SHAPE}};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream stream;
  check_ok(ctx, make_stream(ctx, 1, 1, 10, &stream));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    float x[] = {0, 1, 2, 3, 4}; /* at -0.2 .. 0.2 s */
    bl_epoch_rules r = {.baseline = true, .baseline_from_s = rows[i].from, .baseline_to_s = rows[i].to};
    if (rows[i].status)
      check_fails(ctx, bl_epoch_correct(ctx, &r, &stream, -0.2, x, 5), rows[i].status, "no frame lies between");
    else check_ok(ctx, bl_epoch_correct(ctx, &r, &stream, -0.2, x, 5));
    check_near((double)x[0], -rows[i].mean, 1e-7);
  }
  float late[] = {3, 4}; /* at 0.1 and 0.2 s */
  bl_epoch_rules before = {.baseline = true, .baseline_from_s = -INFINITY, .baseline_to_s = 0};
  check_fails(ctx, bl_epoch_correct(ctx, &before, &stream, 0.1, late, 2), BL_E_SHAPE,
              "between the segment's start and 0 s of the event;");
  bl_epoch_rules behind = {.baseline = true, .baseline_from_s = 0.3, .baseline_to_s = INFINITY};
  check_fails(ctx, bl_epoch_correct(ctx, &behind, &stream, 0.1, late, 2), BL_E_SHAPE, "between 0.3 and its end;");
  bl_stream_free(ctx, &stream);
  check_free(ctx);
}

static void undefined(void **state)
{
  (void)state;
  static const struct {
    bl_baseline_mode mode;
    float x[4];
    const char *message;
  } rows[] = {{BL_BASELINE_RATIO, {1, -1, 3, 4}, "a mean of zero of channel 'ch 1'"},
              {BL_BASELINE_PERCENT, {0, 0, 3, 4}, "a mean of zero"},
              {BL_BASELINE_ZSCORE, {2, 2, 3, 4}, "a constant baseline of channel 'ch 1'"},
              {BL_BASELINE_LOGRATIO, {1, 2, -3, 4}, "not above zero"},
              {BL_BASELINE_ZLOGRATIO, {1, 2, 3, 0}, "not above zero"},
              {BL_BASELINE_ZLOGRATIO, {0, 2, 3, 1}, "not above zero"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream stream;
  check_ok(ctx, make_stream(ctx, 2, 1, 10, &stream));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    float x[8] = {1, 0, 1.5F, 0, 2, 0, 3, 0}; /* the other channel is fine */
    for (size_t f = 0; f < 4; f++) x[2 * f + 1] = rows[i].x[f];
    bl_epoch_rules r = {.baseline = true, .mode = rows[i].mode, .baseline_from_s = 0, .baseline_to_s = 0.1};
    check_fails(ctx, bl_epoch_correct(ctx, &r, &stream, 0, x, 4), BL_E_NONFINITE, rows[i].message);
  }
  float y[8] = {1, 5, 2, 1, 3, 1, 4, 1};
  bl_epoch_rules one = {.baseline = true, .mode = BL_BASELINE_ZSCORE, .baseline_from_s = 0, .baseline_to_s = 0};
  check_fails(ctx, bl_epoch_correct(ctx, &one, &stream, 0, y, 4), BL_E_NONFINITE,
              "one frame as the baseline of channel 'ch 0'");
  float x[8] = {1, NAN, 2, 1, 3, 1, 4, 1};
  bl_epoch_rules r = {.baseline = true, .mode = BL_BASELINE_ZSCORE, .baseline_from_s = 0, .baseline_to_s = 0.1};
  check_ok(ctx, bl_epoch_correct(ctx, &r, &stream, 0, x, 4)); /* NaN that came in shows */
  assert_true(isnan(x[7]) && !isnan(x[6]));
  bl_stream_free(ctx, &stream);
  check_free(ctx);
}

static void limits(void **state)
{
  (void)state;
  bl_range v[] = {{(char *)"EOG*", 2, 300}, {(char *)"E*", 0, 50}};
  const bl_ranges ranges = {v, 2};
  const bl_epoch_rules r = {.reject = 100, .flat = NAN, .limits = &ranges}, none = {.reject = NAN, .flat = NAN};
  double flat, reject;
  bl_epoch_limits(&r, "EOG 2", &flat, &reject);
  assert_true(flat == 2 && reject == 300); /* the first that fits */
  bl_epoch_limits(&r, "EMG", &flat, &reject);
  assert_true(flat == 0 && reject == 50);
  bl_epoch_limits(&r, "Cz", &flat, &reject);
  assert_true(isnan(flat) && reject == 100);
  assert_true(bl_epoch_rejects(&r) && !bl_epoch_rejects(&none));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_mne), cmocka_unit_test(ends), cmocka_unit_test(undefined),
                                     cmocka_unit_test(limits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
