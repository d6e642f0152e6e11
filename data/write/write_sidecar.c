/* What the writers put beside a file that cannot say it itself: <path>.json, as sidecar.h has it. */
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/json_print.h"
#include "edf.h"
#include "sidecar.h"

enum { CEILING = 1 << 20, SCHEMA = 1 };

/* JSON is UTF-8; a text that is none is taken as Latin-1. NULL when memory ran out. */
static json_t *text_value(bl_ctx *ctx, const char *text)
{
  char *plain = bl_utf8_of_text(ctx, text, strlen(text));
  json_t *v = plain ? json_string(plain) : NULL;
  bl_free(ctx, plain);
  return v;
}

static json_t *texts_value(bl_ctx *ctx, const char *const *v, size_t n)
{
  json_t *out = json_array();
  for (size_t i = 0; i < n; i++)
    if (json_array_append_new(out, text_value(ctx, v[i]))) { /* takes NULL for a failure */
      json_decref(out);
      return NULL;
    }
  return out;
}

static json_t *reals_value(const double *v, size_t n)
{
  json_t *out = json_array();
  for (size_t i = 0; i < n; i++)
    if (json_array_append_new(out, json_real(v[i]))) {
      json_decref(out);
      return NULL;
    }
  return out;
}

bl_status bl_sidecar_text(bl_ctx *ctx, const bl_write_spec *spec, const double *full_scale, bl_buf *out)
{
  json_t *root = json_pack("{s:i, s:f, s:I, s:o, s:o}", "schema", SCHEMA, "rate_hz", spec->rate_hz, "frames",
                           (json_int_t)spec->n_frames, "channels", texts_value(ctx, spec->names, spec->n_channels),
                           "units", texts_value(ctx, spec->units, spec->n_channels));
  bool ok = root &&
            (!full_scale || !json_object_set_new(root, "full_scale", reals_value(full_scale, spec->n_channels))) &&
            (!spec->has_start ||
             !json_object_set_new(root, "start", json_sprintf("%s%s", spec->start, spec->zone ? spec->zone : "")));
  bl_status s = bl_json_print(ctx, ok ? root : NULL, JSON_INDENT(2), "the channels of a file", out);
  json_decref(root);
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

static bool is_a_writers(const char *text, size_t n)
{
  json_t *root = json_loadb(text, n, 0, NULL);
  bool ours = json_is_integer(json_object_get(root, "schema")) && json_is_number(json_object_get(root, "rate_hz")) &&
              json_is_array(json_object_get(root, "channels"));
  json_decref(root);
  return ours;
}

bl_status bl_sidecar_check_place(bl_ctx *ctx, const char *path)
{
  struct stat st;
  char *beside = bl_strf(ctx, "%s.json", path), *text = NULL;
  size_t n = 0;
  if (!beside) return bl_fail_nomem(ctx, path);
  bl_status s = BL_OK;
  bool there = !lstat(beside, &st), ours = false;
  if (there && S_ISREG(st.st_mode) && st.st_size <= CEILING) s = bl_file_read(ctx, beside, CEILING, &text, &n);
  if (!s && text) ours = is_a_writers(text, n);
  if (!s && there && !ours)
    s = bl_fail(ctx, BL_E_ARG,
                "%s: %s is there, which no writer of recordings has made, and would be taken to describe the new file; "
                "move it away, or write under another name",
                path, beside);
  bl_free(ctx, text);
  bl_free(ctx, beside);
  return s;
}

bl_status bl_sidecar_prepare(bl_ctx *ctx, const char *path, const bl_buf *text, bl_out *out)
{
  *out = (bl_out){.fd = -1};
  if (!text->len) return BL_OK;
  char *beside = bl_strf(ctx, "%s.json", path);
  bl_status s = beside ? bl_out_open(ctx, beside, out) : bl_fail_nomem(ctx, path);
  if (!s) s = bl_out_put(ctx, out, text->v, text->len);
  if (!s) s = bl_out_close(ctx, out);
  if (s) bl_out_drop(ctx, out);
  bl_free(ctx, beside);
  return s;
}

bl_status bl_sidecar_done(bl_ctx *ctx, const char *path, bl_out *out)
{
  if (out->beside) return bl_out_done(ctx, out);
  char *beside = bl_strf(ctx, "%s.json", path);
  if (!beside) return bl_fail_nomem(ctx, path);
  bl_status s = BL_OK;
  if (unlink(beside) && errno != ENOENT)
    s = bl_fail(ctx, BL_E_IO, "%s: is about the file that was written over, and cannot be removed: %s", beside,
                strerror(errno));
  bl_free(ctx, beside);
  return s;
}
