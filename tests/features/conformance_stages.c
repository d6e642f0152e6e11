/* What stage.h promises, tested for every stage of the registry. A stage that has no case below fails the suite: add a
 * line, with the reason where a check is waived. */
#include "baleen/text.h"
#include "chain.h"

enum { N = 3000, CHANNELS = 3 };
static const char names[] = "C3 C4 Cz";

enum {
  MIXES = 1,    /* channels depend on one another */
  NAMED = 2,    /* options name channels, so that one channel alone is another case */
  NO_REACH = 4, /* a broken value may show anywhere */
  ROUNDS = 8,   /* a broken value may change others in their last digits */
  RATE = 16,    /* a waveform comes out as one of another rate */
  AUDIO = 32,   /* comes in at 44100 Hz, not at 250 */
  BLOCKS = 64,  /* waits for blocks whose size is not ours: its latency is an upper bound */
  MARKS = 128,  /* what is not finite is marked, and comes out as 0 or as a NaN of its own */
  MISSING = 256 /* a channel that is not there comes out as NaN */
};

typedef struct row {
  const char *stage, *before, *options; /* before: the chain that makes its input, "" for a waveform */
  /* frames out of n in: 1 + (n + 2 pad - length) / hop, none when that is negative or n is 0 */
  double length, hop; /* fractions, 1 / up and down / up, for another rate */
  size_t pad;
  double start; /* of the output, in frames of the input, after the input's */
  double reach; /* how far from its own time, in frames of the input, a broken value may show */
  unsigned flags;
  const char *reason; /* of the flags */
} row;
static double rate_of(const row *r) { return r->flags & AUDIO ? 44100 : 250; }

