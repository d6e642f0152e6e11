/* Broken and odd files: each is opened and read to its end, and ends in a clear error or in a reading, soon. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "baleen/recording.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "check.h"

enum { BLOCK = 4096, SECONDS = 2 };

/* What opening and reading all of it came to; frames of the first stream. */
typedef struct outcome {
  bl_status status;
  uint64_t frames, announced;
  size_t n_channels, n_notes;
  double rate_hz, seconds;
  char message[512];
  char notes[4096]; /* and warnings, a line each */
} outcome;

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bl_status read_all(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t *total)
{
  size_t n_channels = rec->streams[stream].n_channels, got;
  float *v = malloc(BLOCK * n_channels * sizeof *v);
  bl_status s = BL_OK;
  *total = 0;
  do {
    s = bl_recording_read(ctx, rec, stream, *total, BLOCK, v, &got);
    *total += got;
  } while (!s && got);
  free(v);
  return s;
}

/* What must hold of every recording. */
static void check_sane(const char *path, const bl_recording *rec)
{
  if (!rec->format || !(rec->duration_s >= 0)) fail_msg("%s: no format or duration", path);
  for (size_t i = 0; i < rec->n_streams; i++) {
    const bl_rec_stream *s = &rec->streams[i];
    uint64_t next = 0;
    double end = -INFINITY;
    if (!(s->rate_hz > 0) || !isfinite(s->rate_hz) || !s->n_channels) fail_msg("%s: rate or channels", path);
    if (i && !(s->rate_hz < rec->streams[i - 1].rate_hz)) fail_msg("%s: rates do not descend", path);
    for (size_t r = 0; r < s->n_runs; r++) {
      if (s->runs[r].first != next || !s->runs[r].n || !(s->runs[r].start_s >= end)) fail_msg("%s: run %zu", path, r);
      next += s->runs[r].n;
      end = s->runs[r].start_s;
    }
    if (next != s->n_frames)
      fail_msg("%s: runs hold %llu frames, there are %llu", path, (unsigned long long)next,
               (unsigned long long)s->n_frames);
  }
}

static void listen(void *user, bl_log_level level, const char *text)
{
  outcome *o = user;
  size_t n = strlen(o->notes);
  (void)level;
  snprintf(o->notes + n, sizeof o->notes - n, "%s\n", text);
}

static outcome try_file(const char *path)
{
  outcome o = {0};
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  double start = now();
  bl_ctx_set_log(ctx, listen, &o, BL_LOG_WARN);
  o.status = bl_recording_open(ctx, path, &rec);
  if (!o.status) {
    check_sane(path, rec);
    o.n_notes = rec->notes.n;
    for (size_t i = rec->n_streams; i-- > 0 && !o.status;) {
      o.status = read_all(ctx, rec, i, &o.frames);
      o.announced = rec->streams[i].n_frames;
      o.n_channels = rec->streams[i].n_channels;
      o.rate_hz = rec->streams[i].rate_hz;
    }
    if (o.frames < o.announced && rec->notes.n == o.n_notes) fail_msg("%s: ends early without a note", path);
    o.n_notes = rec->notes.n;
    for (size_t i = 0; i < rec->notes.n; i++) listen(&o, BL_LOG_WARN, rec->notes.v[i]);
  }
  snprintf(o.message, sizeof o.message, "%s", bl_ctx_error(ctx));
  bl_recording_close(ctx, rec);
  o.seconds = now() - start;
  check_free(ctx);
  if (o.seconds > SECONDS) fail_msg("%s: took %.1f s", path, o.seconds);
  return o;
}

/* Line i of an index against what came of its file. */
static void check_line(const bl_table *t, size_t i, const char *folder, const long *column)
{
  const char *cell[4];
  for (int k = 0; k < 4; k++) cell[k] = column[k] < 0 ? "" : bl_table_cell(t, i, (size_t)column[k]);
  char file[512], got[64];
  snprintf(file, sizeof file, "%s/%s/%s", BALEEN_TEST_DATA, folder, cell[0]);
  outcome o = try_file(file);
  const char *want = cell[1], *name = bl_path_base(file);
  snprintf(got, sizeof got, "%llux%zu@%g", (unsigned long long)o.frames, o.n_channels, o.rate_hz);
  print_message("%s: %s %s, %zu notes\n", name, bl_status_name(o.status), o.status ? o.message : got, o.n_notes);
  if (o.status && o.status != BL_E_FORMAT && o.status != BL_E_UNSUPPORTED && o.status != BL_E_IO)
    fail_msg("%s: %s", name, o.message);
  if (o.status && !strstr(o.message, name)) fail_msg("the message does not name %s: %s", name, o.message);
  if (!strcmp(want, "ok") && o.status) fail_msg("%s: wanted a reading, got: %s", name, o.message);
  if (!strcmp(want, "error") && !o.status) fail_msg("%s: wanted an error, got %s", name, got);
  if (*cell[2]) assert_string_equal(got, cell[2]);
  if (*cell[3] && !strstr(o.status ? o.message : o.notes, cell[3]))
    fail_msg("%s: wanted to be told '%s', got %s%s", name, cell[3], o.message, o.notes);
}

/* Each line of the index says what must come of a file. */
static void check_index(const char *folder)
{
  static const char *const names[] = {"path", "expect", "reading", "told"};
  bl_ctx *ctx = bl_ctx_new();
  bl_table t = {0};
  char path[512];
  long column[4];
  snprintf(path, sizeof path, "%s/%s/index.csv", BALEEN_TEST_DATA, folder);
  check_ok(ctx, bl_table_read(ctx, path, &t));
  for (int k = 0; k < 4; k++) column[k] = bl_texts_find(&t.columns, names[k]);
  assert_true(column[0] >= 0 && column[1] >= 0 && t.n_rows > 30);
  for (size_t i = 0; i < t.n_rows; i++) check_line(&t, i, folder, column);
  bl_table_free(ctx, &t);
  check_free(ctx);
}

static void the_set(void **arg)
{
  (void)arg;
  check_index("malformed");
}

/* What make_damaged.py did to files of our own readers' formats: what was lost is told. */
static void damaged(void **arg)
{
  (void)arg;
  check_index("damaged");
}

/* A larger collection, when BALEEN_MALFORMED names its folder (folders with an index.csv each). */
static void a_larger_set(void **arg)
{
  (void)arg;
  const char *root = getenv("BALEEN_MALFORMED");
  if (!root) skip();
  static const char *const folders[] = {"wav", "flac", "edf"};
  for (size_t k = 0; k < 3; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_table t = {0};
    size_t column;
    char file[512];
    snprintf(file, sizeof file, "%s/%s/index.csv", root, folders[k]);
    check_ok(ctx, bl_table_read(ctx, file, &t));
    check_ok(ctx, bl_table_column(ctx, &t, "path", &column));
    for (size_t i = 0; i < t.n_rows; i++) {
      snprintf(file, sizeof file, "%s/%s/%s", root, folders[k], bl_table_cell(&t, i, column));
      outcome o = try_file(file);
      print_message("%s: %s %s %llux%zu@%g, %zu notes\n", bl_path_base(file), bl_status_name(o.status), o.message,
                    (unsigned long long)o.frames, o.n_channels, o.rate_hz, o.n_notes);
    }
    bl_table_free(ctx, &t);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_set), cmocka_unit_test(damaged),
                                     cmocka_unit_test(a_larger_set)};
  return cmocka_run_group_tests_name("malformed", tests, NULL, NULL);
}
