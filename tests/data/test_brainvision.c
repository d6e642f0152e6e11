/* The BrainVision reader: the five layouts against MNE, texts in either encoding, gaps between segments, parts that are
 * renamed or missing, and what is broken. */
#include <math.h>

#include "baleen/recording.h"
#include "edf_builder.h"
#include "golden.h"
#include "tree.h"

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

static float *read_all(bl_ctx *ctx, bl_recording *rec)
{
  bl_rec_stream *s = &rec->streams[0];
  float *v = malloc((size_t)s->n_frames * s->n_channels * sizeof *v + 1);
  size_t got;
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, (size_t)s->n_frames, v, &got));
  assert_int_equal(got, s->n_frames);
  return v;
}

static void same_as_mne(void **arg)
{
  const char *stem = *arg;
  bl_ctx *ctx = bl_ctx_new();
  char path[512];
  snprintf(path, sizeof path, "%s/brainvision/%s.vhdr", BALEEN_TEST_DATA, stem);
  bl_recording *rec = open_ok(ctx, path);
  if (rec->notes.n) fail_msg("%s", rec->notes.v[0]);
  golden *g = golden_open("brainvision");
  const golden_array *want = golden_get(g, stem);
  assert_int_equal(rec->streams[0].n_frames, want->rows);
  assert_int_equal(rec->streams[0].n_channels, want->cols);
  check_near(rec->streams[0].rate_hz, 256, 0);
  float *v = read_all(ctx, rec);
  golden_compare_f32(want, v, stem);
  const char *const names[] = {"Fp1", "EOG, left", "GSR", "Fz"}, *const units[] = {"uV", "uV", "mV", "uV"};
  for (size_t c = 0; c < 4; c++) {
    assert_string_equal(rec->streams[0].channels[c].name, names[c]);
    assert_string_equal(rec->streams[0].channels[c].unit, units[c]);
  }
  /* any cut gives the same bits */
  float w[4 * 11];
  for (size_t at = 0, got; at < want->rows; at += got) {
    check_ok(ctx, bl_recording_read(ctx, rec, 0, at, 11, w, &got));
    if (memcmp(w, v + 4 * at, got * 4 * sizeof *w)) fail_msg("frame %zu", at);
  }
  free(v);
  assert_string_equal(rec->start, "2013-11-13T16:14:03.794232");
  const golden_array *onset = golden_get(g, "onset"), *duration = golden_get(g, "duration");
  const char *const labels[] = {"New Segment/", "Stimulus/S  1", "Response/R, 255", "Comment/laut \xc3\xbc"};
  assert_int_equal(rec->annotations.n, 4);
  for (size_t i = 0; i < 4; i++) {
    const bl_annotation *a = &rec->annotations.v[i];
    check_near(a->onset_s, onset->v[i], 5.1e-7); /* MNE keeps whole microseconds */
    check_near(a->duration_s, duration->v[i], 5.1e-7);
    assert_string_equal(a->label, labels[i]);
  }
  assert_string_equal(rec->annotations.v[2].channel, "EOG, left");
  golden_close(g);
  bl_recording_close(ctx, rec);
  check_free(ctx);
}

/* ---- made here --------------------------------------------------------------------------------------------------- */

enum { FRAMES = 50 };
#define HEAD "Brain Vision Data Exchange Header File Version 1.0\n"
#define COMMON                                                                                                         \
  "[Common Infos]\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=2\nSamplingInterval=10000\n"
#define LAYOUT "[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\nCh1=A,,0.5,uV\nCh2=B,,2,uV\n"
#define MARKS  "Brain Vision Data Exchange Marker File, Version 1.0\n[Marker Infos]\n"

static void put_data(const char *name, size_t bytes)
{
  unsigned char v[4 * FRAMES];
  for (size_t i = 0; i < sizeof v; i++) v[i] = (unsigned char)(i * 41 + i / 7);
  tree_put(name, v, bytes);
}

static const char *at(const char *name)
{
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", tree_root(), name);
  return path;
}

/* Three segments: the second 1.5 s behind the end of the first, the third dated before the end of the second. */
static void segments(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  tree_text("s.vhdr", HEAD COMMON "DataFile=s.eeg\nMarkerFile=s.vmrk\n" LAYOUT);
  tree_text("s.vmrk", MARKS "Mk1=New Segment,,1,1,0,20131231235959900000\nMk2=Stimulus,S1,6,1,0\n"
                            "Mk3=New Segment,,21,1,0,20140101000001600000\nMk4=Stimulus,S2,26,1,0\n"
                            "Mk5=New Segment,,41,1,0,20140101000001600000\nMk6=Stimulus,S3,46,1,0\n");
  put_data("s.eeg", 4 * FRAMES);
  bl_recording *rec = open_ok(ctx, at("s.vhdr"));
  assert_string_equal(rec->start, "2013-12-31T23:59:59.900");
  const bl_rec_stream *st = &rec->streams[0];
  assert_int_equal(st->n_runs, 3);
  assert_int_equal(st->runs[1].first, 20);
  assert_int_equal(st->runs[1].n, 20);
  check_near(st->runs[1].start_s, 1.7, 1e-9);
  check_near(st->runs[2].start_s, 1.9, 1e-9);
  assert_true(has_note(rec, "1 segments are dated before the end"));
  check_near(rec->annotations.v[1].onset_s, 0.05, 1e-9);
  check_near(rec->annotations.v[3].onset_s, 1.75, 1e-9);
  check_near(rec->annotations.v[5].onset_s, 1.95, 1e-9);
  check_near(rec->duration_s, 2.0, 1e-9);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  tree_done();
}

