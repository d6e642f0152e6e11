/* The headers of GDF 1.x and 2.x. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "edf.h"
#include "gdf.h"
#include "recording_private.h"

/* Of the headers; what is behind them are names, of which no file has so many. */
enum { MAX_LOADED = 16 << 20 };

uint64_t bl_gdf_u(const unsigned char *p, size_t n)
{
  uint64_t x = 0;
  for (size_t i = n; i-- > 0;) x = x << 8 | p[i];
  return x;
}

double bl_gdf_f64(const unsigned char *p) { return bl_sample_at(p, (bl_sample_type){BL_F64, false}); }

static double i64(const unsigned char *p) { return bl_sample_at(p, (bl_sample_type){BL_I64, false}); }

/* ---- when it began ----------------------------------------------------------------------------------------------- */

/* 1.x: "YYYYMMDDhhmmsscc", hundredths last. */
static bool start_from_text(bl_recording *rec, const unsigned char *s)
{
  static const int width[] = {4, 2, 2, 2, 2, 2, 2};
  int v[7] = {0};
  for (int i = 0; i < 7; i++)
    for (int k = 0; k < width[i]; k++, s++) {
      if (i == 6 && *s <= ' ') continue; /* hundredths may be left out */
      if (*s < '0' || *s > '9') return false;
      v[i] = v[i] * 10 + (*s - '0');
    }
  return bl_recording_set_start(rec, v, v[6] / 100.0);
}

/* 2.x: days since the year 0 in units of 2^-32 day (20 us); 1 January of the year 1 is day 367. What is within that
 * unit of a whole millisecond was one. */
static bool start_from_days(bl_recording *rec, uint64_t t)
{
  uint64_t day = t >> 32;
  double s = (double)(t & 0xffffffff) / 4294967296.0 * 86400, ms = round(s * 1e3) / 1e3;
  if (fabs(s - ms) < 86400 / 4294967296.0 * 1.5) s = ms;
  if (day < 367 || day > 3652424) return false;
  uint64_t year = (uint64_t)((double)(day - 367) / 365.2425) + 1; /* or the one beside it: the rest is shift */
  uint64_t new_year = 365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400 + 1;
  return bl_recording_set_start(rec, (const int[6]){(int)year, 1, 1}, ((double)day - (double)new_year) * 86400 + s);
}

static bl_status read_start(bl_ctx *ctx, bl_recording *rec, const bl_gdf *g)
{
  const unsigned char *p = g->bytes + 168;
  static const unsigned char none[16] = {0}, blank[] = "                ";
  if (g->version < 1.9 ? !memcmp(p, none, 16) || !memcmp(p, blank, 16) : !memcmp(p, none, 8)) return BL_OK;
  if (g->version < 1.9 ? start_from_text(rec, p) : start_from_days(rec, bl_gdf_u(p, 8))) return BL_OK;
  return bl_recording_note(ctx, rec, BL_W_DEVIATION, "byte 168: start time is none of the calendar; taken as unknown");
}

/* ---- channels ---------------------------------------------------------------------------------------------------- */

/* Units by their code of ISO/IEEE 11073-10101, table A.6.3: a multiple of 32, and a decimal prefix below it. */
static bool unit_from_code(unsigned code, char *to, size_t room)
{
  static const struct {
    unsigned code;
    const char *text;
  } units[] = {{512, ""},    {544, "%"},   {736, "deg"},   {1280, "m"}, {1728, "g"},   {2176, "s"},
               {2496, "Hz"}, {3840, "Pa"}, {3872, "mmHg"}, {4256, "V"}, {4288, "Ohm"}, {6048, "C"}};
  static const char *const prefix[32] = {
      [0] = "",   [1] = "da", [2] = "h",  [3] = "k",  [4] = "M",  [5] = "G",  [6] = "T",
      [7] = "P",  [8] = "E",  [9] = "Z",  [10] = "Y", [16] = "d", [17] = "c", [18] = "m",
      [19] = "u", [20] = "n", [21] = "p", [22] = "f", [23] = "a", [24] = "z", [25] = "y"};
  *to = '\0';
  if (!prefix[code & 31]) return false;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (units[i].code == (code & ~31u)) return snprintf(to, room, "%s%s", prefix[code & 31], units[i].text) >= 0;
  return false;
}

