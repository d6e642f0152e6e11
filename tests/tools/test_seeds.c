/* tools/seeds: the scores of several runs, put together. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char *program = BALEEN_BIN;

static int run(const char *arguments, char *out, size_t room)
{
  char command[1024];
  snprintf(command, sizeof command, "BALEEN='%s' '%s/tools/seeds' %s 2>&1", program, BALEEN_SOURCE_DIR, arguments);
  FILE *f = popen(command, "r");
  if (!f) fail_msg("cannot run %s", command);
  out[fread(out, 1, room - 1, f)] = '\0';
  int s = pclose(f);
  return WIFEXITED(s) ? WEXITSTATUS(s) : -1;
}

/* Neighbours of iris do not depend on the seed, the folds do: three splits, their mean between least and greatest. */
static void puts_runs_together(void **state)
{
  (void)state;
  char out[6000], arguments[600];
  double mean = 0, sd = 0, least = 0, greatest = 0, each[3] = {0};
  snprintf(arguments, sizeof arguments,
           "evaluate.split.stratified_k_fold.random_state 3 '%s/pipelines/examples/iris.yaml' "
           "--set 'evaluate.split={stratified_k_fold: {shuffle: true}}'",
           BALEEN_SOURCE_DIR);
  if (run(arguments, out, sizeof out)) fail_msg("%s", out);
  const char *head = strstr(out, "accuracy over 3 values of evaluate.split.stratified_k_fold.random_state");
  if (!head) fail_msg("%s", out);
  const char *line = strstr(head, "  knn ");
  if (!line || sscanf(line, " knn %lf (%lf) %lf to %lf %lf %lf %lf", &mean, &sd, &least, &greatest, each, each + 1,
                      each + 2) != 7)
    fail_msg("%s", out);
  check_near(mean, (each[0] + each[1] + each[2]) / 3, 1e-4);
  assert_true(least < greatest && least <= mean && mean <= greatest);
  double sum = 0;
  for (size_t i = 0; i < 3; i++) sum += (each[i] - mean) * (each[i] - mean) / 3;
  check_near(sd, sqrt(sum), 1e-3);
}

/* A score that is undefined for a seed is none, and not 0; names may hold blanks; a fold that failed is no model. */
static void leaves_out_what_is_undefined(void **state)
{
  (void)state;
  static const char script[] =
      "#!/bin/sh\n"
      "score='0.5000 (0.0000)'\n"
      "for i; do [ \"$i\" != s=1 ] || score='- (-)'; done\n"
      "printf '9 rows\\n\\nScores, mean over 2 folds (sd):\\n  model      f1: {average: macro}            accuracy\\n'\n"
      "printf '  my model   %26s     0.2500 (0.1000)\\n  none                     - (-)               - (-)\\n' \"$score\"\n"
      "printf '  my model: fold 2 FAILED: no reason (at all)\\n\\nrest\\n'\n";
  char out[6000], path[600];
  snprintf(path, sizeof path, "%s", check_tmp_path("prints_scores"));
  FILE *f = fopen(path, "w");
  if (!f || fputs(script, f) < 0 || fclose(f) || chmod(path, 0700)) fail_msg("no script");
  program = path;
  int code = run("s 2 x.yaml", out, sizeof out);
  program = BALEEN_BIN;
  if (code) fail_msg("%s", out);
  const char *table = strstr(out, "f1: {average");
  if (!table) fail_msg("%s", out);
  assert_string_equal(table, "f1: {average: macro} over 2 values of s: mean (sd), least to greatest, each\n"
                             "  my model                 0.5000 (0.0000)  0.5000 to 0.5000   0.5000 -\n"
                             "  none                     - - -\n"
                             "accuracy over 2 values of s: mean (sd), least to greatest, each\n"
                             "  my model                 0.2500 (0.0000)  0.2500 to 0.2500   0.2500 0.2500\n"
                             "  none                     - - -\n");
  check_tmp_done();
}

static void tells_its_use(void **state)
{
  (void)state;
  char out[6000];
  assert_int_equal(run("seed none x.yaml", out, sizeof out), 2);
  assert_non_null(strstr(out, "usage: tools/seeds OPTION COUNT CONFIG"));
  assert_true(run("seed 2 /no/such.yaml", out, sizeof out) != 0); /* a run that fails ends it */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(puts_runs_together),
      cmocka_unit_test(leaves_out_what_is_undefined),
      cmocka_unit_test(tells_its_use),
  };
  return cmocka_run_group_tests_name("seeds", tests, NULL, NULL);
}
