/* Bare numbers as recordings: .npy, CSV, raw PCM; their rates, names, clocks, and what is refused. */
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/dataset.h"
#include "baleen/recording.h"
#include "edf_builder.h"
#include "tree.h"

static const char *at(const char *name)
{
  static char path[600];
  snprintf(path, sizeof path, "%s/%s", tree_root(), name);
  return path;
}

static bl_recording *open_ok(bl_ctx *ctx, const char *path)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  return rec;
}

static bool has_note(const bl_recording *rec, const char *part)
{
  for (size_t i = 0; i < rec->notes.n; i++)
    if (strstr(rec->notes.v[i], part)) return true;
  return false;
}

static void check_values(bl_ctx *ctx, bl_recording *rec, const float *want, size_t frames, size_t channels)
{
  float v[256];
  size_t got;
  assert_int_equal(rec->streams[0].n_frames, frames);
  assert_int_equal(rec->streams[0].n_channels, channels);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, frames, v, &got));
  for (size_t i = 0; i < frames * channels; i++)
    if (isnan(want[i]) ? !isnan(v[i]) : memcmp(&v[i], &want[i], sizeof *v) != 0)
      fail_msg("value %zu: %.9g, want %.9g", i, (double)v[i], (double)want[i]);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 1, frames, v, &got)); /* from the middle */
  assert_int_equal(got, frames - 1);
  if (!isnan(want[channels]) && memcmp(v, want + channels, sizeof *v)) fail_msg("from frame 1: %.9g", (double)v[0]);
}

/* ---- .npy -------------------------------------------------------------------------------------------------------- */

/* A file of tests/data/npy, row r, column c = 37 r - 11 c - 50, copied beside a sidecar. */
static void copy_npy(const char *name)
{
  char from[600];
  static unsigned char bytes[4096];
  snprintf(from, sizeof from, "%s/npy/%s", BALEEN_TEST_DATA, name);
  FILE *f = fopen(from, "rb");
  size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
  if (!n) fail_msg("%s", from);
  fclose(f);
  tree_put(name, bytes, n);
}

static void npy(void **arg)
{
  (void)arg;
  static const char *const names[] = {"i1.npy", "i2.npy", "i4.npy", "i8.npy", "u1.npy",      "u2.npy",
                                      "u4.npy", "u8.npy", "f4.npy", "f8.npy", "fortran.npy", "bool.npy"};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    char side[64];
    float want[12];
    for (int i = 0; i < 12; i++) {
      float x = (float)(37 * (i / 3) - 11 * (i % 3) - 50);
      want[i] = names[k][0] == 'u'                        ? fabsf(x)
                : names[k][0] == 'b'                      ? x > 0
                : names[k][0] == 'f' && names[k][1] < 'a' ? x / 8
                                                          : x;
    }
    snprintf(side, sizeof side, "%.*s.json", (int)(strlen(names[k]) - 4), names[k]);
    copy_npy(names[k]);
    tree_text(
        side,
        "{\"rate_hz\": 12.5, \"channels\": [\"A\", \"B\", \"C\"], \"unit\": \"mV\", \"start\": \"2018-06-02T15:30:00.25\"}");
    bl_recording *rec = open_ok(ctx, at(names[k]));
    check_values(ctx, rec, want, 4, 3);
    check_near(rec->streams[0].rate_hz, 12.5, 0);
    assert_string_equal(rec->streams[0].channels[2].name, "C");
    assert_string_equal(rec->streams[0].channels[2].unit, "mV");
    assert_string_equal(rec->start, "2018-06-02T15:30:00.250");
    bl_recording_close(ctx, rec);
  }
  float turned[12], one[4];
  for (int i = 0; i < 12; i++) turned[i] = (float)(37 * (i % 4) - 11 * (i / 4) - 50);
  for (int i = 0; i < 4; i++) one[i] = (float)(37 * i - 11 - 50);
  tree_text("i2.npy.json", "{\"rate_hz\": 100, \"order\": \"channels\", \"channels\": 4, \"mine\": {\"a\": [1]}}");
  bl_recording *rec = open_ok(ctx, at("i2.npy"));
  float want[12];
  for (int i = 0; i < 12; i++) want[i] = turned[(i / 4) * 4 + i % 4];
  check_values(ctx, rec, want, 3, 4);
  assert_string_equal(rec->streams[0].channels[3].name, "ch4");
  bl_recording_close(ctx, rec);
  copy_npy("one_dim.npy");
  tree_text("one_dim.json", "{\"rate_hz\": 100}");
  rec = open_ok(ctx, at("one_dim.npy"));
  check_values(ctx, rec, one, 4, 1);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  tree_done();
}

