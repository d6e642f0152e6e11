#include "outputs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/recording.h"
#include "baleen/text.h"

/* What a path stands for. */
typedef struct place {
  bool is_there, has_folder;
  struct stat file, folder;
  char *target; /* behind links */
} place;

static char *folder_of(bl_ctx *ctx, const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? bl_strf(ctx, "%.*s", (int)(slash - path + 1), path) : bl_strdup(ctx, ".");
}

static bl_status look(bl_ctx *ctx, const char *path, place *out)
{
  const char *file = bl_recording_file(path);
  bl_status s = bl_file_target(ctx, file, &out->target);
  if (s) return s;
  out->is_there = !stat(file, &out->file);
  char *folder = folder_of(ctx, out->target);
  if (!folder) return bl_fail_nomem(ctx, path);
  out->has_folder = !stat(folder, &out->folder);
  bl_free(ctx, folder);
  return BL_OK;
}

static bool same(const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_one(const place *a, const place *b)
{
  if (a->is_there && b->is_there) return same(&a->file, &b->file);
  return !a->is_there && !b->is_there && a->has_folder && b->has_folder && same(&a->folder, &b->folder) &&
         !strcmp(bl_path_base(a->target), bl_path_base(b->target));
}

static bl_status check_one(bl_ctx *ctx, const char *who, const char *in, const char *out, bool is_input)
{
  place a = {0}, b = {0};
  bl_status s = look(ctx, in, &a);
  if (!s) s = look(ctx, out, &b);
  if (!s && is_one(&a, &b))
    s = is_input
            ? bl_fail(ctx, BL_E_ARG, "%s: %s and %s are one file; what is read is kept: name another", who, in, out)
            : bl_fail(ctx, BL_E_ARG, "%s: %s and %s are one file, and both are written: name another", who, in, out);
  bl_free(ctx, a.target);
  bl_free(ctx, b.target);
  return s;
}

bl_status bl_outputs_check(bl_ctx *ctx, const char *who, const bl_texts *in, const bl_texts *out)
{
  bl_status s = BL_OK;
  for (size_t o = 0; !s && o < out->n; o++) {
    for (size_t i = 0; !s && i < in->n; i++) s = check_one(ctx, who, in->v[i], out->v[o], true);
    for (size_t i = 0; !s && i < o; i++) s = check_one(ctx, who, out->v[i], out->v[o], false);
  }
  return s;
}

bl_status bl_output_check(bl_ctx *ctx, const char *who, const char *in, const char *out)
{
  return out ? check_one(ctx, who, in, out, true) : BL_OK;
}

bl_status bl_output_has_place(bl_ctx *ctx, const char *who, const char *out)
{
  char *target = NULL;
  bl_status s = bl_file_target(ctx, out, &target);
  char *folder = s ? NULL : folder_of(ctx, target);
  if (!s && !folder) s = bl_fail_nomem(ctx, out);
  if (!s && access(folder, W_OK | X_OK) != 0)
    s = bl_fail(ctx, BL_E_IO, "%s: %s: cannot be written there: %s; name a folder that is there and yours to write to",
                who, out, strerror(errno));
  bl_free(ctx, folder);
  bl_free(ctx, target);
  return s;
}
