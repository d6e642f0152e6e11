/* model_file: what is written is what is read, byte by byte; what was tampered with is refused with a word about it. */
#include <stdio.h>

#include "baleen/file.h"
#include "baleen/model_file.h"
#include "learned.h"
#include "model_file_private.h"

enum { N = 8, D = 3 };
static char *names[] = {"a", "b \"quoted\"", "c\xc3\xa9"};
static const bl_texts columns = {names, D};

static bl_estimator *fitted(bl_ctx *ctx, const char *text)
{
  float v[N * D];
  double y[N];
  for (size_t i = 0; i < N * D; i++) v[i] = (float)((i * 37 + 11) % 23) / 7;
  for (size_t i = 0; i < N; i++) y[i] = (double)((i * 5) % 7) / 3;
  bl_data d = {.X = {v, N, D, D, NULL}, .y = y, .feature_names = &columns};
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  return e;
}

static char *slurp(bl_ctx *ctx, const char *path, size_t *n)
{
  char *bytes;
  check_ok(ctx, bl_file_read(ctx, path, 0, &bytes, n));
  return bytes;
}

static const char text[] = "[standard_scaler, {pca: {n_components: 2}, as: p}, [{ridge: {alpha: 0.1}}]]";

static void loads_what_was_saved(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = fitted(ctx, text), *back;
  bl_meta extra = {0}, all;
  check_ok(ctx, bl_meta_add(ctx, &extra, "pipeline", "stages: [mel]\n"));
  const char *path = check_tmp_path("a.safetensors"), *again = check_tmp_path("b.safetensors");
  check_ok(ctx, bl_model_save(ctx, path, e, &extra));
  check_ok(ctx, bl_model_load(ctx, path, &back, &all));
  assert_true(bl_estimator_equal(e, back));
  assert_string_equal(back->feature_names.v[1], names[1]);
  assert_string_equal(bl_meta_get(&all, "pipeline"), "stages: [mel]\n");
  assert_string_equal(bl_meta_get(&all, "format"), "baleen");
  assert_null(bl_meta_get(&all, "none"));
  check_ok(ctx, bl_model_save(ctx, again, back, &extra));
  size_t n, m;
  char *one = slurp(ctx, path, &n), *two = slurp(ctx, again, &m);
  assert_int_equal(n, m);
  assert_memory_equal(one, two, n);
  uint64_t header;
  memcpy(&header, one, sizeof header);
  assert_int_equal(header % 8, 0);
  assert_int_equal(one[8], '{');
  assert_non_null(strstr(one + 8, "\"standard_scaler.mean\""));
  assert_non_null(strstr(one + 8, "\"chain.ridge.coef\""));
  bl_free(ctx, one);
  bl_free(ctx, two);
  bl_meta_free(ctx, &extra);
  bl_meta_free(ctx, &all);
  bl_estimator_free(ctx, back);
  bl_estimator_free(ctx, e);
  check_tmp_done();
  check_free(ctx);
}

/* What fit made besides the configured children: each with parameters of its own, and none in an unfitted child. */
static void learnt_children_are_kept(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = fitted(ctx, "[standard_scaler, ridge]"), *back, *clone;
  check_ok(ctx, bl_estimator_learn_children(ctx, e, 2));
  e->learnt[0] = fitted(ctx, "{ridge: {alpha: 3}}");
  e->learnt[1] = fitted(ctx, text);
  const char *path = check_tmp_path("learnt.safetensors");
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  check_ok(ctx, bl_model_load(ctx, path, &back, NULL));
  assert_true(bl_estimator_equal(e, back));
  assert_int_equal(back->n_learnt, 2);
  size_t n;
  char *bytes = slurp(ctx, path, &n);
  assert_non_null(strstr(bytes + 8, "\"chain[0].coef\""));
  assert_non_null(strstr(bytes + 8, "\"chain[1].p.components\""));
  bl_free(ctx, bytes);
  check_ok(ctx, bl_estimator_clone(ctx, e, &clone));
  assert_int_equal(clone->n_learnt, 0);
  bl_estimator_free(ctx, back->learnt[1]);
  back->learnt[1] = fitted(ctx, "{ridge: {alpha: 3}}");
  assert_false(bl_estimator_equal(e, back));
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, back);
  bl_estimator_free(ctx, clone);
  check_tmp_done();
  check_free(ctx);
}

