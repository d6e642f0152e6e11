/* Presets: each is what it was, gives its peer's numbers, and stands wherever a config may name it. */
#include "pipe.h"

#include <stdlib.h>

#include "baleen/extractor.h"
#include "baleen/preset.h"
#include "npy.h"

/* What each preset says, as FNV-1a of its text. A preset is frozen: another hash is another version, and a line in the
 * changelog. `rate_hz` is that of what it is for. */
static const struct frozen {
  const char *name;
  unsigned version;
  uint64_t hash;
  double rate_hz;
} frozen[] = {
    {"librosa_mfcc", 1, 0x3d6bb45e1c5dc0e9u, 22050},       {"torchaudio_mel", 1, 0xf1ec970bbbeb6d95u, 16000},
    {"scipy_spectrogram", 1, 0x004435bb9d22efc0u, 4000},   {"mlab_specgram", 1, 0x97f1a056f65f8cebu, 4000},
    {"moby_upcall", 1, 0x6dc16cd607f13c46u, 2000},         {"beans80", 1, 0x0f269790959983acu, 44100},
    {"esc_baseline", 1, 0xccbc5093d6b4763cu, 44100},       {"eeg_bands", 1, 0x94ad07fc6c6a94a4u, 100},
    {"psf_mfcc", 1, 0xaea13505a292f60au, 16000},           {"htk_mfcc", 1, 0x2c62aec60705c84fu, 44100},
    {"yasa_sleep", 1, 0x7cf85e799a586f0cu, 256},           {"hydrophone_ltsa", 1, 0xd55f4e8e1c8d0fa6u, 96000},
    {"soundscape_indices", 1, 0xc981c7b0f33147f8u, 44100},
};
enum { N_FROZEN = sizeof frozen / sizeof *frozen };

static uint64_t hash_of(const char *s)
{
  uint64_t h = 0xcbf29ce484222325u;
  for (; *s; s++) h = (h ^ (unsigned char)*s) * 0x100000001b3u;
  return h;
}

static bl_status alone(bl_ctx *ctx, const char *features, bl_config *c)
{
  char text[2000];
  snprintf(text, sizeof text, "source: {files: {recordings: ['*.wav']}}\nsegments: {window: {length_s: 30}}\n%s\n",
           features);
  return pipe_config(ctx, text, c);
}

static bl_status no_slip(void *user, bl_ctx *ctx, const bl_branch *branch, const bl_stage *stage,
                         const bl_summary *summary, bl_status status)
{
  (void)user, (void)stage, (void)summary, (void)status;
  fail_msg("branch %s: %s", branch->name, bl_ctx_error(ctx));
  return BL_OK;
}

static bl_stream wave(bl_ctx *ctx, double rate_hz)
{
  bl_stream in = {.rate_hz = rate_hz, .source_rate_hz = rate_hz, .n_channels = 1, .n_bins = 1};
  check_ok(ctx, bl_texts_add(ctx, &in.channels, "mono"));
  check_ok(ctx, bl_texts_add(ctx, &in.units, "FS"));
  return in;
}

