/* model_recipe: what a model says of its rows reads back to the same, tells nothing else, and is refused with a word
 * where it is broken. */
#include "pipe.h"

#include "baleen/file.h"
#include "baleen/text.h"
#include "model_recipe.h"

#define CONFIG(more)                                                                                                   \
  "source: {files: {recordings: [hum/*.wav, song/*.wav], labels: folder}}\n"                                           \
  "stream: {rate_hz: 8000}\nsegments: {window: {length_s: 0.5}}\n"                                                     \
  "features: {f: {stages: [{stft: {n_fft: 256}}, power], summaries: [mean, {std: {ddof: 1}}]}" more "}\n"              \
  "model: [standard_scaler, lda]\nrows: {nan: drop, positive: song}\n"                                                 \
  "evaluate: {split: {stratified_group_k_fold: {n_splits: 2}}}\nreport: {title: Of no concern}\n"
static const char config[] = CONFIG(""), two_streams[] = CONFIG(", deep: {stream: {rate_hz: 100}, summaries: [mean]}");

/* Two waveforms: sound, and how deep it was heard. */
static void describe(bl_ctx *ctx, bl_streams *out)
{
  static const char *const names[] = {"left, \"near\"", "depth"}, *const units[] = {"FS", "m"};
  *out = (bl_streams){.v = bl_calloc(ctx, 2, sizeof *out->v), .n = 2};
  assert_non_null(out->v);
  for (size_t k = 0; k < 2; k++) {
    out->v[k] = (bl_stream){.rate_hz = k ? 100 : 8000, .n_channels = 1, .n_bins = 1};
    check_ok(ctx, bl_texts_add(ctx, &out->v[k].channels, names[k]));
    check_ok(ctx, bl_texts_add(ctx, &out->v[k].units, units[k]));
  }
}

/* What makes rows is there again, and printing it again gives the same text. */
static void reads_what_it_prints(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x = {0};
  bl_buf text = {0};
  bl_meta meta = {0};
  bl_model_recipe r;
  describe(ctx, &x.inputs);
  check_ok(ctx, pipe_config(ctx, two_streams, &c));
  check_ok(ctx, bl_model_recipe_add(ctx, &c, &x, &meta));
  check_ok(ctx, bl_buf_puts(ctx, &text, bl_meta_get(&meta, "recipe")));
  check_ok(ctx, bl_model_recipe_read(ctx, "m", &meta, &r));
  assert_false(r.table);
  assert_false(r.events_elsewhere);
  assert_int_equal(r.inputs.n, 2);
  check_near(r.inputs.v[0].rate_hz, 8000, 0);
  check_near(r.inputs.v[1].rate_hz, 100, 0);
  assert_string_equal(r.inputs.v[0].channels.v[0], "left, \"near\"");
  assert_string_equal(r.inputs.v[1].channels.v[0], "depth");
  assert_string_equal(r.inputs.v[0].units.v[0], "FS");
  assert_string_equal(r.inputs.v[1].units.v[0], "m");
  check_near(r.rows.recipe.branches[1].stream.rate_hz.real, 100, 0);
  assert_int_equal(r.rows.rows.nan, BL_NAN_DROP);
  check_near(r.rows.stream.rate_hz.real, 8000, 0);
  assert_string_equal(r.rows.segment.cls->name, "window");
  assert_int_equal(r.rows.recipe.branches[0].n_stages, 2);
  assert_int_equal(r.rows.recipe.branches[0].n_summaries, 2);
  assert_int_equal(r.rows.recipe.branches[0].stages[0].line, 0); /* of no file that the user has */
  assert_null(r.rows.source.cls);
  assert_int_equal(r.rows.n_learners, 0);
  static const char *const foreign[] = {"*.wav", "stratified", "song", "concern", "lda", "source"};
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
    if (strstr(bl_buf_text(&text), foreign[i])) fail_msg("'%s' is told in %s", foreign[i], bl_buf_text(&text));
  bl_model_recipe_free(ctx, &r);
  bl_meta_free(ctx, &meta);
  bl_buf_free(ctx, &text);
  bl_config_free(ctx, &c);
  bl_extraction_free(ctx, &x);
  check_free(ctx);
}

