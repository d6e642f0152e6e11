/* The header of a BrainVision recording (.vhdr). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "brainvision.h"
#include "edf.h"
#include "recording_private.h"

/* ---- texts in sections ------------------------------------------------------------------------------------------- */

bl_status bl_ini_start(bl_ctx *ctx, bl_ini *ini, const char *name, const char *text, size_t n)
{
  if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) text += 3, n -= 3;
  *ini = (bl_ini){.name = name, .p = text, .end = text + n};
  size_t longest = 0;
  for (const char *p = text; p < ini->end;) {
    const char *nl = memchr(p, '\n', (size_t)(ini->end - p));
    size_t len = (size_t)((nl ? nl : ini->end) - p);
    if (len > longest) longest = len;
    p += len + 1;
  }
  ini->text = bl_calloc(ctx, 2 * longest + 1, 1);
  return ini->text ? BL_OK : bl_fail_nomem(ctx, name);
}

bool bl_ini_next(bl_ini *ini)
{
  while (ini->p < ini->end) {
    const char *nl = memchr(ini->p, '\n', (size_t)(ini->end - ini->p)), *from = ini->p;
    size_t n = (size_t)((nl ? nl : ini->end) - from);
    ini->p = nl ? nl + 1 : ini->end;
    ini->line++;
    if (n && from[n - 1] == '\r') n--;
    bl_edf_text((const unsigned char *)from, n, ini->text, NULL);
    char *close = strchr(ini->text, ']'), *equals = strchr(ini->text, '=');
    if (*ini->text == '[' && close) {
      *close = '\0';
      snprintf(ini->section, sizeof ini->section, "%.31s", ini->text + 1);
      continue;
    }
    if (*ini->text == ';' || !equals || !strncmp(ini->section, "Comment", 7)) continue;
    ini->value = equals + 1;
    *equals = '\0';
    while (equals > ini->text && equals[-1] == ' ') *--equals = '\0';
    while (*ini->value == ' ') ini->value++;
    return true;
  }
  return false;
}

void bl_ini_stop(bl_ctx *ctx, bl_ini *ini)
{
  bl_free(ctx, ini->text);
  ini->text = NULL;
}

