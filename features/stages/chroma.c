/* chroma: how strong each of the pitch classes is, whatever the octave. [frame][channel][bin] -> [frame][channel][class].
 *
 * Of a spectrum whose bins are evenly apart in Hz (stft, power): librosa.filters.chroma. Each bin counts for the classes
 * near it by a Gaussian as wide as the bin (a class at least), all of them together with a sum of squares of 1, and by a
 * Gaussian of octwidth octaves around octave ctroct (5: 880 Hz); behind power it is librosa.feature.chroma_stft with the
 * tuning told, which there is estimated from the whole recording. Of bins evenly apart in octaves (cqt): the bins of each
 * class are added up, librosa.filters.cq_to_chroma; behind cqt {bins_per_octave: 36, n_bins: 252} it is chroma_cqt.
 *
 * norm: each frame over its largest value (inf), its sum of magnitudes (1) or their root sum of squares (2); silence stays
 * 0. base_c: class 0 is C, else A. Twelve classes have the names of notes. */
#include <math.h>

#include "baleen/wide.h"
#include "stage_util.h"

enum { NORM_INF, NORM_1, NORM_2, NORM_NONE };
static const char *const norms[] = {"inf", "1", "2", "none", NULL};
static const char *const none_word[] = {"none", NULL};

typedef struct params {
  int64_t n_chroma;
  double tuning, ctroct;
  bl_word octwidth;
  int norm;
  bool base_c;
} params;

