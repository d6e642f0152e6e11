/* Whose a run's folder is: another run's while that is at work, nobody's once one was killed in it; and what a refusal
 * leaves in it that comes late. */
#include "pipe.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The library's clock, which a test may make run fast: each look at it, so much time has gone by. */
static double leap_s, leapt_s;
int leaping_clock(clockid_t id, struct timespec *t) __asm__("clock_gettime"); /* in the place of libc's */
int leaping_clock(clockid_t id, struct timespec *t)
{
  long failed = syscall(SYS_clock_gettime, id, t);
  leapt_s += leap_s;
  t->tv_sec += (time_t)leapt_s;
  return (int)failed;
}

static const char *at(const char *name)
{
  static char path[8][900];
  static unsigned turn;
  char *p = path[turn++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

static bool is_there(const char *name)
{
  struct stat st;
  return !stat(at(name), &st);
}

static bl_status run(bl_ctx *ctx, const char *text, const char *folder, bl_tables_fn told, void *user)
{
  bl_config c;
  bl_run_summary done;
  bl_status s = pipe_config(ctx, text, &c);
  if (s) return s;
  s = bl_run(ctx, &c, at(folder), told, user, &done);
  if (!s) bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  return s;
}

#define ROWS  "source: {table: {file: rows.csv}}\nevaluate: {split: {stratified_k_fold: {n_splits: 2}}}\n"
#define KNN   "model: {knn: {n_neighbors: 1}}\n"
#define BAYES "model: gaussian_nb\n"

/* ---- two runs at once -------------------------------------------------------------------------------------------- */

/* The scores of the first run are there, and it is not done yet: here comes another. */
static void disturb(void *user, const char *text)
{
  (void)text;
  size_t *n = user;
  char who[60];
  bl_ctx *ctx = bl_ctx_new();
  snprintf(who, sizeof who, "another run, process %ld is at work in", (long)getpid());
  check_fails(ctx, run(ctx, ROWS BAYES, "shared", NULL, NULL), BL_E_ARG, who);
  check_fails(ctx, run(ctx, ROWS BAYES, "shared", NULL, NULL), BL_E_ARG, "wait for its end, or name another folder");
  assert_true(is_there("shared/rows.npy"));
  ++*n;
  check_free(ctx);
}

static void one_at_a_time(void **state)
{
  (void)state;
  size_t n = 0;
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, run(ctx, ROWS KNN, "shared", disturb, &n));
  assert_int_equal(n, 1);
  assert_true(is_there("shared/model.safetensors"));
  assert_false(is_there("shared/run.lock"));
  check_ok(ctx, run(ctx, ROWS BAYES, "shared", NULL, NULL)); /* its turn, now that the other is done */
  check_free(ctx);
}

/* Of a run that holds the lock, what an earlier one left stays. */
static void refused_without_harm(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, run(ctx, ROWS KNN, "held", NULL, NULL));
  tree_text("held/run.lock", "4711\n");
  FILE *f = fopen(at("held/run.lock"), "r+");
  if (!f || flock(fileno(f), LOCK_EX)) fail_msg("no lock");
  check_fails(ctx, run(ctx, ROWS BAYES, "held", NULL, NULL), BL_E_ARG, "another run, process 4711 is at work in");
  assert_true(is_there("held/metrics.json"));
  assert_true(is_there("held/run.lock"));
  fclose(f); /* and with it the lock: the file alone, which a killed run leaves, holds nobody up */
  check_ok(ctx, run(ctx, ROWS BAYES, "held", NULL, NULL));
  assert_false(is_there("held/run.lock"));
  check_free(ctx);
}

/* Nor is an earlier run given up for one that cannot even write down who it is. */
static void refused_by_the_disk(void **state)
{
  (void)state;
  struct rlimit usual, none;
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, run(ctx, ROWS KNN, "full", NULL, NULL));
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
  none = usual;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
  bl_status s = run(ctx, ROWS KNN, "full", NULL, NULL), fresh = run(ctx, ROWS KNN, "fresh/deep", NULL, NULL);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
  check_fails(ctx, s, BL_E_IO, "run.lock: cannot write it: ");
  assert_int_equal(fresh, BL_E_IO);
  assert_true(is_there("full/metrics.json") && is_there("full/config.yaml"));
  assert_false(is_there("full/run.lock"));
  assert_false(is_there("fresh"));
  check_free(ctx);
}

