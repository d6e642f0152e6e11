#include "sidecar.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "clock.h"
#include "path.h"
#include "recording_private.h"

enum { CEILING = 1 << 20, MAX_CHANNELS = 65536 };

static bl_status wrong(bl_ctx *ctx, const char *name, const char *key, const char *wanted)
{
  return bl_fail(ctx, BL_E_FORMAT, "%s: \"%s\" is no %s", name, key, wanted);
}

static bl_status text_of(bl_ctx *ctx, const char *name, const json_t *root, const char *key, char **out)
{
  const json_t *v = json_object_get(root, key);
  if (!v || json_is_null(v)) return BL_OK;
  if (!json_is_string(v)) return wrong(ctx, name, key, "text");
  return bl_recording_text(ctx, out, json_string_value(v));
}

static bl_status texts_of(bl_ctx *ctx, const char *name, const json_t *root, const char *key, bl_texts *out)
{
  const json_t *v = json_object_get(root, key);
  if (!v || json_is_null(v) || json_is_integer(v)) return BL_OK;
  if (!json_is_array(v)) return wrong(ctx, name, key, "list of texts");
  bl_status s = BL_OK;
  for (size_t i = 0; i < json_array_size(v) && !s; i++) {
    const char *text = json_string_value(json_array_get(v, i));
    s = text ? bl_texts_add(ctx, out, text) : wrong(ctx, name, key, "list of texts");
  }
  return s;
}

/* A number, or a list of them, none of which is 0. */
static bl_status reals_of(bl_ctx *ctx, const char *name, const json_t *root, const char *key, bl_reals *out)
{
  const json_t *v = json_object_get(root, key);
  if (!v || json_is_null(v)) return BL_OK;
  size_t n = json_is_array(v) ? json_array_size(v) : 1;
  if (n > MAX_CHANNELS) return wrong(ctx, name, key, "list of numbers, one a channel");
  if (!(out->v = bl_calloc(ctx, n, sizeof *out->v))) return bl_fail_nomem(ctx, name);
  out->n = n;
  for (size_t i = 0; i < n; i++) {
    const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
    out->v[i] = json_number_value(one);
    if (!json_is_number(one) || !isfinite(out->v[i]) || out->v[i] == 0)
      return wrong(ctx, name, key, "number other than 0, or list of them");
  }
  return BL_OK;
}

static bl_status frames_of(bl_ctx *ctx, const char *name, const json_t *root, uint64_t *out)
{
  const json_t *v = json_object_get(root, "frames");
  if (!v || json_is_null(v)) return BL_OK;
  if (!json_is_integer(v) || json_integer_value(v) < 0) return wrong(ctx, name, "frames", "count of frames");
  *out = (uint64_t)json_integer_value(v);
  return BL_OK;
}

/* The first key that is none, but one letter off (two of seven or more) one that is. Keys of others are farther
 * away. */
static bl_status find_slip(bl_ctx *ctx, json_t *root, bl_sidecar *out)
{
  static const char *const known[] = {"schema", "rate_hz", "frames", "channels", "units",
                                      "unit",   "start",   "order",  "format",   "full_scale"};
  enum { N_KNOWN = sizeof known / sizeof *known };
  const char *key;
  json_t *value;
  bl_status s = BL_OK;
  json_object_foreach(root, key, value)
  {
    size_t near = N_KNOWN;
    bool is = false;
    for (size_t i = 0; i < N_KNOWN; i++) {
      is |= !strcmp(key, known[i]);
      if (bl_edit_distance(key, known[i]) <= (strlen(known[i]) >= 7 ? 2 : 1)) near = i;
    }
    if (s || out->slip || is || near == N_KNOWN) continue;
    s = bl_recording_text(ctx, &out->slip, key);
    if (!s) s = bl_recording_text(ctx, &out->meant, known[near]);
  }
  return s;
}

static bl_status read_root(bl_ctx *ctx, const char *name, const json_t *root, bl_sidecar *out)
{
  if (!json_is_object(root)) return bl_fail(ctx, BL_E_FORMAT, "%s: holds no object, such as {\"rate_hz\": 256}", name);
  const json_t *rate = json_object_get(root, "rate_hz"), *n = json_object_get(root, "channels");
  bl_status s = BL_OK;
  if (rate) {
    out->rate_hz = json_is_number(rate) ? json_number_value(rate) : 0;
    if (!(out->rate_hz >= 1e-6 && out->rate_hz <= 1e9)) return wrong(ctx, name, "rate_hz", "number above 0");
  }
  if (json_is_integer(n)) {
    if (json_integer_value(n) < 1 || json_integer_value(n) > MAX_CHANNELS)
      return wrong(ctx, name, "channels", "count of channels");
    out->n_channels = (size_t)json_integer_value(n);
  }
  s = texts_of(ctx, name, root, "channels", &out->channels);
  if (!s) s = texts_of(ctx, name, root, "units", &out->units);
  if (!s) s = text_of(ctx, name, root, "start", &out->start);
  if (!s) s = text_of(ctx, name, root, "format", &out->format);
  if (!s) s = reals_of(ctx, name, root, "full_scale", &out->full_scale);
  if (!s) s = frames_of(ctx, name, root, &out->n_frames);
  if (!s && out->channels.n) out->n_channels = out->channels.n;
  char *unit = NULL, *order = NULL;
  if (!s) s = text_of(ctx, name, root, "unit", &unit);
  if (!s) s = text_of(ctx, name, root, "order", &order);
  if (!s && unit && !out->units.n) s = bl_texts_add(ctx, &out->units, unit);
  if (!s && order && strcmp(order, "frames") && strcmp(order, "channels"))
    s = wrong(ctx, name, "order", "'frames' or 'channels'");
  if (!s && order) out->by_channel = !strcmp(order, "channels");
  bl_free(ctx, unit);
  bl_free(ctx, order);
  return s;
}

