/* Stretches of sound as librosa.effects.split and trim find them: levels below the loudest, and a threshold. */
#include "against.h"

#define LEVELS "rms frame_length=512 hop_length=128 | db amplitude=true amin=1e-5 | top_db ref=max top_db=none | "

/* Events begin and end at librosa's samples; behind the last sample nothing is. */
static void check_samples(const char *text, const char *input, double rate, const char *want)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  bl_findings found = {0};
  double known;
  npy *x = npy_open(input), *edges = npy_open(want);
  float *v = npy_f32(x);
  check_ok(ctx, chain_wave(ctx, rate, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, x->n, &c));
  const bl_stage_run *last = chain_last(&c);
  check_ok(ctx, last->cls->events(ctx, last->state, &found, &known));
  assert_int_equal(2 * found.n, edges->n);
  for (size_t i = 0; i < found.n; i++) {
    double begin = found.v[i].event.onset_s * rate, end = begin + found.v[i].event.duration_s * rate;
    check_near(begin, edges->v[2 * i], 1e-6);
    check_near(fmin(end, (double)x->n), edges->v[2 * i + 1], 1e-6);
  }
  bl_findings_free(ctx, &found);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  npy_close(edges);
  check_free(ctx);
}

static void check_split(void **arg)
{
  (void)arg;
  check_samples(LEVELS "threshold_events on=-20 max_duration_s=1000", "inputs/tico_22k", 22050, "librosa/split");
}

/* From the first to the last: gaps of any length belong to it. */
static void check_trim(void **arg)
{
  (void)arg;
  check_samples(LEVELS "threshold_events on=-30 max_duration_s=1000 min_gap_s=1000", "inputs/jackson_8k", 8000,
                "librosa/trim_index");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_split), cmocka_unit_test(check_trim)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