/* ---- what a killed run left -------------------------------------------------------------------------------------- */

static void clears_what_is_half_written(void **state)
{
  (void)state;
  static const char *const ours[] = {"killed/run.lock", "killed/metrics.json.new-123-4", "killed/rows.npy.new-9-0"},
                           *const of_parts[] = {"killed/models/a.safetensors.new-7-1", "killed/plots/x.gp.new-7-2",
                                                "killed/mistakes/row_3.wav.new-7-3"},
                           *const theirs[] = {"killed/thesis.tex.new-1-2", "killed/metrics.json.new-",
                                              "killed/rows.npy.new-1", "killed/rows.npy.new-1-2.bak"};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < 3; i++) tree_text(ours[i], "half");
  check_ok(ctx, run(ctx, ROWS KNN, "killed", NULL, NULL)); /* a folder with nothing else in it is a run's */
  for (size_t i = 0; i < 3; i++)
    if (is_there(ours[i])) fail_msg("%s is left", ours[i]);
  for (size_t i = 0; i < 3; i++) tree_text(ours[i], "half");
  for (size_t i = 0; i < 3; i++) tree_text(of_parts[i], "half");
  for (size_t i = 0; i < 4; i++) tree_text(theirs[i], "mine");
  check_ok(ctx, run(ctx, ROWS KNN, "killed", NULL, NULL));
  for (size_t i = 0; i < 3; i++)
    if (is_there(ours[i]) || is_there(of_parts[i])) fail_msg("%s or %s is left", ours[i], of_parts[i]);
  for (size_t i = 0; i < 4; i++)
    if (!is_there(theirs[i])) fail_msg("%s is gone", theirs[i]);
  tree_text("other/thesis.tex.new-1-2", "mine");
  check_fails(ctx, run(ctx, ROWS KNN, "other", NULL, NULL), BL_E_ARG, "is no run of Baleen's");
  check_free(ctx);
}

/* ---- refused when the rows are made ------------------------------------------------------------------------------ */

/* That samples leave no row of a class over shows when they have been read. */
#define LATE                                                                                                           \
  "source: {files: {recordings: ['hum/*.wav', 'mute/*.wav'], labels: folder}}\n" PIPE_MEL                              \
  "model: {knn: {n_neighbors: 1}}\nrows: {classes: [hum, mute], nan: drop}\nevaluate: {split: {stratified_k_fold: {n_splits: 2}}}\n"

static void keeps_rows_that_took_long(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  check_fails(ctx, run(ctx, LATE, "short/deep", NULL, NULL), BL_E_CONFIG, "no row is labelled 'mute'");
  assert_null(strstr(bl_ctx_error(ctx), "are kept"));
  assert_false(is_there("short"));
  leap_s = 61;
  bl_status s = run(ctx, LATE, "long/deep", NULL, NULL);
  leap_s = 0;
  check_fails(ctx, s, BL_E_CONFIG, "no row is labelled 'mute'");
  assert_non_null(strstr(bl_ctx_error(ctx), "; the rows, which took 1.0 minutes to make, are kept: "));
  assert_non_null(strstr(bl_ctx_error(ctx), "long/deep/rows.npy and rows.csv"));
  assert_true(is_there("long/deep/rows.npy") && is_there("long/deep/rows.csv"));
  assert_false(is_there("long/deep/run.lock"));
  check_free(ctx);
}

static int prepare(void **state)
{
  (void)state;
  float nothing[8000];
  setenv("PATH", "", 1); /* no pictures */
  pipe_eight();
  for (size_t i = 0; i < 8000; i++) nothing[i] = NAN;
  tree_wav("mute/8.wav", 8000, 1, 8000, nothing);
  tree_wav("mute/9.wav", 8000, 1, 8000, nothing);
  tree_text("rows.csv", "x,y,label\n1,2.5,a\n1.5,2,a\n7,1,b\n6.5,1.25,b\n1.25,3,a\n7.5,0.5,b\n");
  return 0;
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_at_a_time), cmocka_unit_test(refused_without_harm), cmocka_unit_test(refused_by_the_disk),
      cmocka_unit_test(clears_what_is_half_written), cmocka_unit_test(keeps_rows_that_took_long)};
  int failed = cmocka_run_group_tests_name("run_folder", tests, prepare, NULL);
  tree_done();
  return failed;
}
