/* Finding recordings by patterns. A pattern is cut at its slashes; parts without wildcards are appended as they stand,
 * the others are compared with what the folder holds. Settings of raw samples before a pattern (pcm:rate=48000:*.pcm)
 * come before each path that it gives. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "baleen/recording.h"
#include "baleen/text.h"
#include "path.h"
#include "recording_private.h"
#include "sidecar.h"

enum { MAX_DEPTH = 64, MAX_ALTERNATIVES = 4096 };

/* ---- patterns ---------------------------------------------------------------------------------------------------- */

static bool is_wild(const char *s) { return s[strcspn(s, "*?[")] != '\0'; }

bl_status bl_expand_braces(bl_ctx *ctx, const char *pattern, bl_texts *out)
{
  const char *open = strchr(pattern, '{'), *p = open;
  int depth = 0;
  bool comma = false;
  for (; p && *p; p++) {
    depth += (*p == '{') - (*p == '}');
    comma = comma || (*p == ',' && depth == 1);
    if (!depth) break;
  }
  if (!p || !*p || !comma) /* no braces, or none that hold alternatives: text */
    return out->n >= MAX_ALTERNATIVES
               ? bl_fail(ctx, BL_E_CONFIG, "the braces in '%s' stand for too many names", pattern)
               : bl_texts_add(ctx, out, pattern);
  bl_status s = BL_OK;
  const char *close = p, *first = open + 1;
  depth = 0;
  for (p = first; !s && p <= close; p++) {
    if (p == close || (*p == ',' && !depth)) {
      char *one = bl_strf(ctx, "%.*s%.*s%s", (int)(open - pattern), pattern, (int)(p - first), first, close + 1);
      s = one ? bl_expand_braces(ctx, one, out) : bl_fail_nomem(ctx, pattern);
      bl_free(ctx, one);
      first = p + 1;
    }
    depth += (*p == '{') - (*p == '}');
  }
  return s;
}

/* The part before the first wildcard, at a slash; without wildcards, the folder itself or the file's. */
static char *literal_folder(bl_ctx *ctx, const char *start, const char *pattern)
{
  size_t wild = strcspn(pattern, "*?[");
  struct stat st;
  char *front = bl_strf(ctx, "%.*s", (int)wild, pattern), *whole = front ? bl_path_join(ctx, start, front) : NULL;
  char *folder = NULL, *out = NULL;
  if (whole && !pattern[wild] && stat(whole, &st) == 0 && S_ISDIR(st.st_mode)) {
    folder = whole;
    whole = NULL;
  } else if (whole) {
    folder = bl_path_folder(ctx, whole);
  }
  if (folder) out = bl_path_normal(ctx, folder);
  bl_free(ctx, front);
  bl_free(ctx, whole);
  bl_free(ctx, folder);
  return out;
}

/* Shortens `a` to the folder that it shares with b. */
static void keep_shared(char *a, const char *b)
{
  size_t same = 0, i = 0;
  for (; a[i] && a[i] == b[i]; i++)
    if (a[i] == '/') same = i ? i : 1;
  if ((!a[i] || a[i] == '/') && (!b[i] || b[i] == '/')) same = i;
  if (same) a[same] = '\0';
  else memcpy(a, ".", 2); /* both are relative and share nothing; a has one byte at least */
}

/* ---- walking ----------------------------------------------------------------------------------------------------- */

typedef struct walk {
  bl_ctx *ctx;
  bl_buf at;           /* the path so far; "" is the current folder */
  unsigned char at_is; /* what its folder says that it is (DT_REG, DT_DIR ..); DT_UNKNOWN: stat() has to tell */
  bl_texts *parts;
  bool any_name; /* the pattern's end names an extension: whatever matches is wanted */
  bl_texts *found;
  const char *settings;     /* "pcm:rate=48000:"; "" for files that tell themselves */
  size_t n_found, n_untold; /* by this pattern; files left out that a sidecar would have made recordings */
} walk;

static const char *here(const walk *w) { return w->at.len ? w->at.v : "."; }

static bl_status push(walk *w, const char *name, unsigned char is)
{
  size_t n = w->at.len;
  bl_status s = n && w->at.v[n - 1] != '/' ? bl_buf_puts(w->ctx, &w->at, "/") : BL_OK;
  w->at_is = is;
  return s ? s : bl_buf_puts(w->ctx, &w->at, name);
}

static void pop(walk *w, size_t n)
{
  w->at.len = n;
  w->at_is = DT_UNKNOWN;
  if (w->at.v) w->at.v[n] = '\0';
}

/* What a folder holds. */
typedef struct entries {
  bl_texts names;
  bl_buf is; /* of each, what the folder says that it is: d_type of readdir() */
} entries;

