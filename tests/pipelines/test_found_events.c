/* Events that a stage finds: rows around them, and windows that bear their names, from a config. */
#include "pipe.h"

enum { RATE = 100, SECONDS = 60 };

/* Bursts of 50 uV at 3 to 3.5 s, 9.25 to 10.25 s, 30 to 31 s and from 59 s to the end; the file marks 30.2 s as bad. */
static void write_edf(bl_ctx *ctx, const char *name)
{
  static const bl_annotation bad = {.onset_s = 30.2, .duration_s = 0.1, .label = (char *)"BAD"};
  static const double bursts[][2] = {{3, 3.5}, {9.25, 10.25}, {30, 31}, {59, 60}};
  static float v[RATE * SECONDS];
  for (size_t i = 0; i < RATE * SECONDS; i++) v[i] = (float)(i % 7);
  for (size_t b = 0; b < 4; b++)
    for (size_t i = (size_t)(bursts[b][0] * RATE); i < (size_t)(bursts[b][1] * RATE); i++) v[i] = i % 2 ? 50 : -50;
  pipe_edf(ctx, name, RATE, v, RATE * SECONDS, &bad, 1);
}

#define HEAD "source: {files: {recordings: [e/a.edf], labels: annotations}}\n"
#define FEATURES                                                                                                       \
  "features: {f: {stages: [{threshold_events: {on: 20, of: magnitude, label: call}}], summaries: [max]}}\n"
static const struct row {
  const char *segments, *want; /* rows as "onset label", then the number of those dropped */
} rows[] = {
    {"segments: {epochs: {events: [call], tmin: -0.5, tmax: 0.1}}\n", "2.5call 8.75call 29.5call 58.5call -0"},
    {"segments: {epochs: {tmin: -0.5, tmax: 0.5}}\n", "2.5call 8.75call 58.5call -1"},
    {"segments: {epochs: {events: [call], tmin: 0, tmax: 2}}\n", "3call 9.25call -2"},
    {"segments: {window: {length_s: 1, hop_s: 10, start_s: 9, label_from: events, otherwise: none}}\n",
     "9call 19none 29none 39none 49none 59call -0"},
};

static void by_found_events(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    char text[700], got[300] = "";
    bl_config c;
    bl_extraction x;
    size_t len = 0, dropped = 0;
    snprintf(text, sizeof text, HEAD "%s" FEATURES, rows[i].segments);
    check_ok(ctx, pipe_config(ctx, text, &c));
    check_ok(ctx, bl_extract(ctx, &c, &x));
    for (size_t k = 0; k < x.rows.X.rows && len < 250; k++)
      len += (size_t)snprintf(got + len, sizeof got - len, "%g%s ", bl_packed_get(&x.rows.start_s, k),
                              bl_column_text(&x.rows.label, k));
    for (size_t k = 0; k < x.n_outcomes; k++) dropped += x.outcomes[k].n_dropped;
    snprintf(got + len, sizeof got - len, "-%zu", dropped);
    if (strcmp(got, rows[i].want) != 0) fail_msg("%s: %s, wanted %s", rows[i].segments, got, rows[i].want);
    bl_extraction_free(ctx, &x);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

static void all_beforehand(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  check_ok(ctx,
           pipe_config(ctx, HEAD "segments: {window: {label_from: events, negatives_per_positive: 1}}\n" FEATURES, &c));
  check_fails(ctx, bl_extract(ctx, &c, &x), BL_E_CONFIG, "has to know all events of a recording beforehand");
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

int main(void)
{
  bl_ctx *ctx = bl_ctx_new();
  tree_text("e/here.txt", ""); /* makes the folder */
  write_edf(ctx, "e/a.edf");
  check_free(ctx);
  const struct CMUnitTest tests[] = {cmocka_unit_test(by_found_events), cmocka_unit_test(all_beforehand)};
  int failed = cmocka_run_group_tests_name("found_events", tests, NULL, NULL);
  tree_done();
  return failed;
}
