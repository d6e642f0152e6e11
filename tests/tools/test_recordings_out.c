/* baleen repair, convert, anonymize and inspect as a user runs them. */
#include "../data/edf_builder.h"
#include "baleen/file.h"
#include "baleen/run.h"

#include "program.h"

#include <math.h>
#include <stdlib.h>

#define MALFORMED BALEEN_TEST_DATA "/malformed/edf/"
#define FORMATS   BALEEN_TEST_DATA "/formats/"

static void repair(void **arg)
{
  (void)arg;
  static const char *const files[] = {"gen-digmin-eq-digmax.edf",    "gen-duration-comma.edf",
                                      "gen-label-latin1.edf",        "gen-nrec-minus1.edf",
                                      "gen-nrec-too-large.edf",      "gen-starttime-colons.edf",
                                      "gen-data-cut-mid-record.edf", "gen-header-bytes-wrong.edf",
                                      "gen-tal-all-ff.edf",          "edfjl-uneven-one-byte-extra.edf"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    const char *out = check_tmp_path("out.edf"), *report = check_tmp_path("report.txt");
    assert_int_equal(baleen("inspect --strict '" MALFORMED "%s'", files[i]), 1);
    assert_int_equal(baleen("repair '" MALFORMED "%s' '%s' --report '%s'", files[i], out, report), 0);
    if (baleen("inspect --strict '%s'", out)) fail_msg("%s: %s", files[i], said);
    read_said(report);
    check_says("  found: ");
  }
  const char *in = check_tmp_path("same.edf");
  assert_int_equal(baleen("repair '" MALFORMED "gen-nrec-minus1.edf' '%s'", in), 0);
  check_says("number of records says unknown");
  assert_int_equal(baleen("repair '%s' '%s'", in, in), 2);
  check_says("are one file");
  assert_int_equal(baleen("repair '" MALFORMED "gen-zero-bytes.edf' '%s'", in), 1);
  check_says("is empty");
  check_tmp_done();
}

/* min .. sd of a channel as inspect shows them. */
static void line_of(const char *channel, char *out, size_t room)
{
  char *at = strstr(said, channel);
  if (!at) fail_msg("no channel '%s' in: %s", channel, said);
  snprintf(out, room, "%.*s", (int)strcspn(at, "\n"), at);
}

static void convert(void **arg)
{
  (void)arg;
  const char *set = BALEEN_SETS "/eegmmidb-s001/S001R06.edf";
  char was[300], now[300];
  assert_int_equal(baleen("inspect '%s'", set), 0);
  line_of("C3..", was, sizeof was);
  static const char *const names[] = {"a.edf", "a.bdf", "a.wav", "a.npy"};
  for (int i = 0; i < 4; i++) {
    const char *out = check_tmp_path(names[i]);
    assert_int_equal(baleen("convert '%s' '%s' --pick Cz.. --pick C3..", set, out), 0);
    if (i < 2) check_says("digital values copied untouched");
    else check_says("30 annotations in ");
    if (i == 3) continue;
    assert_int_equal(baleen("inspect --strict '%s'", out), 0);
    check_says(i == 2 ? "2 channels" : "annotations: 30: T0 x15");
    line_of("C3..", now, sizeof now);
    if (i < 2) assert_string_equal(was, now);
    if (i < 2) check_says("EDFlib: accepts it");
  }
  const char *low = check_tmp_path("low.edf"), *crop = check_tmp_path("crop.bdf");
  assert_int_equal(
      baleen("convert '%s' '%s' --from 10 --to 20.5 --stages '[{pick: {include: [C3.., C4..]}}, {fir: {h_freq: 40}}]'",
             set, low),
      0);
  check_says("in steps of");
  assert_int_equal(baleen("inspect --strict '%s'", low), 0);
  check_says("10.500 s, begins 2009-08-12T16:15:10");
  check_says("2 channels");
  assert_int_equal(baleen("convert '%s' '%s' --from 12.5 --to 14.75", set, crop), 0);
  assert_int_equal(baleen("inspect --strict '%s'", crop), 0);
  check_says("360 frames, 2.250 s");
  const char *call = BALEEN_TEST_DATA "/formats/cpython-pluck-pcm16.wav", *flac = check_tmp_path("pluck.flac");
  const char *eeg = check_tmp_path("pluck.edf");
  assert_int_equal(baleen("convert '%s' '%s' --bits 16", call, flac), 0);
  assert_int_equal(baleen("convert '%s' '%s'", flac, eeg), 0);
  assert_int_equal(baleen("inspect --strict '%s'", eeg), 0);
  check_tmp_done();
}