bl_status bl_sidecar_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_sidecar *out)
{
  json_error_t error;
  if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) text += 3, n -= 3; /* a byte order mark, as Windows' editors put it */
  json_t *root = json_loadb(text, n, 0, &error);
  if (!root) return bl_fail(ctx, BL_E_FORMAT, "%s:%d: no JSON: %s", name, error.line, error.text);
  bl_status s = read_root(ctx, name, root, out);
  if (!s) s = find_slip(ctx, root, out);
  json_decref(root);
  return s;
}

/* The first of these that is there. */
static bl_status read_first(bl_ctx *ctx, char *const *at, size_t n_at, bl_sidecar *out)
{
  char *text = NULL;
  bl_status s = BL_OK;
  for (size_t i = 0; i < n_at && !s && !out->path; i++) {
    struct stat st;
    size_t n = 0;
    if (stat(at[i], &st) || !S_ISREG(st.st_mode)) continue;
    out->path = bl_strdup(ctx, at[i]);
    s = out->path ? bl_file_read(ctx, at[i], CEILING, &text, &n) : bl_fail_nomem(ctx, at[i]);
    if (!s) s = bl_sidecar_parse(ctx, at[i], text, n, out);
  }
  bl_free(ctx, text);
  if (s) bl_sidecar_free(ctx, out);
  return s;
}

bl_status bl_sidecar_read(bl_ctx *ctx, const char *file, bl_sidecar *out)
{
  *out = (bl_sidecar){0};
  char *stem = bl_path_stem(ctx, file);
  char *at[2] = {bl_strf(ctx, "%s.json", file), stem ? bl_strf(ctx, "%s.json", stem) : NULL};
  bl_status s = at[0] && at[1] ? read_first(ctx, at, 2, out) : bl_fail_nomem(ctx, file);
  bl_free(ctx, at[0]);
  bl_free(ctx, at[1]);
  bl_free(ctx, stem);
  return s;
}

bl_status bl_sidecar_read_full_name(bl_ctx *ctx, const char *file, bl_sidecar *out)
{
  *out = (bl_sidecar){0};
  char *at = bl_strf(ctx, "%s.json", file);
  bl_status s = at ? read_first(ctx, &at, 1, out) : bl_fail_nomem(ctx, file);
  bl_free(ctx, at);
  return s;
}

/* ---- files that a folder's sidecars make recordings -------------------------------------------------------------- */

/* In the order in which they claim <stem>.json. */
static const char *const bare[] = {".npy", ".raw", ".pcm", ".csv", ".tsv", NULL};
enum { FIRST_RAW = 1, LAST_RAW = 2 };

static bl_status is_there(bl_ctx *ctx, const char *stem, const char *extension, bool *there)
{
  char *lower = bl_strf(ctx, "%s%s", stem, extension), *upper = bl_strf(ctx, "%s%s", stem, extension);
  struct stat st;
  if (lower && upper) {
    for (char *p = upper + strlen(stem); *p; p++)
      if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    *there = !stat(lower, &st) || !stat(upper, &st);
  }
  bl_status s = lower && upper ? BL_OK : bl_fail_nomem(ctx, stem);
  bl_free(ctx, lower);
  bl_free(ctx, upper);
  return s;
}

/* Whether another file has the better claim on <stem>.json than bare[kind]. "a.wav" has it as the stem of
 * "a.wav.csv". */
static bl_status is_claimed(bl_ctx *ctx, const char *stem, size_t kind, bool *claimed)
{
  bl_status s = is_there(ctx, stem, "", claimed);
  for (size_t i = 0; !s && !*claimed && bl_reader_at(i); i++)
    for (const char *const *e = bl_reader_at(i)->extensions; !s && !*claimed && *e; e++)
      s = is_there(ctx, stem, *e, claimed);
  for (size_t i = 0; !s && !*claimed && i < kind; i++) s = is_there(ctx, stem, bare[i], claimed);
  return s;
}