static void free_entries(bl_ctx *ctx, entries *e)
{
  bl_texts_free(ctx, &e->names);
  bl_buf_free(ctx, &e->is);
}

static bl_status push_entry(walk *w, const entries *e, size_t i)
{
  return push(w, e->names.v[i], (unsigned char)e->is.v[i]);
}

static bl_status list_folder(walk *w, entries *out)
{
  DIR *d = opendir(here(w));
  if (!d && (errno == ENOENT || errno == ENOTDIR)) return BL_OK;
  if (!d) return bl_fail(w->ctx, BL_E_IO, "%s: cannot read the folder: %s", here(w), strerror(errno));
  bl_status s = BL_CHECK_CANCEL(w->ctx);
  struct dirent *e;
  while (!s && (e = readdir(d)) != NULL) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    s = bl_texts_add(w->ctx, &out->names, e->d_name);
    if (!s) s = bl_buf_add(w->ctx, &out->is, (const char *)&e->d_type, 1);
  }
  closedir(d);
  return s;
}

/* What the path so far is, without following a link. A folder tells of its files what they are, and of ten thousand it is
 * worth not to ask again; only the kind is filled in then. */
static bool look_at(const walk *w, struct stat *out)
{
  *out = (struct stat){.st_mode = (mode_t)DTTOIF(w->at_is)};
  return w->at_is == DT_REG || w->at_is == DT_DIR || lstat(here(w), out) == 0;
}

static bl_status add_file(walk *w)
{
  w->n_found++;
  char *whole = bl_strf(w->ctx, "%s%s", w->settings, here(w));
  bl_status s = whole ? bl_texts_add(w->ctx, w->found, whole) : bl_fail_nomem(w->ctx, here(w));
  bl_free(w->ctx, whole);
  return s;
}

/* A file that no pattern names by its ending: is it one of those looked for? */
static bl_status add_if_wanted(walk *w)
{
  bool wanted = false, candidate = false;
  bl_status s = BL_OK;
  if (*w->settings) wanted = bl_text_ends_with(here(w), ".raw") || bl_text_ends_with(here(w), ".pcm");
  else if (bl_recording_is_name(here(w))) wanted = true;
  else s = bl_sidecar_tells(w->ctx, here(w), &candidate, &wanted);
  w->n_untold += candidate && !wanted;
  return !s && wanted ? add_file(w) : s;
}

static bl_status below(walk *w, size_t depth);

/* Whether there is a file. What is none is told where a recording may have been lost with it, as when a disk is not
 * mounted or a file was not fetched: links that lead nowhere, and (wanted) whatever has the name of a recording. seen: as it was found, zero when
 * it was not. */
static bool is_file(walk *w, bool wanted, const struct stat *seen)
{
  struct stat st, link;
  if (S_ISREG(seen->st_mode)) return true; /* most are, and one look at each is enough */
  bool there = stat(here(w), &st) == 0;
  int why = errno;
  if (there && S_ISREG(st.st_mode)) return true;
  if (lstat(here(w), &link)) return false;
  if (!there && S_ISLNK(link.st_mode))
    bl_warn(w->ctx, BL_W_REMARK, "%s: passed over: a link that leads nowhere (%s)", here(w), strerror(why));
  else if (there && S_ISDIR(st.st_mode))
    bl_warn(w->ctx, BL_W_REMARK, "%s: passed over: a link to a folder; a pattern that names it looks into it", here(w));
  else if (wanted) bl_warn(w->ctx, BL_W_REMARK, "%s: passed over: it is no regular file", here(w));
  return false;
}

static void tell_folder(walk *w)
{
  if (bl_recording_is_name(here(w)))
    bl_warn(w->ctx, BL_W_REMARK, "%s: is a folder, with the name of a recording; the recordings in it are taken",
            here(w));
}

/* An entry found while going down: a recording is kept, a real folder entered. */
static bl_status enter(walk *w, const entries *from, size_t i, size_t depth)
{
  size_t n = w->at.len;
  struct stat st;
  bl_status s = push_entry(w, from, i);
  if (!s && look_at(w, &st)) {
    bool folder = S_ISDIR(st.st_mode);
    if (folder) tell_folder(w);
    if (folder) s = below(w, depth + 1);
    else if (is_file(w, bl_recording_is_name(here(w)), &st)) s = add_if_wanted(w);
  }
  pop(w, n);
  return s;
}

static bl_status below(walk *w, size_t depth)
{
  entries e = {0};
  bl_status s = depth > MAX_DEPTH
                    ? bl_fail(w->ctx, BL_E_CONFIG, "%s: folders nested deeper than %d", here(w), MAX_DEPTH)
                    : list_folder(w, &e);
  for (size_t i = 0; !s && i < e.names.n; i++)
    if (e.names.v[i][0] != '.') s = enter(w, &e, i, depth);
  free_entries(w->ctx, &e);
  return s;
}

