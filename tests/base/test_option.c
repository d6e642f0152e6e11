/* Option tables: defaults, setting, messages, and get -> set back to the same bits. */
#include "check.h"

#include <string.h>

#include "baleen/option.h"

typedef struct params {
  int64_t count;
  double rate, above;
  bool on;
  int window;
  bl_word size, whole;
  char *path, *named;
  bl_reals q;
  bl_texts pick;
  bl_ranges bands;
  bl_numbers weights;
} params;
static const char *const windows[] = {"hann", "hamming", "blackman", NULL}, *const autos[] = {"auto", "none", NULL};
static const bl_opt table[] = {BL_INT(params, count, "5", 1, 100, "", "How many"),
                               BL_REAL(params, rate, "0.25", 0, 1, "Hz", "How fast"),
                               BL_REAL_ABOVE(params, above, "1e-4", 0, (double)INFINITY, "s", "How long"),
                               BL_BOOL(params, on, "yes", "Whether"),
                               BL_ENUM(params, window, "hamming", windows, "Which"),
                               BL_WORD(params, size, "auto", autos, 0, 1, BL_OPT_OPEN_HI, "", "A word or a share"),
                               BL_WORD(params, whole, "none", autos, 1, 64, BL_OPT_WHOLE, "", "A word or a count"),
                               BL_TEXT(params, path, NULL, "A file"),
                               BL_TEXT(params, named, "x y", "A text"),
                               BL_REALS(params, q, "[0.5, 0.9]", 0, 1, "", "Quantiles"),
                               BL_TEXTS(params, pick, NULL, "Channels"),
                               BL_RANGES(params, bands, "{alpha: [8, 13]}", 0, 100, "Hz", "Bands"),
                               BL_NUMBERS(params, weights, "none", autos, 0, 9, BL_OPT_OPEN_LO, "", "Weights"),
                               BL_OPT_END};

static params defaults(bl_ctx *ctx)
{
  params p;
  memset(&p, 0, sizeof p);
  check_ok(ctx, bl_opts_defaults(ctx, "test", table, &p));
  return p;
}

static void values(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  params p = defaults(ctx);
  assert_true(p.count == 5 && p.rate == 0.25 && p.above == 1e-4 && p.on && p.window == 1);
  assert_true(p.size.word == 0 && p.whole.word == 1 && !p.path && !strcmp(p.named, "x y"));
  assert_true(p.q.n == 2 && p.q.v[1] == 0.9 && p.pick.n == 0 && p.bands.n == 1 && p.bands.v[0].hi == 13);
  assert_true(p.weights.word == 1 && !p.weights.n);
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "weights", "{wake: 1, \"deep sleep\": 2.5}"));
  assert_true(p.weights.word == -1 && p.weights.n == 2 && p.weights.v[1].value == 2.5);
  assert_string_equal(p.weights.v[1].name, "deep sleep");
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "count", "1e2"));
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "size", "0.5"));
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "window", "HANN"));
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "q", "0.1"));
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "pick", "[Fz, \"a, b\", C 3]"));
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "path", "/a"));
  assert_true(p.count == 100 && p.size.word == -1 && p.size.real == 0.5 && p.window == 0);
  assert_true(p.q.n == 1 && p.pick.n == 3 && !strcmp(p.pick.v[1], "a, b") && !strcmp(p.pick.v[2], "C 3"));
  check_ok(ctx, bl_opts_set(ctx, "test", table, &p, "path", "null"));
  assert_null(p.path);
  assert_int_equal(bl_opts_count(table), 13);
  assert_int_equal(bl_opts_count(NULL), 0);
  assert_null(bl_opts_find(table, "counts"));
  bl_opts_release(ctx, table, &p);
  check_free(ctx);
}

