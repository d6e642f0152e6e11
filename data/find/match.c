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

/* How many keys fit; *item is the one when it is one. */
static size_t count_keys(const bl_match *m, key_kind kind, const char *text, size_t *item)
{
  size_t lo = 0, hi = m->n, n = 0;
  key want = {.kind = kind};
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    const key *k = &m->key[mid];
    bool less = k->kind != want.kind ? k->kind < want.kind : strcmp(k->text, text) < 0;
    if (less) lo = mid + 1;
    else hi = mid;
  }
  for (; lo < m->n && m->key[lo].kind == kind && !strcmp(m->key[lo].text, text); lo++, n++) *item = m->key[lo].item;
  return n;
}

/* A path as another machine writes it: from the root, with a drive or with backslashes. Its file name, else NULL. */
static const char *foreign_file(const char *text)
{
  const char *back = strrchr(text, '\\'), *slash = strrchr(text, '/');
  if (!back && *text != '/') return NULL;
  return back > slash ? back + 1 : slash + 1;
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

static bl_status not_asked_for(bl_ctx *ctx, const bl_match *m, const char *where, const char *folder, const char *text)
{
  const char *file = foreign_file(text);
  bool there = false;
  bl_status s = is_there(ctx, folder, text, &there);
  if (!s && !there) s = is_there(ctx, m->found->base, file ? file : text, &there);
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
  const char *foreign = foreign_file(text), *file = foreign ? foreign : name;
  bl_status s = path && name ? BL_OK : bl_fail_nomem(ctx, text);
  *n = 0;
  for (unsigned k = 0; !s && !*n && k < N_KINDS; k++) {
    const char *of = k < BY_NAME ? path : k < BY_FILE ? name : file;
    if (k < BY_FILE || !strchr(file, '/')) *n = count_keys(m, (key_kind)k, of, item);
  }
  bl_free(ctx, joined);
  bl_free(ctx, path);
  bl_free(ctx, name);
  return s;
}

bl_status bl_match_find(bl_ctx *ctx, const bl_match *m, const char *where, const char *folder, const char *text,
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
  return s || n ? s : not_asked_for(ctx, m, where, folder, text);
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
    s = where ? bl_match_find(ctx, m, where, folder, bl_table_cell(t, r, col), &item) : bl_fail_nomem(ctx, t->path);
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
