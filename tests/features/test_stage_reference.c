/* reference and bipolar, against MNE, and what they do about channels that are not there. */
#include "chain.h"
#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.mixes = "the mean of all channels is subtracted"},
    {.input = POWER_SPECTRUM,
     .options = "channels=[C3,C4] exclude=Cz",
     .mixes = "the mean of two is subtracted",
     .names_channels = "the options name channels"},
    {.options = "types=eeg projector=true", .mixes = "the mean of all channels is subtracted"},
    {.options = "channels=[C3,Q1] missing=skip",
     .mixes = "one channel is subtracted from all",
     .names_channels = "the options name channels"},
};

/* The golden channels in V; every frame of the result in got[channel][frame]. */
typedef struct fixture {
  bl_ctx *ctx;
  golden *g;
  bl_stream in;
  float *x;
  size_t n;
} fixture;

static void open_fixture(fixture *f)
{
  *f = (fixture){.ctx = bl_ctx_new(), .g = golden_open("channels")};
  const golden_array *x = golden_get(f->g, "x");
  f->n = x->cols;
  f->x = malloc(x->rows * x->cols * sizeof *f->x);
  for (size_t c = 0; c < x->rows; c++)
    for (size_t i = 0; i < x->cols; i++) f->x[i * x->rows + c] = (float)x->v[c * x->cols + i];
  check_ok(f->ctx, chain_wave(f->ctx, 100, golden_text(f->g, "names"), "V", &f->in));
  assert_int_equal(f->in.n_channels, x->rows);
}

static void close_fixture(fixture *f)
{
  bl_stream_free(f->ctx, &f->in);
  free(f->x);
  golden_close(f->g);
  check_free(f->ctx);
}

static void compare(fixture *f, const char *text, const char *name)
{
  chain c;
  check_ok(f->ctx, chain_run(f->ctx, text, &f->in, f->x, f->n, &c));
  const golden_array *want = golden_get(f->g, name);
  size_t width = chain_out(&c)->width;
  assert_int_equal(width, want->rows);
  assert_int_equal(chain_out(&c)->n, want->cols);
  float *got = malloc(want->rows * want->cols * sizeof *got);
  for (size_t i = 0; i < want->cols; i++)
    for (size_t k = 0; k < width; k++) got[k * want->cols + i] = chain_out(&c)->v[i * width + k];
  golden_compare_f32(want, got, text);
  free(got);
  chain_stop(f->ctx, &c);
}

static void check_mne(void **arg)
{
  static const char *const golden_cases[][2] = {
      {"reference types=eeg", "average"},
      {"reference exclude=[HEOG,TRIG]", "average"},
      {"reference types=eeg projector=true", "projection"},
      {"reference types=eeg projector=true | reference types=eeg projector=true", "projection"}, /* once is enough */
      {"reference types=eeg channels=Cz", "cz"},
      {"reference types=eeg channels=[A1,A2]", "ears"},
      {"reference types=eeg channels=[A1,A2,M1] missing=skip", "ears"},
      {"bipolar pairs=[Fp1-F7,F7-T7]", "bipolar"},
      {"bipolar pairs=[Fp1-F7,P9-F7,F7-T7] missing=skip", "bipolar"},
  };
  (void)arg;
  fixture f;
  open_fixture(&f);
  for (size_t i = 0; i < sizeof golden_cases / sizeof *golden_cases; i++)
    compare(&f, golden_cases[i][0], golden_cases[i][1]);
  chain c;
  char names[128] = "";
  check_ok(f.ctx, chain_start(f.ctx, "bipolar pairs=[Fp1-F7,F7-T7]", &f.in, &c));
  for (size_t i = 0; i < chain_stream(&c)->n_channels; i++) {
    snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? " " : "",
             chain_stream(&c)->channels.v[i]);
    assert_string_equal(chain_stream(&c)->units.v[i], "V");
  }
  assert_string_equal(names, golden_text(f.g, "bipolar.names"));
  chain_stop(f.ctx, &c);
  close_fixture(&f);
}

/* The last frame's values, channels joined by blanks. */
static void check_row(fixture *f, const char *text, const char *names, const double *want, size_t warnings)
{
  size_t before = bl_ctx_warnings(f->ctx, BL_W_MISSING);
  chain c;
  char have[128] = "";
  check_ok(f->ctx, chain_run(f->ctx, text, &f->in, f->x, f->n, &c));
  const float *row = chain_out(&c)->v + (f->n - 1) * chain_out(&c)->width;
  for (size_t i = 0; i < chain_stream(&c)->n_channels; i++) {
    snprintf(have + strlen(have), sizeof have - strlen(have), "%s%s", i ? " " : "", chain_stream(&c)->channels.v[i]);
    if (isnan(want[i])) assert_true(isnan(row[i]));
    else check_near((double)row[i], want[i], 1e-11);
    assert_string_equal(chain_stream(&c)->units.v[i], "V");
  }
  assert_string_equal(have, names);
  assert_int_equal(bl_ctx_warnings(f->ctx, BL_W_MISSING) - before, warnings);
  chain_stop(f->ctx, &c);
}

