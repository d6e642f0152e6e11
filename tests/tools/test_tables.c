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

/* A column of text just works: told, one column for each value, learnt with the model, which takes new texts too. */
static void text_is_a_category(void **state)
{
  (void)state;
  static char text[4000];
  static const char *const places[] = {"bay", "inland", ""};
  size_t n = (size_t)snprintf(text, sizeof text, "a,place,price\n");
  for (unsigned i = 0; i < 90; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, "%u,%s,%u\n", i % 7, places[i % 3], 3 * (i % 7) + 10 * (i % 3));
  tree_text("p.csv", text);
  tree_text("p.yaml", "source: {table: {file: p.csv, target: price}}\nmodel: [standard_scaler, linear_regression]\n"
                      "evaluate: {split: {k_fold: {n_splits: 3}}}\n");
  if (baleen("run '%s/p.yaml' -o '%s/out'", tree_root(), tree_root())) fail_msg("%s", said);
  check_says("column 'place' is a category of 2 values: 'bay', 'inland'");
  check_says("the categories 'place' become a column for each value");
  check_says("1.0000 (0.0000)"); /* the price is a sum of both columns */
  tree_text("q.csv", "place,a\ninland,2\nmars,2\n");
  if (baleen("predict '%s/out/model.safetensors' '%s/q.csv'", tree_root(), tree_root())) fail_msg("%s", said);
  check_says("q.csv:2,,,1"); /* 16, up to rounding */
  check_says("q.csv:3,,,");
  tree_done();
}

int main(void)
{
  struct CMUnitTest tests[sizeof rows / sizeof *rows + 1];
  size_t n = 0;
  for (; n < sizeof rows / sizeof *rows; n++)
    tests[n] = (struct CMUnitTest){rows[n].rows, grouped, NULL, NULL, (void *)(uintptr_t)&rows[n]};
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(text_is_a_category);
  setenv("PATH", "/nowhere", 1); /* without gnuplot: pictures take longer than all else */
  return _cmocka_run_group_tests("tables", tests, n, NULL, NULL);
}
