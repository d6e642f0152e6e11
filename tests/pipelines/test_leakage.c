/* Rows that stand on both sides of a split in another guise, and what tells the label that should not. */
#include "baleen/random.h"
#include "giveaway.h"
#include "pipe.h"
#include "twins.h"

enum { COLUMNS = 6, MOST = 400 };

/* ---- rows in memory ---------------------------------------------------------------------------------------------- */

/* A problem without a config: rows of normal numbers, groups as given. */
typedef struct made {
  float v[MOST * COLUMNS];
  double y[MOST];
  int32_t group[MOST];
  uint32_t index[MOST];
  bl_problem p;
} made;

static void make(made *m, size_t n, size_t rows_a_group, uint64_t seed)
{
  bl_rng r = bl_rng_make(seed, "rows of a test", 0);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < COLUMNS; j++) m->v[i * COLUMNS + j] = (float)(2.385 * bl_rng_normal(&r) + (double)j);
    m->group[i] = (int32_t)(i / rows_a_group);
    m->index[i] = (uint32_t)i;
    m->y[i] = (double)(m->group[i] % 2);
  }
  m->p = (bl_problem){.task = BL_TASK_CLASSIFICATION,
                      .index = m->index,
                      .n = n,
                      .X = {.v = m->v, .rows = n, .cols = COLUMNS, .stride = COLUMNS},
                      .y = m->y,
                      .n_targets = 1,
                      .group = m->group,
                      .grouped = rows_a_group > 1};
}

/* Four folds of every fourth group. */
static void split(bl_ctx *ctx, const made *m, bl_folds *f)
{
  uint32_t test[MOST];
  *f = (bl_folds){0};
  for (int k = 0; k < 4; k++) {
    size_t n = 0;
    for (size_t i = 0; i < m->p.n; i++)
      if (m->group[i] % 4 == k) test[n++] = (uint32_t)i;
    check_ok(ctx, bl_folds_add(ctx, f, m->p.n, test, n));
  }
}

static void copy(made *m, size_t from, size_t to, double more)
{
  for (size_t j = 0; j < COLUMNS; j++)
    m->v[to * COLUMNS + j] = m->v[from * COLUMNS + j] + (float)(more * (j % 2 ? 1 : -1));
}

static const struct twin {
  const char *name;
  size_t rows, rows_a_group, from, to;
  double more;
  size_t same, near;
  const char *why;
} twins[] = {
    {"none", 400, 4, 0, 0, 0, 0, 0, "normal rows are no twins"},
    {"equal, in two folds", 400, 4, 0, 9, 0, 2, 0, "each of the two is tested while the other is trained on"},
    {"equal, in one fold", 400, 4, 0, 16, 0, 0, 0, "groups 0 and 4 are tested together"},
    {"equal, in one group", 400, 4, 0, 3, 0, 0, 0, "no fold parts them"},
    {"nearly equal", 400, 4, 0, 9, 0.01, 0, 2, "0.4 % of a standard deviation"},
    {"nearly equal, in one group", 400, 4, 0, 3, 0.01, 0, 0, "no fold parts them"},
    {"as usual", 400, 4, 0, 9, 1, 0, 0, "0.4 of a standard deviation is a neighbour as others are"},
    {"single rows", 200, 1, 5, 6, 0, 2, 0, "where each row is its own group"},
    {"too few rows to tell what is near", 8, 1, 5, 6, 0.001, 0, 0, "eight rows have no tenth neighbour"},
};

