/* What reaches a terminal or a pipe: no control character of a file's name, and no success where nothing arrived. What a
 * run writes down of itself can be run again from anywhere. */
#include "program.h"

#include <unistd.h>

#include "tree.h"

#define ROOT tree_root()

/* Names come from anybody's files, and a terminal obeys what is in them. */
static void shows_control_characters(void **state)
{
  (void)state;
  assert_int_equal(baleen("inspect \"$(printf 'no\\033[31m\\302\\233such\\177.wav')\""), 1);
  check_says("baleen: error: no\\x1b[31m\\xc2\\x9bsuch\\x7f.wav: ");
  check_says_not("\x1b");
  check_says_not("\x7f");
  check_says_not("\xc2\x9b");
  assert_int_equal(baleen("\"$(printf 'no\\033[2Jsuch')\""), 2);
  check_says("unknown subcommand 'no\\x1b[2Jsuch'");
  check_says_not("\x1b");
  assert_int_equal(baleen("inspect \"$(printf 'caf\\303\\251\\t.wav')\""), 1); /* letters stay as they are */
  check_says("caf\xc3\xa9\t.wav");
}

static const char *const prints[] = {"--help",
                                     "--version",
                                     "help",
                                     "help knn",
                                     "list",
                                     "list --markdown",
                                     "run --help",
                                     "inspect s.wav",
                                     "inspect --json s.wav",
                                     "score t.csv t.csv",
                                     "run c.yaml -o out",
                                     "predict out/model.safetensors rows.csv"};

/* A script that keeps what was printed must hear that it could not be. */
static void tells_that_nothing_arrived(void **state)
{
  (void)state;
  char command[1024];
  static const float silence[800];
  if (access("/dev/full", W_OK)) skip();
  tree_wav("s.wav", 8000, 1, 800, silence);
  tree_text("t.csv", "onset,duration,label\n0.01,0.02,a\n");
  tree_text("rows.csv", "x,y,label\n1,2.5,a\n1.5,2,a\n7,1,b\n6.5,1.25,b\n1.25,3,a\n7.5,0.5,b\n");
  tree_text("c.yaml", "source: {table: {file: rows.csv}}\nmodel: {knn: {n_neighbors: 1}}\n"
                      "evaluate: {split: {stratified_k_fold: {n_splits: 2}}}\n");
  for (size_t i = 0; i < sizeof prints / sizeof *prints; i++) {
    snprintf(command, sizeof command, "cd '%s' && PATH= '%s' %s 2>&1 >/dev/null", ROOT, BALEEN_BIN, prints[i]);
    if (said_by(command) != 0) fail_msg("%s: %s", prints[i], said);
    snprintf(command, sizeof command, "cd '%s' && PATH= '%s' %s 2>&1 >/dev/full", ROOT, BALEEN_BIN, prints[i]);
    if (said_by(command) != 1) fail_msg("%s: %s", prints[i], said);
    check_says("writing to standard output: ");
  }
}

/* Paths in a run's config.yaml stay those of the config, wherever that was named from and wherever the copy lies. */
static void runs_again_from_what_it_wrote(void **state)
{
  (void)state;
  static char first[sizeof said];
  char command[3000];
  tree_text("data/rows.csv", "x,y,label\n1,2.5,a\n1.5,2,a\n7,1,b\n6.5,1.25,b\n1.25,3,a\n7.5,0.5,b\n");
  tree_text("configs/a: b/c.yaml", "source: {table: {file: ../../data/rows.csv}}\nmodel: {knn: {n_neighbors: 1}}\n"
                                   "evaluate: {split: {stratified_k_fold: {n_splits: 2}}}\n");
  snprintf(command, sizeof command, "cd '%s/configs/a: b' && PATH= '%s' run c.yaml -o ../../out 2>&1", ROOT,
           BALEEN_BIN);
  assert_int_equal(said_by(command), 0);
  snprintf(command, sizeof command, "%s/out/config.yaml", ROOT);
  read_said(command);
  snprintf(command, sizeof command, "\nrelative_to: \"%s/configs/a: b\"\n", ROOT);
  check_says(command);
  snprintf(command, sizeof command, "%s/out/predictions.csv", ROOT);
  read_said(command);
  memcpy(first, said, sizeof first);
  assert_int_equal(baleen("run %s/out/config.yaml -o %s/again", ROOT, ROOT), 0);
  snprintf(command, sizeof command, "%s/again/predictions.csv", ROOT);
  read_said(command);
  assert_string_equal(said, first);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(shows_control_characters),
                                            cmocka_unit_test(tells_that_nothing_arrived),
                                            cmocka_unit_test(runs_again_from_what_it_wrote)};
  int failed = cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
  tree_done();
  return failed;
}
