/* baleen convert: what becomes of annotations, and of the table of them beside OUT. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "convert_files.h"

/* What a stage finds goes along, by OUT's time, beside the file's own annotations. */
static void found_events(void **state)
{
  (void)state;
  char in[600], out[600], marks[608];
  snprintf(in, sizeof in, "%s", edf_write(&ramp, "ramp.edf"));
  for (size_t i = 0; i < 2; i++) {
    snprintf(out, sizeof out, "%s", check_tmp_path(i ? "o.npy" : "o.edf"));
    snprintf(marks, sizeof marks, i ? "%s.csv" : "%s", i ? out : check_tmp_path("marks.csv"));
    assert_int_equal(
        baleen("convert '%s' '%s' --from 1 --stages '[{threshold_events: {on: %s, label: loud}}]'", in, out, "3"), 0);
    if (!i) assert_int_equal(baleen("annotations '%s' '%s'", out, marks), 0);
    read_said(marks);
    check_says(",loud,");
    check_says(",span,");
  }
  check_tmp_done();
}

/* Contours of an orca's call, with their frequencies: its lowest one lies between 1000 and 1200 Hz for some tenths of a second. */
static void found_contours(void **state)
{
  (void)state;
  char out[600], marks[608], *line;
  bool seen = false;
  snprintf(out, sizeof out, "%s", check_tmp_path("o.npy"));
  snprintf(marks, sizeof marks, "%s.csv", out);
  assert_int_equal(baleen("convert '%s/orca-calls/FO-S01.flac' '%s' --stages '[{stft: {output: power}}, "
                          "{tonal_contours: {fmin: 300}}]'",
                          BALEEN_SETS, out),
                   0);
  read_said(marks);
  check_says("onset_s,duration_s,label,low_hz,high_hz,");
  for (line = strstr(said, ",contour,"); line; line = strstr(line + 1, ",contour,")) {
    char *next;
    double low = strtod(line + strlen(",contour,"), &next), high = strtod(next + 1, NULL);
    seen = seen || (low > 1000 && low < high && high < 1200);
  }
  assert_true(seen);
  check_tmp_done();
}

/* Without a crop nothing is lost or cut; with one it is told. */
static void annotations_stay(void **state)
{
  (void)state;
  static const char *const ways[] = {"o.npy", "o.wav", "o.bdf", "o.edf", "s.edf --stages '[{scale: {factor: 2}}]'"};
  char in[600], out[600], marks[608];
  snprintf(in, sizeof in, "%s", edf_write(&ramp, "ramp.edf"));
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(ways[i], " "), ways[i]);
    snprintf(out, sizeof out, "%s", check_tmp_path(name));
    snprintf(marks, sizeof marks, i < 2 ? "%s.csv" : "%s", i < 2 ? out : check_tmp_path("marks.csv"));
    assert_int_equal(baleen("convert '%s' '%s' %s", in, out, ways[i] + strlen(name)), 0);
    check_says("3 annotations outside of the recording's 5 s, kept as they are");
    if (i >= 2) assert_int_equal(baleen("annotations '%s' '%s'", out, marks), 0);
    read_said(marks);
    check_says("\n-2,0,neg,");
    check_says("\n-1,2,negspan,");
    check_says("\n4.5,3,span,");
    check_says("\n5,0,end,");
    check_says("\n7,2,beyond,");
    assert_int_equal(baleen("convert '%s' '%s' --from 0.5 %s", in, out, ways[i] + strlen(name)), 0);
    check_says("3 annotations left out: outside of 0.5 s to 5 s");
    check_says("2 annotations cut at 0.5 s and 5 s");
  }
  check_tmp_done();
}