static void twins_are_found(void **state)
{
  const struct twin *t = *state;
  static made m;
  bl_ctx *ctx = bl_ctx_new();
  bl_folds f;
  bl_twins got;
  make(&m, t->rows, t->rows_a_group, 1);
  if (t->from != t->to) copy(&m, t->from, t->to, t->more);
  split(ctx, &m, &f);
  check_ok(ctx, bl_twins_find(ctx, &m.p, &f, &got));
  if (got.n_same != t->same || got.n_near != t->near)
    fail_msg("%s (%s): %zu equal, %zu near", t->name, t->why, got.n_same, got.n_near);
  const uint32_t *pair = t->same ? got.same : got.near;
  if (t->same + t->near) {
    assert_int_equal(pair[0], t->from);
    assert_int_equal(pair[1], t->to);
  }
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

/* Zeros of both signs are one number, and so are NaNs. */
static void zeros_and_nans(void **state)
{
  (void)state;
  static made m;
  bl_ctx *ctx = bl_ctx_new();
  bl_folds f;
  bl_twins got;
  make(&m, 100, 1, 2);
  copy(&m, 4, 5, 0);
  m.v[4 * COLUMNS] = 0, m.v[5 * COLUMNS] = -0.0f;
  m.v[4 * COLUMNS + 1] = NAN, m.v[5 * COLUMNS + 1] = -NAN;
  split(ctx, &m, &f);
  check_ok(ctx, bl_twins_find(ctx, &m.p, &f, &got));
  assert_int_equal(got.n_same, 2);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

/* Of tables of noise of one to six columns that differ, hardly any has a row that is near another. */
static void no_twins_by_chance(void **state)
{
  (void)state;
  static made m;
  bl_ctx *ctx = bl_ctx_new();
  size_t told = 0;
  for (uint64_t seed = 0; seed < 200; seed++) {
    bl_folds f;
    bl_twins got;
    make(&m, MOST, 1 + seed % 3, seed);
    for (size_t i = 0; i < MOST; i++)
      for (size_t j = 1 + seed % COLUMNS; j < COLUMNS; j++) m.v[i * COLUMNS + j] = 3;
    split(ctx, &m, &f);
    check_ok(ctx, bl_twins_find(ctx, &m.p, &f, &got));
    told += got.n_same + got.n_near > 0;
    bl_folds_free(ctx, &f);
  }
  if (told > 10) fail_msg("%zu of 200", told);
  check_free(ctx);
}

static bl_status find_twins(bl_ctx *ctx, void *arg)
{
  made *m = arg;
  bl_folds f = {0};
  bl_twins got;
  uint32_t test[] = {0, 1, 2, 3};
  bl_status s = bl_folds_add(ctx, &f, m->p.n, test, 4);
  if (!s) s = bl_twins_find(ctx, &m->p, &f, &got);
  bl_folds_free(ctx, &f);
  return s;
}

static void failing_allocations(void **state)
{
  (void)state;
  static made m;
  make(&m, 60, 1, 3);
  copy(&m, 0, 9, 0);
  copy(&m, 1, 11, 0.001);
  check_every_allocation_failing(find_twins, &m);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static void names_have_shapes(void **state)
{
  (void)state;
  static const char *const rows[][2] = {
      {"sea/call_007.wav", "call_#.wav"}, {"5E90A4D4.WAV", "#.WAV"}, {"S001R06.edf", "S#R#.edf"},
      {"20240131_060000.wav", "#_#.wav"}, {"face.wav", "face.wav"},  {"mic2/20.flac", "#.flac"},
      {"deadbeef.wav", "deadbeef.wav"},   {"a1b.wav", "a#b.wav"},    {"", ""},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *shape = bl_name_shape(ctx, rows[i][0]);
    assert_string_equal(shape, rows[i][1]);
    bl_free(ctx, shape);
  }
  check_free(ctx);
}

/* ---- what tells the label ---------------------------------------------------------------------------------------- */

enum { RECORDINGS = 60, A_RECORDING = 3 };

/* 60 recordings in 30 groups of three rows each, of the rates, channels, lengths and names given. */
typedef struct field {
  made m;
  bl_dataset rows;
  bl_outcome outcome[RECORDINGS];
  bl_extraction x;
  char name[RECORDINGS][40], channels[RECORDINGS][20];
  bl_config c;
  bl_source_class cls;
} field;

static void make_field(bl_ctx *ctx, field *f, uint64_t seed)
{
  bl_texts features = {0};
  bl_rng r = bl_rng_make(seed, "recordings of a test", 0);
  make(&f->m, RECORDINGS * A_RECORDING, 2 * A_RECORDING, seed);
  check_ok(ctx, bl_texts_add(ctx, &features, "x"));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, NULL, &f->rows));
  for (size_t i = 0; i < RECORDINGS; i++) {
    snprintf(f->name[i], sizeof *f->name, "day/%s%02zu.wav", bl_rng_below(&r, 3) ? "SM" : "AM_", i);
    snprintf(f->channels[i], sizeof *f->channels, "%s", bl_rng_below(&r, 4) ? "left,right" : "left");
    f->outcome[i] = (bl_outcome){.recording = f->name[i],
                                 .rate_hz = bl_rng_below(&r, 2) ? 44100 : 48000,
                                 .duration_s = 5 + 2 * bl_rng_uniform(&r),
                                 .channels = f->channels[i]};
    for (size_t k = 0; k < A_RECORDING; k++) {
      float x = f->m.v[(i * A_RECORDING + k) * COLUMNS];
      bl_row_info info = {f->name[i], "", "", (double)k, (double)k + 1, 1, NULL};
      check_ok(ctx, bl_dataset_add(ctx, &f->rows, &x, &info));
    }
  }
  bl_texts_free(ctx, &features);
  f->m.p.rows = &f->rows;
  f->x = (bl_extraction){.outcomes = f->outcome, .n_outcomes = RECORDINGS};
  f->c = (bl_config){.source = {.cls = &f->cls}};
}

static void ask(bl_ctx *ctx, field *f, bl_giveaways *got)
{
  bl_folds folds;
  char *two[] = {(char *)(uintptr_t) "a", (char *)(uintptr_t) "b"}, *groups[MOST];
  f->m.p.classes = (bl_texts){two, 2};
  f->m.p.groups = (bl_texts){groups, RECORDINGS / 2};
  split(ctx, &f->m, &folds);
  check_ok(ctx, bl_giveaways_find(ctx, &f->c, &f->x, &f->m.p, &folds, got));
  bl_folds_free(ctx, &folds);
  f->m.p.classes = f->m.p.groups = (bl_texts){0};
}

enum { BY_GROUP, BY_RECORDING, BY_ROW };

/* Labels that mean nothing, the same for all rows of a group, of a recording, or of none. */
static void shuffle_labels(field *f, uint64_t seed, int by)
{
  bl_rng r = bl_rng_make(seed, "labels of a test", 0);
  size_t n = by == BY_GROUP ? 2 * A_RECORDING : by == BY_RECORDING ? A_RECORDING : 1;
  double y = 0;
  for (size_t i = 0; i < f->m.p.n; i++) {
    if (i % n == 0) y = (double)bl_rng_below(&r, 2);
    f->m.y[i] = y;
  }
}

static void shuffled_labels_are_silent(void **state)
{
  int by = (int)(intptr_t)*state;
  static field f;
  bl_ctx *ctx = bl_ctx_new();
  size_t told = 0;
  for (uint64_t seed = 0; seed < 200; seed++) {
    bl_giveaways got;
    make_field(ctx, &f, seed);
    shuffle_labels(&f, seed, by);
    ask(ctx, &f, &got);
    told += got.n > 0;
    bl_free(ctx, got.v);
    bl_dataset_free(ctx, &f.rows);
  }
  if (told > 10) fail_msg("%zu of 200 tables of labels without a meaning raise a word", told);
  check_free(ctx);
}

/* A fact that goes with the label, but for some recordings. */
static void set_fact(field *f, size_t i, int fact, bool yes)
{
  bl_outcome *o = &f->outcome[i];
  switch (fact) {
  case BL_FACT_RATE: o->rate_hz = yes ? 48000 : 44100; break;
  case BL_FACT_CHANNELS: snprintf(f->channels[i], sizeof *f->channels, yes ? "left" : "left,right"); break;
  case BL_FACT_DURATION: o->duration_s = (yes ? 4 : 6) + 1e-2 * (double)i; break;
  case BL_N_FACTS: snprintf(f->name[i], sizeof *f->name, "%s_%02zu.wav", yes ? "call" : "noise", i); break;
  default: snprintf(f->name[i], sizeof *f->name, "day/%s%02zu.wav", yes ? "AM_" : "SM", i); break;
  }
}

/* BL_N_FACTS: a file's name that says the label, as it is meant to. */
static void facts_that_tell(void **state)
{
  int fact = (int)(intptr_t)*state;
  static field f;
  bl_ctx *ctx = bl_ctx_new();
  bl_giveaways got;
  make_field(ctx, &f, 4);
  bl_dataset_free(ctx, &f.rows);
  make_field(ctx, &f, 4); /* names are set below, before rows have them */
  bl_dataset_free(ctx, &f.rows);
  bl_texts features = {0};
  check_ok(ctx, bl_texts_add(ctx, &features, "x"));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, NULL, &f.rows));
  for (size_t i = 0; i < RECORDINGS; i++) {
    set_fact(&f, i, fact, i % 10 ? i / 2 % 2 : i / 2 % 2 == 0);
    for (size_t k = 0; k < A_RECORDING; k++) {
      bl_row_info info = {
          f.name[i], fact < BL_N_FACTS ? "" : i / 2 % 2 ? "call" : "noise", "", (double)k, (double)k + 1, 1, NULL};
      check_ok(ctx, bl_dataset_add(ctx, &f.rows, f.m.v, &info));
      f.m.y[i * A_RECORDING + k] = (double)(i / 2 % 2);
    }
  }
  bl_texts_free(ctx, &features);
  ask(ctx, &f, &got);
  assert_int_equal(got.n, fact < BL_N_FACTS);
  if (got.n) {
    assert_string_equal(got.v[0].what, bl_fact_words[fact]);
    if (!(got.v[0].score > 0.85 && got.v[0].score < 0.95)) fail_msg("score %g", got.v[0].score); /* 54 of 60 */
    check_near(got.v[0].chance, 0.5, 0);
  }
  bl_free(ctx, got.v);
  bl_dataset_free(ctx, &f.rows);
  check_free(ctx);
}

