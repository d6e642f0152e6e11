/* baleen annotations, as a user runs it: formats by name and by option, recordings, exit statuses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "baleen/file.h"
#include "baleen/memory.h"
#include "check.h"
#include "tree.h"

#define EDF BALEEN_SETS "/eegmmidb-s001/S001R06.edf"

static int run(const char *arguments)
{
  char command[4096];
  snprintf(command, sizeof command, "cd '%s' && '%s' annotations %s >out.log 2>&1", tree_root(), BALEEN_BIN, arguments);
  int s = system(command);
  return WIFEXITED(s) ? WEXITSTATUS(s) : -1;
}

static void check_text(const char *file, const char *part)
{
  bl_ctx *ctx = bl_ctx_new();
  char path[1024], *text;
  size_t n;
  snprintf(path, sizeof path, "%s/%s", tree_root(), file);
  check_ok(ctx, bl_file_read(ctx, path, 0, &text, &n));
  if (!strstr(text, part)) fail_msg("%s holds\n%s\nnot\n%s", file, text, part);
  bl_free(ctx, text);
  check_free(ctx);
}

static void test_formats(void **state)
{
  (void)state;
  static const float silence[800];
  tree_wav("a.wav", 8000, 1, 800, silence);
  tree_wav("b.wav", 8000, 1, 400, silence);
  tree_text("labels.txt", "0.01\t0.02\tup call\n\\\t50\t300\n0.03\t0.03\n");
  assert_int_equal(run("labels.txt a.selections.txt --recording a.wav"), 0);
  check_text("a.selections.txt", "1\tSpectrogram 1\t1\t0.01\t0.02\t50\t300\ta.wav\t0.01\tup call\n"
                                 "2\tSpectrogram 1\t1\t0.03\t0.03\t0\t4000\ta.wav\t0.03\t\n");
  assert_int_equal(run("a.selections.txt a.csv"), 0);
  check_text("a.csv", "0.01,0.01,up call,50,300,,a.wav\n");
  assert_int_equal(run("a.csv back.txt --to audacity"), 0);
  check_text("back.txt", "0.01\t0.02\tup call\n\\\t50\t300\n0.03\t0.03\t\n");
  /* times over a list of two files: a.wav is 0.1 s long */
  tree_text(
      "list.txt",
      "Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\tCall\n1\t0.05\t0.06\ta.wav\tA\n2\t0.125\t0.13\tb.wav\tB\n");
  assert_int_equal(run("list.txt list.tsv"), 1);
  check_text("out.log", "--recording");
  assert_int_equal(run("list.txt list.csv --recording a.wav --recording b.wav"), 0);
  check_text("list.csv", "0.05,0.01,A,,,,a.wav\n0.02"); /* 0.125 - 0.1, as doubles subtract */
  tree_text("night.txt", "W\nN1\n");
  assert_int_equal(run("night.txt night.tsv --from hypnogram --epoch-s 20"), 0);
  check_text("night.tsv", "20\t20\tN1\n");
  assert_int_equal(run("night.tsv night_hypnogram.txt --epoch-s 10"), 0);
  check_text("night_hypnogram.txt", "W\nW\nN1\nN1\n");
  assert_int_equal(run("night.tsv back.txt --to hypnogram"), 2);
  check_text("out.log", "annotation 1 ('W') lasts from 0 s to 20 s");
  tree_text("none.txt", "");
  assert_int_equal(run("none.txt none.tsv"), 0);
  check_text("none.tsv", "onset\tduration\ttrial_type\n");
  assert_int_equal(run("none.txt none.dat"), 2);
  check_text("out.log", "raven, audacity, csv, bids or hypnogram");
  assert_int_equal(run("absent.txt x.csv"), 1);
  assert_int_equal(run("labels.txt"), 2);
  assert_int_equal(run("a.csv x.csv --label-column lable"), 2);
  check_text("out.log", "label");
  tree_done();
}

static void test_inside(void **state)
{
  (void)state;
  tree_text("x", "");
  assert_int_equal(run("'" EDF "' events.tsv"), 0);
  check_text("events.tsv", "onset\tduration\ttrial_type\n0\t4.2\tT0\n4.2\t4.1\tT2\n");
  assert_int_equal(run("'" EDF "' events.selections.txt"), 0);
  check_text("events.selections.txt", "0\t4.2\t0\t80\tS001R06.edf\t");
  tree_done();
}

/* What is written under a hypnogram's name is read under it; a table of another kind under that name stays what it
 * is. */
static void hypnograms_by_name(void **state)
{
  (void)state;
  tree_text("night_hypnogram.txt", "W\nN1\nN2\n");
  assert_int_equal(run("night_hypnogram.txt night.csv --epoch-s 20"), 0);
  check_text("night.csv", "\n0,20,W,,,,\n20,20,N1,,,,\n40,20,N2,");
  tree_text("calls_hypnogram.txt", "1\t2\tcall\n");
  assert_int_equal(run("calls_hypnogram.txt calls.csv"), 0);
  check_text("calls.csv", "\n1,1,call,");
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_formats), cmocka_unit_test(hypnograms_by_name),
                                     cmocka_unit_test(test_inside)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
