/* baleen inspect: what it says of samples, and its JSON whatever bytes names are made of. */
#include "program.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "../data/edf_builder.h"
#include "baleen/file.h"

/* What is said, as JSON; warnings come before the first brace. */
static json_t *said_json(void)
{
  const char *from = strchr(said, '{');
  json_error_t error;
  json_t *root = from ? json_loads(from, JSON_DISABLE_EOF_CHECK, &error) : NULL;
  if (!root) fail_msg("no JSON: %s", said);
  return root;
}

static const json_t *file_at(const json_t *root, size_t i) { return json_array_get(json_object_get(root, "files"), i); }

static const json_t *channel_of(const json_t *file)
{
  return json_array_get(json_object_get(json_array_get(json_object_get(file, "streams"), 0), "channels"), 0);
}

static const char *text_of(const json_t *o, const char *key)
{
  const char *text = json_string_value(json_object_get(o, key));
  return text ? text : "";
}

static double number_of(const json_t *o, const char *key) { return json_number_value(json_object_get(o, key)); }

/* One channel of digital values from make(), 16 bits over -1638.4 to 1638.35 uV. */
static const char *signal_edf(const char *name, int rate, int seconds, int (*make)(int i, int rate))
{
  char spr[16];
  snprintf(spr, sizeof spr, "%d", rate);
  edf_spec e = {
      .n = 1, .n_records = (size_t)seconds, .sig = {{.label = "Cz", .spr = spr, .pmin = "-1638.4", .pmax = "1638.35"}}};
  size_t n;
  unsigned char *v = edf_bytes(&e, &n);
  for (int i = 0; i < rate * seconds; i++) {
    int x = make(i, rate);
    v[512 + 2 * i] = (unsigned char)x;
    v[512 + 2 * i + 1] = (unsigned char)((unsigned)x >> 8);
  }
  const char *path = check_tmp_path(name);
  write_bytes(path, v, n);
  free(v);
  return path;
}

static const double PI = 3.14159265358979;
static int noise(int i)
{
  unsigned x = (unsigned)i * 2654435761u + 12345u;
  x ^= x >> 15, x *= 2246822519u, x ^= x >> 13;
  return (int)(x & 0x7ff) - 1024;
}
static int clipped_below(int i, int rate)
{
  int x = (int)(2000 * sin(2 * PI * 10 * i / rate)) + noise(i) / 8;
  return x > 1500 ? 1500 : x < -1500 ? -1500 : x;
}
static int whole(int i, int rate) { return (int)(2000 * sin(2 * PI * 10 * i / rate)) + noise(i) / 8; }
static int slow(int i, int rate)
{
  return (int)(3 * sin(2 * PI * 0.3 * i / rate));
} /* coarse: stands still everywhere */
static int codes(int i, int rate) { return i % rate < 5 ? 4 : i % rate < 20 ? 2 : 0; }
static int hum50(int i, int rate) { return noise(i) + (int)(3000 * sin(2 * PI * 50 * i / rate + 0.3)); }
static int hum60(int i, int rate) { return noise(i) + (int)(3000 * sin(2 * PI * 60 * i / rate + 0.3)); }
static int quiet(int i, int rate) { return noise(i * rate); }

/* Flat tops at the signal's own extremes, and none in signals that stand still anyway. */
static void clipping(void **state)
{
  (void)state;
  static const struct {
    int (*make)(int, int);
    bool clips;
  } table[] = {{clipped_below, true}, {whole, false}, {slow, false}, {codes, false}, {quiet, false}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    assert_int_equal(baleen("inspect --json '%s'", signal_edf("clip.edf", 500, 20, table[i].make)), 0);
    json_t *root = said_json();
    const json_t *c = channel_of(file_at(root, 0));
    bool says = strstr(text_of(c, "remark"), "clipped at -75 and 75?") != NULL;
    if (says != table[i].clips || (number_of(c, "flat_top_samples") > 0) != table[i].clips)
      fail_msg("%zu: %s", i, said);
    json_decref(root);
  }
  check_tmp_done();
}

/* Digital values beyond the declared digital limits are no clipping. */
static void beyond_limits(void **state)
{
  (void)state;
  const edf_spec e = {
      .n = 1,
      .n_records = 5,
      .sig = {{.label = "Cz", .spr = "100", .dmin = "-2048", .dmax = "2047", .pmin = "-100", .pmax = "100"}}};
  assert_int_equal(baleen("inspect --json '%s'", edf_write(&e, "beyond.edf")), 0);
  json_t *root = said_json();
  const json_t *c = channel_of(file_at(root, 0));
  assert_true(number_of(c, "beyond_limits") > 300);
  assert_int_equal(number_of(c, "clipped"), 0);
  assert_non_null(strstr(text_of(c, "remark"), "samples beyond the declared limits"));
  json_decref(root);
  check_tmp_done();
}