/* The channel's line of inspect, name, unit and all, with numbers to 0.02. */
static void check_line(const char *channel, const char *was)
{
  char now[300];
  line_of(channel, now, sizeof now);
  const char *a = was, *b = now;
  for (;;) {
    char *end_a, *end_b;
    a += strspn(a, " "), b += strspn(b, " ");
    if (!*a && !*b) return;
    double x = strtod(a, &end_a), y = strtod(b, &end_b);
    if (end_a == a || end_b == b) {
      if (*a++ != *b++) fail_msg("was '%s', is '%s'", was, now);
      continue;
    }
    check_near(y, x, 0.02);
    a = end_a, b = end_b;
  }
}

/* EDF by way of a sound file: names, units and the start come back, and values within the rounding of EDF's 16 bits. */
static void there_and_back(void **arg)
{
  (void)arg;
  const char *set = BALEEN_SETS "/eegmmidb-s001/S001R06.edf", *back = check_tmp_path("back.edf");
  static const char *const ways[] = {"way.wav", "way.flac", "way.wav --bits 24", "way.wav --bits 16", "way.npy"};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    char was[300], way[64];
    snprintf(way, sizeof way, "%.*s", (int)strcspn(ways[i], " "), ways[i]);
    const char *path = check_tmp_path(way);
    assert_int_equal(
        baleen("convert '%s' '%s' --pick Fp1. --pick C3.. --from 10.5 %s", set, path, ways[i] + strlen(way)), 0);
    check_says("in the .json file beside it");
    assert_int_equal(baleen("convert '%s' '%s' --pick Fp1. --pick C3.. --from 10.5", set, back), 0);
    assert_int_equal(baleen("inspect '%s'", back), 0);
    line_of("C3..", was, sizeof was);
    assert_int_equal(baleen("convert '%s' '%s'", path, back), 0);
    assert_int_equal(baleen("inspect --strict '%s'", back), 0);
    check_says("begins 2009-08-12T16:15:10.500");
    check_says("Fp1.");
    check_line("C3..", was);
  }
  check_tmp_done();
}

/* Annotations beside a sound file in any format, and out of a hypnogram into EDF and back. */
static void tables(void **arg)
{
  (void)arg;
  const char *set = BALEEN_SETS "/eegmmidb-s001/S001R06.edf", *wav = check_tmp_path("a.wav"),
             *edf = check_tmp_path("a.edf");
  const char *night = check_tmp_path("night.txt");
  static const struct {
    const char *format, *ending;
  } table[] = {{"csv", ".csv"}, {"raven", ".selections.txt"}, {"audacity", ".txt"}, {"bids", ".events.tsv"}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    char at[600], again[600];
    snprintf(at, sizeof at, "%s%s", wav, table[i].ending);
    snprintf(again, sizeof again, "%s.again.csv", wav);
    assert_int_equal(baleen("convert '%s' '%s' --pick C3.. --from 4.2 --to 20 --table %s", set, wav, table[i].format),
                     0);
    check_says(table[i].ending);
    assert_int_equal(baleen("annotations '%s' '%s'", at, again), 0);
    assert_int_equal(baleen("convert '%s' '%s' --annotations '%s'", wav, edf, at), 0);
    assert_int_equal(baleen("inspect '%s'", edf), 0);
    check_says("annotations: 4: T2 x1 T0 x2 T1 x1");
  }
  write_bytes(night, "W\nW\nN1\n", 7);
  assert_int_equal(baleen("convert '%s' '%s' --pick C3.. --annotations '%s' --read-as hypnogram --epoch-s 10 --to 30",
                          wav, edf, night),
                   0);
  assert_int_equal(baleen("convert '%s' '%s' --table hypnogram --epoch-s 10", edf, wav), 2);
  check_says("annotation 2 ('W') lasts from 10 s to 15.8 s");
  assert_int_equal(baleen("convert '%s' '%s' --table hypnogram --epoch-s 5 --to 10", edf, wav), 0);
  check_says("a.wav.hypnogram.txt");
  assert_int_equal(baleen("convert '%s' '%s' --table csv", set, edf), 2);
  check_says("holds its annotations itself");
  assert_int_equal(baleen("convert '" FORMATS "cpython-pluck-pcm16.wav' '%s'", wav), 0);
  check_says("a.wav.csv removed");
  check_tmp_done();
}

