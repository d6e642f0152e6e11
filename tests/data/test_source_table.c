#include "check.h"

#include <stdio.h>
#include <string.h>

#include "baleen/category.h"
#include "baleen/source.h"
#include "tree.h"

typedef struct set {
  const char *o[8];
} set;

static bl_status load_with(bl_ctx *ctx, const set *options, bl_dataset *d)
{
  bl_source src;
  *d = (bl_dataset){0};
  bl_status s = bl_source_new(ctx, "table", &src);
  for (size_t i = 0; !s && options->o[i]; i++) {
    char name[32];
    size_t n = strcspn(options->o[i], "=");
    snprintf(name, sizeof name, "%.*s", (int)n, options->o[i]);
    s = bl_opts_set(ctx, "table", src.cls->opts, src.params, name, options->o[i] + n + 1);
  }
  if (!s) s = src.cls->load(ctx, src.params, tree_root(), d);
  bl_source_free(ctx, &src);
  return s;
}

static int make_files(void **state)
{
  (void)state;
  tree_text("t.csv", "id,len,wid,kind,who,w\n7,1.5,,iris,ann,2\n\n8,-2e-3,0.1,rose,bob,0\n9,3,inf,iris,ann,.5\n");
  return 0;
}

static int drop_files(void **state)
{
  (void)state;
  tree_done();
  return 0;
}