#define POWER "stft n_fft=64 | power"
static const row rows[] = {
    {"pick", "", "", 1, 1, 0, 0, 0, 0, NULL},
    {"pick", "", "include=[Cz,C3]", 1, 1, 0, 0, 0, NAMED, "one channel alone has not the other's name"},
    {"pick", POWER, "exclude=[C3]", 1, 1, 0, 0, 0, NAMED, "one channel alone has not the other's name"},
    {"pick", "", "types=eeg", 1, 1, 0, 0, 0, 0, NULL},
    {"pick", "", "include=[Cz,Q1,C3] missing=zero", 1, 1, 0, 0, 0, NAMED, "one channel alone has not the other's name"},
    {"pick", "", "include=[Cz,Q1] missing=skip", 1, 1, 0, 0, 0, NAMED, "one channel alone has not the other's name"},
    {"pick", "", "include=[Q1,C4] missing=nan", 1, 1, 0, 0, 0, NAMED | MISSING, "a channel of NaN is asked for"},
    {"rename", "", "strip=C", 1, 1, 0, 0, 0, 0, NULL},
    {"rename", "", "from=[C3,Cz] to=[a,b]", 1, 1, 0, 0, 0, NAMED, "one channel alone has not the other's name"},
    {"rename", "", "normalise=true modern=true", 1, 1, 0, 0, 0, 0, NULL},
    {"to_unit", "", "unit=mV", 1, 1, 0, 0, 0, 0, NULL},
    {"to_unit", "", "unit=nV exclude=C3 assume=uV", 1, 1, 0, 0, 0, NAMED, "one channel alone has not the other's name"},
    {"scale", "", "factor=1e6 unit=V", 1, 1, 0, 0, 0, 0, NULL},
    {"calibrate", "scale unit=FS", "db=17.6", 1, 1, 0, 0, 0, 0, NULL},
    {"calibrate", "scale unit=FS", "db=-30 unit=Pa", 1, 1, 0, 0, 0, 0, NULL},
    {"mono", "", "", 1, 1, 0, 0, 0, MIXES, "it is the mean of all channels"},
    {"mono", POWER, "", 1, 1, 0, 0, 0, MIXES, "it is the mean of all channels"},
    {"reference", "", "", 1, 1, 0, 0, 0, MIXES, "the mean of all channels is subtracted"},
    {"reference", POWER, "channels=[C3,C4] exclude=Cz", 1, 1, 0, 0, 0, MIXES | NAMED, "the mean of two is subtracted"},
    {"reference", "", "types=eeg projector=true", 1, 1, 0, 0, 0, MIXES, "the mean of all channels is subtracted"},
    {"reference", "", "channels=[C3,Q1] missing=skip", 1, 1, 0, 0, 0, MIXES | NAMED,
     "one channel is subtracted from all"},
    {"bipolar", "", "pairs=[C3-C4]", 1, 1, 0, 0, 0, MIXES | NAMED, "one channel minus the other"},
    {"bipolar", POWER, "pairs=[C3-C4,C4-Q] keep=all missing=zero", 1, 1, 0, 0, 0, MIXES | NAMED,
     "one channel minus the other"},
    {"bipolar", "", "pairs=[C3-C4,C4-Q] keep=none missing=skip", 1, 1, 0, 0, 0, MIXES | NAMED,
     "one channel minus the other"},
    {"bipolar", "", "pairs=[C3-C4,C4-Q] missing=nan", 1, 1, 0, 0, 0, MIXES | NAMED | MISSING,
     "a pair of NaN is asked for"},
    {"mark_artefacts", "", "", 1, 1, 0, 0, 0, 0, NULL},
    {"mark_artefacts", "", "amplitude=250 gradient=110 pad_s=0.04", 1, 1, 0, 0, 11, 0, NULL},
    {"mark_artefacts", "", "mode=zero flat=40 flat_s=0.03 pad_s=0.01", 1, 1, 0, 0, 10, MARKS,
     "a NaN is marked, and so is what lies around it"},
    {"mark_artefacts", "", "mode=zero clip=100 clip_run=4 exclude=Q*", 1, 1, 0, 0, 4, 0, NULL},
    {"mark_artefacts", "", "mode=hold amplitude=250 clip=230 clip_run=2", 1, 1, 0, 0, 0, NO_REACH,
     "a value that is held lasts until the next good one"},
    {"mark_artefacts", "", "mode=channel amplitude=120 pad_s=0.008", 1, 1, 0, 0, 2, MIXES, "bad is of all channels"},
    {"mark_artefacts", "", "mode=zero together=true gradient=120", 1, 1, 0, 0, 1, MIXES | MARKS,
     "a mark counts for all"},
    {"robust_scale", "", "", 1, 1, 0, 0, 0, NO_REACH, "what is left out of the mean is missing in all that follow"},
    {"robust_scale", "", "method=median time_s=0.1", 1, 1, 0, 0, 25, 0, NULL},
    {"robust_scale", "", "time_s=2 eps=20", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"robust_scale", POWER, "method=median", 1, 1, 0, 0, 84, 0, NULL},
    {"clicks", "", "", 1, 1, 0, 0, 1023, 0, NULL},
    {"clicks", "", "length=50 threshold=2 power=1.5", 1, 1, 0, 0, 49, 0, NULL},
    {"clicks", "", "length=512", 1, 1, 0, 0, 511, AUDIO, "at an audio rate"},
    {"fir", "", "l_freq=1 h_freq=40 method=direct", 1, 1, 0, 0, 412, 0, NULL},
    {"fir", "", "l_freq=1 h_freq=40 method=fft", 1, 1, 0, 0, 412, ROUNDS, "values of one FFT share rounding errors"},
    {"fir", "", "h_freq=40", 1, 1, 0, 0, 41, ROUNDS, "values of one FFT share rounding errors"},
    {"fir", "", "l_freq=2 phase=causal", 1, 1, 0, 0, 412, 0, NULL},
    {"fir", "", "h_freq=40 phase=causal method=fft", 1, 1, 0, 0, 82, ROUNDS, "values of one FFT share rounding errors"},
    {"fir", "", "h_freq=40 phase=minimum", 1, 1, 0, 0, 82, 0, NULL},
    {"fir", "", "l_freq=4 phase=minimum method=fft", 1, 1, 0, 0, 412, ROUNDS,
     "values of one FFT share rounding errors"},
    {"fir", "", "l_freq=55 h_freq=45 l_trans_bandwidth=4 h_trans_bandwidth=3 window=hann method=direct", 1, 1, 0, 0,
     129, 0, NULL},
    {"fir", "", "h_freq=60 h_trans_bandwidth=20 window=blackman", 1, 1, 0, 0, 31, 0, NULL},
    {"fir", "", "l_freq=1000 h_freq=8000", 1, 1, 0, 0, 291, ROUNDS | AUDIO, "values of one FFT share rounding errors"},
    {"fir", "stft n_fft=16 hop_length=1 output=power", "h_freq=40 method=direct", 1, 1, 0, 0, 41, 0, NULL},
    {"notch", "", "freqs=[50,100]", 1, 1, 0, 0, 825, ROUNDS, "values of one FFT share rounding errors"},
    {"notch", "", "freqs=60 trans_bandwidth=8 phase=causal", 1, 1, 0, 0, 206, 0, NULL},
    {"notch", "", "freqs=[50,100] notch_widths=[2,3] trans_bandwidth=10 window=hann method=direct", 1, 1, 0, 0, 77, 0,
     NULL},
    {"notch", "", "freqs=60 trans_bandwidth=20 window=blackman method=fft", 1, 1, 0, 0, 62, ROUNDS,
     "values of one FFT share rounding errors"},
    {"comb", "", "", 1, 1, 0, 0, 1e9, 0, NULL},
    {"comb", "", "", 1, 1, 0, 0, 1e9, AUDIO, "at an audio rate"},
    {"comb", "", "freq=25 zero=true", 1, 1, 0, 0, 1e9, 0, NULL},
    {"comb", "", "freq=60 zero=true start=steady", 1, 1, 0, 0, 1e9, 0, NULL},
    {"comb", POWER, "freq=1.5 q=5 n_notches=2 start=steady", 1, 1, 0, 0, 1e9, 0, NULL},
    {"iir", "", "l_freq=1 h_freq=40", 1, 1, 0, 0, 1e9, 0, NULL},
    {"iir", "", "h_freq=30 order=5 type=bessel start=steady", 1, 1, 0, 0, 1e9, 0, NULL},
    {"iir", "", "l_freq=10 type=cheby2 rs=60", 1, 1, 0, 0, 1e9, 0, NULL},
    {"iir", "stft n_fft=16 hop_length=1 output=power", "l_freq=55 h_freq=45 type=cheby1 rp=0.1", 1, 1, 0, 0, 1e9, 0,
     NULL},
    {"resample", "", "rate_hz=100", 1 / 2.0, 5 / 2.0, 0, 0, 26, RATE, "250 Hz become 100"},
    {"resample", "", "rate_hz=400 pad=zero", 1 / 8.0, 5 / 8.0, 0, 0, 11, RATE, "250 Hz become 400"},
    {"resample", "", "rate_hz=250", 1, 1, 0, 0, 0, 0, NULL},
    {"resample", POWER, "rate_hz=7 pad=edge", 1 / 56.0, 125 / 56.0, 0, 0, 24, 0, NULL},
    {"resample", "", "rate_hz=125 method=soxr", 1, 2, 0, 0, 1e9, RATE | BLOCKS,
     "250 Hz become 125; the blocks are libsoxr's"},
    {"resample", "", "rate_hz=441 method=soxr quality=VHQ", 1 / 441.0, 250 / 441.0, 0, 0, 1e9, RATE | BLOCKS,
     "250 Hz become 441; as above"},
    {"decimate", "", "factor=4", 1, 4, 0, 0, 40, RATE, "250 Hz become 62.5"},
    {"decimate", "", "factor=70 pad=edge", 1, 70, 0, 0, 700, RATE, "250 Hz become 3.6"},
    {"decimate", "", "factor=4 pad=zero", 1, 4, 0, 0, 40, RATE, "250 Hz become 62.5"},
    {"decimate", "stft n_fft=16 hop_length=1 output=power", "factor=3", 1, 3, 0, 0, 30, 0, NULL},
    {"decimate", "", "factor=1", 1, 1, 0, 0, 0, 0, NULL},
    {"detrend", "", "", 1, 1, 0, 0, 125, 0, NULL},
    {"detrend", "", "window_s=0.01", 1, 1, 0, 0, 1, 0, NULL},
    {"detrend", POWER, "window_s=30", 1, 1, 0, 0, 234, 0, NULL},
    {"detrend_whole", "", "", 1, 1, 0, 0, 1e9, 0, NULL},
    {"detrend_whole", "", "type=constant", 1, 1, 0, 0, 1e9, 0, NULL},
    {"detrend_whole", POWER, "type=polynomial order=7", 1, 1, 0, 0, 1e9, 0, NULL},
    {"pre_emphasis", "", "", 1, 1, 0, 0, 1, 0, NULL},
    {"pre_emphasis", "", "coef=0.5 start=zero", 1, 1, 0, 0, 1, 0, NULL},
    {"pre_emphasis", POWER, "start=hold", 1, 1, 0, 0, 1, 0, NULL},
    {"clip", "", "min=-30 max=205.5", 1, 1, 0, 0, 0, 0, NULL},
    {"clip", POWER, "max=3", 1, 1, 0, 0, 0, 0, NULL},
    {"iir_zero_phase", "", "l_freq=1 h_freq=40", 1, 1, 0, 0, 1e9, 0, NULL},
    {"iir_zero_phase", POWER, "h_freq=2 type=cheby2 rs=50 padlen=10", 1, 1, 0, 0, 1e9, 0, NULL},
    {"iir_zero_phase", "", "h_freq=20 type=cheby1 rp=0.5 order=3", 1, 1, 0, 0, 1e9, 0, NULL},
    {"iir_zero_phase", "", "l_freq=55 h_freq=45 type=bessel order=2", 1, 1, 0, 0, 1e9, 0, NULL},
    {"frame", "", "", 1024, 1024, 0, 512, 512, 0, NULL},
    {"frame", "", "length=7 hop=3 center=true pad_mode=reflect", 7, 3, 3, 0, 3, 0, NULL},
    {"frame", "", "length=3 hop=50", 3, 50, 0, 1.5, 1.5, 0, NULL},
    {"frame", "", "length=1 hop=1 center=true pad_mode=edge", 1, 1, 0, 0, 0, 0, NULL},
    {"zero_crossing_rate", "", "", 2048, 512, 1024, 0, 1024, 0, NULL},
    {"zero_crossing_rate", "", "frame_length=33 hop_length=10", 33, 10, 16, 0, 16, 0, NULL},
    {"zero_crossing_rate", "", "frame_length=32 center=false", 32, 8, 0, 16, 16, 0, NULL},
    {"stft", "", "", 2048, 512, 1024, 0, 1024, 0, NULL},
    {"stft", "", "n_fft=64 win_length=50 pad_mode=reflect", 64, 12, 32, 0, 32, 0, NULL},
    {"stft", "", "n_fft=75 hop_length=100 center=false detrend=constant scaling=density output=power", 75, 100, 0, 37.5,
     37.5, 0, NULL},
    {"stft", "", "n_fft=128 output=magnitude window=blackman scaling=spectrum", 128, 32, 64, 0, 64, 0, NULL},
    {"stft", "", "n_fft=64 window=hamming periodic=false output=power", 64, 16, 32, 0, 32, AUDIO, "at an audio rate"},
    {"stft", "", "n_fft=50 window=boxcar", 50, 12, 25, 0, 25, 0, NULL},
    {"power", "stft n_fft=64", "", 1, 1, 0, 0, 0, 0, NULL},
    {"power", "stft n_fft=64", "exponent=1", 1, 1, 0, 0, 0, 0, NULL},
    {"power", "stft n_fft=64 output=magnitude", "exponent=0.6", 1, 1, 0, 0, 0, 0, NULL},
    {"smooth", "", "", 1, 1, 0, 0, 1, 0, NULL},
    {"smooth", POWER, "", 1, 1, 0, 0, 1, 0, NULL},
    {"smooth", POWER, "frames=1 bins=9", 1, 1, 0, 0, 0, 0, NULL},
    {"smooth", POWER " | mel n_mels=9", "method=median frames=7 bins=5", 1, 1, 0, 0, 3, 0, NULL},
    {"denoise", POWER, "", 1, 1, 0, 0, 0, NO_REACH, "what is left out of the background is missing in all that follow"},
    {"denoise", POWER, "mode=gate threshold=2 start=1 floor=0.1", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"denoise", POWER, "over=2 floor=0.05 below=4 above=40 start_s=0.7", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"whiten", POWER, "", 1, 1, 0, 0, 0, NO_REACH, "what is left out of the background is missing in all that follow"},
    {"whiten", POWER, "time_s=2 start_s=1.5 floor_db=20 eps=1e-3", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"whiten", POWER, "start_s=0 floor_db=none", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"mel", "stft n_fft=1024 hop_length=64 output=power", "", 1, 1, 0, 0, 0, 0, NULL},
    {"mel", POWER, "n_mels=7 htk=true norm=none fmin=3 fmax=99", 1, 1, 0, 0, 0, 0, NULL},
    {"pcen", POWER, "", 1, 1, 0, 0, 0, NO_REACH, "what is left out of the mean is missing in all that follow"},
    {"pcen", POWER " | mel n_mels=9", "power=0 time_constant=2", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"pcen", POWER, "bias=0 power=0.25 gain=0.5", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"pcen", POWER, "eps=1e-3 scale=100", 1, 1, 0, 0, 0, NO_REACH, "as above"},
    {"db", POWER, "", 1, 1, 0, 0, 0, 0, NULL},
    {"db", "", "ref=2 amin=1e-6 floor_db=-20", 1, 1, 0, 0, 0, 0, NULL},
    {"top_db", POWER " | db", "top_db=20", 1, 1, 0, 0, 0, NO_REACH, "the loudest value sets the floor of all"},
    {"log", POWER, "", 1, 1, 0, 0, 0, 0, NULL},
    {"log", POWER, "floor=1e3", 1, 1, 0, 0, 0, 0, NULL},
    {"log", POWER, "log1p=true", 1, 1, 0, 0, 0, 0, NULL},
    {"dct", POWER " | mel n_mels=24 | db", "", 1, 1, 0, 0, 0, 0, NULL},
    {"dct", POWER " | mel n_mels=24 | db", "first=1 n_mfcc=13 lifter=22", 1, 1, 0, 0, 0, 0, NULL},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

/* A case at work: the stream and frames that come in. */
typedef struct bench {
  bl_ctx *ctx;
  const row *r;
  char text[256]; /* the stage and its options */
  chain before;
  bl_stream wave;
  const bl_stream *in;
  bl_frames x; /* of `in`; owned */
} bench;

/* What waveform to feed; channels from `first` on, `n_channels` of them. */
typedef float (*signal_fn)(size_t sample, size_t channel);
static float noise(size_t i, size_t c)
{
  bl_rng r = bl_rng_make(7, "conformance", i * 8 + c);
  return (float)(30 * bl_rng_normal(&r) + 100 * (double)c);
}
static float silence(size_t i, size_t c) { return (void)i, (void)c, 0; }
static float level(size_t i, size_t c) { return (void)i, (float)(c + 1) * -3.25F; }
/* As an amplifier without a high-pass gives it; and with spikes. */
static float offset(size_t i, size_t c) { return noise(i, c) + 5000; }
static float spikes(size_t i, size_t c) { return offset(i, c) + (i % 997 == 5 ? 4000 : 0); }

static void bench_open(bench *b, const row *r, signal_fn f, size_t first, size_t n_channels)
{
  *b = (bench){.r = r, .ctx = bl_ctx_new()};
  snprintf(b->text, sizeof b->text, "%s %s", r->stage, r->options);
  float *x = calloc(N * n_channels, sizeof *x);
  for (size_t i = 0; i < N * n_channels; i++) x[i] = f(i / n_channels, first + i % n_channels);
  check_ok(b->ctx, chain_wave(b->ctx, rate_of(r), n_channels == 1 ? "C4" : names, "uV", &b->wave));
  b->in = &b->wave;
  const float *from = x;
  size_t n = N;
  if (*r->before) {
    check_ok(b->ctx, chain_run(b->ctx, r->before, &b->wave, x, N, &b->before));
    b->in = chain_stream(&b->before);
    from = chain_out(&b->before)->v;
    n = chain_out(&b->before)->n;
  }
  b->x.width = bl_stream_width(b->in);
  float *to = bl_frames_add(b->ctx, &b->x, n);
  assert_non_null(to);
  memcpy(to, from, n * b->x.width * sizeof *to);
  free(x);
}

static void bench_close(bench *b)
{
  bl_frames_free(b->ctx, &b->x);
  chain_stop(b->ctx, &b->before);
  bl_stream_free(b->ctx, &b->wave);
  check_free(b->ctx);
}

/* Runs the first n frames in blocks: 0: one block; 1: frame by frame; else random cuts from this seed. */
static void feed(bench *b, chain *c, size_t n, uint64_t cut)
{
  bl_rng r = bl_rng_make(cut, "cuts", 0);
  size_t at = 0;
  while (at < n) {
    size_t k = cut == 0 ? n : cut == 1 ? 1 : bl_rng_below(&r, cut % 2 ? 40 : 1200); /* now and then 0 frames */
    if (k > n - at) k = n - at;
    check_ok(b->ctx, chain_push(b->ctx, c, b->x.v + at * b->x.width, k, false));
    at += k;
  }
  check_ok(b->ctx, chain_push(b->ctx, c, b->x.v, 0, true));
}

static void start(bench *b, chain *c) { check_ok(b->ctx, chain_start(b->ctx, b->text, b->in, c)); }

static size_t count(const row *r, size_t n)
{
  double more = (double)(n + 2 * r->pad) - r->length;
  return n == 0 || more < 0 ? 0 : 1 + (size_t)floor(more / r->hop + 1e-9);
}

static void same(const bl_frames *got, const bl_frames *want, const char *what)
{
  if (got->n != want->n) fail_msg("%s: %zu frames, not %zu", what, got->n, want->n);
  for (size_t i = 0; i < got->n * got->width; i++)
    if (memcmp(&got->v[i], &want->v[i], sizeof(float)))
      fail_msg("%s: frame %zu, value %zu is %.9g, not %.9g", what, i / got->width, i % got->width, (double)got->v[i],
               (double)want->v[i]);
}

/* ---- the checks -------------------------------------------------------------------------------------------------- */

/* Blocks of any size, and a run after reset, give the same bits; inputs stay as they are. */
static void check_blocks_of(const row *r, signal_fn signal, uint64_t cuts)
{
  bench b;
  chain one, c;
  bench_open(&b, r, signal, 0, CHANNELS);
  size_t n = b.x.n, bytes = n * b.x.width * sizeof(float);
  float *copy = malloc(bytes);
  memcpy(copy, b.x.v, bytes);
  start(&b, &one);
  feed(&b, &one, n, 0);
  for (uint64_t cut = 1; cut <= cuts; cut++) {
    start(&b, &c);
    feed(&b, &c, n, cut);
    same(chain_out(&c), chain_out(&one), cut == 1 ? "frame by frame" : "random blocks");
    chain_reset(&c);
    feed(&b, &c, n, cut + 10);
    same(chain_out(&c), chain_out(&one), "after reset");
    chain_reset(&c);
    check_ok(b.ctx, chain_push(b.ctx, &c, b.x.v, n / 3, false));
    chain_reset(&c); /* in the middle of a run */
    feed(&b, &c, n, 0);
    same(chain_out(&c), chain_out(&one), "after reset within a run");
    chain_stop(b.ctx, &c);
  }
  assert_memory_equal(copy, b.x.v, bytes);
  free(copy);
  chain_stop(b.ctx, &one);
  bench_close(&b);
}
static void check_blocks(void **arg)
{
  check_blocks_of(*arg, noise, 5);
  check_blocks_of(*arg, spikes, 2);
}

/* A run longer than any carry-over, so that buffers are moved: the input over and over, for ever other lengths. Of
 * spectra a stage holds some thousand frames at most. */
static void check_long_runs(void **arg)
{
  bench b;
  chain one, c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  start(&b, &one);
  start(&b, &c);
  for (size_t turn = 0; turn < 2; turn++) {
    bl_rng r = bl_rng_make(turn, "long", 0);
    size_t rounds = (*b.r->before ? 9000 : 20000) / b.x.n + 1, rest = bl_rng_below(&r, b.x.n);
    size_t total = rounds * b.x.n + rest;
    chain_reset(&one);
    chain_reset(&c);
    for (size_t i = 0; i <= rounds; i++)
      check_ok(b.ctx, chain_push(b.ctx, &one, b.x.v, i < rounds ? b.x.n : rest, false));
    for (size_t i = 0; i <= rounds; i++)
      for (size_t at = 0, n = i < rounds ? b.x.n : rest, k; at < n; at += k) {
        k = 1 + bl_rng_below(&r, 1700);
        if (k > n - at) k = n - at;
        check_ok(b.ctx, chain_push(b.ctx, &c, b.x.v + at * b.x.width, k, false));
      }
    check_ok(b.ctx, chain_push(b.ctx, &one, b.x.v, 0, true));
    check_ok(b.ctx, chain_push(b.ctx, &c, b.x.v, 0, true));
    same(chain_out(&c), chain_out(&one), "a long run");
    assert_int_equal(chain_out(&c)->n, count(b.r, total));
  }
  chain_stop(b.ctx, &one);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* Runs of few frames, or none: as many frames out as the formula says, cut anyhow. */
static void check_short_runs(void **arg)
{
  bench b;
  chain one, c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  static const size_t sizes[] = {0, 1, 2, 3, 7, 16, 31, 40, 83, 100};
  start(&b, &one);
  start(&b, &c);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    size_t n = sizes[i] < b.x.n ? sizes[i] : b.x.n;
    chain_reset(&one);
    chain_reset(&c);
    feed(&b, &one, n, 0);
    feed(&b, &c, n, 1);
    same(chain_out(&c), chain_out(&one), "a short run");
    if (chain_out(&one)->n != count(b.r, n))
      fail_msg("%zu frames in: %zu out, not %zu", n, chain_out(&one)->n, count(b.r, n));
  }
  chain_reset(&one);
  feed(&b, &one, b.x.n, 0);
  assert_int_equal(chain_out(&one)->n, count(b.r, b.x.n));
  chain_stop(b.ctx, &one);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* Silence and a constant give numbers. */
static void check_quiet(void **arg)
{
  if (((const row *)*arg)->flags & MISSING) return; /* the row's reason */
  static const signal_fn quiet[] = {silence, level};
  for (size_t k = 0; k < 2; k++) {
    bench b;
    chain c;
    bench_open(&b, *arg, quiet[k], 0, CHANNELS);
    start(&b, &c);
    feed(&b, &c, b.x.n, 0);
    for (size_t i = 0; i < chain_out(&c)->n * chain_out(&c)->width; i++)
      if (!isfinite(chain_out(&c)->v[i])) fail_msg("%s gives a value that is not finite", k ? "a level" : "silence");
    chain_stop(b.ctx, &c);
    bench_close(&b);
  }
}

/* One broken value, at `frame`, does no harm beyond its reach, nor to other channels. */
static void check_broken_at(bench *b, const chain *clean, chain *c, size_t frame)
{
  static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38F};
  const row *r = b->r;
  const bl_stream *out = chain_stream(c);
  size_t n_bins = b->in->n_bins, at = frame * b->x.width + 1 * n_bins + n_bins / 2;
  float kept = b->x.v[at];
  long channel = out->n_channels == CHANNELS ? 1 : bl_texts_find(&out->channels, b->in->channels.v[1]);
  for (size_t k = 0; k < 4; k++) {
    b->x.v[at] = odd[k];
    chain_reset(c);
    feed(b, c, b->x.n, 0);
    assert_int_equal(chain_out(c)->n, chain_out(clean)->n);
    /* a huge number is no broken one: its rounding errors may be all over a block, but nothing may crash */
    bool smears = !isnan(odd[k]) && !isinf(odd[k]);
    for (size_t i = 0; i < chain_out(c)->n * out->n_channels && !(r->flags & NO_REACH) && !smears; i++) {
      double time = out->start_s + (double)(i / out->n_channels) / out->rate_hz;
      double broken = b->in->start_s + (double)frame / b->in->rate_hz;
      bool near = fabs(time - broken) * b->in->rate_hz <= r->reach + 1e-6;
      bool ours = (r->flags & MIXES) || (long)(i % out->n_channels) == channel;
      if (near && ours) continue;
      for (size_t j = i * out->n_bins; ours && (r->flags & ROUNDS) && j < (i + 1) * out->n_bins; j++)
        check_near((double)chain_out(c)->v[j], (double)chain_out(clean)->v[j], 1e-5);
      if (ours && (r->flags & ROUNDS)) continue;
      if (memcmp(chain_out(c)->v + i * out->n_bins, chain_out(clean)->v + i * out->n_bins, out->n_bins * sizeof(float)))
        fail_msg("%g at frame %zu shows in frame %zu, channel %zu", (double)odd[k], frame, i / out->n_channels,
                 i % out->n_channels);
    }
  }
  b->x.v[at] = kept;
}

static void check_broken(void **arg)
{
  bench b;
  chain clean, c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  start(&b, &clean);
  start(&b, &c);
  feed(&b, &clean, b.x.n, 0);
  const size_t frames[] = {b.x.n / 2, 0, b.x.n - 1};
  for (size_t i = 0; i < 3; i++) check_broken_at(&b, &clean, &c, frames[i]);
  chain_stop(b.ctx, &clean);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* Behind a frame of NaN on a level far from zero no stage starts anew: what is finite differs from what the last good
 * frame in its place would have given by less than the signal's own range. */
static void check_goes_on(void **arg)
{
  bench b;
  chain held, c;
  if (((const row *)*arg)->flags & MARKS) return; /* the row's reason */
  bench_open(&b, *arg, offset, 0, CHANNELS);
  start(&b, &held);
  start(&b, &c);
  size_t frame = b.x.n / 2, width = b.x.width, out_width = bl_stream_width(chain_stream(&c));
  memcpy(b.x.v + frame * width, b.x.v + (frame - 1) * width, width * sizeof(float));
  feed(&b, &held, b.x.n, 0);
  for (size_t k = 0; k < width; k++) b.x.v[frame * width + k] = NAN;
  feed(&b, &c, b.x.n, 0);
  const float *y = chain_out(&c)->v, *want = chain_out(&held)->v;
  size_t n = chain_out(&c)->n;
  for (size_t k = 0; k < out_width; k++) {
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = n / 3; i < n; i++) { /* behind the start of the run */
      lo = fmin(lo, (double)want[i * out_width + k]);
      hi = fmax(hi, (double)want[i * out_width + k]);
    }
    for (size_t i = n / 3; i < n; i++) {
      double off = fabs((double)y[i * out_width + k] - (double)want[i * out_width + k]);
      if (isfinite(y[i * out_width + k]) && off > 0.5 * (hi - lo) + 1e-6 * fabs(hi))
        fail_msg("frame %zu is off by %g, and the whole range is %g", i, off, hi - lo);
    }
  }
  chain_stop(b.ctx, &held);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* A channel alone gives the bits that it gives among others. */
static void check_channels(void **arg)
{
  const row *r = *arg;
  if (r->flags & (MIXES | NAMED)) return; /* r->reason */
  bench b, alone;
  chain c, d;
  bench_open(&b, r, noise, 0, CHANNELS);
  bench_open(&alone, r, noise, 1, 1);
  start(&b, &c);
  start(&alone, &d);
  feed(&b, &c, b.x.n, 0);
  feed(&alone, &d, alone.x.n, 0);
  size_t n_bins = chain_stream(&c)->n_bins;
  assert_int_equal(chain_out(&c)->n, chain_out(&d)->n);
  for (size_t i = 0; i < chain_out(&d)->n; i++)
    assert_memory_equal(chain_out(&c)->v + (i * CHANNELS + 1) * n_bins, chain_out(&d)->v + i * n_bins,
                        n_bins * sizeof(float));
  chain_stop(b.ctx, &c);
  chain_stop(alone.ctx, &d);
  bench_close(&b);
  bench_close(&alone);
}

/* What a stage says that it does not need changes no bit: for each channel that comes out, all input channels that it
 * does not depend on are spoilt. */
static void check_needs(void **arg)
{
  const row *r = *arg;
  if (strstr(r->options, "missing=")) return; /* such channels may be absent, but count where they are there */
  bench b;
  chain clean, c;
  bool wanted[CHANNELS + 1] = {false}, needed[CHANNELS];
  bench_open(&b, r, noise, 0, CHANNELS);
  start(&b, &clean);
  start(&b, &c);
  feed(&b, &clean, b.x.n, 0);
  const bl_stage *st = &c.stage[0];
  const bl_stream *out = chain_stream(&c);
  size_t n_bins = b.in->n_bins, bytes = b.x.n * b.x.width * sizeof(float);
  float *kept = malloc(bytes);
  memcpy(kept, b.x.v, bytes);
  assert_true(out->n_channels <= CHANNELS + 1);
  for (size_t k = 0; k < out->n_channels; k++) {
    memset(needed, 0, sizeof needed);
    wanted[k] = true;
    if (st->cls->needs) check_ok(b.ctx, st->cls->needs(b.ctx, st->params, b.in, out, wanted, needed));
    else memcpy(needed, wanted, sizeof needed);
    wanted[k] = false;
    for (size_t i = 0; i < b.x.n * CHANNELS; i++)
      for (size_t j = 0; !needed[i % CHANNELS] && j < n_bins; j++)
        b.x.v[i * n_bins + j] = i % 101 == 50 ? NAN : 3 * kept[i * n_bins + j] + 7000;
    chain_reset(&c);
    feed(&b, &c, b.x.n, 0);
    for (size_t i = 0; i < chain_out(&c)->n; i++) {
      size_t at = (i * out->n_channels + k) * out->n_bins;
      if (memcmp(chain_out(&c)->v + at, chain_out(&clean)->v + at, out->n_bins * sizeof(float)))
        fail_msg("channel '%s' changes in frame %zu by channels that it does not need", out->channels.v[k], i);
    }
    memcpy(b.x.v, kept, bytes);
  }
  free(kept);
  chain_stop(b.ctx, &clean);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

static void same_stream(const bl_stream *a, const bl_stream *b)
{
  assert_true(a->rate_hz == b->rate_hz && a->start_s == b->start_s && a->latency_s == b->latency_s);
  assert_true(a->n_channels == b->n_channels && a->n_bins == b->n_bins && a->source_rate_hz == b->source_rate_hz);
  assert_true(a->channels.n == b->channels.n && a->units.n == b->units.n && a->bins.n == b->bins.n);
  assert_true(!a->bin_hz == !b->bin_hz);
  for (size_t i = 0; i < a->channels.n; i++) assert_string_equal(a->channels.v[i], b->channels.v[i]);
  for (size_t i = 0; i < a->units.n; i++) assert_string_equal(a->units.v[i], b->units.v[i]);
  for (size_t i = 0; i < a->bins.n; i++) assert_string_equal(a->bins.v[i], b->bins.v[i]);
  for (size_t i = 0; a->bin_hz && i < a->n_bins; i++) assert_true(a->bin_hz[i] == b->bin_hz[i]);
}

/* shape is pure, and describes a stream that is whole. */
static void check_shape(void **arg)
{
  const row *r = *arg;
  bench b;
  chain c;
  bl_stream in, again;
  bench_open(&b, r, noise, 0, CHANNELS);
  check_ok(b.ctx, bl_stream_copy(b.ctx, b.in, &in));
  start(&b, &c);
  const bl_stage *st = &c.stage[0];
  const bl_stream *out = chain_stream(&c);
  unsigned char before[1024], after[1024];
  size_t size = st->cls->params_size;
  assert_true(size <= sizeof before);
  memcpy(before, st->params, size);
  check_ok(b.ctx, bl_stream_copy(b.ctx, b.in, &again));
  check_ok(b.ctx, st->cls->shape(b.ctx, st->params, b.in, &again));
  memcpy(after, st->params, size);
  assert_memory_equal(before, after, size);
  same_stream(b.in, &in);
  same_stream(&again, out);
  assert_int_equal(out->channels.n, out->n_channels);
  assert_int_equal(out->units.n, out->n_channels);
  if (out->n_bins > 1) assert_int_equal(out->bins.n, out->n_bins);
  for (size_t k = 1; out->bin_hz && k < out->n_bins; k++) assert_true(out->bin_hz[k] >= out->bin_hz[k - 1]);
  check_near(out->rate_hz, b.in->rate_hz / r->hop, 1e-9);
  check_near(out->start_s, b.in->start_s + r->start / b.in->rate_hz, 1e-12);
  check_near(out->source_rate_hz, r->flags & RATE ? out->rate_hz : rate_of(r), 0);
  assert_true(out->latency_s >= b.in->latency_s);
  assert_int_equal(!isfinite(out->latency_s), (st->cls->tags & BL_STAGE_WHOLE) != 0);
  bl_stream_free(b.ctx, &in);
  bl_stream_free(b.ctx, &again);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* The latency is kept: once a frame's time plus the latency has come in, the frame is out. And it is no longer than
 * needed: some frame is still missing two and a half frames of the input before that (the one that is just coming in,
 * the one that ends it, and half of one where the middle of a frame lies between samples). */
static void check_latency(void **arg)
{
  bench b;
  chain c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  start(&b, &c);
  const bl_stream *out = chain_stream(&c);
  double late = out->latency_s - b.in->latency_s, longest = -INFINITY;
  size_t n = isfinite(late) ? b.x.n + (size_t)(2 * late * b.in->rate_hz) : b.x.n; /* over and over */
  for (size_t i = 0; i < n; i++) {
    check_ok(b.ctx, chain_push(b.ctx, &c, b.x.v + i % b.x.n * b.x.width, 1, false));
    double now = b.in->start_s + (double)i / b.in->rate_hz, n_out = (double)chain_out(&c)->n;
    double due = floor((now - late - out->start_s) * out->rate_hz + 1e-6) + 1;
    if (isfinite(late) && n_out < due) fail_msg("after %zu frames in, %g are out, %g were promised", i + 1, n_out, due);
    longest = fmax(longest, now - (out->start_s + n_out / out->rate_hz));
  }
  double early = (late - longest) * b.in->rate_hz;
  if (!isfinite(late)) assert_int_equal(chain_out(&c)->n, 0);
  else if (early > 2.5 + 1e-6 && !(b.r->flags & BLOCKS))
    fail_msg("all frames come at least %g frames of the input before their latency", early);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

static bl_status sweep(bl_ctx *ctx, void *arg)
{
  const bench *b = arg;
  chain c;
  bl_status s = chain_run(ctx, b->text, b->in, b->x.v, b->x.n < 60 ? b->x.n : 60, &c);
  if (!s) chain_stop(ctx, &c);
  return s;
}

/* Stages that name a thousand bins allocate as often: of many, the first and last, and some between. */
static void check_memory(void **arg)
{
  enum { ENDS = 60, STEP = 23 };
  bench b;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  bl_ctx *ctx = bl_ctx_new();
  bl_ctx_set_threads(ctx, 1);
  bl_ctx_fail_alloc_at(ctx, -1);
  check_ok(ctx, sweep(ctx, &b));
  long n = (long)bl_ctx_allocs(ctx);
  for (long i = 0; i < n; i += i < ENDS || i >= n - ENDS ? 1 : STEP) {
    bl_ctx_fail_alloc_at(ctx, i);
    bl_status s = sweep(ctx, &b);
    bl_ctx_fail_alloc_at(ctx, -1);
    if (bl_ctx_live(ctx)) fail_msg("allocation %ld failing leaves %zu blocks behind", i, bl_ctx_live(ctx));
    if (s && s != BL_E_NOMEM) fail_msg("allocation %ld failing gives %s", i, bl_ctx_error(ctx));
  }
  check_free(ctx);
  bench_close(&b);
}

/* Sets a row's options: words "name=value". */
static void set_options(bl_ctx *ctx, const row *r, const bl_stage *st)
{
  char text[256], *save = NULL;
  snprintf(text, sizeof text, "%s", r->options);
  for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char *eq = strchr(word, '=');
    *eq = '\0';
    check_ok(ctx, bl_opts_set(ctx, r->stage, st->cls->opts, st->params, word, eq + 1));
  }
}

static void text_of(bl_ctx *ctx, const bl_stage *st, const bl_opt *o, char out[256])
{
  bl_buf text = {0};
  check_ok(ctx, bl_opts_get(ctx, st->cls->opts, st->params, o->name, &text));
  snprintf(out, 256, "%s", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
}

/* Some row gives the option this value, or, when it is NULL, any other than its default. */
static bool some_row(bl_ctx *ctx, const char *stage, const bl_opt *o, const char *value)
{
  bool found = false;
  char usual[256], own[256];
  bl_stage st;
  check_ok(ctx, bl_stage_new(ctx, stage, &st));
  text_of(ctx, &st, o, usual);
  bl_stage_free(ctx, &st);
  for (size_t i = 0; i < N_ROWS && !found; i++) {
    if (strcmp(rows[i].stage, stage)) continue;
    check_ok(ctx, bl_stage_new(ctx, stage, &st));
    set_options(ctx, &rows[i], &st);
    text_of(ctx, &st, o, own);
    found = value ? !strcmp(own, value) : strcmp(own, usual) != 0;
    bl_stage_free(ctx, &st);
  }
  return found;
}

/* Every option is in some row with another value than its default, and every choice in some row. */
static void check_options(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  size_t missing = 0;
  for (size_t i = 0; bl_stage_at(i); i++)
    for (const bl_opt *o = bl_stage_at(i)->opts; o && o->name; o++) {
      const char *stage = bl_stage_at(i)->name;
      if (!some_row(ctx, stage, o, NULL)) print_message("%s: no row sets %s\n", stage, o->name), missing++;
      for (size_t k = 0; o->kind == BL_OPT_ENUM && o->choices[k]; k++)
        if (!some_row(ctx, stage, o, o->choices[k]))
          print_message("%s: no row has %s=%s\n", stage, o->name, o->choices[k]), missing++;
    }
  if (missing) fail_msg("%zu options or choices are in no row", missing);
  check_free(ctx);
}

/* Every stage of the registry is in the table, has what its class promises, and default options that parse. */
static void check_registry(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  size_t n = 0;
  for (const bl_stage_class *c; (c = bl_stage_at(n)); n++) {
    size_t cases = 0;
    for (size_t i = 0; i < N_ROWS; i++) cases += !strcmp(rows[i].stage, c->name);
    if (!cases) fail_msg("stage %s has no case in conformance_stages.c", c->name);
    assert_ptr_equal(bl_stage_find(c->name), c);
    assert_true(c->summary && *c->summary && c->summary[strlen(c->summary) - 1] != '.' && c->source && *c->source);
    assert_true(c->shape && c->push && (!c->release || c->state_size));
    for (const bl_opt *o = c->opts; o && o->name; o++) assert_true(o->help && *o->help && o->unit);
    bl_stage st;
    check_ok(ctx, bl_stage_new(ctx, c->name, &st));
    bl_stage_free(ctx, &st);
  }
  assert_true(n > 0);
  for (size_t i = 0; i < N_ROWS; i++) {
    if (!bl_stage_find(rows[i].stage)) fail_msg("there is no stage %s", rows[i].stage);
    if (rows[i].flags) assert_non_null(rows[i].reason);
  }
  check_free(ctx);
}

int main(void)
{
  static const struct {
    const char *name;
    CMUnitTestFunction f;
  } checks[] = {
      {"blocks", check_blocks},   {"short runs", check_short_runs}, {"quiet", check_quiet},
      {"broken", check_broken},   {"channels", check_channels},     {"shape", check_shape},
      {"latency", check_latency}, {"memory", check_memory},         {"long runs", check_long_runs},
      {"needs", check_needs},     {"goes on", check_goes_on},
  };
  enum { N_CHECKS = sizeof checks / sizeof *checks };
  static struct CMUnitTest tests[N_ROWS * N_CHECKS + 2];
  static char name[N_ROWS * N_CHECKS][160];
  size_t n = 0;
  for (size_t i = 0; i < N_ROWS; i++)
    for (size_t k = 0; k < N_CHECKS; k++, n++) {
      snprintf(name[n], sizeof name[n], "%s: %s %s", checks[k].name, rows[i].stage, rows[i].options);
      tests[n] = (struct CMUnitTest){name[n], checks[k].f, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    }
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_registry);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_options);
  return _cmocka_run_group_tests("stages", tests, n, NULL, NULL);
}
