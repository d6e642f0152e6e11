/* The folder of a run: made, or taken over from an earlier run, of which nothing must be left to be mistaken for the
 * new one's. What is not a run's is never touched.
 *
 * While a run is at work, it holds a lock on a file in the folder. The system lets go of the lock when the program ends,
 * however it ends: a lock file that lies there without one is a killed run's, and is nobody's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdint.h>

#include "baleen/file.h"
#include "baleen/pool.h"
#include "baleen/text.h"
#include "run_files.h"

#define LOCK "run.lock"

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

/* Adds <folder>/<stem><tail> to what is to be removed, if it is there; of the stem the first stem_n bytes. */
static bl_status doom(bl_ctx *ctx, bl_texts *doomed, const char *folder, const char *stem, size_t stem_n,
                      const char *tail)
{
  struct stat st;
  size_t all = strlen(stem);
  char *path = bl_strf(ctx, "%s/%.*s%s", folder, (int)(stem_n < all ? stem_n : all), stem, tail);
  if (!path) return bl_fail_nomem(ctx, "a path");
  bl_status s = lstat(path, &st) ? BL_OK : bl_texts_add(ctx, doomed, path);
  bl_free(ctx, path);
  return s;
}

static bl_status drop(bl_ctx *ctx, const char *path)
{
  if (!unlink(path) || errno == ENOENT || errno == ENOTDIR) return BL_OK;
  return bl_fail(ctx, BL_E_IO, "cannot remove '%s' of an earlier run: %s", path, strerror(errno));
}

static bl_status drop_one(bl_ctx *ctx, void *arg, size_t i) { return drop(ctx, ((const bl_texts *)arg)->v[i]); }

/* Side by side: some file systems wait for the disk at each file that is removed. */
static bl_status drop_all(bl_ctx *ctx, bl_texts *doomed) { return bl_pool_for(ctx, doomed->n, 1e9, drop_one, doomed); }

/* What bl_out_open() writes beside a file, for good where the program was killed: <file>.new-<process>-<number>. */
static bool is_half_written(const char *name)
{
  static const char digits[] = "0123456789";
  const char *at = strstr(name, ".new-");
  size_t n = at ? strspn(at + 5, digits) : 0, m = n && at[5 + n] == '-' ? strspn(at + 6 + n, digits) : 0;
  return m && !at[6 + n + m];
}

/* Whether a run writes a file of the name that begins with these n bytes. */
static bool writes(const char *name, size_t n)
{
  for (size_t i = 0; i < BL_N_RUN_FILES; i++)
    if (strlen(bl_run_file_name[i]) == n && !strncmp(bl_run_file_name[i], name, n)) return true;
  for (size_t i = 0; bl_dataset_files[i]; i++)
    if (strlen(bl_dataset_files[i]) == n && !strncmp(bl_dataset_files[i], name, n)) return true;
  return false;
}

/* Left by a run that was killed, and of no use to anybody. */
static bool is_left_over(const char *name)
{
  if (!strcmp(name, LOCK)) return true;
  return is_half_written(name) && writes(name, (size_t)(strstr(name, ".new-") - name));
}

/* Half-written files of a folder that is a run's own. */
static bl_status doom_left_over(bl_ctx *ctx, bl_texts *doomed, const char *folder, bool all)
{
  bl_status s = BL_OK;
  DIR *d = opendir(folder);
  for (struct dirent *e; !s && d && (e = readdir(d));)
    if (strcmp(e->d_name, LOCK) && (all ? is_half_written(e->d_name) : is_left_over(e->d_name)))
      s = doom(ctx, doomed, folder, e->d_name, SIZE_MAX, "");
  if (d) closedir(d);
  return s;
}

/* The folders inside a run's, and how the files end that it writes there. */
static const struct part {
  const char *folder, *ending;
} parts[] = {{"models", ".safetensors"}, {"plots", ".gp"},    {BL_MISTAKES, ".png"},
             {BL_MISTAKES, ".wav"},      {BL_FRAMES, ".npy"}, {BL_FRAMES, ".json"}};
enum { N_PARTS = sizeof parts / sizeof *parts };

