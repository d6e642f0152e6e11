/* The data of a BrainVision recording (.eeg): frames one after another, or channels one after another; or text, a line
 * a frame or a line a channel. Values are stored * resolution, in double, rounded once to float32. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "brainvision.h"
#include "recording_private.h"

/* ---- text -------------------------------------------------------------------------------------------------------- */

typedef struct words {
  const unsigned char *p, *end;
  size_t line;
  bool comma;
} words;

static bool is_blank(const words *w, unsigned char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == ';' || (c == ',' && !w->comma);
}

/* The next word of this line; false at its end. */
static bool next_word(words *w, char *to, size_t room, size_t *n)
{
  while (w->p < w->end && is_blank(w, *w->p)) w->p++;
  for (*n = 0; w->p < w->end && *w->p != '\n' && !is_blank(w, *w->p); w->p++)
    if (*n + 1 < room) to[(*n)++] = (char)(*w->p == ',' ? '.' : *w->p);
  to[*n] = '\0';
  return *n > 0;
}

static bool next_line(words *w)
{
  const unsigned char *nl = w->p < w->end ? memchr(w->p, '\n', (size_t)(w->end - w->p)) : NULL;
  w->p = nl ? nl + 1 : w->end;
  w->line++;
  return w->p < w->end;
}

/* Numbers of one line behind the columns to skip, to every stride-th float from v on, at most max; all are counted. */
static bl_status line_numbers(bl_ctx *ctx, words *w, const bl_bv *b, const char *name, size_t channel, float *v,
                              size_t stride, uint64_t max, uint64_t *n)
{
  char word[64];
  size_t len;
  *n = 0;
  for (uint64_t k = 0; next_word(w, word, sizeof word, &len); k++) {
    double x;
    if (k < b->skip_columns) continue;
    if (!bl_parse_real(word, &x)) return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: '%s' is not a number", name, w->line, word);
    if (*n < max) v[*n * stride] = (float)(x * b->channels[channel == SIZE_MAX ? *n : channel].resolution);
    ++*n;
  }
  return BL_OK;
}

/* Lines of frames. */
static bl_status text_frames(bl_ctx *ctx, bl_bv *b, const char *name, words *w)
{
  size_t cap = 0;
  bl_status s = BL_OK;
  for (bool more = w->p < w->end; more && !s; more = next_line(w)) {
    uint64_t n;
    if (!(b->n_frames % 4096) && (s = BL_CHECK_CANCEL(ctx))) break;
    s = bl_grow(ctx, (void **)&b->text, &cap, (size_t)(b->n_frames + 1) * b->n_channels, sizeof *b->text,
                "BrainVision data");
    if (!s) s = line_numbers(ctx, w, b, name, SIZE_MAX, b->text + b->n_frames * b->n_channels, 1, b->n_channels, &n);
    if (s || !n) continue;
    if (n != b->n_channels)
      s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: %llu numbers, where there are %zu channels", name, w->line,
                  (unsigned long long)n, b->n_channels);
    b->n_frames++;
  }
  return s;
}

/* Lines of channels: the first tells how many frames there are. */
static bl_status text_channels(bl_ctx *ctx, bl_bv *b, const char *name, words *w)
{
  words probe = *w;
  uint64_t n = 0;
  bl_status s = line_numbers(ctx, &probe, b, name, 0, NULL, 1, 0, &n);
  if (s) return s;
  b->n_frames = n;
  if (b->n_frames > b->n_bytes / b->n_channels) /* a number takes a byte at least */
    return bl_fail(ctx, BL_E_FORMAT, "%s: %llu numbers in the first line, too many for %zu channels in %llu bytes",
                   name, (unsigned long long)n, b->n_channels, (unsigned long long)b->n_bytes);
  b->text = bl_calloc(ctx, (size_t)b->n_frames * b->n_channels, sizeof *b->text);
  if (!b->text) return bl_fail_nomem(ctx, "BrainVision data");
  for (size_t c = 0; c < b->n_channels && !s; c++, next_line(w)) {
    s = line_numbers(ctx, w, b, name, c, b->text + c, b->n_channels, b->n_frames, &n);
    if (!s && n != b->n_frames)
      s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: %llu numbers for channel %zu, where the first has %llu", name, w->line,
                  (unsigned long long)n, c + 1, (unsigned long long)b->n_frames);
  }
  return s;
}