static void refuses_to_save(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  bl_meta extra = {0};
  check_ok(ctx, bl_estimator_new(ctx, "ridge", &e));
  check_fails(ctx, bl_model_save(ctx, check_tmp_path("a"), e, NULL), BL_E_NOT_FITTED, "ridge");
  bl_estimator_free(ctx, e);
  e = fitted(ctx, "ridge");
  check_fails(ctx, bl_model_save(ctx, check_tmp_path("no/a"), e, NULL), BL_E_IO, "No such file");
  check_ok(ctx, bl_meta_add(ctx, &extra, "structure", "mine"));
  check_fails(ctx, bl_model_save(ctx, check_tmp_path("a"), e, &extra), BL_E_ARG, "'structure' is the library's own");
  bl_meta_free(ctx, &extra);
  check_ok(ctx, bl_meta_add(ctx, &extra, "note", "\xff\xfe"));
  check_fails(ctx, bl_model_save(ctx, check_tmp_path("a"), e, &extra), BL_E_FORMAT, "UTF-8");
  bl_meta_free(ctx, &extra);
  bl_estimator_free(ctx, e);
  check_tmp_done();
  check_free(ctx);
}

/* ---- tampering: one text in the header replaced by another of any length ----------------------------------------- */

typedef struct tamper {
  const char *name, *from, *to, *part;
} tamper;

static const tamper tampers[] = {
    {"another program's", "\"format\":\"baleen\"", "\"format\":\"pt\"", "a file of 'pt'"},
    {"a newer format", "\"format_version\":\"3\"", "\"format_version\":\"4\"",
     "format version 4 (written by baleen 0.1.0)"},
    {"no hash", "\"hash\":", "\"hush\":", "no 'hash' in its metadata, so the file is damaged"},
    {"no estimator", "\"estimator\":", "\"estimator2\":", "no 'estimator' in its metadata"},
    {"an unknown class", "{linear_regression: {fit", "{linear_regresion: {fit", "did you mean 'linear_regression'"},
    {"a newer state", "\\\"state_version\\\":2", "\\\"state_version\\\":9", "another version than this library's 2"},
    {"a state of no version", "\\\"state_version\\\":2", "\\\"state_version\\\":0",
     "another version than this library's 2"},
    {"no features", "\\\"n_features\\\":3", "\\\"n_features\\\":0", "without a number of features"},
    {"other features", "\\\"n_features\\\":3", "\\\"n_features\\\":4", "3 names for 4 features"},
    {"classes of a regressor", "\\\"classes\\\":[]", "\\\"classes\\\":[\\\"0\\\",\\\"1\\\"]",
     "linear_regression with 2 classes"},
    {"another class in the structure", "\\\"class\\\":\\\"linear_regression\\\"", "\\\"class\\\":\\\"pca\\\"",
     "its structure says pca"},
    {"targets that it did not learn", "\\\"class\\\":\\\"lin", "\\\"n_targets\\\":2,\\\"class\\\":\\\"lin",
     "do not fit 3 columns and 2 targets"},
    {"steps from nowhere", "\\\"steps\\\":[]", "\\\"steps\\\":[1]", "0 steps, its structure 1"},
    {"a missing scalar", "\"linear_regression.rank\"", "\"linear_regression.renk\"",
     "'linear_regression.rank' is missing"},
    {"a missing vector", "\"linear_regression.coef\"", "\"linear_regression.koef\"", "do not fit 3 columns"},
    {"an unknown type", "\"dtype\":\"F64\"", "\"dtype\":\"F63\"", "no type that is known here"},
    {"another type", "\"dtype\":\"F64\"", "\"dtype\":\"I64\"", "wanted F64"},
    {"another shape", "\"shape\":[1,3]", "\"shape\":[1,2]", "24 bytes for 2 numbers"},
    {"a huge shape", "\"shape\":[1,3]", "\"shape\":[4,4611686018427387904]", "overflows"},
    {"a negative shape", "\"shape\":[1,3]", "\"shape\":[1,-3]", "no sound shape and place"},
    {"an end before the beginning", "\"data_offsets\":[0,24]", "\"data_offsets\":[24,0]", "no sound shape and place"},
    {"a place behind the end", "\"data_offsets\":[0,24]", "\"data_offsets\":[0,240]", "no sound shape and place"},
    {"a hole", "\"data_offsets\":[24,32]", "\"data_offsets\":[25,32]", "begins at byte 25"},
    {"a tail", "\"data_offsets\":[32,40]", "\"data_offsets\":[32,39]", "its arrays end at 39"},
    {"metadata that is no text", "\"version\":\"0.1.0\"", "\"version\":1", "the metadata 'version' is no text"},
    {"the same key twice", "\"version\":", "\"format\":", "not JSON"},
    {"no JSON", "{\"__metadata__\"", "[\"__metadata__\"", "not JSON"},
    {"no metadata", "\"__metadata__\"", "\"__metodata__\"", "without metadata"},
};