/* The same of numbers: half of what they vary by goes with the rate. */
static void numbers_told_by_the_rate(void **state)
{
  (void)state;
  static field f;
  bl_ctx *ctx = bl_ctx_new();
  bl_giveaways got;
  make_field(ctx, &f, 5);
  f.m.p.task = BL_TASK_REGRESSION;
  for (size_t i = 0; i < f.m.p.n; i++)
    f.m.y[i] = (f.outcome[i / A_RECORDING].rate_hz > 46000 ? 2 : 0) + 0.31 * (double)(i / A_RECORDING % 5);
  ask(ctx, &f, &got);
  assert_int_equal(got.n, 1);
  assert_string_equal(got.v[0].what, "sampling rate");
  assert_string_equal(got.v[0].score_name, "r2");
  if (!(got.v[0].score > 0.7 && got.v[0].score < 1)) fail_msg("score %g", got.v[0].score);
  bl_free(ctx, got.v);
  bl_dataset_free(ctx, &f.rows);
  check_free(ctx);
}

typedef struct asked {
  field *f;
  const bl_folds *folds;
} asked;

static bl_status find_giveaways(bl_ctx *ctx, void *arg)
{
  asked *a = arg;
  bl_giveaways got;
  bl_status s = bl_giveaways_find(ctx, &a->f->c, &a->f->x, &a->f->m.p, a->folds, &got);
  bl_free(ctx, got.v);
  return s;
}

