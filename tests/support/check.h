/* check.h: what every test needs: cmocka, a context that tells leaks, comparisons that fail on NaN. */
#ifndef BL_TEST_CHECK_H
#define BL_TEST_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "baleen/context.h"

#ifdef __clang_analyzer__
/* A failed assertion ends the test, which the declarations of cmocka do not say: the analyzer would go on behind it, with
 * the null pointer that was just ruled out. */
#define CHECK_HOLDS(condition) ((condition) ? (void)0 : __builtin_unreachable())
#undef assert_true
#define assert_true(c) CHECK_HOLDS(c)
#undef fail_msg
#define fail_msg(...) (print_message(__VA_ARGS__), __builtin_unreachable())
#undef assert_false
#define assert_false(c) CHECK_HOLDS(!(c))
#undef assert_non_null
#define assert_non_null(p) CHECK_HOLDS((p) != NULL)
#undef assert_null
#define assert_null(p) CHECK_HOLDS((p) == NULL)
#undef assert_int_equal
#define assert_int_equal(a, b) CHECK_HOLDS((uintmax_t)(a) == (uintmax_t)(b))
#endif

/* How many tests stand in a list that has room for more behind them: where those from a table go. */
static inline size_t check_listed(const struct CMUnitTest *tests)
{
  size_t n = 0;
  while (tests[n].test_func) n++;
  return n;
}

/* Fails the test with the context's error when status is not BL_OK. */
#ifdef __clang_analyzer__
#define check_ok(ctx, status) ((void)(ctx), CHECK_HOLDS((status) == BL_OK))
#else
#define check_ok(ctx, status) check_ok_at((ctx), (status), __FILE__, __LINE__)
#endif
void check_ok_at(bl_ctx *ctx, bl_status status, const char *file, int line);
/* The call must fail with this code, and its message must hold `part`. */
#define check_fails(ctx, status, code, part) check_fails_at((ctx), (status), (code), (part), __FILE__, __LINE__)
void check_fails_at(bl_ctx *ctx, bl_status status, bl_status code, const char *part, const char *file, int line);
/* |got - want| <= tol, also failing on NaN; infinities equal themselves. */
#define check_near(got, want, tol) check_near_at((got), (want), (tol), #got, __FILE__, __LINE__)
void check_near_at(double got, double want, double tol, const char *what, const char *file, int line);
/* Puts `text` behind what stands in to[room]; the test fails where it has no room. */
void check_append(char *to, size_t room, const char *text);
/* Frees the context after checking that nothing allocated through it is left. */
void check_free(bl_ctx *ctx);

/* Runs `work` again and again, the n-th allocation failing, for every n there is: each time it must return BL_E_NOMEM
 * (or BL_OK where the failure was survived) and leave nothing allocated behind. Runs with one thread. */
typedef bl_status (*check_work)(bl_ctx *ctx, void *arg);
void check_every_allocation_failing(check_work work, void *arg);

/* A file in a folder of its own under the build's temporary folder; freed and removed by check_tmp_done(). */
const char *check_tmp_path(const char *name);
void check_tmp_done(void);

/* Numbers have a decimal comma from here on, by a locale that is made for this test: none need be installed. False where
 * localedef, which makes it, is not there. Back: setlocale(LC_ALL, "C"). */
bool check_comma_locale(void);

#endif
