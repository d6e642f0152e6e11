/* Annotations of EDF and BDF files: each thing that real ones do wrong, several signals of them, triggers. */
#include <math.h>

#include "edf_check.h"
#include "edf_rows.h"

static void check_tal(void **arg)
{
  const struct tal *t = *arg;
  bl_ctx *ctx = bl_ctx_new();
  char tal[200];
  edf_spec e = edf_of_tal(t, tal, sizeof tal);
  bl_recording *rec = open_ok(ctx, edf_write(&e, "tal.edf"));
  if (t->note ? !has_note(rec, t->note) : rec->notes.n > 0)
    fail_msg("%s: wanted a note '%s', got '%s'", t->name, edf_or(t->note, ""), rec->notes.n ? rec->notes.v[0] : "");
  assert_int_equal(rec->annotations.n, t->n);
  for (size_t i = 0; i < t->n; i++) {
    const bl_annotation *a = &rec->annotations.v[i], *w = &t->want[i];
    check_near(a->onset_s, w->onset_s, 1e-12);
    check_near(a->duration_s, w->duration_s, 0);
    assert_string_equal(a->label, w->label);
    assert_int_equal(!a->channel, !w->channel);
    if (w->channel) assert_string_equal(a->channel, w->channel);
    assert_true(isnan(a->low_hz) && isnan(a->high_hz) && !a->file);
  }
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* The first annotation signal keeps the time; onsets count from the first record's stamp; a text may be long. */
static void several_annotation_signals(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  char wordy[900] = "+3.5|";
  memset(wordy + 5, 'w', 700);
  check_append(wordy, sizeof wordy, "|~");
  edf_spec e = {
      .reserved = "EDF+C",
      .n = 3,
      .n_records = 2,
      .sig = {{.label = "EDF Annotations", .spr = "20"}, {.label = "EEG"}, {.label = "EDF Annotations", .spr = "400"}},
      .tal = {"+0.25||~", wordy, "+1.25||~", "+4||~+4.25|second|~"}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "several.edf"));
  assert_int_equal(rec->notes.n, 0);
  assert_int_equal(rec->annotations.n, 2);
  check_near(rec->annotations.v[0].onset_s, 3.25, 1e-12);
  assert_int_equal(strlen(rec->annotations.v[0].label), 700);
  check_near(rec->annotations.v[1].onset_s, 4, 1e-12);
  assert_int_equal(rec->streams[0].n_runs, 1);
  check_samples(ctx, rec, &e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static void bdf_annotations(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.bdf = true,
                .reserved = "BDF+D",
                .n = 2,
                .n_records = 2,
                .sig = {{.label = "A1"}, {.label = "BDF Annotations", .spr = "13"}},
                .tal = {"+0||~+0.5|go|~", "+4||~"}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "plus.bdf"));
  assert_string_equal(rec->format, "BDF+D");
  assert_int_equal(rec->annotations.n, 1);
  assert_string_equal(rec->annotations.v[0].label, "go");
  assert_int_equal(rec->streams[0].n_runs, 2);
  check_samples(ctx, rec, &e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Trigger and system bits are channels of their own; trigger codes become annotations. */
static void status_bits(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.bdf = true, .n = 2, .n_records = 3, .sig = {{.label = "A1"}, {.label = "Status", .unit = "Boolean"}}};
  size_t n;
  unsigned char *v = edf_bytes(&e, &n);
  static const unsigned char triggers[30] = {0, 0, 7, 7,   7, 0, 0, 9, 8, 8, 8, 0, 0, 0, 0,
                                             1, 0, 0, 255, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3};
  for (size_t k = 0; k < 30; k++) {
    unsigned char *at = v + 768 + (k / 10) * 60 + 30 + (k % 10) * 3;
    at[0] = triggers[k], at[1] = triggers[k] == 255 ? 0x80 : 0, at[2] = (unsigned char)(0x90 + k);
  }
  const char *path = check_tmp_path("status.bdf");
  write_bytes(path, v, n);
  free(v);
  bl_recording *rec = open_ok(ctx, path);
  assert_int_equal(rec->notes.n, 0);
  assert_int_equal(rec->streams[0].n_channels, 3);
  assert_string_equal(rec->streams[0].channels[1].name, "Status");
  assert_string_equal(rec->streams[0].channels[2].name, "Status system");
  float got[30 * 3];
  size_t n_got;
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 30, got, &n_got));
  for (size_t k = 0; k < 30; k++) {
    check_near((double)got[3 * k + 1], triggers[k] == 255 ? 0x80ff : triggers[k], 0);
    check_near((double)got[3 * k + 2], (double)(0x90 + k), 0);
  }
  bl_annotations a = {0};
  check_ok(ctx, bl_recording_triggers(ctx, rec, "Status", 0xffff, &a));
  static const struct {
    double onset, duration;
    const char *label;
  } want[] = {{0.2, 0.3, "7"}, {0.7, 0.1, "9"}, {0.8, 0.3, "8"}, {1.5, 0.1, "1"}, {1.8, 0.1, "33023"}, {2.1, 0.9, "3"}};
  assert_int_equal(a.n, 6);
  for (size_t i = 0; i < 6; i++) {
    check_near(a.v[i].onset_s, want[i].onset, 1e-12);
    check_near(a.v[i].duration_s, want[i].duration, 1e-12);
    assert_string_equal(a.v[i].label, want[i].label);
  }
  bl_annotations_free(ctx, &a);
  check_ok(ctx, bl_recording_triggers(ctx, rec, "Status", 1, &a));
  assert_int_equal(a.n, 5); /* 8 has no such bit */
  bl_annotations_free(ctx, &a);
  check_fails(ctx, bl_recording_triggers(ctx, rec, "Statos", 0xffff, &a), BL_E_CONFIG, "did you mean 'Status'");
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static void events_only(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.reserved = "EDF+C",
                .duration = "0",
                .n = 1,
                .n_records = 1,
                .sig = {{.label = "EDF Annotations", .spr = "40"}},
                .tal = {"+0||~+30^30|Sleep stage 2|~"}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "events.edf"));
  assert_int_equal(rec->notes.n, 0);
  assert_int_equal(rec->n_streams, 0);
  assert_int_equal(rec->annotations.n, 1);
  check_near(rec->annotations.v[0].duration_s, 30, 0);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

#define N(v) (sizeof(v) / sizeof *(v))
int main(void)
{
  static struct CMUnitTest tests[N(tals) + 4];
  size_t n = 0;
  for (size_t i = 0; i < N(tals); i++)
    tests[n++] = (struct CMUnitTest){tals[i].name, check_tal, NULL, NULL, (void *)(uintptr_t)&tals[i]};
  static const struct CMUnitTest rest[] = {cmocka_unit_test(several_annotation_signals),
                                           cmocka_unit_test(bdf_annotations), cmocka_unit_test(status_bits),
                                           cmocka_unit_test(events_only)};
  for (size_t i = 0; i < N(rest); i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("edf_annotations", tests, n, NULL, NULL);
}
