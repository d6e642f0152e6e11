#include "check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/dataset.h"
#include "baleen/random.h"
#include "baleen/table.h"

enum { ROWS = 41, COLS = 3 };
static const char *const names[COLS] = {"mel_0 mean", "a,b", "\xC2\xB5V"}, *const units[COLS] = {"dB", "", "\xC2\xB5V"};
static const char *const awkward[] = {"plain", "", "a,b", "say \"hi\"", "two\nlines", "semi;colon", " blank "};

static bl_status add_all(bl_ctx *ctx, bl_texts *t, const char *const *v, size_t n)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) s = bl_texts_add(ctx, t, v[i]);
  return s;
}

static float value(size_t i, size_t j)
{
  bl_rng r = bl_rng_make(5, "test", i * COLS + j);
  return (float)bl_rng_normal(&r);
}

/* A triangle of two channels, in units of its own for each column. */
static bl_status set_blocks(bl_ctx *ctx, bl_dataset *d)
{
  char name[] = "covariance";
  bl_blocks b = {0};
  bl_status s = bl_blocks_add(
      ctx, &b, &(bl_block){.name = name, .source = name, .form = BL_BLOCK_TRIANGLE, .dims = {2}, .units = d->units});
  if (!s) s = bl_dataset_set_blocks(ctx, d, &b);
  bl_blocks_free(ctx, &b);
  return s;
}

static bl_status make(bl_ctx *ctx, size_t rows, bl_dataset *d)
{
  static const char *const extra_names[] = {"snr_db", "fold"};
  bl_texts features = {0}, u = {0}, extra = {0};
  *d = (bl_dataset){0};
  bl_status s = add_all(ctx, &features, names, COLS);
  if (!s) s = add_all(ctx, &u, units, COLS);
  if (!s) s = add_all(ctx, &extra, extra_names, 2);
  if (!s) s = bl_dataset_init(ctx, &features, &u, &extra, d);
  if (!s) s = set_blocks(ctx, d);
  for (size_t i = 0; !s && i < rows; i++) {
    float row[COLS];
    for (size_t j = 0; j < COLS; j++) row[j] = value(i, j);
    const char *more[] = {i % 2 ? "-3.25" : "", awkward[i % 7]};
    bl_row_info info = {.recording = awkward[(i + 1) % 7],
                        .label = awkward[(i + 2) % 7],
                        .group = i % 5 ? "g" : NULL,
                        .start_s = i % 4 ? (double)i / 3 : (double)NAN,
                        .end_s = (double)i * 1e17,
                        .weight = 1.0 / (double)(i + 1),
                        .extra = more};
    s = bl_dataset_add(ctx, d, row, &info);
  }
  bl_texts_free(ctx, &features);
  bl_texts_free(ctx, &u);
  bl_texts_free(ctx, &extra);
  return s;
}

static void same_texts(const bl_texts *a, const bl_texts *b)
{
  assert_int_equal(a->n, b->n);
  for (size_t i = 0; i < a->n; i++) assert_string_equal(a->v[i], b->v[i]);
}

static void same_columns(const bl_column *a, const bl_column *b)
{
  assert_int_equal(a->code.n, b->code.n);
  for (size_t i = 0; i < a->code.n; i++) assert_string_equal(bl_column_text(a, i), bl_column_text(b, i));
}

static void same_numbers(const bl_packed *a, const bl_packed *b)
{
  assert_int_equal(a->n, b->n);
  for (size_t i = 0; i < a->n; i++) {
    if (isnan(bl_packed_get(a, i))) assert_true(isnan(bl_packed_get(b, i)));
    else check_near(bl_packed_get(a, i), bl_packed_get(b, i), 0);
  }
}

static void same(const bl_dataset *a, const bl_dataset *b)
{
  same_texts(&a->features, &b->features);
  same_texts(&a->units, &b->units);
  assert_true(bl_blocks_equal(&a->blocks, &b->blocks));
  same_columns(&a->recording, &b->recording);
  same_columns(&a->label, &b->label);
  same_columns(&a->group, &b->group);
  same_numbers(&a->start_s, &b->start_s);
  same_numbers(&a->end_s, &b->end_s);
  same_numbers(&a->weight, &b->weight);
  assert_int_equal(a->n_extra, b->n_extra);
  for (size_t k = 0; k < a->n_extra; k++) {
    assert_string_equal(a->extra[k].name, b->extra[k].name);
    same_columns(&a->extra[k], &b->extra[k]);
  }
  bl_cmat x = bl_dataset_view(a), y = bl_dataset_view(b);
  assert_int_equal(x.rows, y.rows);
  assert_int_equal(x.cols, y.cols);
  for (size_t i = 0; i < x.rows; i++) assert_memory_equal(bl_crow(&x, i), bl_crow(&y, i), x.cols * sizeof(float));
}