static bl_status match(walk *w, size_t part, size_t depth);

static bl_status at_end(walk *w)
{
  struct stat st = {.st_mode = (mode_t)DTTOIF(w->at_is)};
  if (!S_ISREG(st.st_mode) && stat(here(w), &st) == 0 && S_ISDIR(st.st_mode)) {
    if (w->parts->n && is_wild(w->parts->v[w->parts->n - 1])) tell_folder(w);
    return below(w, 0);
  }
  if (!is_file(w, w->any_name || bl_recording_is_name(here(w)), &st)) return BL_OK;
  return w->any_name ? add_file(w) : add_if_wanted(w);
}

/* ** : none or more folders in between. */
static bl_status match_any_depth(walk *w, size_t part, size_t depth)
{
  entries e = {0};
  size_t n = w->at.len;
  struct stat st;
  if (part + 1 == w->parts->n) return below(w, depth);
  bl_status s = depth > MAX_DEPTH
                    ? bl_fail(w->ctx, BL_E_CONFIG, "%s: folders nested deeper than %d", here(w), MAX_DEPTH)
                    : match(w, part + 1, depth);
  if (!s) s = list_folder(w, &e);
  for (size_t i = 0; !s && i < e.names.n; i++) {
    if (e.names.v[i][0] == '.') continue;
    s = push_entry(w, &e, i);
    if (!s && look_at(w, &st) && S_ISDIR(st.st_mode)) s = match_any_depth(w, part, depth + 1);
    pop(w, n);
  }
  free_entries(w->ctx, &e);
  return s;
}

static bl_status match(walk *w, size_t part, size_t depth)
{
  if (part == w->parts->n) return at_end(w);
  const char *p = w->parts->v[part];
  size_t n = w->at.len;
  bl_status s = BL_OK;
  if (!strcmp(p, "**")) return match_any_depth(w, part, depth);
  if (!is_wild(p)) {
    s = push(w, p, DT_UNKNOWN);
    if (!s) s = match(w, part + 1, depth);
    pop(w, n);
    return s;
  }
  entries e = {0};
  s = list_folder(w, &e);
  for (size_t i = 0; !s && i < e.names.n; i++) {
    const char *name = e.names.v[i];
    if ((name[0] == '.' && *p != '.') || !bl_text_glob(p, name)) continue;
    s = push_entry(w, &e, i);
    if (!s) s = match(w, part + 1, depth);
    pop(w, n);
  }
  free_entries(w->ctx, &e);
  return s;
}

static bl_status cut_at_slashes(bl_ctx *ctx, const char *pattern, bl_texts *parts)
{
  bl_status s = BL_OK;
  while (!s && *pattern) {
    size_t n = strcspn(pattern, "/");
    bool here_itself = n == 1 && *pattern == '.';
    char *part = bl_strf(ctx, "%.*s", (int)n, pattern);
    if (!part) s = bl_fail_nomem(ctx, "a pattern");
    else if (n && !here_itself) s = bl_texts_add(ctx, parts, part);
    bl_free(ctx, part);
    pattern += n + (pattern[n] == '/');
  }
  return s;
}

/* What a pattern with all its alternatives has given. */
typedef struct tally {
  bl_found *out;
  const char *settings; /* as walk has it */
  size_t n_found, n_untold;
} tally;

