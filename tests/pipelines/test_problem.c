/* Rows made ready for learners: which are taken, in what codes, in which groups. */
#include "pipe.h"

typedef struct line {
  const char *label, *group;
  double start_s, end_s;
} line;

enum { MOST = 8 };

/* Rows from lines, one feature that counts them. */
static void make_rows(bl_ctx *ctx, const line *v, bl_dataset *d)
{
  bl_texts features = {0};
  check_ok(ctx, bl_texts_add(ctx, &features, "x"));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, NULL, d));
  for (size_t i = 0; i < MOST && v[i].label; i++) {
    float x = 2.385f * (float)i;
    bl_row_info info = {"r", v[i].label, v[i].group, v[i].start_s, v[i].end_s, 1, NULL};
    check_ok(ctx, bl_dataset_add(ctx, d, &x, &info));
  }
  bl_texts_free(ctx, &features);
}

static const struct good {
  const char *name, *config;
  line rows[MOST];
  const char *taken, *y, *classes, *group;
  const char *why;
  /* clang-format off */
} goods[] = {
    {"sorted classes", "model: knn\n", {{"b", "1", 0, 1}, {"a", "2", 0, 1}, {"b", "1", 1, 2}}, "0 1 2", "1 0 1", "a|b",
     "0 1 0", "scikit-learn sorts labels"},
    {"numbers by value", "model: knn\n", {{"10", "1", 0, 1}, {"9", "2", 0, 1}}, "0 1", "1 0", "9|10", "0 1", "9 < 10"},
    {"unlabelled left out", "model: knn\n", {{"b", "1", 0, 1}, {"", "1", 0, 1}, {"a", "2", 0, 1}}, "0 2", "1 0", "a|b",
     "0 1", "a classifier cannot learn from it"},
    {"positive goes last", "model: knn\nrows: {positive: a}\n", {{"b", "", 0, 1}, {"a", "", 0, 1}, {"c", "", 0, 1}}, "0 1 2",
     "0 2 1", "b|c|a", "0 1 2", "the positive class is the last; a row without a group is its own"},
    {"classes in order", "model: knn\nrows: {classes: [c, a]}\n", {{"b", "1", 0, 1}, {"a", "2", 0, 1}, {"c", "3", 0, 1}},
     "1 2", "1 0", "c|a", "0 1", "kept, in the order of the config"},
    {"classes and positive", "model: knn\nrows: {classes: [c, a], positive: c}\n", {{"c", "1", 0, 1}, {"a", "2", 0, 1}},
     "0 1", "1 0", "a|c", "0 1", "positive moves behind"},
    {"blocks", "model: knn\nrows: {block_s: 0.1}\n",
     {{"a", "g", 0.3, 0.4}, {"a", "g", 0.35, 0.45}, {"b", "g", 0.4, 0.5}, {"b", "h", 0.4, 0.5}, {"a", "g", 0, 0.05}}, "0 2 3 4",
     "0 1 1 0", "a|b", "1 2 3 0", "0.35 to 0.45 crosses a border; 0.3 / 0.1 is below 3 in binary and yet block 3"},
    {"rows without a time", "model: knn\nrows: {block_s: 5}\n", {{"a", "g", NAN, NAN}, {"b", "g", NAN, NAN}}, "0 1", "0 1",
     "a|b", "0 0", "nothing to cut"},
    {"regression", "model: ridge\n", {{"2.5", "1", 0, 1}, {"-1e-3", "2", 0, 1}}, "0 1", "2.5 -0.001", "", "0 1", "numbers"},
    {"regression with gaps", "model: ridge\n", {{"2.5", "1", 0, 1}, {"NA", "2", 0, 1}, {"nan", "3", 0, 1}, {"", "4", 0, 1}, {"7", "5", 0, 1}},
     "0 4", "2.5 7", "", "0 1", "numbers that are not known are left out"},
    {"anomaly, labelled", "model: isolation_forest\nrows: {positive: odd}\n",
     {{"sea", "1", 0, 1}, {"odd", "2", 0, 1}, {"rain", "3", 0, 1}}, "0 1 2", "0 1 0", "normal|odd", "0 1 2",
     "all but the positive class is normal"},
    {"anomaly, two labels", "model: isolation_forest\n", {{"a", "1", 0, 1}, {"b", "2", 0, 1}}, "0 1", "0 1", "a|b", "0 1",
     "the later of two means anomaly"},
    {"anomaly, no labels", "model: isolation_forest\n", {{"", "1", 0, 1}, {"", "2", 0, 1}}, "0 1", NULL, "", "0 1",
     "learnt without"},
    {"anomaly, some labels", "model: isolation_forest\nrows: {positive: odd}\n", {{"odd", "1", 0, 1}, {"", "2", 0, 1}}, "0 1",
     NULL, "", "0 1", "an unlabelled row is not normal for want of a label"},
    {"anomaly, classes and gaps", "model: isolation_forest\nrows: {classes: [sea, odd]}\n",
     {{"odd", "1", 0, 1}, {"", "2", 0, 1}, {"sea", "3", 0, 1}}, "0 1 2", NULL, "", "0 1 2", "no code to look up"},
};
/* clang-format on */

static void add(char *out, size_t room, const char *text)
{
  size_t n = strlen(out);
  snprintf(out + n, room - n, "%s%s", n ? " " : "", text);
}