static const char *folder(void)
{
  const char *path = check_tmp_path("rows");
  mkdir(path, 0777);
  return path;
}

static void put(bl_ctx *ctx, const char *name, const char *text)
{
  bl_buf p = {0};
  check_ok(ctx, bl_buf_printf(ctx, &p, "%s/%s", folder(), name));
  check_ok(ctx, bl_file_write(ctx, p.v, text, strlen(text)));
  bl_buf_free(ctx, &p);
}

static void comes_back_from_a_folder_to_the_bit(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d, back;
  check_ok(ctx, make(ctx, ROWS, &d));
  assert_int_equal(d.X.rows, ROWS);
  check_near((double)bl_row(&d.X, 40)[2], (double)value(40, 2), 0);
  check_ok(ctx, bl_dataset_write(ctx, &d, folder()));
  check_ok(ctx, bl_dataset_read(ctx, folder(), &back));
  assert_non_null(back.map);
  same(&d, &back);
  assert_int_equal(back.blocks.n, 1);
  check_fails(ctx, bl_dataset_add(ctx, &back, NULL, NULL), BL_E_ARG, "cannot grow");
  check_ok(ctx, bl_dataset_write(ctx, &back, folder())); /* over the very file that is mapped */
  bl_dataset_free(ctx, &back);
  check_ok(ctx, bl_dataset_read(ctx, folder(), &back));
  same(&d, &back);
  bl_dataset_free(ctx, &back);
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

/* rows.npy replaced by doubles, or by floats in the other byte order, as a NumPy user may leave it: converted, and may
 * then grow. */
static void check_rows_of_others(const char *file, double divisor)
{
  bl_ctx *ctx = bl_ctx_new();
  char *bytes;
  size_t n;
  bl_dataset d;
  check_ok(ctx, bl_file_read(ctx, file, 0, &bytes, &n));
  bl_buf p = {0};
  check_ok(ctx, bl_buf_printf(ctx, &p, "%s/rows.npy", folder()));
  check_ok(ctx, bl_file_write(ctx, p.v, bytes, n));
  put(ctx, "rows.csv",
      "recording,start_s,end_s,label,group,weight\na,,,x,a,1\na,0,1,x,a,1\na,1,2,x,a,1\na,2,3,x,a,1\n");
  put(ctx, "features.json",
      "{\"features\": [{\"name\": \"p\"}, {\"name\": \"q\", \"unit\": \"Hz\"}, {\"name\": \"r\"}]}");
  check_ok(ctx, bl_dataset_read(ctx, folder(), &d));
  assert_null(d.map);
  for (size_t i = 0; i < 30; i++)
    check_ok(ctx, bl_dataset_add(ctx, &d, (const float[]){1, 2, (float)i}, &(bl_row_info){.weight = 1}));
  assert_int_equal(d.X.rows, 34);
  check_near((double)bl_row(&d.X, 3)[2], (37.0 * 3 - 11 * 2 - 50) / divisor, 0);
  check_near((double)bl_row(&d.X, 33)[2], 29, 0);
  bl_dataset_free(ctx, &d);
  bl_free(ctx, bytes);
  bl_buf_free(ctx, &p);
  check_free(ctx);
}

static void takes_rows_that_others_wrote(void **state)
{
  (void)state;
  check_rows_of_others(BALEEN_TEST_DATA "/npy/f8.npy", 8);
  check_rows_of_others(BALEEN_TEST_DATA "/npy/big_endian.npy", 1);
}

#define THREE                                                                                                          \
  "{\"features\": [{\"name\": \"p\", \"unit\": \"uV\"}, {\"name\": \"q\", \"unit\": \"Hz\"}, {\"name\": \"r\"}]"
#define BLOCK(form, n, unit)                                                                                           \
  "{\"name\": \"b\", \"form\": \"" form "\", \"dims\": [" n "], \"first\": 0, \"columns\": " n ", \"unit\": " unit "}"

static void refuses_files_that_disagree(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d, back;
  static const char head[] = "recording,start_s,end_s,label,group,weight\n";
  static const struct {
    const char *name, *text, *part;
  } cases[] = {
      {"rows.csv", head, "rows.csv has 0 rows, rows.npy 41"},
      {"rows.csv", "recording,start,end_s,label,group,weight\n", "rows.csv:1: column 2 is not 'start_s'"},
      {"rows.csv", "recording\n", "column 2 is not 'start_s'"},
      {"rows.csv", "recording,start_s,end_s,label,group,weight\na,zero,1,,,1\n",
       "rows.csv:2: column 'start_s': 'zero'"},
      {"features.json", "{\"features\": []}", "features.json names 0 columns, rows.npy has 3"},
      {"features.json", "[]", "wanted {\"features\": ["},
      {"features.json", "{\"features\": [3]}", "entry 0 is not"},
      {"features.json", "{\n{]", "features.json:2:"},
      {"features.json", THREE ", \"blocks\": 1}", "its blocks are no list"},
      {"features.json", THREE ", \"blocks\": [" BLOCK("scalars", "2", "\"uV\"") "]}", "its blocks cover 2 columns"},
      {"features.json", THREE ", \"blocks\": [" BLOCK("scalars", "3", "\"uV\"") "]}", "'q' is in 'Hz', but block 'b'"},
      {"rows.npy", "", "does not begin as one"},
  };
  check_ok(ctx, make(ctx, ROWS, &d));
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    check_ok(ctx, bl_dataset_write(ctx, &d, folder()));
    put(ctx, cases[k].name, cases[k].text);
    check_fails(ctx, bl_dataset_read(ctx, folder(), &back), BL_E_FORMAT, cases[k].part);
  }
  check_fails(ctx, bl_dataset_read(ctx, check_tmp_path("nowhere"), &back), BL_E_IO, "rows.npy");
  check_fails(ctx, bl_dataset_write(ctx, &d, check_tmp_path("nowhere")), BL_E_IO, "rows.npy");
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

/* As a person or another program reads it. */
static void writes_a_plain_csv(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  char *text;
  size_t n;
  bl_buf p = {0};
  check_ok(ctx, make(ctx, 3, &d));
  check_ok(ctx, bl_dataset_write(ctx, &d, folder()));
  check_ok(ctx, bl_buf_printf(ctx, &p, "%s/rows.csv", folder()));
  check_ok(ctx, bl_file_read(ctx, p.v, 0, &text, &n));
  assert_string_equal(text,
                      "recording,start_s,end_s,label,group,weight,snr_db,fold\n"
                      ",,0,\"a,b\",,1,,plain\n"
                      "\"a,b\",0.3333333333333333,1e+17,\"say \"\"hi\"\"\",g,0.5,-3.25,\n"
                      "\"say \"\"hi\"\"\",0.6666666666666666,2e+17,\"two\nlines\",g,0.3333333333333333,,\"a,b\"\n");
  bl_free(ctx, text);
  bl_buf_free(ctx, &p);
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

static void names_its_columns(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  const bl_column *t;
  check_ok(ctx, make(ctx, ROWS, &d));
  check_ok(ctx, bl_dataset_column(ctx, &d, "fold", &t));
  assert_string_equal(bl_column_text(t, 3), awkward[3]);
  check_ok(ctx, bl_dataset_column(ctx, &d, "recording", &t));
  assert_string_equal(bl_column_text(t, 3), awkward[4]);
  check_fails(ctx, bl_dataset_column(ctx, &d, "folds", &t), BL_E_CONFIG, "did you mean 'fold'?");
  check_fails(ctx, bl_dataset_column(ctx, &d, "subject", &t), BL_E_CONFIG, "recording, label, group, snr_db, fold");
  bl_dataset_free(ctx, &d);

  bl_texts none = {0}, extra = {0};
  check_ok(ctx, bl_texts_add(ctx, &extra, "weight"));
  check_fails(ctx, bl_dataset_init(ctx, &none, NULL, &extra, &d), BL_E_CONFIG, "'weight'");
  check_fails(ctx, bl_dataset_init(ctx, &none, &extra, NULL, &d), BL_E_ARG, "1 units for 0 features");
  bl_texts_free(ctx, &extra);
  check_ok(ctx, bl_texts_add(ctx, &extra, "x"));
  check_ok(ctx, bl_texts_add(ctx, &extra, "x"));
  check_fails(ctx, bl_dataset_init(ctx, &none, NULL, &extra, &d), BL_E_CONFIG, "twice");
  bl_texts_free(ctx, &extra);
  check_free(ctx);
}

/* Rows in memory, in parts whose numbers lie in a file when they are many, and joined in a file. */
enum { WIDE = 3000, PARTS = 3, A_PART = 50 }; /* 600 kB a part: some of it in its file, the rest in memory */

static bl_status wide_part(bl_ctx *ctx, const bl_texts *features, const char *path, size_t part, bl_dataset *d)
{
  static float row[WIDE];
  char name[20];
  snprintf(name, sizeof name, "part %zu", part);
  bl_status s = bl_dataset_init(ctx, features, NULL, NULL, d);
  if (!s && path) s = bl_dataset_to_file(ctx, d, path);
  for (size_t i = 0; !s && i < A_PART; i++) {
    for (size_t j = 0; j < WIDE; j++) row[j] = (float)(part * 7919 + i * 31 + j % 1009);
    bl_row_info info = {.recording = name, .label = i % 2 ? "odd" : "even", .start_s = (double)(part * i), .weight = 1};
    s = bl_dataset_add(ctx, d, row, &info);
  }
  return s;
}

static bl_status wide_features(bl_ctx *ctx, bl_texts *out)
{
  bl_status s = BL_OK;
  *out = (bl_texts){0};
  for (size_t j = 0; !s && j < WIDE; j++) s = bl_texts_addf(ctx, out, "x%zu", j);
  return s;
}

static bl_status join(bl_ctx *ctx, const char *path, bl_dataset *all)
{
  bl_texts features;
  *all = (bl_dataset){0};
  bl_status s = wide_features(ctx, &features);
  if (!s) s = bl_dataset_init(ctx, &features, NULL, NULL, all);
  if (!s && path) s = bl_dataset_to_file(ctx, all, path);
  for (size_t k = 0; !s && k < PARTS; k++) {
    bl_dataset part = {0};
    s = wide_part(ctx, &features, path, k, &part);
    if (!s && !!part.file != !!path) s = bl_fail(ctx, BL_E_INTERNAL, "the part lies elsewhere");
    if (!s) s = bl_dataset_append(ctx, all, &part);
    bl_dataset_free(ctx, &part);
  }
  bl_texts_free(ctx, &features);
  return s ? s : bl_dataset_settle(ctx, all);
}

static void joins_parts_in_a_file(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset in_memory, filed, back, small;
  bl_buf path = {0};
  check_ok(ctx, bl_buf_printf(ctx, &path, "%s/rows.npy", folder()));
  check_ok(ctx, join(ctx, NULL, &in_memory));
  check_ok(ctx, join(ctx, path.v, &filed));
  assert_int_equal(filed.X.rows, PARTS * A_PART);
  assert_null(filed.X.v);
  same(&in_memory, &filed);
  assert_int_equal(filed.recording.values.n, PARTS);
  check_near(bl_packed_get(&filed.start_s, 2 * A_PART + 3), 6, 0);
  check_ok(ctx, bl_dataset_write(ctx, &filed, folder()));
  check_ok(ctx, bl_dataset_read(ctx, folder(), &back));
  same(&in_memory, &back);
  check_ok(ctx, bl_dataset_init(ctx, &in_memory.features, NULL, &back.features, &small));
  check_fails(ctx, bl_dataset_append(ctx, &small, &in_memory), BL_E_SHAPE, "behind rows of 3000 and 3000");
  bl_dataset_free(ctx, &small);
  check_ok(ctx, bl_dataset_init_bare(ctx, in_memory.X.cols, 0, &small));
  for (size_t i = 0; i < 5; i++)
    check_ok(ctx,
             bl_dataset_add(ctx, &small, bl_row(&in_memory.X, i), &(bl_row_info){.recording = "bare", .weight = 2}));
  check_ok(ctx, bl_dataset_append(ctx, &in_memory, &small));
  assert_string_equal(bl_column_text(&in_memory.recording, in_memory.X.rows - 1), "bare");
  check_near(bl_packed_get(&in_memory.weight, in_memory.X.rows - 1), 2, 0);
  assert_memory_equal(bl_row(&in_memory.X, in_memory.X.rows - 1), bl_row(&in_memory.X, 4), in_memory.X.cols * 4);
  bl_dataset_free(ctx, &small);
  check_fails(ctx, bl_dataset_append(ctx, &filed, &in_memory), BL_E_ARG, "cannot grow");
  check_fails(ctx, bl_dataset_to_file(ctx, &in_memory, path.v), BL_E_ARG, "before it was named");
  bl_dataset_free(ctx, &back);
  bl_dataset_free(ctx, &filed);
  bl_dataset_free(ctx, &in_memory);
  bl_buf_free(ctx, &path);
  check_free(ctx);
}

static const struct {
  const char *why, *in[6], *values[6];
  int32_t codes[6];
} encodings[] = {
    {"bytes", {"b", "a", "B", "a"}, {"B", "a", "b"}, {2, 1, 0, 1}},
    {"numbers by value", {"10", "9", "-1", "9"}, {"-1", "9", "10"}, {2, 1, 0, 1}},
    {"one word makes all of them words", {"10", "9", "x"}, {"10", "9", "x"}, {0, 1, 2}},
    {"nan is a word", {"10", "9", "nan"}, {"10", "9", "nan"}, {0, 1, 2}},
    {"spellings of one number", {"1.0", "2", "1", "1e0"}, {"1", "2"}, {0, 1, 0, 0}},
    {"not labelled", {"", "b", "", "a"}, {"a", "b"}, {-1, 1, -1, 0}},
    {"words that differ by spelling", {"1.0", "1", "x"}, {"1", "1.0", "x"}, {1, 0, 2}},
    {"nothing", {NULL}, {NULL}, {0}},
};

static void encodes_classes_in_order(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof encodings / sizeof *encodings; k++) {
    bl_texts in = {0}, values;
    int32_t *codes;
    size_t n = 0;
    for (size_t i = 0; encodings[k].in[i]; i++) check_ok(ctx, bl_texts_add(ctx, &in, encodings[k].in[i]));
    check_ok(ctx, bl_encode(ctx, &in, &values, &codes));
    for (; encodings[k].values[n]; n++) {
      assert_true(n < values.n);
      assert_string_equal(values.v[n], encodings[k].values[n]);
    }
    assert_int_equal(values.n, n);
    for (size_t i = 0; i < in.n; i++)
      if (codes[i] != encodings[k].codes[i]) fail_msg("%s: entry %zu has code %d", encodings[k].why, i, (int)codes[i]);
    bl_texts_free(ctx, &in);
    bl_texts_free(ctx, &values);
    bl_free(ctx, codes);
  }
  check_free(ctx);
}

/* Whatever failed, all lists are of one length. */
static bool even(const bl_dataset *d)
{
  const size_t n[] = {d->recording.code.n, d->label.code.n, d->group.code.n, d->start_s.n, d->end_s.n, d->weight.n};
  bool ok = true;
  for (size_t k = 0; k < sizeof n / sizeof *n; k++) ok = ok && n[k] == d->X.rows;
  for (size_t k = 0; k < d->n_extra; k++) ok = ok && d->extra[k].code.n == d->X.rows;
  return ok;
}

static bl_status make_only(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_dataset d;
  bl_status s = make(ctx, ROWS, &d);
  if (!even(&d)) s = BL_E_INTERNAL;
  bl_dataset_free(ctx, &d);
  return s;
}

static bl_status whole_round(bl_ctx *ctx, void *arg)
{
  bl_dataset d, back = {0};
  bl_texts values = {0};
  int32_t *codes = NULL;
  bl_status s = make(ctx, 3, &d);
  if (!s) s = bl_dataset_write(ctx, &d, arg);
  if (!s) s = bl_dataset_read(ctx, arg, &back);
  if (!s) s = bl_encode_rows(ctx, &back.label, NULL, back.label.code.n, &values, &codes);
  bl_texts_free(ctx, &values);
  bl_free(ctx, codes);
  bl_dataset_free(ctx, &d);
  bl_dataset_free(ctx, &back);
  return s;
}

static void survives_any_allocation_failing(void **state)
{
  (void)state;
  check_every_allocation_failing(make_only, NULL);
  check_every_allocation_failing(whole_round, (void *)(uintptr_t)folder());
}

static void clear_folder(void)
{
  static const char *const left[] = {"rows/rows.npy", "rows/rows.csv", "rows/features.json"};
  for (size_t i = 0; i < 3; i++) unlink(check_tmp_path(left[i]));
  rmdir(check_tmp_path("rows"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comes_back_from_a_folder_to_the_bit),
      cmocka_unit_test(takes_rows_that_others_wrote),
      cmocka_unit_test(refuses_files_that_disagree),
      cmocka_unit_test(writes_a_plain_csv),
      cmocka_unit_test(names_its_columns),
      cmocka_unit_test(joins_parts_in_a_file),
      cmocka_unit_test(encodes_classes_in_order),
      cmocka_unit_test(survives_any_allocation_failing),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  clear_folder();
  check_tmp_done();
  return failed;
}