/* clang-format off */
static const struct row {
  const char *name, *header, *header_name, *marks, *marks_name, *data_name, *open;
  size_t bytes;
  const char *note; /* or part of the error */
  bl_status status;
  size_t frames, runs, marks_read;
} rows[] = {
  {"as it should be", HEAD COMMON "DataFile=s.eeg\nMarkerFile=s.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=A,b,3,1,0\n", "s.vmrk", "s.eeg", "s.vhdr", 200, NULL, BL_OK, 50, 1, 1},
  {"opened by its data", HEAD COMMON "DataFile=s.eeg\nMarkerFile=s.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=A,b,3,1,0\n", "s.vmrk", "s.eeg", "s.eeg", 200, NULL, BL_OK, 50, 1, 1},
  {"opened by its markers", HEAD COMMON "DataFile=s.eeg\nMarkerFile=s.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=A,b,3,1,0\n", "s.vmrk", "s.eeg", "s.vmrk", 200, NULL, BL_OK, 50, 1, 1},
  {"names with $b", HEAD COMMON "DataFile=$b.eeg\nMarkerFile=$b.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=A,b,3,1,0\n", "s.vmrk", "s.eeg", "s.vhdr", 200, NULL, BL_OK, 50, 1, 1},
  {"all renamed", HEAD COMMON "DataFile=old.eeg\nMarkerFile=old.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=A,b,3,1,0\n", "s.vmrk", "s.eeg", "s.vhdr", 200, "names 'old.eeg', which is not there; 's.eeg' beside it was taken", BL_OK, 50, 1, 1},
  {"a path of another machine", HEAD COMMON "DataFile=C:\\rec\\s.eeg\nMarkerFile=s.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=A,b,3,1,0\n", "s.vmrk", "s.eeg", "s.vhdr", 200, "which is not there; 's.eeg'", BL_OK, 50, 1, 1},
  {"no markers", HEAD COMMON "DataFile=s.eeg\nMarkerFile=s.vmrk\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "marker file 's.vmrk', which is not there", BL_OK, 50, 1, 0},
  {"no markers named", HEAD COMMON "DataFile=s.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, NULL, BL_OK, 50, 1, 0},
  {"a broken marker", HEAD COMMON "DataFile=s.eeg\nMarkerFile=s.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=A,b,c,1,0\nMk2=A,b,7,1,0\n", "s.vmrk", "s.eeg", "s.vhdr", 200, "s.vmrk:3: no marker", BL_OK, 50, 1, 1},
  {"segment without date", HEAD COMMON "DataFile=s.eeg\nMarkerFile=s.vmrk\n" LAYOUT, "s.vhdr", MARKS "Mk1=New Segment,,1,1,0\nMk2=New Segment,,31,1,0\n", "s.vmrk", "s.eeg", "s.vhdr", 200, "1 segments begin without a date", BL_OK, 50, 2, 2},
  {"segments by their length", HEAD COMMON "SegmentDataPoints=20\nDataFile=s.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "2 segments begin without a date", BL_OK, 50, 3, 0},
  {"end cut off", HEAD COMMON "DataPoints=50\nDataFile=s.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 191, "3 bytes of a frame of 4", BL_OK, 47, 1, 0},
  {"fewer points", HEAD COMMON "DataPoints=50\nDataFile=s.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 188, "DataPoints is 50, the data have 47", BL_OK, 47, 1, 0},
  {"a channel not described", HEAD COMMON "DataFile=s.eeg\n[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\nCh1=A,,0.5,uV\n", "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "nothing is said of channel 2", BL_OK, 50, 1, 0},
  {"a name twice", HEAD COMMON "DataFile=s.eeg\n[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\nCh1=A,,0.5,uV\nCh2=A,,0.5,uV\n", "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "'A' occurs more than once", BL_OK, 50, 1, 0},
  {"resolution no number", HEAD COMMON "DataFile=s.eeg\n[Binary Infos]\nBinaryFormat=INT_16\n[Channel Infos]\nCh1=A,,a lot,uV\nCh2=B,,0.5,uV\n", "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "resolution of channel 1 'A' is 'a lot'", BL_OK, 50, 1, 0},
  {"vectorized and cut", HEAD "[Common Infos]\nDataFormat=BINARY\nDataOrientation=VECTORIZED\nNumberOfChannels=2\nSamplingInterval=10000\nDataPoints=50\nDataFile=s.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 100, "cut off, and with channels", BL_E_FORMAT, 0, 0, 0},
  {"no data", HEAD COMMON "DataFile=t.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, NULL, "s.vhdr", 0, "the data file 't.eeg'", BL_E_IO, 0, 0, 0},
  {"no header", HEAD, "other.vhdr", NULL, NULL, "s.eeg", "s.eeg", 200, "open the header", BL_E_FORMAT, 0, 0, 0},
  {"no rate", HEAD "[Common Infos]\nNumberOfChannels=2\nDataFile=s.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "does not say 'SamplingInterval'", BL_E_FORMAT, 0, 0, 0},
  {"rate no number", HEAD "[Common Infos]\nNumberOfChannels=2\nSamplingInterval=often\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "s.vhdr:4: SamplingInterval is 'often'", BL_E_FORMAT, 0, 0, 0},
  {"spectra", HEAD COMMON "DataType=FREQUENCYDOMAIN\nDataFile=s.eeg\n" LAYOUT, "s.vhdr", NULL, NULL, "s.eeg", "s.vhdr", 200, "wanted TIMEDOMAIN", BL_E_UNSUPPORTED, 0, 0, 0},
  {"text with a word", HEAD "[Common Infos]\nDataFormat=ASCII\nNumberOfChannels=1\nSamplingInterval=10000\nDataFile=s.vhdr\n", "s.vhdr", NULL, NULL, NULL, "s.vhdr", 0, "s.vhdr:1: 'Brain' is not a number", BL_E_FORMAT, 0, 0, 0},
};
/* clang-format on */

static void check_row(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  tree_text(r->header_name, r->header);
  if (r->marks) tree_text(r->marks_name, r->marks);
  if (r->data_name) put_data(r->data_name, r->bytes);
  bl_recording *rec;
  bl_status s = bl_recording_open(ctx, at(r->open), &rec);
  if (r->status) {
    check_fails(ctx, s, r->status, r->note);
  } else {
    check_ok(ctx, s);
    if (r->note ? !has_note(rec, r->note) : rec->notes.n > 0)
      fail_msg("'%s'", rec->notes.n ? rec->notes.v[0] : "no note");
    assert_int_equal(rec->streams[0].n_frames, r->frames);
    assert_int_equal(rec->streams[0].n_runs, r->runs);
    assert_int_equal(rec->annotations.n, r->marks_read);
    free(read_all(ctx, rec));
    bl_recording_close(ctx, rec);
  }
  check_free(ctx);
  tree_done();
}

/* Text, a line a channel, with a column of names. */
static void text_of_channels(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  tree_text("s.vhdr", HEAD "[Common Infos]\nDataFormat=ASCII\nDataOrientation=VECTORIZED\nNumberOfChannels=2\n"
                           "SamplingInterval=10000\nDataFile=s.dat\n[ASCII Infos]\nSkipColumns=1\nDecimalSymbol=.\n"
                           "[Channel Infos]\nCh1=A,,1,\nCh2=B,,0.5,mV\n");
  tree_text("s.dat", "A 1.25 -2.5 3e1\r\nB 4.5 5.25 -6\r\n");
  bl_recording *rec = open_ok(ctx, at("s.vhdr"));
  static const float want[] = {1.25f, 2.25f, -2.5f, 2.625f, 30, -3};
  float *v = read_all(ctx, rec);
  assert_int_equal(rec->streams[0].n_frames, 3);
  assert_memory_equal(v, want, sizeof want);
  free(v);
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

static void allocations(void **arg)
{
  (void)arg;
  check_every_allocation_failing(open_one, (void *)(uintptr_t)(BALEEN_TEST_DATA "/brainvision/mux16.vhdr"));
  check_every_allocation_failing(open_one, (void *)(uintptr_t)(BALEEN_TEST_DATA "/brainvision/text.vhdr"));
  tree_text("s.vhdr", HEAD COMMON "DataFile=x.eeg\nSegmentDataPoints=20\n" LAYOUT);
  put_data("s.eeg", 200);
  check_every_allocation_failing(open_one, (void *)(uintptr_t)at("s.vhdr"));
  tree_done();
}

int main(void)
{
  static const char *const stems[] = {"mux16", "vectorized", "mux32", "float", "text"};
  struct CMUnitTest tests[sizeof rows / sizeof *rows + 8] = {
      cmocka_unit_test(segments), cmocka_unit_test(text_of_channels), cmocka_unit_test(allocations)};
  for (size_t i = 0; i < 5; i++)
    tests[3 + i] = (struct CMUnitTest){stems[i], same_as_mne, NULL, NULL, (void *)(uintptr_t)stems[i]};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    tests[8 + i] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
