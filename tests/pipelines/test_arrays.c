/* Arrays that options name: read beside the config, stored in the model, and training on what they were cut from. */
#include "pipe.h"

#include <unistd.h>

#include "baleen/dataset.h"
#include "baleen/file.h"
#include "baleen/model_file.h"
#include "baleen/text.h"

#define SPECTRUM        "{stft: {n_fft: 64}}, power, {mel: {n_mels: 6}}, db"
#define MATCH(template) "[" SPECTRUM ", {template_match: {template: " template "}}]"
#define CONFIG_OF(stages, evaluate)                                                                                    \
  "source: {files: {recordings: [hum/*.wav, song/*.wav], labels: folder}}\n"                                           \
  "features:\n  f: {stages: " stages ", summaries: [max, mean]}\n"                                                     \
  "  g: {stages: " stages ", summaries: [std]}\n"                                                                      \
  "model: [standard_scaler, lda]\nevaluate: {split: {stratified_group_k_fold: {n_splits: 2}}" evaluate "}\n"
#define CONFIG(stages) CONFIG_OF(stages, "")

static const char *at(const char *name)
{
  static char path[4][700];
  static unsigned turn;
  char *p = path[turn++ % 4];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

/* [bin][frame]: 4 x 3 of no symmetry. */
static void put_template(const char *name)
{
  static float v[12] = {-40, -35, -41, -30, -22.5f, -38, -51, -33, -28, -40.25f, -44, -39};
  bl_ctx *ctx = bl_ctx_new();
  bl_cmat m = {v, 4, 3, 3, NULL};
  check_ok(ctx, bl_npy_write(ctx, at(name), &m));
  check_free(ctx);
}

static void run_into(bl_ctx *ctx, const char *text, const char *folder)
{
  bl_config c;
  bl_run_summary done;
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_run(ctx, &c, at(folder), NULL, NULL, &done));
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
}

static void predict(bl_ctx *ctx, const char *model, bl_buf *out)
{
  bl_texts files = {0};
  size_t failed;
  check_ok(ctx, bl_texts_add(ctx, &files, at("hum/0.wav")));
  check_ok(ctx, bl_texts_add(ctx, &files, at("song/1.wav")));
  check_ok(ctx, bl_predict_files(ctx, at(model), &files, NULL, append_text, out, &failed));
  bl_texts_free(ctx, &files);
}

/* The file alone is enough: the template's own file may be gone, and nothing of it is told but its numbers, once. */
static void a_model_holds_its_arrays(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf with = {0}, without = {0};
  bl_estimator *e;
  bl_meta meta;
  put_template("call.npy");
  run_into(ctx, CONFIG(MATCH("call.npy, cut_from: [elsewhere.wav]")), "files");
  predict(ctx, "files/model.safetensors", &with);
  assert_int_equal(unlink(at("call.npy")), 0);
  predict(ctx, "files/model.safetensors", &without);
  assert_string_equal(bl_buf_text(&with), bl_buf_text(&without));
  check_ok(ctx, bl_model_load(ctx, at("files/model.safetensors"), &e, &meta));
  assert_int_equal(meta.n_assets, 1); /* of two branches */
  assert_int_equal(meta.asset[0].rows, 4);
  check_near(meta.asset[0].v[4], -22.5, 0);
  const char *recipe = bl_meta_get(&meta, "recipe");
  assert_non_null(strstr(recipe, "template: asset.0"));
  if (strstr(recipe, "call.npy") || strstr(recipe, "elsewhere")) fail_msg("%s", recipe);
  bl_estimator_free(ctx, e);
  bl_meta_free(ctx, &meta);
  bl_buf_free(ctx, &with);
  bl_buf_free(ctx, &without);
  check_free(ctx);
}

