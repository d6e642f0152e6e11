/* scalp.c: electrodes in their places; see scalp.h. */
#include "scalp.h"

#include <math.h>
#include <string.h>

#include "baleen/channel.h"
#include "channels.h"
#include "least_squares.h"
#include "stage_util.h"

/* MNE takes another centre or size for a mistake in the places; so far from any head, these would be one here too. */
static const double MOST_RADIUS = 0.5;

static bl_status place(bl_ctx *ctx, const char *who, const bl_stream *in, size_t channel, double *at)
{
  bool known = false;
  bl_status s = bl_channel_position(ctx, in->channels.v[channel], at, &known);
  if (!s && !known)
    s = bl_fail(ctx, BL_E_CONFIG,
                "%s: channel '%s' is EEG by its name, but no electrode of the 10-5 system, so that its place is not "
                "known; exclude it, or rename it",
                who, in->channels.v[channel]);
  return s;
}

/* Two channels of one electrode would leave a spline nothing to go by but their difference. */
static bl_status all_apart(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_scalp *s)
{
  for (size_t i = 0; i < s->n; i++)
    for (size_t k = 0; k < i; k++)
      if (!memcmp(s->at + 3 * i, s->at + 3 * k, 3 * sizeof *s->at))
        return bl_fail(ctx, BL_E_CONFIG, "%s: channels '%s' and '%s' are the same electrode; exclude one", who,
                       in->channels.v[s->index[k]], in->channels.v[s->index[i]]);
  return BL_OK;
}

bl_status bl_scalp_pick(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_texts *exclude, bl_scalp *out)
{
  static const bl_texts all = {0};
  char *name[] = {(char[]){"eeg"}};
  const bl_texts eeg = {.v = name, .n = 1};
  *out = (bl_scalp){0};
  bl_status s = bl_channels_pick(ctx, who, in, &all, exclude, &out->index, &out->n);
  if (!s) s = bl_channels_keep_types(ctx, who, in, &eeg, out->index, &out->n);
  if (!s && !(out->at = bl_calloc(ctx, out->n * 3, sizeof *out->at))) s = bl_fail_nomem(ctx, who);
  for (size_t i = 0; !s && i < out->n; i++) {
    s = place(ctx, who, in, out->index[i], out->at + 3 * i);
    if (!s && strcmp(bl_unit_of(in, out->index[i]), bl_unit_of(in, out->index[0])) != 0)
      s = bl_fail(ctx, BL_E_CONFIG,
                  "%s: channel '%s' is in '%s' but '%s' in '%s'; exclude one, or bring them to one unit by to_unit",
                  who, in->channels.v[out->index[i]], bl_unit_of(in, out->index[i]), in->channels.v[out->index[0]],
                  bl_unit_of(in, out->index[0]));
  }
  if (!s) s = all_apart(ctx, who, in, out);
  return s;
}

void bl_scalp_free(bl_ctx *ctx, bl_scalp *s)
{
  bl_free(ctx, s->index);
  bl_free(ctx, s->at);
}

static double norm(const double *v) { return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

/* Distances of points from the sphere p (centre, radius), for bl_least_squares_run(). */
static void distances(const void *arg, const double *p, size_t n_data, size_t n_params, double *r, double *jacobian)
{
  const double *at = arg;
  for (size_t i = 0; i < n_data; i++) {
    const double d[3] = {at[3 * i] - p[0], at[3 * i + 1] - p[1], at[3 * i + 2] - p[2]}, length = norm(d);
    r[i] = length - p[3];
    for (size_t k = 0; jacobian && k < 3; k++) jacobian[i * n_params + k] = length > 0 ? -d[k] / length : 0;
    if (jacobian) jacobian[i * n_params + 3] = -1;
  }
}

/* From the points' mean and their mean distance from it. */
static bl_status fit(bl_ctx *ctx, const double *at, size_t n, double sphere[4])
{
  bl_least_squares room = {0};
  memset(sphere, 0, 4 * sizeof *sphere);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < 3; k++) sphere[k] += at[3 * i + k] / (double)n;
  for (size_t i = 0; i < n; i++) {
    const double d[3] = {at[3 * i] - sphere[0], at[3 * i + 1] - sphere[1], at[3 * i + 2] - sphere[2]};
    sphere[3] += norm(d) / (double)n;
  }
  bl_status s = bl_least_squares_init(ctx, n, 4, &room);
  if (!s) s = bl_least_squares_run(ctx, &room, distances, at, n, 4, sphere);
  bl_least_squares_release(ctx, &room);
  return s;
}

bl_status bl_scalp_fit(bl_ctx *ctx, const char *who, const bl_scalp *s, double sphere[4])
{
  double *at = bl_calloc(ctx, s->n * 3, sizeof *at);
  size_t n = 0;
  if (!at) return bl_fail_nomem(ctx, who);
  for (size_t i = 0; i < s->n; i++)
    if (!(s->at[3 * i + 2] < -1e-6 && s->at[3 * i + 1] > 1e-6)) memcpy(at + 3 * n++, s->at + 3 * i, 3 * sizeof *at);
  bl_status status = BL_OK;
  if (n < 4)
    status = bl_fail(ctx, BL_E_CONFIG,
                     "%s: %zu electrodes above the face do not tell a sphere, which takes 4 or more; give its place by "
                     "the options",
                     who, n);
  if (!status) status = fit(ctx, at, n, sphere);
  if (!status && !(sphere[3] > 0 && sphere[3] < MOST_RADIUS))
    status = bl_fail(ctx, BL_E_CONFIG,
                     "%s: the sphere nearest to the %zu electrodes has a radius of %g m, which is no head's; give one "
                     "by the options",
                     who, n, sphere[3]);
  bl_free(ctx, at);
  return status;
}

bl_status bl_scalp_project(bl_ctx *ctx, const char *who, const bl_stream *in, const double origin[3], bl_scalp *s)
{
  for (size_t i = 0; i < s->n; i++) {
    double *at = s->at + 3 * i;
    for (size_t k = 0; k < 3; k++) at[k] -= origin[k];
    double length = norm(at);
    if (!(length > 0))
      return bl_fail(ctx, BL_E_CONFIG, "%s: channel '%s' lies at the origin of the sphere; give another one", who,
                     in->channels.v[s->index[i]]);
    for (size_t k = 0; k < 3; k++) at[k] /= length;
  }
  return BL_OK;
}