static bl_status read_unit(bl_ctx *ctx, bl_recording *rec, const bl_gdf *g, size_t i, bl_gdf_channel *c)
{
  uint64_t at = bl_gdf_field_at(g, 96, 8, i), code_at = bl_gdf_field_at(g, 102, 2, i);
  if (g->version < 1.9) {
    char text[17];
    bl_edf_text(g->bytes + at, 8, text, NULL);
    snprintf(c->unit, sizeof c->unit, "%s", text);
    if (!strncmp(text, "\xc2\xb5", 2) || !strncmp(text, "\xce\xbc", 2))
      snprintf(c->unit, sizeof c->unit, "u%s", text + 2);
    if (*text) return BL_OK;
    return bl_recording_note(ctx, rec, BL_W_UNITS,
                             "byte %llu: unit of channel %zu '%s' is missing; values are those of the file",
                             (unsigned long long)at, i + 1, c->label);
  }
  unsigned code = (unsigned)bl_gdf_u(g->bytes + code_at, 2);
  if (unit_from_code(code, c->unit, sizeof c->unit)) return BL_OK;
  return bl_recording_note(ctx, rec, BL_W_UNITS,
                           "byte %llu: unit of channel %zu '%s' is %s (code %u); values are those of the file",
                           (unsigned long long)code_at, i + 1, c->label, code ? "not known here" : "missing", code);
}

static bool known_type(uint64_t code, bl_sample_type *out)
{
  static const struct {
    uint64_t code;
    bl_sample kind;
  } types[] = {{0, BL_I8},  {1, BL_I8},  {2, BL_U8},   {3, BL_I16},  {4, BL_U16},   {5, BL_I32},  {6, BL_U32},
               {7, BL_I64}, {8, BL_U64}, {16, BL_F32}, {17, BL_F64}, {279, BL_I24}, {535, BL_U24}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (types[i].code == code) {
      *out = (bl_sample_type){types[i].kind, false};
      return true;
    }
  return false;
}

static bl_status read_scale(bl_ctx *ctx, bl_recording *rec, const bl_gdf *g, size_t i, bl_gdf_channel *c)
{
  const unsigned char *b = g->bytes;
  uint64_t dmin_at = bl_gdf_field_at(g, 120, 8, i), dmax_at = bl_gdf_field_at(g, 128, 8, i);
  bool old = g->version < 1.9;
  double dmin = old ? i64(b + dmin_at) : bl_gdf_f64(b + dmin_at);
  double dmax = old ? i64(b + dmax_at) : bl_gdf_f64(b + dmax_at);
  c->pmin = bl_gdf_f64(b + bl_gdf_field_at(g, 104, 8, i));
  c->pmax = bl_gdf_f64(b + bl_gdf_field_at(g, 112, 8, i));
  double cal = (c->pmax - c->pmin) / (dmax - dmin), off = c->pmin - dmin * cal;
  c->scale = bl_scale_one();
  if (isfinite(cal) && isfinite(off) && cal != 0) {
    bool is_float = c->type.kind == BL_F32 || c->type.kind == BL_F64;
    c->scale.cal = cal;
    c->scale.off = off;
    if (!is_float) c->scale.lo = fmin(dmin, dmax), c->scale.hi = fmax(dmin, dmax);
    return BL_OK;
  }
  c->unusable = true;
  c->pmin = c->pmax = NAN;
  c->unit[0] = '\0';
  return bl_recording_note(
      ctx, rec, BL_W_DEVIATION,
      "byte %llu: limits of channel %zu '%s' make no scale; it is marked unusable, its values are digital counts",
      (unsigned long long)dmin_at, i + 1, c->label);
}

static bl_status read_channel(bl_ctx *ctx, bl_recording *rec, bl_gdf *g, size_t i)
{
  bl_gdf_channel *c = &g->channels[i];
  uint64_t type_at = bl_gdf_field_at(g, 220, 4, i), code = bl_gdf_u(g->bytes + type_at, 4);
  bl_edf_text(g->bytes + bl_gdf_field_at(g, 0, 16, i), 16, c->label, NULL);
  if (!known_type(code, &c->type))
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "%s: byte %llu: samples of channel %zu '%s' have type %llu; known are 0 to 8, 16, 17, 279 and 535",
                   rec->path, (unsigned long long)type_at, i + 1, c->label, (unsigned long long)code);
  c->spr = bl_gdf_u(g->bytes + bl_gdf_field_at(g, 216, 4, i), 4);
  c->offset = g->record_bytes;
  g->record_bytes += c->spr * bl_sample_bytes(c->type.kind); /* at most 4096 * 2^32 * 8 */
  bl_status s = BL_OK;
  if (!c->spr)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "byte %llu: samples per record of channel %zu '%s' is 0; it was left out",
                          (unsigned long long)bl_gdf_field_at(g, 216, 4, i), i + 1, c->label);
  else s = read_unit(ctx, rec, g, i, c);
  return s ? s : read_scale(ctx, rec, g, i, c);
}

/* ---- sizes ------------------------------------------------------------------------------------------------------- */

/* Two whole numbers, a fraction; in later versions a float64. A fraction of sense is none as a float64. */
static double record_duration(const unsigned char *p)
{
  double d = bl_gdf_f64(p), fraction = (double)bl_gdf_u(p, 4) / (double)bl_gdf_u(p + 4, 4);
  return d >= 1e-7 && d <= 1e7 ? d : fraction;
}