/* One pattern without braces, in normal form, relative to the folder `start` (which may itself hold any character). */
static bl_status find_one(bl_ctx *ctx, const char *start, const char *pattern, tally *t)
{
  bl_texts parts = {0};
  walk w = {.ctx = ctx, .parts = &parts, .found = &t->out->paths, .settings = t->settings};
  bl_status s = cut_at_slashes(ctx, pattern, &parts);
  if (!s && *pattern == '/') s = bl_buf_puts(ctx, &w.at, "/");
  else if (!s && strcmp(start, ".")) s = bl_buf_puts(ctx, &w.at, start);
  const char *last = bl_path_base(pattern), *tail = strrchr(last, '.');
  w.any_name = !is_wild(last) || (tail && !is_wild(tail));
  if (!s) s = match(&w, 0, 0);
  t->n_found += w.n_found;
  t->n_untold += w.n_untold;
  bl_texts_free(ctx, &parts);
  bl_buf_free(ctx, &w.at);
  return s;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* By file, then by settings. */
static int by_file(const void *pa, const void *pb)
{
  const char *a = *(char *const *)pa, *b = *(char *const *)pb;
  int order = strcmp(bl_recording_file(a), bl_recording_file(b));
  return order ? order : strcmp(a, b);
}

/* One of the alternatives that a pattern's braces stand for. */
static bl_status find_alternative(bl_ctx *ctx, const char *folder, const char *text, tally *t)
{
  bl_found *f = t->out;
  char *start = bl_path_normal(ctx, folder && *folder ? folder : "."), *pattern = bl_path_normal(ctx, text),
       *front = NULL;
  bl_status s = start && pattern ? BL_OK : bl_fail_nomem(ctx, text);
  const char *p = pattern;
  while (!s && !strncmp(p, "..", 2) && (!p[2] || p[2] == '/')) { /* up from the folder, before any wildcard */
    char *up = bl_strf(ctx, "%s/..", start);
    bl_free(ctx, start);
    start = up ? bl_path_normal(ctx, up) : NULL;
    bl_free(ctx, up);
    if (!start) s = bl_fail_nomem(ctx, text);
    p += p[2] ? 3 : 2;
  }
  if (!s && !(front = literal_folder(ctx, start, *p ? p : "."))) s = bl_fail_nomem(ctx, text);
  if (!s) s = find_one(ctx, start, p, t);
  if (!s && f->base) {
    keep_shared(f->base, front);
  } else if (!s) {
    f->base = front;
    front = NULL;
  }
  bl_free(ctx, start);
  bl_free(ctx, pattern);
  bl_free(ctx, front);
  return s;
}

static bl_status nothing_found(bl_ctx *ctx, const char *who, const char *folder, const char *pattern, const tally *t)
{
  static const char remedy[] =
      "; .npy, .csv, .tsv, .raw and .pcm files are taken where a .json file beside them tells the rate (and "
      "the format of raw samples), or where the pattern names them, as in *.npy";
  return bl_fail(ctx, BL_E_CONFIG, "%s: no recording matches '%s' (looked from the folder '%s')%s", who, pattern,
                 folder && *folder ? folder : ".", t->n_untold ? remedy : "");
}

static bl_status find_pattern(bl_ctx *ctx, const char *who, const char *folder, const char *pattern, bl_found *f)
{
  bl_texts each = {0};
  const char *files = bl_recording_file(pattern);
  char *settings = bl_strf(ctx, "%.*s", (int)(files - pattern), pattern);
  tally t = {.out = f, .settings = settings};
  bl_status s = settings ? BL_OK : bl_fail_nomem(ctx, pattern);
  if (!s && !strncmp(pattern, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX))) {
    s = bl_pcm_check_name(ctx, pattern);
    if (s && s != BL_E_NOMEM) s = bl_fail_in(ctx, BL_E_CONFIG, "%s: ", who);
  }
  if (!s) s = bl_expand_braces(ctx, files, &each);
  for (size_t i = 0; !s && i < each.n; i++) s = find_alternative(ctx, folder, each.v[i], &t);
  if (!s && !t.n_found) s = nothing_found(ctx, who, folder, pattern, &t);
  bl_texts_free(ctx, &each);
  bl_free(ctx, settings);
  return s;
}

static const char *name_below(const char *base, const char *path)
{
  size_t n = strlen(base);
  if (!strncmp(path, base, n) && path[n] == '/') return path + n + 1;
  return n && base[n - 1] == '/' && !strncmp(path, base, n) ? path + n : path;
}

/* In order, each file once. */
static bl_status settle(bl_ctx *ctx, const char *who, bl_texts *paths)
{
  size_t kept = 0, n = paths->n;
  if (n) qsort(paths->v, n, sizeof *paths->v, by_file);
  for (size_t i = 1; i < n; i++)
    if (!strcmp(bl_recording_file(paths->v[i]), bl_recording_file(paths->v[i - 1])) &&
        strcmp(paths->v[i], paths->v[i - 1]))
      return bl_fail(ctx, BL_E_CONFIG, "%s: one file is to be read in two ways, as '%s' and as '%s'; name it once", who,
                     paths->v[i - 1], paths->v[i]);
  for (size_t i = 0; i < n; i++) {
    if (kept && !strcmp(paths->v[kept - 1], paths->v[i])) bl_free(ctx, paths->v[i]);
    else paths->v[kept++] = paths->v[i];
  }
  paths->n = kept;
  return BL_OK;
}

bl_status bl_find_recordings(bl_ctx *ctx, const char *who, const char *folder, const bl_texts *patterns, bl_found *out)
{
  bl_found f = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < patterns->n; i++) s = find_pattern(ctx, who, folder, patterns->v[i], &f);
  if (!s) s = settle(ctx, who, &f.paths);
  for (size_t i = 0; !s && i < f.paths.n; i++)
    s = bl_texts_add(ctx, &f.names, name_below(f.base, bl_recording_file(f.paths.v[i])));
  if (s) bl_found_free(ctx, &f);
  *out = f;
  return s;
}

void bl_found_free(bl_ctx *ctx, bl_found *f)
{
  bl_texts_free(ctx, &f->paths);
  bl_texts_free(ctx, &f->names);
  bl_free(ctx, f->base);
  f->base = NULL;
}