/* A broken one of this very file is told; a broken <stem>.json may be about something else. */
static bl_status read_claimed(bl_ctx *ctx, const char *file, size_t kind, bl_sidecar *out)
{
  bl_status s = bl_sidecar_read_full_name(ctx, file, out);
  if (s == BL_E_FORMAT || s == BL_E_IO) bl_warn(ctx, BL_W_SKIPPED, "%s; %s is left out", bl_ctx_error(ctx), file);
  if (s || out->path) return s;
  char *stem = bl_path_stem(ctx, file), *at = stem ? bl_strf(ctx, "%s.json", stem) : NULL;
  bool claimed = false;
  struct stat st;
  s = at ? BL_OK : bl_fail_nomem(ctx, file);
  if (!s && !stat(at, &st)) s = is_claimed(ctx, stem, kind, &claimed);
  if (!s && !claimed) s = read_first(ctx, &at, 1, out);
  bl_free(ctx, stem);
  bl_free(ctx, at);
  return s;
}

bl_status bl_sidecar_tells(bl_ctx *ctx, const char *file, bool *candidate, bool *tells)
{
  size_t kind = 0;
  bl_sidecar d = {0};
  while (bare[kind] && !bl_text_ends_with(file, bare[kind])) kind++;
  *candidate = bare[kind];
  *tells = false;
  if (!*candidate) return BL_OK;
  bl_status s = read_claimed(ctx, file, kind, &d);
  *tells = !s && d.rate_hz > 0 && (kind < FIRST_RAW || kind > LAST_RAW || d.format);
  bl_sidecar_free(ctx, &d);
  if (s != BL_E_FORMAT && s != BL_E_IO) return s;
  bl_ctx_clear_error(ctx);
  return BL_OK;
}

/* ---- taking it --------------------------------------------------------------------------------------------------- */

static bl_status check_counts(bl_ctx *ctx, const bl_recording *rec, const bl_sidecar *d, const char *name)
{
  size_t n = rec->streams[0].n_channels;
  if (d->n_channels && d->n_channels != n)
    return bl_fail(ctx, BL_E_FORMAT, "%s: \"channels\" are %zu, %s has %zu", name, d->n_channels, rec->path, n);
  if (d->units.n > 1 && d->units.n != n)
    return bl_fail(ctx, BL_E_FORMAT, "%s: \"units\" are %zu, %s has %zu channels", name, d->units.n, rec->path, n);
  if (d->full_scale.n > 1 && d->full_scale.n != n)
    return bl_fail(ctx, BL_E_FORMAT, "%s: \"full_scale\" are %zu, %s has %zu channels", name, d->full_scale.n,
                   rec->path, n);
  return BL_OK;
}

/* Control characters, of ASCII and those of U+0080 to U+009F, become blanks: a terminal would obey them. Whether there
 * were any. */
static bool make_plain(char *text)
{
  bool any = false;
  for (unsigned char *p = (unsigned char *)text; *p; p++) {
    bool one = *p < 0x20 || *p == 0x7f, two = *p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
    if (one || two) *p = ' ', any = true;
    if (two) *++p = ' ';
  }
  return any;
}

bl_status bl_sidecar_apply(bl_ctx *ctx, bl_recording *rec, const bl_sidecar *d)
{
  bl_rec_stream *stream = &rec->streams[0];
  const char *name = d->path ? d->path : rec->path;
  int v[7], zone;
  bool controls = false;
  bl_status s = check_counts(ctx, rec, d, name);
  if (!s && d->start && !bl_clock_parse(d->start, v, &zone))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: \"start\" is '%s', wanted a time such as 2018-06-02T15:30:00", name, d->start);
  for (size_t i = 0; i < stream->n_channels && !s; i++) {
    bl_channel *c = &stream->channels[i];
    char number[32];
    snprintf(number, sizeof number, "ch%zu", i + 1);
    if (d->channels.n) s = bl_recording_text(ctx, &c->name, d->channels.v[i]);
    else if (!*c->name) s = bl_recording_text(ctx, &c->name, number);
    if (!s && d->units.n) s = bl_recording_text(ctx, &c->unit, d->units.v[d->units.n == 1 ? 0 : i]);
    if (!s) controls |= make_plain(c->name);
    if (!s) controls |= make_plain(c->unit);
  }
  if (!s && controls)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "%s: names or units of channels hold control characters; they were taken for blanks", name);
  if (!s && d->slip)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "%s: the key \"%s\" is none that is read; is \"%s\" meant?", name,
                          d->slip, d->meant);
  if (!s && d->start) bl_recording_set_moment(rec, v, zone);
  return s;
}

void bl_sidecar_free(bl_ctx *ctx, bl_sidecar *s)
{
  bl_free(ctx, s->path);
  bl_free(ctx, s->start);
  bl_free(ctx, s->format);
  bl_free(ctx, s->slip);
  bl_free(ctx, s->meant);
  bl_texts_free(ctx, &s->channels);
  bl_texts_free(ctx, &s->units);
  bl_free(ctx, s->full_scale.v);
  *s = (bl_sidecar){0};
}