/* Numbers in the config and in a file are one thing. */
static void numbers_in_the_config(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf a = {0}, b = {0};
  put_template("call.npy");
  run_into(ctx, CONFIG(MATCH("call.npy")), "path");
  run_into(ctx, CONFIG(MATCH("[[-40, -35, -41], [-30, -22.5, -38], [-51, -33, -28], [-40.25, -44, -39]]")), "inline");
  predict(ctx, "path/model.safetensors", &a);
  predict(ctx, "inline/model.safetensors", &b);
  assert_string_equal(bl_buf_text(&a), bl_buf_text(&b));
  bl_buf_free(ctx, &a);
  bl_buf_free(ctx, &b);
  /* the config of the run says the same again */
  char *text;
  size_t n;
  bl_config c;
  check_ok(ctx, bl_file_read(ctx, at("inline/config.yaml"), 0, &text, &n));
  check_ok(ctx, bl_config_parse(ctx, at("inline/config.yaml"), text, n, NULL, &c));
  const bl_stage *s = &c.recipe.branches[0].stages[4];
  check_near(bl_opts_array(s->cls->opts, s->params, "template")->v[9], -40.25, 0);
  bl_config_free(ctx, &c);
  bl_free(ctx, text);
  check_free(ctx);
}

static const struct slip {
  const char *name, *text, *said;
} slips[] = {
    {"no such file", CONFIG(MATCH("gone.npy")), "gone.npy"},
    {"a file of something else", CONFIG(MATCH("hum/0.wav")), "not a .npy file"},
    {"NaN in the file", CONFIG(MATCH("nan.npy")), "row 0, column 1 is no finite number"},
    {"a map", CONFIG(MATCH("{a: 1}")), "it takes an array"},
};

static void slips_are_told(void **state)
{
  const struct slip *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  check_fails(ctx, pipe_config(ctx, r->text, &c), BL_E_CONFIG, r->said);
  if (!strstr(bl_ctx_error(ctx), "t.yaml:3:")) fail_msg("no place: %s", bl_ctx_error(ctx));
  check_free(ctx);
}

/* A template cut from a recording that is tested on is refused, as any other learning from test rows is. */
static void cutting_is_training(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  put_template("call.npy");
  check_ok(ctx, pipe_config(ctx, CONFIG(MATCH("call.npy, cut_from: [song/1.wav]")), &c));
  check_fails(ctx, bl_run(ctx, &c, at("leak"), NULL, NULL, &done), BL_E_LEAKAGE,
              "template_match: its array was learnt from 'song/1.wav', and fold");
  bl_config_free(ctx, &c);
  run_into(ctx, CONFIG_OF(MATCH("call.npy, cut_from: [song/1.wav]"), ", allow_leakage: true"), "allowed");
  run_into(ctx, CONFIG(MATCH("call.npy, cut_from: [song/11.wav]")), "another");
  check_free(ctx);
}

static bl_status read_config(bl_ctx *ctx, void *text)
{
  bl_config c;
  bl_status s = pipe_config(ctx, text, &c);
  if (!s) bl_config_free(ctx, &c);
  return s;
}

static void failing_allocations(void **unused)
{
  (void)unused;
  static char text[] = CONFIG(MATCH("call.npy"));
  put_template("call.npy");
  check_every_allocation_failing(read_config, text);
}

static int prepare(void **state)
{
  static float v[2] = {1, NAN};
  (void)state;
  setenv("PATH", "", 1); /* no pictures */
  pipe_eight();
  bl_ctx *ctx = bl_ctx_new();
  bl_cmat m = {v, 1, 2, 2, NULL};
  check_ok(ctx, bl_npy_write(ctx, at("nan.npy"), &m));
  check_free(ctx);
  return 0;
}

static int clear(void **state)
{
  (void)state;
  tree_done();
  return 0;
}

int main(void)
{
  enum { N = sizeof slips / sizeof *slips };
  struct CMUnitTest tests[4 + N] = {cmocka_unit_test(a_model_holds_its_arrays), cmocka_unit_test(numbers_in_the_config),
                                    cmocka_unit_test(cutting_is_training), cmocka_unit_test(failing_allocations)};
  for (size_t i = 0; i < N; i++)
    tests[4 + i] = (struct CMUnitTest){
        .name = slips[i].name, .test_func = slips_are_told, .initial_state = (void *)(uintptr_t)&slips[i]};
  return cmocka_run_group_tests(tests, prepare, clear);
}
