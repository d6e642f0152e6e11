/* scalp_map.c: see scalp_map.h. */
#include "baleen/scalp_map.h"

#include <math.h>
#include <string.h>

#include "baleen/channel.h"
#include "scalp.h"

static const double PI = 3.14159265358979323846;

/* The middle of the sphere to which the 345 electrodes of the montage have the least sum of squared distances, in metres. */
static const double middle[3] = {-0.00099086, 0.01475814, 0.0393113};
/* Degrees from Cz of the head's outline: a little behind T7 and T8, which are 96 away, so that what a cap mostly has
 * lies inside. */
static const double outline = 100;

enum { FEWEST = 4 };

/* ---- where ------------------------------------------------------------------------------------------------------- */

static void unit(double v[3])
{
  double r = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  for (int i = 0; i < 3; i++) v[i] /= r;
}

static double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static bl_status direction(bl_ctx *ctx, const char *name, double at[3], bool *known)
{
  bl_status s = bl_channel_position(ctx, name, at, known);
  for (int i = 0; i < 3; i++) at[i] -= middle[i];
  if (!s && *known) unit(at);
  return s;
}

/* Right, front and up of the sphere whose pole is Cz. */
static bl_status axes(bl_ctx *ctx, double axis[3][3])
{
  bool known;
  bl_status s = direction(ctx, "Cz", axis[2], &known);
  if (s) return s;
  for (int i = 0; i < 3; i++) axis[0][i] = (i == 0) - axis[2][0] * axis[2][i];
  unit(axis[0]);
  for (int i = 0; i < 3; i++) {
    int j = (i + 1) % 3, k = (i + 2) % 3;
    axis[1][i] = axis[2][j] * axis[0][k] - axis[2][k] * axis[0][j];
  }
  return BL_OK;
}

/* A direction by those axes, as a place in the flat picture. */
static void flatten(const double u[3], double *x, double *y)
{
  double r = acos(fmin(fmax(u[2], -1), 1)) * 180 / PI / outline, flat = hypot(u[0], u[1]);
  *x = flat > 0 ? r * u[0] / flat : 0;
  *y = flat > 0 ? r * u[1] / flat : 0;
}

static void unflatten(double x, double y, double u[3])
{
  double r = hypot(x, y), angle = fmin(r * outline, 180) * PI / 180;
  u[0] = r > 0 ? sin(angle) * x / r : 0;
  u[1] = r > 0 ? sin(angle) * y / r : 0;
  u[2] = cos(angle);
}

/* The directions of the electrodes by the picture's axes, at [n][3]. */
static bl_status place(bl_ctx *ctx, const char *who, const bl_texts *names, bl_scalp_map *m, double *at)
{
  double axis[3][3], u[3];
  bl_status s = axes(ctx, axis);
  for (size_t i = 0; !s && i < names->n; i++) {
    bool known;
    s = direction(ctx, names->v[i], u, &known);
    if (s || !known) continue;
    for (int a = 0; a < 3; a++) at[3 * m->n + (size_t)a] = dot(u, axis[a]);
    for (size_t k = 0; !s && k < m->n; k++)
      if (!memcmp(at + 3 * k, at + 3 * m->n, 3 * sizeof *at))
        s = bl_fail(ctx, BL_E_CONFIG, "%s: channels '%s' and '%s' are the same electrode; leave one out", who,
                    names->v[m->which[k]], names->v[i]);
    flatten(at + 3 * m->n, &m->x[m->n], &m->y[m->n]);
    m->which[m->n++] = i;
  }
  if (!s && m->n < FEWEST)
    s = bl_fail(ctx, BL_E_CONFIG,
                "%s: %zu of %zu channels are electrodes of the 10-5 system, whose places are known; a map needs %d "
                "(rename takes what their names have in front or behind)",
                who, m->n, names->n, FEWEST);
  return s;
}

/* ---- the picture ------------------------------------------------------------------------------------------------- */

bl_status bl_scalp_map_new(bl_ctx *ctx, const char *who, const bl_texts *names, size_t side, bl_scalp_map *out)
{
  static const bl_spline_params spline = {.stiffness = 4, .regularisation = 1e-8, .n_terms = 50};
  *out = (bl_scalp_map){.side = side};
  out->which = bl_calloc(ctx, names->n, sizeof *out->which);
  out->x = bl_calloc(ctx, names->n, sizeof *out->x);
  out->y = bl_calloc(ctx, names->n, sizeof *out->y);
  double *at = bl_calloc(ctx, names->n, 3 * sizeof *at), *to = bl_calloc(ctx, side * side, 3 * sizeof *to);
  bl_status s = out->which && out->x && out->y && at && to ? BL_OK : bl_fail_nomem(ctx, who);
  if (!s) s = place(ctx, who, names, out, at);
  for (size_t i = 0; !s && i < side * side; i++) {
    size_t row = i / side, column = i % side;
    double step = 2 / (double)side;
    unflatten(((double)column + 0.5) * step - 1, ((double)row + 0.5) * step - 1, to + 3 * i);
  }
  if (!s && !(out->weight = bl_calloc(ctx, out->n, side * side * sizeof *out->weight))) s = bl_fail_nomem(ctx, who);
  if (!s) s = bl_spline_interpolation(ctx, &spline, at, out->n, to, side * side, out->weight);
  bl_free(ctx, at);
  bl_free(ctx, to);
  return s;
}

void bl_scalp_map_free(bl_ctx *ctx, bl_scalp_map *m)
{
  bl_free(ctx, m->which);
  bl_free(ctx, m->x);
  bl_free(ctx, m->y);
  bl_free(ctx, m->weight);
  *m = (bl_scalp_map){0};
}

void bl_scalp_map_draw(const bl_scalp_map *m, const double *v, double *image)
{
  size_t n = m->side * m->side;
  memset(image, 0, n * sizeof *image);
  for (size_t k = 0; k < m->n; k++) {
    const double *w = m->weight + k * n;
    for (size_t i = 0; i < n; i++) image[i] += w[i] * v[m->which[k]];
  }
}
