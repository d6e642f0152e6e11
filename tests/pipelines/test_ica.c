/* ica: MNE's components of a real recording, eyes open, with blinks. With five components, MNE's search goes to and fro
 * between two matrices until max_iter ends it: three rows stand nearly still meanwhile, and are compared. Of extended
 * Infomax, MNE's own seeds 0 to 4 agree with one another to |cosine| 0.70 to 0.98 in the worst row. */
#include "baleen/ica.h"

#include <stdlib.h>
#include <string.h>

#include "baleen/recording.h"
#include "golden.h"
#include "match.h"

/* Eight channels of a minute, [frame][8]; to be freed by the caller. */
static float *read_eight(bl_ctx *ctx, size_t *n)
{
  static const char *const names[] = {"Fp1.", "Fp2.", "F3..", "F4..", "C3..", "C4..", "O1..", "O2.."};
  bl_recording *rec = NULL;
  size_t got = 0;
  check_ok(ctx, bl_recording_open(ctx, BALEEN_SETS "/eegmmidb-s001/S001R01.edf", &rec));
  const bl_rec_stream *st = &rec->streams[0];
  *n = 9600;
  float *all = calloc(*n * st->n_channels, sizeof *all), *x = calloc(*n * 8, sizeof *x);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, *n, all, &got));
  assert_int_equal(got, *n);
  for (size_t i = 0; i < 8; i++)
    for (size_t c = 0; c < st->n_channels; c++)
      for (size_t f = 0; !strcmp(st->channels[c].name, names[i]) && f < *n; f++)
        x[f * 8 + i] = all[f * st->n_channels + c];
  bl_recording_close(ctx, rec);
  free(all);
  return x;
}

static void test_mne(void **state)
{
  (void)state;
  static const struct row {
    const char *name;
    int method;
    double n, tol, max_iter, least;
    size_t rows;
  } rows[] = {{"fastica8", 0, 8, 1e-12, 5000, 1 - 1e-6, 8},
              {"fastica5", 0, 5, 1e-12, 5000, 0.99, 3},
              {"infomax8", 1, 8, 0, 2000, 0.999, 8},
              {"extinfomax8", 2, 8, 0, 2000, 0.85, 8}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("ica");
  size_t c = 8, n = 0;
  float *x = read_eight(ctx, &n);
  bl_texts units = {0};
  for (size_t i = 0; i < c; i++) check_ok(ctx, bl_texts_add(ctx, &units, "uV"));
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    const bl_ica_params p = {.method = rows[k].method,
                             .n_components = {-1, rows[k].n},
                             .tol = {rows[k].tol > 0 ? -1 : 0, rows[k].tol},
                             .max_iter = {-1, rows[k].max_iter},
                             .seed = 1};
    bl_ica ica;
    check_ok(ctx, bl_ica_fit(ctx, &p, x, n, c, &units, &ica));
    if (!ica.converged) fail_msg("%s: not converged after %zu", rows[k].name, ica.n_iter);
    match(golden_get(g, rows[k].name)->v, rows[k].rows, c, ica.unmixing, ica.n, rows[k].least, rows[k].name);
    for (size_t i = 0; i < ica.n; i++) /* of each source, all else is 0 */
      for (size_t j = 0; j < ica.n; j++) {
        double dot = 0;
        for (size_t ch = 0; ch < c; ch++) dot += ica.unmixing[i * c + ch] * ica.mixing[j * c + ch];
        check_near(dot, i == j, 1e-9);
      }
    for (size_t i = 1; i < ica.n; i++) assert_true(ica.share[i] <= ica.share[i - 1]);
    bl_ica_free(ctx, &ica);
  }
  bl_texts_free(ctx, &units);
  free(x);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mne)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