/* Of plots/ scripts, data, and the pictures they drew, which lie in the run's folder itself. */
static bl_status doom_part(bl_ctx *ctx, bl_texts *doomed, const char *folder, const struct part *part)
{
  char *path = bl_path_in(ctx, folder, part->folder);
  if (!path) return bl_fail_nomem(ctx, "a path");
  bl_status s = BL_OK;
  DIR *d = opendir(path);
  for (struct dirent *e; !s && d && (e = readdir(d));) {
    if (!bl_text_ends_with(e->d_name, part->ending)) continue;
    size_t n = strlen(e->d_name) - strlen(part->ending);
    s = doom(ctx, doomed, path, e->d_name, n, part->ending);
    if (strcmp(part->folder, "plots")) continue;
    if (!s) s = doom(ctx, doomed, path, e->d_name, n, ".dat");
    if (!s) s = doom(ctx, doomed, folder, e->d_name, n, ".svg");
    if (!s) s = doom(ctx, doomed, folder, e->d_name, n, ".png");
  }
  if (d) closedir(d);
  if (!s) s = doom_left_over(ctx, doomed, path, true);
  bl_free(ctx, path);
  return s;
}

/* Those of them that are empty. */
static bl_status drop_parts(bl_ctx *ctx, const char *folder)
{
  for (size_t i = 0; i < N_PARTS; i++) {
    char *path = bl_path_in(ctx, folder, parts[i].folder);
    if (!path) return bl_fail_nomem(ctx, "a path");
    rmdir(path);
    bl_free(ctx, path);
  }
  return BL_OK;
}

/* The config goes last: it is what tells that the folder is a run's, should this be stopped halfway. */
static bl_status drop_results(bl_ctx *ctx, const char *folder)
{
  bl_texts doomed = {0}, config = {0};
  bl_status s = doom_left_over(ctx, &doomed, folder, false);
  for (size_t i = 0; !s && i < N_PARTS; i++) s = doom_part(ctx, &doomed, folder, &parts[i]);
  for (size_t i = 0; !s && bl_dataset_files[i]; i++) s = doom(ctx, &doomed, folder, bl_dataset_files[i], SIZE_MAX, "");
  for (size_t i = 0; !s && i < BL_N_RUN_FILES; i++)
    s = doom(ctx, i == BL_RUN_CONFIG ? &config : &doomed, folder, bl_run_file_name[i], SIZE_MAX, "");
  if (!s) s = drop_all(ctx, &doomed);
  if (!s) s = drop_parts(ctx, folder);
  if (!s) s = drop_all(ctx, &config);
  bl_texts_free(ctx, &doomed);
  bl_texts_free(ctx, &config);
  return s;
}

/* ---- taking it --------------------------------------------------------------------------------------------------- */

/* BL_OK when there is nothing in the folder but what runs leave. */
static bl_status check_is_ours(bl_ctx *ctx, const char *folder)
{
  bool run, foreign = false;
  bl_status s = is_run(ctx, folder, &run);
  if (s || run) return s;
  DIR *d = opendir(folder);
  if (!d) return bl_fail(ctx, BL_E_IO, "cannot look into the folder '%s': %s", folder, strerror(errno));
  for (struct dirent *e; (e = readdir(d));)
    foreign = foreign || (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && !is_left_over(e->d_name));
  closedir(d);
  if (!foreign) return BL_OK;
  return bl_fail(ctx, BL_E_ARG, "'%s' is there already and is no run of Baleen's; name another folder, or empty it",
                 folder);
}

/* Who holds the lock wrote its process into the file. */
static bl_status in_use(bl_ctx *ctx, const char *folder, int fd)
{
  char who[64] = "";
  ssize_t n = pread(fd, who, sizeof who - 1, 0);
  who[n > 0 ? n : 0] = '\0';
  who[strspn(who, "0123456789")] = '\0';
  return bl_fail(ctx, BL_E_ARG, "another run%s%s is at work in '%s'; wait for its end, or name another folder",
                 *who ? ", process " : "", who, folder);
}

/* Holds the lock of a file that is still the one at this path: a run that ended meanwhile took its own away. */
static bl_status lock_file(bl_ctx *ctx, const char *folder, const char *path, int *out)
{
  struct stat held, there;
  for (;;) {
    int fd = *out = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return bl_fail(ctx, BL_E_IO, "cannot write into the folder '%s': %s", folder, strerror(errno));
    bool busy = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
    bl_status s = busy ? in_use(ctx, folder, fd) : BL_OK;
    if (!busy && !fstat(fd, &held) && !stat(path, &there) && held.st_ino == there.st_ino) return BL_OK;
    close(fd);
    *out = -1;
    if (s) return s;
  }
}