/* A crop over a gap is by whole records; annotations of all that these hold go with them. */
static void crops_over_a_gap(void **state)
{
  (void)state;
  const edf_spec gap = {.reserved = "EDF+D",
                        .n = 2,
                        .n_records = 6,
                        .sig = {{.label = "Cz", .spr = "100"}, {.label = "EDF Annotations", .spr = "60"}},
                        .tal = {"+0||~+0.5|before|~", "+1||~+1.1|early|~+1.5^5|long|~", "+2||~", "+5||~+5.9|late|~",
                                "+6||~+6.5|behind|~", "+7||~"}};
  char in[600], out[600], table[600];
  snprintf(in, sizeof in, "%s", edf_write(&gap, "gap.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.edf"));
  snprintf(table, sizeof table, "%s", check_tmp_path("t.csv"));
  assert_int_equal(baleen("convert '%s' '%s' --from 1.25 --to 5.5", in, out), 0);
  check_says("whole records: 1.000000 s to 6.000000 s");
  check_says("2 annotations left out: outside of 1 s to 6 s");
  check_says("1 annotation cut at 1 s and 6 s");
  assert_int_equal(baleen("annotations '%s' '%s'", out, table), 0);
  read_said(table);
  check_says("\n0.1,0,early,");
  check_says("\n0.5,4.5,long,");
  check_says("\n4.9,0,late,");
  check_says_not("before");
  check_says_not("behind");
  check_tmp_done();
}

static bool is_there(const char *path)
{
  struct stat st;
  return !stat(path, &st);
}

/* None found is a finding; a table that is about an OUT that was written over goes; what people may have made stays. */
static void tables_beside(void **state)
{
  (void)state;
  char in[600], out[600], table[608], empty[600];
  const edf_spec plain = {.n = 1, .n_records = 5, .sig = {{.label = "Cz", .spr = "100"}}};
  snprintf(in, sizeof in, "%s", edf_write(&plain, "plain.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.wav"));
  snprintf(table, sizeof table, "%s.csv", out);
  snprintf(empty, sizeof empty, "%s", check_tmp_path("empty.csv"));
  write_bytes(empty, "", 0);
  assert_int_equal(baleen("convert '%s' '%s'", in, out), 0);
  assert_false(is_there(table));
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, empty), 0);
  check_says("0 annotations in ");
  read_said(table);
  assert_string_equal(said, "onset_s,duration_s,label,low_hz,high_hz,channel,file\n");
  assert_int_equal(baleen("convert '%s' '%s'", in, out), 0); /* a later one without */
  check_says("o.wav.csv removed");
  assert_false(is_there(table));
  write_bytes(table, "day,weather\n1,rain\n", 19); /* not ours */
  assert_int_equal(baleen("convert '%s' '%s'", in, out), 2);
  check_says("move it away");
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, empty), 2);
  read_said(table);
  assert_string_equal(said, "day,weather\n1,rain\n");
  assert_int_equal(baleen("annotations '%s' '%s'", empty, table),
                   0); /* ours, but OUT is not there: made ready for it? */
  unlink(out);
  assert_int_equal(baleen("convert '%s' '%s'", in, out), 2);
  assert_true(is_there(table));
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, empty), 0);
  check_tmp_done();
}

/* Of one table about many files, the rows that name this one. */
static void rows_of_this_file(void **state)
{
  (void)state;
  const edf_spec plain = {.n = 1, .n_records = 20, .sig = {{.label = "Cz", .spr = "10"}}};
  static const char raven[] =
      "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)\tAnnotation\n"
      "1\tSpectrogram 1\t1\t1.5\t2.25\ta.edf\t1.5\tcall A\n2\tSpectrogram 1\t1\t12\t13\tb.edf\t2\tcall B\n"
      "3\tSpectrogram 1\t1\t31\t31.5\tc.edf\t0.5\tcall C\n";
  static const char csv[] =
      "onset,duration,label,file\n1,1,A,a.edf\n2,1,B,C:\\data\\b.edf\n2.5,1,B2,b\n3,1,all,\n4,1,C,x/bb.edf\n";
  char in[600], out[600], table[600], marks[608];
  snprintf(in, sizeof in, "%s", edf_write(&plain, "b.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.npy"));
  snprintf(marks, sizeof marks, "%s.csv", out);
  snprintf(table, sizeof table, "%s", check_tmp_path("table.txt"));
  write_bytes(table, raven, sizeof raven - 1);
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
  check_says("2 of the 3 annotations in ");
  check_says("of other recordings, such as 'a.edf'");
  read_said(marks);
  assert_string_equal(said, "onset_s,duration_s,label,low_hz,high_hz,channel,file\n2,1,call B,,,,\n");
  write_bytes(table, csv, sizeof csv - 1);
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
  read_said(marks);
  assert_string_equal(said,
                      "onset_s,duration_s,label,low_hz,high_hz,channel,file\n2,1,B,,,,\n2.5,1,B2,,,,\n3,1,all,,,,\n");
  write_bytes(table, csv, 38); /* a.edf's alone */
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
  check_says("none of its annotations is of ");
  check_tmp_done();
}