/* Of an array that is cut off the whole frames are there, where these lie one after another; else it is refused. */
static void npy_that_is_cut(void **arg)
{
  (void)arg;
  static const struct {
    const char *name, *side;
    size_t lost; /* bytes */
    size_t frames;
    const char *says;
  } cuts[] = {
      {"i2.npy", "{\"rate_hz\": 10}", 1, 3, "it is cut off: 3 of 4 frames are there"},
      {"i2.npy", "{\"rate_hz\": 10}", 17, 1, "it is cut off: 1 of 4 frames are there"},
      {"i2.npy", "{\"rate_hz\": 10}", 19, 0, "is it cut off?"},
      {"one_dim.npy", "{\"rate_hz\": 10}", 1, 3, "it is cut off: 3 of 4 frames are there"},
      {"fortran.npy", "{\"rate_hz\": 10}", 1, 0, "is it cut off?"},
      {"i2.npy", "{\"rate_hz\": 10, \"order\": \"channels\"}", 1, 0, "it is cut off: 1 of 4 channels are not there"},
  };
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    bl_ctx *ctx = bl_ctx_new();
    char side[64];
    bl_recording *rec;
    copy_npy(cuts[i].name);
    snprintf(side, sizeof side, "%.*s.json", (int)(strlen(cuts[i].name) - 4), cuts[i].name);
    tree_text(side, cuts[i].side);
    struct stat st;
    if (stat(at(cuts[i].name), &st) || truncate(at(cuts[i].name), st.st_size - (off_t)cuts[i].lost))
      fail_msg("no file");
    bl_status s = bl_recording_open(ctx, at(cuts[i].name), &rec);
    if (!cuts[i].frames) check_fails(ctx, s, BL_E_FORMAT, cuts[i].says);
    else {
      check_ok(ctx, s);
      assert_int_equal(rec->streams[0].n_frames, cuts[i].frames);
      if (!has_note(rec, cuts[i].says)) fail_msg("%s", rec->notes.n ? rec->notes.v[0] : "no note");
      assert_int_equal(bl_ctx_warnings(ctx, BL_W_TRUNCATED), 1);
      float last[3];
      size_t got;
      check_ok(ctx, bl_recording_read(ctx, rec, 0, cuts[i].frames - 1, 1, last, &got));
      assert_int_equal(got, 1);
      check_near((double)last[0], 37.0 * (double)(cuts[i].frames - 1) - (cuts[i].name[0] == 'o' ? 61 : 50), 0);
      bl_recording_close(ctx, rec);
    }
    check_free(ctx);
    tree_done();
  }
}

/* clang-format off */
static const struct sidecar_row {
  const char *side, *part;
  bl_status status;
} sides[] = {
  {NULL, "an array has no sampling rate", BL_E_FORMAT},
  {"{}", "column time_s", BL_E_FORMAT},
  {"{\"rate_hz\": \"256\"}", "\"rate_hz\" is no number above 0", BL_E_FORMAT},
  {"{\"rate_hz\": 0}", "\"rate_hz\" is no number above 0", BL_E_FORMAT},
  {"{\"rate_hz\": 1, \"channels\": [\"A\"]}", "\"channels\" are 1", BL_E_FORMAT},
  {"{\"rate_hz\": 1, \"channels\": [1, 2, 3]}", "\"channels\" is no list of texts", BL_E_FORMAT},
  {"{\"rate_hz\": 1, \"units\": [\"A\", \"B\"]}", "\"units\" are 2", BL_E_FORMAT},
  {"{\"rate_hz\": 1, \"start\": \"noon\"}", "\"start\" is 'noon'", BL_E_FORMAT},
  {"{\"rate_hz\": 1, \"order\": \"rows\"}", "\"order\" is no", BL_E_FORMAT},
  {"[1]", "holds no object", BL_E_FORMAT},
  {"{\"rate_hz\": ", "f4.json:1: no JSON", BL_E_FORMAT},
};
/* clang-format on */