/* Gaps: kept by records, filled where the format has none. */
static void gaps(void **arg)
{
  (void)arg;
  edf_spec e = {.reserved = "EDF+D",
                .n = 2,
                .n_records = 4,
                .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "30"}},
                .tal = {"+0||~", "+1||~", "+10.5||~", "+11.5||~"}};
  const char *in = edf_write(&e, "gap.edf"), *out = check_tmp_path("out.edf"), *wav = check_tmp_path("out.wav");
  assert_int_equal(baleen("convert '%s' '%s'", in, out), 0);
  assert_int_equal(baleen("inspect --strict '%s'", out), 0);
  check_says("EDF+D, 12.500 s");
  check_says("gap: 2.000 s to 10.500 s");
  assert_int_equal(baleen("convert --fill '%s' '%s'", in, out), 0);
  assert_int_equal(baleen("inspect --strict '%s'", out), 0);
  check_says("EDF+C, 12.500 s");
  check_says("BAD_ACQ_SKIP x1");
  assert_int_equal(baleen("convert '%s' '%s'", in, wav), 0);
  assert_int_equal(baleen("inspect '%s'", wav), 0);
  check_says("125 frames, 12.500 s");
  assert_int_equal(baleen("convert '%s' '%s' --stages '[{scale: {factor: 0.001}}]'", in, out), 0);
  assert_int_equal(baleen("inspect --strict '%s'", out), 0);
  check_says("BAD_ACQ_SKIP x1");
  check_tmp_done();
}

/* How many epochs a config takes from a recording around its events "X". */
static size_t epochs_of(const char *path)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  char text[1200];
  snprintf(text, sizeof text,
           "source: {files: {recordings: ['%s'], labels: annotations}}\n"
           "segments: {epochs: {events: [X], tmin: 0, tmax: 0.9}}\nfeatures: {x: {summaries: [rms]}}\n",
           path);
  check_ok(ctx, bl_config_parse(ctx, "t.yaml", text, strlen(text), NULL, &c));
  check_ok(ctx, bl_extract(ctx, &c, &x));
  size_t n = x.rows.X.rows;
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
  return n;
}

/* No epoch spans a gap, neither in the file that has it nor in one that we filled. */
static void no_epoch_spans_a_filled_gap(void **arg)
{
  (void)arg;
  edf_spec e = {.reserved = "EDF+D",
                .n = 2,
                .n_records = 4,
                .sig = {{.label = "EEG", .spr = "100"}, {.label = "EDF Annotations", .spr = "30"}},
                .tal = {"+0||~+0.5|X|~", "+1||~+1.5|X|~", "+10.5||~+10.6|X|~", "+11.5||~"}};
  const char *in = edf_write(&e, "gap.edf");
  assert_int_equal(epochs_of(in), 2);
  static const char *const ways[] = {"--fill", "--stages '[{scale: {factor: 0.5}}]'"};
  for (int i = 0; i < 2; i++) {
    const char *out = check_tmp_path("whole.edf");
    assert_int_equal(baleen("convert '%s' '%s' %s", in, out, ways[i]), 0);
    assert_int_equal(epochs_of(out), 2);
  }
  check_tmp_done();
}

/* What a user gets who asks for a piece that is all gap, or begins in one. */
static void crops_at_gaps(void **arg)
{
  (void)arg;
  edf_spec e = {.reserved = "EDF+D",
                .n = 2,
                .n_records = 4,
                .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "30"}},
                .tal = {"+0||~", "+1||~", "+10.5||~", "+11.5||~"}};
  const char *in = edf_write(&e, "gap.edf"), *edf = check_tmp_path("out.edf"), *npy = check_tmp_path("out.npy");
  assert_int_equal(baleen("convert '%s' '%s' --from 3 --to 9", in, edf), 1);
  check_says("but a gap, from 2 s to 10.5 s");
  assert_int_equal(baleen("convert '%s' '%s' --from 3 --to 9", in, npy), 1);
  check_says("but a gap, from 2 s to 10.5 s");
  assert_int_equal(baleen("convert '%s' '%s' --from 3 --to 11.5", in, edf), 0);
  check_says("the crop begins behind it, at 10.500000 s");
  check_tmp_done();
}

