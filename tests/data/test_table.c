#include "check.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/table.h"

/* Columns and rows written as "a|b/1|2/" so that a whole table stands in one row here. */
typedef struct good {
  const char *why, *text, *want;
} good;
static const good goods[] = {
    {"plain", "a,b\n1,2\n3,4\n", "a|b/1|2/3|4/"},
    {"no line end at the end", "a,b\n1,2", "a|b/1|2/"},
    {"CRLF", "a,b\r\n1,2\r\n", "a|b/1|2/"},
    {"old Macintosh line ends", "a,b\r1,2\r", "a|b/1|2/"},
    {"byte order mark",
     "\xEF\xBB\xBF"
     "a,b\n1,2\n",
     "a|b/1|2/"},
    {"tabs win by number", "a,b\tc\td\n1\t2\t3\n", "a,b|c|d/1|2|3/"},
    {"semicolons, decimal comma kept", "a;b\n1,5;2\n", "a|b/1,5|2/"},
    {"separators in quotes do not count", "\"a;b;c\",d\nx;y,2\n", "a;b;c|d/x;y|2/"},
    {"quotes, doubled quotes", "a,b\n\"say \"\"hi\"\"\",\"\"\n", "a|b/say \"hi\"|/"},
    {"line ends in quotes", "a,b\n\"one\ntwo\",3\n", "a|b/one\ntwo|3/"},
    {"quote in the middle stands as it is", "a,b\n5\" nail,x\n", "a|b/5\" nail|x/"},
    {"blank lines", "\n\na,b\n\n1,2\n\n\n3,4\n\n", "a|b/1|2/3|4/"},
    {"empty fields", "a,b,c\n,,\n", "a|b|c/||/"},
    {"one column", "a\nx\n\"\"\ny\n", "a/x//y/"},
    {"header alone", "a,b\n", "a|b/"},
    {"a header without a name", ",b\n0,2\n", "|b/0|2/"},
    {"Latin-1 where it is no UTF-8", "caf\xe9,b\n\xb5V,2\n", "caf\xc3\xa9|b/\xc2\xb5V|2/"},
    {"UTF-8 stays", "caf\xc3\xa9,b\n\xe2\x82\xac,2\n", "caf\xc3\xa9|b/\xe2\x82\xac|2/"},
    {"blanks are part of a field", "a, b\n 1 ,2\n", "a| b/ 1 |2/"},
};

static void flatten(const bl_table *t, char *out, size_t room)
{
  size_t n = 0;
  for (size_t j = 0; j < t->columns.n; j++)
    n += (size_t)snprintf(out + n, room - n, "%s%s", t->columns.v[j], j + 1 < t->columns.n ? "|" : "/");
  for (size_t i = 0; i < t->n_rows; i++)
    for (size_t j = 0; j < t->columns.n; j++)
      n += (size_t)snprintf(out + n, room - n, "%s%s", bl_table_cell(t, i, j), j + 1 < t->columns.n ? "|" : "/");
}

static void reads_what_rfc_4180_says(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof goods / sizeof *goods; i++) {
    bl_table t;
    char flat[256];
    check_ok(ctx, bl_table_parse(ctx, "t.csv", goods[i].text, strlen(goods[i].text), &t));
    flatten(&t, flat, sizeof flat);
    if (strcmp(flat, goods[i].want)) fail_msg("%s: got '%s', want '%s'", goods[i].why, flat, goods[i].want);
    bl_table_free(ctx, &t);
  }
  check_free(ctx);
}

static const struct bad {
  const char *text;
  size_t n; /* 0: strlen */
  const char *part;
} bads[] = {
    {"", 0, "t.csv: empty"},
    {"\xEF\xBB\xBF\n\n", 0, "t.csv: empty"},
    {"a,b\n1\n", 0, "t.csv:2: 1 fields, where the header has 2"},
    {"a,b\n1,2\n\n1,2,3\n", 0, "t.csv:4: 3 fields"},
    {"a,b\n\"x\ny\",2\n1,2,\n", 0, "t.csv:4: 3 fields"},
    {"a,b\n1,2\n\"x,2\n", 0, "t.csv:3: a quote that is opened here is never closed"},
    {"a,b\n\"x\"y,2\n", 0, "t.csv:2: text behind a closing quote"},
    {"a,b\n1,\0"
     "2\n",
     8, "t.csv:2: a zero byte"},
};

