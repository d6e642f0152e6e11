/* tonal_contours: sweeps and tones, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = "stft n_fft=64 hop_length=16 output=power", .options = "prominence_db=3 min_length_s=0"},
    {.input = "stft n_fft=64 hop_length=16 output=power",
     .options =
         "prominence_db=4 background_hz=60 max_jump_hz=12 min_length_s=0.1 max_gap_s=0.2 max_length_s=2 fmin=10 fmax=110 label=call"},
};

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "tonal_contours", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | tonal_contours", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft n_fft=8 output=power | tonal_contours", &in, &c), BL_E_CONFIG, "many bins");
  check_fails(ctx, chain_start(ctx, "stft output=power | tonal_contours fmin=300 fmax=200", &in, &c), BL_E_CONFIG,
              "not below fmax");
  check_fails(ctx, chain_start(ctx, "stft output=power | tonal_contours fmin=500", &in, &c), BL_E_RANGE,
              "leaves no bin");
  check_fails(ctx, chain_start(ctx, "stft output=power | tonal_contours fmax=0.1", &in, &c), BL_E_RANGE,
              "leaves no bin");
  check_fails(ctx, chain_start(ctx, "stft n_fft=100 output=power | tonal_contours fmin=11 fmax=19", &in, &c),
              BL_E_RANGE, "leaves no bin");
  check_fails(ctx, chain_start(ctx, "stft output=power | tonal_contours min_length_s=11", &in, &c), BL_E_CONFIG,
              "must be at least");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* What is found in n samples of x at 8000 Hz, of frames of 256 samples every 64. */
static void find(const char *options, const float *x, size_t n, bl_findings *found)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  char text[300];
  double known;
  snprintf(text, sizeof text, "stft n_fft=256 hop_length=64 output=power | tonal_contours %s", options);
  check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, text, &in, x, n, &c));
  bl_findings mine = {0};
  check_ok(ctx, c.run[1].cls->events(ctx, c.run[1].state, &mine, &known));
  assert_true(mine.n <= 16);
  for (size_t i = 0; i < mine.n; i++) found->v[i] = mine.v[i];
  found->n = mine.n;
  bl_findings_free(ctx, &mine);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

enum { START, END, MIN, MAX, MEAN, SWEEP, LEVEL };

/* A sweep from 100 to 1600 Hz in a second is one contour. */
static void check_chirp(void **arg)
{
  bl_finding room[16];
  bl_findings found = {.v = room};
  (void)arg;
  npy *x = npy_open("inputs/syn_chirp");
  float *v = npy_f32(x);
  find("", v, x->n, &found);
  assert_int_equal(found.n, 1);
  check_near(room[0].event.onset_s, 0, 0.03);
  check_near(room[0].event.duration_s, 1, 0.06);
  check_near(room[0].value[SWEEP], 1500, 10);
  check_near(room[0].value[START], 100, 40);
  check_near(room[0].value[END], 1600, 40);
  check_near(room[0].value[MEAN], 850, 20);
  assert_true(room[0].value[MIN] <= room[0].value[START] && room[0].value[MAX] >= room[0].value[END]);
  assert_true(room[0].value[LEVEL] > 30);
  find("max_jump_hz=5", v, x->n, &found); /* 12 Hz a frame */
  assert_int_equal(found.n, 0);
  find("fmax=800 label=call", v, x->n, &found);
  assert_int_equal(found.n, 1);
  check_near(room[0].value[END], 800, 20);
  find("fmin=1000", v, x->n, &found);
  assert_int_equal(found.n, 1);
  check_near(room[0].event.onset_s, 0.6, 0.03);
  find("max_length_s=0.4", v, x->n, &found);
  assert_int_equal(found.n, 3);
  free(v);
  npy_close(x);
}

/* Two tones that cross, one going up and one down, in noise: each keeps its course. Another pauses, and is one contour, or
 * two, as the gap allows. A click makes none. */
static void check_scene(void **arg)
{
  enum { N = 8000 };
  static float x[N];
  bl_finding room[16];
  bl_findings found = {.v = room};
  const double pi = 3.14159265358979323846;
  (void)arg;
  for (size_t i = 0; i < N; i++) {
    bl_rng r = bl_rng_make(3, "contours", i);
    double t = (double)i / 8000, pause = t > 0.5 && t < 0.54 ? 0 : 1;
    x[i] = (float)(0.01 * bl_rng_normal(&r) + 0.2 * sin(2 * pi * (500 * t + 500 * t * t)) +
                   0.2 * sin(2 * pi * (1500 * t - 500 * t * t)) + 0.2 * pause * sin(2 * pi * 3000 * t));
  }
  x[2000] += 5;
  find("max_gap_s=0.06 min_length_s=0.2", x, N, &found);
  assert_int_equal(found.n, 3);
  int up = 0, down = 0, level = 0;
  for (size_t i = 0; i < 3; i++) {
    up += fabs(room[i].value[SWEEP] - 1000) < 40;
    down += fabs(room[i].value[SWEEP] + 1000) < 40;
    level += fabs(room[i].value[SWEEP]) < 20 && fabs(room[i].value[MEAN] - 3000) < 5;
  }
  assert_true(up == 1 && down == 1 && level == 1);
  /* at the click the tone is 8 dB above all else */
  find("max_gap_s=0 min_length_s=0.2 fmin=2500 background_hz=500 prominence_db=12", x, N, &found);
  assert_int_equal(found.n, 3);
  find("max_gap_s=0 min_length_s=0.2 fmin=2500 background_hz=500 prominence_db=6", x, N, &found);
  assert_int_equal(found.n, 2);
  x[5000] = NAN;
  find("max_gap_s=0.06 min_length_s=0.2", x, N, &found);
  assert_int_equal(found.n, 3);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_refused), cmocka_unit_test(check_chirp),
                                   cmocka_unit_test(check_scene)};
  return STAGE_SUITE("tonal_contours", cases, own, sizeof own / sizeof *own);
}
