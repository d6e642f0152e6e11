/* Which rows belong together: groups cut into blocks by a column, by stretches of time, by both; one way for rows of
 * recordings and rows of tables. */
#include "groups.h"
#include "pipe.h"

typedef struct line {
  const char *group;
  double start_s, end_s; /* NAN: a row of a table */
  const char *time, *session;
} line;

enum { MOST = 8 };

static void make_rows(bl_ctx *ctx, const line *v, bl_dataset *d)
{
  bl_texts features = {0}, extra = {0};
  check_ok(ctx, bl_texts_add(ctx, &features, "x"));
  check_ok(ctx, bl_texts_add(ctx, &extra, "time"));
  check_ok(ctx, bl_texts_add(ctx, &extra, "session"));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, &extra, d));
  for (size_t i = 0; i < MOST && v[i].group; i++) {
    float x = 2.385f * (float)i;
    const char *further[] = {v[i].time, v[i].session};
    bl_row_info info = {"r", "a", v[i].group, v[i].start_s, v[i].end_s, 1, further};
    check_ok(ctx, bl_dataset_add(ctx, d, &x, &info));
  }
  bl_texts_free(ctx, &features);
  bl_texts_free(ctx, &extra);
}

static const struct row {
  const char *rows; /* options of the section */
  line v[MOST];
  const char *want; /* "<row>=<group's name>" of all that are taken; or what a failure says */
  bl_status status;
  const char *why;
  /* clang-format off */
} rows[] = {
    {"block_s: 5, time: time",
     {{"r", NAN, NAN, "4.9", ""}, {"r", NAN, NAN, "5", ""}, {"r", NAN, NAN, "-1", ""}, {"g", NAN, NAN, "9", ""}},
     "0=@0 1=@1 2=@-1 3=g@1", BL_OK, "a row of a table that bears its own name ('r') has no group: blocks of time are the groups"},
    {"block: session",
     {{"r", NAN, NAN, "", "s2"}, {"r", NAN, NAN, "", "s1"}, {"r", NAN, NAN, "", "s2"}, {"g", NAN, NAN, "", "s1"}},
     "0=s2 1=s1 2=s2 3=g@s1", BL_OK, "s1 of g is not s1 of nobody"},
    {"block: session, block_s: 5, time: time",
     {{"g", NAN, NAN, "1", "s"}, {"g", NAN, NAN, "6", "s"}, {"g", NAN, NAN, "2", "t"}, {"g", NAN, NAN, "4", "s"}},
     "0=g@s@0 1=g@s@1 2=g@t@0 3=g@s@0", BL_OK, "clocks may begin at 0 in each session"},
    {"block: session", {{"g", 0, 1, "", "s"}, {"g", 1, 2, "", "t"}, {"r", 0, 1, "", "s"}},
     "0=g@s 1=g@t 2=r@s", BL_OK, "a recording's name is a group, though it is the row's, too"},
    {"block_s: 10, time: time", {{"g", 0, 2, "100", ""}, {"g", 0, 2, "109", ""}, {"g", 0, 1, "109", ""}, {"g", 5, 6, "95", ""}},
     "0=g@10 2=g@10 3=g@9", BL_OK, "the column says when, the recording how long: 109 to 111 lies across a border"},
    {"block_s: 10", {{"g", 5, 6, "95", ""}, {"g", 9.5, 10.5, "1", ""}, {"", 12, 13, "1", ""}},
     "0=g@0 2=@1", BL_OK, "without a word of it the column of times means nothing"},
    {"time: time", {{"", NAN, NAN, "1", ""}, {"", NAN, NAN, "2", ""}}, "0=row 0 1=row 1", BL_OK, "times alone cut nothing"},
    {"group: session", {{"g", NAN, NAN, "1", "s"}, {"h", NAN, NAN, "2", "s"}}, "0=s 1=s", BL_OK, "any column groups"},
    {"block: session", {{"g", 0, 1, "", "s"}, {"g", 0, 1, "", ""}}, "r (row 1): rows: block: the column 'session' is empty", BL_E_FORMAT, ""},
    {"block_s: 1, time: time", {{"g", NAN, NAN, "noon", ""}}, "rows: time: 'noon' is no finite number", BL_E_FORMAT, ""},
    {"block: x", {{"g", 0, 1, "", "s"}}, "rows: block: 'x' is a feature of the rows; name it in the table's keep", BL_E_CONFIG, ""},
    {"time: tine", {{"g", 0, 1, "1", "s"}}, "rows: time: the rows have no column 'tine'; did you mean 'time'?", BL_E_CONFIG, ""},
};
/* clang-format on */
enum { N = sizeof rows / sizeof *rows };

static void make(bl_ctx *ctx, const struct row *r, bl_config *c, bl_dataset *d)
{
  char text[300];
  snprintf(text, sizeof text,
           "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {summaries: [mean]}}\nmodel: knn\nrows: {%s}\n",
           r->rows);
  check_ok(ctx, pipe_config(ctx, text, c));
  make_rows(ctx, r->v, d);
}

static void grouped(void **state)
{
  const struct row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  char got[300] = "";
  make(ctx, r, &c, &d);
  bl_status s = bl_problem_make(ctx, &c, &d, &p);
  if (r->status) check_fails(ctx, s, r->status, r->want);
  else check_ok(ctx, s);
  for (size_t i = 0; i < p.n; i++) {
    size_t n = strlen(got);
    snprintf(got + n, sizeof got - n, "%s%u=%s", i ? " " : "", p.index[i], p.groups.v[p.group[i]]);
  }
  if (!s && strcmp(got, r->want) != 0) fail_msg("%s: wanted %s (%s), got %s", r->rows, r->want, r->why, got);
  bl_problem_free(ctx, &p);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

typedef struct sweep {
  const bl_config *config;
  const bl_dataset *rows;
} sweep;

static bl_status make_problem(bl_ctx *ctx, void *arg)
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
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  make(ctx, &rows[2], &c, &d);
  sweep w = {&c, &d};
  check_every_allocation_failing(make_problem, &w);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

int main(void)
{
  struct CMUnitTest tests[N + 1] = {cmocka_unit_test(failing_allocations)};
  for (size_t i = 0; i < N; i++)
    tests[i + 1] = (struct CMUnitTest){rows[i].rows, grouped, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  int failed = _cmocka_run_group_tests("groups", tests, N + 1, NULL, NULL);
  tree_done();
  return failed;
}
