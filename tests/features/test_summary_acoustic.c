/* The acoustic indices against scikit-maad's numbers, for the same samples, and for silence. */
#include "against.h"
#include "feature_help.h"

/* maad's own spectrogram is twice this, at 0 Hz too, times the distance of bins. */
#define SPECTROGRAM                                                                                                    \
  "stft n_fft=1024 hop_length=512 center=false detrend=constant scaling=density "                                      \
  "one_sided=false output=power"

enum { RATE = 44100, N_FFT = 1024 };

/* The value of a line of indices.tsv: name, input, call, value. */
static double wanted(const char *name)
{
  char line[1024];
  double v = (double)NAN;
  bool found = false;
  FILE *f = fopen(BALEEN_GOLDEN_DIR "/maad/indices.tsv", "r");
  assert_non_null(f);
  while (!found && fgets(line, sizeof line, f)) {
    if (strncmp(line, name, strlen(name)) != 0 || line[strlen(name)] != '\t') continue;
    v = strtod(strrchr(line, '\t') + 1, NULL);
    found = true;
  }
  fclose(f);
  if (!found) fail_msg("indices.tsv has no '%s'", name);
  return v;
}

/* n samples of `input`, or of zeros, at work: the spectrogram, or the samples themselves. */
typedef struct scene {
  bl_ctx *ctx;
  bl_stream wave;
  chain c;
  float *x;
  size_t n;
} scene;

static void open_scene(scene *s, bool silent, const char *stages)
{
  *s = (scene){.ctx = bl_ctx_new(), .n = RATE};
  npy *in = silent ? NULL : npy_open("inputs/spinetail_44k");
  s->x = silent ? calloc(RATE, sizeof *s->x) : npy_f32(in);
  if (in) s->n = in->n;
  npy_close(in);
  check_ok(s->ctx, chain_wave(s->ctx, RATE, "", "FS", &s->wave));
  check_ok(s->ctx, bl_texts_add(s->ctx, &s->wave.channels, ""));
  check_ok(s->ctx, bl_texts_add(s->ctx, &s->wave.units, "FS"));
  s->wave.n_channels = 1;
  check_ok(s->ctx, chain_run(s->ctx, stages, &s->wave, s->x, s->n, &s->c));
  bl_frames *y = &s->c.mid[s->c.n - 1];
  for (size_t i = 0; i < y->n * y->width && y->width > 1; i++) y->v[i] *= 2 * (float)RATE / N_FFT;
}

static void close_scene(scene *s)
{
  chain_stop(s->ctx, &s->c);
  bl_stream_free(s->ctx, &s->wave);
  free(s->x);
  check_free(s->ctx);
}

/* A summary's numbers, in their order, by the names that they have in indices.tsv. */
static const struct index_row {
  const char *summary, *options, *names[4], *silent[4];
  double
      tol; /* relative: of a single-precision transform; one value of 87552 is so near the threshold of -50 dB that it
                 falls on the other side */
} rows[] = {
    {"acoustic_complexity_index", "", {"ACI_sum"}, {"silence_ACI"}, 1e-4},
    {"acoustic_diversity_index", "fmax=20000", {"ADI_shannon"}, {"silence_ADI"}, 2e-4},
    {"acoustic_diversity_index", "index=simpson", {"ADI_simpson"}, {NULL}, 2e-4},
    {"acoustic_diversity_index", "index=invsimpson", {"ADI_invsimpson"}, {NULL}, 4e-4},
    {"acoustic_diversity_index",
     "fmin=2000;fmax=10000;bin_step=500;dB_threshold=-30",
     {"ADI_2k_10k_500_-30"},
     {NULL},
     1e-6},
    {"acoustic_evenness_index", "", {"AEI"}, {"silence_AEI"}, 2e-4},
    {"bioacoustics_index", "", {"BI_soundecology"}, {"silence_BI"}, 1e-4},
    {"soundscape_index",
     "",
     {"NDSI_soundecology.NDSI", "NDSI_soundecology.ratioBA", "NDSI_soundecology.antroPh", "NDSI_soundecology.bioPh"},
     {"silence_NDSI"},
     1e-4},
    {"soundscape_index",
     "compatibility=seewave",
     {"NDSI_seewave.NDSI", "NDSI_seewave.ratioBA", "NDSI_seewave.antroPh", "NDSI_seewave.bioPh"},
     {NULL},
     1e-4},
    {"frequency_entropy",
     "",
     {"Hf_QUT", "spectral_entropy.EAS", "spectral_entropy.ECU", "spectral_entropy.ECV"},
     {"silence_Hf"},
     1e-5},
    {"frequency_entropy", "compatibility=seewave;fmin=400;fmax=9000", {"Hf_seewave"}, {NULL}, 1e-5},
};

