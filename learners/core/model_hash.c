/* The hash in a model file, which tells a damaged file from a sound one wherever the damage lies; see
 * model_file_private.h. It guards against accidents, not against malice: whoever can write the file can write its hash. */
#include <string.h>

#include "model_file_private.h"

enum { DIGITS = sizeof BL_MODEL_NO_HASH - 1, WORD = 8 };
static const char key[] = "\"hash\":\"";

/* Both steps can be undone, so that what once differs stays different whatever follows. */
static uint64_t mix(uint64_t h, uint64_t word)
{
  h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  return h ^ h >> 29;
}

static uint64_t hash_on(uint64_t h, const char *bytes, size_t n)
{
  for (uint64_t word; n >= WORD; bytes += WORD, n -= WORD) {
    memcpy(&word, bytes, WORD);
    h = mix(h, word);
  }
  uint64_t rest = 0;
  memcpy(&rest, bytes, n);
  return mix(h, rest + ((uint64_t)n << 56));
}

/* Where the digits lie, counted from the file's beginning; 0: nowhere. Quotes within texts of JSON are escaped, so the
 * key is found where it is a key. */
static size_t place_of(const char *bytes, size_t n)
{
  uint64_t length;
  if (n < sizeof length) return 0;
  memcpy(&length, bytes, sizeof length);
  size_t end = length > n - sizeof length ? n : sizeof length + (size_t)length, wanted = sizeof key - 1 + DIGITS;
  for (size_t at = sizeof length; at + wanted < end; at++) {
    const char *quote = memchr(bytes + at, '"', end - wanted - at);
    if (!quote) return 0;
    at = (size_t)(quote - bytes);
    if (!memcmp(quote, key, sizeof key - 1)) return at + sizeof key - 1;
  }
  return 0;
}

static void digits_of(const char *bytes, size_t n, size_t at, char out[DIGITS])
{
  uint64_t h = hash_on(n, bytes, at);
  h = hash_on(h, BL_MODEL_NO_HASH, DIGITS);
  h = hash_on(h, bytes + at + DIGITS, n - at - DIGITS);
  for (size_t i = 0; i < DIGITS; i++) out[i] = "0123456789abcdef"[h >> 4 * (DIGITS - 1 - i) & 15];
}

void bl_model_seal(char *bytes, size_t n)
{
  size_t at = place_of(bytes, n);
  if (!at) return;
  char digits[DIGITS];
  digits_of(bytes, n, at, digits);
  memcpy(bytes + at, digits, DIGITS);
}

bl_status bl_model_check_seal(bl_ctx *ctx, const char *name, const char *bytes, size_t n, bool needed)
{
  size_t at = place_of(bytes, n);
  if (!at && !needed) return BL_OK;
  if (!at) return bl_fail(ctx, BL_E_FORMAT, "%s: no 'hash' in its metadata, so the file is damaged", name);
  char digits[DIGITS];
  digits_of(bytes, n, at, digits);
  if (!memcmp(bytes + at, digits, DIGITS)) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT,
                 "%s: the file is damaged: its hash is %.16s, its metadata say %.16s; copy it anew from where it was "
                 "written",
                 name, digits, bytes + at);
}