static void taken(void **state)
{
  const struct good *g = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  char text[400], index[200] = "", y[200] = "", group[200] = "", classes[200] = "";
  snprintf(text, sizeof text, "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {summaries: [mean]}}\n%s",
           g->config);
  check_ok(ctx, pipe_config(ctx, text, &c));
  make_rows(ctx, g->rows, &d);
  check_ok(ctx, bl_problem_make(ctx, &c, &d, &p));
  for (size_t i = 0; i < p.n; i++) {
    char number[40];
    snprintf(number, sizeof number, "%u", p.index[i]);
    add(index, sizeof index, number);
    snprintf(number, sizeof number, "%d", (int)p.group[i]);
    add(group, sizeof group, number);
    if (p.y) snprintf(number, sizeof number, "%g", p.y[i]), add(y, sizeof y, number);
    check_near((double)*bl_crow(&p.X, i), (double)(2.385f * (float)p.index[i]), 0);
  }
  for (size_t k = 0; k < p.classes.n; k++) {
    size_t n = strlen(classes);
    snprintf(classes + n, sizeof classes - n, "%s%s", k ? "|" : "", p.classes.v[k]);
  }
  assert_string_equal(index, g->taken);
  assert_string_equal(group, g->group);
  assert_string_equal(classes, g->classes);
  if (!g->y) assert_null(p.y);
  else assert_string_equal(y, g->y);
  bl_problem_free(ctx, &p);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static const struct bad {
  const char *name, *config;
  line rows[MOST];
  bl_status status;
  const char *part;
} bads[] = {
    {"no label at all", "model: knn\n", {{"", "1", 0, 1}}, BL_E_SHAPE, "1 of 1 have no label"},
    {"unknown column", "model: knn\nrows: {label: lable}\n", {{"a", "1", 0, 1}}, BL_E_CONFIG, "rows: label: "},
    {"unknown group", "model: knn\nrows: {group: site}\n", {{"a", "1", 0, 1}}, BL_E_CONFIG, "rows: group: "},
    {"unknown positive", "model: knn\nrows: {positive: whale}\n", {{"a", "1", 0, 1}}, BL_E_CLASSES, "'whale'"},
    {"a class that is not there", "model: knn\nrows: {classes: [a, z]}\n", {{"a", "1", 0, 1}}, BL_E_CLASSES, "'z'"},
    {"no class asked for", "model: knn\nrows: {classes: [y, z]}\n", {{"a", "1", 0, 1}}, BL_E_SHAPE, "1 another class"},
    {"a word for a number", "model: ridge\n", {{"1", "1", 0, 1}, {"two", "1", 0, 1}}, BL_E_FORMAT, "r (row 1): 'two'"},
    {"an infinite number", "model: ridge\n", {{"-inf", "1", 0, 1}}, BL_E_FORMAT, "'-inf' is no finite number"},
    {"across every border", "model: knn\nrows: {block_s: 1}\n", {{"a", "1", 0.5, 1.5}}, BL_E_SHAPE, "1 lie across"},
};

static void refused(void **state)
{
  const struct bad *b = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  char text[400];
  snprintf(text, sizeof text, "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {summaries: [mean]}}\n%s",
           b->config);
  check_ok(ctx, pipe_config(ctx, text, &c));
  make_rows(ctx, b->rows, &d);
  check_fails(ctx, bl_problem_make(ctx, &c, &d, &p), b->status, b->part);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* Two groups whose names differ only far behind must stay two. */
static void long_group_names(void **state)
{
  (void)state;
  static char a[1200], b[1200];
  memset(a, 'g', sizeof a - 2);
  memcpy(b, a, sizeof b);
  a[sizeof a - 2] = '1', b[sizeof b - 2] = '2';
  const line rows[MOST] = {{"x", a, 0, 1}, {"y", b, 0, 1}};
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  check_ok(
      ctx,
      pipe_config(
          ctx,
          "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {summaries: [mean]}}\nmodel: knn\nrows: {block_s: 10}\n",
          &c));
  make_rows(ctx, rows, &d);
  check_ok(ctx, bl_problem_make(ctx, &c, &d, &p));
  assert_int_equal(p.groups.n, 2);
  bl_problem_free(ctx, &p);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

typedef struct sweep {
  const bl_config *config;
  const bl_dataset *rows;
} sweep;

static bl_status make(bl_ctx *ctx, void *arg)
{
  sweep *w = arg;
  bl_problem p;
  bl_status s = bl_problem_make(ctx, w->config, w->rows, &p);
  bl_problem_free(ctx, &p);
  return s;
}

static void failing_allocations(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof goods / sizeof *goods; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_dataset d;
    char text[400];
    snprintf(text, sizeof text, "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {summaries: [mean]}}\n%s",
             goods[i].config);
    check_ok(ctx, pipe_config(ctx, text, &c));
    make_rows(ctx, goods[i].rows, &d);
    sweep w = {&c, &d};
    check_every_allocation_failing(make, &w);
    bl_dataset_free(ctx, &d);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

int main(void)
{
  struct CMUnitTest tests[64] = {cmocka_unit_test(long_group_names), cmocka_unit_test(failing_allocations)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof goods / sizeof *goods; i++)
    tests[n++] = (struct CMUnitTest){goods[i].name, taken, NULL, NULL, (void *)(uintptr_t)&goods[i]};
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
    tests[n++] = (struct CMUnitTest){bads[i].name, refused, NULL, NULL, (void *)(uintptr_t)&bads[i]};
  int failed = _cmocka_run_group_tests("problem", tests, n, NULL, NULL);
  tree_done();
  return failed;
}
