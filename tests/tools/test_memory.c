/* Memory does not grow with a recording's length: the program's peak, as the system accounts it, on a short file and on
 * one forty times as long. The files are sparse: a header, and records that are holes (all zeros, valid EDF). */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNELS = 8, RATE = 256, SHORT_S = 600, LONG_S = 40 * SHORT_S, MOST_MIB = 24 };

static void put(FILE *f, int times, int width, const char *text)
{
  for (int i = 0; i < times; i++) fprintf(f, "%-*.*s", width, width, text);
}

static void make_edf(const char *path, int seconds)
{
  char count[16];
  FILE *f = fopen(path, "wb");
  if (!f) fail_msg("cannot write %s", path);
  put(f, 1, 8, "0");
  put(f, 1, 80, "X X X X");
  put(f, 1, 80, "Startdate 01-JAN-2020 X X X");
  put(f, 1, 16, "01.01.2000.00.00");
  snprintf(count, sizeof count, "%d", 256 * (CHANNELS + 1));
  put(f, 1, 8, count);
  put(f, 1, 44, "");
  snprintf(count, sizeof count, "%d", seconds);
  put(f, 1, 8, count);
  put(f, 1, 8, "1");
  snprintf(count, sizeof count, "%d", CHANNELS);
  put(f, 1, 4, count);
  for (int c = 0; c < CHANNELS; c++) {
    snprintf(count, sizeof count, "E%d", c + 1);
    put(f, 1, 16, count);
  }
  put(f, CHANNELS, 80, "");
  put(f, CHANNELS, 8, "uV");
  put(f, CHANNELS, 8, "-3276.8");
  put(f, CHANNELS, 8, "3276.7");
  put(f, CHANNELS, 8, "-32768");
  put(f, CHANNELS, 8, "32767");
  put(f, CHANNELS, 80, "");
  snprintf(count, sizeof count, "%d", RATE);
  put(f, CHANNELS, 8, count);
  put(f, CHANNELS, 32, "");
  long long bytes = 256LL * (CHANNELS + 1) + (long long)seconds * CHANNELS * RATE * 2;
  fflush(f);
  if (ftruncate(fileno(f), (off_t)bytes)) fail_msg("cannot make %s of %lld bytes", path, bytes);
  fclose(f);
}

/* The program's peak of resident memory in MiB; it must end well. */
static double peak_of(char *const argv[])
{
  struct rusage usage;
  int status = 0;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    if (!freopen("/dev/null", "w", stdout)) _exit(126);
    /* the address sanitizer would keep 256 MiB of what was freed, in case somebody still looks at it */
    setenv("ASAN_OPTIONS", "quarantine_size_mb=1", 1);
    execv(BALEEN_BIN, argv);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &usage) != child) fail_msg("cannot run %s", BALEEN_BIN);
  if (!WIFEXITED(status) || WEXITSTATUS(status)) fail_msg("%s %s: wait status %d", argv[0], argv[1], status);
  return (double)usage.ru_maxrss / 1024;
}

static void check_growth(const char *what, double on_short, double on_long)
{
  if (!(on_long - on_short < MOST_MIB))
    fail_msg("%s: %.1f MiB on %d s, %.1f MiB on %d s: memory grows with length", what, on_short, SHORT_S, on_long,
             LONG_S);
}

static double inspect(const char *path)
{
  char *argv[] = {"baleen", "inspect", "--quiet", (char *)(uintptr_t)path, NULL};
  return peak_of(argv);
}

static void inspecting(void **state)
{
  (void)state;
  const char *few = check_tmp_path("short.edf"), *many = check_tmp_path("long.edf");
  make_edf(few, SHORT_S);
  make_edf(many, LONG_S);
  check_growth("inspect", inspect(few), inspect(many));
  check_tmp_done();
}

static double convert(const char *from, const char *to)
{
  char *argv[] = {"baleen",
                  "convert",
                  "--quiet",
                  "--stages",
                  "[{fir: {l_freq: 1, h_freq: 40}}, {resample: {rate_hz: 128}}]",
                  (char *)(uintptr_t)from,
                  (char *)(uintptr_t)to,
                  NULL};
  return peak_of(argv);
}

