#include "match.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "baleen/recording.h"
#include "baleen/text.h"

/* Tried in this order. The odd ones are without extension. */
typedef enum key_kind { BY_PATH, BY_PATH_STEM, BY_NAME, BY_NAME_STEM, BY_FILE, BY_FILE_STEM, N_KINDS } key_kind;
struct bl_match_key {
  key_kind kind;
  char *text;
  size_t item;
};
typedef struct bl_match_key key;

static int by_key(const void *a, const void *b)
{
  const key *p = a, *q = b;
  if (p->kind != q->kind) return p->kind < q->kind ? -1 : 1;
  return strcmp(p->text, q->text);
}

bl_status bl_match_new(bl_ctx *ctx, const bl_found *found, bl_match *out)
{
  bl_match m = {.found = found, .key = bl_calloc(ctx, found->paths.n * N_KINDS, sizeof *m.key)};
  bl_status s = m.key ? BL_OK : bl_fail_nomem(ctx, "the list of recordings");
  for (size_t i = 0; !s && i < found->paths.n; i++) {
    const char *file = bl_recording_file(found->paths.v[i]);
    char *normal = bl_path_normal(ctx, file);
    const char *of[] = {normal, found->names.v[i], bl_path_base(file)};
    if (!normal) s = bl_fail_nomem(ctx, "the list of recordings");
    for (unsigned k = 0; !s && k < N_KINDS; k++) {
      char *text = k % 2 ? bl_path_stem(ctx, of[k / 2]) : bl_strdup(ctx, of[k / 2]);
      if (text) m.key[m.n++] = (key){(key_kind)k, text, i};
      else s = bl_fail_nomem(ctx, "the list of recordings");
    }
    bl_free(ctx, normal);
  }
  if (!s && m.n) qsort(m.key, m.n, sizeof *m.key, by_key);
  if (s) bl_match_free(ctx, &m);
  *out = m;
  return s;
}

void bl_match_free(bl_ctx *ctx, bl_match *m)
{
  for (size_t i = 0; i < m->n; i++) bl_free(ctx, m->key[i].text);
  bl_free(ctx, m->key);
  *m = (bl_match){0};
}