static void refuses_what_is_broken_by_line(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
    bl_table t;
    size_t n = bads[i].n ? bads[i].n : strlen(bads[i].text);
    check_fails(ctx, bl_table_parse(ctx, "t.csv", bads[i].text, n, &t), BL_E_FORMAT, bads[i].part);
  }
  check_free(ctx);
}

static void knows_the_line_of_each_row(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *text = "\na,b\r\n\"1\r\n\r\n2\",2\r\n\r\n3,4\n";
  bl_table t;
  check_ok(ctx, bl_table_parse(ctx, NULL, text, strlen(text), &t));
  assert_int_equal(t.n_rows, 2);
  assert_int_equal(t.line[0], 3);
  assert_int_equal(t.line[1], 7);
  bl_table_free(ctx, &t);
  check_free(ctx);
}

static void finds_columns_by_name(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *text = "onset,duration,label,x,x\n1,2,c,4,5\n";
  bl_table t;
  size_t col = 77;
  check_ok(ctx, bl_table_parse(ctx, "events.csv", text, strlen(text), &t));
  check_ok(ctx, bl_table_column(ctx, &t, "label", &col));
  assert_int_equal(col, 2);
  check_fails(ctx, bl_table_column(ctx, &t, "durations", &col), BL_E_CONFIG, "did you mean 'duration'?");
  check_fails(ctx, bl_table_column(ctx, &t, "species_name", &col), BL_E_CONFIG, "onset, duration, label");
  check_fails(ctx, bl_table_column(ctx, &t, "x", &col), BL_E_CONFIG, "2 columns are named 'x'");
  bl_table_free(ctx, &t);
  check_free(ctx);
}

static void reads_numbers(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *text = "v\n-1.25e3\n 7 \n\"\"\nNA\nnan\ninf\n1,5\n";
  static const double want[] = {-1250, 7, (double)NAN, (double)NAN, (double)NAN, (double)INFINITY};
  bl_table t;
  double x;
  check_fails(ctx, bl_table_parse(ctx, "n.csv", text, strlen(text), &t), BL_E_FORMAT, "n.csv:8: 2 fields");
  text = "v\tw\n-1.25e3\t\n 7 \t\n\t\nNA\t\nnan\t\ninf\t\n1,5\t\n";
  check_ok(ctx, bl_table_parse(ctx, "n.csv", text, strlen(text), &t));
  for (size_t i = 0; i < 6; i++) {
    check_ok(ctx, bl_table_number(ctx, &t, i, 0, &x));
    if (isnan(want[i])) assert_true(isnan(x));
    else check_near(x, want[i], 0);
  }
  check_fails(ctx, bl_table_number(ctx, &t, 6, 0, &x), BL_E_FORMAT, "n.csv:8: column 'v': '1,5' is not a number");
  bl_table_free(ctx, &t);
  text = "v;w\n1,5;\n";
  check_ok(ctx, bl_table_parse(ctx, "n.csv", text, strlen(text), &t));
  check_ok(ctx, bl_table_number(ctx, &t, 0, 0, &x));
  check_near(x, 1.5, 0);
  bl_table_free(ctx, &t);
  check_free(ctx);
}

static void fields_come_back_as_written(void **state)
{
  (void)state;
  static const char *const fields[] = {"plain", "",           "a,b", "a;b",     "tab\there",           "say \"hi\"",
                                       "\"",    "two\nlines", "\r",  " blank ", "\xC3\xA4\xE9\xB2\xB8"};
  bl_ctx *ctx = bl_ctx_new();
  bl_buf b = {0};
  size_t n = sizeof fields / sizeof *fields;
  for (size_t pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < n; i++) {
      if (i) check_ok(ctx, bl_buf_puts(ctx, &b, ","));
      check_ok(ctx, bl_csv_field(ctx, &b, fields[i]));
    }
    check_ok(ctx, bl_buf_puts(ctx, &b, "\n"));
  }
  bl_table t;
  check_ok(ctx, bl_table_parse(ctx, NULL, b.v, b.len, &t));
  assert_int_equal(t.n_rows, 1);
  assert_int_equal(t.columns.n, n);
  for (size_t i = 0; i < n; i++) {
    assert_string_equal(t.columns.v[i], fields[i]);
    assert_string_equal(bl_table_cell(&t, 0, i), fields[i]);
  }
  bl_table_free(ctx, &t);
  bl_buf_free(ctx, &b);
  check_free(ctx);
}

