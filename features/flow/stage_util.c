/* stage_util.c: see stage_util.h. */
#include "stage_util.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "baleen/text.h"

bl_status bl_need_waveform(bl_ctx *ctx, const char *who, const bl_stream *in)
{
  if (in->n_bins == 1) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG,
                 "%s: needs a waveform, but what comes in has %zu bins a frame; put it before the stage "
                 "that makes them",
                 who, in->n_bins);
}

bool bl_is_complex(const bl_stream *in) { return in->pairs; }

bl_status bl_need_spectrum(bl_ctx *ctx, const char *who, const bl_stream *in)
{
  if (!in->bin_hz)
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: needs a spectrum, but the bins that come in have no frequencies; put stft and "
                   "power before it",
                   who);
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "%s: needs a power spectrum, but what comes in is complex; put power before it",
                   who);
  return BL_OK;
}

bl_status bl_need_linear(bl_ctx *ctx, const char *who, const bl_stream *in)
{
  bl_status s = bl_need_spectrum(ctx, who, in);
  for (size_t c = 0; !s && c < in->n_channels; c++) {
    const char *unit = bl_unit_of(in, c);
    if (bl_unit_is_logarithm(unit))
      s = bl_fail(ctx, BL_E_CONFIG, "%s: needs magnitudes or powers, but what comes in is in '%s'; put it before %s",
                  who, unit, *unit == 'd' ? "db" : "log");
  }
  return s;
}

bl_status bl_number_bins(bl_ctx *ctx, bl_stream *s, const char *prefix, size_t first, size_t n, const double *bin_hz)
{
  bl_texts names = {0};
  bl_status status = BL_OK;
  for (size_t i = 0; !status && i < n; i++) {
    char *name = bl_strf(ctx, "%s%zu", prefix, i + first);
    status = name ? bl_texts_add(ctx, &names, name) : bl_fail_nomem(ctx, "names of bins");
    bl_free(ctx, name);
  }
  if (!status) status = bl_stream_set_bins(ctx, s, n, bin_hz, (const char *const *)names.v);
  bl_texts_free(ctx, &names);
  return status;
}

void bl_warn_broken(bl_ctx *ctx, const char *who, const bl_texts *channels, const bool *broken, size_t width)
{
  size_t n_bins = width / channels->n, n = 0, first = 0;
  char more[48] = "";
  for (size_t c = channels->n; c-- > 0;) {
    bool any = false;
    for (size_t k = 0; k < n_bins; k++) any = any || broken[c * n_bins + k];
    if (any) first = c, n++;
  }
  if (!n) return;
  if (n > 1) snprintf(more, sizeof more, " (and %zu more)", n - 1);
  bl_warn(
      ctx, BL_W_UNDEFINED,
      "%s: channel '%s'%s holds a value that is not finite, of which all of the run becomes NaN; if mark_artefacts put "
      "it there, give it mode: hold, or let it come behind %s",
      who, channels->v[first], more, who);
}

const char *bl_unit_of(const bl_stream *s, size_t channel) { return channel < s->units.n ? s->units.v[channel] : ""; }

bool bl_memoryless(const void *state, bl_warm_up *out)
{
  (void)state;
  *out = (bl_warm_up){0, 1};
  return true;
}

bl_status bl_keep_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out)
{
  bl_frames *all = state;
  float *to = bl_frames_add(ctx, all, n);
  (void)out;
  if (!to) return BL_E_NOMEM;
  if (n) memcpy(to, x, n * all->width * sizeof *to);
  return BL_OK;
}

void bl_keep_reset(void *state) { ((bl_frames *)state)->n = 0; }
