/* Numbers as text against strtod on random strings, under other locales too; names, globs, distances. */
#include "check.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/text.h"

static bool same_bits(double a, double b) { return !memcmp(&a, &b, sizeof a); }

/* A decimal number of any shape: signs, leading zeros, long fractions, exponents. */
static void random_number(bl_rng *r, char *s)
{
  size_t n = 0, whole = bl_rng_below(r, 4) ? bl_rng_below(r, 8) : bl_rng_below(r, 30), part = bl_rng_below(r, 25);
  if (!whole && !part) whole = 1;
  if (bl_rng_below(r, 3) == 0) s[n++] = bl_rng_below(r, 2) ? '-' : '+';
  for (size_t i = 0; i < whole; i++) s[n++] = (char)('0' + (bl_rng_below(r, 5) ? bl_rng_below(r, 10) : 0));
  if (part || bl_rng_below(r, 2)) s[n++] = '.';
  for (size_t i = 0; i < part; i++) s[n++] = (char)('0' + (bl_rng_below(r, 5) ? bl_rng_below(r, 10) : 0));
  s[n] = '\0';
  if (bl_rng_below(r, 2)) {
    int exponent = (int)bl_rng_below(r, bl_rng_below(r, 2) ? 20 : 340);
    snprintf(s + n, 8, "e%s%d", bl_rng_below(r, 2) ? "-" : "", exponent);
  }
}

static void reals_against_strtod(void **state)
{
  (void)state;
  bl_rng r = bl_rng_make(1, "test text", 0);
  for (int i = 0; i < 100000; i++) {
    char s[96];
    random_number(&r, s);
    double got = 7, want = strtod(s, NULL);
    if (!bl_parse_real(s, &got)) fail_msg("'%s' is refused", s);
    if (!same_bits(got, want)) fail_msg("'%s' gives %.17g, strtod %.17g", s, got, want);
  }
}

static void reals_there_and_back(void **state)
{
  (void)state;
  bl_rng r = bl_rng_make(2, "test text", 0);
  for (int i = 0; i < 100000; i++) {
    uint64_t bits = bl_rng_u64(&r);
    double x, y;
    memcpy(&x, &bits, sizeof x);
    if (i % 2) x = round(bl_rng_normal(&r) * 1000) / 100;
    if (isnan(x)) continue;
    char buf[32];
    bl_format_real(x, buf);
    if (!bl_parse_real(buf, &y) || !same_bits(x, y)) fail_msg("%.17g prints as %s", x, buf);
  }
  char buf[32];
  assert_string_equal(bl_format_real(0.1, buf), "0.1"); /* shortest */
  assert_string_equal(bl_format_real(-0.0, buf), "-0");
  static const double whole[] = {0,    1,        9,  10,          1234567, 1e14, 999999999999998, 999999999999999,
                                 1e15, 1e15 + 2, -7, 4294967296.0};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) { /* digit by digit as printf has them */
    char want[32];
    snprintf(want, sizeof want, whole[i] < 1.1e15 && whole[i] > 1e15 ? "%.16g" : "%.15g", whole[i]);
    assert_string_equal(bl_format_real(whole[i], buf), want);
  }
  assert_string_equal(bl_format_real((double)INFINITY, buf), "inf");
  assert_string_equal(bl_format_real(-(double)INFINITY, buf), "-inf");
  assert_string_equal(bl_format_real((double)NAN, buf), "nan");
}

