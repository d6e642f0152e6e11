#include "check.h"

#include <complex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/source.h"
#include "baleen/text.h"
#include "tree.h"

enum { RATE = 8000, CALLS = 6, NOISES = 7 };
static const size_t call_len[CALLS] = {400, 800, 1200, 1600, 3000, 9000}; /* the last is longer than any noise */
static const size_t noise_len = 4000;

typedef struct set {
  const char *o[10];
} set;
static const set plain = {{"foregrounds=calls/*.wav", "backgrounds=noise", "folds=3", "seed=11", "repeats=3"}};

static bl_status configure(bl_ctx *ctx, const set *options, bl_source *src)
{
  bl_status s = bl_source_new(ctx, "mix", src);
  for (size_t i = 0; !s && options->o[i]; i++) {
    char name[32];
    size_t n = strcspn(options->o[i], "=");
    snprintf(name, sizeof name, "%.*s", (int)n, options->o[i]);
    s = bl_opts_set(ctx, "mix", src->cls->opts, src->params, name, options->o[i] + n + 1);
  }
  return s;
}

static bl_status list_with(bl_ctx *ctx, const set *options, bl_source *src, bl_items *items)
{
  *items = (bl_items){0};
  bl_status s = configure(ctx, options, src);
  return s ? s : src->cls->list(ctx, src->params, tree_root(), items);
}

/* Sample i of a file: noise of its own, calls with an envelope so that a part's power is not the whole's. */
static float sample(const char *kind, size_t file, size_t i)
{
  bl_rng r = bl_rng_make(file, kind, i);
  double x = bl_rng_normal(&r);
  return (float)(kind[0] == 'c' ? x * (0.1 + sin((double)i / 300)) : 0.02 * (1 + (double)file) * x);
}

static void write_clip(const char *kind, size_t file, size_t n, const char *name)
{
  size_t channels = kind[0] == 'n' && file % 2 ? 2 : 1; /* stereo noise: the mean of both counts */
  float *v = calloc(n * channels, sizeof *v);
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < channels; c++)
      v[i * channels + c] = sample(kind, file, i) + (channels == 2 ? (c ? 0.25f : -0.25f) : 0.0f);
  tree_wav(name, RATE, channels, n, v);
  free(v);
}

static int make_files(void **state)
{
  (void)state;
  char name[64];
  for (size_t f = 0; f < CALLS; f++) {
    snprintf(name, sizeof name, "calls/S%zu-%c.wav", f / 2, f % 2 ? 'b' : 'a');
    write_clip("call", f, call_len[f], name);
  }
  for (size_t f = 0; f < NOISES; f++) {
    snprintf(name, sizeof name, "noise/sea%zu.wav", f);
    write_clip("noise", f, noise_len, name);
  }
  tree_text("calls/origin.csv", "path,site\nS0-a.wav,x\nS0-b.wav,x\nS1-a.wav,x\nS1-b.wav,y\nS2-a.wav,y\nS2-b.wav,z\n");
  return 0;
}

static int drop_files(void **state)
{
  (void)state;
  tree_done();
  return 0;
}

static bl_status read_all(bl_ctx *ctx, bl_source *src, bl_item *item, float *out, size_t *n)
{
  bl_recording *r;
  bl_status s = bl_source_open(ctx, src, tree_root(), item, &r);
  *n = 0;
  if (s) return s;
  assert_int_equal(r->n_streams, 1);
  assert_int_equal(r->streams[0].n_channels, 1);
  check_near(r->streams[0].rate_hz, RATE, 0);
  check_near(r->duration_s, (double)noise_len / RATE, 1e-12);
  assert_string_equal(r->streams[0].channels[0].unit, "FS");
  size_t got = 1;
  for (; !s && got; *n += got) s = bl_recording_read(ctx, r, 0, *n, 999, out + *n, &got); /* any block size */
  bl_recording_close(ctx, r);
  return s;
}

static size_t noise_index(const bl_item *m) { return (size_t)(strstr(m->path, "sea")[3] - '0'); }
static size_t call_index(const bl_item *m)
{
  const char *b = bl_path_base(m->foreground);
  return (size_t)(b[1] - '0') * 2 + (size_t)(b[3] - 'a');
}