static const bl_opt opts[] = {
    BL_INT(params, n_chroma, "12", 1, 1200, "", "classes in an octave"),
    BL_REAL(params, tuning, "0", -0.5, 0.5, "classes", "how much A4 is above 440 Hz"),
    BL_REAL(params, ctroct, "5", -10, 20, "octaves", "of bins in Hz: the octave that counts most, from 27.5 Hz on"),
    BL_WORD(params, octwidth, "2", none_word, 0, 100, BL_OPT_OPEN_LO, "octaves",
            "of bins in Hz: how far around it octaves count; none: all alike"),
    BL_ENUM(params, norm, "inf", norms, "what each frame is divided by"),
    BL_BOOL(params, base_c, "true", "the first class is C; false: A"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_series, n_in, n_out, room;
  int norm;
  double *weights; /* [bin][room], zeros behind n_out */
  double *sum;     /* [room] */
} state;

enum { LANES = 4 }; /* classes that are summed side by side */

/* Bins an octave of a spectrum whose bins are evenly apart in octaves, else 0. */
static double bins_per_octave(const bl_stream *in)
{
  if (!in->bin_hz || in->n_bins < 3 || !(in->bin_hz[0] > 0)) return 0;
  double step = log2(in->bin_hz[1] / in->bin_hz[0]);
  for (size_t k = 1; k < in->n_bins; k++)
    if (!(fabs(log2(in->bin_hz[k] / in->bin_hz[k - 1]) - step) < 1e-6)) return 0;
  return 1 / step;
}

static bool is_even(const bl_stream *in)
{
  double step = in->n_bins > 1 ? in->bin_hz[1] - in->bin_hz[0] : 0;
  for (size_t k = 0; k < in->n_bins; k++)
    if (!(fabs(in->bin_hz[k] - (double)k * step) < 1e-6 * step)) return false;
  return step > 0;
}

static bl_status name_bins(bl_ctx *ctx, const params *p, bl_stream *out)
{
  static const char *const notes[] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  const char *names[12];
  if (p->n_chroma != 12) return bl_number_bins(ctx, out, "chroma", 0, (size_t)p->n_chroma, NULL);
  for (size_t i = 0; i < 12; i++) names[i] = notes[(i + (p->base_c ? 0 : 9)) % 12];
  return bl_stream_set_bins(ctx, out, 12, NULL, names);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_linear(ctx, "chroma", in);
  if (!s) s = bl_need_spectrum(ctx, "chroma", in);
  if (s) return s;
  double octave = bins_per_octave(in);
  if (octave > 0) {
    double each = rint(octave) / (double)p->n_chroma;
    if (!(fabs(octave - rint(octave)) < 1e-3) || each != floor(each) || each < 1)
      return bl_fail(
          ctx, BL_E_RANGE,
          "chroma: %g bins an octave come in, which are not so many to each of %lld classes; take a multiple", octave,
          (long long)p->n_chroma);
    static const char *const of_hz[] = {"tuning", "ctroct", "octwidth"};
    for (size_t i = 0; !s && i < 3; i++)
      s = bl_opts_refuse_idle(ctx, "chroma", opts, pp, of_hz[i], "bins evenly apart in Hz");
  } else if (!is_even(in))
    return bl_fail(ctx, BL_E_CONFIG,
                   "chroma: needs bins evenly apart, in Hz from 0 on (stft, power) or in octaves (cqt)");
  if (!s) s = name_bins(ctx, p, out);
  return s || p->norm == NORM_NONE ? s : bl_stream_set_units(ctx, out, "");
}

/* The weights of one bin, which lies `at` classes above 27.5 Hz (A0) and is as wide as `width` classes. */
static void weigh_bin(const params *p, double at, double width, double *w)
{
  double n = (double)p->n_chroma, half = rint(n / 2), squares = 0, octave = 1;
  size_t turn = p->base_c ? 3 * ((size_t)p->n_chroma / 12) : 0; /* from A to C */
  if (p->octwidth.word < 0) octave = exp(-0.5 * pow((at / n - p->ctroct) / p->octwidth.real, 2));
  for (size_t c = 0; c < (size_t)p->n_chroma; c++) {
    double d = fmod(at - (double)c + half + 10 * n, n);
    d = (d < 0 ? d + n : d) - half;
    double x = exp(-0.5 * pow(2 * d / width, 2));
    w[(c + (size_t)p->n_chroma - turn) % (size_t)p->n_chroma] = x;
    squares += x * x;
  }
  for (size_t c = 0; c < (size_t)p->n_chroma; c++) w[c] *= squares > 0 ? octave / sqrt(squares) : octave;
}

static void weigh_even(const params *p, const bl_stream *in, state *st)
{
  double n = (double)p->n_chroma, a0 = 27.5 * pow(2, p->tuning / n), step = in->bin_hz[1];
  for (size_t k = 0; k < st->n_in; k++) {
    /* bin 0 has no pitch: it is put one and a half octaves below bin 1 */
    double at = n * log2((k ? (double)k : 1) * step / a0), next = n * log2((double)(k + 1) * step / a0);
    if (!k) at -= 1.5 * n;
    weigh_bin(p, at, fmax(next - at, 1), st->weights + k * st->room);
  }
}

/* Bins of a class are those nearest to it; the first bin's class by its pitch. */
static void weigh_octaves(const params *p, const bl_stream *in, double octave, state *st)
{
  size_t n = (size_t)p->n_chroma, each = (size_t)rint(octave) / n;
  double midi = 12 * log2(in->bin_hz[0] / 440) + 69;
  double first = rint((fmod(midi, 12) - (p->base_c ? 0 : 9)) * (double)n / 12);
  size_t turn = (size_t)(first + 2 * (double)n) % n;
  for (size_t k = 0; k < st->n_in; k++) st->weights[k * st->room + ((k + each / 2) / each + turn) % n] = 1;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  double octave = bins_per_octave(in);
  *st = (state){.n_series = in->n_channels, .n_in = in->n_bins, .n_out = out->n_bins, .norm = p->norm};
  st->room = (st->n_out + LANES - 1) / LANES * LANES;
  st->weights = bl_calloc(ctx, st->n_in, st->room * sizeof *st->weights);
  st->sum = bl_calloc(ctx, st->room, sizeof *st->sum);
  if (!st->weights || !st->sum) return bl_fail_nomem(ctx, "chroma");
  if (octave > 0) weigh_octaves(p, in, octave, st);
  else weigh_even(p, in, st);
  return BL_OK;
}

BL_WIDE static void add_bins(const float *restrict x, const double *restrict weights, size_t n, size_t room,
                             double *restrict sum)
{
  for (size_t c = 0; c < room; c += LANES) {
    double s[LANES] = {0};
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < LANES; j++) s[j] += weights[k * room + c + j] * (double)x[k];
    for (size_t j = 0; j < LANES; j++) sum[c + j] = s[j];
  }
}

static double size_of(int norm, const double *x, size_t n)
{
  double most = 0, sum = 0;
  for (size_t c = 0; c < n; c++) {
    double v = fabs(x[c]);
    most = v > most || isnan(v) ? v : most;
    sum += norm == NORM_2 ? v * v : v;
  }
  double size = norm == NORM_NONE ? 1 : norm == NORM_INF ? most : norm == NORM_2 ? sqrt(sum) : sum;
  return size > 0 || isnan(size) ? size : 1;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->n_series; i++, x += st->n_in, y += st->n_out) {
    add_bins(x, st->weights, st->n_in, st->room, st->sum);
    double size = size_of(st->norm, st->sum, st->n_out);
    for (size_t c = 0; c < st->n_out; c++) y[c] = (float)(st->sum[c] / size);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->weights);
  bl_free(ctx, st->sum);
}

const bl_stage_class bl_stage_chroma = {
    .name = "chroma",
    .summary = "How strong each pitch class is, whatever the octave",
    .source = "librosa.feature.chroma_stft, chroma_cqt",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
