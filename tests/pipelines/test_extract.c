/* Recordings to rows: order, failures that stay alone, what is said of them. */
#include "pipe.h"

static void check_extract(bl_ctx *ctx, const char *text, bl_extraction *x)
{
  bl_config c;
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_extract(ctx, &c, x));
  bl_config_free(ctx, &c);
}

static void rows_in_order_for_any_threads(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction one, four;
  bl_ctx_set_threads(ctx, 1);
  check_extract(ctx, PIPE_EIGHT "segments: {window: {length_s: 0.25}}\n" PIPE_MEL, &one);
  bl_ctx_set_threads(ctx, 4);
  check_extract(ctx, PIPE_EIGHT "segments: {window: {length_s: 0.25}}\n" PIPE_MEL, &four);
  assert_int_equal(one.rows.X.rows, 32);
  assert_string_equal(bl_column_text(&one.rows.recording, 0), "hum/0.wav");
  assert_string_equal(bl_column_text(&one.rows.recording, 31), "song/7.wav");
  assert_string_equal(bl_column_text(&one.rows.label, 31), "song");
  check_near(bl_packed_get(&one.rows.start_s, 1), 0.25, 0);
  check_near(one.seconds, 8, 0);
  assert_int_equal(four.rows.X.rows, 32);
  for (size_t i = 0; i < 32; i++) {
    assert_string_equal(bl_column_text(&four.rows.recording, i), bl_column_text(&one.rows.recording, i));
    assert_memory_equal(bl_row(&four.rows.X, i), bl_row(&one.rows.X, i), one.rows.X.cols * sizeof(float));
  }
  bl_extraction_free(ctx, &one);
  bl_extraction_free(ctx, &four);
  check_free(ctx);
}

static const struct odd {
  const char *name, *file;
  bl_status status;
  const char *part, *why;
  /* clang-format off */
} odds[] = {
    {"empty file", "odd/empty.wav", BL_E_FORMAT, "empty.wav: the file is empty", "nothing to read"},
    {"no sound", "odd/text.wav", BL_E_FORMAT, "text.wav: ", "not a format"},
    {"another rate", "odd/rate.wav", BL_E_MISMATCH, "rate is 11025 Hz instead of 8000 Hz", "rows of two scales"},
    {"more channels", "odd/stereo.wav", BL_E_MISMATCH, "is not what most recordings have, hum/0.wav first: its channels become", "other columns"},
    {"no frame", "odd/short.wav", BL_E_SHAPE, "short.wav: segment at 0.000 s: the stretch is too short", "no whole frame"},
};
/* clang-format on */

/* A header without samples is no failure: there was nothing to take. */
static void nothing_to_take(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction x;
  check_extract(ctx, "source: {files: {recordings: [hum/0.wav, odd/none.wav], labels: folder}}\n" PIPE_MEL, &x);
  assert_int_equal(x.n_failed, 0);
  assert_int_equal(x.rows.X.rows, 1);
  assert_int_equal(x.outcomes[1].n_rows, 0);
  assert_int_equal(x.outcomes[1].n_skipped, 0);
  bl_extraction_free(ctx, &x);
  check_free(ctx);
}

static void failures_stay_alone(void **state)
{
  const struct odd *o = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction x;
  char text[600];
  snprintf(text, sizeof text,
           "source: {files: {recordings: ['hum/*.wav', '%s', 'song/*.wav'], labels: folder}}\n" PIPE_MEL, o->file);
  check_extract(ctx, text, &x);
  assert_int_equal(x.n_outcomes, 9);
  assert_int_equal(x.n_failed, 1);
  assert_int_equal(x.rows.X.rows, 8);
  size_t found = 0;
  for (size_t i = 0; i < x.n_outcomes; i++) {
    if (!x.outcomes[i].status) continue;
    found++;
    assert_string_equal(x.outcomes[i].recording, o->file);
    assert_int_equal(x.outcomes[i].n_rows, 0);
    if (x.outcomes[i].status != o->status || !strstr(x.outcomes[i].message, o->part))
      fail_msg("%s: %s: %s", o->name, bl_status_name(x.outcomes[i].status), x.outcomes[i].message);
  }
  assert_int_equal(found, 1);
  bl_extraction_free(ctx, &x);
  check_free(ctx);
}

static const struct bad {
  const char *name, *text;
  bl_status status;
  const char *part;
} bads[] = {
    {"all fail", "source: {files: {recordings: [odd/empty.wav, odd/text.wav]}}\n" PIPE_MEL, BL_E_FORMAT,
     "all 2 recordings failed; the first: "},
    {"no segment", PIPE_EIGHT "segments: {window: {length_s: 7}}\n" PIPE_MEL, BL_E_SHAPE,
     "segments of 8 recordings were left out"},
    {"a stage that cannot be", PIPE_EIGHT "features: {f: {stages: [{mel: {n_mels: 5}}], summaries: [mean]}}\n",
     BL_E_CONFIG, "hum/0.wav: "},
    {"another stream", PIPE_EIGHT "stream: {rate_hz: 44100}\n" PIPE_MEL, BL_E_CONFIG, "has no stream of 44100 Hz"},
};