static void bad_sidecars(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    copy_npy("f4.npy");
    if (sides[i].side) tree_text("f4.json", sides[i].side);
    check_fails(ctx, bl_recording_open(ctx, at("f4.npy"), &rec), sides[i].status, sides[i].part);
    check_free(ctx);
    tree_done();
  }
}

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

#define NA ((float)NAN)
/* clang-format off */
static const struct csv_row {
  const char *name, *text, *side;
  double rate;
  size_t frames, channels, runs;
  float want[12];
  const char *note; /* or, when status is none, part of the error */
  bl_status status;
} csvs[] = {
  {"times", "time_s,Cz (uV),Pz [mV]\n0,1.25,2\n0.004,-3,4e1\n0.008,5,NA\n", NULL, 250, 3, 2, 1, {1.25f, 2, -3, 40, 5, NA}, NULL, BL_OK},
  {"times to three digits", "time_s,a\n0.000,1\n0.004,2\n0.008,3\n0.012,4\n0.016,5\n0.020,6\n0.023,7\n", NULL, 261, 7, 1, 1, {1, 2, 3, 4, 5, 6, 7}, NULL, BL_OK},
  {"a rate that is not whole", "time_s,a\n0,1\n0.3,2\n0.6,3\n0.9,4\n", NULL, 10.0 / 3, 4, 1, 1, {1, 2, 3, 4}, NULL, BL_OK},
  {"tabs and decimal commas", "t\tA\tB\n0\t1,5\t2\n0,5\t3\t4\n1\t\t6\n", NULL, 2, 3, 2, 1, {1.5f, 2, 3, 4, NA, 6}, NULL, BL_OK},
  {"semicolons, CRLF, a mark, comments", "\xef\xbb\xbf# made by hand\r\ntime_ms;\"A; B\"\r\n\r\n0;1\r\n10;2,5\r\n20;3\r\n", NULL, 100, 3, 1, 1, {1, 2.5f, 3}, NULL, BL_OK},
  {"a gap", "time_s,a\n0,1\n0.1,2\n0.2,3\n1.2,4\n1.3,5\n", NULL, 10, 5, 1, 2, {1, 2, 3, 4, 5}, NULL, BL_OK},
  {"jitter", "time_s,a\n0,1\n0.1000,2\n0.2400,3\n0.3000,4\n0.4000,5\n", NULL, 10, 5, 1, 1, {1, 2, 3, 4, 5}, "the times stray up to 40 ms from a rate of 10 Hz", BL_OK},
  {"times that begin later", "time_s,a\n100.5,1\n101,2\n101.5,3\n", NULL, 2, 3, 1, 1, {1, 2, 3}, "the times begin at 100.5 s", BL_OK},
  {"a rate beside it", "a,b\n1,2\n3,4\n", "{\"rate_hz\": 44.1}", 44.1, 2, 2, 1, {1, 2, 3, 4}, NULL, BL_OK},
  {"no header", "1,2\n3,4\n", "{\"rate_hz\": 2, \"channels\": [\"x\", \"y\"]}", 2, 2, 2, 1, {1, 2, 3, 4}, NULL, BL_OK},
  {"two rates", "time_s,a\n0,1\n0.1,2\n0.2,3\n", "{\"rate_hz\": 12}", 12, 3, 1, 1, {1, 2, 3}, "says 12 Hz, the times 10 Hz", BL_OK},
  {"a name twice", "a,a\n1,2\n3,4\n", "{\"rate_hz\": 2}", 2, 2, 2, 1, {1, 2, 3, 4}, "'a' occurs more than once", BL_OK},
  {"no rate", "a,b\n1,2\n3,4\n", NULL, 0, 0, 0, 0, {0}, "give it a column time_s (with two times at least), or write {\"rate_hz\": 256}", BL_E_FORMAT},
  {"one time", "time_s,a\n1,2\n", NULL, 0, 0, 0, 0, {0}, "two times at least", BL_E_FORMAT},
  {"a word", "time_s,a\n0,1\n0.1,oops\n", NULL, 0, 0, 0, 0, {0}, ".csv:3: 'oops' is not a number", BL_E_FORMAT},
  {"a short line", "time_s,a\n0,1\n0.1\n", NULL, 0, 0, 0, 0, {0}, ".csv:3: 1 fields, where the first line has 2", BL_E_FORMAT},
  {"a long line", "time_s,a\n0,1\n0.1,2,3\n", NULL, 0, 0, 0, 0, {0}, ".csv:3: 3 fields", BL_E_FORMAT},
  {"time runs back", "time_s,a\n0,1\n0.1,2\n0.05,3\n", NULL, 0, 0, 0, 0, {0}, ".csv:4: time 0.05 s is not behind", BL_E_FORMAT},
  {"no time", "time_s,a\n0,1\n,2\n", NULL, 0, 0, 0, 0, {0}, ".csv:3: the time is missing", BL_E_FORMAT},
  {"only times", "time_s\n0\n1\n", NULL, 0, 0, 0, 0, {0}, "no column besides the time", BL_E_FORMAT},
  {"only a comment", "# nothing\n", NULL, 0, 0, 0, 0, {0}, "holds no line", BL_E_FORMAT},
};
/* clang-format on */