/* Where a text begins within another. */
static size_t place_of(const char *whole, const char *part)
{
  size_t at = 0;
  while (whole[at] && strncmp(whole + at, part, strlen(part))) at++;
  if (!whole[at]) fail_msg("'%s' is not in the header", part);
  return at;
}

static void tampered_file_is_refused(void **state)
{
  const tamper *t = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = fitted(ctx, "linear_regression"), *back;
  const char *path = check_tmp_path("a");
  size_t n;
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  char *bytes = slurp(ctx, path, &n);
  uint64_t header;
  memcpy(&header, bytes, sizeof header);
  size_t before = 8 + place_of(bytes + 8, t->from), cut = strlen(t->from), put = strlen(t->to);
  char *other = test_malloc(n + put);
  memcpy(other, bytes, before);
  memcpy(other + before, t->to, put);
  memcpy(other + before + put, bytes + before + cut, n - before - cut);
  header = header + put - cut;
  memcpy(other, &header, sizeof header);
  bl_model_seal(other, n + put - cut); /* of whom wrote it so */
  check_fails(ctx, bl_model_parse(ctx, "m.safetensors", other, n + put - cut, &back, NULL), BL_E_FORMAT, t->part);
  assert_null(back);
  if (strncmp(bl_ctx_error(ctx), "m.safetensors: ", 15)) fail_msg("the file is not named: %s", bl_ctx_error(ctx));
  test_free(other);
  bl_free(ctx, bytes);
  bl_estimator_free(ctx, e);
  check_tmp_done();
  check_free(ctx);
}

/* Every cut is refused, and by the hash a bit flipped in any byte; where the hash is made to fit, it is refused all the same or gives
 * a model that can be used. */
static void cut_and_flipped_files_do_no_harm(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = fitted(ctx, text), *back;
  const char *path = check_tmp_path("a");
  size_t n;
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  char *bytes = slurp(ctx, path, &n);
  for (size_t k = 0; k < n; k++) {
    char *cut = test_malloc(k ? k : 1); /* of just this size, for the address sanitizer to watch its end */
    memcpy(cut, bytes, k);
    assert_int_equal(bl_model_parse(ctx, "cut", cut, k, &back, NULL), BL_E_FORMAT);
    test_free(cut);
  }
  size_t accepted = 0;
  char *other = test_malloc(n);
  for (size_t at = 0; at < n; at++) {
    memcpy(other, bytes, n);
    other[at] = (char)(other[at] ^ (1 << (at * 3 + at / 8) % 8)); /* each bit of a word in turn */
    assert_int_equal(bl_model_parse(ctx, "flipped", other, n, &back, NULL), BL_E_FORMAT);
    bl_model_seal(other, n);
    bl_status s = bl_model_parse(ctx, "flipped", other, n, &back, NULL);
    assert_true(s == BL_OK || s == BL_E_FORMAT);
    if (s) continue;
    float v[D] = {1, 2, 3};
    double out;
    bl_cmat one = {v, 1, D, D, NULL};
    s = bl_apply(ctx, back, BL_PREDICT, &one, NULL, &out);
    assert_true(s == BL_OK || s == BL_E_NONFINITE);
    bl_estimator_free(ctx, back);
    accepted++;
  }
  assert_true(accepted > 0); /* bits of learnt numbers */
  test_free(other);
  bl_free(ctx, bytes);
  bl_estimator_free(ctx, e);
  check_tmp_done();
  check_free(ctx);
}

/* A number that is another one is damage too, which nothing but the hash can see. */
static void damage_is_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = fitted(ctx, "ridge"), *back;
  const char *path = check_tmp_path("a");
  size_t n;
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  char *bytes = slurp(ctx, path, &n);
  bytes[n - 3] ^= 4; /* within a learnt number, which stays a number */
  check_fails(ctx, bl_model_parse(ctx, "m", bytes, n, &back, NULL), BL_E_FORMAT,
              "m: the file is damaged: its hash is ");
  bytes[n - 3] ^= 4;
  check_ok(ctx, bl_model_parse(ctx, "m", bytes, n, &back, NULL));
  bl_estimator_free(ctx, back);
  bl_free(ctx, bytes);
  bl_estimator_free(ctx, e);
  check_tmp_done();
  check_free(ctx);
}