/* Patterns and order of --pick are the same on the way that copies and on that of stages. */
static void picks(void **arg)
{
  (void)arg;
  edf_spec e = {.reserved = "EDF+C",
                .n = 4,
                .n_records = 1,
                .sig = {{.label = "T7."},
                        {.label = "T8"},
                        {.label = "C3", .spr = "20"},
                        {.label = "EDF Annotations", .spr = "30"}},
                .tal = {"+0||~"}};
  const char *in = edf_write(&e, "picks.edf"), *edf = check_tmp_path("out.edf"), *npy = check_tmp_path("out.npy");
  for (int i = 0; i < 2; i++) {
    assert_int_equal(
        baleen("convert '%s' '%s' --rate-hz %s --pick T8 --pick 'T*'", in, i ? npy : edf, i ? "10" : "auto"), 0);
    assert_int_equal(baleen("inspect '%s'", i ? npy : edf), 0);
    char *first = strstr(said, "    T8 "), *second = strstr(said, "    T7. ");
    if (!first || !second || first > second) fail_msg("%s", said);
    check_says("2 channels");
  }
  assert_int_equal(baleen("convert '%s' '%s' --pick 'F*'", in, edf), 2);
  check_says("no channel 'F*'");
  check_tmp_done();
}

/* A BDF's triggers are the same behind stages as before. */
static void status_through_stages(void **arg)
{
  (void)arg;
  edf_spec e = {.bdf = true, .n = 2, .n_records = 3, .sig = {{.label = "A1"}, {.label = "Status", .unit = "Boolean"}}};
  const char *in = edf_write(&e, "in.bdf"), *out = check_tmp_path("out.bdf"), *was = check_tmp_path("was.npy"),
             *is = check_tmp_path("is.npy");
  assert_int_equal(baleen("convert '%s' '%s' --stages '[{rename: {from: [A1], to: [A2]}}]'", in, out), 0);
  check_says("Status: bits as they stand, those of Status system above them");
  assert_int_equal(baleen("convert '%s' '%s' --pick 'Status*'", in, was), 0);
  assert_int_equal(baleen("convert '%s' '%s' --pick 'Status*'", out, is), 0);
  char *a, *b;
  size_t n, m;
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, bl_file_read(ctx, was, 0, &a, &n));
  check_ok(ctx, bl_file_read(ctx, is, 0, &b, &m));
  assert_int_equal(n, m);
  assert_memory_equal(a, b, n);
  bl_free(ctx, a);
  bl_free(ctx, b);
  check_free(ctx);
  check_tmp_done();
}

static void triggers_become_annotations(void **arg)
{
  (void)arg;
  const char *out = check_tmp_path("stim.bdf");
  assert_int_equal(baleen("convert '" FORMATS "mne-test_bdf_stim_channel.bdf' '%s' --triggers Status", out), 0);
  assert_int_equal(baleen("inspect --strict '%s'", out), 0);
  check_says("annotations: ");
  check_says("Status system");
  check_tmp_done();
}

static void anonymize(void **arg)
{
  (void)arg;
  const char *out = check_tmp_path("out.edf");
  assert_int_equal(baleen("anonymize '" FORMATS "bids-sub-01_task-grasping_emg.edf' '%s'", out), 0);
  check_says("start time 00.00.00");
  FILE *f = fopen(out, "rb");
  char head[257] = "";
  assert_int_equal(fread(head, 1, 256, f), 256);
  fclose(f);
  assert_null(strstr(head, "1951"));
  assert_int_equal(baleen("inspect --header '%s'", out), 0);
  check_says("begins 1985-01-01T00:00:00");
  assert_int_equal(baleen("anonymize '%s' '%s'", out, out), 2);
  check_says("are one file");
  check_tmp_done();
}

