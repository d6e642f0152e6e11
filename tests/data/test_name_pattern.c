#include "check.h"

#include <stdio.h>
#include <string.h>

#include "name_pattern.h"

static const struct {
  const char *pattern, *path, *want; /* NULL: does not fit */
} cases[] = {
    {"{label}_{who}_{take}.wav", "0_jackson_7.wav", "0|jackson|7|"},
    {"{label}_{who}_{take}.wav", "/far/away_x/0_jackson_7.wav", "0|jackson|7|"},
    {"{label}_{who}_{take}.wav", "0_jackson_7.WAV", NULL},
    {"{label}_{who}_{take}.wav", "0_jackson.wav", NULL},
    {"{label}_{who}_{take}.wav", "_jackson_7.wav", NULL}, /* a field takes at least one byte */
    {"{a}_{b}.wav", "x_y_z.wav", "x|y_z|"},               /* the first underscore ends a */
    {"{a}.wav", "x.wav.wav", "x.wav|"},                   /* the last literal stands at the end */
    {"*-{id}-*.ogg", "1-28135-A.ogg", "28135|"},
    {"{who}/*/{n}.edf", "data/S001/run/07.edf", "S001|07|"},
    {"{who}/*/{n}.edf", "run/07.edf", NULL}, /* fewer folders than the pattern */
    {"{who}/x{n}.edf", "S001/y07.edf", NULL},
    {"rec", "rec", ""},
    {"rec", "recs", NULL},
    {"rec", "re", NULL},
    {"rec{n}", "rec", NULL},
    {"{n}", "all of it.wav", "all of it.wav|"},
};

static void takes_fields_from_paths(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    bl_name_pattern p;
    bl_texts values = {0};
    bool matched;
    char flat[200] = "";
    check_ok(ctx, bl_name_pattern_new(ctx, "t", cases[k].pattern, &p));
    check_ok(ctx, bl_name_pattern_match(ctx, &p, cases[k].path, &values, &matched));
    for (size_t i = 0, n = 0; i < values.n; i++) n += (size_t)snprintf(flat + n, sizeof flat - n, "%s|", values.v[i]);
    if (matched != (cases[k].want != NULL) || strcmp(flat, cases[k].want ? cases[k].want : ""))
      fail_msg("'%s' of '%s' gives '%s'", cases[k].pattern, cases[k].path, flat);
    if (matched) assert_int_equal(values.n, p.fields.n);
    bl_texts_free(ctx, &values);
    bl_name_pattern_free(ctx, &p);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(takes_fields_from_paths)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
