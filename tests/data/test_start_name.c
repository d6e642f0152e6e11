/* Start times from file names: the patterns of recorders, a pattern of one's own, and what is no date. */
#include "baleen/recording.h"
#include "check.h"
#include "clock.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct row {
  const char *pattern, *path, *want; /* NULL: none */
} rows[] = {
  {NULL, "rec/20180602_153000.wav", "2018-06-02T15:30:00.000000"},
  {NULL, "5012.180602153000.wav", "2018-06-02T15:30:00.000000"},
  {NULL, "PAM_20180602T153000Z.wav", "2018-06-02T15:30:00.000000+00:00"},
  {NULL, "S001 20180602 $153000.wav", "2018-06-02T15:30:00.000000"},
  {NULL, "SMU01234_20180602_153001.wav", "2018-06-02T15:30:01.000000"},
  {NULL, "2018-06-02_15-30-00.flac", "2018-06-02T15:30:00.000000"},
  {NULL, "site 20180602153000.wav", "2018-06-02T15:30:00.000000"},
  {NULL, "AMAR_180602_153000.wav", "2018-06-02T15:30:00.000000"},
  {NULL, "20180602_153000/noise.wav", NULL},              /* a folder is not the recording */
  {NULL, "20181302_153000.wav", NULL},                    /* no 13th month */
  {NULL, "20180602_253000.wav", NULL},                    /* no 25th hour */
  {NULL, "1020180602_153000.wav", NULL},                  /* within a longer number */
  {NULL, "20180602_15300012.wav", NULL},
  {NULL, "180602153000.wav", NULL},                       /* two digits of a year, nothing before: could be anything */
  {NULL, "S001R02.edf", NULL},
  {"x%d-%m-%yh%H", "20180602_153000_x03-07-19h14.wav", "2019-07-03T14:00:00.000000"},
  {"%Y%m%d_%H%M%S.%f", "20180602_153000.25.wav", "2018-06-02T15:30:00.250000"},
  {"%Y?%m?%d", "a2018-06_02b.wav", "2018-06-02T00:00:00.000000"},
  {"%Y%%%m", "2018%06.wav", "2018-06-01T00:00:00.000000"},
  {"%Y%m%d_%H%M%S", "5012.180602153000.wav", NULL},
  {NULL, "20230614T053000.500Z.wav", "2023-06-14T05:30:00.500000+00:00"},
  {NULL, "x_2023-06-14T05-30-00.25.wav", "2023-06-14T05:30:00.250000"},
  {NULL, "24680113_053000.wav", NULL},                    /* a number, and no year that has been */
  {NULL, "19691231_235959.wav", NULL},
  {NULL, "19700101_000000.wav", "1970-01-01T00:00:00.000000"},
  {NULL, "SMM0_20211106_120000-0500.wav", "2021-11-06T12:00:00.000000-05:00"},  /* Song Meter, with its zone */
  {NULL, "20210515T013000+1000_site.wav", "2021-05-15T01:30:00.000000+10:00"},   /* ecoacoustics workbench */
  {NULL, "20210515T013000+05:45.flac", "2021-05-15T01:30:00.000000+05:45"},
  {NULL, "20210515_013000-1234.wav", "2021-05-15T01:30:00.000000"},             /* no zone is 34 minutes off */
  {NULL, "20210515_013000-9900.wav", "2021-05-15T01:30:00.000000"},
  {NULL, "20210515_013000-05001.wav", "2021-05-15T01:30:00.000000"},
  {"%Y%m%d_%H%M%S", "20210515_013000-0500.wav", "2021-05-15T01:30:00.000000-05:00"},
  {NULL, "FNQ_20190102_044802_010.wav", "2019-01-02T04:48:02.010000"},          /* milliseconds */
  {NULL, "FNQ_20190102_044802_0101.wav", "2019-01-02T04:48:02.000000"},         /* a count */
  {NULL, "FNQ_20190102_044802_010_x.wav", "2019-01-02T04:48:02.000000"},
  {NULL, "5E90A4D4.WAV", "2020-04-10T16:54:44.000000+00:00"},                      /* the first AudioMoths */
  {NULL, "5E90A4D4.flac", NULL},
  {NULL, "x5E90A4D4.WAV", NULL},
  {NULL, "59990447.WAV", NULL},                                                 /* could be any number */
  {NULL, "0E90A4D4.WAV", NULL},                                                 /* before there were any */
  {"%Y%m%d_%H%M%S", "24680113_053000.wav", "2468-01-13T05:30:00.000000"},
};
/* clang-format on */

static void names(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int v[7], zone;
    const char *used;
    char got[64];
    bool ok = bl_start_from_name(rows[i].pattern, rows[i].path, v, &zone, &used);
    char ahead[8];
    bl_clock_zone_text(zone, ahead);
    if (ok)
      snprintf(got, sizeof got, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%s", v[0], v[1], v[2], v[3], v[4], v[5], v[6],
               ahead);
    if (ok != (rows[i].want != NULL) || (ok && strcmp(got, rows[i].want) != 0))
      fail_msg("%s: got %s, want %s", rows[i].path, ok ? got : "none", rows[i].want ? rows[i].want : "none");
  }
  assert_true(bl_start_pattern_ok("%y%m"));
  assert_false(bl_start_pattern_ok("%m%d"));
  assert_false(bl_start_pattern_ok("%Y%q"));
  assert_false(bl_start_pattern_ok("%Y%"));
}

static void a_recording(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  float v[10] = {0.5f};
  char path[512];
  bl_recording *rec;
  tree_wav("5012.180602153000.wav", 8000, 1, 10, v);
  snprintf(path, sizeof path, "%s/5012.180602153000.wav", tree_root());
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  assert_true(rec->has_start && rec->start_assumed);
  assert_string_equal(rec->start, "2018-06-02T15:30:00");
  assert_int_equal(rec->notes.n, 1);
  assert_non_null(strstr(rec->notes.v[0], "assumed from the file's name, by '.%y%m%d%H%M%S'"));
  bl_recording_close(ctx, rec);
  static const char *const patterns[] = {"none", ".%y%m%d"};
  for (int i = 0; i < 2; i++) { /* by another pattern, or none; looking again changes nothing */
    check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.start_pattern = patterns[i]}, &rec));
    assert_int_equal(rec->has_start, false);
    check_ok(ctx, bl_recording_refresh(ctx, rec));
    assert_int_equal(rec->has_start, false);
    bl_recording_close(ctx, rec);
  }
  check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.start_pattern = "%y%m%d153000"}, &rec));
  assert_string_equal(rec->start, "2018-06-02T00:00:00");
  check_ok(ctx, bl_recording_refresh(ctx, rec));
  assert_string_equal(rec->start, "2018-06-02T00:00:00");
  bl_recording_close(ctx, rec);
  check_free(ctx);
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(a_recording)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
