/* baleen convert: where a crop begins, scales, slips and refusals, and that a failure touches nothing. */
#include <stdlib.h>
#include <unistd.h>

#include "baleen/recording_write.h"
#include "convert_files.h"

/* The first sample is rint(from rate) in every format, as in MNE's crop; start and annotations count from it. */
static void crops_begin_at_a_sample(void **state)
{
  (void)state;
  static const struct {
    double from;
    uint64_t first;
    const char *start;
  } table[] = {{0.001, 0, "2009-08-12T16:15:00"},        {0.004, 0, "2009-08-12T16:15:00"},
               {0.006, 1, "2009-08-12T16:15:00.010"},    {0.9949, 99, "2009-08-12T16:15:00.990"},
               {1.0149, 101, "2009-08-12T16:15:01.010"}, {3, 300, "2009-08-12T16:15:03"}};
  static const char *const names[] = {"o.edf", "o.bdf", "o.npy", "o.wav"};
  bl_ctx *ctx = bl_ctx_new();
  char in[600];
  snprintf(in, sizeof in, "%s", edf_write(&ramp, "ramp.edf"));
  bl_recording *whole = opened(ctx, in);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
      const char *out = check_tmp_path(names[k]), *marks = check_tmp_path("marks.csv");
      assert_int_equal(baleen("convert '%s' '%s' --from %.4f --to 4.9", in, out, table[i].from), 0);
      bl_recording *part = opened(ctx, out);
      assert_int_equal(part->streams[0].n_frames, 490 - table[i].first);
      for (uint64_t n = 0; n < 3; n++)
        check_near((double)at(ctx, part, n), (double)at(ctx, whole, table[i].first + n), 1e-4);
      assert_string_equal(part->start, table[i].start);
      bl_recording_close(ctx, part);
      char beside[600];
      snprintf(beside, sizeof beside, "%s.csv", out);
      if (k < 2) assert_int_equal(baleen("annotations '%s' '%s'", out, marks), 0);
      read_said(k < 2 ? marks : beside);
      check_says_not("gap");
      check_says(",span,");
      char *line = strstr(said, ",span,");
      while (line > said && line[-1] != '\n') line--;
      check_near(strtod(line, NULL), 4.5 - (double)table[i].first / 100, 1e-9);
    }
  bl_recording_close(ctx, whole);
  check_free(ctx);
  check_tmp_done();
}

/* OUT with its table and sidecar from one conversion, each as it was. */
static void check_untouched(const char *out, const char *was_json)
{
  char beside[620];
  snprintf(beside, sizeof beside, "%s.csv", out);
  read_said(beside);
  check_says("old mark");
  snprintf(beside, sizeof beside, "%s.json", out);
  read_said(beside);
  assert_string_equal(said, was_json);
  snprintf(beside, sizeof beside, "ls '%s'*.new-* 2>/dev/null | wc -l", out);
  assert_int_equal(said_by(beside), 0);
  assert_int_equal(atoi(said), 0);
}

/* A conversion that fails, or is stopped, in its second pass leaves OUT and what is beside it as they were. */
static void failures_touch_nothing(void **state)
{
  (void)state;
  static float zeros[1 << 16];
  static char head[129], was[4096];
  char in[600], bad[600], big[600], out[600], marks[600], command[4000];
  snprintf(in, sizeof in, "%s", edf_write(&ramp, "ramp.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.flac"));
  snprintf(marks, sizeof marks, "%s", check_tmp_path("marks.csv"));
  write_text(marks, "onset,duration,label\n1,1,old mark\n");
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, marks), 0);
  snprintf(command, sizeof command, "%s.json", out);
  read_said(command);
  memcpy(was, said, strnlen(said, sizeof was - 1));
  snprintf(bad, sizeof bad, "%s", check_tmp_path("bad.csv"));
  write_text(bad, "time,x\n0,1\n0.1,2\n0.2,nan\n0.3,4\n");
  write_text(marks, "onset,duration,label\n0.1,0.1,new mark\n");
  assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", bad, out, marks), 1); /* a new table */
  check_says("NaN");
  check_untouched(out, was);
  assert_int_equal(baleen("convert '%s' '%s'", bad, out), 1); /* one that would go */
  check_untouched(out, was);
  snprintf(big, sizeof big, "%s", check_tmp_path("big.npy")); /* its second pass takes a while */
  FILE *f = fopen(big, "wb");
  memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
  snprintf(head + 10, 119, "%-117s\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (33554432, 1), }");
  fwrite(head, 1, 128, f);
  for (int i = 0; i < 512; i++) fwrite(zeros, sizeof *zeros, 1 << 16, f);
  fclose(f);
  snprintf(command, sizeof command, "%s.json", big);
  write_text(command, "{\"schema\": 1, \"rate_hz\": 1000, \"channels\": [\"x\"]}");
  snprintf(command, sizeof command,
           "'%s' convert '%s' '%s' --annotations '%s' 2>&1 & p=$!; n=0; until ls '%s'.new-* >/dev/null 2>&1 || "
           "[ $n = 6000 ]; do sleep 0.01; n=$((n+1)); done; kill -TERM $p; wait $p",
           BALEEN_BIN, big, out, marks, out);
  assert_int_not_equal(said_by(command), 0);
  check_untouched(out, was);
  check_tmp_done();
}