static void refusals(void **state)
{
  (void)state;
  static const struct {
    const char *name, *text, *says;
  } rows[] = {
      {"cuont", "3", "test: unknown option 'cuont'; did you mean 'count'?"},
      {"zzzzzz", "3", "it takes count, rate"},
      {"count", "0", "test: count: '0' is not valid; it takes a whole number from 1 to 100"},
      {"count", "2.5", "whole number"},
      {"count", "", "whole number"},
      {"count", "nan", "whole number"},
      {"rate", "1.01", "a number from 0 to 1 (Hz)"},
      {"rate", "nan", "a number"},
      {"above", "0", "a number above 0 (s)"},
      {"on", "1", "true or false"},
      {"window", "haming", "did you mean 'hamming'? It takes one of hann, hamming, blackman"},
      {"size", "1", "one of auto, none, or a number from 0 below 1"},
      {"size", "aut", "did you mean 'auto'"},
      {"whole", "2.5", "or a whole number from 1 to 64"},
      {"q", "[0.5, 2]", "a list of numbers from 0 to 1"},
      {"q", "[0.5", "a list of numbers"},
      {"q", "{a: 1}", "a list of numbers"},
      {"pick", "[[a]]", "a list of texts"},
      {"bands", "[1, 2]", "a map of names to [low, high]"},
      {"bands", "{a: [13, 8]}", "a map of names"},
      {"bands", "{a: [1, 2], b: [1]}", "a map of names"},
      {"bands", "{a: [1, 200]}", "from 0 to 100 (Hz)"},
      {"weights", "{a: 0}", "one of auto, none, or a map of names to numbers above 0 to 9"},
      {"weights", "{a: 1, b: [1]}", "a map of names to numbers"},
      {"weights", "{}", "a map of names to numbers"},
      {"weights", "[1, 2]", "a map of names to numbers"},
      {"weights", "2", "a map of names to numbers"},
      {"weights", "nome", "did you mean 'none'"},
  };
  bl_ctx *ctx = bl_ctx_new();
  params p = defaults(ctx);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check_fails(ctx, bl_opts_set(ctx, "test", table, &p, rows[i].name, rows[i].text), BL_E_CONFIG, rows[i].says);
  assert_true(p.count == 5 && p.q.n == 2 && p.bands.n == 1); /* what was refused changed nothing */
  bl_buf b = {0};
  check_fails(ctx, bl_opts_get(ctx, table, &p, "cuont", &b), BL_E_CONFIG, "did you mean 'count'");
  check_fails(ctx, bl_opts_set(ctx, "test", NULL, &p, "count", "1"), BL_E_CONFIG, "it takes none");
  bl_buf_free(ctx, &b);
  bl_opts_release(ctx, table, &p);
  check_free(ctx);
}

static void get_then_set(void **state)
{
  (void)state;
  static const char *const sets[][2] = {
      {"count", "77"},
      {"rate", "0.1000000000000000055"},
      {"above", "inf"},
      {"above", "5e-324"},
      {"on", "off"},
      {"window", "blackman"},
      {"size", "none"},
      {"size", "0.3333333333333333"},
      {"whole", "64"},
      {"path", "a: [b], \"c\""},
      {"path", ""},
      {"named", "null"},
      {"q", "[]"},
      {"q", "[0.1, 0.2, 1e-300]"},
      {"pick", "[\"\", \"a\\nb\", \" x \", \"#\", \"q\\\"\\\\\", \"a\\r\", \"t\\t\", \"{\", \"x:y\"]"},
      {"bands", "{\"a b\": [0.5, 4], \"c,d\": [1, 2]}"},
      {"bands", "{}"},
      {"weights", "auto"},
      {"weights", "{\"a b\": 0.3333333333333333, \"c,d\": 2}"}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    params p = defaults(ctx), q = defaults(ctx);
    bl_buf once = {0}, twice = {0};
    check_ok(ctx, bl_opts_set(ctx, "test", table, &p, sets[i][0], sets[i][1]));
    check_ok(ctx, bl_opts_get(ctx, table, &p, sets[i][0], &once));
    check_ok(ctx, bl_opts_set(ctx, "test", table, &q, sets[i][0], bl_buf_text(&once)));
    check_ok(ctx, bl_opts_get(ctx, table, &q, sets[i][0], &twice));
    assert_string_equal(bl_buf_text(&once), bl_buf_text(&twice));
    assert_true(p.count == q.count && p.on == q.on && p.window == q.window && p.size.word == q.size.word);
    assert_memory_equal(&p.rate, &q.rate, sizeof p.rate);
    assert_memory_equal(&p.above, &q.above, sizeof p.above);
    assert_memory_equal(&p.size.real, &q.size.real, sizeof(double));
    assert_int_equal(p.q.n, q.q.n);
    if (p.q.n) assert_memory_equal(p.q.v, q.q.v, p.q.n * sizeof(double));
    assert_int_equal(p.pick.n, q.pick.n);
    for (size_t k = 0; k < p.pick.n; k++) assert_string_equal(p.pick.v[k], q.pick.v[k]);
    assert_int_equal(p.bands.n, q.bands.n);
    for (size_t k = 0; k < p.bands.n; k++) assert_string_equal(p.bands.v[k].name, q.bands.v[k].name);
    assert_true(p.weights.word == q.weights.word && p.weights.n == q.weights.n);
    assert_true(bl_opts_equal(table, &p, &q));
    bl_buf_free(ctx, &once);
    bl_buf_free(ctx, &twice);
    bl_opts_release(ctx, table, &p);
    bl_opts_release(ctx, table, &q);
  }
  check_free(ctx);
}

