/* brainvision: BrainVision recordings: header (.vhdr), markers (.vmrk) and data (.eeg), found from any of the three.
 * See brainvision.h for the format. */
#include <string.h>
#include <sys/stat.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "brainvision.h"
#include "path.h"
#include "recording_private.h"

typedef struct bv_file {
  bl_bv bv;
} bv_file;

enum { HEADER_CEILING = 16 << 20 };

static int probe(const unsigned char *head, size_t n, const char *path)
{
  static const char *const begins[] = {"Brain Vision Data Exchange ", "BrainVision Data Exchange "};
  if (n >= 3 && !memcmp(head, "\xef\xbb\xbf", 3)) head += 3, n -= 3;
  for (size_t i = 0; i < 2; i++)
    if (n >= strlen(begins[i]) && !memcmp(head, begins[i], strlen(begins[i]))) return 100;
  return bl_text_ends_with(path, ".vhdr") || bl_text_ends_with(path, ".vmrk") || bl_text_ends_with(path, ".eeg") ? 2
                                                                                                                 : 0;
}

static bool is_file(const char *path)
{
  struct stat st;
  return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* <stem of path><tail>, or NULL when memory ran out. */
static char *beside(bl_ctx *ctx, const char *path, const char *tail)
{
  char *stem = bl_path_stem(ctx, path), *out = stem ? bl_strf(ctx, "%s%s", stem, tail) : NULL;
  bl_free(ctx, stem);
  return out;
}

/* The header that belongs to the file that was asked for. */
static bl_status find_header(bl_ctx *ctx, const bl_recording *rec, char **out)
{
  static const char *const tails[] = {".vhdr", ".VHDR"};
  *out = NULL;
  if (!bl_text_ends_with(rec->path, ".vmrk") && !bl_text_ends_with(rec->path, ".eeg"))
    return bl_recording_text(ctx, out, rec->path);
  for (size_t i = 0; i < 2; i++) {
    bl_free(ctx, *out);
    *out = beside(ctx, rec->path, tails[i]);
    if (!*out) return bl_fail_nomem(ctx, rec->path);
    if (is_file(*out)) return BL_OK;
  }
  bl_free(ctx, *out);
  *out = NULL;
  return bl_fail(
      ctx, BL_E_FORMAT,
      "%s: is a part of a BrainVision recording, whose header (.vhdr) of that name is not beside it; open the header",
      rec->path);
}

/* Name with "$b" replaced by the header's own name without extension; backslashes become slashes. */
static char *plain_name(bl_ctx *ctx, const char *header, const char *name)
{
  char *stem = bl_path_stem(ctx, bl_path_base(header));
  const char *b = strstr(name, "$b");
  char *out = !stem ? NULL : b ? bl_strf(ctx, "%.*s%s%s", (int)(b - name), name, stem, b + 2) : bl_strdup(ctx, name);
  bl_free(ctx, stem);
  for (char *p = out; p && *p; p++)
    if (*p == '\\') *p = '/';
  return out;
}

/* A file that the header names: where it says; by that name beside the header; or, renamed, by the header's own name.
 * *out NULL: there is none. */
static bl_status find_part(bl_ctx *ctx, bl_recording *rec, const char *header, const char *says, const char *tail,
                           char **out)
{
  char *name = plain_name(ctx, header, says), *folder = bl_path_folder(ctx, header);
  char *at[3] = {name && folder ? bl_path_join(ctx, folder, name) : NULL,
                 name && folder ? bl_path_join(ctx, folder, bl_path_base(name)) : NULL, beside(ctx, header, tail)};
  bl_status s = at[0] && at[1] && at[2] ? BL_OK : bl_fail_nomem(ctx, header);
  *out = NULL;
  for (size_t i = 0; i < 3 && !s && !*out; i++) {
    if (!*says && i < 2) continue;
    if (!is_file(at[i])) continue;
    *out = at[i];
    at[i] = NULL;
    if (i)
      s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "%s names '%s', which is not there; '%s' beside it was taken",
                            bl_path_base(header), says, bl_path_base(*out));
  }
  for (size_t i = 0; i < 3; i++) bl_free(ctx, at[i]);
  bl_free(ctx, name);
  bl_free(ctx, folder);
  if (s) {
    bl_free(ctx, *out);
    *out = NULL;
  }
  return s;
}

static bl_status open_data(bl_ctx *ctx, bl_recording *rec, bv_file *f, const char *header)
{
  char *path = NULL;
  bl_status s = find_part(ctx, rec, header, f->bv.data_file, ".eeg", &path);
  if (!s && !path)
    s = bl_fail(ctx, BL_E_IO, "%s: names the data file '%s', which is not beside it; copy it there", header,
                f->bv.data_file);
  char *text = NULL;
  size_t n = 0;
  if (!s) s = bl_window_open(ctx, path, &f->bv.file);
  if (!s && f->bv.ascii) s = bl_file_read(ctx, path, SIZE_MAX / 2, &text, &n);
  if (!s) {
    f->bv.bytes = (const unsigned char *)text;
    f->bv.n_bytes = f->bv.ascii ? n : f->bv.file.n_bytes;
    s = bl_bv_data(ctx, rec, &f->bv, path);
    f->bv.bytes = NULL;
  }
  bl_free(ctx, text);
  bl_free(ctx, path);
  return s;
}

static bl_status open_markers(bl_ctx *ctx, bl_recording *rec, bv_file *f, const char *header)
{
  char *path = NULL, *text = NULL;
  size_t n = 0;
  bl_status s = find_part(ctx, rec, header, f->bv.marker_file ? f->bv.marker_file : "", ".vmrk", &path);
  if (!s && !path && f->bv.marker_file)
    s = bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "%s names the marker file '%s', which is not there; read without markers, start time and gaps",
        bl_path_base(header), f->bv.marker_file);
  if (!s && path) s = bl_file_read(ctx, path, 0, &text, &n);
  if (!s) s = bl_bv_markers(ctx, rec, &f->bv, path ? path : header, text, n);
  bl_free(ctx, text);
  bl_free(ctx, path);
  return s;
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  bv_file *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "a BrainVision recording");
  char *header = NULL, *text = NULL;
  size_t n = 0;
  bl_status s = find_header(ctx, rec, &header);
  if (!s) s = bl_file_read(ctx, header, HEADER_CEILING, &text, &n);
  if (!s) s = bl_bv_header(ctx, rec, &f->bv, header, text, n);
  bl_free(ctx, text);
  if (!s) s = open_data(ctx, rec, f, header);
  if (!s) s = open_markers(ctx, rec, f, header);
  bl_free(ctx, header);
  return s;
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  (void)stream;
  bl_status s = bl_bv_read(ctx, &((bv_file *)rec->impl)->bv, first, n, out);
  *got = s ? 0 : n;
  return s;
}

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  bv_file *f = rec->impl;
  if (!f) return;
  bl_bv_free(ctx, &f->bv);
  bl_free(ctx, f);
  rec->impl = NULL;
}

static const char *const extensions[] = {".vhdr", NULL};
const bl_reader_class bl_reader_brainvision = {
    .name = "brainvision",
    .summary = "BrainVision: .vhdr with its .vmrk and .eeg, binary or text, segments as runs",
    .source = "Brain Products, BrainVision Core Data Format 1.0",
    .extensions = extensions,
    .probe = probe,
    .open = open_file,
    .read = read_frames,
    .close = close_file,
};