/* The band-pass of mix_level.c by its poles alone, section for section, from the definition in the z plane. */
static void slow_butter(double *v, size_t n, double hz, bool high)
{
  double complex edge = tan(acos(-1) * hz / RATE);
  for (int k = 0; k < 2; k++) {
    double angle = acos(-1) * (2 * k + 5) / 8; /* of an analogue pole, in the left half plane */
    double complex s = edge * (high ? 1 / cexp(I * angle) : cexp(I * angle)), z = (1 + s) / (1 - s);
    double a1 = -2 * creal(z), a2 = creal(z * conj(z)), at = high ? -1 : 1;
    double b = (1 + a1 * at + a2) / 4; /* 1 at the frequency that passes best: 0, or half the rate */
    for (size_t t = n; t-- > 0;)       /* zeros first, from the back, so that nothing is overwritten too early */
      v[t] = b * (v[t] + (t > 0 ? 2 * at * v[t - 1] : 0) + (t > 1 ? v[t - 2] : 0));
    for (size_t t = 0; t < n; t++) v[t] -= (t > 0 ? a1 * v[t - 1] : 0) + (t > 1 ? a2 * v[t - 2] : 0);
  }
}

static double mean_of(const double *v, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += v[i];
  return sum / (double)n;
}

/* The middle `share` of the energy, by running sums. */
static void slow_active(const double *v, size_t n, double share, size_t *first, size_t *last)
{
  double all = 0, sum = 0;
  *first = n, *last = 0;
  for (size_t i = 0; i < n; i++) all += v[i] * v[i];
  for (size_t i = 0; i < n; i++) {
    double before = sum;
    sum += v[i] * v[i];
    if (*first == n && sum > (1 - share) / 2 * all) *first = i;
    if (all - before > (1 - share) / 2 * all) *last = i;
  }
}

static double ratio_db(const double *call, const double *noise, size_t start, size_t first, size_t last)
{
  size_t n = last - first + 1;
  double p[2] = {0}, mean[2] = {mean_of(call + first, n), mean_of(noise + start + first, n)};
  for (size_t i = first; i <= last; i++) {
    p[0] += (call[i] - mean[0]) * (call[i] - mean[0]);
    p[1] += (noise[start + i] - mean[1]) * (noise[start + i] - mean[1]);
  }
  return 10 * log10(p[0] / p[1]);
}

static void without_mean(double *v, size_t n)
{
  double mean = mean_of(v, n);
  for (size_t i = 0; i < n; i++) v[i] -= mean;
}

/* The ratios of what was added to the noise, over the call's active part: in the band and over the full one. */
static void ratios_of(const bl_item *m, const float *x, const double *band, double share, double *in_band, double *full)
{
  size_t start = (size_t)lround(m->annotations.v[0].onset_s * RATE), f = noise_index(m), first, last;
  size_t span = (size_t)lround(m->annotations.v[0].duration_s * RATE);
  double *noise = calloc(4 * noise_len, sizeof *noise), *call = noise + noise_len;
  double *noise_band = call + noise_len, *call_band = noise_band + noise_len;
  for (size_t i = 0; i < noise_len; i++) noise[i] = (double)sample("noise", f, i);
  for (size_t i = 0; i < span; i++) call[i] = (double)x[start + i] - noise[start + i];
  without_mean(noise, noise_len);
  memcpy(noise_band, noise, 2 * noise_len * sizeof *noise);
  for (size_t e = 0; band && e < 2; e++) {
    slow_butter(noise_band, noise_len, band[e], e == 0);
    slow_butter(call_band, span, band[e], e == 0);
  }
  slow_active(call_band, span, share, &first, &last);
  *in_band = ratio_db(call_band, noise_band, start, first, last);
  *full = ratio_db(call, noise, start, first, last);
  free(noise);
}