/* A model of a run names neither the folder nor a file that it was made from. */
static void tells_nothing_of_the_machine(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  char path[700], *bytes;
  size_t n;
  check_ok(ctx, pipe_config(ctx, config, &c));
  snprintf(path, sizeof path, "%s/run", tree_root());
  check_ok(ctx, bl_run(ctx, &c, path, NULL, NULL, &done));
  snprintf(path, sizeof path, "%s/run/model.safetensors", tree_root());
  check_ok(ctx, bl_file_read(ctx, path, 0, &bytes, &n));
  static const char *const foreign[] = {"hum/", "*.wav", "baleen-[tree]", "title", "stratified"};
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
    for (size_t k = 0; k + strlen(foreign[i]) <= n; k++)
      if (!memcmp(bytes + k, foreign[i], strlen(foreign[i]))) fail_msg("'%s' stands in the model", foreign[i]);
  bl_free(ctx, bytes);
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

#define INPUT "input: {kind: recordings, rate_hz: 8000, channels: [a], units: [V]}\n"
#define TWO   "segments: whole\nfeatures: {f: {summaries: [mean]}, g: {stream: {rate_hz: 9}, summaries: [mean]}}\n"
#define WAY   "segments: whole\nfeatures: {f: {stages: [{frame: {length: 8}}], summaries: [mean]}}\n"

static const struct text {
  const char *name, *recipe, *said;
} texts[] = {
    {"good", INPUT WAY, NULL},
    {"a table's", "input: {kind: table}\n", NULL},
    {"no YAML", "input: {", "m: recipe:2:1: error: "},
    {"no map", "[input]", "m: recipe:1:1: error: wanted a map"},
    {"an unknown section", INPUT WAY "report: {}\n", "unknown key 'report' in a model's recipe"},
    {"an unknown stage", INPUT "segments: whole\nfeatures: {f: {stages: [stfd], summaries: [mean]}}\n",
     "m: recipe:3:25: error: unknown stage 'stfd'; did you mean 'stft'?"},
    {"no rate", "input: {channels: [a], units: [V]}\n" WAY, "description of the stream is broken"},
    {"a unit missing", "input: {rate_hz: 1, channels: [a, b], units: [V]}\n" WAY,
     "description of the stream is broken"},
    {"no features", INPUT "segments: whole\n", "no segments, or no features"},
    {"of two streams", INPUT "more_inputs: [{rate_hz: 9, channels: [b], units: [V]}]\n" TWO, NULL},
    {"a stream missing", INPUT TWO, "its branches take 2 streams, but 1 are described"},
    {"a stream too many", INPUT "more_inputs: [{rate_hz: 9, channels: [b], units: [V]}]\n" WAY, "take 1 streams"},
    {"a second stream without a unit", INPUT "more_inputs: [{rate_hz: 9, channels: [b]}]\n" TWO,
     "description of the stream is broken"},
    {"streams behind the first that are no list", INPUT "more_inputs: {rate_hz: 9}\n" TWO,
     "m: recipe:2:14: error: more_inputs: wanted a list"},
    {"streams told twice", INPUT "more_inputs: []\nmore_inputs: []\n" TWO, "more_inputs"},
    {"of a newer stage", INPUT WAY "versions: {stages: {frame: 3}}\n",
     "made with version 3 of 'frame', but this library has version 0; use the baleen that made it"},
    {"of a newer summary", INPUT WAY "versions: {summaries: {mean: 1}}\n", "made with version 1 of 'mean'"},
    {"of a newer segmentation", INPUT WAY "versions: {segments: {whole: 1}}\n", "made with version 1 of 'whole'"},
    {"of versions that do not matter", INPUT WAY "versions: {stages: {frame: 0, mel: 9}}\n", NULL},
};

static void is_read_or_refused(void **state)
{
  const struct text *t = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_meta meta = {0};
  bl_model_recipe r;
  check_ok(ctx, bl_meta_add(ctx, &meta, "recipe", t->recipe));
  if (t->said) check_fails(ctx, bl_model_recipe_read(ctx, "m", &meta, &r), BL_E_FORMAT, t->said);
  else check_ok(ctx, bl_model_recipe_read(ctx, "m", &meta, &r));
  bl_model_recipe_free(ctx, &r);
  bl_meta_free(ctx, &meta);
  check_free(ctx);
}

/* Of a config of 0.1.0 only what makes rows is looked at; the rest may say what no version ever knew. */
static const struct old {
  const char *name, *config, *stream, *said;
} olds[] = {
    {"good",
     "source: {files: {recordings: [x], labels: raven}}\n" WAY "report: {gone: 1}\nevaluate: {split: none_now}\n",
     "{\"rate_hz\":8000,\"channels\":[\"a\"],\"units\":[\"V\"],\"live\":null}", NULL},
    {"a table's", "source: {table: {file: x.csv}}\nrows: {label: y, nan: drop}\n", NULL, NULL},
    {"without a source", WAY, "{}", "names no source"},
    {"without a stream", "source: {files: {}}\n" WAY, NULL, "does not say which stream"},
    {"a stream without a rate", "source: {files: {}}\n" WAY, "{}", "description of the stream is broken"},
    {"a channel that is no text", "source: {files: {}}\n" WAY, "{\"rate_hz\":1,\"channels\":[1]}",
     "description of the stream is broken"},
    {"no config", "[", NULL, "its config cannot be read"},
};

static void old_metadata(void **state)
{
  const struct old *t = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_meta meta = {0};
  bl_model_recipe r;
  check_ok(ctx, bl_meta_add(ctx, &meta, "config", t->config));
  if (t->stream) check_ok(ctx, bl_meta_add(ctx, &meta, "stream", t->stream));
  if (t->said) check_fails(ctx, bl_model_recipe_read(ctx, "m", &meta, &r), BL_E_FORMAT, t->said);
  else check_ok(ctx, bl_model_recipe_read(ctx, "m", &meta, &r));
  if (!t->said) assert_int_equal(r.events_elsewhere, t->stream != NULL);
  if (!t->said) assert_int_equal(r.table, t->stream == NULL);
  bl_model_recipe_free(ctx, &r);
  bl_meta_free(ctx, &meta);
  check_free(ctx);
}

static bl_status read_old(bl_ctx *ctx, void *unused)
{
  (void)unused;
  bl_meta meta = {0};
  bl_model_recipe r = {0};
  bl_status s = bl_meta_add(ctx, &meta, "config", olds[0].config);
  if (!s) s = bl_meta_add(ctx, &meta, "stream", olds[0].stream);
  if (!s) s = bl_model_recipe_read(ctx, "m", &meta, &r);
  bl_model_recipe_free(ctx, &r);
  bl_meta_free(ctx, &meta);
  return s;
}

static void failing_allocations(void **unused)
{
  (void)unused;
  check_every_allocation_failing(read_old, NULL);
}

static int prepare(void **state)
{
  (void)state;
  setenv("PATH", "", 1); /* no pictures */
  pipe_eight();
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
  enum { T = sizeof texts / sizeof *texts, O = sizeof olds / sizeof *olds };
  struct CMUnitTest tests[3 + T + O] = {cmocka_unit_test(reads_what_it_prints),
                                        cmocka_unit_test(tells_nothing_of_the_machine),
                                        cmocka_unit_test(failing_allocations)};
  for (size_t i = 0; i < T; i++)
    tests[3 + i] = (struct CMUnitTest){
        .name = texts[i].name, .test_func = is_read_or_refused, .initial_state = (void *)(uintptr_t)&texts[i]};
  for (size_t i = 0; i < O; i++)
    tests[3 + T + i] = (struct CMUnitTest){
        .name = olds[i].name, .test_func = old_metadata, .initial_state = (void *)(uintptr_t)&olds[i]};
  return cmocka_run_group_tests(tests, prepare, clear);
}
