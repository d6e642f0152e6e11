/* The settings of raw samples, "rate=48000,channels=2,format=s24le,skip=44,names=[C3, C4],units=uV,full_scale=400", as
 * they stand in a recording's name. A list may do without brackets: names=C3,C4,units=uV. */
#include <ctype.h>
#include <string.h>

#include "baleen/text.h"
#include "pcm.h"
#include "reader_util.h"
#include "recording_private.h"

static const char *const format_words[] = {"s8",    "u8",    "s16le", "s16be", "s24le", "s24be", "s32le",
                                           "s32be", "f32le", "f32be", "f64le", "f64be", NULL};
static const bl_sample_type types[] = {{BL_I8, false},  {BL_U8, false}, {BL_I16, false}, {BL_I16, true},
                                       {BL_I24, false}, {BL_I24, true}, {BL_I32, false}, {BL_I32, true},
                                       {BL_F32, false}, {BL_F32, true}, {BL_F64, false}, {BL_F64, true}};
static const char *const none_words[] = {"none", NULL};

static const bl_opt opts[] = {
    BL_REAL(bl_pcm_spec, rate, "0", 0, 1e9, "Hz", "sampling rate"),
    BL_INT(bl_pcm_spec, channels, "1", 1, 65536, "", "samples a frame"),
    BL_ENUM(bl_pcm_spec, format, "s16le", format_words, "of a sample"),
    BL_INT(bl_pcm_spec, skip, "0", 0, 1e15, "bytes", "before the first sample"),
    BL_TEXTS(bl_pcm_spec, names, "[]", "of the channels, one each"),
    BL_TEXTS(bl_pcm_spec, units, "[]", "of the channels, one for all or one each"),
    BL_WORD(bl_pcm_spec, full_scale, "none", none_words, -1e30, 1e30, 0, "",
            "what a sample of 1 stands for, in the channels' unit"),
    BL_OPT_END,
};

bl_status bl_pcm_spec_init(bl_ctx *ctx, bl_pcm_spec *out)
{
  *out = (bl_pcm_spec){0};
  return bl_opts_defaults(ctx, "pcm", opts, out);
}

void bl_pcm_spec_free(bl_ctx *ctx, bl_pcm_spec *p) { bl_opts_release(ctx, opts, p); }

bl_sample_type bl_pcm_type(const bl_pcm_spec *p) { return types[p->format]; }
size_t bl_pcm_frame_bytes(const bl_pcm_spec *p) { return bl_sample_bytes(types[p->format].kind) * (size_t)p->channels; }
static bool is_whole(const bl_pcm_spec *p) { return types[p->format].kind < BL_F32; }

bl_scale bl_pcm_scale(const bl_pcm_spec *p)
{
  bl_scale scale = bl_scale_one();
  size_t bytes = bl_sample_bytes(types[p->format].kind);
  if (is_whole(p)) scale.cal = 2.0 / (double)(1ull << 8 * bytes);
  if (types[p->format].kind == BL_U8) scale.off = -1;
  if (p->full_scale.word < 0) scale.cal *= p->full_scale.real, scale.off *= p->full_scale.real;
  return scale;
}

/* ---- the text ---------------------------------------------------------------------------------------------------- */

/* Behind the setting that begins at s: its end, or the comma before the next one. Commas within brackets are its own,
 * and so are those of a list that has none. */
static const char *setting_end(const char *s, bool list)
{
  int depth = 0;
  for (; *s; s++) {
    depth += (*s == '[') - (*s == ']');
    if (*s != ',' || depth > 0) continue;
    const char *word = s + 1;
    while (islower((unsigned char)*word) || *word == '_') word++;
    if (!list || (*word == '=' && word > s + 1)) return s;
  }
  return s;
}

static bl_status set_one(bl_ctx *ctx, const char *name, const char *value, bool list, bl_pcm_spec *p)
{
  if (!list || *value == '[') return bl_opts_set(ctx, "pcm", opts, p, name, value);
  char *bracketed = bl_strf(ctx, "[%s]", value);
  bl_status s = bracketed ? bl_opts_set(ctx, "pcm", opts, p, name, bracketed) : bl_fail_nomem(ctx, "raw samples");
  bl_free(ctx, bracketed);
  return s;
}

/* "rate=48000,channels=2", set one by one; *counted: it says how many channels there are. */
static bl_status read_settings(bl_ctx *ctx, char *text, bl_pcm_spec *p, bool *counted)
{
  bl_status s = BL_OK;
  *counted = false;
  for (char *at = text; !s && *at;) {
    bool list = !strncmp(at, "names=", 6) || !strncmp(at, "units=", 6);
    char *end = at + (setting_end(at, list) - at), *next = *end ? end + 1 : end;
    *end = '\0';
    char *equals = strchr(at, '=');
    if (!equals) return bl_fail(ctx, BL_E_CONFIG, "pcm: '%s' is no setting, wanted such as rate=48000", at);
    *equals = '\0';
    *counted = *counted || !strcmp(at, "channels");
    s = set_one(ctx, at, equals + 1, list, p);
    at = next;
  }
  return s;
}

static bool all_full_scale(const bl_texts *units)
{
  for (size_t i = 0; i < units->n; i++)
    if (strcmp(units->v[i], "FS")) return false;
  return true;
}

