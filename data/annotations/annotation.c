/* A growing list of annotations that owns its texts. */
#include "baleen/annotation.h"

#include <string.h>
#include <unistd.h>

#include "baleen/recording.h"
#include "baleen/text.h"

static void free_one(bl_ctx *ctx, bl_annotation *one)
{
  bl_free(ctx, one->label);
  bl_free(ctx, one->file);
  bl_free(ctx, one->channel);
}

/* NULL stays NULL. */
static bool copy_text(bl_ctx *ctx, char **to, const char *from)
{
  *to = from ? bl_strdup(ctx, from) : NULL;
  return *to || !from;
}

bl_status bl_annotations_add(bl_ctx *ctx, bl_annotations *a, const bl_annotation *one)
{
  void *v = a->v;
  bl_status s = bl_grow(ctx, &v, &a->cap, a->n + 1, sizeof *a->v, "annotations");
  if (s) return s;
  a->v = v;
  bl_annotation copy = *one;
  bool label = copy_text(ctx, &copy.label, one->label ? one->label : "");
  bool file = copy_text(ctx, &copy.file, one->file);
  bool channel = copy_text(ctx, &copy.channel, one->channel);
  if (!label || !file || !channel) {
    free_one(ctx, &copy);
    return bl_fail_nomem(ctx, "annotations");
  }
  a->v[a->n++] = copy;
  return BL_OK;
}

/* A path taken apart from its end on, as Windows or others write it. */
typedef struct trail {
  const char *first, *end; /* of what is left */
  bool windows;
} trail;

/* The last name of what is left, [*name, *end), which is taken off; false when there is none. "." is none. */
static bool next_name(trail *t, const char **name, const char **end)
{
  do {
    while (t->end > t->first && (t->end[-1] == '/' || (t->windows && t->end[-1] == '\\'))) t->end--;
    *end = t->end;
    while (t->end > t->first && t->end[-1] != '/' && !(t->windows && t->end[-1] == '\\')) t->end--;
    *name = t->end;
  } while (*end - *name == 1 && **name == '.');
  return *end > *name;
}

/* Whether a path says where a file lies from the root on, here or elsewhere. */
static bool is_full(const char *path) { return path[0] == '/' || path[0] == '\\' || (path[0] && path[1] == ':'); }

/* The character at *s, which steps behind it: of UTF-8 up to U+00FF, else a byte, as Latin-1 has it. */
static unsigned next_char(const char **s)
{
  unsigned char c = (unsigned char)*(*s)++;
  if ((c != 0xc2 && c != 0xc3) || (**s & 0xc0) != 0x80) return c;
  return (c & 3u) << 6 | ((unsigned char)*(*s)++ & 0x3fu);
}

/* Whether a up to a_end is b up to b_end. */
static bool same_name(const char *a, const char *a_end, const char *b, const char *b_end)
{
  while (a < a_end && b < b_end)
    if (next_char(&a) != next_char(&b)) return false;
  return a == a_end && b == b_end;
}

/* How many folders agree, from the last on; *all: none that `said` gives disagrees. Where the recording's path gives no
 * more, the folder goes on that it counts from. */
static size_t same_folders(trail *said, trail *here, bool is_from_root, bool *all)
{
  char folder[4096];
  const char *a, *a_end, *b, *b_end;
  size_t n = 0;
  *all = false;
  for (; next_name(said, &a, &a_end); n++) {
    bool more = next_name(here, &b, &b_end);
    if (!more && !is_from_root && getcwd(folder, sizeof folder)) {
      is_from_root = true;
      *here = (trail){folder, folder + strlen(folder), false};
      more = next_name(here, &b, &b_end);
    }
    if (!more || !same_name(a, a_end, b, b_end)) return n;
  }
  *all = true;
  return n;
}

