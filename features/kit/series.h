/* series.h: what the summaries share that look at all samples of a segment at once, channel by channel (and bin by bin):
 * a state that keeps the frames, and hands each place to one function as a row of doubles.
 *
 * NaN or infinity that came in gives NaN for all numbers of that place. Where a number is not defined for what came in
 * (a constant has no fractal dimension), the function gives what the peer gives, NaN or infinity, and a warning names
 * the place. Memory: the frames of one segment. */
#ifndef BALEEN_SERIES_H
#define BALEEN_SERIES_H

#include "moments.h"
#include "select.h"

typedef struct bl_series bl_series;

/* What one of these summaries is: the names and units of its numbers (%s in a unit stands for the channel's), how many
 * samples it needs at least, and the numbers of n samples x, which it may overwrite. */
typedef struct bl_series_form {
  const char *name;
  const char *const *what, *const *units;
  size_t n_values, need;
  bl_status (*values)(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out);
} bl_series_form;

/* The whole state of such a summary. */
struct bl_series {
  const bl_series_form *form;
  const void *params;
  const bl_stream *in;
  size_t width, n_values, n, cap_frames, cap_x, cap_room;
  float *frames;        /* [frame][place] */
  double *x, *room, *v; /* one place; see bl_series_room(); its numbers */
};

/* Slots of a summary whose state is a bl_series. n_values: 0 for as many as the form names. */
bl_status bl_series_shape(bl_ctx *ctx, const bl_series_form *form, const bl_stream *in,
                          bl_feature_names *out) BL_MUST_CHECK;
bl_status bl_series_init(bl_ctx *ctx, bl_series *s, const bl_stream *in, const bl_series_form *form, size_t n_values,
                         const void *params) BL_MUST_CHECK;
bl_status bl_series_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s) BL_MUST_CHECK;
bl_status bl_series_push(bl_ctx *ctx, void *state, const float *x, size_t n) BL_MUST_CHECK;
bl_status bl_series_finish(bl_ctx *ctx, void *state, float *row) BL_MUST_CHECK;
void bl_series_release(bl_ctx *ctx, void *state);

/* clang-format off */
/* The functions shape and init of a file whose numbers `form` says, whatever its options; and the slots of a class that
 * has a bl_series as its state, and functions of these names. */
#define BL_SERIES_FUNCTIONS(form)                                                                                      \
  static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)                  \
  {                                                                                                                    \
    (void)params;                                                                                                      \
    return bl_series_shape(ctx, &(form), in, out);                                                                     \
  }                                                                                                                    \
  static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)                             \
  {                                                                                                                    \
    return bl_series_init(ctx, state, in, &(form), 0, params);                                                         \
  }
#define BL_SERIES_SLOTS                                                                                                \
  .state_size = sizeof(bl_series), .shape = shape, .init = init, .begin = bl_series_begin, .push = bl_series_push,     \
  .finish = bl_series_finish, .release = bl_series_release
/* clang-format on */

/* Room for n doubles, kept from place to place and segment to segment; what lay in it is void. */
bl_status bl_series_room(bl_ctx *ctx, bl_series *s, size_t n, double **out) BL_MUST_CHECK;
/* BL_E_SHAPE when n samples are fewer than `need`, which options raised above that of the form. */
bl_status bl_series_need(bl_ctx *ctx, const bl_series *s, size_t n, size_t need) BL_MUST_CHECK;

/* Where antropy and mne-features differ, an option chooses. */
extern const char *const bl_peers[]; /* "antropy", "mne_features" */
enum { BL_ANTROPY, BL_MNE_FEATURES };

double bl_mean(const double *x, size_t n); /* NaN of none */
/* Sum of squared differences from the mean over n - ddof; NaN for too few numbers. */
double bl_variance(const double *x, size_t n, size_t ddof);
/* Of n points: means, and sums of squares and products around them; all that a straight line by least squares needs. n is
 * set first, then bl_line_mean() takes each point, then bl_line_spread() each again. */
typedef struct bl_line {
  double n, x, y, xx, xy, yy;
} bl_line;
static inline void bl_line_mean(bl_line *l, double x, double y)
{
  l->x += x / l->n;
  l->y += y / l->n;
}
static inline void bl_line_spread(bl_line *l, double x, double y)
{
  l->xx += (x - l->x) * (x - l->x);
  l->xy += (x - l->x) * (y - l->y);
  l->yy += (y - l->y) * (y - l->y);
}
/* Slope of the line through n points (x, y); NaN where all x are alike. */
double bl_slope(const double *x, const double *y, size_t n);
/* The quantile q of n numbers in order of size, at least one: linear between order statistics, at place q (n - 1), as
 * numpy's default (Hyndman and Fan 1996, type 7). */
double bl_quantile(const double *sorted, size_t n, double q);
/* How often the sign bit changes from one number to the next: 0 counts as positive, -0 as negative. */
size_t bl_sign_changes(const double *x, size_t n);
/* Shannon's entropy in bits of n weights of no sum in particular; weights of 0 add nothing. NaN when all are 0. */
double bl_entropy_bits(const double *weights, size_t n);

#endif