static void csv(void **arg)
{
  const struct csv_row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  tree_text("s.csv", r->text);
  if (r->side) tree_text("s.json", r->side);
  bl_status s = bl_recording_open(ctx, at("s.csv"), &rec);
  if (r->status) {
    check_fails(ctx, s, r->status, r->note);
  } else {
    check_ok(ctx, s);
    if (r->note ? !has_note(rec, r->note) : rec->notes.n > 0)
      fail_msg("'%s'", rec->notes.n ? rec->notes.v[0] : "no note");
    check_near(rec->streams[0].rate_hz, r->rate, 1e-12);
    assert_int_equal(rec->streams[0].n_runs, r->runs);
    check_values(ctx, rec, r->want, r->frames, r->channels);
    bl_recording_close(ctx, rec);
  }
  check_free(ctx);
  tree_done();
}

static void csv_details(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  tree_text("s.tsv", "time_s\tCz (\xc2\xb5V)\tPz\n0\t1\t2\n0.1\t3\t4\n1.1\t5\t6\n1.2\t7\t8\n1.3\t9\t9\n");
  bl_recording *rec = open_ok(ctx, at("s.tsv"));
  assert_string_equal(rec->streams[0].channels[0].name, "Cz");
  assert_string_equal(rec->streams[0].channels[0].unit, "uV");
  assert_string_equal(rec->streams[0].channels[1].unit, "");
  assert_int_equal(rec->streams[0].runs[1].first, 2);
  check_near(rec->streams[0].runs[1].start_s, 1.1, 1e-12);
  bl_recording_close(ctx, rec);
  /* a time column of three digits at 256 Hz: the whole number that fits */
  static char text[40000];
  size_t n = (size_t)snprintf(text, sizeof text, "time_s,a\n");
  for (int i = 0; i < 2560; i++) n += (size_t)snprintf(text + n, sizeof text - n, "%.3f,%d\n", i / 256.0, i);
  tree_text("t.csv", text);
  rec = open_ok(ctx, at("t.csv"));
  check_near(rec->streams[0].rate_hz, 256, 0);
  if (rec->notes.n) fail_msg("%s", rec->notes.v[0]);
  bl_recording_close(ctx, rec);
  assert_false(bl_recording_is_name("labels.csv")); /* a folder's tables are no recordings */
  check_free(ctx);
  tree_done();
}

/* ---- raw PCM ----------------------------------------------------------------------------------------------------- */

enum { FRAMES = 40 };