/* Every unit is told, and what becomes of levels beyond full scale; these come back by the sidecar. */
static void scales_are_told(void **state)
{
  (void)state;
  const edf_spec mixed = {
      .n = 3, .n_records = 5, .sig = {{.label = "Cz"}, {.label = "Temp", .unit = "degC"}, {.label = "Pz"}}};
  char in[600], loud[600], flac[600], back[600];
  snprintf(in, sizeof in, "%s", edf_write(&mixed, "mixed.edf"));
  snprintf(loud, sizeof loud, "%s", check_tmp_path("loud.wav"));
  snprintf(flac, sizeof flac, "%s", check_tmp_path("o.flac"));
  snprintf(back, sizeof back, "%s", check_tmp_path("back.wav"));
  assert_int_equal(baleen("convert '%s' '%s'", in, loud), 0);
  check_says("samples are 32-bit float in 'uV', 'degC': not within -1 to 1");
  assert_int_equal(baleen("convert '" BALEEN_TEST_DATA
                          "/formats/cpython-pluck-pcm16.wav' '%s' --stages '[{scale: {factor: 3}}]'",
                          loud),
                   0);
  assert_int_equal(baleen("convert '%s' '%s' --bits 24", loud, flac), 0);
  check_says("without the .json file beside it, levels are ");
  assert_int_equal(baleen("convert '%s' '%s'", flac, back), 0);
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *a = opened(ctx, loud), *b = opened(ctx, back);
  for (uint64_t i = 0; i < 1000; i += 7) check_near((double)at(ctx, b, i), (double)at(ctx, a, i), 1e-6);
  bl_recording_close(ctx, a);
  bl_recording_close(ctx, b);
  check_free(ctx);
  check_tmp_done();
}

/* Options without a use, and a key that is a slip. */
static void slips_are_told(void **state)
{
  (void)state;
  char in[600], out[600], beside[608];
  const edf_spec plain = {.n = 1, .n_records = 5, .sig = {{.label = "Cz", .spr = "100"}}};
  snprintf(in, sizeof in, "%s", edf_write(&plain, "plain.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.npy"));
  snprintf(beside, sizeof beside, "%s.json", out);
  assert_int_equal(baleen("convert '%s' '%s' --bits 16 --fill", in, out), 0);
  check_says("--bits is for WAV and FLAC, and was passed over");
  check_says("--fill is for copies of EDF");
  assert_int_equal(baleen("convert '%s' '%s' --stages '[{fir: {h_freq: 50}}]'", in, out), 2);
  check_says("must be below half the sampling rate");
  write_text(beside, "{\"rate_hz\": 100, \"chanels\": [\"a\"], \"site\": \"Hilo\"}");
  assert_int_equal(baleen("inspect '%s'", out), 0);
  check_says("the key \"chanels\" is none that is read; is \"channels\" meant?");
  write_text(beside, "{\"rate_hz\": 100, \"state\": 1, \"name\": \"x\", \"Unity\": 2}");
  assert_int_equal(baleen("inspect '%s'", out), 0);
  check_says("is \"unit\" meant?");
  write_text(beside, "{\"rate_hz\": 100, \"state\": 1, \"name\": \"x\", \"site\": 2}");
  assert_int_equal(baleen("inspect '%s'", out), 0);
  check_says_not("meant");
  check_tmp_done();
}