/* Each is frozen, bears no stage's name, and can be carried out on what it is for: named, with units. */
static void all_are_frozen(void **state)
{
  (void)state;
  size_t n = 0;
  for (; bl_preset_at(n); n++) {
    const bl_preset *p = bl_preset_at(n);
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_feature_names names;
    char text[200];
    size_t k = 0;
    while (k < N_FROZEN && strcmp(frozen[k].name, p->name) != 0) k++;
    if (k == N_FROZEN)
      fail_msg("{\"%s\", %u, 0x%016llxu, 8000}", p->name, p->version, (unsigned long long)hash_of(p->features));
    if (hash_of(p->features) != frozen[k].hash || p->version != frozen[k].version)
      fail_msg("%s says something else than it did: version %u, 0x%016llxu", p->name, p->version,
               (unsigned long long)hash_of(p->features));
    assert_null(bl_stage_find(p->name));
    assert_ptr_equal(bl_preset_find(p->name), p);
    assert_true(*p->summary && *p->source);
    snprintf(text, sizeof text, "features: %s", p->name);
    check_ok(ctx, alone(ctx, text, &c));
    bl_stream in = wave(ctx, frozen[k].rate_hz);
    check_ok(ctx, bl_recipe_shape(ctx, &c.recipe, &in, no_slip, NULL, &names));
    for (size_t i = 0; i < names.names.n; i++)
      if (!*names.units.v[i]) fail_msg("%s: %s has no unit", p->name, names.names.v[i]);
    assert_true(names.names.n > 0);
    bl_feature_names_free(ctx, &names);
    bl_stream_free(ctx, &in);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
  assert_int_equal(n, N_FROZEN);
}

/* What frames a preset ends in, of samples, against those of its peer. */
static const struct golden_row {
  const char *preset, *golden, *input;
  size_t n;
  double rate_hz, tol;
  bool bin_frame;
} goldens[] = {
    {"librosa_mfcc", "librosa/mfcc_default", "inputs/tico_22k", 0, 22050, 1e-5, true},
    {"scipy_spectrogram", "scipy/spectrogram_default", "inputs/humpback_4k", 4096, 4000, 1e-5, true},
    {"mlab_specgram", "presets/mlab_specgram_default", "inputs/humpback_4k", 4096, 4000, 1e-5, true},
    {"torchaudio_mel", "formulas/torchaudio_mel", "inputs/jackson_8k", 0, 16000, 1e-5, true},
    {"htk_mfcc", "formulas/htk_mfcc", "inputs/jackson_8k", 0, 16000, 1e-5, false},
    {"psf_mfcc", "formulas/psf_mfcc", "inputs/jackson_8k", 0, 16000, 1e-5, false},
};

typedef struct kept {
  float *v;
  size_t n, width;
} kept;

static bl_status keep(void *user, bl_ctx *ctx, const float *x, size_t n)
{
  kept *k = user;
  (void)ctx;
  k->v = realloc(k->v, (k->n + n) * k->width * sizeof *k->v);
  memcpy(k->v + k->n * k->width, x, n * k->width * sizeof *x);
  k->n += n;
  return BL_OK;
}

static void gives_its_peers_numbers(void **state)
{
  const struct golden_row *g = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extractor *e;
  char text[100];
  npy *in = npy_open(g->input), *want = npy_open(g->golden);
  size_t n = g->n ? g->n : in->n;
  float *x = calloc(n, sizeof *x);
  for (size_t i = 0; i < n; i++) x[i] = (float)in->v[i];
  snprintf(text, sizeof text, "features: %s", g->preset);
  check_ok(ctx, alone(ctx, text, &c));
  bl_stream stream = wave(ctx, g->rate_hz);
  check_ok(ctx, bl_extractor_new(ctx, &c.recipe, &stream, NULL, NULL, &e));
  kept k = {.width = bl_stream_width(bl_extractor_end_of(e, 0))};
  bl_extractor_tap(e, 0, keep, &k);
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  check_ok(ctx, bl_extractor_push(ctx, e, x, n));
  check_ok(ctx, bl_extractor_finish(ctx, e));
  if (g->bin_frame) {
    npy_compare_frames(want, k.v, k.n, k.width, g->tol, g->golden);
  } else {
    assert_int_equal(want->n, k.n * k.width);
    npy_compare(want, k.v, k.n * k.width, g->tol, g->golden);
  }
  free(k.v);
  free(x);
  npy_close(in);
  npy_close(want);
  bl_extractor_free(ctx, e);
  bl_stream_free(ctx, &stream);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* Rows of epochs, as yasa_sleep gives them, by the names of YASA's columns. */
static bl_status keep_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  double(*rows)[20] = user;
  check_ok(ctx, status);
  for (size_t i = 0; i < 20; i++) rows[span->start_s > 0][i] = (double)row[i];
  return BL_OK;
}

static void yasa_stages_by_these(void **state)
{
  (void)state;
  /* which of ours: quartiles have two numbers more, hjorth has the activity, and the last is the power of all bands */
  static const size_t ours[16] = {0, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
  enum { ZERO_CROSSINGS = 4 };
  double rows[2][20];
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extractor *e;
  npy *in = npy_open("yasa/staging_in"), *want = npy_open("yasa/staging");
  float *x = npy_f32(in);
  check_ok(ctx, alone(ctx, "features: yasa_sleep", &c));
  bl_stream stream = wave(ctx, 100);
  check_ok(ctx, bl_extractor_new(ctx, &c.recipe, &stream, keep_row, rows, &e));
  assert_int_equal(bl_extractor_width(e), 20);
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  for (int i = 0; i < 2; i++)
    check_ok(ctx, bl_extractor_add_span(
                      ctx, e,
                      &(bl_span){.start_s = 30 * i, .end_s = 30 * i + 30, .anchor_s = 30 * i, .event = BL_NO_EVENT}));
  check_ok(ctx, bl_extractor_push(ctx, e, x, in->n));
  check_ok(ctx, bl_extractor_finish(ctx, e));
  for (size_t i = 0; i < 32; i++) {
    double peer = want->v[i], mine = rows[i / 16][ours[i % 16]];
    double most = i % 16 == ZERO_CROSSINGS ? 2 : 1e-5 * fabs(peer) + 1e-6;
    if (!(fabs(mine - peer) <= most)) fail_msg("epoch %zu, number %zu: %g, YASA has %g", i / 16, i % 16, mine, peer);
  }
  free(x);
  npy_close(in);
  npy_close(want);
  bl_extractor_free(ctx, e);
  bl_stream_free(ctx, &stream);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* Where a config may say the word, and what --set reaches; the printed config holds it in full. */
static void stands_where_it_may(void **state)
{
  (void)state;
  static const char *const texts[] = {"features: mlab_specgram", "features: {specgram: mlab_specgram}",
                                      "features: {specgram: {stages: [mlab_specgram], summaries: [mean, std]}}"};
  char first[4000] = "";
  for (size_t i = 0; i < 3; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_buf b = {0};
    check_ok(ctx, alone(ctx, texts[i], &c));
    check_ok(ctx, bl_config_print(ctx, &c, &b));
    if (!i) snprintf(first, sizeof first, "%s", bl_buf_text(&b));
    assert_string_equal(bl_buf_text(&b), first);
    bl_buf_free(ctx, &b);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
  assert_non_null(strstr(first, "hop_length: 128"));
}

static void set_reaches_into_it(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_texts set = {0};
  static const char text[] =
      "source: {files: {recordings: ['*.wav']}}\nfeatures: {a: {stages: [mono, librosa_mfcc, delta], summaries: [mean]}}\n";
  check_ok(ctx, bl_texts_add(ctx, &set, "features.a.stages.mel.n_mels=64"));
  check_ok(ctx, bl_config_parse(ctx, "/x/t.yaml", text, strlen(text), &set, &c));
  assert_int_equal(c.recipe.branches[0].n_stages, 8);
  assert_string_equal(c.recipe.branches[0].stages[7].cls->name, "delta");
  bl_buf b = {0};
  check_ok(ctx, bl_config_print(ctx, &c, &b));
  assert_non_null(strstr(bl_buf_text(&b), "n_mels: 64"));
  bl_buf_free(ctx, &b);
  bl_config_free(ctx, &c);
  bl_texts_free(ctx, &set);
  check_ok(ctx, bl_texts_add(ctx, &set, "features=librosa_mfcc"));
  check_ok(ctx, bl_config_parse(ctx, "/x/t.yaml", text, strlen(text), &set, &c));
  assert_string_equal(c.recipe.branches[0].name, "mfcc");
  bl_config_free(ctx, &c);
  bl_texts_free(ctx, &set);
  check_free(ctx);
}

static void slips(void **state)
{
  (void)state;
  static const struct {
    const char *features, *part;
  } bad[] = {
      {"features: librosa_mfc",
       "3:11: error: features: no preset is called 'librosa_mfc'; did you mean 'librosa_mfcc'?"},
      {"features: {a: {stages: [mono, esc_baseline], summaries: [mean]}}",
       "t.yaml:3:31: error: esc_baseline: has 2 branches and is no list of stages"},
      {"features: {a: esc_baseline}", "t.yaml:3:15: error: esc_baseline: has 2 branches"},
      {"features: {a: {stages: [psf_mfc], summaries: [mean]}}",
       "t.yaml:3:25: error: unknown stage 'psf_mfc'; did you mean the preset 'psf_mfcc'?"},
      {"features: {a: {stages: [mfc], summaries: [mean]}}",
       "t.yaml:3:25: error: unknown stage 'mfc'; did you mean the preset"},
      {"features: {a: {stages: [powr], summaries: [mean]}}",
       "t.yaml:3:25: error: unknown stage 'powr'; did you mean 'power'?"},
      {"features: {a: librosa_mfc}", "branch 'a': no preset is called 'librosa_mfc'; did you mean 'librosa_mfcc'?"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    check_fails(ctx, alone(ctx, bad[i].features, &c), BL_E_CONFIG, bad[i].part);
    if (strstr(bl_ctx_error(ctx), " mistakes in ")) fail_msg("told twice: %s", bl_ctx_error(ctx));
    check_free(ctx);
  }
}

static bl_status parse_one(bl_ctx *ctx, void *features)
{
  bl_config c;
  bl_status s = alone(ctx, features, &c);
  if (!s) bl_config_free(ctx, &c);
  return s;
}

static void when_memory_runs_out(void **state)
{
  (void)state;
  check_every_allocation_failing(
      parse_one, (void *)(uintptr_t) "features: {a: {stages: [mono, mlab_specgram], summaries: [mean]}}");
  check_every_allocation_failing(parse_one, (void *)(uintptr_t) "features: scipy_spectrogram");
}

int main(void)
{
  enum { N = sizeof goldens / sizeof *goldens };
  struct CMUnitTest tests[6 + N] = {
      cmocka_unit_test(yasa_stages_by_these), cmocka_unit_test(all_are_frozen), cmocka_unit_test(stands_where_it_may),
      cmocka_unit_test(set_reaches_into_it),  cmocka_unit_test(slips),          cmocka_unit_test(when_memory_runs_out)};
  for (size_t i = 0; i < N; i++)
    tests[6 + i] = (struct CMUnitTest){.name = goldens[i].golden,
                                       .test_func = gives_its_peers_numbers,
                                       .initial_state = (void *)(uintptr_t)&goldens[i]};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
