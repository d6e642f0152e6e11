/* A run that is asked to stop does so soon, whatever a library is doing: here it is inside a decomposition that takes
 * many seconds. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "baleen/dataset.h"
#include "baleen/random.h"
#include "check.h"

enum { N = 2400, START_MS = 700, LIMIT_S = 4 };

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void write_run(void)
{
  static const char config[] =
      "source: {table: {file: stop.npy}}\nmodel: [{pca: {svd_solver: full}}, isolation_forest]\n";
  bl_ctx *ctx = bl_ctx_new();
  bl_mat X;
  check_ok(ctx, bl_mat_new(ctx, N, N, &X));
  for (size_t i = 0; i < N * (size_t)N; i++) X.v[i] = (float)((uint32_t)i * 2654435761u >> 8) / (1 << 24);
  bl_cmat view = bl_mat_view(&X);
  check_ok(ctx, bl_npy_write(ctx, check_tmp_path("stop.npy"), &view));
  bl_mat_free(ctx, &X);
  check_free(ctx);
  FILE *f = fopen(check_tmp_path("stop.yaml"), "w");
  if (!f || fputs(config, f) < 0 || fclose(f)) fail_msg("no config");
}

static pid_t start(void)
{
  char config[1024], out[1024];
  snprintf(config, sizeof config, "%s", check_tmp_path("stop.yaml"));
  snprintf(out, sizeof out, "%s", check_tmp_path("stop.run"));
  fflush(NULL);
  pid_t pid = fork();
  if (pid) return pid;
  signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL); /* whoever runs the tests may have them ignored */
  freopen("/dev/null", "w", stderr);
  execl(BALEEN_BIN, "baleen", "run", "--quiet", config, "-o", out, (char *)NULL);
  _exit(127);
}

static void inside_a_decomposition(void **state)
{
  (void)state;
  static const int signals[] = {SIGINT, SIGTERM};
  write_run();
  for (int i = 0; i < 2; i++) {
    int status = 0;
    pid_t pid = start();
    usleep(START_MS * 1000);
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    kill(pid, signals[i]);
    double from = now_s();
    while (!waitpid(pid, &status, WNOHANG) && now_s() - from < LIMIT_S) usleep(10000);
    double took = now_s() - from;
    if (took >= LIMIT_S) kill(pid, SIGKILL), waitpid(pid, &status, 0);
    if (took >= LIMIT_S) fail_msg("signal %d: it goes on after %d s", signals[i], LIMIT_S);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
  }
  char clear[1100];
  snprintf(clear, sizeof clear, "rm -rf '%s'", check_tmp_path("stop.run"));
  assert_int_equal(system(clear), 0);
  check_tmp_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(inside_a_decomposition)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