/* What stages warn of while they run is told once. */
static void warnings_come_once(void **state)
{
  (void)state;
  enum { N = 500 };
  static float x[N];
  static const char *const names[] = {"a"}, *const units[] = {"uV"};
  char in[600], out[600];
  snprintf(in, sizeof in, "%s", check_tmp_path("in.wav"));
  snprintf(out, sizeof out, "%s", check_tmp_path("out.npy"));
  bl_ctx *ctx = bl_ctx_new();
  bl_writer *w;
  const bl_write_spec spec = {.rate_hz = 100, .n_frames = N, .n_channels = 1, .names = names, .units = units};
  for (size_t i = 0; i < N; i++) x[i] = i == 50 ? NAN : (float)sin((double)i);
  check_ok(ctx, bl_writer_open(ctx, in, &spec, &w));
  check_ok(ctx, bl_writer_push(ctx, w, x, N));
  check_ok(ctx, bl_writer_done(ctx, w));
  bl_writer_free(ctx, w);
  assert_int_equal(baleen("convert '%s' '%s' --stages '[{iir_zero_phase: {h_freq: 20}}]'", in, out), 0);
  const char *first = strstr(said, "not finite");
  assert_non_null(first);
  assert_null(strstr(first + 1, "not finite"));
  check_free(ctx);
  check_tmp_done();
}

/* Numbers that are not whole keep their fractions where a format has whole steps, though their limits are whole. */
static void fractions_stay(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char in[600], out[600];
  snprintf(in, sizeof in, "%s", edf_write(&ramp, "fractions.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("held.edf"));
  assert_int_equal(baleen("convert '%s' '%s' --stages '[{clip: {min: -50, max: 50}}]'", in, out), 0);
  bl_recording *free_one = opened(ctx, in), *held = opened(ctx, out);
  for (uint64_t n = 0; n < 500; n++)
    check_near((double)at(ctx, held, n), fmin(fmax((double)at(ctx, free_one, n), -50), 50), 0.01);
  bl_recording_close(ctx, free_one);
  bl_recording_close(ctx, held);
  check_free(ctx);
  check_tmp_done();
}

/* What comes but once, here without end, is refused by what is known of it before a sample is read. */
static void refused_at_the_header(void **state)
{
  (void)state;
  static const struct {
    const char *command, *says;
    int status;
  } table[] = {{"convert pcm:rate=160,format=s16le,names=C3:- '%s' --pick C5", "no channel 'C5'", 2},
               {"convert pcm:rate=160,format=s16le,names=C3:- '%s' --rate-hz 250", "no stream of 250 Hz", 4},
               {"convert pcm:rate=160,format=s16le,names=C3:- '%s' --stages '[{fir: {h_freq: 90}}]'",
                "h_freq 90 Hz must be below", 2},
               {"ica pcm:rate=160,format=s16le,names=C3:- -o '%s' --stages '[{fir: {h_freq: 90}}]'",
                "h_freq 90 Hz must be below", 2},
               {"plot pcm:rate=160,format=s16le,names=C3:- -o '%s'", "a picture's name ends in .png or .svg", 2},
               {"plot pcm:rate=160,format=s16le,names=C3:- -o '%s.png' --pick C5", "no channel 'C5'", 2},
               {"plot pcm:rate=160,format=s16le,names=C3:- -o '%s.png' --f-min 200",
                "the band from 200 to 80 Hz is empty: half the rate is 80 Hz", 1}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    char command[600];
    const char *out = check_tmp_path("o.npy");
    snprintf(command, sizeof command, table[i].command, out);
    int status = baleen("%s < /dev/zero", command);
    if (status != table[i].status) fail_msg("%s: exit %d: %s", command, status, said);
    check_says(table[i].says);
    assert_int_equal(access(out, F_OK), -1);
  }
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(refused_at_the_header),   cmocka_unit_test(fractions_stay),
      cmocka_unit_test(crops_begin_at_a_sample), cmocka_unit_test(failures_touch_nothing),
      cmocka_unit_test(scales_are_told),         cmocka_unit_test(slips_are_told),
      cmocka_unit_test(warnings_come_once)};
  return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
