/* Strict opening: refuses every deviation, and agrees with EDFlib's verdict but for the stated differences. */
#include <dirent.h>
#include <edflib.h>
#include <math.h>
#include <string.h>

#include "edf_rows.h"

#define N(v) (sizeof(v) / sizeof *(v))

/* Where the verdicts differ, by the row's or the file's name. */
static const struct difference {
  const char *name;
  bool ours; /* what strict says: legal */
  const char *why;
} differences[] = {
    {"gap", true, "EDF+D is legal; EDFlib does not read it"},
    {"two gaps", true, "as above"},
    {"rounded to a millisecond", true, "as above"},
    {"small gaps add up", true, "as above"},
    {"gen-header-only.edf", true, "no records yet: the header is complete and nothing contradicts it"},
    {"no text", false,
     "an onset is followed by one annotation or more (EDF+ 2.2.2); EDFlib minds that of a record's time only"},
    {"duration with an exponent", false, "durations are plain decimals; EDFlib takes any number"},
    {"29 February of no leap year", false, "EDFlib looks at the day of the month only"},
    {"annotation signal in plain EDF", false, "EDFlib takes the bytes of text for samples"},
    {"latin-1", false, "annotations are UTF-8 (EDF+ 2.2.3); EDFlib hands bytes through"},
    {"onset out of this world", false, "3000 years behind the start: taken for a broken list"},
};

static const struct difference *difference_of(const char *name)
{
  for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
    if (!strcmp(differences[i].name, name)) return &differences[i];
  return NULL;
}

static bool edflib_takes(const char *path, int *code)
{
  static struct edf_hdr_struct header;
  memset(&header, 0, sizeof header);
  bool takes = !edfopen_file_readonly(path, &header, EDFLIB_READ_ALL_ANNOTATIONS);
  *code = header.filetype;
  if (takes) edfclose_file(header.handle);
  return takes;
}

static bool strict_takes(const char *path, char *why, size_t room)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  bl_status s = bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec);
  if (s && s != BL_E_FORMAT) fail_msg("%s: %s", path, bl_ctx_error(ctx));
  snprintf(why, room, "%s", s ? bl_ctx_error(ctx) : "");
  bl_recording_close(ctx, rec);
  check_free(ctx);
  return !s;
}

static void check_verdict(const char *name, const char *path)
{
  int code;
  char why[600];
  bool ours = strict_takes(path, why, sizeof why), theirs = edflib_takes(path, &code);
  const struct difference *d = difference_of(name);
  if (d && ours == theirs) fail_msg("%s: listed as a difference, but both say %d", name, ours);
  if (d && d->ours != ours) fail_msg("%s: strict says %d, wanted %d: %s; %s", name, ours, d->ours, d->why, why);
  if (!d && ours != theirs) fail_msg("%s: strict says %d, EDFlib %d (%d); %s", name, ours, theirs, code, why);
}

static void row_by_row(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < N(rows); i++) check_verdict(rows[i].name, edf_write(&rows[i].e, "row.edf"));
  for (size_t i = 0; i < N(times); i++) check_verdict(times[i].name, edf_write(&times[i].e, "row.edf"));
  for (size_t i = 0; i < N(tals); i++) {
    char tal[200];
    edf_spec e = edf_of_tal(&tals[i], tal, sizeof tal);
    check_verdict(tals[i].name, edf_write(&e, "row.edf"));
  }
  check_tmp_done();
}

