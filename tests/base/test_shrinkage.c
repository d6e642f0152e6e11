/* shrinkage: scikit-learn's Ledoit-Wolf and OAS for tall, wide, single-column and badly scaled rows. */
#include "baleen/shrinkage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "golden.h"

static void compare(const golden *g, const char *data, const char *kind, bool centre)
{
  char name[64];
  snprintf(name, sizeof name, "%s.x", data);
  const golden_array *x = golden_get(g, name);
  size_t n = x->rows, p = x->cols;
  double *v = calloc(n * p, sizeof *v), *s = calloc(p * p, sizeof *s);
  memcpy(v, x->v, n * p * sizeof *v);
  for (size_t j = 0; j < p; j++) {
    double mean = 0;
    for (size_t i = 0; i < n; i++) mean += v[i * p + j] / (double)n;
    for (size_t i = 0; centre && i < n; i++) v[i * p + j] -= mean;
  }
  for (size_t a = 0; a < p; a++)
    for (size_t b = 0; b < p; b++)
      for (size_t i = 0; i < n; i++) s[a * p + b] += v[i * p + a] * v[i * p + b] / (double)n;
  double got = strcmp(kind, "oas") ? bl_ledoit_wolf(v, n, p, s) : bl_oas(s, n, p);
  snprintf(name, sizeof name, "%s.%s.shrinkage", data, kind);
  golden_compare(golden_get(g, name), &got, name);
  bl_shrink(s, p, got);
  snprintf(name, sizeof name, "%s.%s.matrix", data, kind);
  golden_compare(golden_get(g, name), s, name);
  free(v);
  free(s);
}

static void shrinkage_is_scikit_learns(void **unused)
{
  (void)unused;
  static const char *const sets[] = {"tall", "wide", "one", "far"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("ledoit_wolf");
  for (size_t i = 0; i < 4; i++) {
    compare(g, sets[i], "lw", true);
    compare(g, sets[i], "lw0", false);
    compare(g, sets[i], "oas", true);
  }
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(shrinkage_is_scikit_learns)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
