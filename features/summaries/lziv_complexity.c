/* lziv_complexity: Lempel-Ziv complexity: into how many new words the signal falls, seen as above its mean or not.
 *
 * The segment is a row of ones (above `threshold`, the mean or median) and zeros, read from the start; a word ends where
 * it is no longer found in what came before (Lempel and Ziv 1976). normalize divides by n / log2(n). Each word is looked
 * for from every place before it: time grows with nearly the square of the segment. */
#include <math.h>

#include "baleen/sort.h"
#include "series.h"

typedef struct lziv_complexity_params {
  int threshold;
  bool normalize;
} lziv_complexity_params;

static const char *const thresholds[] = {"mean", "median", NULL};
enum { MEAN, MEDIAN };

static const bl_opt opts[] = {
    BL_ENUM(lziv_complexity_params, threshold, "mean", thresholds, "what a sample must lie above to be a one"),
    BL_BOOL(lziv_complexity_params, normalize, "false", "whether the count is divided by n / log2(n)"), BL_OPT_END};

static double median_of(double *v, size_t n)
{
  bl_sort(v, n);
  return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* The longest word from `at` on that also begins before it, in ones and zeros b; it may reach into itself. */
static size_t longest_before(const unsigned char *b, size_t n, size_t at)
{
  size_t best = 0;
  for (size_t from = 0; from < at && at + best < n; from++) {
    size_t len = 0;
    while (at + len < n && b[from + len] == b[at + len]) len++;
    if (len > best) best = len;
  }
  return best;
}

static size_t words(const unsigned char *b, size_t n)
{
  size_t count = 1, at = 1;
  while (at < n) {
    at += longest_before(b, n, at) + 1; /* what was found, and the one that is new */
    count++;
  }
  return count;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const lziv_complexity_params *p = s->params;
  double *room;
  bl_status status = bl_series_room(ctx, s, 2 * n, &room);
  if (status) return status;
  unsigned char *b = (unsigned char *)(room + n);
  for (size_t i = 0; i < n; i++) room[i] = x[i];
  double line = p->threshold == MEDIAN ? median_of(room, n) : bl_mean(room, n);
  for (size_t i = 0; i < n; i++) b[i] = x[i] > line;
  *out = (double)words(b, n);
  if (p->normalize) *out /= (double)n / log2((double)n);
  return BL_OK;
}

static const char *const what[] = {"lziv_complexity"}, *const units[] = {"1"};
static const bl_series_form form = {"lziv_complexity", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_lziv_complexity = {
    .name = "lziv_complexity",
    .summary = "Lempel-Ziv complexity of each channel and bin",
    .source = "Lempel and Ziv 1976; antropy.lziv_complexity",
    .opts = opts,
    .params_size = sizeof(lziv_complexity_params),
    BL_SERIES_SLOTS,
};