/* The first key of this kind and text, or where it would stand. */
static size_t first_key(const bl_match *m, key_kind kind, const char *text)
{
  size_t lo = 0, hi = m->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    const key *k = &m->key[mid];
    bool less = k->kind != kind ? k->kind < kind : strcmp(k->text, text) < 0;
    if (less) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static bool is_key(const bl_match *m, size_t i, key_kind kind, const char *text)
{
  return i < m->n && m->key[i].kind == kind && !strcmp(m->key[i].text, text);
}

/* How many keys fit; *item is the one when it is one. */
static size_t count_keys(const bl_match *m, key_kind kind, const char *text, size_t *item)
{
  size_t n = 0;
  for (size_t i = first_key(m, kind, text); is_key(m, i, kind, text); i++, n++) *item = m->key[i].item;
  return n;
}

/* The same of the file's name, with the folders that `text` gives before it, from the last on. Those of a full path need
 * not agree, as the files may have been moved since: then those fit that agree most. */
static size_t count_tails(const bl_match *m, key_kind kind, const char *file, const char *text, size_t *item)
{
  size_t n = 0, best = 1;
  for (size_t i = first_key(m, kind, file); is_key(m, i, kind, file); i++) {
    bool all;
    size_t fit = bl_annotation_fit(text, m->found->paths.v[m->key[i].item], &all);
    if (fit < best) continue;
    n = fit > best ? 1 : n + 1;
    best = fit;
    *item = m->key[i].item;
  }
  return n;
}

/* The file's name in a path, as this machine or another one writes it. */
static const char *file_of(const char *text)
{
  const char *back = strrchr(text, '\\'), *slash = strrchr(text, '/'), *last = !slash || back > slash ? back : slash;
  return last ? last + 1 : text;
}

static bl_status is_there(bl_ctx *ctx, const char *folder, const char *text, bool *there)
{
  struct stat st;
  char *path = bl_path_join(ctx, folder, text);
  if (!path) return bl_fail_nomem(ctx, text);
  *there = stat(path, &st) == 0;
  for (size_t i = 0; !*there && bl_reader_at(i); i++) /* the table may leave the extension out */
    for (const char *const *e = bl_reader_at(i)->extensions; !*there && *e; e++) {
      char *full = bl_strf(ctx, "%s%s", path, *e);
      if (!full) {
        bl_free(ctx, path);
        return bl_fail_nomem(ctx, text);
      }
      *there = stat(full, &st) == 0;
      bl_free(ctx, full);
    }
  bl_free(ctx, path);
  return BL_OK;
}

bl_status bl_match_missing(bl_ctx *ctx, const bl_match *m, const char *where, const char *folder, const char *text)
{
  bool there = false, foreign = *text == '/' || strchr(text, '\\');
  bl_status s = is_there(ctx, folder, text, &there);
  if (!s && !there) s = is_there(ctx, m->found->base, foreign ? file_of(text) : text, &there);
  if (s || there) return s;
  return bl_fail(ctx, BL_E_CONFIG, "%s: names the recording '%s', which is neither in '%s' nor in '%s'", where, text,
                 folder, m->found->base);
}

/* How many recordings `text` may mean, by the first kind of key that fits any. */
static bl_status count_matches(bl_ctx *ctx, const bl_match *m, const char *folder, const char *text, size_t *n,
                               size_t *item)
{
  *item = BL_NO_ITEM;
  char *joined = bl_path_join(ctx, folder, text), *path = joined ? bl_path_normal(ctx, joined) : NULL;
  char *name = bl_path_normal(ctx, text);
  bl_status s = path && name ? BL_OK : bl_fail_nomem(ctx, text);
  *n = 0;
  for (unsigned k = 0; !s && !*n && k < N_KINDS; k++)
    *n = k < BY_FILE ? count_keys(m, (key_kind)k, k < BY_NAME ? path : name, item)
                     : count_tails(m, (key_kind)k, file_of(name), text, item);
  bl_free(ctx, joined);
  bl_free(ctx, path);
  bl_free(ctx, name);
  return s;
}

bl_status bl_match_look(bl_ctx *ctx, const bl_match *m, const char *where, const char *folder, const char *text,
                        size_t *item)
{
  size_t n;
  bl_status s = count_matches(ctx, m, folder, text, &n, item);
  if (!s && !n) { /* a table in Latin-1, which was read as such, beside files whose names are Latin-1 too */
    char *bytes = bl_latin1_of_utf8(ctx, text);
    s = bytes ? count_matches(ctx, m, folder, bytes, &n, item) : bl_fail_nomem(ctx, text);
    bl_free(ctx, bytes);
  }
  if (!s && n > 1)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: %zu recordings are called '%s'; name it with its folder", where, n, text);
  if (!n) *item = BL_NO_ITEM;
  return s;
}

/* Both: what the table names must be there. */
static bl_status find(bl_ctx *ctx, const bl_match *m, const char *where, const char *folder, const char *text,
                      size_t *item)
{
  bl_status s = bl_match_look(ctx, m, where, folder, text, item);
  return s || *item != BL_NO_ITEM ? s : bl_match_missing(ctx, m, where, folder, text);
}

bl_status bl_match_rows(bl_ctx *ctx, const bl_match *m, const bl_table *t, const char *path_column, size_t **row_of)
{
  size_t col = 0, n = m->found->paths.n, *rows = bl_calloc(ctx, n, sizeof *rows);
  char *folder = bl_path_folder(ctx, t->path);
  bl_status s = rows && folder ? BL_OK : bl_fail_nomem(ctx, t->path);
  *row_of = NULL;
  for (size_t i = 0; !s && i < n; i++) rows[i] = BL_NO_ITEM;
  if (!s) s = bl_table_column(ctx, t, path_column, &col);
  for (size_t r = 0; !s && r < t->n_rows; r++) {
    size_t item;
    char *where = bl_strf(ctx, "%s:%zu", t->path, t->line[r]);
    s = where ? find(ctx, m, where, folder, bl_table_cell(t, r, col), &item) : bl_fail_nomem(ctx, t->path);
    if (!s && item != BL_NO_ITEM && rows[item] != BL_NO_ITEM)
      s = bl_fail(ctx, BL_E_CONFIG, "%s: names the recording '%s', which line %zu has named", where,
                  m->found->names.v[item], t->line[rows[item]]);
    if (!s && item != BL_NO_ITEM) rows[item] = r;
    bl_free(ctx, where);
  }
  bl_free(ctx, folder);
  if (!s) {
    *row_of = rows;
    rows = NULL;
  }
  bl_free(ctx, rows);
  return s;
}
