/* No command writes over what it reads, one result over another, or leaves a half of one behind. */
#include "program.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/memory.h"
#include "tree.h"

#define EDF BALEEN_SETS "/eegmmidb-s001/S001R06.edf"

/* In the tree's folder. */
static int in_tree(const char *before, const char *arguments)
{
  char command[4096];
  snprintf(command, sizeof command, "cd '%s' && %s '%s' %s 2>&1", tree_root(), before, BALEEN_BIN, arguments);
  return said_by(command);
}

static void put_tree(void)
{
  static const float silence[800];
  tree_wav("r.wav", 8000, 1, 800, silence);
  tree_text("x.csv", "onset,duration,label\n0.01,0.02,a\n");
  tree_text("t.wav.csv", "onset,duration,label\n0.01,0.02,a\n");
  tree_text("s.csv", "a,b\n1,2\n2,3\n3,4\n");
  tree_text("s.csv.json", "{\"rate_hz\": 100}");
  char command[1024];
  snprintf(command, sizeof command,
           "cd '%s' && cp '%s' a.edf && ln -s a.edf l.edf && ln a.edf h.edf && ln -s r.wav l.wav", tree_root(), EDF);
  assert_int_equal(system(command), 0);
}

/* All files of the tree, by their content. */
static void look(char *out, size_t room)
{
  char command[1024];
  snprintf(command, sizeof command, "cd '%s' && cksum *", tree_root());
  assert_int_equal(said_by(command), 0);
  snprintf(out, room, "%.*s", (int)room - 1, said);
}

static void nothing_is_written_over(void **state)
{
  (void)state;
  static const char *const table[] = {"repair a.edf a.edf",
                                      "repair a.edf l.edf",
                                      "repair l.edf h.edf",
                                      "repair a.edf rep.edf --report a.edf",
                                      "repair a.edf rep.edf --report rep.edf",
                                      "repair a.edf rep.edf --report ./rep.edf",
                                      "annotations a.edf a.edf --to csv",
                                      "annotations a.edf l.edf --to csv",
                                      "annotations x.csv x.csv",
                                      "annotations x.csv ./x.csv",
                                      "annotations x.csv r.wav --to csv --recording r.wav",
                                      "convert a.edf h.edf",
                                      "convert pcm:rate=8000:r.wav r.wav",
                                      "convert pcm:rate=8000:r.wav l.wav",
                                      "convert r.wav t.wav --annotations t.wav.csv",
                                      "convert s.csv s.wav --annotations s.wav.json",
                                      "anonymize a.edf l.edf",
                                      "anonymize r.wav ./r.wav",
                                      "plot r.wav -o r.wav",
                                      "plot r.wav -o l.wav",
                                      "predict a.edf r.wav -o r.wav",
                                      "predict a.edf r.wav -o a.edf"};
  char was[8000], is[8000];
  put_tree();
  look(was, sizeof was);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    int status = in_tree("", table[i]);
    if (status != 2 || !strstr(said, "are one file")) fail_msg("%s: status %d: %s", table[i], status, said);
    look(is, sizeof is);
    if (strcmp(was, is)) fail_msg("%s changed files: %s", table[i], is);
  }
  assert_int_equal(in_tree("", "repair a.edf rep.edf --report rep.txt"), 0); /* names that differ pass, twice too */
  assert_int_equal(in_tree("", "repair a.edf rep.edf --report rep.txt"), 0);
  tree_done();
}

/* Two results in one place that is not there yet, through a link. */
static void ends_of_links(void **state)
{
  (void)state;
  put_tree();
  char command[1024];
  snprintf(command, sizeof command, "cd '%s' && ln -s later.edf soon.edf", tree_root());
  assert_int_equal(system(command), 0);
  assert_int_equal(in_tree("", "repair a.edf later.edf --report soon.edf"), 2);
  check_says("both are written");
  assert_int_equal(in_tree("", "repair a.edf soon.edf"), 0);
  assert_int_equal(in_tree("test -L soon.edf && ", "inspect --strict later.edf"), 0);
  tree_done();
}

static bool left_over(void)
{
  char command[1024];
  snprintf(command, sizeof command, "ls '%s' | grep -F .new-", tree_root());
  return !said_by(command);
}

/* A recording that takes a while: raw samples that are a hole. */
static void put_long(void)
{
  char command[1024];
  tree_text("long.raw", "");
  snprintf(command, sizeof command, "truncate -s 300M '%s/long.raw'", tree_root());
  assert_int_equal(system(command), 0);
}

static void stops_leave_nothing(void **state)
{
  (void)state;
  static const char *const signals[] = {"HUP", "INT", "TERM"};
  put_long();
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    char command[4096];
    snprintf(command, sizeof command,
             "cd '%s' && env --default-signal=HUP,INT,TERM '%s' convert pcm:rate=8000:long.raw o.npy 2>&1 & p=$!; "
             "until ls '%s' | grep -qF .new-; do kill -0 $p || break; sleep 0.02; done; kill -%s $p; wait $p",
             tree_root(), BALEEN_BIN, tree_root(), signals[i]);
    int status = said_by(command);
    if (status != 130) fail_msg("%s: status %d: %s", signals[i], status, said);
    if (left_over()) fail_msg("%s left %s", signals[i], said);
  }
  assert_int_equal(in_tree("ulimit -f 1000; ", "convert pcm:rate=8000:long.raw o.npy"), 1);
  check_says("File too large");
  assert_int_equal(in_tree("ulimit -f 1000; ", "convert pcm:rate=8000:long.raw o.wav"), 1);
  assert_false(left_over());
  tree_done();
}

/* gnuplot says nothing of a disk that is full: pictures are looked at, and a half of one is none. The numbers stand. */
static void pictures_on_a_full_disk(void **state)
{
  (void)state;
  static char whole[sizeof said];
  char path[700];
  tree_text("c.yaml", "source: {table: {file: iris.csv}}\nmodel: knn\n");
  snprintf(path, sizeof path, "cp '" BALEEN_SETS "/tables/iris.csv' '%s'", tree_root());
  assert_int_equal(system(path), 0);
  assert_int_equal(in_tree("", "run c.yaml -o whole"), 0);
  assert_int_equal(in_tree("ulimit -f 60; ", "run c.yaml -o full"), 0); /* 30,720 bytes a file */
  check_says(
      "warning: report: picture 'confusion_knn' is left out: full/confusion_knn.png: gnuplot could not write it to "
      "its end; is the disk full?");
  assert_int_equal(
      in_tree("test -e full/report.html && test ! -e full/confusion_knn.svg && test ! -e full/confusion_knn.png && ",
              "--version"),
      0);
  snprintf(path, sizeof path, "%s/whole/folds.csv", tree_root());
  read_said(path);
  *whole = '\0';
  check_append(whole, sizeof whole, said);
  snprintf(path, sizeof path, "%s/full/folds.csv", tree_root());
  read_said(path);
  assert_string_equal(whole, said);
  tree_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(pictures_on_a_full_disk),
                                            cmocka_unit_test(nothing_is_written_over), cmocka_unit_test(ends_of_links),
                                            cmocka_unit_test(stops_leave_nothing)};
  return cmocka_run_group_tests_name("outputs", tests, NULL, NULL);
}
