/* Status codes: names, texts, and numbers that are no code. */
#include "check.h"

#include <string.h>

#include "baleen/status.h"

static void every_code_speaks(void **state)
{
  (void)state;
  for (int i = 0; i < BL_N_STATUS; i++) {
    const char *name = bl_status_name((bl_status)i), *text = bl_status_text((bl_status)i);
    assert_true(strlen(name) > 1 && strlen(text) > 5);
    assert_int_equal(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(name));
    for (int j = 0; j < i; j++) assert_string_not_equal(name, bl_status_name((bl_status)j));
  }
  assert_int_equal(BL_OK, 0);
  assert_string_equal(bl_status_name(BL_E_SHAPE), "SHAPE");
  assert_string_equal(bl_status_name((bl_status)999), "?");
  assert_string_equal(bl_status_text((bl_status)-1), "not a status code");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_code_speaks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
