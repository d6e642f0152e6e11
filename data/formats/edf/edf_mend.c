/* Headers of signals and identifications as the standard wants them, from those of a file that may not conform. What is
 * legal stays byte for byte. Everything changed is a line of the report. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "edf_copy.h"

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* A text field as ASCII. */
static bl_status mend_text(bl_ctx *ctx, const bl_edf *e, size_t i, size_t before, size_t width, const char *what,
                           char *to, bl_texts *report)
{
  char text[161];
  bl_edf_text(e->bytes + bl_edf_field_at(e, before, width, i), width, text, NULL);
  if (before ? bl_edf_ascii(text, to, width + 1) : bl_edf_label(text, to)) return BL_OK; /* the label comes first */
  return bl_texts_addf(ctx, report, "signal %zu: %s '%s' written as '%s'", i + 1, what, text, to);
}

/* Appends the words of `from` to a subfield: blanks would begin the next one. */
static void add_subfield(char *to, size_t room, const char *from)
{
  size_t n = strlen(to);
  for (; *from && n + 1 < room; from++) to[n++] = *from == ' ' ? '_' : *from;
  to[n] = '\0';
}

bl_status bl_edf_mend_identity(bl_ctx *ctx, const bl_edf *e, bl_edf_out_spec *out, bl_texts *report)
{
  char raw[161], text[161];
  bl_status s = BL_OK;
  bl_edf_text(e->bytes + 8, 80, raw, NULL);
  bl_edf_ascii(raw, text, 81);
  out->patient[0] = '\0';
  if (!bl_edf_is_patient(text)) snprintf(out->patient, sizeof out->patient, "X X X ");
  if (*out->patient) add_subfield(out->patient, sizeof out->patient, *text ? text : "X");
  else snprintf(out->patient, sizeof out->patient, "%.80s", text);
  if (strcmp(out->patient, raw))
    s = bl_texts_addf(ctx, report, "patient field '%s' written as '%s'", raw, out->patient);
  if (s) return s;
  bl_edf_text(e->bytes + 88, 80, raw, NULL);
  bl_edf_ascii(raw, text, 81);
  if (bl_edf_is_recording(text)) {
    snprintf(out->recording, sizeof out->recording, "%.80s", strchr(text + 10, ' ') + 1);
    return BL_OK;
  }
  snprintf(out->recording, sizeof out->recording, "X X ");
  add_subfield(out->recording, 80 - 22 + 1, *text ? text : "X"); /* what "Startdate dd-MMM-yyyy " leaves */
  return bl_texts_addf(ctx, report, "recording field '%s' written as 'Startdate ... %s'", raw, out->recording);
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

/* A number of the header as it stands, when that is a plain number written as it should be. */
static bool raw_number(const bl_edf *e, size_t i, size_t before, char text[9])
{
  const unsigned char *at = e->bytes + bl_edf_field_at(e, before, 8, i);
  size_t n = 8;
  double x;
  while (n && at[n - 1] == ' ') n--;
  for (size_t k = 0; k < n; k++)
    if (!strchr("0123456789.-+", at[k]) || !at[k]) return false;
  memcpy(text, at, n);
  text[n] = '\0';
  return n && bl_parse_real(text, &x) && isfinite(x);
}

static void put_number(const bl_edf *e, size_t i, size_t before, double x, bool whole, char text[9])
{
  if (!raw_number(e, i, before, text) || (whole && strchr(text, '.'))) bl_edf_number(x, text);
}

static void swap_texts(char a[9], char b[9])
{
  char t[9];
  memcpy(t, a, 9), memcpy(a, b, 9), memcpy(b, t, 9);
}

/* Limits that no sample can reach, or that are no whole numbers, are moved along the line of the scale. */
static bl_status move_limits(bl_ctx *ctx, const bl_edf_signal *g, size_t i, double most, bl_edf_out_signal *to,
                             bl_texts *report)
{
  double lo = fmax(ceil(fmin(g->dmin, g->dmax)), -most), hi = fmin(floor(fmax(g->dmin, g->dmax)), most - 1);
  if (!(lo < hi)) lo = -most, hi = most - 1;
  double a = lo * g->cal + g->off, b = hi * g->cal + g->off;
  bl_edf_number(lo, to->dmin);
  bl_edf_number(hi, to->dmax);
  double pa = bl_edf_number(a, to->pmin), pb = bl_edf_number(b, to->pmax);
  double error = fabs((pb - pa) / (b - a) - 1);
  return bl_texts_addf(ctx, report,
                       "signal %zu '%s': limits moved along the scale to digital %s to %s, physical %s to %s; "
                       "the gain changes by a factor of 1 %+.2g",
                       i + 1, g->label, to->dmin, to->dmax, to->pmin, to->pmax, error);
}

static bl_status own_limits(bl_ctx *ctx, const bl_edf_signal *g, size_t i, double most, bl_edf_out_signal *to,
                            bl_texts *report)
{
  bl_edf_number(-most, to->dmin);
  bl_edf_number(most - 1, to->dmax);
  memcpy(to->pmin, to->dmin, sizeof to->pmin);
  memcpy(to->pmax, to->dmax, sizeof to->pmax);
  to->unit[0] = '\0';
  return bl_texts_addf(
      ctx, report,
      "signal %zu '%s': its limits make no sense, or none that 8 characters can say; digital and physical ones are now those of a sample, "
      "without unit: its values are digital counts",
      i + 1, g->label);
}

/* Texts that stand for a scale: an odd limit may be nothing that 8 characters can say. */
static bool is_sound(const bl_edf_out_signal *g)
{
  double pmin, pmax, dmin, dmax;
  return bl_parse_real(g->pmin, &pmin) && bl_parse_real(g->pmax, &pmax) && bl_parse_real(g->dmin, &dmin) &&
         bl_parse_real(g->dmax, &dmax) && dmin < dmax && (pmin < pmax || pmin > pmax);
}

static bl_status mend_limits(bl_ctx *ctx, const bl_edf *e, size_t i, bool to_bdf, bl_edf_out_signal *to,
                             bl_texts *report)
{
  const bl_edf_signal *g = &e->signals[i];
  double most = to_bdf ? 8388608 : 32768;
  bool no_status = g->status && (!(g->dmin < g->dmax) || !(g->pmin < g->pmax || g->pmin > g->pmax));
  if (g->unusable || no_status) return own_limits(ctx, g, i, most, to, report);
  double least = fmin(g->dmin, g->dmax), greatest = fmax(g->dmin, g->dmax);
  if (least < -most || greatest > most - 1 || least != floor(least) || greatest != floor(greatest))
    return move_limits(ctx, g, i, most, to, report);
  put_number(e, i, 104, g->pmin, false, to->pmin);
  put_number(e, i, 112, g->pmax, false, to->pmax);
  put_number(e, i, 120, g->dmin, true, to->dmin);
  put_number(e, i, 128, g->dmax, true, to->dmax);
  if (g->dmin < g->dmax) return BL_OK;
  swap_texts(to->pmin, to->pmax);
  swap_texts(to->dmin, to->dmax);
  return bl_texts_addf(ctx, report,
                       "signal %zu '%s': digital and physical limits swapped in pairs; the scale is the same", i + 1,
                       g->label);
}

bl_status bl_edf_mend_signal(bl_ctx *ctx, const bl_edf *e, size_t i, bool to_bdf, bl_edf_out_signal *to,
                             bl_texts *report)
{
  *to = (bl_edf_out_signal){.spr = e->signals[i].spr};
  bl_status s = mend_text(ctx, e, i, 0, 16, "label", to->label, report);
  if (!s) s = mend_text(ctx, e, i, 16, 80, "transducer", to->transducer, report);
  if (!s) s = mend_text(ctx, e, i, 96, 8, "unit", to->unit, report);
  if (!s) s = mend_text(ctx, e, i, 136, 80, "prefilter", to->prefilter, report);
  if (!s) s = mend_limits(ctx, e, i, to_bdf, to, report);
  if (s || is_sound(to)) return s;
  return own_limits(ctx, &e->signals[i], i, to_bdf ? 8388608 : 32768, to, report);
}
