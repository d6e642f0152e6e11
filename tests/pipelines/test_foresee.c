/* What is looked at before a run says nothing against a config that the run itself could carry out: of a long recording
 * the first segments alone are looked at, and what they lack may come behind them. */
#include "pipe.h"

enum { RATE = 8000, SECONDS = 4 };

/* Windows of a millisecond: 2000 of them are seen beforehand, which is half of the recording. */
#define SHORT                                                                                                          \
  "source: {files: {recordings: [long.wav], labels: table, label_file: %s}}\n"                                         \
  "segments: {window: {length_s: 0.001, label_from: events}}\nfeatures: {f: {summaries: [mean, std]}}\n"               \
  "model: {knn: {n_neighbors: 1}}\nrows: {block_s: 0.5%s}\nevaluate: {split: {group_k_fold: {n_splits: %d}}}\n"

static const struct row {
  const char *name, *table, *rows;
  int n_splits;
  bl_status status;
  const char *says;
} rows[] = {
    {"the second class comes late", "late.csv", "", 2, BL_OK, NULL},
    {"a class that is asked for comes late", "late.csv", ", classes: [a, b]", 2, BL_OK, NULL},
    {"so many blocks are not seen", "both.csv", "", 7, BL_OK, NULL},
    {"nor are there", "both.csv", "", 9, BL_E_CONFIG, "8 groups are fewer than 9 folds"},
    {"a class that never comes", "late.csv", ", classes: [a, c]", 2, BL_E_CONFIG, "no row is labelled 'c'"},
};

static void carried_out(void **state)
{
  const struct row *r = *state;
  char text[1000], folder[700];
  bl_config c;
  bl_run_summary done;
  bl_ctx *ctx = bl_ctx_new();
  snprintf(text, sizeof text, SHORT, r->table, r->rows, r->n_splits);
  snprintf(folder, sizeof folder, "%s/%s", tree_root(), r->name);
  check_ok(ctx, pipe_config(ctx, text, &c));
  bl_status s = bl_run(ctx, &c, folder, NULL, NULL, &done);
  if (r->status) check_fails(ctx, s, r->status, r->says);
  else check_ok(ctx, s);
  if (!s) bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static int prepare(void **state)
{
  (void)state;
  setenv("PATH", "", 1); /* no pictures */
  pipe_wav("long.wav", RATE, 1, (size_t)RATE * SECONDS, 5, 0);
  tree_text("late.csv", "file,start,end,label\nlong.wav,0,2.75,a\nlong.wav,2.75,4,b\n");
  tree_text("both.csv", "file,start,end,label\nlong.wav,0,0.25,a\nlong.wav,0.25,4,b\n");
  return 0;
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N];
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, carried_out, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  int failed = _cmocka_run_group_tests("foresee", tests, N, prepare, NULL);
  tree_done();
  return failed;
}
