/* baleen bads as a user runs it: a channel that was spoiled is found, and the stage that is printed makes it anew. */
#include "program.h"

#include "tree.h"

#define EDF   BALEEN_SETS "/eegmmidb-s001/S001R01.edf"
#define CLEAN "{rename: {strip: \".\"}}, {fir: {l_freq: 1, h_freq: 40}}"
#define SPOIL "{regress: {betas: [[-30]], picks: [Cz], picks_artifact: [O1]}}"

static void the_bad_one_is_found(void **state)
{
  (void)state;
  assert_int_equal(baleen("bads %s --n-resample 15 --stages '[%s]'", EDF, CLEAN), 0);
  check_says("S001R01.edf: 64 channels, 60.0 s\n");
  check_says("   channel  deviation      noise  uncorrelated     ransac\n");
  assert_null(strstr(said, "Cz,"));
  assert_int_equal(baleen("bads %s --n-resample 15 --stages '[%s, %s]'", EDF, CLEAN, SPOIL), 0);
  const char *at = strstr(said, "- interpolate: {bads: [");
  assert_non_null(at);
  assert_non_null(strstr(at, "Cz"));
  char stage[300];
  snprintf(stage, sizeof stage, "%.*s", (int)strcspn(at + 2, "\n"), at + 2);
  assert_int_equal(baleen("bads %s --n-resample 15 --stages '[%s, %s, {%s}]'", EDF, CLEAN, SPOIL, stage), 0);
  check_says_not("Cz]");
}

/* Of three electrodes no draw foretells the others: the rest is told all the same, and why ransac is not. */
static void few_electrodes(void **state)
{
  (void)state;
  assert_int_equal(baleen("bads %s --stages '[%s]' --pick Fz --pick Cz --pick Pz", EDF, CLEAN), 0);
  check_says("bads: ransac is left out: a draw is 0 of 3 electrodes, ");
  check_says("S001R01.edf: 3 channels, 60.0 s\n");
  assert_int_equal(baleen("bads %s --stages '[%s]' --pick Fz --pick Cz --pick Pz --ransac false", EDF, CLEAN), 0);
  check_says_not("ransac is left out");
  assert_int_equal(baleen("bads %s --ransac=perhaps", EDF), 2);
  check_says("ransac");
}

static void slips_are_told(void **state)
{
  (void)state;
  assert_int_equal(baleen("bads %s --stages '[%s]' --pick CZ", EDF, CLEAN), 2);
  check_says("bads: no channel 'CZ'; did you mean 'Cz'?");
  assert_int_equal(baleen("bads %s --stages '[%s]' --pick Cz --pick Cz", EDF, CLEAN), 1);
  check_says("1 channels; it takes three or more");
  assert_int_equal(baleen("bads %s --stages '[%s, {to_unit: {unit: mV, exclude: [Fc5]}}]'", EDF, CLEAN), 2);
  check_says("bads: channel 'Fc3' is in 'mV', but 'Fc5' in 'uV'; bring them to one unit by --stages");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_bad_one_is_found), cmocka_unit_test(few_electrodes),
                                     cmocka_unit_test(slips_are_told)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
