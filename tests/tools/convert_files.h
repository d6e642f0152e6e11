/* convert_files.h: what the tests of baleen convert write and read again. */
#ifndef BL_TEST_CONVERT_FILES_H
#define BL_TEST_CONVERT_FILES_H

#include "../data/edf_builder.h"
#include "baleen/recording.h"
#include "program.h"

static const edf_spec ramp = {
    .reserved = "EDF+C",
    .n = 2,
    .n_records = 5,
    .sig = {{.label = "Cz", .spr = "100"}, {.label = "EDF Annotations", .spr = "60"}},
    .tal = {"+0||~+5|end|~+7^2|beyond|~-2|neg|~+4.5^3|span|~-1^2|negspan|~", "+1||~", "+2||~", "+3||~", "+4||~"}};

static inline void write_text(const char *path, const char *text) { write_bytes(path, text, strlen(text)); }

static inline bl_recording *opened(bl_ctx *ctx, const char *path)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  return rec;
}

static inline float at(bl_ctx *ctx, bl_recording *rec, uint64_t i)
{
  float x[8]; /* a frame */
  size_t got;
  check_ok(ctx, bl_recording_read(ctx, rec, 0, i, 1, x, &got));
  assert_int_equal(got, 1);
  return x[0];
}

#endif