static size_t count_entries(const char *folder)
{
  DIR *d = opendir(folder);
  size_t n = 0;
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
  closedir(d);
  return n;
}

static void files_go_in_and_out_whole(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *path = check_tmp_path("bytes");
  char bytes[5000], *back;
  size_t n;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 2654435761u >> 13);
  check_ok(ctx, bl_file_write(ctx, path, "old", 3));
  check_ok(ctx, bl_file_write(ctx, path, bytes, sizeof bytes));
  check_ok(ctx, bl_file_read(ctx, path, sizeof bytes, &back, &n));
  assert_int_equal(n, sizeof bytes);
  assert_memory_equal(back, bytes, n);
  assert_int_equal(back[n], 0);
  bl_free(ctx, back);
  check_fails(ctx, bl_file_read(ctx, path, sizeof bytes - 1, &back, &n), BL_E_FORMAT, "larger than 4999 bytes");
  assert_null(back);
  check_fails(ctx, bl_file_read(ctx, check_tmp_path("none"), 0, &back, &n), BL_E_IO, "No such file");
  check_fails(ctx, bl_file_read(ctx, "/", 0, &back, &n), BL_E_IO, "directory");
  check_fails(ctx, bl_file_write(ctx, check_tmp_path("no/such/folder"), "x", 1), BL_E_IO, "No such file");
  /* what cannot take its place is not left beside it */
  const char *place = check_tmp_path("place");
  char *inside = bl_strf(ctx, "%s/x", place);
  assert_int_equal(mkdir(place, 0777), 0);
  check_ok(ctx, bl_file_write(ctx, inside, "x", 1));
  char *around = bl_strf(ctx, "%s/..", place);
  size_t before = count_entries(around);
  check_fails(ctx, bl_file_write(ctx, place, "x", 1), BL_E_IO, "no plain file");
  assert_int_equal(count_entries(around), before);
  bl_free(ctx, around);
  assert_int_equal(unlink(inside), 0);
  bl_free(ctx, inside);
  assert_int_equal(rmdir(place), 0);
  check_ok(ctx, bl_file_write(ctx, path, NULL, 0));
  check_ok(ctx, bl_file_read(ctx, path, 0, &back, &n));
  assert_int_equal(n, 0);
  bl_free(ctx, back);
  check_free(ctx);
}

/* A pipe tells no size: the buffer has to grow. */
static void reads_what_has_no_size(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char *back;
  size_t n;
  check_fails(ctx, bl_file_read(ctx, "/dev/zero", 300000, &back, &n), BL_E_FORMAT, "larger than 300000 bytes");
  check_free(ctx);
}

static bl_status whole_round(bl_ctx *ctx, void *arg)
{
  const char *path = arg, *text = "a,b\n\"x\"\"\xe9\",2\n3,4\n5,6\n7,8\n9,10\n";
  bl_table t = {0};
  bl_buf b = {0};
  bl_status s = bl_csv_field(ctx, &b, "a,\"b");
  if (!s) s = bl_file_write(ctx, path, text, strlen(text));
  if (!s) s = bl_table_read(ctx, path, &t);
  bl_table_free(ctx, &t);
  if (!s) s = bl_table_parse(ctx, "t", text, strlen(text), &t);
  bl_table_free(ctx, &t);
  bl_buf_free(ctx, &b);
  return s;
}

static void survives_any_allocation_failing(void **state)
{
  (void)state;
  check_every_allocation_failing(whole_round, (void *)(uintptr_t)check_tmp_path("sweep.csv"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_rfc_4180_says),
      cmocka_unit_test(refuses_what_is_broken_by_line),
      cmocka_unit_test(knows_the_line_of_each_row),
      cmocka_unit_test(finds_columns_by_name),
      cmocka_unit_test(reads_numbers),
      cmocka_unit_test(fields_come_back_as_written),
      cmocka_unit_test(files_go_in_and_out_whole),
      cmocka_unit_test(reads_what_has_no_size),
      cmocka_unit_test(survives_any_allocation_failing),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  check_tmp_done();
  return failed;
}