static void check_missing(void **arg)
{
  (void)arg;
  fixture f;
  open_fixture(&f);
  const float *x = f.x + (f.n - 1) * 8;
  const double d = (double)x[0] - (double)x[1], nan = (double)NAN;
  check_row(&f, "bipolar pairs=[Fp1-F7] keep=none", "Fp1-F7", (double[]){d}, 0);
  check_row(&f, "bipolar pairs=[Q1-F7,Fp1-F7] keep=none missing=zero", "Q1-F7 Fp1-F7", (double[]){0, d}, 1);
  check_row(&f, "bipolar pairs=[Fp1-F7,Q1-Q2,Q3-Q4] keep=none missing=nan", "Fp1-F7 Q1-Q2 Q3-Q4",
            (double[]){d, nan, nan}, 2);
  check_row(&f, "bipolar pairs=[Fp1-F7,Q1-Q2] keep=none missing=skip", "Fp1-F7", (double[]){d}, 1);
  check_row(&f, "pick include=[F7,Fp1] | bipolar pairs=[Fp1-F7] keep=all", "F7 Fp1 Fp1-F7",
            (double[]){(double)x[1], (double)x[0], d}, 0);
  check_row(&f, "pick include=[Fp1,Q1,F7] missing=zero", "Fp1 Q1 F7", (double[]){(double)x[0], 0, (double)x[1]}, 1);
  check_row(&f, "pick include=[Q1,Fp1,Q1,Q2] missing=nan", "Q1 Fp1 Q2", (double[]){nan, (double)x[0], nan}, 3);
  check_row(&f, "pick include=[Q1,Fp1,Q*] missing=skip", "Fp1", (double[]){(double)x[0]}, 2);
  check_row(&f, "pick types=[eog,stim]", "HEOG TRIG", (double[]){(double)x[6], (double)x[7]}, 0);
  check_row(&f, "pick include=[TRIG,*1] types=eeg exclude=A1", "Fp1", (double[]){(double)x[0]}, 0);
  check_row(&f, "rename from=[Fp1] to=[a-b] | bipolar pairs=[a-b-F7] keep=none", "a-b-F7", (double[]){d}, 0);
  close_fixture(&f);
}

static const struct {
  const char *text, *part;
} bad[] = {
    {"bipolar", "'pairs' must be given"},
    {"bipolar pairs=Fp1", "'Fp1' is no pair"},
    {"bipolar pairs=Fp1-", "'Fp1-' is no pair"},
    {"bipolar pairs=[Fp1-F8]", "no channel 'F8'"},
    {"bipolar pairs=[F8-Fp1]", "no channel 'F8'"},
    {"bipolar pairs=[Fp1-F7-T7]", "no two channels make up the pair 'Fp1-F7-T7'"},
    {"bipolar pairs=[Fp*-F*]", "names patterns"},
    {"bipolar pairs=[Q-R] keep=none missing=skip", "none of the 1 pairs is there"},
    {"bipolar pairs=[Fp1-F7,Fp1-F7]", "'Fp1-F7' would be the name of two channels"},
    {"rename from=[Cz,A1] to=[F7-T7,Fp1-F7] | bipolar pairs=[Fp1-F7-T7]", "more than one '-'"},
    {"to_unit unit=mV exclude=F7 | bipolar pairs=[Fp1-F7]", "one is in 'mV', the other in 'V'"},
    {"reference projector=true channels=Cz", "projector: true is the average of all"},
    {"reference channels=[M1,M2] missing=skip", "none of the 2 channels"},
    {"reference types=ecg", "they are eeg, eog, stim"},
    {"to_unit unit=mV exclude=F7 | reference channels=Cz", "'F7' is in 'V' but 'Cz' in 'mV'"},
    {"pick types=eegs", "did you mean 'eeg'"},
    {"pick types=ecg", "no channel is of the types wanted; by their names they are eeg, eog, stim"},
    {"pick include=[Q1] missing=skip", "no channel is left"},
    {"pick include=[Q*] missing=zero", "no channel 'Q*'"},
    {"rename modern=true", "goes with normalise"},
};

static void check_refusals(void **arg)
{
  (void)arg;
  fixture f;
  open_fixture(&f);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    chain c;
    check_fails(f.ctx, chain_start(f.ctx, bad[i].text, &f.in, &c), BL_E_CONFIG, bad[i].part);
  }
  close_fixture(&f);
}

static void check_names(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 100, "EEG_FP1-REF Fcz. T3", "uV", &in));
  check_ok(ctx, chain_start(ctx, "rename normalise=true modern=true from=[T7] to=[temple]", &in, &c));
  assert_string_equal(chain_stream(&c)->channels.v[0], "Fp1");
  assert_string_equal(chain_stream(&c)->channels.v[1], "FCz");
  assert_string_equal(chain_stream(&c)->channels.v[2], "temple");
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_ok(ctx, chain_wave(ctx, 100, "T3 T7", "uV", &in));
  check_fails(ctx, chain_start(ctx, "rename normalise=true modern=true", &in, &c), BL_E_CONFIG, "two channels");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_mne),
      cmocka_unit_test(check_missing),
      cmocka_unit_test(check_refusals),
      cmocka_unit_test(check_names),
  };
  return STAGE_SUITE("reference", cases, tests, sizeof tests / sizeof *tests);
}