static void odd_reals(void **state)
{
  (void)state;
  static const struct {
    const char *s;
    bool ok;
    double want;
  } rows[] = {
      {" 1.5\t\n", true, 1.5},
      {"-0", true, -0.0},
      {"1.", true, 1},
      {".5", true, 0.5},
      {"1e400", true, (double)INFINITY},
      {"1e-400", true, 0},
      {"1E+2", true, 100},
      {"-Inf", true, -(double)INFINITY},
      {"INFINITY", true, (double)INFINITY},
      {"0e999999999999", true, 0},
      {"9007199254740993", true, 9007199254740992.0},             /* halfway: to even */
      {"2.2250738585072011e-308", true, 2.2250738585072011e-308}, /* the one that hung PHP and Java */
      {"", false, 0},
      {" ", false, 0},
      {".", false, 0},
      {"-", false, 0},
      {"1e", false, 0},
      {"1e+", false, 0},
      {"0x10", false, 0},
      {"1,5", false, 0},
      {"1 2", false, 0},
      {"--1", false, 0},
      {"1.2.3", false, 0},
      {"infinit", false, 0},
      {"e5", false, 0},
      {"1f", false, 0},
      {"nan(1)", false, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double got = 7;
    if (bl_parse_real(rows[i].s, &got) != rows[i].ok)
      fail_msg("'%s' is %s", rows[i].s, rows[i].ok ? "refused" : "taken");
    if (rows[i].ok && !same_bits(got, rows[i].want)) fail_msg("'%s' gives %.17g", rows[i].s, got);
  }
  double x;
  assert_true(bl_parse_real("NaN", &x) && isnan(x));
  assert_true(bl_parse_real_n("12345", 3, &x) && x == 123); /* no NUL needed */
}

static void reals_have_a_point(void **state)
{
  char buf[32];
  double x;
  assert_string_equal(bl_format_real(-1234.5, buf), "-1234.5");
  assert_true(bl_parse_real("3.14159265358979323846", &x) && x == 3.14159265358979323846);
  assert_false(bl_parse_real("3,5", &x));
  reals_there_and_back(state);
  setlocale(LC_ALL, "C");
}

/* Under a locale whose decimal sign is not the point everything reads and prints as before. */
static void other_locales(void **state)
{
  static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8", "fa_IR.UTF-8"};
  bool tried = check_comma_locale();
  if (tried) reals_have_a_point(state);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!setlocale(LC_ALL, names[i])) continue;
    tried = true;
    reals_have_a_point(state);
  }
  if (!tried) skip(); /* none of them is installed here, and none can be made */
}

