/* The rows of presets: against the formulas of their sources (tests/golden/make_presets.py), and scikit-maad's indices. */
#include "pipe.h"

#include <stdlib.h>

#include "baleen/extractor.h"
#include "baleen/preset.h"
#include "golden.h"
#include "npy.h"

enum { MOST = 2000 };

typedef struct kept_row {
  double v[MOST];
  size_t width;
} kept_row;

static bl_status keep_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  kept_row *k = user;
  (void)span, (void)ctx;
  check_ok(ctx, status);
  for (size_t i = 0; i < k->width; i++) k->v[i] = (double)row[i];
  return BL_OK;
}

/* The row of a preset, of the samples of an input so many times, as one segment of one channel at rate_hz. */
static void row_of(const char *preset, const char *input, size_t times, double rate_hz, kept_row *out)
{
  char text[200];
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extractor *e;
  npy *in = npy_open(input);
  float *x = npy_f32(in);
  bl_stream stream = {.rate_hz = rate_hz, .source_rate_hz = rate_hz, .n_channels = 1, .n_bins = 1};
  check_ok(ctx, bl_texts_add(ctx, &stream.channels, "mono"));
  check_ok(ctx, bl_texts_add(ctx, &stream.units, "FS"));
  snprintf(text, sizeof text, "source: {files: {recordings: ['*.wav']}}\nfeatures: %s\n", preset);
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_extractor_new(ctx, &c.recipe, &stream, keep_row, out, &e));
  out->width = bl_extractor_width(e);
  assert_true(out->width <= MOST);
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  bl_span all = {.end_s = (double)(in->n * times) / rate_hz, .event = BL_NO_EVENT};
  check_ok(ctx, bl_extractor_add_span(ctx, e, &all));
  for (size_t i = 0; i < times; i++) check_ok(ctx, bl_extractor_push(ctx, e, x, in->n));
  check_ok(ctx, bl_extractor_finish(ctx, e));
  bl_extractor_free(ctx, e);
  bl_stream_free(ctx, &stream);
  bl_config_free(ctx, &c);
  free(x);
  npy_close(in);
  check_free(ctx);
}

static void by_their_formulas(void **state)
{
  (void)state;
  static const struct {
    const char *preset, *input;
    size_t times;
    double rate_hz;
  } rows[] = {
      {"beans80", "inputs/tico_22k", 1, 16000},
      {"esc_baseline", "inputs/tico_22k", 1, 44100},
      {"moby_upcall", "inputs/humpback_4k", 1, 2000},
      {"eeg_bands", "inputs/humpback_4k", 1, 100},
      {"hydrophone_ltsa", "inputs/humpback_4k", 66, 4000},
  };
  golden *g = golden_open("presets");
  static kept_row got;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const golden_array *want = golden_get(g, rows[i].preset);
    row_of(rows[i].preset, rows[i].input, rows[i].times, rows[i].rate_hz, &got);
    if (got.width != want->rows) fail_msg("%s: %zu numbers, not %zu", rows[i].preset, got.width, want->rows);
    golden_compare(want, got.v, rows[i].preset);
  }
  golden_close(g);
}

/* The value of a line of indices.tsv: name, input, call, value. */
static double wanted(const char *name)
{
  char line[1024];
  double v = (double)NAN;
  FILE *f = fopen(BALEEN_GOLDEN_DIR "/maad/indices.tsv", "r");
  assert_non_null(f);
  while (isnan(v) && fgets(line, sizeof line, f))
    if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == '\t') v = strtod(strrchr(line, '\t') + 1, NULL);
  fclose(f);
  if (isnan(v)) fail_msg("indices.tsv has no '%s'", name);
  return v;
}

/* maad's power is this one times twice the distance of bins, 86.13 Hz: of the indices, the powers of NDSI alone show it. A
 * value or two of 87552 lie so near a threshold that a single-precision transform puts them on its other side. */
static void indices_are_maads(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    double scale, tol;
  } rows[] = {{"ACI_sum", 1, 1e-4},
              {"ADI_shannon", 1, 2e-4},
              {"AEI", 1, 2e-4},
              {"BI_soundecology", 1, 1e-4},
              {"NDSI_soundecology.NDSI", 1, 1e-4},
              {"NDSI_soundecology.ratioBA", 1, 1e-4},
              {"NDSI_soundecology.antroPh", 86.1328125, 1e-4},
              {"NDSI_soundecology.bioPh", 86.1328125, 1e-4},
              {"Hf_QUT", 1, 1e-5},
              {"spectral_entropy.EAS", 1, 1e-5},
              {"spectral_entropy.ECU", 1, 1e-5},
              {"spectral_entropy.ECV", 1, 1e-5},
              {"Ht_QUT_fast", 1, 1e-5}};
  static kept_row got;
  row_of("soundscape_indices", "inputs/spinetail_44k", 1, 44100, &got);
  assert_int_equal(got.width, sizeof rows / sizeof *rows);
  for (size_t i = 0; i < got.width; i++) {
    double want = wanted(rows[i].name), is = got.v[i] * rows[i].scale;
    if (!(fabs(is - want) <= rows[i].tol * fabs(want))) fail_msg("%s: %.9g, maad has %.9g", rows[i].name, is, want);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(by_their_formulas), cmocka_unit_test(indices_are_maads)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
