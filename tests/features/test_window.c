/* Windows against scipy.signal.get_window. */
#include "window.h"

#include <stdio.h>

#include "check.h"
#include "golden.h"

static void check_scipy(void **arg)
{
  (void)arg;
  golden *g = golden_open("windows");
  static const size_t sizes[] = {1, 2, 5, 8, 25, 64};
  for (int kind = 0; kind < 3; kind++)
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
      for (int periodic = 0; periodic < 2; periodic++) {
        char name[64];
        double w[64];
        snprintf(name, sizeof name, "%s.%s.%zu", bl_window_names[kind], periodic ? "periodic" : "symmetric", sizes[i]);
        bl_window_fill((bl_window)kind, sizes[i], periodic, w);
        golden_compare(golden_get(g, name), w, name);
      }
  golden_close(g);
}

static void check_boxcar(void **arg)
{
  (void)arg;
  double w[7];
  bl_window_fill(BL_WINDOW_BOXCAR, 7, true, w);
  for (size_t i = 0; i < 7; i++) check_near(w[i], 1, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_scipy), cmocka_unit_test(check_boxcar)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
