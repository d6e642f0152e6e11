/* nan_rows: rows with a feature that is NaN, kept with a warning or left out, alike in a run, of a table, and by
 * predict. */
#include "pipe.h"

#include "baleen/file.h"
#include "baleen/table.h"

enum { RATE = 1000, N = 1000 };

/* A second of low or high noise; a spike in the third quarter of every other recording. */
static void recordings(void)
{
  for (uint32_t i = 0; i < 8; i++) {
    float v[N];
    char name[40];
    uint32_t seed = 99 + i;
    for (size_t k = 0; k < N; k++) {
      seed = seed * 1664525u + 1013904223u;
      v[k] = (i % 2 ? 0.05F : 0.2F) * ((float)seed / 4294967296.0F - 0.5F);
    }
    if (i % 4 < 2) v[600] = 0.9F;
    snprintf(name, sizeof name, "%s/%u.wav", i % 2 ? "low" : "high", i);
    tree_wav(name, RATE, 1, N, v);
  }
}

#define SOURCE                                                                                                         \
  "source: {files: {recordings: ['high/*.wav', 'low/*.wav'], labels: folder}}\nsegments: {window: {length_s: 0.25}}\n" \
  "features: {f: {stages: [{mark_artefacts: {amplitude: 0.5}}], summaries: [std, max]}}\n"
#define MODEL "model: [standard_scaler, lda]\nevaluate: {split: {group_k_fold: {n_splits: 2}}}\n"

static const char *at(const char *name)
{
  static char path[4][700];
  static unsigned turn;
  char *p = path[turn++ % 4];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

static bl_status run(bl_ctx *ctx, const char *text, const char *folder)
{
  bl_config c;
  bl_run_summary done = {0};
  bl_status s = pipe_config(ctx, text, &c);
  if (s) return s;
  s = bl_run(ctx, &c, at(folder), NULL, NULL, &done);
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  return s;
}

static void kept(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, run(ctx, SOURCE, "keep"));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NONFINITE), 1);
  /* the learner's own words do not name the option */
  check_fails(ctx, run(ctx, SOURCE MODEL, "learn"), BL_E_NONFINITE,
              "'audio.std' (counted from 0); leave the row out or fill the gap; rows: {nan: drop}");
  check_free(ctx);
}

static void dropped(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_table t;
  check_ok(ctx, run(ctx, SOURCE MODEL "rows: {nan: drop}\n", "drop"));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NONFINITE) + bl_ctx_warnings(ctx, BL_W_SKIPPED), 0);
  check_ok(ctx, bl_table_read(ctx, at("drop/dropped.csv"), &t));
  assert_int_equal(t.n_rows, 4);
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal(bl_table_cell(&t, i, 1), "0.5");
    assert_string_equal(bl_table_cell(&t, i, 3), "feature 'audio.std' is NaN");
  }
  bl_table_free(ctx, &t);
  check_ok(ctx, bl_table_read(ctx, at("drop/rows.csv"), &t));
  assert_int_equal(t.n_rows, 28);
  bl_table_free(ctx, &t);

  /* predict leaves out the same, and says so */
  char *v[] = {(char *)(uintptr_t)at("high/0.wav")};
  const bl_texts files = {v, 1};
  bl_buf out = {0};
  size_t failed, rows = 0;
  check_ok(ctx, bl_predict_files(ctx, at("drop/model.safetensors"), &files, NULL, append_text, &out, &failed));
  for (const char *p = bl_buf_text(&out); (p = strchr(p, '\n')) != NULL; p++) rows++;
  assert_int_equal(rows, 1 + 3);
  assert_null(strstr(bl_buf_text(&out), ",0.5,0.75,"));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 1);
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

static void nothing_left(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  check_fails(
      ctx,
      run(ctx,
          "source: {files: {recordings: [high/0.wav]}}\nfeatures: {f: {stages: [{mark_artefacts: {amplitude: 0.5}}], "
          "summaries: [std]}}\nrows: {nan: drop}\n",
          "none"),
      BL_E_SHAPE, "feature 'audio.std' is NaN");
  check_free(ctx);
}

/* Rows of a table, in a run and by predict. */
static void of_table(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char *text;
  size_t n, failed;
  tree_text("t.csv", "a,b,label,site\n1,2,x,s\nnan,3,y,s\n4,5,y,r\n2,8,x,r\n3,1,y,r\n5,nan,x,q\n");
  check_ok(ctx, run(ctx,
                    "source: {table: {file: t.csv, keep: [site]}}\nmodel: gaussian_nb\nrows: {nan: drop}\n"
                    "evaluate: {split: {k_fold: {n_splits: 2}}}\n",
                    "table"));
  check_ok(ctx, bl_file_read(ctx, at("table/dropped.csv"), 0, &text, &n));
  assert_string_equal(text,
                      "recording,start_s,label,reason\nt.csv:3,,y,feature 'a' is NaN\nt.csv:7,,x,feature 'b' is NaN\n");
  bl_free(ctx, text);
  check_ok(ctx, bl_file_read(ctx, at("table/rows.csv"), 0, &text, &n));
  assert_non_null(strstr(text, "t.csv:4"));
  assert_null(strstr(text, "t.csv:3"));
  bl_free(ctx, text);
  char *v[] = {(char *)(uintptr_t)at("t.csv")};
  const bl_texts files = {v, 1};
  bl_buf out = {0};
  size_t before = bl_ctx_warnings(ctx, BL_W_SKIPPED);
  check_ok(ctx, bl_predict_files(ctx, at("table/model.safetensors"), &files, NULL, append_text, &out, &failed));
  assert_null(strstr(bl_buf_text(&out), "t.csv:7"));
  assert_non_null(strstr(bl_buf_text(&out), "t.csv:6"));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), before + 2);
  bl_buf_free(ctx, &out);
  tree_text("all.csv", "a,b,label\nnan,2,x\n1,nan,y\n");
  check_fails(ctx, run(ctx, "source: {table: {file: all.csv}}\nrows: {nan: drop}\n", "all"), BL_E_CONFIG,
              "all 2 hold NaN");
  check_ok(ctx, run(ctx, "source: {table: {file: all.csv}}\n", "both"));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NONFINITE), 1);
  check_free(ctx);
}

static void allocations(void **state)
{
  (void)state;
  tree_text("t.csv", "a,b,label,site\n1,2,x,s\nnan,3,y,s\n4,5,x,r\n");
  pipe_extract_failing(
      "source: {files: {recordings: [high/0.wav]}}\nsegments: {window: {length_s: 0.25}}\n"
      "features: {f: {stages: [{mark_artefacts: {amplitude: 0.5}}], summaries: [std]}}\nrows: {nan: drop}\n");
  pipe_extract_failing("source: {table: {file: t.csv, keep: [site]}}\nrows: {nan: drop}\n");
}

int main(void)
{
  recordings();
  const struct CMUnitTest tests[] = {cmocka_unit_test(kept), cmocka_unit_test(dropped), cmocka_unit_test(nothing_left),
                                     cmocka_unit_test(of_table), cmocka_unit_test(allocations)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