/* The same samples as libsndfile reads from raw bytes of that format. */
static void pcm(void **arg)
{
  (void)arg;
  static const struct {
    const char *word;
    int code;
  } kinds[] = {{"s8", SF_FORMAT_PCM_S8},
               {"u8", SF_FORMAT_PCM_U8},
               {"s16le", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE},
               {"s16be", SF_FORMAT_PCM_16 | SF_ENDIAN_BIG},
               {"s24le", SF_FORMAT_PCM_24 | SF_ENDIAN_LITTLE},
               {"s24be", SF_FORMAT_PCM_24 | SF_ENDIAN_BIG},
               {"s32le", SF_FORMAT_PCM_32 | SF_ENDIAN_LITTLE},
               {"s32be", SF_FORMAT_PCM_32 | SF_ENDIAN_BIG},
               {"f32le", SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE},
               {"f32be", SF_FORMAT_FLOAT | SF_ENDIAN_BIG},
               {"f64le", SF_FORMAT_DOUBLE | SF_ENDIAN_LITTLE},
               {"f64be", SF_FORMAT_DOUBLE | SF_ENDIAN_BIG}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    float x[2 * FRAMES], want[2 * FRAMES];
    for (size_t i = 0; i < 2 * FRAMES; i++) x[i] = (float)(0.9 * sin(0.7 * (double)(i + 1) * (double)(i % 7)));
    tree_text("x.raw", "");
    SF_INFO info = {.format = SF_FORMAT_RAW | kinds[k].code, .channels = 2, .samplerate = 48000};
    SNDFILE *f = sf_open(at("x.raw"), SFM_WRITE, &info);
    if (!f || sf_writef_float(f, x, FRAMES) != FRAMES || sf_close(f)) fail_msg("%s", kinds[k].word);
    info = (SF_INFO){.format = SF_FORMAT_RAW | kinds[k].code, .channels = 2, .samplerate = 48000};
    f = sf_open(at("x.raw"), SFM_READ, &info);
    if (!f || sf_readf_float(f, want, FRAMES) != FRAMES || sf_close(f)) fail_msg("%s", kinds[k].word);
    char name[700];
    snprintf(name, sizeof name, "pcm:rate=48000,channels=2,format=%s:%s", kinds[k].word, at("x.raw"));
    bl_recording *rec = open_ok(ctx, name);
    check_values(ctx, rec, want, FRAMES, 2);
    assert_string_equal(rec->streams[0].channels[1].name, "right");
    assert_string_equal(rec->streams[0].channels[1].unit, "FS");
    bl_recording_close(ctx, rec);
  }
  check_free(ctx);
  tree_done();
}

static void pcm_names(void **arg)
{
  (void)arg;
  static const struct {
    const char *name, *part;
    bl_status status;
  } bad[] = {{"-", "pcm:rate=48000", BL_E_ARG},
             {"pcm:rate=48000", "wanted pcm:rate=", BL_E_ARG},
             {"pcm:rate=48000:", "wanted pcm:rate=", BL_E_ARG},
             {"pcm:channels=1:x", "the rate must be given", BL_E_CONFIG},
             {"pcm:rate=48000,loud:x", "'loud' is no setting", BL_E_CONFIG},
             {"pcm:rat=48000:x", "rate", BL_E_CONFIG},
             {"pcm:rate=1,format=s17le:x", "s16le", BL_E_CONFIG},
             {"pcm:rate=1,channels=0:x", "channels", BL_E_CONFIG},
             {"pcm:rate=1:/nowhere/x", "/nowhere/x", BL_E_IO}};
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    check_fails(ctx, bl_recording_open(ctx, bad[i].name, &rec), bad[i].status, bad[i].part);
  tree_text("x.pcm", "0123456");
  check_fails(ctx, bl_recording_open(ctx, at("x.pcm"), &rec), BL_E_FORMAT,
              "raw samples do not tell their rate; open it as pcm:rate=");
  tree_text("x.json", "{\"rate_hz\": 8000, \"format\": \"s16be\", \"channels\": [\"hydrophone\"], \"unit\": \"FS\"}");
  rec = open_ok(ctx, at("x.pcm"));
  assert_true(has_note(rec, "1 bytes of a frame of 2"));
  assert_string_equal(rec->streams[0].channels[0].name, "hydrophone");
  static const float want[] = {0x3031 / 32768.0f, 0x3233 / 32768.0f, 0x3435 / 32768.0f};
  check_values(ctx, rec, want, 3, 1);
  bl_recording_close(ctx, rec);
  static const float quiet[] = {-1 / 32768.0f, 33 / 32768.0f, 0}; /* ff ff 21 00: a frame of MPEG audio may begin so */
  tree_put("quiet.raw", "\xff\xff\x21\0\0\0", 6);
  tree_text("quiet.json", "{\"rate_hz\": 8000}");
  rec = open_ok(ctx, at("quiet.raw"));
  check_values(ctx, rec, quiet, 3, 1);
  bl_recording_close(ctx, rec);
  char name[700];
  snprintf(name, sizeof name, "pcm:rate=8000,format=s16be,skip=2:%s", at("x.pcm"));
  rec = open_ok(ctx, name);
  check_values(ctx, rec, want + 1, 2, 1);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  tree_done();
}