static bl_status lock(bl_ctx *ctx, bl_run_folder *f)
{
  char *path = bl_path_in(ctx, f->path, LOCK);
  bl_status s = path ? lock_file(ctx, f->path, path, &f->lock) : bl_fail_nomem(ctx, "a path");
  if (!s) {
    char who[32];
    int n = snprintf(who, sizeof who, "%ld\n", (long)getpid());
    if (ftruncate(f->lock, 0) || pwrite(f->lock, who, (size_t)n, 0) != n)
      s = bl_fail(ctx, BL_E_IO, "%s: cannot write it: %s", path, strerror(errno));
  }
  bl_free(ctx, path);
  return s;
}

/* The topmost part of a path that is not there yet; NULL when all is. To be freed. */
static bl_status first_missing(bl_ctx *ctx, const char *path, char **out)
{
  struct stat st;
  char *copy = bl_strdup(ctx, path);
  *out = NULL;
  if (!copy) return bl_fail_nomem(ctx, "a path");
  for (char *p = copy + 1; *copy && !*out; p++) {
    if (*p && *p != '/') continue;
    char c = *p;
    *p = '\0';
    if (stat(copy, &st) && errno == ENOENT) return *out = copy, BL_OK;
    *p = c;
    if (!c) break;
  }
  bl_free(ctx, copy);
  return BL_OK;
}

static bl_status make_ready(bl_ctx *ctx, bl_run_folder *f)
{
  bl_status s = first_missing(ctx, f->path, &f->made);
  if (!s && f->made) s = bl_make_folder(ctx, f->path);
  if (!s) s = check_is_ours(ctx, f->path);
  if (!s) s = lock(ctx, f);
  return s ? s : drop_results(ctx, f->path);
}

/* A name that nobody has, and by making it nobody else will get: a run never overwrites another unasked. */
static bl_status name_folder(bl_ctx *ctx, const char *name, bl_run_folder *f)
{
  bl_status s = first_missing(ctx, "runs", &f->made);
  if (!s) s = bl_make_folder(ctx, "runs");
  for (int k = 1; !s; k++) {
    bl_free(ctx, f->path);
    f->path = k == 1 ? bl_strf(ctx, "runs/%s", name) : bl_strf(ctx, "runs/%s-%d", name, k);
    if (!f->path) return bl_fail_nomem(ctx, "a path");
    if (!mkdir(f->path, 0777)) break;
    if (errno != EEXIST) s = bl_fail(ctx, BL_E_IO, "cannot make the folder '%s': %s", f->path, strerror(errno));
  }
  if (!s && !f->made && !(f->made = bl_strdup(ctx, f->path))) s = bl_fail_nomem(ctx, "a path");
  return s ? s : lock(ctx, f);
}

bl_status bl_take_folder(bl_ctx *ctx, const char *path, const char *name, bl_run_folder *out)
{
  bl_run_folder f = {.lock = -1};
  bl_status s = BL_OK;
  if (path && !(f.path = bl_strdup(ctx, path))) s = bl_fail_nomem(ctx, "a path");
  if (!s) s = path ? make_ready(ctx, &f) : name_folder(ctx, name, &f);
  *out = f;
  if (s) bl_leave_folder(ctx, out, out->made); /* what an earlier run left stays as it is */
  return s;
}

/* Removes the folder, and those above it up to the topmost that was made; each goes when it is empty. */
static void remove_made(const bl_run_folder *f)
{
  size_t least = strlen(f->made);
  for (char *end = f->path + strlen(f->path); (size_t)(end - f->path) >= least;) {
    *end = '\0';
    if (rmdir(f->path) && errno != ENOENT) return;
    while (end > f->path && *end != '/') end--;
    if (end == f->path) return;
  }
}

void bl_leave_folder(bl_ctx *ctx, bl_run_folder *f, bool away)
{
  bl_status s = BL_OK;
  bool ours = f->path && f->lock >= 0;
  if (ours && away) {
    char *why = bl_strdup(ctx, bl_ctx_error(ctx));
    s = drop_results(ctx, f->path);
    if (s && why) bl_warn(ctx, BL_W_SKIPPED, "%s", bl_ctx_error(ctx));
    if (why) bl_fail(ctx, BL_E_CONFIG, "%s", why); /* the text that there was */
    bl_free(ctx, why);
  }
  char *lock = ours ? bl_path_in(ctx, f->path, LOCK) : NULL;
  if (lock) s = drop(ctx, lock);
  bl_free(ctx, lock);
  if (f->lock >= 0) close(f->lock);
  if (away && f->path && f->made) remove_made(f);
  bl_free(ctx, f->path);
  bl_free(ctx, f->made);
  (void)s;
  *f = (bl_run_folder){.lock = -1};
}