/* What the settings say together. */
static bl_status check(bl_ctx *ctx, bl_pcm_spec *p, bool counted)
{
  if (!(p->rate > 0)) return bl_fail(ctx, BL_E_CONFIG, "pcm: the rate must be given, as pcm:rate=48000:PATH");
  if (p->names.n && !counted) p->channels = (int64_t)p->names.n;
  if (p->names.n && p->names.n != (size_t)p->channels)
    return bl_fail(ctx, BL_E_CONFIG, "pcm: names: %zu for %lld channels; give one each", p->names.n,
                   (long long)p->channels);
  if (p->units.n > 1 && p->units.n != (size_t)p->channels)
    return bl_fail(ctx, BL_E_CONFIG, "pcm: units: %zu for %lld channels; give one for all, or one each", p->units.n,
                   (long long)p->channels);
  if (p->full_scale.word < 0 && !(fabs(p->full_scale.real) > 0))
    return bl_fail(ctx, BL_E_CONFIG, "pcm: full_scale: 0 makes every sample 0; give what a sample of 1 stands for");
  if (is_whole(p) && p->full_scale.word >= 0 && !all_full_scale(&p->units))
    return bl_fail(ctx, BL_E_CONFIG,
                   "pcm: units: samples of format %s are parts of full scale; say what full scale stands for in %s, as "
                   "full_scale=3276.8, or give floats",
                   format_words[p->format], p->units.v[0]);
  return BL_OK;
}

bl_status bl_pcm_spec_read(bl_ctx *ctx, const char *name, bl_pcm_spec *out)
{
  const char *spec = name + strlen(BL_PCM_PREFIX), *file = bl_recording_file(name);
  if (file == name || !*file)
    return bl_fail(ctx, BL_E_ARG,
                   "%s: wanted pcm:rate=48000,channels=1,format=s16le:PATH, where PATH may be - for standard input",
                   name);
  char *text = bl_strf(ctx, "%.*s", (int)(file - 1 - spec), spec);
  bool counted = false;
  bl_status s = text ? read_settings(ctx, text, out, &counted) : bl_fail_nomem(ctx, name);
  if (!s) s = check(ctx, out, counted);
  bl_free(ctx, text);
  return s ? bl_fail_in(ctx, s, "%s: ", name) : BL_OK;
}

bl_status bl_pcm_check_name(bl_ctx *ctx, const char *name)
{
  bl_pcm_spec p;
  bl_status s = bl_pcm_spec_init(ctx, &p);
  if (!s) s = bl_pcm_spec_read(ctx, name, &p);
  bl_pcm_spec_free(ctx, &p);
  return s;
}

bl_status bl_pcm_spec_of_sidecar(bl_ctx *ctx, const bl_recording *rec, const bl_sidecar *d, bl_pcm_spec *out)
{
  if (!(d->rate_hz > 0))
    return bl_fail(
        ctx, BL_E_FORMAT,
        "%s: raw samples do not tell their rate; open it as pcm:rate=48000,channels=1,format=s16le:%s, or write "
        "{\"rate_hz\": 48000, \"channels\": 1, \"format\": \"s16le\"} into %s",
        rec->path, rec->path, d->path ? d->path : "a file of its name with .json at the end");
  out->rate = d->rate_hz;
  if (d->n_channels) out->channels = (int64_t)d->n_channels;
  if (!d->format) return BL_OK;
  bl_status s = bl_opts_set(ctx, "pcm", opts, out, "format", d->format);
  return s ? bl_fail_in(ctx, s, "%s: ", d->path) : BL_OK;
}

/* ---- the stream -------------------------------------------------------------------------------------------------- */

static bl_status describe_channel(bl_ctx *ctx, const bl_pcm_spec *p, size_t i, bl_channel *c)
{
  char name[32];
  bl_scale scale = bl_pcm_scale(p);
  double counts = (double)(1ull << (8 * bl_sample_bytes(types[p->format].kind) - 1)); /* below zero */
  bl_reader_sound_name(i, (size_t)p->channels, name);
  bl_status s = bl_recording_text(ctx, &c->name, p->names.n ? p->names.v[i] : name);
  if (!s) s = bl_recording_text(ctx, &c->unit, p->units.n ? p->units.v[p->units.n == 1 ? 0 : i] : "FS");
  if (s || !is_whole(p)) return s;
  double least = -counts * scale.cal, most = (counts - 1) * scale.cal; /* the other way round where cal is below 0 */
  c->lo = fmin(least, most);
  c->hi = fmax(least, most);
  return BL_OK;
}

bl_status bl_pcm_describe(bl_ctx *ctx, bl_recording *rec, const bl_pcm_spec *p)
{
  size_t n = (size_t)p->channels;
  bl_status s = bl_reader_one_stream(ctx, rec, p->rate, n);
  for (size_t i = 0; i < n && !s; i++) s = describe_channel(ctx, p, i, &rec->streams[0].channels[i]);
  if (!s && p->names.n) s = bl_reader_unique_names(ctx, rec);
  if (s) return s;
  rec->format = bl_strf(ctx, "raw PCM, %s", format_words[p->format]);
  return rec->format ? BL_OK : bl_fail_nomem(ctx, "raw samples");
}