static void failing_questions(void **state)
{
  (void)state;
  static field f;
  bl_ctx *ctx = bl_ctx_new();
  bl_folds folds;
  char *two[] = {(char *)(uintptr_t) "a", (char *)(uintptr_t) "b"}, *groups[MOST];
  make_field(ctx, &f, 6);
  f.m.p.classes = (bl_texts){two, 2};
  f.m.p.groups = (bl_texts){groups, RECORDINGS / 2};
  split(ctx, &f.m, &folds);
  asked a = {&f, &folds};
  check_every_allocation_failing(find_giveaways, &a);
  bl_folds_free(ctx, &folds);
  bl_dataset_free(ctx, &f.rows);
  check_free(ctx);
}

#define CASE(name, test, value)                                                                                        \
  (struct CMUnitTest) { name, test, NULL, NULL, (void *)(intptr_t)(value) }

int main(void)
{
  enum { N_TWINS = sizeof twins / sizeof *twins };
  struct CMUnitTest tests[N_TWINS + 20] = {
      cmocka_unit_test(zeros_and_nans),
      cmocka_unit_test(no_twins_by_chance),
      cmocka_unit_test(failing_allocations),
      cmocka_unit_test(names_have_shapes),
      cmocka_unit_test(numbers_told_by_the_rate),
      cmocka_unit_test(failing_questions),
      CASE("labels of groups, shuffled", shuffled_labels_are_silent, BY_GROUP),
      CASE("labels of recordings, shuffled", shuffled_labels_are_silent, BY_RECORDING),
      CASE("labels of rows, shuffled", shuffled_labels_are_silent, BY_ROW),
      CASE("sampling rate", facts_that_tell, BL_FACT_RATE),
      CASE("channels", facts_that_tell, BL_FACT_CHANNELS),
      CASE("duration", facts_that_tell, BL_FACT_DURATION),
      CASE("file name", facts_that_tell, BL_FACT_NAME),
      CASE("a file name that is to tell", facts_that_tell, BL_N_FACTS),
  };
  size_t n = check_listed(tests);
  for (size_t i = 0; i < N_TWINS; i++)
    tests[n++] = (struct CMUnitTest){twins[i].name, twins_are_found, NULL, NULL, (void *)(uintptr_t)&twins[i]};
  int failed = _cmocka_run_group_tests("leakage", tests, n, NULL, NULL);
  tree_done();
  return failed;
}