/* The bytes of a two-class model whose first two coefficients are replaced. */
static char *with_coefficients(bl_ctx *ctx, const double coef[2], size_t *n)
{
  float v[] = {1, 2, 5, 3, 4, 8, 2, 1};
  double y[] = {0, 1, 1, 0};
  bl_data d = {.X = {v, 4, 2, 2, NULL}, .y = y};
  bl_estimator *e;
  const char *path = check_tmp_path("a");
  check_ok(ctx, bl_estimator_parse(ctx, "logistic_regression", &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  bl_estimator_free(ctx, e);
  char *bytes = slurp(ctx, path, n);
  uint64_t header;
  memcpy(&header, bytes, sizeof header);
  assert_non_null(strstr(bytes + 8, "\"logistic_regression.coef\":{\"data_offsets\":[0,16],\"dtype\":\"F64\""));
  memcpy(bytes + 8 + header, coef, 2 * sizeof *coef);
  bl_model_seal(bytes, *n);
  return bytes;
}

/* A number that is none is refused at loading, by the array's name; finite ones whose scores overflow to NaN never name
 * a class. */
static void no_class_from_numbers_that_are_none(void **unused)
{
  (void)unused;
  static const double bad[][2] = {{1, NAN}, {INFINITY, 1}, {1, -INFINITY}}, huge[2] = {1e300, -1e300};
  static const char *const said[] = {"'logistic_regression.coef' holds NaN at place 1",
                                     "'logistic_regression.coef' holds infinity at place 0", "-infinity at place 1"};
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  size_t n;
  for (size_t i = 0; i < 3; i++) {
    char *bytes = with_coefficients(ctx, bad[i], &n);
    check_fails(ctx, bl_model_parse(ctx, "m", bytes, n, &e, NULL), BL_E_FORMAT, said[i]);
    bl_free(ctx, bytes);
  }
  char *bytes = with_coefficients(ctx, huge, &n);
  check_ok(ctx, bl_model_parse(ctx, "m", bytes, n, &e, NULL));
  float far[] = {1, 2, 3e38f, 3e38f};
  double out[4];
  bl_cmat X = {far, 2, 2, 2, NULL};
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, out), BL_E_NONFINITE,
              "logistic_regression: predict of row 1 is NaN");
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &X, NULL, out), BL_E_NONFINITE, "predict_proba of row 1 is NaN");
  X.rows = 1;
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, out));
  bl_free(ctx, bytes);
  bl_estimator_free(ctx, e);
  check_tmp_done();
  check_free(ctx);
}

static bl_status save_and_load(bl_ctx *ctx, void *path)
{
  float v[] = {1, 2, 5, 3, 4, 8};
  double y[] = {1, 2, 4};
  bl_data d = {.X = {v, 3, 2, 2, NULL}, .y = y};
  bl_estimator *e = NULL, *back = NULL;
  bl_meta extra = {0}, all = {0};
  bl_status s = bl_estimator_parse(ctx, "[standard_scaler, ridge]", &e);
  if (!s) s = bl_fit(ctx, e, &d);
  if (!s) s = bl_meta_add(ctx, &extra, "k", "v");
  if (!s) s = bl_model_save(ctx, path, e, &extra);
  if (!s) s = bl_model_load(ctx, path, &back, &all);
  bl_meta_free(ctx, &extra);
  bl_meta_free(ctx, &all);
  bl_estimator_free(ctx, back);
  bl_estimator_free(ctx, e);
  return s;
}

static void memory_running_out_is_survived(void **unused)
{
  (void)unused;
  char path[512];
  snprintf(path, sizeof path, "%s", check_tmp_path("a"));
  check_every_allocation_failing(save_and_load, path);
  check_tmp_done();
}

int main(void)
{
  enum { T = sizeof tampers / sizeof *tampers };
  struct CMUnitTest tests[T + 7] = {
      cmocka_unit_test(loads_what_was_saved),
      cmocka_unit_test(learnt_children_are_kept),
      cmocka_unit_test(refuses_to_save),
      cmocka_unit_test(cut_and_flipped_files_do_no_harm),
      cmocka_unit_test(damage_is_told),
      cmocka_unit_test(no_class_from_numbers_that_are_none),
      cmocka_unit_test(memory_running_out_is_survived),
  };
  for (size_t i = 0; i < T; i++)
    tests[7 + i] = (struct CMUnitTest){.name = tampers[i].name,
                                       .test_func = tampered_file_is_refused,
                                       .initial_state = (void *)(uintptr_t)&tampers[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
