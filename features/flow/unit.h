/* unit.h: the one rule by which units multiply, for stages and summaries.
 *
 * A unit is a product of powers: names with exponents, between * and /, a square root as sqrt(Hz), what is in brackets
 * as a whole: "uV^2/Hz", "m/s^2", "uV/sqrt(Hz)", "(FS/s)^2". Exponents of one name are added up, so that the power of a
 * power in FS^2 is in FS^4, and the square of uV^2/Hz is uV^4/Hz^2. What cannot be read so ("dB re uV") is taken as a
 * name, in brackets where it needs them. "1" is no unit at all; "" is one that is not known, and stays so.
 *
 * Levels, "dB re uV", "ln(uV)" or "log10 uV", tell a ratio to something. A difference of two has lost what that was: it is in
 * "dB", "ln" or "log10". So has every power and product, which is of differences from some level, or means nothing: the
 * variance of "dB re uV" is in dB^2. */
#ifndef BL_FEATURES_UNIT_H
#define BL_FEATURES_UNIT_H

#include "baleen/memory.h"

/* New texts, NULL when memory ran out. unit to a power: 2 makes uV^2 of uV; 1 leaves the text as it is. */
char *bl_unit_raise(bl_ctx *ctx, const char *unit, double exponent);
/* a times b: "uV^2" of uV and uV, "uV*mV" of uV and mV. */
char *bl_unit_product(bl_ctx *ctx, const char *a, const char *b);
/* A format with one %s for the unit, or %d for that of a difference of two such values: what stands around it without a blank or
 * a bracket between is a product and is multiplied out, the rest is copied. "%s^2/Hz", "ln %s^2", "dB re %s", "ln(1+%s)", "%d",
 * and "1", which has none. */
char *bl_unit_fill(bl_ctx *ctx, const char *format, const char *unit);
/* Whether it is a logarithm's: "dB", "dB re uV", "ln(uV)", "ln", "log10 uV". */
bool bl_unit_is_logarithm(const char *unit);

#endif