static bl_status open_one(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  bl_recording_close(ctx, rec);
  return s;
}

/* Standard input through a pipe. */
static void standard_input(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  unsigned char bytes[2000];
  float want[10];
  int ends[2], kept = dup(0);
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 37 + i / 11);
  for (size_t i = 0; i < 10; i++) want[i] = (float)(int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8) / 32768;
  if (pipe(ends) || write(ends[1], bytes, 20) != 20) fail_msg("no pipe");
  close(ends[1]);
  dup2(ends[0], 0);
  close(ends[0]);
  bl_recording *rec = open_ok(ctx, "pcm:rate=16000:-");
  check_values(ctx, rec, want, 10, 1);
  check_ok(ctx, bl_recording_refresh(ctx, rec));
  check_values(ctx, rec, want, 10, 1);
  bl_recording_close(ctx, rec);
  rec = open_ok(ctx, "pcm:rate=16000:-"); /* now it is at its end */
  assert_int_equal(rec->streams[0].n_frames, 0);
  assert_true(has_note(rec, "no samples"));
  bl_recording_close(ctx, rec);
  dup2(kept, 0);
  close(kept);
  check_free(ctx);
}

static void allocations(void **arg)
{
  (void)arg;
  char name[700];
  copy_npy("f4.npy");
  tree_text(
      "f4.json",
      "{\"rate_hz\": 12.5, \"channels\": [\"A\", \"B\", \"C\"], \"units\": [\"a\", \"b\", \"c\"], \"start\": \"2018-06-02T15:30:00\"}");
  check_every_allocation_failing(open_one, (void *)(uintptr_t)at("f4.npy"));
  tree_text("s.csv", "time_s,Cz (uV),Cz (uV)\n1,1,2\n1.1,3,4\n2.5,5,6\n2.6,7,8\n");
  check_every_allocation_failing(open_one, (void *)(uintptr_t)at("s.csv"));
  tree_text("x.pcm", "0123456");
  snprintf(name, sizeof name, "pcm:rate=8000,channels=2:%s", at("x.pcm"));
  check_every_allocation_failing(open_one, name);
  tree_done();
}

int main(void)
{
  struct CMUnitTest tests[sizeof csvs / sizeof *csvs + 7] = {cmocka_unit_test(npy),
                                                             cmocka_unit_test(npy_that_is_cut),
                                                             cmocka_unit_test(bad_sidecars),
                                                             cmocka_unit_test(csv_details),
                                                             cmocka_unit_test(pcm),
                                                             cmocka_unit_test(pcm_names),
                                                             cmocka_unit_test(standard_input),
                                                             cmocka_unit_test(allocations)};
  for (size_t i = 0; i < sizeof csvs / sizeof *csvs; i++)
    tests[7 + i] = (struct CMUnitTest){csvs[i].name, csv, NULL, NULL, (void *)(uintptr_t)&csvs[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