/* The first n bytes of the file, in place of those read before. */
static bl_status load(bl_ctx *ctx, bl_gdf *g, uint64_t n)
{
  const unsigned char *v;
  unsigned char *bytes = bl_calloc(ctx, (size_t)n, 1);
  if (!bytes) return bl_fail_nomem(ctx, "a GDF header");
  bl_status s = bl_window_get(ctx, &g->file, 0, (size_t)n, (size_t)n, &v);
  if (!s) memcpy(bytes, v, (size_t)n);
  bl_free(ctx, g->bytes);
  g->bytes = bytes;
  g->n_loaded = n;
  return s;
}

static bl_status read_fixed(bl_ctx *ctx, bl_recording *rec, bl_gdf *g)
{
  if (g->n_bytes < 256)
    return bl_fail(ctx, BL_E_FORMAT, "%s: the file ends at byte %llu, inside the header of 256 bytes", rec->path,
                   (unsigned long long)g->n_bytes);
  bl_status s = load(ctx, g, 256);
  if (s) return s;
  const unsigned char *b = g->bytes;
  if (memcmp(b, "GDF ", 4) || !bl_parse_real_n((const char *)b + 4, 4, &g->version) || !(g->version >= 1))
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte 0: does not say 'GDF ' and a version from 1.00 on", rec->path);
  if (g->version >= 3) {
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "byte 4: version is %.2f, which is not known; read as 2.x",
                          g->version);
    if (s) return s;
  }
  g->n_channels = (size_t)(g->version < 1.9 ? bl_gdf_u(b + 252, 4) : bl_gdf_u(b + 252, 2));
  if (g->n_channels < 1 || g->n_channels > BL_GDF_MAX_CHANNELS)
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte 252: number of channels is %zu, wanted 1 to %d", rec->path,
                   g->n_channels, BL_GDF_MAX_CHANNELS);
  uint64_t needs = 256 * ((uint64_t)g->n_channels + 1);
  uint64_t says = g->version < 1.9 ? bl_gdf_u(b + 184, 8) : bl_gdf_u(b + 184, 2) * 256;
  if (g->n_bytes < needs)
    return bl_fail(ctx, BL_E_FORMAT, "%s: the file ends at byte %llu, inside the headers of %zu channels (%llu bytes)",
                   rec->path, (unsigned long long)g->n_bytes, g->n_channels, (unsigned long long)needs);
  g->header_bytes = says;
  bool sound = says >= needs && says <= g->n_bytes;
  if ((s = load(ctx, g, sound && says < MAX_LOADED ? says : needs))) return s;
  if (sound) return BL_OK;
  g->header_bytes = needs;
  return bl_recording_note(
      ctx, rec, BL_W_DEVIATION,
      "byte 184: header size is %llu, where %zu channels need %llu of %llu bytes; the data were taken "
      "to follow the channel headers",
      (unsigned long long)says, g->n_channels, (unsigned long long)needs, (unsigned long long)g->n_bytes);
}

static bl_status read_records(bl_ctx *ctx, bl_recording *rec, bl_gdf *g)
{
  double says = i64(g->bytes + 236);
  uint64_t data = g->n_bytes - g->header_bytes, whole = g->record_bytes ? data / g->record_bytes : 0;
  g->n_records = whole;
  if (says >= 0 && says <= (double)whole) {
    g->n_records = (uint64_t)says;
    return BL_OK;
  }
  if (says < 0)
    return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                             "byte 236: number of records is %.0f; counted from the file's length: %llu", says,
                             (unsigned long long)whole);
  if (!g->record_bytes) return BL_OK;
  g->ends_early = true;
  return bl_recording_note(
      ctx, rec, BL_W_TRUNCATED,
      "byte %llu: the file ends early: the header says %.0f records of %llu bytes, %llu are whole and "
      "were kept",
      (unsigned long long)g->n_bytes, says, (unsigned long long)g->record_bytes, (unsigned long long)whole);
}

bl_status bl_gdf_header(bl_ctx *ctx, bl_recording *rec, bl_gdf *g)
{
  bl_status s = read_fixed(ctx, rec, g);
  if (s) return s;
  g->channels = bl_calloc(ctx, g->n_channels, sizeof *g->channels);
  if (!g->channels) return bl_fail_nomem(ctx, "a GDF header");
  for (size_t i = 0; i < g->n_channels; i++)
    if ((s = read_channel(ctx, rec, g, i))) return s;
  g->record_s = record_duration(g->bytes + 244);
  if (!(g->record_s >= 1e-7 && g->record_s <= 1e7)) {
    g->record_s = 1;
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "byte 244: record duration makes no sense; taken as 1 second");
  }
  if (!s) s = read_start(ctx, rec, g);
  if (!s) s = read_records(ctx, rec, g);
  if (s) return s;
  rec->format = bl_strf(ctx, "GDF %.2f", g->version);
  return rec->format ? BL_OK : bl_fail_nomem(ctx, "a GDF header");
}