/* What was added to the noise is the call times one factor, without its mean. */
static void check_added(const bl_item *m, const float *x)
{
  size_t start = (size_t)lround(m->annotations.v[0].onset_s * RATE), f = noise_index(m), c = call_index(m);
  size_t span = (size_t)lround(m->annotations.v[0].duration_s * RATE), len = call_len[c];
  assert_int_equal(span, len < noise_len ? len : noise_len);
  assert_true(start + span <= noise_len);
  for (size_t i = 0; i < noise_len; i++)
    if (i < start || i >= start + span) check_near((double)x[i], (double)sample("noise", f, i), 1e-7);
  if (len > noise_len) return;
  double mean = 0, gain;
  for (size_t i = 0; i < span; i++) mean += (double)sample("call", c, i) / (double)span;
  gain = ((double)x[start + 50] - (double)sample("noise", f, start + 50)) / ((double)sample("call", c, 50) - mean);
  for (size_t i = 0; i < span; i++)
    check_near((double)x[start + i] - (double)sample("noise", f, start + i),
               gain * ((double)sample("call", c, i) - mean), 1e-5);
}

/* The ratio in the table is the one that there is: in the band, over the active part, without the mean. */
static void mixes_at_the_ratio_drawn(void **state)
{
  (void)state;
  static const struct {
    const char *band, *active;
    double hz[2], share;
  } cases[] = {{NULL, NULL, {0, 0}, 0.9},
               {"band_hz=[700, 2300]", NULL, {700, 2300}, 0.9},
               {"band_hz=[300, 4000]", "active=1", {300, 0}, 1}};
  bl_ctx *ctx = bl_ctx_new();
  float *x = calloc(noise_len, sizeof *x);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    bl_source src;
    bl_items items;
    set o = plain;
    o.o[5] = cases[k].band, o.o[6] = cases[k].active;
    check_ok(ctx, list_with(ctx, &o, &src, &items));
    assert_int_equal(items.n, NOISES * 4);
    double lo = 99, hi = -99, apart = 0;
    for (size_t i = 0; i < items.n; i++) {
      bl_item *m = &items.v[i];
      size_t n;
      double snr = 0, full = 0, in_band, over_all;
      check_ok(ctx, read_all(ctx, &src, m, x, &n));
      assert_int_equal(n, noise_len);
      assert_true(m->annotated);
      assert_string_equal(m->label, m->foreground ? "call" : "noise");
      assert_int_equal(m->annotations.n, m->foreground != NULL);
      if (!m->foreground) {
        for (size_t t = 0; t < n; t++) check_near((double)x[t], (double)sample("noise", noise_index(m), t), 1e-7);
        assert_string_equal(m->extra.v[1], "");
        continue;
      }
      check_added(m, x);
      double band[2] = {cases[k].hz[0], cases[k].hz[1] > 0 ? cases[k].hz[1] : RATE / 2.000001};
      ratios_of(m, x, cases[k].band ? band : NULL, cases[k].share, &in_band, &over_all);
      assert_true(bl_parse_real(m->extra.v[0], &snr) && bl_parse_real(m->extra.v[1], &full));
      check_near(in_band, snr, 2e-3);
      check_near(over_all, full, 7e-3); /* told to a hundredth */
      lo = fmin(lo, snr), hi = fmax(hi, snr), apart = fmax(apart, fabs(snr - full));
    }
    assert_true(lo >= -10 && hi <= 10 && lo < -5 && hi > 5); /* 21 draws */
    assert_true(cases[k].band ? apart > 0.02 : apart < 1e-9);
    bl_items_free(ctx, &items);
    bl_source_free(ctx, &src);
  }
  free(x);
  check_free(ctx);
}

/* A level that does not move, in the noise and in the call, changes no ratio and makes no call louder. */
static void an_offset_makes_nothing_louder(void **state)
{
  (void)state;
  static const float offset[2] = {0, 0.5f};
  bl_ctx *ctx = bl_ctx_new();
  float *x[2], v[4000];
  for (size_t k = 0; k < 2; k++) {
    bl_source src;
    bl_items items;
    size_t n;
    for (size_t i = 0; i < 4000; i++) v[i] = sample("noise", 0, i) + offset[k];
    tree_wav("level/sea0.wav", RATE, 1, 4000, v);
    for (size_t i = 0; i < 600; i++) v[i] = sample("call", 0, i) + offset[k];
    tree_wav("level/calls/S0-a.wav", RATE, 1, 600, v);
    set o = {{"foregrounds=level/calls/*.wav", "backgrounds=level/sea0.wav", "folds=1", "negatives=no"}};
    check_ok(ctx, list_with(ctx, &o, &src, &items));
    x[k] = calloc(noise_len, sizeof *x[k]);
    check_ok(ctx, read_all(ctx, &src, &items.v[0], x[k], &n));
    bl_items_free(ctx, &items);
    bl_source_free(ctx, &src);
  }
  for (size_t i = 0; i < noise_len; i++) check_near((double)x[1][i] - 0.5, (double)x[0][i], 2e-6);
  free(x[0]), free(x[1]);
  check_free(ctx);
}

