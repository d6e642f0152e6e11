/* baleen score, as a user runs it: tables of any format, labels, recordings, options of metrics, exit statuses. */
#include "program.h"
#include "tree.h"

#define ROOT tree_root()

static void scores(void **unused)
{
  (void)unused;
  tree_text("truth.txt", "1\t3\tcall\n10\t12\tcall\n20\t21\twhistle\n");
  tree_text("found.csv", "onset_s,duration_s,label\n1.1,2,call\n10.5,2,call\n20,1,whistle\n40,1,whistle\n");
  assert_int_equal(baleen("score %s/truth.txt %s/found.csv", ROOT, ROOT), 0);
  assert_string_equal(said, "metric,value\nevent_f1,0.5714285714285714\nevent_precision,0.5\n"
                            "event_recall,0.6666666666666666\n");
  assert_int_equal(baleen("score %s/truth.txt %s/found.csv --hours 0.5 --metrics "
                          "'[{event_recall: {t_collar: 1}}, {event_f1: {average: macro}}, false_alarms_per_hour]'",
                          ROOT, ROOT),
                   0);
  /* macro: call 2 of 4, whistle 2 of 3 */
  assert_string_equal(said, "metric,value\nevent_recall,1\nevent_f1,0.5833333333333333\nfalse_alarms_per_hour,4\n");
}

static void scores_meet_thresholds(void **unused)
{
  (void)unused;
  tree_text("sure.txt", "1\t3\tcall\n10\t12\tcall\n");
  tree_text("unsure.csv", "onset_s,duration_s,label,confidence\n1,2,call,0.9\n10,2,call,0.4\n20,2,call,0.2\n");
  assert_int_equal(baleen("score %s/sure.txt %s/unsure.csv --metrics "
                          "'[event_precision, {event_precision: {threshold: 0.3}}, {event_recall: {threshold: 0.5}}]'",
                          ROOT, ROOT),
                   0);
  assert_string_equal(said, "metric,value\nevent_precision,0.6666666666666666\nevent_precision,1\nevent_recall,0.5\n");
  /* what has no score is sure */
  assert_int_equal(baleen("score %s/sure.txt %s/sure.txt --metrics '{event_recall: {threshold: 0.5}}'", ROOT, ROOT), 0);
  assert_string_equal(said, "metric,value\nevent_recall,1\n");
}

static void recordings_stand_apart(void **unused)
{
  (void)unused;
  tree_text("truth2.csv", "onset_s,duration_s,label,file\n1,2,a,x/one.wav\n1,2,a,two.wav\n");
  tree_text("found2.csv", "onset_s,duration_s,label,file\n1,2,a,one.wav\n1,2,a,three.wav\n");
  assert_int_equal(baleen("score %s/truth2.csv %s/found2.csv --metrics event_recall", ROOT, ROOT), 0);
  assert_string_equal(said, "metric,value\nevent_recall,0.5\n");
  /* a table that names no recording is of the one that the other names, unless that names several */
  tree_text("truth3.csv", "onset_s,duration_s,label,file\n1,2,a,one.wav\n5,2,a,x/one.wav\n");
  tree_text("found3.csv", "onset_s,duration_s,label\n1,2,a\n");
  assert_int_equal(baleen("score %s/truth3.csv %s/found3.csv --metrics event_recall", ROOT, ROOT), 0);
  assert_string_equal(said, "metric,value\nevent_recall,0.5\n");
  assert_int_equal(baleen("score %s/found3.csv %s/truth3.csv --metrics event_recall", ROOT, ROOT), 0);
  assert_string_equal(said, "metric,value\nevent_recall,1\n");
  assert_int_equal(baleen("score %s/truth2.csv %s/found3.csv", ROOT, ROOT), 2);
  check_says("truth2.csv names several recordings, and ");
  check_says("found3.csv none; give it a column 'file'");
}

static void says_what_is_wrong(void **unused)
{
  (void)unused;
  assert_int_equal(baleen("score %s/truth.txt %s/found.csv --metrics f1", ROOT, ROOT), 2);
  check_says("unknown metric of events 'f1'");
  assert_int_equal(baleen("score %s/truth.txt %s/found.csv --metrics '[{event_f1: {collar: 1}}]'", ROOT, ROOT), 2);
  check_says("event_f1: unknown option 'collar'; did you mean 't_collar'?");
  assert_int_equal(baleen("score %s/truth.txt %s/found.csv --metrics false_alarms_per_hour", ROOT, ROOT), 2);
  check_says("say how many hours were listened to");
  assert_int_equal(baleen("score %s/gone.txt %s/found.csv", ROOT, ROOT), 1);
  check_says("gone.txt");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(scores), cmocka_unit_test(scores_meet_thresholds),
                                     cmocka_unit_test(recordings_stand_apart), cmocka_unit_test(says_what_is_wrong)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
