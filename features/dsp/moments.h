/* moments.h: what the summaries that reduce each (channel, bin) to one number share: names, and running moments.
 *
 * Central moments are updated frame by frame (Pebay 2008, SAND2008-6212, eqs. 1.2, 1.6, 1.7), so that a mean far from
 * zero costs no digits. NaN and infinity that come in come out. */
#ifndef BALEEN_MOMENTS_H
#define BALEEN_MOMENTS_H

#include "baleen/summary.h"

typedef struct bl_moments {
  const bl_stream *in;
  size_t width;
  int order;    /* 1 mean, 2, 3, 4: highest moment kept */
  uint64_t n;   /* frames */
  double *m[4]; /* mean, then sums of the powers 2, 3, 4 of the differences from it; width numbers each */
} bl_moments;

bl_status bl_moments_init(bl_ctx *ctx, bl_moments *s, const bl_stream *in, int order) BL_MUST_CHECK;
/* Slots of a summary whose state begins with a bl_moments. */
bl_status bl_moments_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s) BL_MUST_CHECK;
bl_status bl_moments_push(bl_ctx *ctx, void *state, const float *x, size_t n) BL_MUST_CHECK;
void bl_moments_release(bl_ctx *ctx, void *state);
/* Sum of squared differences over n - ddof, into var [width]. BL_E_SHAPE when fewer than ddof + 1 frames came. */
bl_status bl_moments_variance(bl_ctx *ctx, const bl_moments *s, const char *who, int64_t ddof, size_t i,
                              double *var) BL_MUST_CHECK;

/* BL_E_SHAPE when a segment has fewer frames than `need`. */
bl_status bl_need_frames(bl_ctx *ctx, const char *who, uint64_t n, uint64_t need) BL_MUST_CHECK;
/* One feature for each channel and bin, channel by channel, called `what`; unit may hold %s for the channel's. */
bl_status bl_features_each(bl_ctx *ctx, const bl_stream *in, const char *what, const char *unit,
                           bl_feature_names *out) BL_MUST_CHECK;
/* The channel's name, or NULL when the stream's only channel has none; where one of several has none, its number in
 * buf [24]. The same for bins. */
const char *bl_channel_name(const bl_stream *in, size_t channel, char *buf);
const char *bl_bin_name(const bl_stream *in, size_t bin, char *buf);
const char *bl_channel_unit(const bl_stream *in, size_t channel);
/* "Cz", "Cz.12Hz": place i of a frame for messages, in buf [96]. */
const char *bl_place_name(const bl_stream *in, size_t i, char *buf);

#endif
