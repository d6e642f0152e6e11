/* The average reference on a real recording, through reader, filter and reference, against MNE's numbers. */
#include "baleen/recording.h"
#include "baleen/stage.h"
#include "check.h"
#include "golden.h"

enum { READ = 4000 /* more than the filter waits for */ };

static bl_status add_stage(bl_ctx *ctx, const char *name, const char *const *options, const bl_stream *in, bl_stage *st,
                           bl_stage_run *run)
{
  bl_status s = bl_stage_new(ctx, name, st);
  for (size_t i = 0; !s && options[i]; i += 2)
    s = bl_opts_set(ctx, name, st->cls->opts, st->params, options[i], options[i + 1]);
  return s ? s : bl_stage_start(ctx, st, in, run);
}

static void check_run06(void **arg)
{
  (void)arg;
  static const char *const fir[] = {"l_freq", "7", "h_freq", "30", NULL};
  static const char *const average[] = {"types", "eeg", "projector", "true", NULL}, *const volts[] = {"unit", "V",
                                                                                                      NULL};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("motor_imagery");
  bl_recording *rec = NULL;
  check_ok(ctx, bl_recording_open(ctx, BALEEN_SETS "/eegmmidb-s001/S001R06.edf", &rec));
  const bl_rec_stream *rs = &rec->streams[0];
  float *x = bl_calloc(ctx, READ * rs->n_channels, sizeof *x);
  size_t got = 0;
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, READ, x, &got));
  assert_int_equal(got, READ);
  bl_stream in = {.rate_hz = rs->rate_hz, .source_rate_hz = rs->rate_hz, .n_channels = rs->n_channels, .n_bins = 1};
  for (size_t c = 0; c < rs->n_channels; c++) {
    check_ok(ctx, bl_texts_add(ctx, &in.channels, rs->channels[c].name));
    check_ok(ctx, bl_texts_add(ctx, &in.units, rs->channels[c].unit));
  }
  bl_stage st[3];
  bl_stage_run run[3];
  bl_frames out[3] = {0};
  check_ok(ctx, add_stage(ctx, "to_unit", volts, &in, &st[0], &run[0]));
  check_ok(ctx, add_stage(ctx, "fir", fir, &run[0].out, &st[1], &run[1]));
  check_ok(ctx, add_stage(ctx, "reference", average, &run[1].out, &st[2], &run[2]));
  const float *from = x;
  size_t n = READ;
  for (size_t i = 0; i < 3; i++) {
    out[i].width = bl_stream_width(&run[i].out);
    check_ok(ctx, run[i].cls->push(ctx, run[i].state, from, n, &out[i]));
    from = out[i].v;
    n = out[i].n;
  }
  const golden_array *pick = golden_get(g, "run06.channels"), *want = golden_get(g, "run06.reref");
  float *flat = bl_calloc(ctx, want->rows * want->cols, sizeof *flat);
  assert_true(n >= want->cols);
  for (size_t c = 0; c < want->rows; c++)
    for (size_t i = 0; i < want->cols; i++) flat[c * want->cols + i] = out[2].v[i * out[2].width + (size_t)pick->v[c]];
  golden_compare_f32(want, flat, "run06.reref");
  for (size_t i = 0; i < 3; i++) {
    bl_stage_stop(ctx, &run[i]);
    bl_stage_free(ctx, &st[i]);
    bl_frames_free(ctx, &out[i]);
  }
  bl_free(ctx, flat);
  bl_free(ctx, x);
  bl_stream_free(ctx, &in);
  bl_recording_close(ctx, rec);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_run06)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