static void check_row(const struct index_row *r, bool silent)
{
  scene s;
  float got[4] = {0};
  size_t n = strcmp(r->summary, "soundscape_index") == 0 || strcmp(r->summary, "frequency_entropy") == 0 ? 4 : 1;
  open_scene(&s, silent, SPECTROGRAM);
  summarise(s.ctx, r->summary, r->options, chain_stream(&s.c), chain_out(&s.c)->v, chain_out(&s.c)->n, got, n);
  for (size_t k = 0; k < 4; k++) {
    const char *name = silent ? r->silent[k] : r->names[k];
    if (!name) continue;
    double want = wanted(name);
    if (isnan(want) ? !isnan(got[k]) : !(fabs((double)got[k] - want) <= r->tol * fabs(want)))
      fail_msg("%s: want %.9g, got %.9g", name, want, (double)got[k]);
  }
  close_scene(&s);
}

static void check_maad(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_row(&rows[i], false);
}

static void check_silence(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].silent[0]) check_row(&rows[i], true);
}

static void check_bins(void **arg)
{
  static const struct {
    const char *summary, *options, *want;
  } per_bin[] = {{"acoustic_complexity_index", "output=per_bin", "maad/aci_per_bin"},
                 {"frequency_entropy", "output=temporal_per_bin", "maad/Ht_per_bin_QUT"},
                 {"frequency_entropy", "output=temporal_per_bin;compatibility=seewave", "maad/Ht_per_bin_seewave"}};
  (void)arg;
  for (size_t i = 0; i < 3; i++) {
    scene s;
    float got[512];
    npy *want = npy_open(per_bin[i].want);
    open_scene(&s, false, SPECTROGRAM);
    summarise(s.ctx, per_bin[i].summary, per_bin[i].options, chain_stream(&s.c), chain_out(&s.c)->v, chain_out(&s.c)->n,
              got, 512);
    npy_compare(want, got, 512, 1e-3, per_bin[i].want);
    close_scene(&s);
    npy_close(want);
  }
}

static void check_temporal(void **arg)
{
  scene s;
  float got = NAN;
  (void)arg;
  open_scene(&s, false, "scale factor=2");
  summarise(s.ctx, "temporal_entropy", "", &s.wave, s.x, s.n, &got, 1);
  check_near((double)got, wanted("Ht_QUT_fast"), 1e-6);
  summarise(s.ctx, "temporal_entropy", "compatibility=seewave", &s.wave, s.x, s.n, &got, 1);
  check_near((double)got, wanted("Ht_seewave_fast"), 1e-6);
  memset(s.x, 0, s.n * sizeof *s.x);
  summarise(s.ctx, "temporal_entropy", "", &s.wave, s.x, s.n, &got, 1);
  check_near((double)got, wanted("silence_Ht"), 0);
  s.x[1000] = 1;
  summarise(s.ctx, "temporal_entropy", "", &s.wave, s.x, s.n, &got, 1);
  check_near((double)got, wanted("impulse_Ht"), 1e-9);
  s.x[1000] = NAN; /* and silence beside it */
  summarise(s.ctx, "temporal_entropy", "", &s.wave, s.x, s.n, &got, 1);
  assert_true(isnan(got));
  close_scene(&s);
}

static void check_refused(void **arg)
{
  static const struct {
    const char *summary, *option, *value, *message;
  } bad[] = {{"acoustic_diversity_index", "fmax", "1e5", "above the highest bin"},
             {"acoustic_evenness_index", "bin_step", "1e5", "are 0"},
             {"bioacoustics_index", "fmin", "16000", "not below fmax"},
             {"soundscape_index", "bio_fmax", "10", "lower end is not below"},
             {"soundscape_index", "bin_step", "1e5", "less than two of bin_step"},
             {"soundscape_index", "bin_step", "1e-3", "more than 100000 bins"},
             {"frequency_entropy", "fmax", "100", "not below"},
             {"acoustic_diversity_index", "bin_step", "1e5", "take a bin_step"}};
  scene s;
  (void)arg;
  open_scene(&s, true, SPECTROGRAM);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_summary m;
    sum_run r;
    check_ok(s.ctx, make_summary(s.ctx, bad[i].summary, bad[i].option, bad[i].value, &m));
    bl_status st = sum_start(s.ctx, &m, chain_stream(&s.c), &r);
    check_fails(s.ctx, st, strstr(bad[i].message, "not below") ? BL_E_CONFIG : BL_E_RANGE, bad[i].message);
    bl_summary_free(s.ctx, &m);
  }
  close_scene(&s);
}

static void check_waveform_refused(void **arg)
{
  static const char *const names[] = {"acoustic_complexity_index", "frequency_entropy"};
  scene s;
  (void)arg;
  open_scene(&s, true, "scale factor=2");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bl_summary m;
    sum_run r;
    check_ok(s.ctx, make_summary(s.ctx, names[i], NULL, NULL, &m));
    check_fails(s.ctx, sum_start(s.ctx, &m, chain_stream(&s.c), &r), BL_E_SHAPE, "needs a power spectrum");
    bl_summary_free(s.ctx, &m);
  }
  close_scene(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_maad),    cmocka_unit_test(check_silence),
                                     cmocka_unit_test(check_bins),    cmocka_unit_test(check_temporal),
                                     cmocka_unit_test(check_refused), cmocka_unit_test(check_waveform_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