static void refused(void **state)
{
  const struct bad *b = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  check_ok(ctx, pipe_config(ctx, b->text, &c));
  bl_status s = bl_extract(ctx, &c, &x);
  if (!s || !strstr(bl_ctx_error(ctx), b->part)) fail_msg("%s: %s: %s", b->name, bl_status_name(s), bl_ctx_error(ctx));
  assert_int_equal(s, b->status);
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static void count_warnings(void *user, bl_log_level level, const char *text)
{
  int *n = user;
  if (level == BL_LOG_WARN) *n += strstr(text, "low/") != NULL ? 1 : 100;
}

/* Recordings that cannot be taken for the same reason are told of once; their outcomes are each their own. */
static void alike_is_told_once(void **state)
{
  (void)state;
  int heard = 0;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction x;
  bl_ctx_set_log(ctx, count_warnings, &heard, BL_LOG_WARN);
  check_extract(ctx,
                "source: {files: {recordings: ['low/*.wav', 'hum/*.wav', 'song/*.wav'], labels: folder}}\n"
                "features: {f: {stages: [{fir: {h_freq: 2500, l_freq: 100}}], summaries: [std]}}\n",
                &x);
  assert_int_equal(heard, 1);
  assert_int_equal(x.n_failed, 3);
  for (size_t i = 4; i < 7; i++) { /* between hum and song */
    assert_int_equal(x.outcomes[i].status, BL_E_RANGE);
    assert_non_null(strstr(x.outcomes[i].message, x.outcomes[i].recording));
  }
  bl_extraction_free(ctx, &x);
  check_free(ctx);
}

/* Extractors are lent from recording to recording: each gives the same bits as alone. */
static void rows_are_those_of_each_alone(void **state)
{
  (void)state;
  static const char features[] = "segments: {window: {length_s: 0.2}}\n"
                                 "features: {f: {stages: [{fir: {h_freq: 1000}}, {stft: {n_fft: 256}}, power], "
                                 "summaries: [mean]}, g: {stages: [{iir: {h_freq: 500}}], summaries: [std]}}\n";
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction all, one;
  char text[700];
  snprintf(text, sizeof text, PIPE_EIGHT "%s", features);
  check_extract(ctx, text, &all);
  for (size_t i = 0; i < 4; i++) {
    snprintf(text, sizeof text, "source: {files: {recordings: ['%s']}}\n%s",
             bl_column_text(&all.rows.recording, 10 * i), features);
    check_extract(ctx, text, &one);
    assert_int_equal(one.rows.X.rows, 5);
    assert_memory_equal(one.rows.X.v, bl_row(&all.rows.X, 10 * i), 5 * one.rows.X.cols * sizeof(float));
    bl_extraction_free(ctx, &one);
  }
  bl_extraction_free(ctx, &all);
  check_free(ctx);
}

/* mono makes one channel of however many a sound has. */
static void stereo_among_mono(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction x;
  check_extract(ctx,
                "source: {files: {recordings: ['odd/stereo.wav', 'hum/*.wav'], labels: folder}}\n"
                "features: {f: {stages: [mono, {stft: {n_fft: 256}}, power], summaries: [mean]}}\n",
                &x);
  assert_int_equal(x.n_failed, 0);
  assert_int_equal(x.rows.X.rows, 5);
  assert_string_equal(x.rows.features.v[0], "mono.0Hz.mean");
  bl_extraction_free(ctx, &x);
  check_free(ctx);
}

static void stops_when_cancelled(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  check_ok(ctx, pipe_config(ctx, PIPE_EIGHT PIPE_MEL, &c));
  bl_ctx_cancel(ctx);
  assert_int_equal(bl_extract(ctx, &c, &x), BL_E_CANCELLED);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static void failing_allocations(void **state)
{
  (void)state;
  pipe_extract_failing(
      "source: {files: {recordings: [hum/0.wav, odd/none.wav, odd/empty.wav, odd/stereo.wav, song/1.wav]}}\n"
      "features: {f: {summaries: [mean, std]}}\nsegments: {window: {length_s: 0.5}}\n");
}

int main(void)
{
  pipe_eight();
  tree_text("odd/empty.wav", "");
  tree_text("odd/text.wav", "this is no sound at all, and long enough for every reader to see that it is none");
  pipe_wav("odd/rate.wav", 11025, 1, 11025, 5, 0);
  pipe_wav("odd/stereo.wav", 8000, 2, 8000, 6, 0);
  pipe_wav("odd/none.wav", 8000, 1, 0, 6, 0);
  pipe_wav("odd/short.wav", 8000, 1, 100, 6, 0);
  for (uint32_t i = 0; i < 3; i++) {
    char name[20];
    snprintf(name, sizeof name, "low/%u.wav", i);
    pipe_wav(name, 4000, 1, 4000, i, 0);
  }
  struct CMUnitTest tests[32] = {cmocka_unit_test(rows_in_order_for_any_threads),
                                 cmocka_unit_test(stops_when_cancelled),
                                 cmocka_unit_test(stereo_among_mono),
                                 cmocka_unit_test(nothing_to_take),
                                 cmocka_unit_test(failing_allocations),
                                 cmocka_unit_test(alike_is_told_once),
                                 cmocka_unit_test(rows_are_those_of_each_alone)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof odds / sizeof *odds; i++)
    tests[n++] = (struct CMUnitTest){odds[i].name, failures_stay_alone, NULL, NULL, (void *)(uintptr_t)&odds[i]};
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
    tests[n++] = (struct CMUnitTest){bads[i].name, refused, NULL, NULL, (void *)(uintptr_t)&bads[i]};
  int failed = _cmocka_run_group_tests("extract", tests, n, NULL, NULL);
  tree_done();
  return failed;
}