/* Recordings of one name in several folders: each takes the rows of its own, whether the table has full paths or parts
 * of them. */
static void rows_of_this_folder(void **state)
{
  (void)state;
  const edf_spec plain = {.n = 1, .n_records = 20, .sig = {{.label = "Cz", .spr = "10"}}};
  char root[600], in[700], out[600], table[600], marks[608], text[4000];
  snprintf(root, sizeof root, "%s", check_tmp_path("root"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.npy"));
  snprintf(table, sizeof table, "%s", check_tmp_path("table.csv"));
  snprintf(marks, sizeof marks, "%s.csv", out);
  snprintf(in, sizeof in, "%s", edf_write(&plain, "a.edf"));
  snprintf(text, sizeof text, "mkdir -p '%s/x' '%s/y' && cp '%s' '%s/x' && cp '%s' '%s/y'", root, root, in, root, in,
           root);
  assert_int_equal(said_by(text), 0);
  for (int way = 0; way < 3; way++) { /* parts, full paths, full paths of before */
    const char *before = way == 0 ? "" : way == 1 ? root : "/old/place", *slash = way ? "/" : "";
    snprintf(text, sizeof text, "onset,duration,label,file\n1,1,X,%s%sx/a.edf\n2,1,Y,%s%sy/a.edf\n", before, slash,
             before, slash);
    write_text(table, text);
    for (int y = 0; y < 2; y++) {
      snprintf(in, sizeof in, "%s/%c/a.edf", root, y ? 'y' : 'x');
      assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
      read_said(marks);
      check_says(y ? "\n2,1,Y," : "\n1,1,X,");
      check_says_not(y ? "X" : "Y");
    }
  }
  snprintf(text, sizeof text, "onset,duration,label,file\n2,1,Y,%s/y/a.edf\n", root); /* it is there: nobody moved it */
  write_text(table, text);
  snprintf(in, sizeof in, "%s/x/a.edf", root);
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
  check_says("none of its annotations is of ");
  snprintf(text, sizeof text, "rm -r '%s'", root);
  said_by(text);
  check_tmp_done();
}

/* Raven's numbers of channels: of a table, and as names of the recording that takes it along. */
static void channels_of_raven(void **state)
{
  (void)state;
  static const char many[] =
      "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\n1\tSpectrogram 1\t1\t1\t2\n2\tSpectrogram 1\t2\t3\t4\n";
  static const char one[] = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\n1\tSpectrogram 1\t1\t1\t2\n";
  const edf_spec two = {.n = 2, .n_records = 20, .sig = {{.label = "Cz"}, {.label = "Pz"}}};
  char in[600], table[600], out[600], marks[608];
  snprintf(in, sizeof in, "%s", edf_write(&two, "two.edf"));
  snprintf(table, sizeof table, "%s", check_tmp_path("raven.txt"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.npy"));
  snprintf(marks, sizeof marks, "%s.csv", out);
  write_bytes(table, many, sizeof many - 1);
  assert_int_equal(baleen("annotations '%s' '%s' --to raven", table, marks), 0);
  read_said(marks);
  check_says("1\tSpectrogram 1\t1\t1\t2\t");
  check_says("2\tSpectrogram 1\t2\t3\t4\t");
  check_says_not("Channel Name");
  unlink(marks);
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
  read_said(marks);
  check_says("\n1,1,,,,Cz,\n3,1,,,,Pz,\n");
  write_bytes(table, one, sizeof one - 1);
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
  read_said(marks);
  check_says("\n1,1,,,,,\n");
  check_tmp_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(found_events),        cmocka_unit_test(found_contours),
                                     cmocka_unit_test(annotations_stay),    cmocka_unit_test(crops_over_a_gap),
                                     cmocka_unit_test(tables_beside),       cmocka_unit_test(rows_of_this_file),
                                     cmocka_unit_test(rows_of_this_folder), cmocka_unit_test(channels_of_raven)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