/* One long noise becomes many: pieces of equal length, a rest left out, stretches dealt to folds as a whole. */
static void cuts_a_long_noise(void **state)
{
  (void)state;
  static const set cut = {{"foregrounds=calls/S[01]-*.wav", "backgrounds=noise/sea2.wav", "cut_s=0.06", "block_s=0.12",
                           "folds=3", "seed=3"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_source src;
  bl_items items;
  check_ok(ctx, list_with(ctx, &cut, &src, &items));
  assert_int_equal(items.n, 16); /* 4000 frames hold 8 pieces of 480; each alone and with a call */
  assert_string_equal(items.v[0].name, "sea2.wav@0");
  assert_string_equal(items.v[2].name, "sea2.wav@0.06");
  assert_non_null(strstr(items.v[3].name, "sea2.wav@0.06+S"));
  for (size_t i = 0; i < items.n; i++) {
    bl_item *m = &items.v[i];
    bl_recording *r;
    float x[500];
    size_t n;
    double from;
    check_ok(ctx, bl_source_open(ctx, &src, tree_root(), m, &r));
    check_ok(ctx, bl_recording_read(ctx, r, 0, 0, 500, x, &n));
    assert_int_equal(n, 480);
    bl_recording_close(ctx, r);
    assert_true(bl_parse_real(m->extra.v[5], &from));
    check_near(from, 0.06 * (double)(i / 2), 1e-12);
    assert_string_equal(m->group, items.v[i / 4 * 4].group); /* two pieces a stretch */
    for (size_t t = 0; !m->foreground && t < n; t++)
      check_near((double)x[t], (double)sample("noise", 2, 480 * (i / 2) + t), 1e-7);
  }
  bl_items_free(ctx, &items);
  bl_source_free(ctx, &src);
  check_free(ctx);
}

/* Files of other rates come to rate_hz: a tone of the call stays at its frequency, spans are counted at the new rate. */
static void resamples_when_told(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_source src;
  bl_items items;
  float v[8000], x[2000];
  double re = 0, im = 0;
  for (size_t i = 0; i < 8000; i++) v[i] = (float)sin(2 * acos(-1) * 500 * (double)i / 16000);
  tree_wav("rates/tone.wav", 16000, 1, 8000, v);
  static const set o = {
      {"foregrounds=rates", "backgrounds=noise/sea0.wav", "folds=1", "negatives=no", "snr_db=60", "rate_hz=4000"}};
  check_ok(ctx, list_with(ctx, &o, &src, &items));
  bl_recording *r;
  size_t n;
  check_ok(ctx, bl_source_open(ctx, &src, tree_root(), &items.v[0], &r));
  check_near(r->streams[0].rate_hz, 4000, 0);
  assert_int_equal(r->streams[0].n_frames, 2000);
  check_near(items.v[0].annotations.v[0].duration_s, 0.5, 1e-12);
  check_ok(ctx, bl_recording_read(ctx, r, 0, 0, 2000, x, &n));
  double all = 0;
  for (size_t i = 500; i < 1500; i++) {
    re += (double)x[i] * cos(2 * acos(-1) * 500 * (double)i / 4000);
    im += (double)x[i] * sin(2 * acos(-1) * 500 * (double)i / 4000);
    all += (double)x[i] * (double)x[i];
  }
  check_near((re * re + im * im) / 500 / all, 1, 1e-3); /* a sine holds all of its power at its frequency */
  bl_recording_close(ctx, r);
  bl_items_free(ctx, &items);
  bl_source_free(ctx, &src);
  check_free(ctx);
}

static void flatten(const bl_items *items, bl_buf *b, bl_ctx *ctx)
{
  for (size_t i = 0; i < items->n; i++) {
    const bl_item *m = &items->v[i];
    check_ok(ctx, bl_buf_printf(ctx, b, "%s %s %s", m->name, m->label, m->group));
    for (size_t k = 0; k < m->extra.n; k++) check_ok(ctx, bl_buf_printf(ctx, b, " %s", m->extra.v[k]));
    check_ok(ctx, bl_buf_puts(ctx, b, "\n"));
  }
}

static void is_the_same_for_a_seed_only(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf text[3] = {{0}};
  float *x[3];
  for (size_t k = 0; k < 3; k++) {
    bl_source src;
    bl_items items;
    set o = plain;
    if (k == 2) o.o[3] = "seed=12";
    check_ok(ctx, list_with(ctx, &o, &src, &items));
    flatten(&items, &text[k], ctx);
    size_t n, long_one = 0;
    for (size_t i = 0; i < items.n; i++)
      if (items.v[i].foreground && call_index(&items.v[i]) == CALLS - 1) long_one = i; /* cut at random too */
    assert_true(long_one > 0);
    x[k] = calloc(noise_len, sizeof *x[k]);
    check_ok(ctx, read_all(ctx, &src, &items.v[long_one], x[k], &n));
    bl_items_free(ctx, &items);
    bl_source_free(ctx, &src);
  }
  assert_string_equal(text[0].v, text[1].v);
  assert_memory_equal(x[0], x[1], noise_len * sizeof(float));
  assert_string_not_equal(text[0].v, text[2].v);
  assert_memory_not_equal(x[0], x[2], noise_len * sizeof(float));
  for (size_t k = 0; k < 3; k++) bl_buf_free(ctx, &text[k]), free(x[k]);
  check_free(ctx);
}

/* No file, and no group of files, is in two folds; every fold has both labels; names are unique. */
static void keeps_folds_apart(void **state)
{
  (void)state;
  static const struct {
    const char *groups;
    int group_of[CALLS];
  } cases[] = {
      {NULL, {0, 1, 2, 3, 4, 5}},
      {"foreground_groups=S{group}-*.wav", {0, 0, 1, 1, 2, 2}},
      {"foreground_groups=calls/origin.csv:site", {0, 0, 0, 1, 1, 2}},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    bl_source src;
    bl_items items;
    set o = plain;
    o.o[5] = cases[k].groups;
    check_ok(ctx, list_with(ctx, &o, &src, &items));
    int call_fold[CALLS], noise_fold[NOISES], seen[3][2] = {{0}};
    for (size_t i = 0; i < CALLS; i++) call_fold[i] = -1;
    for (size_t i = 0; i < NOISES; i++) noise_fold[i] = -1;
    for (size_t i = 0; i < items.n; i++) {
      const bl_item *m = &items.v[i];
      int64_t fold;
      assert_true(bl_parse_int(m->extra.v[6], &fold));
      assert_in_range((uint64_t)fold, 0, 2);
      char group[32];
      snprintf(group, sizeof group, "fold%d", (int)fold);
      assert_string_equal(m->group, group);
      int *at = &noise_fold[noise_index(m)];
      assert_true(*at < 0 || *at == fold);
      *at = (int)fold;
      seen[fold][m->foreground != NULL]++;
      for (size_t c = 0; m->foreground && c < CALLS; c++) {
        if (cases[k].group_of[c] != cases[k].group_of[call_index(m)]) continue;
        assert_true(call_fold[c] < 0 || call_fold[c] == fold);
        call_fold[c] = (int)fold;
      }
      for (size_t j = 0; j < i; j++) assert_string_not_equal(m->name, items.v[j].name);
    }
    for (size_t f = 0; f < 3; f++) assert_true(seen[f][0] >= 2 && seen[f][1] == 3 * seen[f][0]);
    bl_items_free(ctx, &items);
    bl_source_free(ctx, &src);
  }
  check_free(ctx);
}

/* Raw samples, by settings and by sidecars, mix as sound files of the same samples do. */
static void mixes_raw_samples(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_source src[2];
  bl_items items[2];
  float v[4000];
  for (size_t f = 0; f < 2; f++) {
    char name[64];
    for (size_t i = 0; i < 4000; i++) v[i] = sample(f ? "noise" : "call", f, i);
    snprintf(name, sizeof name, "sound/%s.wav", f ? "n" : "c");
    tree_wav(name, RATE, 1, f ? 4000 : 600, v);
    snprintf(name, sizeof name, "raw/%s.pcm", f ? "n" : "c");
    tree_put(name, v,
             (f ? 4000 : 600) * sizeof *v); /* of this machine's order, which is little-endian wherever we run */
  }
  tree_text("raw/n.pcm.json", "{\"rate_hz\": 8000, \"format\": \"f32le\"}");
  static const set sets[] = {
      {{"foregrounds=sound/c.wav", "backgrounds=sound/n.wav", "folds=1", "background_groups={group}.*"}},
      {{"foregrounds=\"pcm:rate=8000,format=f32le:raw/{c,d}*.pcm\"", "backgrounds=raw", "folds=1",
        "background_groups={group}.*"}}};
  for (size_t k = 0; k < 2; k++) check_ok(ctx, list_with(ctx, &sets[k], &src[k], &items[k]));
  assert_int_equal(items[0].n, 2);
  assert_int_equal(items[1].n, 2);
  assert_string_equal(items[1].v[1].name, "n.pcm+c.pcm");
  for (size_t i = 0; i < 2; i++) {
    float x[2][4000];
    for (size_t k = 0; k < 2; k++) {
      bl_recording *rec;
      size_t n;
      check_ok(ctx, bl_source_open(ctx, &src[k], tree_root(), &items[k].v[i], &rec));
      check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 4000, x[k], &n));
      assert_int_equal(n, 4000);
      bl_recording_close(ctx, rec);
    }
    assert_memory_equal(x[0], x[1], sizeof x[0]);
  }
  for (size_t k = 0; k < 2; k++) {
    bl_items_free(ctx, &items[k]);
    bl_source_free(ctx, &src[k]);
  }
  check_free(ctx);
}

