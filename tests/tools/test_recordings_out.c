/* baleen repair, convert, anonymize and inspect as a user runs them. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Runs "baleen <printf>"; what it prints, errors too, is in said. Returns the exit status. */
static char said[200000];
static int baleen(const char *format, ...) BL_PRINTF(1, 2);
static int baleen(const char *format, ...)
{
  char command[4096];
  int n = snprintf(command, sizeof command, "'%s' ", BALEEN_BIN);
  va_list args;
  va_start(args, format);
  n += vsnprintf(command + n, sizeof command - (size_t)n, format, args);
  va_end(args);
  snprintf(command + n, sizeof command - (size_t)n, " 2>&1");
  FILE *p = popen(command, "r");
  if (!p) fail_msg("cannot run %s", command);
  size_t got = fread(said, 1, sizeof said - 1, p);
  said[got] = '\0';
  int s = pclose(p);
  return WIFEXITED(s) ? WEXITSTATUS(s) : -1;
}

#define check_says(part) do { if (!strstr(said, part)) fail_msg("wanted '%s' in: %s", part, said); } while (0)

#define MALFORMED BALEEN_TEST_DATA "/malformed/edf/"
#define FORMATS BALEEN_TEST_DATA "/formats/"

static void repair(void **arg)
{
  (void)arg;
  static const char *const files[] = {"gen-digmin-eq-digmax.edf", "gen-duration-comma.edf", "gen-label-latin1.edf", "gen-nrec-minus1.edf",
                                      "gen-nrec-too-large.edf", "gen-starttime-colons.edf", "gen-data-cut-mid-record.edf",
                                      "gen-header-bytes-wrong.edf", "gen-tal-all-ff.edf", "edfjl-uneven-one-byte-extra.edf"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    const char *out = check_tmp_path("out.edf"), *report = check_tmp_path("report.txt");
    assert_int_equal(baleen("inspect --strict '" MALFORMED "%s'", files[i]), 1);
    assert_int_equal(baleen("repair '" MALFORMED "%s' '%s' --report '%s'", files[i], out, report), 0);
    if (baleen("inspect --strict '%s'", out)) fail_msg("%s: %s", files[i], said);
    FILE *f = fopen(report, "r");
    size_t n = fread(said, 1, sizeof said - 1, f);
    said[n] = '\0';
    fclose(f);
    check_says("  found: ");
  }
  const char *in = check_tmp_path("same.edf");
  assert_int_equal(baleen("repair '" MALFORMED "gen-nrec-minus1.edf' '%s'", in), 0);
  check_says("number of records says unknown");
  assert_int_equal(baleen("repair '%s' '%s'", in, in), 2);
  check_says("are one file");
  assert_int_equal(baleen("repair '" MALFORMED "gen-zero-bytes.edf' '%s'", in), 1);
  check_says("is empty");
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(repair)};
  return _cmocka_run_group_tests("recordings_out", tests, sizeof tests / sizeof *tests, NULL, NULL);
}
