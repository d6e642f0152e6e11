/* to_unit: brings every channel to one unit. Shape unchanged.
 *
 * A unit is one of V, A, T, Pa, S and m/s^2 (volt, ampere, tesla, pascal, siemens, acceleration) behind an SI prefix: f
 * p n u m k M, or none; the micro sign and the Greek letter count as u. Values are multiplied or divided by a power of
 * ten. A unit that is not given, or none of these, or of another kind, is refused by the channel's name, for what looks
 * like volts may be microvolts: `assume` says what channels without a unit are in, and nothing is ever guessed.
 * Channels of `exclude` (temperature, triggers) pass as they are. */
#include <string.h>

#include "channels.h"
#include "stage_util.h"

typedef struct params {
  char *unit, *assume;
  bl_texts exclude;
} params;

static const bl_opt opts[] = {
    BL_TEXT(params, unit, "uV",
            "the unit that comes out: V, A, T, Pa, S or m/s^2, after f, p, n, u, m, k, M or nothing"),
    BL_TEXT(params, assume, NULL, "the unit of channels that have none; not given: they are refused"),
    BL_TEXTS(params, exclude, NULL, "names or patterns of channels that pass as they are"),
    BL_OPT_END,
};

/* Per channel: values times `times`, then over `over`; one of the two is 1. Powers of ten up to 10^22 are exact, so
 * that the result is rounded twice only. */
typedef struct state {
  double *times, *over;
  size_t n_channels, n_bins;
} state;

/* False when it is no unit that is known. */
static bool parse_unit(const char *text, const char **base, int *exponent)
{
  static const char *const bases[] = {"V", "A", "T", "Pa", "S", "m/s^2"};
  static const struct {
    const char *text;
    int exponent;
  } prefixes[] = {{"", 0},  {"f", -15}, {"p", -12},       {"n", -9},        {"u", -6},   {"m", -3},
                  {"k", 3}, {"M", 6},   {"\xc2\xb5", -6}, {"\xce\xbc", -6}, {"\xb5", -6}};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t n = strlen(prefixes[i].text);
    if (strncmp(text, prefixes[i].text, n) != 0) continue;
    for (size_t k = 0; k < sizeof bases / sizeof *bases; k++)
      if (!strcmp(text + n, bases[k])) {
        *base = bases[k];
        *exponent = prefixes[i].exponent;
        return true;
      }
  }
  return false;
}

static bl_status factor(bl_ctx *ctx, const params *p, const bl_stream *in, size_t c, int *exponent)
{
  const char *to, *from, *unit = bl_unit_of(in, c), *name = c < in->channels.n ? in->channels.v[c] : "";
  int to_exp, from_exp;
  if (!p->unit || !parse_unit(p->unit, &to, &to_exp))
    return bl_fail(ctx, BL_E_CONFIG,
                   "to_unit: no unit '%s'; there are V, A, T, Pa, S and m/s^2 after f, p, n, u, m, k, M",
                   p->unit ? p->unit : "");
  if (!*unit && p->assume) unit = p->assume;
  if (!*unit)
    return bl_fail(ctx, BL_E_CONFIG, "to_unit: channel '%s' has no unit; say what it is in by assume, or exclude it",
                   name);
  if (!parse_unit(unit, &from, &from_exp) || from != to)
    return bl_fail(
        ctx, BL_E_CONFIG,
        "to_unit: channel '%s' is in '%s', which cannot become '%s'; exclude it, or use scale with the factor "
        "you know",
        name, unit, p->unit);
  *exponent = from_exp - to_exp;
  return BL_OK;
}

/* converts[c] tells which channels are not excluded. */
static bl_status choose(bl_ctx *ctx, const params *p, const bl_stream *in, bool *converts)
{
  size_t *out = bl_calloc(ctx, in->n_channels, sizeof *out), n = 0;
  bl_status s = out ? BL_OK : bl_fail_nomem(ctx, "to_unit");
  for (size_t i = 0; !s && i < p->exclude.n; i++)
    s = bl_channels_add(ctx, "to_unit", in, p->exclude.v[i], false, out, &n);
  for (size_t c = 0; !s && c < in->n_channels; c++) converts[c] = true;
  for (size_t i = 0; !s && i < n; i++) converts[out[i]] = false;
  bl_free(ctx, out);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bool *converts = bl_calloc(ctx, in->n_channels, sizeof *converts);
  bl_texts units = {0};
  bl_status s = converts ? choose(ctx, p, in, converts) : bl_fail_nomem(ctx, "to_unit");
  for (size_t c = 0; !s && c < in->n_channels; c++) {
    int exponent;
    if (converts[c]) s = factor(ctx, p, in, c, &exponent);
    if (!s) s = bl_texts_add(ctx, &units, converts[c] ? p->unit : bl_unit_of(in, c));
  }
  bl_free(ctx, converts);
  bl_texts_free(ctx, s ? &units : &out->units);
  if (!s) out->units = units;
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  static const double tens[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10,
                                1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21};
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->times = bl_calloc(ctx, in->n_channels, sizeof *st->times);
  st->over = bl_calloc(ctx, in->n_channels, sizeof *st->over);
  bool *converts = bl_calloc(ctx, in->n_channels, sizeof *converts);
  bl_status s = st->times && st->over && converts ? choose(ctx, p, in, converts) : bl_fail_nomem(ctx, "to_unit");
  for (size_t c = 0; !s && c < in->n_channels; c++) {
    int exponent = 0;
    if (converts[c] && (s = factor(ctx, p, in, c, &exponent))) break;
    st->times[c] = exponent > 0 ? tens[exponent] : 1; /* at most from M to f: 21 */
    st->over[c] = exponent < 0 ? tens[-exponent] : 1;
    if (converts[c] && !*bl_unit_of(in, c))
      bl_warn(ctx, BL_W_UNITS, "to_unit: channel '%s' has no unit; taken for '%s', as assume says", in->channels.v[c],
              p->assume);
  }
  bl_free(ctx, converts);
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < st->n_channels; c++)
      for (size_t k = 0; k < st->n_bins; k++) *y++ = (float)((double)*x++ * st->times[c] / st->over[c]);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->times);
  bl_free(ctx, st->over);
}

const bl_stage_class bl_stage_to_unit = {
    .name = "to_unit",
    .summary = "Channels in one unit; unknown ones are refused",
    .source = "SI prefixes",
    .tags = BL_STAGE_CONVERTS,
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
