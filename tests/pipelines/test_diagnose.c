/* diagnose: values made with one convention, or two, that differ from a preset's are traced to them. */
#include "pipe.h"

#include <stdlib.h>

#include "baleen/dataset.h"
#include "baleen/diagnose.h"
#include "baleen/stage_chain.h"

enum { N = 8000, RATE = 16000 };

static const char *at(const char *name)
{
  static char path[4][700];
  static unsigned turn;
  char *p = path[turn++ % 4];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

static float sound[N];
static size_t length = N;

/* What a chain of stages gives of the sound, as a .npy, frames in rows or in columns. */
static void values_of(bl_ctx *ctx, const char *stages, bool turned, const char *name)
{
  bl_stream in = {.rate_hz = RATE, .source_rate_hz = RATE, .n_channels = 1, .n_bins = 1};
  bl_stage_chain *c;
  const float *y, *rest;
  size_t n, more;
  check_ok(ctx, bl_texts_add(ctx, &in.channels, "mono"));
  check_ok(ctx, bl_texts_add(ctx, &in.units, "FS"));
  check_ok(ctx, bl_stage_chain_new(ctx, &in, &c));
  check_ok(ctx, bl_stage_chain_add_text(ctx, c, stages, NULL));
  size_t width = bl_stream_width(bl_stage_chain_out(c));
  check_ok(ctx, bl_stage_chain_push(ctx, c, sound, length, &y, &n));
  float *all = calloc((n + 1000) * width, sizeof *all);
  if (n) memcpy(all, y, n * width * sizeof *all);
  check_ok(ctx, bl_stage_chain_finish(ctx, c, &rest, &more));
  if (more) memcpy(all + n * width, rest, more * width * sizeof *all);
  n += more;
  float *out = calloc(n * width + 1, sizeof *out);
  for (size_t f = 0; f < n; f++)
    for (size_t i = 0; i < width; i++) out[turned ? i * n + f : f * width + i] = all[f * width + i];
  bl_cmat m = {.v = out, .rows = turned ? width : n, .cols = turned ? n : width, .stride = turned ? n : width};
  check_ok(ctx, bl_npy_write(ctx, at(name), &m));
  free(all);
  free(out);
  bl_stage_chain_free(ctx, c);
  bl_stream_free(ctx, &in);
}

#define STFT  "{stft: {n_fft: 2048, hop_length: 512, center: true, "
#define POWER "power, "
#define MEL   "{mel: {n_mels: 128}}, "
#define REST  "{db: {amin: 1e-10}}, {top_db: {top_db: 80}}, "
#define DCT   "{dct: {n_mfcc: 20}}]"

static const struct differing {
  const char *name, *stages, *part, *not_part;
  bool turned, agree;
} rows[] = {
    {"as it is", "[" STFT "pad_mode: constant}}, " POWER MEL REST DCT, "they agree", "change", true, true},
    {"padding", "[" STFT "pad_mode: reflect}}, " POWER MEL REST DCT, "(stft: pad_mode=reflect)", "two changes", true,
     true},
    {"window", "[" STFT "window: hamming}}, " POWER MEL REST DCT, "Hamming window (stft: window=hamming)",
     "two changes", false, true},
    {"periodicity", "[" STFT "periodic: false}}, " POWER MEL REST DCT, "symmetric window", "two changes", false, true},
    {"scale", "[" STFT "}}, " POWER "{mel: {n_mels: 128, htk: true}}, " REST DCT, "HTK's mel scale (mel: htk=true)",
     "two changes", true, true},
    {"norm", "[" STFT "}}, " POWER "{mel: {n_mels: 128, norm: none}}, " REST DCT, "filters of height 1", "two changes",
     true, true},
    {"magnitude", "[" STFT "}}, {power: {exponent: 1}}, " MEL REST DCT, "magnitude instead of power", "two changes",
     true, true},
    {"logarithm", "[" STFT "}}, " POWER MEL "{log: {floor: 1e-10}}, " DCT, "natural logarithm", NULL, true, true},
    {"lifter", "[" STFT "}}, " POWER MEL REST "{dct: {n_mfcc: 20, lifter: 22}}]", "lifter 22 (dct: lifter=22)",
     "two changes", true, true},
    {"two", "[" STFT "pad_mode: reflect}}, " POWER "{mel: {n_mels: 128, htk: true, norm: slaney}}, " REST DCT,
     "two changes make them agree:", "one change makes", false, true},
    {"three", "[" STFT "pad_mode: reflect, window: hamming}}, " POWER "{mel: {n_mels: 128, htk: true}}, " REST DCT,
     "several changes together make them agree:", "nearest", false, true},
    {"nothing of the kind", "[" STFT "}}, " POWER "{mel: {n_mels: 128, fmax: 3000}}, " REST DCT,
     "nearest come:", "make them agree:", false, false},
};

static void is_traced(void **state)
{
  const struct differing *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf text = {0};
  bool agree;
  values_of(ctx, r->stages, r->turned, "v.npy");
  char recording[700], values[700];
  snprintf(recording, sizeof recording, "%s", at("s.wav"));
  snprintf(values, sizeof values, "%s", at("v.npy"));
  const bl_diagnosing what = {.preset = "librosa_mfcc", .recording = recording, .values = values, .tolerance = 1e-4};
  check_ok(ctx, bl_diagnose(ctx, &what, &text, &agree));
  if (!strstr(bl_buf_text(&text), r->part)) fail_msg("%s: wanted '%s' in:\n%s", r->name, r->part, bl_buf_text(&text));
  if (r->not_part && strstr(bl_buf_text(&text), r->not_part))
    fail_msg("%s: wanted no '%s' in:\n%s", r->name, r->not_part, bl_buf_text(&text));
  assert_true(agree == r->agree);
  bl_buf_free(ctx, &text);
  check_free(ctx);
}

/* Of other sizes when told so; slips are told. */
static void what_is_set(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf text = {0};
  bl_texts set = {0};
  bool agree;
  char recording[700], values[700];
  snprintf(recording, sizeof recording, "%s", at("s.wav"));
  snprintf(values, sizeof values, "%s", at("v.npy"));
  values_of(ctx, "[" STFT "}}, " POWER MEL REST "{dct: {n_mfcc: 13, norm: none}}]", true, "v.npy");
  bl_diagnosing what = {
      .preset = "librosa_mfcc", .recording = recording, .values = values, .tolerance = 1e-4, .set = &set};
  check_ok(ctx, bl_texts_add(ctx, &set, "dct.n_mfcc=13"));
  check_ok(ctx, bl_diagnose(ctx, &what, &text, &agree));
  if (!agree || !strstr(bl_buf_text(&text), "without a norm")) fail_msg("%s", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  bl_texts_free(ctx, &set);
  check_ok(ctx, bl_diagnose(ctx, &what, &text, &agree));
  assert_false(agree);
  assert_non_null(strstr(bl_buf_text(&text), "another number"));
  assert_non_null(strstr(bl_buf_text(&text), "goes into --set"));
  bl_buf_free(ctx, &text);
  what.preset = "librosa_mfc";
  check_fails(ctx, bl_diagnose(ctx, &what, &text, &agree), BL_E_CONFIG, "did you mean 'librosa_mfcc'?");
  what.preset = "esc_baseline", what.branch = "zrc";
  check_fails(ctx, bl_diagnose(ctx, &what, &text, &agree), BL_E_CONFIG, "has no branch 'zrc'");
  bl_buf_free(ctx, &text);
  check_free(ctx);
}

/* Forms without a frame, as those that are not centred are here, are no nearest ones. */
static void a_short_recording(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf text = {0};
  bool agree;
  char recording[700], values[700];
  snprintf(recording, sizeof recording, "%s", at("short.wav"));
  snprintf(values, sizeof values, "%s", at("short.npy"));
  length = 1500;
  values_of(ctx, "[" STFT "pad_mode: reflect, window: hamming}}, " POWER "{mel: {n_mels: 128, htk: true}}, " REST DCT,
            false, "short.npy");
  length = N;
  bl_diagnosing what = {.preset = "librosa_mfcc", .recording = recording, .values = values, .tolerance = 1e-4};
  check_ok(ctx, bl_diagnose(ctx, &what, &text, &agree));
  if (!agree || !strstr(bl_buf_text(&text), "several changes")) fail_msg("%s", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  check_free(ctx);
}

int main(void)
{
  enum { ROWS = sizeof rows / sizeof *rows };
  uint32_t seed = 5;
  for (size_t i = 0; i < N; i++) {
    seed = seed * 1664525u + 1013904223u;
    sound[i] = (float)(0.2 * ((double)seed / 4294967296.0 - 0.5) + 0.3 * sin((double)i * 0.05 * (1 + (double)i / N)));
  }
  tree_wav("s.wav", RATE, 1, N, sound);
  tree_wav("short.wav", RATE, 1, 1500, sound);
  struct CMUnitTest tests[2 + ROWS] = {cmocka_unit_test(what_is_set), cmocka_unit_test(a_short_recording)};
  for (size_t i = 0; i < ROWS; i++)
    tests[2 + i] =
        (struct CMUnitTest){.name = rows[i].name, .test_func = is_traced, .initial_state = (void *)(uintptr_t)&rows[i]};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
