/* The folder of a run: made, or taken over from an earlier run, of which nothing must be left to be mistaken for the
 * new one's. What is not a run's is never touched. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "run_files.h"

const char *const bl_run_file_name[BL_N_RUN_FILES] = {
#define BL_RUN_FILE(name, file) [BL_RUN_##name] = file,
    BL_RUN_FILES(BL_RUN_FILE)
#undef BL_RUN_FILE
};

bl_status bl_make_folder(bl_ctx *ctx, const char *path)
{
  char *copy = bl_strdup(ctx, path);
  if (!copy) return bl_fail_nomem(ctx, "a path");
  bl_status s = *copy ? BL_OK : bl_fail(ctx, BL_E_ARG, "a folder without a name");
  for (char *p = copy + 1; !s; p++) {
    if (*p && *p != '/') continue;
    char c = *p;
    *p = '\0';
    if (mkdir(copy, 0777) && errno != EEXIST)
      s = bl_fail(ctx, BL_E_IO, "cannot make the folder '%s': %s", copy, strerror(errno));
    *p = c;
    if (!c) break;
  }
  bl_free(ctx, copy);
  return s;
}

/* runs/<name>, or runs/<name>-2 ... when that is taken: a run never overwrites another unasked. */
char *bl_free_folder(bl_ctx *ctx, const char *name)
{
  struct stat st;
  char *path = bl_strf(ctx, "runs/%s", name);
  for (int k = 2; path && !stat(path, &st); k++) {
    bl_free(ctx, path);
    path = bl_strf(ctx, "runs/%s-%d", name, k);
  }
  return path;
}

/* Whether the folder's config.yaml is one that a run wrote: a user's own may have that name, too. */
static bl_status is_run(bl_ctx *ctx, const char *folder, bool *out)
{
  char *path = bl_path_in(ctx, folder, bl_run_file_name[BL_RUN_CONFIG]), *text = NULL;
  size_t n;
  struct stat st;
  *out = false;
  bl_status s = path ? BL_OK : bl_fail_nomem(ctx, "a path");
  if (!s && !stat(path, &st) && S_ISREG(st.st_mode)) s = bl_file_read(ctx, path, 0, &text, &n);
  if (text) {
    text[strcspn(text, "\n")] = '\0';
    *out = *text == '#' && strstr(text, BL_RUN_MARK);
  }
  bl_free(ctx, path);
  bl_free(ctx, text);
  return s;
}

/* Removes <folder>/<stem><tail>, which need not be there; of the stem the first stem_n bytes. */
static bl_status drop(bl_ctx *ctx, const char *folder, const char *stem, size_t stem_n, const char *tail)
{
  size_t all = strlen(stem);
  char *path = bl_strf(ctx, "%s/%.*s%s", folder, (int)(stem_n < all ? stem_n : all), stem, tail);
  if (!path) return bl_fail_nomem(ctx, "a path");
  bl_status s = BL_OK;
  if (unlink(path) && errno != ENOENT && errno != ENOTDIR)
    s = bl_fail(ctx, BL_E_IO, "cannot remove '%s' of an earlier run: %s", path, strerror(errno));
  bl_free(ctx, path);
  return s;
}

/* Of models/ the models, of mistakes/ pictures and sounds; of plots/ scripts, data, and the pictures they drew. */
static bl_status drop_parts(bl_ctx *ctx, const char *folder, const char *part, const char *ending)
{
  char *path = bl_path_in(ctx, folder, part);
  if (!path) return bl_fail_nomem(ctx, "a path");
  bl_status s = BL_OK;
  DIR *d = opendir(path);
  for (struct dirent *e; !s && d && (e = readdir(d));) {
    if (!bl_text_ends_with(e->d_name, ending)) continue;
    size_t n = strlen(e->d_name) - strlen(ending);
    s = drop(ctx, path, e->d_name, n, ending);
    if (strcmp(part, "plots")) continue;
    if (!s) s = drop(ctx, path, e->d_name, n, ".dat");
    if (!s) s = drop(ctx, folder, e->d_name, n, ".svg");
    if (!s) s = drop(ctx, folder, e->d_name, n, ".png");
  }
  if (d) closedir(d);
  rmdir(path); /* goes when it is empty */
  bl_free(ctx, path);
  return s;
}

/* The config goes last: it is what tells that the folder is a run's, should this be stopped halfway. */
static bl_status drop_results(bl_ctx *ctx, const char *folder)
{
  bl_status s = drop_parts(ctx, folder, "models", ".safetensors");
  if (!s) s = drop_parts(ctx, folder, "plots", ".gp");
  if (!s) s = drop_parts(ctx, folder, BL_MISTAKES, ".png");
  if (!s) s = drop_parts(ctx, folder, BL_MISTAKES, ".wav");
  for (size_t i = 0; !s && bl_dataset_files[i]; i++) s = drop(ctx, folder, bl_dataset_files[i], SIZE_MAX, "");
  for (size_t i = BL_N_RUN_FILES; !s && i-- > 0;) s = drop(ctx, folder, bl_run_file_name[i], SIZE_MAX, "");
  return s;
}

bl_status bl_take_folder(bl_ctx *ctx, const char *folder)
{
  struct stat st;
  if (stat(folder, &st)) return bl_make_folder(ctx, folder);
  bool run;
  bl_status s = is_run(ctx, folder, &run);
  if (s) return s;
  if (run) return drop_results(ctx, folder);
  /* the system knows best whether a folder is empty */
  if (rmdir(folder))
    return bl_fail(ctx, BL_E_ARG, "'%s' is there already and is no run of Baleen's; name another folder, or empty it",
                   folder);
  return bl_make_folder(ctx, folder);
}