static void ints_and_bools(void **state)
{
  (void)state;
  static const struct {
    const char *s;
    bool ok;
    int64_t want;
  } rows[] = {{"0", true, 0},
              {" -12 ", true, -12},
              {"+7", true, 7},
              {"9223372036854775807", true, INT64_MAX},
              {"-9223372036854775808", true, INT64_MIN},
              {"9223372036854775808", false, 0},
              {"-9223372036854775809", false, 0},
              {"99999999999999999999", false, 0},
              {"", false, 0},
              {"1.0", false, 0},
              {"1e3", false, 0},
              {"-", false, 0},
              {"1 2", false, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int64_t got = 5;
    if (bl_parse_int(rows[i].s, &got) != rows[i].ok || (rows[i].ok && got != rows[i].want)) fail_msg("'%s'", rows[i].s);
  }
  bool b = false;
  assert_true(bl_parse_bool("True", &b) && b);
  assert_true(bl_parse_bool("OFF", &b) && !b);
  assert_true(bl_parse_bool("yes", &b) && b);
  assert_false(bl_parse_bool("1", &b));
  assert_false(bl_parse_bool("", &b));
}

static const char *word(const void *arg, size_t i) { return ((const char *const *)arg)[i]; }

static void near_names(void **state)
{
  (void)state;
  static const char *const words[] = {"hann", "hamming", "logistic_regression", "kaiser", "svc", NULL};
  static const struct {
    const char *name, *want;
  } rows[] = {{"han", "hann"},
              {"HANN", "hann"},
              {"hmaming", "hamming"},
              {"logistic", "logistic_regression"},
              {"kaizer", "kaiser"},
              {"csv", NULL}, /* two of the three letters of "svc" would have to change */
              {"vsc", "svc"},
              {"laizer", NULL}, /* two letters, and not the first one's */
              {"xylophone", NULL},
              {"q", NULL},
              {"", NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *got = bl_nearest(rows[i].name, word, words);
    if (!bl_text_equal(got, rows[i].want)) fail_msg("'%s' is near '%s'", rows[i].name, got ? got : "nothing");
  }
  assert_int_equal(bl_edit_distance("kitten", "sitting"), 3);
  assert_int_equal(bl_edit_distance("ab", "ba"), 1);
  assert_int_equal(bl_edit_distance("", "abc"), 3);
  assert_int_equal(bl_edit_distance("ABC", "abc"), 0);
}

static void globs(void **state)
{
  (void)state;
  static const struct {
    const char *pattern, *s;
    bool want;
  } rows[] = {
      {"*.wav", "a.wav", true}, {"*.wav", ".wav", true}, {"*.wav", "a.wave", false},    {"a?c", "abc", true},
      {"a?c", "ac", false},     {"[a-c]x", "bx", true},  {"[!a-c]x", "bx", false},      {"[!a-c]x", "dx", true},
      {"[]]", "]", true},       {"[a", "[a", true},      {"*a*b*", "xxaxxbxx", true},   {"*a*b*", "xxbxxaxx", false},
      {"", "", true},           {"", "a", false},        {"**", "abc", true},           {"a*", "", false},
      {"*?", "", false},        {"[a-]", "-", true},     {"EEG *", "EEG Fp1-Ref", true}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (bl_text_glob(rows[i].pattern, rows[i].s) != rows[i].want) fail_msg("'%s' on '%s'", rows[i].pattern, rows[i].s);
  assert_true(bl_text_glob_plain("*l?", "call?") && bl_text_glob_plain("[?]", "?") &&
              bl_text_glob_plain("a*[bc]", "abc"));
  assert_false(bl_text_glob_plain("call?", "calls") || bl_text_glob_plain("?", "") || bl_text_glob_plain("a", "ab"));
}

static void small_ones(void **state)
{
  (void)state;
  assert_true(bl_text_equal(NULL, NULL) && !bl_text_equal("a", NULL) && bl_text_equal("a", "a"));
  assert_true(bl_text_equal_nocase("Fp1", "fP1") && !bl_text_equal_nocase("Fp1", "Fp12"));
  assert_true(bl_text_ends_with("A.WAV", ".wav") && !bl_text_ends_with("wav", ".wav"));
  assert_string_equal(bl_path_base("/a/b.c"), "b.c");
  assert_string_equal(bl_path_base("b.c"), "b.c");
  assert_string_equal(bl_path_base("a/"), "");
}

/* RFC 3629, its edges included. */
static void utf8(void **state)
{
  (void)state;
  static const struct {
    const char *s;
    size_t good;
  } rows[] = {{"", 0},
              {"abc", 3},
              {"\xc2\x80", 2},
              {"\xdf\xbf", 2},
              {"\xe0\xa0\x80", 3},
              {"\xef\xbf\xbf", 3},
              {"\xf0\x90\x80\x80", 4},
              {"\xf4\x8f\xbf\xbf", 4},
              {"\xed\x9f\xbf", 3},
              {"a\x80", 1},
              {"a\xc1\xbf", 1},
              {"\xe0\x9f\xbf", 0},
              {"\xed\xa0\x80", 0},
              {"\xf0\x8f\xbf\xbf", 0},
              {"\xf4\x90\x80\x80", 0},
              {"\xf5\x80\x80\x80", 0},
              {"ab\xc3", 2},
              {"ab\xe2\x82", 2},
              {"caf\xe9.", 3},
              {"\xff", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t n = strlen(rows[i].s), good = bl_utf8_prefix(rows[i].s, n);
    if (good != rows[i].good || bl_text_is_utf8(rows[i].s) != (good == n)) fail_msg("row %zu: %zu", i, good);
  }
}

static void decimal_commas(void **state)
{
  (void)state;
  static const struct {
    const char *s;
    bool ok;
    double x;
  } rows[] = {{"43352,824046", true, 43352.824046},
              {"1.5", true, 1.5},
              {"-,5", true, -0.5},
              {"1,5e3", true, 1500},
              {"1,000,000", false, 0},
              {"1,000.5", false, 0},
              {"1.000,5", false, 0},
              {",", false, 0},
              {"", false, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double x = 0;
    if (bl_parse_real_comma(rows[i].s, &x) != rows[i].ok || (rows[i].ok && x != rows[i].x))
      fail_msg("'%s': %g", rows[i].s, x);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(decimal_commas),       cmocka_unit_test(reals_against_strtod),
                                     cmocka_unit_test(reals_there_and_back), cmocka_unit_test(odd_reals),
                                     cmocka_unit_test(other_locales),        cmocka_unit_test(ints_and_bools),
                                     cmocka_unit_test(near_names),           cmocka_unit_test(globs),
                                     cmocka_unit_test(small_ones),           cmocka_unit_test(utf8)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