static bl_status copy_work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  params p, q;
  memset(&p, 0, sizeof p);
  memset(&q, 0, sizeof q);
  bl_status s = bl_opts_defaults(ctx, "test", table, &p);
  if (!s) s = bl_opts_set(ctx, "test", table, &p, "pick", "[a, b, c]");
  if (!s) s = bl_opts_set(ctx, "test", table, &p, "weights", "{a: 1, b: 2}");
  if (!s) s = bl_opts_copy(ctx, table, &q, &p);
  if (!s && (q.pick.n != 3 || strcmp(q.pick.v[2], "c") || q.q.n != 2 || q.q.v == p.q.v || q.bands.v[0].lo != 8 ||
             q.weights.v[1].value != 2 || q.count != 5))
    s = bl_fail(ctx, BL_E_INTERNAL, "the copy differs");
  bl_opts_release(ctx, table, &p);
  bl_opts_release(ctx, table, &q);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(copy_work, NULL);
}

typedef struct needy {
  char *from;
} needy;

static void needed(void **state)
{
  (void)state;
  static const bl_opt t[] = {
      {"from", BL_OPT_TEXT, offsetof(needy, from), NULL, 0, 0, BL_OPT_NEEDED, NULL, "", "Where from", NULL},
      BL_OPT_END};
  bl_ctx *ctx = bl_ctx_new();
  needy p = {0};
  check_fails(ctx, bl_opts_complete(ctx, "reader", t, &p), BL_E_CONFIG, "reader: 'from' must be given: Where from");
  check_ok(ctx, bl_opts_set(ctx, "reader", t, &p, "from", "here"));
  check_ok(ctx, bl_opts_complete(ctx, "reader", t, &p));
  bl_opts_release(ctx, t, &p);
  check_free(ctx);
}

typedef struct needy_numbers {
  double level;
  int64_t order;
} needy_numbers;

/* 0 is a level like any other: that none was given must be told from it. */
static void needed_numbers(void **state)
{
  (void)state;
  static const bl_opt t[] = {
      {"level", BL_OPT_REAL, offsetof(needy_numbers, level), NULL, -10, 10, BL_OPT_NEEDED, NULL, "", "How high", NULL},
      {"order", BL_OPT_INT, offsetof(needy_numbers, order), NULL, 1, 9, BL_OPT_NEEDED, NULL, "", "How many", NULL},
      BL_OPT_END};
  bl_ctx *ctx = bl_ctx_new();
  needy_numbers p = {0};
  check_ok(ctx, bl_opts_defaults(ctx, "lpc", t, &p));
  check_fails(ctx, bl_opts_complete(ctx, "lpc", t, &p), BL_E_CONFIG, "lpc: 'level' must be given: How high");
  check_ok(ctx, bl_opts_set(ctx, "lpc", t, &p, "level", "0"));
  check_fails(ctx, bl_opts_complete(ctx, "lpc", t, &p), BL_E_CONFIG, "lpc: 'order' must be given: How many");
  check_ok(ctx, bl_opts_set(ctx, "lpc", t, &p, "order", "1"));
  check_ok(ctx, bl_opts_complete(ctx, "lpc", t, &p));
  bl_opts_release(ctx, t, &p);
  check_free(ctx);
}

typedef struct grown {
  bl_flow grid;
} grown;

/* A tree is kept as it stands, null where none was given, and its copy is its own. */
static void trees(void **state)
{
  (void)state;
  static const bl_opt t[] = {BL_TREE(grown, grid, BL_OPT_NEEDED, "What is tried"), BL_OPT_END};
  static const char text[] = "{svc.C: [1, \"a, b\"], deep: {x: [[]]}}";
  bl_ctx *ctx = bl_ctx_new();
  grown a = {0}, b = {0};
  bl_buf out = {0};
  check_fails(ctx, bl_opts_complete(ctx, "search", t, &a), BL_E_CONFIG, "search: 'grid' must be given: What is tried");
  check_ok(ctx, bl_opts_get(ctx, t, &a, "grid", &out));
  assert_string_equal(bl_buf_text(&out), "null");
  check_ok(ctx, bl_opts_set(ctx, "search", t, &a, "grid", text));
  check_ok(ctx, bl_opts_copy(ctx, t, &b, &a));
  assert_true(bl_opts_equal(t, &a, &b));
  bl_buf_free(ctx, &out);
  check_ok(ctx, bl_opts_get(ctx, t, &b, "grid", &out));
  assert_string_equal(bl_buf_text(&out), text);
  check_ok(ctx, bl_opts_set(ctx, "search", t, &b, "grid", "{svc.C: [1, \"a, b\"], deep: {y: [[]]}}"));
  assert_false(bl_opts_equal(t, &a, &b));
  check_fails(ctx, bl_opts_set(ctx, "search", t, &b, "grid", "{svc.C: [1"), BL_E_CONFIG, "grid");
  bl_opts_release(ctx, t, &a);
  bl_opts_release(ctx, t, &b);
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(values),       cmocka_unit_test(refusals),
                                     cmocka_unit_test(get_then_set), cmocka_unit_test(allocations),
                                     cmocka_unit_test(needed),       cmocka_unit_test(needed_numbers),
                                     cmocka_unit_test(trees)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