/* The bundled calls and noise: every recording can be made, whatever the places drawn. */
static void makes_recordings_from_the_bundled_sets(void **state)
{
  (void)state;
  static const set real = {{"foregrounds=" BALEEN_SETS "/orca-calls", "backgrounds=" BALEEN_SETS "/sea-waves",
                            "foreground_groups=" BALEEN_SETS "/orca-calls/labels.csv:catalogue_no",
                            "background_groups=*-{group}-*.ogg"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_source src;
  bl_items items;
  check_ok(ctx, list_with(ctx, &real, &src, &items));
  assert_int_equal(items.n, 80);
  for (size_t i = 0; i < items.n; i++) {
    bl_recording *r;
    float x[1000];
    size_t got;
    check_ok(ctx, bl_source_open(ctx, &src, tree_root(), &items.v[i], &r));
    check_near(r->streams[0].rate_hz, 44100, 0);
    check_ok(ctx, bl_recording_read(ctx, r, 0, r->streams[0].n_frames - 1000, 4000, x, &got));
    assert_int_equal(got, 1000);
    for (size_t k = 0; k < got; k++) assert_true(isfinite(x[k]));
    bl_recording_close(ctx, r);
  }
  bl_items_free(ctx, &items);
  bl_source_free(ctx, &src);
  check_free(ctx);
}

static void check_refused(bl_ctx *ctx, const set *options, bl_status code, const char *part)
{
  bl_source src;
  bl_items items;
  check_fails(ctx, list_with(ctx, options, &src, &items), code, part);
  assert_int_equal(items.n, 0);
  bl_source_free(ctx, &src);
}

static void says_what_does_not_fit(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float v[50] = {0};
  tree_wav("other/rate.wav", 16000, 1, 50, v);
  tree_wav("silent/s.wav", RATE, 1, 50, v);
  tree_wav("empty/e.wav", RATE, 1, 0, v);
  static const struct {
    set o;
    bl_status code;
    const char *part;
  } cases[] = {
      {{{"foregrounds=calls/*.wav"}}, BL_E_CONFIG, "'backgrounds' must be given"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "snr_db=[3, 1]"}}, BL_E_CONFIG, "snr_db: wanted [low, high]"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "snr_db=[]"}}, BL_E_CONFIG, "snr_db: wanted [low, high]"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "label_positive=noise"}}, BL_E_CONFIG, "are both 'noise'"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "folds=7"}},
       BL_E_CONFIG,
       "6 foregrounds of different origin cannot fill 7 folds; lower folds to 6"},
      {{{"foregrounds=calls/*.wav", "backgrounds=[noise, calls/S0-a.wav]"}},
       BL_E_CONFIG,
       "S0-a.wav' is among the foregrounds and the backgrounds"},
      {{{"foregrounds=[calls/*.wav, other]", "backgrounds=noise"}}, BL_E_MISMATCH, "rate.wav' has 16000 Hz"},
      {{{"foregrounds=[calls/*.wav, other]", "backgrounds=noise"}}, BL_E_MISMATCH, "set rate_hz: 8000, so that"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "band_hz=[3, 3]"}},
       BL_E_CONFIG,
       "band_hz: wanted [low, high]"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "band_hz=[3, 4001]"}}, BL_E_RANGE, "above half the rate"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "block_s=2"}}, BL_E_CONFIG, "set cut_s, or leave block_s out"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise/sea0.wav", "cut_s=0.1"}},
       BL_E_CONFIG,
       "folds to 1, or set block_s"},
      {{{"foregrounds=[calls/*.wav, empty]", "backgrounds=noise"}}, BL_E_FORMAT, "holds no samples"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "foreground_groups=S{site}-*.wav"}},
       BL_E_CONFIG,
       "has no {group}"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "background_groups=S{group}-*.wav"}},
       BL_E_CONFIG,
       "background_groups: 'sea0.wav' does not fit"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "foreground_groups=site"}}, BL_E_CONFIG, "neither a pattern"},
      {{{"foregrounds=[calls/*.wav, silent]", "backgrounds=noise", "foreground_groups=calls/origin.csv:site"}},
       BL_E_CONFIG,
       "gives no site for 'silent/s.wav'"},
      {{{"foregrounds=calls/*.wav", "backgrounds=noise", "foreground_groups=calls/origin.csv:sites"}},
       BL_E_CONFIG,
       "did you mean 'site'?"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    check_refused(ctx, &cases[k].o, cases[k].code, cases[k].part);

  /* silence has no ratio: that one recording fails by name, the list stands */
  static const set silent[] = {{{"foregrounds=silent", "backgrounds=noise", "folds=1", "negatives=no"}},
                               {{"foregrounds=calls/S0-a.wav", "backgrounds=silent", "folds=1", "negatives=no"}}};
  for (size_t k = 0; k < 2; k++) {
    bl_source src;
    bl_items items;
    bl_recording *r;
    check_ok(ctx, list_with(ctx, &silent[k], &src, &items));
    assert_int_equal(items.n, k ? 1 : NOISES);
    check_fails(ctx, bl_source_open(ctx, &src, tree_root(), &items.v[0], &r), BL_E_RANGE, "silent/s.wav' is silent");
    bl_items_free(ctx, &items);
    bl_source_free(ctx, &src);
  }
  check_free(ctx);
}