static void loads_columns_by_their_part(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  check_ok(ctx,
           load_with(ctx, &(set){{"file=t.csv", "target=kind", "group=who", "weight=w", "drop=[]", "keep=[id]"}}, &d));
  assert_int_equal(d.X.rows, 3);
  assert_int_equal(d.features.n, 2);
  assert_string_equal(d.features.v[1], "wid");
  assert_string_equal(d.units.v[1], "");
  check_near((double)bl_row(&d.X, 0)[0], 1.5, 0);
  assert_true(isnan(bl_row(&d.X, 0)[1]));
  check_near((double)bl_row(&d.X, 1)[0], (double)-2e-3f, 0);
  assert_true(isinf(bl_row(&d.X, 2)[1]));
  assert_string_equal(bl_column_text(&d.label, 1), "rose");
  assert_string_equal(bl_column_text(&d.group, 2), "ann");
  assert_string_equal(bl_column_text(&d.recording, 1), "t.csv:4");
  check_near(bl_packed_get(&d.weight, 0), 2, 0);
  check_near(bl_packed_get(&d.weight, 1), 0, 0);
  assert_true(isnan(bl_packed_get(&d.start_s, 0)));
  assert_int_equal(d.n_extra, 1);
  assert_string_equal(d.extra[0].name, "id");
  assert_string_equal(bl_column_text(&d.extra[0], 2), "9");
  bl_dataset_free(ctx, &d);

  check_ok(ctx, load_with(ctx, &(set){{"file=t.csv", "drop=[kind, who]"}}, &d));
  assert_int_equal(d.features.n, 4);
  assert_string_equal(bl_column_text(&d.label, 1), "");
  assert_string_equal(bl_column_text(&d.group, 1), "t.csv:4");
  check_near(bl_packed_get(&d.weight, 0), 1, 0);
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

/* Columns of text are categories, coded in the order of their names; those of numbers where they are named. */
static void text_is_a_category(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  tree_text("c.csv", "len,place,wid,site\n1,sea,4,7\n2,bay,5,3\n3,,6,7\n4,sea,7,\n");
  check_ok(ctx, load_with(ctx, &(set){{"file=c.csv", "categories=[site]"}}, &d));
  static const float want[4][4] = {{1, 1, 4, 1}, {2, 0, 5, 0}, {3, NAN, 6, 1}, {4, 1, 7, NAN}};
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 4; j++) {
      float got = bl_row(&d.X, i)[j];
      if (!(got == want[i][j] || (isnan(got) && isnan(want[i][j]))))
        fail_msg("row %zu, column %zu: %g", i, j, (double)got);
    }
  char bay[] = "bay", sea[] = "sea", *known[] = {bay, sea};
  const bl_texts values = {.v = known, .n = 2};
  assert_true(bl_category_code(&values, "sea") == 1 && bl_category_code(&values, "lake") == -1);
  assert_true(isnan(bl_category_code(&values, " ")));
  assert_int_equal(d.blocks.n, 4);
  assert_string_equal(d.blocks.v[0].name, "numbers");
  assert_int_equal(d.blocks.v[1].form, BL_BLOCK_CATEGORY);
  assert_string_equal(d.blocks.v[1].name, "place");
  assert_string_equal(d.blocks.v[1].values.v[0], "bay");
  assert_string_equal(d.blocks.v[3].values.v[0], "3");
  bl_dataset_free(ctx, &d);
  check_ok(ctx, load_with(ctx, &(set){{"file=c.csv", "drop=[place]"}}, &d));
  assert_int_equal(d.blocks.n, 0); /* numbers alone: nothing to say */
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

static void loads_numpy_arrays(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  check_ok(ctx, load_with(ctx,
                          &(set){{"file=" BALEEN_TEST_DATA "/npy/f8.npy",
                                  "target_file=" BALEEN_TEST_DATA "/npy/one_dim.npy"}},
                          &d));
  assert_int_equal(d.X.rows, 4);
  assert_string_equal(d.features.v[2], "x2");
  check_near((double)bl_row(&d.X, 3)[2], (37.0 * 3 - 11 * 2 - 50) / 8, 0);
  assert_string_equal(bl_column_text(&d.label, 3), "50"); /* 37 * 3 - 11 - 50 */
  assert_string_equal(bl_column_text(&d.recording, 3), "f8.npy:3");
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

static void says_what_does_not_fit(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  static const struct {
    set options;
    bl_status code;
    const char *part;
  } cases[] = {
      {{{"target=kind"}}, BL_E_CONFIG, "'file' must be given"},
      {{{"file=none.csv"}}, BL_E_IO, "none.csv: cannot open it"},
      {{{"file=odd.csv"}}, BL_E_FORMAT, "odd.csv:3: column 'y': 'oops' is not a number, as most of the column are"},
      {{{"file=odd.csv", "categories=[z]"}}, BL_E_CONFIG, "no column 'z'"},
      {{{"file=t.csv", "target=kind", "categories=[kind]"}}, BL_E_CONFIG, "the column 'kind' is no feature"},
      {{{"file=names.csv"}},
       BL_E_FORMAT,
       "column 'who' has 24 different texts in 24 rows, from 'n0' on: a name or a note"},
      {{{"file=t.csv", "target=kin"}}, BL_E_CONFIG, "did you mean 'kind'?"},
      {{{"file=t.csv", "target=kind", "drop=[kind]"}}, BL_E_CONFIG, "both target and drop"},
      {{{"file=t.csv", "drop=[id, len, wid, kind, who, w]"}}, BL_E_CONFIG, "no column is left"},
      {{{"file=t.csv", "target=kind", "group=who", "weight=len"}},
       BL_E_FORMAT,
       "t.csv:4: column 'len': '-2e-3' is no weight"},
      {{{"file=t.csv", "target=kind", "group=wid", "drop=[who]"}}, BL_E_FORMAT, "t.csv:2: column 'wid' is empty"},
      {{{"file=t.csv", "target_file=y.npy"}}, BL_E_CONFIG, "belongs to .npy"},
      {{{"file=big.csv"}}, BL_E_RANGE, "big.csv:2: column 'x': 1e+39 is beyond float32"},
      {{{"file=head.csv"}}, BL_E_FORMAT, "a header without rows"},
      {{{"file=" BALEEN_TEST_DATA "/npy/f8.npy", "target=x1"}}, BL_E_CONFIG, "has no named columns"},
      {{{"file=" BALEEN_TEST_DATA "/npy/no_rows.npy"}}, BL_E_SHAPE, "an empty array, 0 x 5"},
      {{{"file=" BALEEN_TEST_DATA "/npy/f4.npy", "target_file=" BALEEN_TEST_DATA "/npy/f8.npy"}},
       BL_E_SHAPE,
       "4 x 3 targets for 4 rows"},
  };
  char names[400];
  int n = snprintf(names, sizeof names, "x,who\n");
  for (int i = 0; i < 24; i++) n += snprintf(names + n, sizeof names - (size_t)n, "%d,n%d\n", i, i);
  tree_text("names.csv", names);
  tree_text("odd.csv", "x,y\n1,2\n2,oops\n3,4\n");
  tree_text("big.csv", "x\n1e39\n");
  tree_text("head.csv", "x,y\n");
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    check_fails(ctx, load_with(ctx, &cases[k].options, &d), cases[k].code, cases[k].part);
  check_free(ctx);
}

static bl_status load_and_drop(bl_ctx *ctx, void *arg)
{
  bl_dataset d;
  bl_status s = load_with(ctx, arg, &d);
  bl_dataset_free(ctx, &d);
  return s;
}

static void survives_any_allocation_failing(void **state)
{
  (void)state;
  set csv = {{"file=t.csv", "target=kind", "group=who", "weight=w", "keep=[id]"}};
  set npy = {{"file=" BALEEN_TEST_DATA "/npy/f8.npy", "target_file=" BALEEN_TEST_DATA "/npy/one_dim.npy"}};
  check_every_allocation_failing(load_and_drop, &csv);
  check_every_allocation_failing(load_and_drop, &npy);
  set wide = {{"file=unix.csv"}}, wide_npy = {{"file=unix.npy"}}; /* of the test before */
  check_every_allocation_failing(load_and_drop, &wide);
  check_every_allocation_failing(load_and_drop, &wide_npy);
}

/* An array of doubles [rows][2], as NumPy saves it. */
static void put_doubles(const char *name, const double *v, size_t rows)
{
  unsigned char bytes[128 + 64 * sizeof(double)];
  memset(bytes, ' ', 128);
  memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
  char *dict = (char *)bytes + 10;
  dict[snprintf(dict, 100, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, 2), }", rows)] = ' ';
  bytes[127] = '\n';
  memcpy(bytes + 128, v, rows * 2 * sizeof *v);
  tree_put(name, bytes, 128 + rows * 2 * sizeof *v);
}

/* A Unix time in float32 is a constant: what is above the least is kept, to the last digit. A column that float32 holds
 * stays as it is, and so does one that is the same throughout. */
static void keeps_digits_that_float32_would_lose(void **state)
{
  (void)state;
  static const double times[] = {1700000003, 0.1, 1700000000.25, 0.7, 1700000041, 0.2};
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  tree_text("unix.csv", "time,len,same,year,label\n1700000003,0.1,0.1,1990,a\n1700000000.25,0.7,0.1,2011,b\n"
                        "1700000041,0.2,0.1,2024,a\n,0.3,0.1,2001,b\n");
  check_ok(ctx, load_with(ctx, &(set){{"file=unix.csv"}}, &d));
  assert_non_null(d.offset);
  check_near(d.offset[0], 1700000000.25, 0);
  for (size_t j = 1; j < 4; j++) check_near(d.offset[j], 0, 0);
  check_near((double)bl_row(&d.X, 0)[0], 2.75, 0);
  check_near((double)bl_row(&d.X, 1)[0], 0, 0);
  check_near((double)bl_row(&d.X, 2)[0], 40.75, 0);
  assert_true(isnan(bl_row(&d.X, 3)[0]));
  check_near((double)bl_row(&d.X, 2)[1], (double)0.2f, 0);
  check_near((double)bl_row(&d.X, 2)[3], 2024, 0);
  bl_dataset_free(ctx, &d);
  put_doubles("unix.npy", times, 3);
  check_ok(ctx, load_with(ctx, &(set){{"file=unix.npy"}}, &d));
  check_near(d.offset[0], 1700000000.25, 0);
  check_near(d.offset[1], 0, 0);
  check_near((double)bl_row(&d.X, 2)[0], 40.75, 0);
  check_near((double)bl_row(&d.X, 2)[1], (double)0.2f, 0);
  bl_dataset_free(ctx, &d);
  check_ok(ctx, load_with(ctx, &(set){{"file=t.csv", "drop=[kind, who]"}}, &d));
  assert_null(d.offset);
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loads_columns_by_their_part), cmocka_unit_test(text_is_a_category),
      cmocka_unit_test(loads_numpy_arrays),          cmocka_unit_test(keeps_digits_that_float32_would_lose),
      cmocka_unit_test(says_what_does_not_fit),      cmocka_unit_test(survives_any_allocation_failing),
  };
  return cmocka_run_group_tests(tests, make_files, drop_files);
}
