/* Hypnograms written: one stage a line, each lasting an epoch. Reading is in annotation_read.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "annotation_table.h"

/* Lines at most: more than nine years of half-minute stages. */
#define MAX_EPOCHS 10000000.0

/* An annotation, where it stands in the list, and its epochs: first .. first + n - 1. */
typedef struct stage {
  const bl_annotation *a;
  size_t number; /* from 1 */
  uint64_t first, n;
} stage;

static int by_time(const void *pa, const void *pb)
{
  const stage *a = pa, *b = pb;
  if (a->first != b->first) return a->first < b->first ? -1 : 1;
  return a->number < b->number ? -1 : a->number > b->number;
}

/* Whole epochs in a time, to half a sample where the rate is known. */
static bool whole_epochs(double t, const bl_annotation_writing *how, uint64_t *out)
{
  double n = rint(t / how->epoch_s), rate = how->n_files ? how->files[0].rate_hz : (double)NAN;
  double slack = (rate > 0 ? 0.5 / rate : 1e-6) + 0x1p-50 * fabs(t);
  if (!(n >= 0 && n <= MAX_EPOCHS) || !(fabs(t - n * how->epoch_s) <= fmin(slack, how->epoch_s / 4))) return false;
  *out = (uint64_t)n;
  return true;
}

/* The text as a line has it: control bytes are blanks, and blanks around it are none. */
static bl_status put_stage(bl_ctx *ctx, const char *path, const stage *s, bl_buf *out)
{
  size_t from = out->len;
  const char *text = s->a->label, *why = NULL;
  while (*text && (unsigned char)*text <= ' ') text++;
  if (!*text) why = "has no label, and a line needs one, such as '?'";
  else if (*text == '#') why = "begins with #, which makes a line a comment";
  else if (!strncmp(text, "\xef\xbb\xbf", 3)) why = "begins with a byte order mark, which no line keeps";
  if (why)
    return bl_fail(ctx, BL_E_ARG, "%s: annotation %zu at %.9g s ('%s') %s; write csv or bids", path, s->number,
                   s->a->onset_s, text, why);
  char *v = bl_annotation_utf8(ctx, text);
  bl_status e = v ? bl_buf_puts(ctx, out, v) : bl_fail_nomem(ctx, "a hypnogram");
  bl_free(ctx, v);
  for (size_t i = from; !e && i < out->len; i++)
    if ((unsigned char)out->v[i] < 0x20) out->v[i] = ' ';
  while (!e && out->v[out->len - 1] == ' ') out->len--;
  return e ? e : bl_buf_puts(ctx, out, "\n");
}

static bl_status place_all(bl_ctx *ctx, const char *path, const bl_annotation_writing *how, const bl_annotations *a,
                           stage *v)
{
  for (size_t i = 0; i < a->n; i++) {
    const bl_annotation *x = &a->v[i];
    uint64_t end = 0;
    v[i] = (stage){.a = x, .number = i + 1};
    if (!whole_epochs(x->onset_s, how, &v[i].first) || !whole_epochs(x->onset_s + x->duration_s, how, &end) ||
        end <= v[i].first)
      return bl_fail(
          ctx, BL_E_ARG,
          "%s: annotation %zu ('%s') lasts from %.9g s to %.9g s, and a hypnogram's stages whole epochs of %.9g s from 0 "
          "on; give another length, or write csv or bids",
          path, i + 1, x->label, x->onset_s, x->onset_s + x->duration_s, how->epoch_s);
    v[i].n = end - v[i].first;
  }
  return BL_OK;
}

/* Stages by time, each as many lines as it has epochs; '?' where there is none. */
static bl_status put_all(bl_ctx *ctx, const char *path, const bl_annotation_writing *how, const stage *v, size_t n,
                         bl_buf *out)
{
  uint64_t at = 0, n_none = 0, first_none = 0;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; at = v[i].first + v[i].n, i++) {
    if (v[i].first < at)
      return bl_fail(
          ctx, BL_E_ARG,
          "%s: annotations %zu ('%s') and %zu ('%s') overlap at %.9g s, and a hypnogram has one stage at a time; "
          "write csv or bids",
          path, v[i - 1].number, v[i - 1].a->label, v[i].number, v[i].a->label, v[i].a->onset_s);
    if (v[i].first > at && !n_none) first_none = at;
    n_none += v[i].first - at;
    for (; !s && at < v[i].first; at++) s = bl_buf_puts(ctx, out, "?\n");
    for (uint64_t k = 0; !s && k < v[i].n; k++) s = put_stage(ctx, path, &v[i], out);
  }
  if (!s && n_none)
    bl_warn(ctx, BL_W_ADJUSTED, "%s: %llu epochs have no stage, the first at %.9g s; they are written as '?'", path,
            (unsigned long long)n_none, (double)first_none * how->epoch_s);
  return s;
}

/* What a line has no room for. */
static void tell_lost(bl_ctx *ctx, const char *path, const bl_annotations *a)
{
  bool channel = false, frequency = false, score = false;
  for (size_t i = 0; i < a->n; i++) {
    channel |= a->v[i].channel != NULL;
    frequency |= !isnan(a->v[i].low_hz) || !isnan(a->v[i].high_hz);
    score |= a->v[i].has_score;
  }
  if (score) bl_warn(ctx, BL_W_ADJUSTED, "%s: hypnograms hold no scores; those of the annotations are left out", path);
  if (channel || frequency)
    bl_warn(ctx, BL_W_ADJUSTED, "%s: hypnograms hold no %s; those of the annotations are left out", path,
            !channel    ? "frequencies"
            : frequency ? "channels and frequencies"
                        : "channels");
}

bl_status bl_write_hypnogram(bl_ctx *ctx, const char *path, const bl_annotation_writing *how, const bl_annotations *a,
                             bl_buf *out)
{
  if (!(how->epoch_s > 0) || isinf(how->epoch_s))
    return bl_fail(ctx, BL_E_CONFIG, "%s: a hypnogram's line lasts %g s; wanted a length above 0, such as 30", path,
                   how->epoch_s);
  stage *v = bl_calloc(ctx, a->n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "a hypnogram");
  bl_status s = place_all(ctx, path, how, a, v);
  if (!s && a->n) qsort(v, a->n, sizeof *v, by_time);
  if (!s) s = put_all(ctx, path, how, v, a->n, out);
  if (!s) tell_lost(ctx, path, a);
  bl_free(ctx, v);
  return s;
}