static void conditioning(void **state)
{
  (void)state;
  const char *few = check_tmp_path("short.edf"), *many = check_tmp_path("long.edf");
  make_edf(few, SHORT_S);
  make_edf(many, LONG_S);
  check_growth("convert", convert(few, check_tmp_path("short.npy")), convert(many, check_tmp_path("long.npy")));
  check_tmp_done();
}

static double run_windows(const char *recording, const char *folder)
{
  char config[600];
  snprintf(config, sizeof config, "%s", check_tmp_path("windows.yaml"));
  FILE *f = fopen(config, "w");
  if (!f) fail_msg("cannot write %s", config);
  fprintf(f,
          "source: {files: {recordings: ['%s']}}\nsegments: {window: {length_s: 1, hop_s: 0.2}}\n"
          "features: {f: {stages: [{pick: {include: [E1]}}], summaries: [mean]}}\n",
          recording);
  fclose(f);
  char *argv[] = {"baleen", "run", "--quiet", config, "-o", (char *)(uintptr_t)folder, NULL};
  return peak_of(argv);
}

/* A window every fifth of a second: there is no list of them all. What grows are the rows' places, some bytes each. */
static void windows(void **state)
{
  (void)state;
  char few[600], many[600], out[600];
  snprintf(few, sizeof few, "%s", check_tmp_path("short.edf"));
  snprintf(many, sizeof many, "%s", check_tmp_path("long.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("run"));
  make_edf(few, SHORT_S);
  make_edf(many, LONG_S);
  double on_short = run_windows(few, out);
  check_growth("run", on_short, run_windows(many, out));
  check_tmp_done();
}

/* The status of a shell command. */
static int shell(const char *format, const char *a, const char *b)
{
  char command[4096];
  snprintf(command, sizeof command, format, BALEEN_BIN, a, b);
  int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool takes_terabytes_of_addresses(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
  return __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
  return false;
#endif
}

/* Under a limit of addresses that leaves OpenBLAS no room for its buffer, which it would ask for again and again, what
 * needs it ends with a word, and what does not works. With room for one buffer two threads take turns. */
static void under_a_limit(void **state)
{
  (void)state;
  if (takes_terabytes_of_addresses()) skip();
  const char *path = check_tmp_path("short.edf"), *iris = BALEEN_SOURCE_DIR "/pipelines/examples/iris.yaml";
  const char *out = check_tmp_path("iris");
  make_edf(path, SHORT_S);
  assert_int_equal(shell("ulimit -v 150000; timeout -k 1 30 '%s' inspect '%s' >/dev/null", path, ""), 0);
  assert_int_equal(
      shell("ulimit -v 150000; timeout -k 1 30 '%s' run '%s' -q -o '%s' 2>&1 | grep -q 'ulimit -v'", iris, out), 0);
  assert_int_equal(shell("ulimit -v 150000; timeout -k 1 30 '%s' run '%s' -q -o '%s' 2>/dev/null", iris, out), 1);
  assert_int_equal(
      shell("ulimit -v 400000; timeout -k 1 60 '%s' run '%s' --threads 2 -q -o '%s' >/dev/null", iris, out), 0);
  check_tmp_done();
}

/* The threads of the pool have a stack of their own size: decoders of Ogg need more than the least one. */
static void little_stack(void **state)
{
  (void)state;
  if (takes_terabytes_of_addresses()) skip();
  assert_int_equal(shell("ulimit -s 128; '%s' run '%s' --threads 2 -q -o '%s' >/dev/null",
                         BALEEN_SOURCE_DIR "/pipelines/examples/anomaly.yaml", check_tmp_path("anomaly")),
                   0);
  check_tmp_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(inspecting), cmocka_unit_test(conditioning),
                                     cmocka_unit_test(windows), cmocka_unit_test(under_a_limit),
                                     cmocka_unit_test(little_stack)};
  return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
