/* A growing list of annotations that owns its texts. */
#include "baleen/annotation.h"

#include <string.h>

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

/* The file name, as Windows or others write paths. */
static const char *base_of(const char *path)
{
  const char *base = bl_path_base(path), *back = strrchr(path, '\\');
  return back && back + 1 > base ? back + 1 : base;
}

/* The character at *s, which steps behind it: of UTF-8 up to U+00FF, else a byte, as Latin-1 has it. */
static unsigned next_char(const char **s)
{
  unsigned char c = (unsigned char)*(*s)++;
  if ((c != 0xc2 && c != 0xc3) || (**s & 0xc0) != 0x80) return c;
  return (c & 3u) << 6 | ((unsigned char)*(*s)++ & 0x3fu);
}

/* Whether a is b, or the beginning of b up to `end`. */
static bool same_name(const char *a, const char *b, const char *end)
{
  while (*a && b < end)
    if (next_char(&a) != next_char(&b)) return false;
  return !*a && b == end;
}

bool bl_annotation_names(const char *file, const char *recording)
{
  const char *name = bl_path_base(bl_recording_file(recording)), *said = base_of(file), *dot = strrchr(name, '.');
  return same_name(said, name, name + strlen(name)) || (dot && dot > name && same_name(said, name, dot));
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

void bl_annotations_free(bl_ctx *ctx, bl_annotations *a)
{
  for (size_t i = 0; i < a->n; i++) free_one(ctx, &a->v[i]);
  bl_free(ctx, a->v);
  *a = (bl_annotations){0};
}