/* A line is measured from 8 Hz above twice its frequency on; what was not measured is told from what is not there. */
static void hum(void **state)
{
  (void)state;
  static const struct {
    int (*make)(int, int);
    int rate, line;
    bool measured_50, measured_60;
  } table[] = {{hum50, 128, 50, true, true},  {hum60, 128, 60, true, true},  {quiet, 128, 0, true, true},
               {hum50, 110, 50, true, false}, {quiet, 100, 0, false, false}, {hum50, 500, 50, true, true}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    assert_int_equal(baleen("inspect --json '%s'", signal_edf("hum.edf", table[i].rate, 20, table[i].make)), 0);
    json_t *root = said_json();
    const json_t *c = channel_of(file_at(root, 0));
    double db = number_of(c, "line_db");
    if (table[i].line ? !(number_of(c, "line_hz") == table[i].line && db > 15) : db > 6) fail_msg("%zu: %s", i, said);
    assert_int_equal(json_is_true(json_object_get(c, "line_50_measured")), table[i].measured_50);
    assert_int_equal(json_is_true(json_object_get(c, "line_60_measured")), table[i].measured_60);
    json_decref(root);
  }
  check_tmp_done();
}

/* Names of files and columns that are no UTF-8, and a file that is not there: each has its entry. */
static void names_of_any_bytes(void **state)
{
  (void)state;
  const edf_spec plain = {.n = 1, .n_records = 5, .sig = {{.label = "Cz", .spr = "100"}}};
  char edf[600], csv[600], out[600];
  snprintf(edf, sizeof edf, "%s", edf_write(&plain, "caf\xe9.edf"));
  snprintf(csv, sizeof csv, "%s", check_tmp_path("lat.csv"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.npy"));
  static const char text[] = "time_s,Caf\xe9 (\xb5V)\n0.0,0\n0.01,1\n0.02,5\n";
  write_bytes(csv, text, sizeof text - 1);
  assert_int_equal(baleen("inspect --json '%s' '%s' /no/such/file.edf", edf, csv), 3);
  check_says("read as Latin-1");
  json_t *root = said_json();
  assert_int_equal(json_array_size(json_object_get(root, "files")), 3);
  assert_non_null(strstr(text_of(file_at(root, 0), "path"), "caf\xef\xbf\xbd.edf"));
  assert_non_null(strstr(text_of(file_at(root, 0), "path_bytes"), "636166e92e656466"));
  assert_string_equal(text_of(channel_of(file_at(root, 1)), "name"), "Caf\xc3\xa9");
  assert_string_equal(text_of(channel_of(file_at(root, 1)), "unit"), "uV");
  assert_null(json_object_get(file_at(root, 1), "path_bytes"));
  assert_non_null(strstr(text_of(file_at(root, 2), "error"), "No such file"));
  json_decref(root);
  assert_int_equal(baleen("convert '%s' '%s'", csv, out), 0);
  snprintf(csv, sizeof csv, "%s.json", check_tmp_path("o.npy"));
  read_said(csv);
  check_says("\"Caf\xc3\xa9\"");
  check_tmp_done();
}

/* A Latin-1 table goes into EDF and into tables, as UTF-8; the recording that it names in Latin-1 is found. */
static void tables_of_any_bytes(void **state)
{
  (void)state;
  const edf_spec plain = {.n = 1, .n_records = 5, .sig = {{.label = "Cz", .spr = "100"}}};
  static const char text[] = "onset,duration,label,file\n1,0.5,caf\xe9,caf\xe9.edf\n";
  char in[600], table[600], out[600], marks[600];
  for (int utf8 = 0; utf8 < 2; utf8++) {
    snprintf(in, sizeof in, "%s", edf_write(&plain, utf8 ? "caf\xc3\xa9.edf" : "caf\xe9.edf"));
    snprintf(table, sizeof table, "%s", check_tmp_path("l1.csv"));
    snprintf(out, sizeof out, "%s", check_tmp_path("o.edf"));
    snprintf(marks, sizeof marks, "%s", check_tmp_path("o.tsv"));
    write_bytes(table, text, sizeof text - 1);
    assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", in, out, table), 0);
    check_says("l1.csv: is no UTF-8; read as Latin-1");
    assert_int_equal(baleen("annotations '%s' '%s'", out, marks), 0);
    read_said(marks);
    check_says("1\t0.5\tcaf\xc3\xa9\n");
  }
  assert_int_equal(baleen("annotations '%s' '%s'", table, marks), 0);
  read_said(marks);
  check_says("1\t0.5\tcaf\xc3\xa9\tcaf\xc3\xa9.edf\n");
  check_tmp_done();
}

/* By a name's pattern, none, or the recorders'; a header's own start stays. */
static void starts(void **state)
{
  (void)state;
  const edf_spec dated = {.n = 1, .n_records = 5, .sig = {{.label = "Cz", .spr = "100"}}};
  char csv[600], edf[600], out[600];
  snprintf(csv, sizeof csv, "%s", check_tmp_path("x20180602_153000_07-03-2019h14.csv"));
  snprintf(edf, sizeof edf, "%s", edf_write(&dated, "20180602_153000.edf"));
  snprintf(out, sizeof out, "%s", check_tmp_path("o.edf"));
  write_bytes(csv, "time_s,Cz\n0.0,0\n0.01,1\n0.02,5\n", 30);
  static const struct {
    const char *option, *start;
  } table[] = {{"", "2018-06-02T15:30:00"},
               {"--start-pattern '%m-%d-%Yh%H'", "2019-07-03T14:00:00"},
               {"--start-pattern none", NULL}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    assert_int_equal(baleen("inspect '%s' %s", csv, table[i].option), 0);
    if (table[i].start) check_says(table[i].start);
    else check_says_not("begins");
    if (i) check_says_not("2018-06-02T");
    assert_int_equal(baleen("convert '%s' '%s' %s", csv, out, table[i].option), 0);
    assert_int_equal(baleen("inspect --strict '%s' --start-pattern none", out), 0);
    if (table[i].start) check_says(table[i].start);
    assert_int_equal(baleen("inspect '%s' %s", edf, table[i].option), 0);
    check_says("begins 2009-08-12T16:15:00");
  }
  assert_int_equal(baleen("inspect '%s' --start-pattern %%m%%d", csv), 2);
  check_says("needs a year");
  assert_int_equal(baleen("convert '%s' '%s' --start-pattern %%m%%d", csv, out), 2);
  check_tmp_done();
}

/* Annotations with all that is known of them; gaps beyond the tenth are counted; channels without samples have no
 * numbers. */
static void the_rest(void **state)
{
  (void)state;
  edf_spec e = {.reserved = "EDF+D",
                .n = 2,
                .n_records = 13,
                .sig = {{.label = "Cz"}, {.label = "EDF Annotations", .spr = "30"}},
                .tal = {"+0||~+0.5|x@@Cz|~", "+2||~", "+4||~", "+6||~", "+8||~", "+10||~", "+12||~", "+14||~", "+16||~",
                        "+18||~", "+20||~", "+22||~", "+24||~"}};
  const char *path = edf_write(&e, "gaps.edf");
  assert_int_equal(baleen("inspect '%s'", path), 0);
  check_says("and 2 more gaps");
  assert_int_equal(baleen("inspect --json '%s'", path), 0);
  json_t *root = said_json();
  const json_t *a = json_array_get(json_object_get(file_at(root, 0), "annotations"), 0);
  assert_true(json_object_get(a, "channel") && json_object_get(a, "file") && json_object_get(a, "low_hz") &&
              json_object_get(a, "high_hz"));
  json_decref(root);
  check_tmp_done();
}

/* A small sd on a large mean; a sidecar with a byte order mark, and with names that a terminal would obey. */
static void large_means_and_names(void **state)
{
  (void)state;
  enum { COUNT = 90000 };
  static float v[32 + COUNT];
  char path[600], beside[620];
  memcpy(v, "\x93NUMPY\x01\x00\x76\x00", 10);
  snprintf((char *)v + 10, 119, "%-117s\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (90000, 1), }");
  for (int i = 0; i < COUNT; i++) v[32 + i] = (float)(10000000 + i % 3);
  snprintf(path, sizeof path, "%s", check_tmp_path("large.npy"));
  snprintf(beside, sizeof beside, "%s.json", path);
  write_bytes(path, v, sizeof v);
  static const char side[] =
      "\xef\xbb\xbf{\"rate_hz\": 100, \"channels\": [\"C\\u001b[31m3\"], \"unit\": \"u\\u009bV\"}";
  write_bytes(beside, side, sizeof side - 1);
  assert_int_equal(baleen("inspect --json '%s'", path), 0);
  json_t *root = said_json();
  check_near(number_of(channel_of(file_at(root, 0)), "sd"), sqrt(2.0 / 3), 1e-6);
  assert_string_equal(text_of(channel_of(file_at(root, 0)), "name"), "C [31m3");
  json_decref(root);
  assert_int_equal(baleen("inspect '%s' --start-pattern '%%Y%%m%%d'", path), 0);
  check_says("note: ");
  check_says("control characters");
  check_says("'%Y%m%d' fits nothing in the file's name");
  check_says_not("\x1b");
  check_says_not("\x9b");
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(clipping),
                                            cmocka_unit_test(beyond_limits),
                                            cmocka_unit_test(hum),
                                            cmocka_unit_test(names_of_any_bytes),
                                            cmocka_unit_test(tables_of_any_bytes),
                                            cmocka_unit_test(the_rest),
                                            cmocka_unit_test(large_means_and_names),
                                            cmocka_unit_test(starts)};
  return cmocka_run_group_tests_name("inspect", tests, NULL, NULL);
}
