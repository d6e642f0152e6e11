/* moments.h: what the summaries that reduce each (channel, bin) to one number share: names, and running moments.
 *
 * Central moments are updated frame by frame (Pebay 2008, SAND2008-6212, eqs. 1.2, 1.6, 1.7), so that a mean far from
 * zero costs no digits. NaN and infinity that come in come out. */
#ifndef BALEEN_MOMENTS_H
#define BALEEN_MOMENTS_H

#include "baleen/summary.h"

typedef struct bl_moments bl_moments;

/* What one of these summaries is: its name, its unit (%s stands for the channel's), the highest moment that it needs, and
 * its number for place i of a frame once all frames are in, of which there is at least one. */
typedef struct bl_moment_form {
  const char *name, *unit;
  int order;
  bl_status (*value)(bl_ctx *ctx, const bl_moments *m, size_t i, double *out);
} bl_moment_form;

/* The whole state of such a summary. */
struct bl_moments {
  const bl_moment_form *form;
  const void *params;
  const bl_stream *in;
  size_t width;
  uint64_t n; /* frames */
  double
      *m[4]; /* mean, then sums of the powers 2, 3, 4 of the differences from it, up to the order; width numbers each */
};

bl_status bl_moments_init(bl_ctx *ctx, bl_moments *m, const bl_stream *in, const bl_moment_form *form,
                          const void *params) BL_MUST_CHECK;
/* Slots of a summary whose state is a bl_moments. */
bl_status bl_moments_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s) BL_MUST_CHECK;
bl_status bl_moments_push(bl_ctx *ctx, void *state, const float *x, size_t n) BL_MUST_CHECK;
bl_status bl_moments_finish(bl_ctx *ctx, void *state, float *row) BL_MUST_CHECK;
void bl_moments_release(bl_ctx *ctx, void *state);

/* Keeps in m[0] the largest value, or with sign -1 the smallest, in place of the mean. The first NaN of a place stays. */
void bl_moments_push_extreme(bl_moments *m, const float *x, size_t n, double sign);

/* The option of all that divide by the frames less ddof. */
typedef struct bl_ddof_params {
  int64_t ddof;
} bl_ddof_params;
#define BL_DDOF(T) BL_INT(T, ddof, "0", 0, 1, "", "sums are divided by the frames less this: 0 as numpy, 1 unbiased")
extern const bl_opt bl_ddof_opts[];
/* Sum of squared differences over n - ddof. BL_E_SHAPE when fewer than ddof + 1 frames came. */
bl_status bl_moments_variance(bl_ctx *ctx, const bl_moments *m, int64_t ddof, size_t i, double *var) BL_MUST_CHECK;

/* The option of what is not defined where a place does not vary. */
typedef struct bl_constant_params {
  int constant;
} bl_constant_params;
extern const bl_opt bl_constant_opts[];
/* What place i gives when it does not vary: 0 if the option says so, else NaN and a warning. */
double bl_moments_of_constant(bl_ctx *ctx, const bl_moments *m, size_t i);

/* BL_E_SHAPE when a segment has fewer frames than `need`. */
bl_status bl_need_frames(bl_ctx *ctx, const char *who, uint64_t n, uint64_t need) BL_MUST_CHECK;
/* One feature for each channel and bin, channel by channel, called `what`; unit may hold %s for the channel's. */
bl_status bl_features_each(bl_ctx *ctx, const bl_stream *in, const char *what, const char *unit,
                           bl_feature_names *out) BL_MUST_CHECK;
/* The same with n features for each channel and bin, side by side. */
bl_status bl_features_each_of(bl_ctx *ctx, const bl_stream *in, const char *const *what, const char *const *units,
                              size_t n, bl_feature_names *out) BL_MUST_CHECK;
/* The channel's name, or NULL when the stream's only channel has none; where one of several has none, its number in
 * buf [24]. The same for bins, of buf [BL_BIN_NAME]. */
const char *bl_channel_name(const bl_stream *in, size_t channel, char *buf);
const char *bl_bin_name(const bl_stream *in, size_t bin, char *buf);
const char *bl_channel_unit(const bl_stream *in, size_t channel);
/* "Cz", "Cz.12Hz": place i of a frame for messages, in buf [96]. */
const char *bl_place_name(const bl_stream *in, size_t i, char *buf);

#endif
