/* tools/seeds: the scores of several runs, put together. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static int run(const char *arguments, char *out, size_t room)
{
  char command[1024];
  snprintf(command, sizeof command, "BALEEN='%s' '%s/tools/seeds' %s 2>&1", BALEEN_BIN, BALEEN_SOURCE_DIR, arguments);
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
      cmocka_unit_test(tells_its_use),
  };
  return cmocka_run_group_tests_name("seeds", tests, NULL, NULL);
}