static bl_status find_text(bl_ctx *ctx, bl_bv *b, const char *name)
{
  words w = {b->bytes, b->bytes + b->n_bytes, 1, b->decimal_comma};
  for (uint64_t k = 0; k < b->skip_lines && next_line(&w); k++) continue;
  return b->vectorized ? text_channels(ctx, b, name, &w) : text_frames(ctx, b, name, &w);
}

/* ---- binary ------------------------------------------------------------------------------------------------------ */

static bl_status find_binary(bl_ctx *ctx, bl_recording *rec, bl_bv *b)
{
  uint64_t frame = bl_sample_bytes(b->type.kind) * b->n_channels, around = b->offset + b->trailer;
  if (around < b->offset || around > b->n_bytes) around = b->n_bytes;
  uint64_t data = b->n_bytes - around, rest = data % frame;
  if (b->offset > b->n_bytes) b->offset = b->n_bytes;
  b->n_frames = data / frame;
  if (!rest) return BL_OK;
  return bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                           "byte %llu: the data end with %llu bytes of a frame of %llu; they were left out",
                           (unsigned long long)b->n_bytes, (unsigned long long)rest, (unsigned long long)frame);
}

static bl_status check_points(bl_ctx *ctx, bl_recording *rec, bl_bv *b)
{
  uint64_t says = b->n_points, has = b->n_frames;
  if (!says || says == has) return BL_OK;
  if (b->vectorized && !b->ascii &&
      says < has) { /* channels lie as far apart as the header says: the rest is none of theirs */
    b->n_frames = says;
    return bl_recording_note(ctx, rec, BL_W_DEVIATION, "DataPoints is %llu, the data have %llu; those were taken",
                             (unsigned long long)says, (unsigned long long)has);
  }
  if (b->vectorized && !b->ascii)
    return bl_fail(
        ctx, BL_E_FORMAT,
        "%s: DataPoints is %llu, the data have room for %llu: cut off, and with channels one after another what is "
        "left has no order; copy the data file again",
        rec->path, (unsigned long long)says, (unsigned long long)has);
  return bl_recording_note(ctx, rec, says > has ? BL_W_TRUNCATED : BL_W_DEVIATION,
                           "DataPoints is %llu, the data have %llu frames; those were taken", (unsigned long long)says,
                           (unsigned long long)has);
}

bl_status bl_bv_data(bl_ctx *ctx, bl_recording *rec, bl_bv *b, const char *name)
{
  bl_status s = b->ascii ? find_text(ctx, b, name) : find_binary(ctx, rec, b);
  if (!s) s = check_points(ctx, rec, b);
  if (!s) s = bl_reader_one_stream(ctx, rec, 1e6 / b->interval_us, b->n_channels);
  for (size_t i = 0; i < b->n_channels && !s; i++) {
    const bl_bv_channel *from = &b->channels[i];
    bl_channel *c = &rec->streams[0].channels[i];
    double r = fabs(from->resolution);
    c->unusable = !from->given;
    if (!b->ascii && from->given && b->type.kind == BL_I16) c->lo = -32768 * r, c->hi = 32767 * r;
    if (!b->ascii && from->given && b->type.kind == BL_I32) c->lo = -2147483648.0 * r, c->hi = 2147483647.0 * r;
    s = bl_recording_text(ctx, &c->name, from->name);
    if (!s) s = bl_recording_text(ctx, &c->unit, c->unusable ? "" : from->unit);
  }
  return s ? s : bl_reader_unique_names(ctx, rec);
}

bl_status bl_bv_read(bl_ctx *ctx, bl_bv *b, uint64_t first, size_t n, float *out)
{
  size_t n_channels = b->n_channels, bytes = bl_sample_bytes(b->type.kind),
         step = b->vectorized ? bytes : bytes * n_channels;
  bl_scale scale = bl_scale_one();
  bl_status s = BL_OK;
  if (b->text) {
    memcpy(out, b->text + first * n_channels, n * n_channels * sizeof *out);
    return BL_OK;
  }
  for (size_t done = 0, part; done < n && !s; done += part) {
    part = bl_window_part(n - done, step);
    for (size_t c = 0; c < n_channels && !s; c++) {
      uint64_t at = b->vectorized ? c * b->n_frames + first + done : (first + done) * n_channels + c;
      scale.cal = b->channels[c].resolution;
      s = bl_window_samples(ctx, &b->file, b->offset + at * bytes, b->type, step, part, part * step, &scale,
                            out + done * n_channels + c, n_channels);
    }
  }
  return s;
}