static bl_status list_and_open(bl_ctx *ctx, void *arg)
{
  bl_source src;
  bl_items items;
  bl_recording *r = NULL;
  bl_status s = list_with(ctx, arg, &src, &items);
  if (!s) s = bl_source_open(ctx, &src, tree_root(), &items.v[1], &r);
  bl_recording_close(ctx, r);
  bl_items_free(ctx, &items);
  bl_source_free(ctx, &src);
  return s;
}

static void survives_any_allocation_failing(void **state)
{
  (void)state;
  set a = {
      {"foregrounds=calls/S[01]-a.wav", "backgrounds=noise/sea[01].wav", "folds=2", "foreground_groups=S{group}-*"}};
  set b = {{"foregrounds=calls/S0-[ab].wav", "backgrounds=noise/sea1.wav", "folds=1",
            "foreground_groups=calls/origin.csv:site"}};
  check_every_allocation_failing(list_and_open, &a);
  check_every_allocation_failing(list_and_open, &b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mixes_at_the_ratio_drawn),    cmocka_unit_test(an_offset_makes_nothing_louder),
      cmocka_unit_test(cuts_a_long_noise),           cmocka_unit_test(resamples_when_told),
      cmocka_unit_test(is_the_same_for_a_seed_only), cmocka_unit_test(mixes_raw_samples),
      cmocka_unit_test(keeps_folds_apart),           cmocka_unit_test(makes_recordings_from_the_bundled_sets),
      cmocka_unit_test(says_what_does_not_fit),      cmocka_unit_test(survives_any_allocation_failing),
  };
  return cmocka_run_group_tests(tests, make_files, drop_files);
}
