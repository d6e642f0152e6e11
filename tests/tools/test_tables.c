/* Tables as a user brings them: rows that belong together by a column of sessions, by the time, or by both. */
#include "program.h"

#include <stdlib.h>

#include "tree.h"

/* Six sessions of 20 rows, one each half a second, none of which says anything of its label. */
static void sessions(const char *name)
{
  static char text[20000];
  size_t n = (size_t)snprintf(text, sizeof text, "t,session,mic,a,b,label\n");
  for (unsigned s = 0, state = 2385; s < 6; s++)
    for (unsigned k = 0; k < 20; k++) {
      state = state * 1664525u + 1013904223u;
      n += (size_t)snprintf(text + n, sizeof text - n, "%g,s%u,m%u,%g,%g,%s\n", 0.5 * k, s, s % 2, (state >> 8) / 1e6,
                            (state >> 4) / 1e7, state >> 31 ? "call" : "sea");
    }
  tree_text(name, text);
}

static const struct row {
  const char *rows;
  int groups;
} rows[] = {
    {"{block: session}", 6},      {"{block: session, time: t, block_s: 5}", 12},
    {"{group: session}", 6},      {"{group: mic, block: session}", 6},
    {"{group: mic}", 2},          {"{group: mic, time: t, block_s: 2.5}", 8},
    {"{time: t, block_s: 5}", 2},
};

static void grouped(void **state)
{
  const struct row *r = *state;
  char want[60];
  sessions("m.csv");
  char config[400];
  snprintf(config, sizeof config,
           "source: {table: {file: m.csv, keep: [t, session, mic]}}\nmodel: [standard_scaler, gaussian_nb]\nrows: %s\n"
           "evaluate: {split: {group_k_fold: {n_splits: 2}}}\n",
           r->rows);
  tree_text("m.yaml", config);
  if (baleen("run '%s/m.yaml' -o '%s/out'", tree_root(), tree_root())) fail_msg("%s", said);
  snprintf(want, sizeof want, "120 rows of 2 features, 2 classes, %d groups\n", r->groups);
  check_says(want);
  tree_done();
}

int main(void)
{
  struct CMUnitTest tests[sizeof rows / sizeof *rows];
  size_t n = 0;
  for (; n < sizeof rows / sizeof *rows; n++)
    tests[n] = (struct CMUnitTest){rows[n].rows, grouped, NULL, NULL, (void *)(uintptr_t)&rows[n]};
  setenv("PATH", "/nowhere", 1); /* without gnuplot: pictures take longer than all else */
  return _cmocka_run_group_tests("tables", tests, n, NULL, NULL);
}
