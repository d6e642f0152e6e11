/* peak_pick: against librosa, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = NULL},
    {.options = "pre_max=3 post_max=2 pre_avg=5 post_avg=9 wait=4 delta=10 label=peak"},
};

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft | peak_pick", &in, &c), BL_E_CONFIG, "complex");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Frames at which events are found: the waveform or the frames of `text`, against frame numbers of librosa. */
static void check_frames(const char *text, const char *input, double rate, const char *want)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  bl_findings found = {0};
  double known;
  npy *x = npy_open(input), *frames = npy_open(want);
  float *v = npy_f32(x);
  check_ok(ctx, chain_wave(ctx, rate, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, x->n, &c));
  const bl_stage_run *last = chain_last(&c);
  check_ok(ctx, last->cls->events(ctx, last->state, &found, &known));
  assert_int_equal(found.n, frames->n);
  for (size_t i = 0; i < found.n; i++)
    check_near(found.v[i].event.onset_s * chain_stream(&c)->rate_hz, frames->v[i], 1e-6);
  bl_findings_free(ctx, &found);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  npy_close(frames);
  check_free(ctx);
}

static void check_librosa(void **arg)
{
  (void)arg;
  check_frames("stft | power | mel | db | top_db | onset_strength | normalize_whole | peak_pick", "inputs/clock_44k",
               44100, "librosa/onset_detect");
  check_frames("stft | power | mel | db | top_db | onset_strength | "
               "peak_pick pre_max=3 post_max=3 pre_avg=3 post_avg=5 delta=0.5 wait=10",
               "inputs/clock_44k", 44100, "librosa/peak_pick");
}

/* Values at 10 Hz, a digit a frame, ' ' is NaN, '-' and '+' infinities; peaks wanted as "frame/value/above the mean". */
static void check_table(void **arg)
{
  static const struct {
    const char *options, *signal, *want;
  } table[] = {
      {"pre_max=1 post_max=2 pre_avg=1 post_avg=2 delta=1 wait=0", "0050060", "2/5/3.33333 5/6/4"},
      {"pre_max=1 post_max=2 pre_avg=1 post_avg=2 delta=1 wait=3", "0050060", "2/5/3.33333"},
      {"pre_max=1 post_max=2 pre_avg=1 post_avg=2 delta=3.9 wait=0", "0050060", "5/6/4"},
      {"pre_max=2 post_max=3 pre_avg=0 post_avg=1 delta=0 wait=0", "5340 2000", "0/5/0 8/0/0"},
      {"pre_max=1 post_max=1 pre_avg=1 post_avg=1 delta=1 wait=0", "9000008", "6/8/4"},
      {"pre_max=1 post_max=3 pre_avg=1 post_avg=3 delta=1 wait=0", "9000008", "0/9/6 6/8/4"},
      {"pre_max=0 post_max=1 pre_avg=1 post_avg=1 delta=1 wait=0", "---0+040", "3/0/inf 6/4/2"},
  };
  (void)arg;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    char text[200], got[200] = "";
    float x[40];
    size_t n = strlen(table[i].signal), len = 0;
    bl_findings found = {0};
    double known;
    for (size_t k = 0; k < n; k++) {
      char sign = table[i].signal[k];
      x[k] = sign == ' ' ? NAN : sign == '-' ? -INFINITY : sign == '+' ? INFINITY : (float)(sign - '0');
    }
    snprintf(text, sizeof text, "peak_pick %s", table[i].options);
    check_ok(ctx, chain_wave(ctx, 10, "a", "uV", &in));
    check_ok(ctx, chain_run(ctx, text, &in, x, n, &c));
    check_ok(ctx, c.run[0].cls->events(ctx, c.run[0].state, &found, &known));
    assert_true(known >= (double)n / 10 - 1e-9);
    for (size_t k = 0; k < found.n && len < 150; k++) {
      const bl_finding *f = &found.v[k];
      len += (size_t)snprintf(got + len, sizeof got - len, "%s%g/%g/%g", k ? " " : "", f->event.onset_s * 10,
                              f->value[0], f->value[1]);
    }
    if (strcmp(got, table[i].want))
      fail_msg("%s of '%s': %s, wanted %s", table[i].options, table[i].signal, got, table[i].want);
    bl_findings_free(ctx, &found);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_refused), cmocka_unit_test(check_librosa),
                                   cmocka_unit_test(check_table)};
  return STAGE_SUITE("peak_pick", cases, own, sizeof own / sizeof *own);
}