/* Fields that only the strict have an eye for. */
static void formal_fields(void **arg)
{
  (void)arg;
  static const struct {
    const char *patient, *recording, *dmin, *tal_unit, *message;
  } formal[] = {
      {"X X X X", "Startdate 12-AUG-2009 X X X", NULL, NULL, NULL},
      {"MCH-0234567 F 02-MAY-1951 Haagse_Harry more", "Startdate X X X X", NULL, NULL, NULL},
      {"X X X", NULL, NULL, NULL, "byte 8: patient field is not"},
      {"X Q X X", NULL, NULL, NULL, "byte 8: patient field is not"},
      {"X F 02-May-1951 X", NULL, NULL, NULL, "byte 8: patient field is not"},
      {"X F 2-MAY-1951 X", NULL, NULL, NULL, "byte 8: patient field is not"},
      {" X X X X", NULL, NULL, NULL, "byte 8: patient field is not"},
      {"X  X X X X", NULL, NULL, NULL, "byte 8: patient field is not"},
      {NULL, "12-AUG-2009 X X X", NULL, NULL, "byte 88: recording field does not begin"},
      {NULL, "Startdate 12-AUG-2009 X", NULL, NULL, "byte 88: recording field does not begin"},
      {NULL, "Startdate 12-AUX-2009 X X X", NULL, NULL, "byte 88: recording field does not begin"},
      {NULL, NULL, "-32767", NULL, "digital minimum of signal 2 'EDF Annotations' or maximum"},
      {NULL, NULL, NULL, "uV", "unit or prefilter of signal 2 'EDF Annotations' of an annotation signal is not blank"},
  };
  for (size_t i = 0; i < N(formal); i++) {
    edf_spec e = {PLUS("EDF+C"), .patient = formal[i].patient, .recording = formal[i].recording,
                  .tal = {"+0||~", "+1||~", "+2||~", "+3||~"}};
    e.sig[1].dmin = formal[i].dmin;
    e.sig[1].unit = formal[i].tal_unit;
    char why[600];
    int code;
    const char *path = edf_write(&e, "formal.edf");
    if (strict_takes(path, why, sizeof why) != !formal[i].message) fail_msg("formal %zu: %s", i, why);
    if (formal[i].message && !strstr(why, formal[i].message))
      fail_msg("formal %zu: wanted '%s', got '%s'", i, formal[i].message, why);
    bool looked_at = i + 1 < N(formal); /* EDFlib does not look at the unit, which EDF+ 2.2.1 wants blank */
    if (looked_at && edflib_takes(path, &code) != !formal[i].message) fail_msg("formal %zu: EDFlib says otherwise", i);
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    assert_int_equal(rec->notes.n, formal[i].message ? 1 : 0);
    assert_int_equal(rec->n_deviations, rec->notes.n);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_DEVIATION), 0); /* nothing hangs on it: noted only */
    bl_recording_close(ctx, rec);
    check_free(ctx);
  }
  check_tmp_done();
}

static void check_folder(const char *folder, size_t at_least)
{
  DIR *d = opendir(folder);
  size_t n = 0;
  if (!d) fail_msg("%s cannot be opened", folder);
  for (struct dirent *f; (f = readdir(d));) {
    char path[1000];
    size_t len = strlen(f->d_name);
    if (len < 4 || (strcmp(f->d_name + len - 4, ".edf") && strcmp(f->d_name + len - 4, ".bdf"))) continue;
    snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
    check_verdict(f->d_name, path);
    n++;
  }
  closedir(d);
  assert_true(n >= at_least);
}

static void file_by_file(void **arg)
{
  (void)arg;
  check_folder(BALEEN_TEST_DATA "/formats", 8);
  check_folder(BALEEN_TEST_DATA "/malformed/edf", 0);
  check_folder(BALEEN_SETS "/eegmmidb-s001", 1);
}

/* A file that is cut off is found out by strict reading whichever the format. */
static void other_formats_too(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  check_fails(ctx,
              bl_recording_open_as(ctx, BALEEN_TEST_DATA "/malformed/wav/gen-truncated-in-data.wav",
                                   &(bl_opening){.mode = BL_OPEN_STRICT}, &rec),
              BL_E_FORMAT, "(strict");
  check_ok(ctx, bl_recording_open_as(ctx, BALEEN_TEST_DATA "/formats/cpython-pluck-pcm16.wav",
                                     &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
  bl_recording_close(ctx, rec);
  check_free(ctx);
}

static bl_status open_strict(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  bl_status s = bl_recording_open_as(ctx, arg, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec);
  bl_recording_close(ctx, rec);
  return s == BL_E_FORMAT ? BL_OK : s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  edf_spec e = {PLUS("EDF+C"), .tal = {"+0||~+0.5|a@@b|~", "+1||~", "+5||~", "0.4|\xf6|~"}};
  check_every_allocation_failing(open_strict, (void *)(uintptr_t)edf_write(&e, "sweep.edf"));
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(row_by_row), cmocka_unit_test(formal_fields),
                                            cmocka_unit_test(file_by_file), cmocka_unit_test(other_formats_too),
                                            cmocka_unit_test(survives_every_allocation_failing)};
  return _cmocka_run_group_tests("edf_strict", tests, N(tests), NULL, NULL);
}