size_t bl_annotation_fit(const char *file, const char *recording, bool *all)
{
  const char *path = bl_recording_file(recording), *name = bl_path_base(path), *dot = strrchr(name, '.'), *a, *a_end;
  trail said = {file, file + strlen(file), true}, here = {path, name, false};
  bool found = next_name(&said, &a, &a_end);
  *all = false;
  if (!found ||
      !(same_name(a, a_end, name, name + strlen(name)) || (dot && dot > name && same_name(a, a_end, name, dot))))
    return 0;
  size_t n = 1 + same_folders(&said, &here, path[0] == '/', all);
  return *all || is_full(file) ? n : 0;
}

bool bl_annotation_names(const char *file, const char *recording)
{
  bool all;
  return bl_annotation_fit(file, recording, &all) > 0;
}

static int order(const bl_annotation *a, const bl_annotation *b)
{
  if (a->onset_s != b->onset_s) return a->onset_s < b->onset_s ? -1 : 1;
  if (a->duration_s != b->duration_s) return a->duration_s < b->duration_s ? -1 : 1;
  return strcmp(a->label, b->label);
}

static void reverse(bl_annotation *v, size_t lo, size_t hi)
{
  for (; lo + 1 < hi; lo++, hi--) {
    bl_annotation t = v[lo];
    v[lo] = v[hi - 1];
    v[hi - 1] = t;
  }
}

/* The first place in [lo, hi), which is in order, where `one` may stand: before its equals, or behind them. */
static size_t place(const bl_annotation *v, size_t lo, size_t hi, const bl_annotation *one, bool behind)
{
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (order(&v[mid], one) < (behind ? 1 : 0)) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* Merges the ordered [lo, mid) and [mid, hi) in place: the longer half is cut in the middle, the other one where that
 * element belongs, the inner parts change places by three reversals, and both sides are merged on their own (Dudzinski
 * and Dydek 1981). Stable, and needs no memory that could run out. */
static void merge(bl_annotation *v, size_t lo, size_t mid, size_t hi)
{
  while (lo < mid && mid < hi) {
    size_t left, right;
    if (mid - lo >= hi - mid) {
      left = lo + (mid - lo) / 2;
      right = place(v, mid, hi, &v[left], false);
      if (left == lo && right == mid) return; /* one on each side, in order */
    } else {
      right = mid + (hi - mid) / 2;
      left = place(v, lo, mid, &v[right], true);
    }
    reverse(v, left, mid);
    reverse(v, mid, right);
    reverse(v, left, right);
    size_t middle = left + (right - mid);
    merge(v, lo, left, middle);
    lo = middle;
    mid = right;
  }
}

static void sort(bl_annotation *v, size_t lo, size_t hi)
{
  if (hi - lo < 2) return;
  size_t mid = lo + (hi - lo) / 2;
  sort(v, lo, mid);
  sort(v, mid, hi);
  if (order(&v[mid - 1], &v[mid]) > 0) merge(v, lo, mid, hi);
}

void bl_annotations_sort(bl_annotations *a) { sort(a->v, 0, a->n); }

void bl_annotations_check_end(bl_ctx *ctx, const char *recording, const bl_annotations *a, double duration_s)
{
  size_t n = 0;
  const bl_annotation *first = NULL;
  for (size_t i = 0; i < a->n; i++) {
    const bl_annotation *x = &a->v[i];
    if (!(x->onset_s + x->duration_s / 2 > duration_s)) continue;
    n++;
    if (!first || x->onset_s < first->onset_s) first = x;
  }
  if (n)
    bl_warn(
        ctx, BL_W_REMARK,
        "%s: %zu of %zu events of its table lie behind its end at %g s, the first, '%s', from %g to %g s; is the table another recording's?",
        recording, n, a->n, duration_s, first->label, first->onset_s, first->onset_s + first->duration_s);
}

void bl_annotations_free(bl_ctx *ctx, bl_annotations *a)
{
  for (size_t i = 0; i < a->n; i++) free_one(ctx, &a->v[i]);
  bl_free(ctx, a->v);
  *a = (bl_annotations){0};
}
