/* Windows against scipy.signal.get_window, and what is refused. */
#include "window.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "golden.h"

/* Both forms of the golden windows `key`, of these lengths. */
static void compare(bl_ctx *ctx, const golden *g, const char *key, const bl_window_spec *spec, const size_t *sizes,
                    size_t n_sizes)
{
  for (size_t i = 0; i < n_sizes; i++)
    for (int periodic = 0; periodic < 2; periodic++) {
      char name[64];
      double w[64];
      snprintf(name, sizeof name, "%s.%s.%zu", key, periodic ? "periodic" : "symmetric", sizes[i]);
      check_ok(ctx, bl_window_make(ctx, "w", spec, sizes[i], periodic, w));
      golden_compare(golden_get(g, name), w, name);
      if (spec->param.word < 0 || spec->kind >= BL_WINDOW_KAISER) continue;
      bl_window_fill((bl_window)spec->kind, sizes[i], periodic, w);
      golden_compare(golden_get(g, name), w, name);
    }
}

static void check_usual(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("windows");
  static const size_t sizes[] = {1, 2, 5, 8, 25, 64};
  for (int kind = BL_WINDOW_HANN; kind <= BL_WINDOW_BLACKMAN; kind++)
    compare(ctx, g, bl_window_names[kind], &(bl_window_spec){.kind = kind}, sizes, 6);
  golden_close(g);
  check_free(ctx);
}

static void check_others(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("windows");
  static const size_t sizes[] = {1, 2, 16, 17};
  static const char *const keys[] = {
      "boxcar",       "triang",         "bartlett",          "cosine",   "parzen",  "bohman",      "nuttall",
      "flattop",      "blackmanharris", "kaiser860",         "tukey0",   "tukey25", "tukey50",     "tukey100",
      "gaussian1000", "exponential800", "general_hamming60", "barthann", "lanczos", "chebwin6000", "taylor3500"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    char name[32];
    double param;
    bool given = sscanf(golden_text(g, keys[i]), "%31s %lf", name, &param) == 2;
    bl_window_spec spec = {.param = {given ? -1 : 0, given ? param : 0}};
    while (strcmp(bl_window_names[spec.kind], name) != 0) spec.kind++;
    compare(ctx, g, keys[i], &spec, sizes, 4);
  }
  golden_close(g);
  check_free(ctx);
}

/* The window of the tapers (dpss.h). */
static void check_dpss(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("windows");
  compare(ctx, g, "dpss300", &(bl_window_spec){BL_WINDOW_DPSS, {-1, 3}}, (const size_t[]){16, 17}, 2);
  double w[4];
  check_fails(ctx, bl_window_make(ctx, "stft", &(bl_window_spec){BL_WINDOW_DPSS, {-1, 3}}, 4, true, w), BL_E_RANGE,
              "stft");
  golden_close(g);
  check_free(ctx);
}

/* What a window takes when it is told nothing: scipy's 0.5 of tukey, 1 of exponential, 30 dB of taylor. */
static void check_auto(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  static const struct {
    int kind;
    double param;
  } rows[] = {{BL_WINDOW_TUKEY, 0.5}, {BL_WINDOW_EXPONENTIAL, 1}, {BL_WINDOW_TAYLOR, 30}};
  for (size_t i = 0; i < 3; i++) {
    double a[9], b[9];
    check_ok(ctx, bl_window_make(ctx, "w", &(bl_window_spec){.kind = rows[i].kind}, 9, true, a));
    check_ok(ctx, bl_window_make(ctx, "w", &(bl_window_spec){rows[i].kind, {-1, rows[i].param}}, 9, true, b));
    assert_memory_equal(a, b, sizeof a);
  }
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  static const struct {
    bl_window_spec spec;
    const char *says;
  } rows[] = {
      {{BL_WINDOW_HANN, {-1, 1}}, "stft: window hann takes no window_param"},
      {{BL_WINDOW_KAISER, {0, 0}}, "window kaiser needs window_param, its beta"},
      {{BL_WINDOW_KAISER, {-1, 701}}, "window_param 701 cannot be the beta of window kaiser; it is too large"},
      {{BL_WINDOW_GAUSSIAN, {0, 0}}, "needs window_param, its standard deviation in samples"},
      {{BL_WINDOW_GAUSSIAN, {-1, 0}}, "it must be above 0"},
      {{BL_WINDOW_TUKEY, {-1, 1.5}}, "it is too large"},
      {{BL_WINDOW_DPSS, {0, 0}}, "needs window_param, its NW"},
      {{BL_WINDOW_GENERAL_HAMMING, {0, 0}}, "needs window_param, its alpha"},
      {{BL_WINDOW_CHEBWIN, {0, 0}}, "needs window_param, its attenuation of side lobes in dB"},
  };
  double w[4];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    check_fails(ctx, bl_window_check(ctx, "stft", &rows[i].spec), BL_E_CONFIG, rows[i].says);
    check_fails(ctx, bl_window_make(ctx, "stft", &rows[i].spec, 4, true, w), BL_E_CONFIG, rows[i].says);
  }
  check_fails(ctx, bl_window_make(ctx, "stft", &(bl_window_spec){BL_WINDOW_CHEBWIN, {-1, 60}}, 32768, true, w),
              BL_E_RANGE, "takes too long to make");
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_usual), cmocka_unit_test(check_others),
                                     cmocka_unit_test(check_dpss), cmocka_unit_test(check_auto),
                                     cmocka_unit_test(check_refusals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
