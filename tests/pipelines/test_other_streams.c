/* Recordings that are not like the others: channels found by name in any order, what no feature needs may be missing,
 * the stages may bring another rate or unit to one. In a run the most common kind decides, for `predict` the model. */
#include "pipe.h"

enum { SECONDS = 3 };

/* One channel: tones whose pitch is the name's, so that a channel is the same in every file. In uV. */
static double tone(const char *name, double t)
{
  double a = 0, b = 0;
  for (const char *c = name; *c; c++) a = 7 * a + *c, b = 3 * b + *c;
  return 20 * sin(6.283185307179586 * (5 + fmod(a, 17)) * t) + 7 * cos(6.283185307179586 * (9 + fmod(b, 11)) * t);
}

/* name.csv, its rate and unit beside it. */
static void put(const char *name, double rate_hz, const char *channels, const char *unit, double size)
{
  char list[8][16] = {{0}}, file[64], text[100];
  size_t n = 0, frames = (size_t)(SECONDS * rate_hz), used = 0, room = frames * 8 * 20 + 100;
  for (const char *at = channels; *at; at += strcspn(at, " "), at += *at == ' ') sscanf(at, "%15s", list[n++]);
  char *csv = malloc(room);
  assert_non_null(csv);
  for (size_t c = 0; c < n; c++) used += (size_t)snprintf(csv + used, room - used, "%s%s", c ? "," : "", list[c]);
  for (size_t i = 0; i < frames * n; i++)
    used += (size_t)snprintf(csv + used, room - used, "%c%.9g", i % n ? ',' : '\n',
                             size * tone(list[i % n], (double)(i / n) / rate_hz));
  snprintf(file, sizeof file, "%s.csv", name);
  tree_text(file, csv);
  free(csv);
  snprintf(file, sizeof file, "%s.json", name);
  snprintf(text, sizeof text, "{\"rate_hz\": %g, \"unit\": \"%s\"}", rate_hz, unit);
  tree_text(file, text);
}

static const struct odd {
  const char *name, *file, *stages;
  double tol;       /* of its row against that of the others; 0: the same bits */
  const char *part; /* of the failure's text, NULL where there is none */
} odds[] = {
    {"another order", "order", "{rename: {}}", 0, NULL},
    {"one more, averaged by the others", "eog", "reference", 0, NULL},
    {"one less, not picked", "less", "{pick: {include: [C4, C3]}}", 0, NULL},
    {"one less, not picked behind all kinds of stages", "less",
     "{rename: {normalise: true}}, {fir: {l_freq: 2}}, {bipolar: {pairs: [C4-C3]}}, {pick: {include: [C4-C3]}}", 0,
     NULL},
    {"one less, needed", "less", "{rename: {}}", 0,
     "has no channel 'Cz', which most recordings have, same/1.csv first"},
    {"one less, averaged", "less", "reference, {pick: {include: [C3]}}", 0, "has no channel 'Cz', which most"},
    {"one less, averaged to one", "less", "mono", 0, "has no channel 'Cz', which most"},
    {"one less, in all marks", "less",
     "{mark_artefacts: {together: true, amplitude: 90, mode: zero}}, {pick: {include: [C3]}}", 0,
     "has no channel 'Cz', which most"},
    {"one less, not averaged", "less", "{reference: {channels: [C3]}}, {pick: {include: [C4]}}", 0, NULL},
    {"one less that may be left out of an average", "less",
     "{reference: {channels: [C3, Cz], missing: skip}}, {pick: {include: [C4]}}", 40, NULL},
    {"one less that zeros stand for", "less", "{pick: {include: [C3, Cz], missing: zero}}", 30, NULL},
    {"one less that is left out", "less", "{pick: {include: [C3, Cz], missing: skip}}", 0,
     "its channels become 1 instead of 2"},
    {"another unit", "milli", "{rename: {}}", 0, "channel 'C3' is in 'mV' instead of 'uV'; put to_unit first"},
    {"another unit, of channels that may be missing", "milli", "{pick: {include: [C3, C4], missing: skip}}", 0,
     "channel 'C3' is in 'mV' instead of 'uV'"},
    {"another unit, of pairs that may be missing", "milli", "{bipolar: {pairs: [C3-C4], keep: none, missing: nan}}", 0,
     "channel 'C3-C4' is in 'mV' instead of 'uV'"},
    {"one more, in a unit of its own", "temp", "reference", 0, NULL},
    {"one more, in a unit of its own, converted", "temp", "{to_unit: {unit: uV}}, mono", 0, NULL},
    {"another unit, converted", "milli", "{to_unit: {unit: uV}}", 1e-4, NULL},
    {"another unit, hidden", "milli", "{scale: {factor: 2, unit: x}}", 0, "channel 'C3' is in 'mV' instead of 'uV'"},
    {"another rate", "rate", "{rename: {}}", 0, "its rate is 512 Hz instead of 256 Hz, and no stage resamples"},
    {"another rate, resampled", "rate", "{fir: {h_freq: 50}}, {resample: {rate_hz: 128}}", 0.05, NULL},
    {"another rate, made a spectrum", "rate", "{stft: {n_fft: 64}}, power", 0, "its rate is 512 Hz instead of 256 Hz"},
};