char *bl_bv_field(char **rest)
{
  char *from = *rest, *to = from, *p = from;
  if (!p) return NULL;
  for (; *p && *p != ','; p++)
    if (p[0] == '\\' && p[1] == '1') *to++ = ',', p++;
    else *to++ = *p;
  *rest = *p ? p + 1 : NULL;
  *to = '\0';
  return from;
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static bl_status bad(bl_ctx *ctx, const bl_ini *ini, bl_status code, const char *wanted)
{
  return bl_fail(ctx, code, "%s:%zu: %s is '%s', wanted %s", ini->name, ini->line, ini->text, ini->value, wanted);
}

static bl_status count_entry(bl_ctx *ctx, const bl_ini *ini, uint64_t *out)
{
  int64_t x;
  if (!bl_parse_int(ini->value, &x) || x < 0) return bad(ctx, ini, BL_E_FORMAT, "a count");
  *out = (uint64_t)x;
  return BL_OK;
}

/* One of some words; *out its index. */
static bl_status word_entry(bl_ctx *ctx, const bl_ini *ini, const char *const *words, const char *wanted, size_t *out)
{
  for (*out = 0; words[*out]; ++*out)
    if (bl_text_equal_nocase(words[*out], ini->value)) return BL_OK;
  return bad(ctx, ini, BL_E_UNSUPPORTED, wanted);
}

static bl_status common_entry(bl_ctx *ctx, const bl_ini *ini, bl_bv *b)
{
  static const char *const formats[] = {"BINARY", "ASCII", NULL}, *const orders[] = {"MULTIPLEXED", "VECTORIZED", NULL},
                           *const domains[] = {"TIMEDOMAIN", NULL};
  const char *key = ini->text;
  size_t k = 0;
  uint64_t n = 0;
  bl_status s = BL_OK;
  if (bl_text_equal_nocase(key, "DataFile")) return bl_recording_text(ctx, &b->data_file, ini->value);
  if (bl_text_equal_nocase(key, "MarkerFile")) return bl_recording_text(ctx, &b->marker_file, ini->value);
  if (bl_text_equal_nocase(key, "DataType")) return word_entry(ctx, ini, domains, "TIMEDOMAIN", &k);
  if (bl_text_equal_nocase(key, "DataPoints")) return count_entry(ctx, ini, &b->n_points);
  if (bl_text_equal_nocase(key, "SegmentDataPoints")) return count_entry(ctx, ini, &b->segment_points);
  if (bl_text_equal_nocase(key, "DataFormat")) {
    s = word_entry(ctx, ini, formats, "BINARY or ASCII", &k);
    b->ascii = k == 1;
  } else if (bl_text_equal_nocase(key, "DataOrientation")) {
    s = word_entry(ctx, ini, orders, "MULTIPLEXED or VECTORIZED", &k);
    b->vectorized = k == 1;
  } else if (bl_text_equal_nocase(key, "NumberOfChannels")) {
    s = count_entry(ctx, ini, &n);
    if (!s && (n < 1 || n > BL_BV_MAX_CHANNELS)) s = bad(ctx, ini, BL_E_FORMAT, "1 to 4096");
    b->n_channels = (size_t)n;
  } else if (bl_text_equal_nocase(key, "SamplingInterval")) {
    if (!bl_parse_real(ini->value, &b->interval_us) || !(b->interval_us >= 1e-3 && b->interval_us <= 1e13))
      s = bad(ctx, ini, BL_E_FORMAT, "microseconds");
  }
  return s;
}

static bl_status layout_entry(bl_ctx *ctx, const bl_ini *ini, bl_bv *b)
{
  static const char *const kinds[] = {"INT_16", "UINT_16", "INT_32", "IEEE_FLOAT_32", "IEEE_FLOAT_64", NULL};
  static const bl_sample kind[] = {BL_I16, BL_U16, BL_I32, BL_F32, BL_F64};
  const char *key = ini->text;
  size_t k = 0;
  uint64_t n = 0;
  bl_status s = BL_OK;
  if (bl_text_equal_nocase(key, "DataOffset")) return count_entry(ctx, ini, &b->offset);
  if (bl_text_equal_nocase(key, "TrailerSize")) return count_entry(ctx, ini, &b->trailer);
  if (bl_text_equal_nocase(key, "SkipLines")) return count_entry(ctx, ini, &b->skip_lines);
  if (bl_text_equal_nocase(key, "SkipColumns")) return count_entry(ctx, ini, &b->skip_columns);
  if (bl_text_equal_nocase(key, "DecimalSymbol")) b->decimal_comma = *ini->value == ',';
  if (bl_text_equal_nocase(key, "UseBigEndianOrder")) b->type.big = bl_text_equal_nocase(ini->value, "YES");
  if (bl_text_equal_nocase(key, "BinaryFormat")) {
    s = word_entry(ctx, ini, kinds, "INT_16, UINT_16, INT_32, IEEE_FLOAT_32 or IEEE_FLOAT_64", &k);
    if (!s) b->type.kind = kind[k];
  }
  if (bl_text_equal_nocase(key, "SegmentHeaderSize") || bl_text_equal_nocase(key, "ChannelOffset")) {
    s = count_entry(ctx, ini, &n);
    if (!s && n) s = bad(ctx, ini, BL_E_UNSUPPORTED, "0");
  }
  return s;
}

/* Ch<n>=name,reference,resolution,unit: the reference is not kept, an empty unit is uV. */
static bl_status channel_entry(bl_ctx *ctx, bl_recording *rec, const bl_ini *ini, bl_bv *b)
{
  int64_t n;
  if ((ini->text[0] & ~0x20) != 'C' || (ini->text[1] & ~0x20) != 'H' || !bl_parse_int(ini->text + 2, &n)) return BL_OK;
  if (n < 1 || n > (int64_t)b->n_channels)
    return bl_recording_note(ctx, rec, BL_W_DEVIATION, "%s:%zu: channel %lld, where there are %zu; passed over",
                             bl_path_base(ini->name), ini->line, (long long)n, b->n_channels);
  bl_bv_channel *c = &b->channels[n - 1];
  char *rest = ini->value, *name = bl_bv_field(&rest);
  bl_bv_field(&rest);
  char *resolution = bl_bv_field(&rest), *unit = bl_bv_field(&rest);
  snprintf(c->name, sizeof c->name, "%.159s", name);
  snprintf(c->unit, sizeof c->unit, "%.39s", unit && *unit ? unit : "uV");
  bl_reader_plain_micro(c->unit);
  c->given = true;
  c->resolution = 1;
  if (!resolution || !*resolution) return BL_OK;
  if (bl_parse_real(resolution, &c->resolution) && isfinite(c->resolution) && c->resolution != 0) return BL_OK;
  c->resolution = 1;
  c->given = false;
  return bl_recording_note(
      ctx, rec, BL_W_DEVIATION,
      "%s:%zu: resolution of channel %lld '%s' is '%s'; it is marked unusable, its values are as stored",
      bl_path_base(ini->name), ini->line, (long long)n, c->name, resolution);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static bl_status check_whole(bl_ctx *ctx, const bl_bv *b, const char *name, bool has_kind)
{
  const char *lacks = !b->n_channels           ? "NumberOfChannels"
                      : !(b->interval_us > 0)  ? "SamplingInterval"
                      : !b->data_file          ? "DataFile"
                      : !b->ascii && !has_kind ? "BinaryFormat"
                                               : NULL;
  if (lacks) return bl_fail(ctx, BL_E_FORMAT, "%s: the header does not say '%s'; is it cut off?", name, lacks);
  return BL_OK;
}

static bl_status first_pass(bl_ctx *ctx, bl_bv *b, bl_ini *ini, bool *has_kind)
{
  bl_status s = BL_OK;
  while (!s && bl_ini_next(ini)) {
    *has_kind |= bl_text_equal_nocase(ini->text, "BinaryFormat");
    if (bl_text_equal_nocase(ini->section, "Common Infos")) s = common_entry(ctx, ini, b);
    else if (bl_text_equal_nocase(ini->section, "Binary Infos") || bl_text_equal_nocase(ini->section, "ASCII Infos"))
      s = layout_entry(ctx, ini, b);
  }
  return s;
}

bl_status bl_bv_header(bl_ctx *ctx, bl_recording *rec, bl_bv *b, const char *name, const char *text, size_t n)
{
  bl_ini ini;
  bool has_kind = false;
  b->type.kind = BL_I16;
  bl_status s = bl_ini_start(ctx, &ini, name, text, n);
  if (!s) s = first_pass(ctx, b, &ini, &has_kind);
  if (!s) s = check_whole(ctx, b, name, has_kind);
  bl_ini_stop(ctx, &ini);
  if (s) return s;
  b->channels = bl_calloc(ctx, b->n_channels, sizeof *b->channels);
  if (!b->channels) return bl_fail_nomem(ctx, "a BrainVision header");
  s = bl_ini_start(ctx, &ini, name, text, n);
  while (!s && bl_ini_next(&ini))
    if (bl_text_equal_nocase(ini.section, "Channel Infos")) s = channel_entry(ctx, rec, &ini, b);
  bl_ini_stop(ctx, &ini);
  for (size_t i = 0; i < b->n_channels && !s; i++) {
    bl_bv_channel *c = &b->channels[i];
    if (*c->name) continue;
    snprintf(c->name, sizeof c->name, "Ch%zu", i + 1);
    if (c->given) continue;
    c->resolution = 1;
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "%s: nothing is said of channel %zu; it is marked unusable, its values are as stored",
                          bl_path_base(name), i + 1);
  }
  if (s) return s;
  static const char *const kinds[BL_N_SAMPLES] = {[BL_I16] = "16 bit",
                                                  [BL_U16] = "16 bit unsigned",
                                                  [BL_I32] = "32 bit",
                                                  [BL_F32] = "32 bit float",
                                                  [BL_F64] = "64 bit float"};
  bl_free(ctx, rec->format);
  rec->format = bl_strf(ctx, "BrainVision, %s", b->ascii ? "text" : kinds[b->type.kind]);
  return rec->format ? BL_OK : bl_fail_nomem(ctx, "a BrainVision header");
}

void bl_bv_free(bl_ctx *ctx, bl_bv *b)
{
  bl_free(ctx, b->data_file);
  bl_free(ctx, b->marker_file);
  bl_free(ctx, b->channels);
  bl_free(ctx, b->text);
  bl_window_close(ctx, &b->file);
  *b = (bl_bv){0};
}