/* Amplitude, hum, doubled channels: a file with all three. */
static void inspect_says_what_is_odd(void **arg)
{
  (void)arg;
  enum { RATE = 200, SECONDS = 10 };
  edf_spec e = {.n = 4,
                .n_records = SECONDS,
                .sig = {{.label = "hum", .spr = "200"},
                        {.label = "twin", .spr = "200"},
                        {.label = "tiny", .spr = "200", .pmin = "-0.03", .pmax = "0.03"},
                        {.label = "large", .spr = "200", .unit = "mV"}}};
  size_t n;
  unsigned char *v = edf_bytes(&e, &n);
  for (int r = 0; r < SECONDS; r++)
    for (int k = 0; k < RATE; k++) {
      int x = (int)(9000 * sin(2 * 3.14159265358979 * 50 * (r * RATE + k) / RATE + 0.3)) +
              edf_digital(&e, 0, (size_t)(r * RATE + k)) / 16;
      unsigned char *at = v + 256 * 5 + r * RATE * 8 + k * 2;
      at[0] = at[RATE * 2] = (unsigned char)x;
      at[1] = at[RATE * 2 + 1] = (unsigned char)((unsigned)x >> 8);
    }
  const char *path = check_tmp_path("odd.edf");
  write_bytes(path, v, n);
  free(v);
  assert_int_equal(baleen("inspect '%s'", path), 0);
  char line[400];
  line_of("    hum ", line, sizeof line);
  if (!strstr(line, "! 50 Hz line noise")) fail_msg("%s", line);
  line_of("    twin ", line, sizeof line);
  if (!strstr(line, "! the same samples as hum")) fail_msg("%s", line);
  line_of("    tiny ", line, sizeof line);
  if (!strstr(line, "! sd of 0.01")) fail_msg("%s", line);
  line_of("    large ", line, sizeof line);
  if (!strstr(line, "uV is far from EEG's")) fail_msg("%s", line);
  assert_int_equal(baleen("inspect --json --strict '%s'", path), 0);
  check_says("\"same_as\": \"hum\"");
  check_says("\"line_hz\": 50");
  check_says("\"edflib\": \"accepts\"");
  check_tmp_done();
}

/* Slips of the command line are bad usage; what is missing is named. */
static void slips(void **arg)
{
  (void)arg;
  const char *set = BALEEN_SETS "/eegmmidb-s001/S001R06.edf", *out = check_tmp_path("out.edf");
  static const struct {
    const char *options, *message;
    int status;
  } table[] = {{"--pick C33.", "did you mean 'C3'", 2},
               {"--from 500", "nothing between 500 s", 1},
               {"--stages '[{fir: {h_frek: 40}}]'", "h_freq", 2},
               {"--stages fir", "wanted a list", 2},
               {"--stages '[{fir'", "--stages", 2},
               {"--stages '[fer]'", "unknown stage 'fer'", 2},
               {"--rate-hz 100", "no stream of 100 Hz", 4},
               {"--annotations /no/such.csv", "/no/such.csv", 1}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    int status = baleen("convert '%s' '%s' %s", set, out, table[i].options);
    if (status != table[i].status) fail_msg("%s: status %d: %s", table[i].options, status, said);
    check_says(table[i].message);
  }
  assert_int_equal(baleen("convert '%s' /tmp/nowhere/x.ogg", set), 2);
  check_says("wanted a name that ends in");
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(repair),
                                            cmocka_unit_test(convert),
                                            cmocka_unit_test(there_and_back),
                                            cmocka_unit_test(tables),
                                            cmocka_unit_test(gaps),
                                            cmocka_unit_test(no_epoch_spans_a_filled_gap),
                                            cmocka_unit_test(crops_at_gaps),
                                            cmocka_unit_test(picks),
                                            cmocka_unit_test(status_through_stages),
                                            cmocka_unit_test(triggers_become_annotations),
                                            cmocka_unit_test(anonymize),
                                            cmocka_unit_test(inspect_says_what_is_odd),
                                            cmocka_unit_test(slips)};
  return _cmocka_run_group_tests("recordings_out", tests, sizeof tests / sizeof *tests, NULL, NULL);
}