static const char *features_of(const struct odd *o, const char *recordings)
{
  static char text[900];
  snprintf(
      text, sizeof text,
      "source: {files: {recordings: [%s], labels: folder}}\nfeatures: {f: {stages: [%s], summaries: [std, max]}}\n",
      recordings, o->stages);
  return text;
}

static void check_row(const float *got, const float *want, size_t n, double tol)
{
  for (size_t k = 0; k < n; k++)
    if (tol > 0) check_near((double)got[k], (double)want[k], tol);
    else if (memcmp(&got[k], &want[k], sizeof *got))
      fail_msg("feature %zu is %.9g, not %.9g", k, (double)got[k], (double)want[k]);
}

/* The odd one comes first, and yet the others decide. */
static void the_most_common_decides(void **state)
{
  const struct odd *o = *state;
  char recordings[200];
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  snprintf(recordings, sizeof recordings, "'odd/%s.csv', 'same/*.csv'", o->file);
  check_ok(ctx, pipe_config(ctx, features_of(o, recordings), &c));
  check_ok(ctx, bl_extract(ctx, &c, &x));
  assert_int_equal(x.n_failed, o->part ? 1 : 0);
  assert_int_equal(x.rows.X.rows, o->part ? 3 : 4);
  assert_int_equal(x.inputs.v[0].channels.n, 3);
  assert_string_equal(x.inputs.v[0].channels.v[0], "C3");
  check_near(x.inputs.v[0].rate_hz, 256, 0);
  if (o->part && !strstr(x.outcomes[0].message, o->part)) fail_msg("%s: %s", o->name, x.outcomes[0].message);
  if (!o->part) check_row(bl_row(&x.rows.X, 0), bl_row(&x.rows.X, 1), x.rows.X.cols, o->tol);
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* What `predict` prints behind the file's name. */
static char *answer(bl_ctx *ctx, const char *model, const char *file, bl_status *s)
{
  bl_texts files = {0};
  bl_buf out = {0};
  size_t failed;
  char path[700];
  snprintf(path, sizeof path, "%s/%s.csv", tree_root(), file);
  check_ok(ctx, bl_texts_add(ctx, &files, path));
  *s = bl_predict_files(ctx, model, &files, NULL, append_text, &out, &failed);
  const char *line = strstr(bl_buf_text(&out), ".csv");
  char *copy = *s ? NULL : strdup(line);
  bl_texts_free(ctx, &files);
  bl_buf_free(ctx, &out);
  return copy;
}

/* A model takes what a run would take, and answers the same. */
static void a_model_takes_the_same(void **state)
{
  const struct odd *o = *state;
  char folder[600], model[700], text[1200], odd[64];
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  snprintf(folder, sizeof folder, "%s/run-%td", tree_root(), o - odds);
  snprintf(model, sizeof model, "%s/model.safetensors", folder);
  snprintf(odd, sizeof odd, "odd/%s", o->file);
  snprintf(
      text, sizeof text,
      "%smodel: [standard_scaler, logistic_regression]\nevaluate: {split: {k_fold: {n_splits: 2, shuffle: true}}}\n",
      features_of(o, "'same/*.csv', 'other/*.csv'"));
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_run(ctx, &c, folder, NULL, NULL, &done));
  bl_status s;
  char *want = answer(ctx, model, "same/2", &s), *got = answer(ctx, model, odd, &s);
  assert_non_null(want);
  if (o->part) {
    assert_int_equal(s, BL_E_MISMATCH);
    assert_non_null(strstr(bl_ctx_error(ctx), o->file));
  } else {
    check_ok(ctx, s);
    if (!(o->tol > 0)) assert_string_equal(got, want);
  }
  free(got);
  free(want);
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static void listen(void *user, bl_log_level level, const char *text)
{
  char *heard = user;
  if (level == BL_LOG_WARN) snprintf(heard, 300, "%s", text);
}

/* A stage does not know which recording it works on, but its warnings say so. */
static void warnings_name_the_recording(void **state)
{
  (void)state;
  static const struct odd zeros = {.stages = "{pick: {include: [C3, Cz], missing: zero}}"};
  char heard[300] = "";
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  bl_ctx_set_log(ctx, listen, heard, BL_LOG_WARN);
  check_ok(ctx, pipe_config(ctx, features_of(&zeros, "'same/*.csv', 'odd/less.csv'"), &c));
  check_ok(ctx, bl_extract(ctx, &c, &x));
  assert_string_equal(heard, "odd/less.csv: pick: no channel 'Cz'; zeros stand in its place");
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* The order of channels makes no kind of its own: three outnumber two, though all three differ in it. */
static void order_makes_no_kind(void **state)
{
  (void)state;
  static const struct odd all = {.stages = "{rename: {}}"};
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  check_ok(ctx, pipe_config(ctx, features_of(&all, "'wide/*.csv', 'turned/*.csv'"), &c));
  check_ok(ctx, bl_extract(ctx, &c, &x));
  assert_int_equal(x.n_failed, 0);
  assert_int_equal(x.inputs.v[0].channels.n, 3);
  for (size_t i = 1; i < 5; i++) check_row(bl_row(&x.rows.X, i), bl_row(&x.rows.X, 0), x.rows.X.cols, 0);
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* Limits of amplitudes look at all channels of the last waveform, so that one is needed though it is not picked behind
 * it. */
static void limits_need_what_they_look_at(void **state)
{
  (void)state;
  static const struct odd one = {.stages = "{stft: {n_fft: 64}}, power, {pick: {include: [C3]}}"};
  bl_ctx *ctx = bl_ctx_new();
  for (int limits = 0; limits < 2; limits++) {
    char text[1000];
    bl_config c;
    bl_extraction x;
    snprintf(text, sizeof text, "%ssegments: {window: {length_s: 3%s}}\n",
             features_of(&one, "'same/*.csv', 'odd/less.csv'"), limits ? ", reject: 1000" : "");
    check_ok(ctx, pipe_config(ctx, text, &c));
    check_ok(ctx, bl_extract(ctx, &c, &x));
    assert_int_equal(x.n_failed, limits);
    if (limits) assert_non_null(strstr(x.outcomes[0].message, "has no channel 'Cz'"));
    bl_extraction_free(ctx, &x);
    bl_config_free(ctx, &c);
  }
  check_free(ctx);
}

static void failing_allocations(void **state)
{
  (void)state;
  pipe_extract_failing(features_of(&odds[3], "'odd/{less,milli}.csv', 'same/*.csv'"));
}

int main(void)
{
  setenv("PATH", "", 1); /* no gnuplot: pictures are not the point here */
  for (char name[16] = "same/1"; name[5] < '4'; name[5]++) put(name, 256, "C3 C4 Cz", "uV", 1);
  for (char name[16] = "other/1"; name[6] < '3'; name[6]++) put(name, 256, "C3 C4 Cz", "uV", 1.7);
  put("odd/order", 256, "Cz C3 C4", "uV", 1);
  put("odd/eog", 256, "C3 EOG C4 Cz", "uV", 1);
  put("odd/less", 256, "C4 C3", "uV", 1);
  put("odd/milli", 256, "C3 C4 Cz", "mV", 1e-3);
  put("odd/temp", 256, "C3 C4 Temp Cz", "uV", 1);
  tree_text("odd/temp.json", "{\"rate_hz\": 256, \"units\": [\"uV\", \"uV\", \"degC\", \"uV\"]}");
  for (size_t i = 0; i < 3; i++) {
    static const char *const orders[] = {"C3 C4 Cz", "C4 C3 Cz", "Cz C4 C3"};
    char name[32];
    snprintf(name, sizeof name, "turned/%zu", i);
    put(name, 256, orders[i], "uV", 1);
    snprintf(name, sizeof name, "wide/%zu", i);
    if (i) put(name, 256, "C3 C4 Cz Fz", "uV", 1);
  }
  put("odd/rate", 512, "C3 C4 Cz", "uV", 1);
  static struct CMUnitTest tests[2 * sizeof odds / sizeof *odds + 4];
  size_t n = 0;
  for (size_t i = 0; i < sizeof odds / sizeof *odds; i++) {
    void *row = (void *)(uintptr_t)&odds[i];
    tests[n++] = (struct CMUnitTest){odds[i].name, the_most_common_decides, NULL, NULL, row};
    tests[n++] = (struct CMUnitTest){odds[i].name, a_model_takes_the_same, NULL, NULL, row};
  }
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(order_makes_no_kind);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(warnings_name_the_recording);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(limits_need_what_they_look_at);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(failing_allocations);
  int failed = _cmocka_run_group_tests("other streams", tests, n, NULL, NULL);
  tree_done();
  return failed;
}
