/* What a channel's name tells: types and plain names, against the rules in channel.h and against MNE's eegbci. */
#include "baleen/channel.h"

#include <stdio.h>
#include <string.h>

#include "baleen/memory.h"
#include "check.h"
#include "golden.h"

static const struct {
  const char *name;
  bl_channel_type type;
  const char *why;
} types[] = {
    {"EEG Fp1-REF", BL_CHANNEL_EEG, "the EDF+ type word"},
    {"Fc5.", BL_CHANNEL_EEG, "a 10-10 name with PhysioNet's dots"},
    {"FCC5h", BL_CHANNEL_EEG, "a 10-5 name"},
    {"fp1-f7", BL_CHANNEL_EEG, "two electrodes"},
    {"EEG 001", BL_CHANNEL_EEG, "no electrode, but the type word stands first"},
    {"POL C4", BL_CHANNEL_EEG, "Nihon Kohden's word before an electrode"},
    {"POL DC01", BL_CHANNEL_MISC, "and before what is none"},
    {"EEG F8 REF", BL_CHANNEL_EEG, "the reference behind a blank"},
    {"CZ-AVG", BL_CHANNEL_EEG, "the reference is no part of the name"},
    {"A1", BL_CHANNEL_EEG, "an ear lobe"},
    {"E1", BL_CHANNEL_MISC, "an eye here, the scalp on other caps: no guess"},
    {"E1-M2", BL_CHANNEL_EOG, "an eye against the mastoid"},
    {"EEG E2-A1", BL_CHANNEL_EOG, "the same under a wrong type word"},
    {"EOG horizontal", BL_CHANNEL_EOG, "the type word"},
    {"HEOG1", BL_CHANNEL_EOG, "the type word, numbered"},
    {"EEG LOC-Ref", BL_CHANNEL_EOG, "an eye under a wrong type word"},
    {"EKG1-EKG2", BL_CHANNEL_ECG, "the American word"},
    {"ECG EKG-REF", BL_CHANNEL_ECG, "both words"},
    {"Chin 1", BL_CHANNEL_EMG, "a muscle of the sleep laboratory"},
    {"emg_leg", BL_CHANNEL_EMG, "case does not count"},
    {"Resp oro-nasal", BL_CHANNEL_RESP, "Sleep-EDF"},
    {"STI 014", BL_CHANNEL_STIM, "MNE's trigger channel"},
    {"Status", BL_CHANNEL_STIM, "BioSemi's"},
    {"TRIG", BL_CHANNEL_STIM, "the word"},
    {"Event marker", BL_CHANNEL_STIM, "Sleep-EDF"},
    {"SEEG A'1", BL_CHANNEL_SEEG, "the word"},
    {"ECoG 12", BL_CHANNEL_ECOG, "the word"},
    {"audio", BL_CHANNEL_AUDIO, "how a sound file of one channel is named"},
    {"left", BL_CHANNEL_AUDIO, "a stereo file"},
    {"ch3", BL_CHANNEL_AUDIO, "a sound file of many channels"},
    {"Ch3", BL_CHANNEL_MISC, "written otherwise by somebody else"},
    {"ch", BL_CHANNEL_MISC, "no number"},
    {"hydrophone 2", BL_CHANNEL_AUDIO, "the word"},
    {"Temp rectal", BL_CHANNEL_MISC, "no type of ours"},
    {"SaO2", BL_CHANNEL_MISC, "no type of ours"},
    {"F11", BL_CHANNEL_MISC, "no row has eleven"},
    {"F0", BL_CHANNEL_MISC, "nor none"},
    {"Tz", BL_CHANNEL_MISC, "the temples have no middle"},
    {"A3", BL_CHANNEL_MISC, "no third ear"},
    {"Fp", BL_CHANNEL_MISC, "a row without a place"},
    {"Fp1-X", BL_CHANNEL_MISC, "half a pair"},
    {"statusx", BL_CHANNEL_MISC, "a word counts whole"},
    {"", BL_CHANNEL_MISC, "no name"},
    {"-", BL_CHANNEL_MISC, "no name either"},
    {"...", BL_CHANNEL_MISC, "nor this"},
};

static void check_types(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    bl_channel_type got = bl_channel_type_of(types[i].name);
    if (got != types[i].type)
      fail_msg("'%s' is %s, not %s: %s", types[i].name, bl_channel_type_name(got), bl_channel_type_name(types[i].type),
               types[i].why);
  }
  for (unsigned i = 0; i < BL_N_CHANNEL_TYPES; i++)
    assert_int_equal(bl_channel_type_find(bl_channel_type_name((bl_channel_type)i)), i);
  assert_int_equal(bl_channel_type_find("EEG"), BL_N_CHANNEL_TYPES);
}

static const struct {
  const char *from, *to, *modern;
} plain[] = {
    {"EEG Fp1-REF", "Fp1", "Fp1"},
    {"EEG FPZ-LE", "Fpz", "Fpz"},
    {"  EEG  T3-Ref ", "T3", "T7"},
    {"EEG_T6-AVG", "T6", "P8"},
    {"eeg-oz", "Oz", "Oz"},
    {"FP1-F7", "Fp1-F7", "Fp1-F7"},
    {"EEG T3-T5", "T3-T5", "T7-P7"},
    {"T4-T6-REF", "T4-T6", "T8-P8"},
    {"Cpz.", "CPz", "CPz"},
    {"AFP10H", "AFp10h", "AFp10h"},
    {"czh", "Czh", "Czh"},
    {"IZ..", "Iz", "Iz"},
    {"T10.", "T10", "T10"},
    {"T3h", "T3h", "T3h"},
    {"EEG 001", "EEG 001", "EEG 001"},
    {"EOG horizontal", "EOG horizontal", "EOG horizontal"},
    {"EKG-REF", "EKG-REF", "EKG-REF"},
    {" Temp rectal. ", "Temp rectal", "Temp rectal"},
    {"", "", ""},
    {"C3-A2", "C3-A2", "C3-A2"},
    {"EEG ", "EEG", "EEG"},
    {"m1", "M1", "M1"},
    {"EEG F3 - REF", "F3", "F3"},
    {"EEG F8 REF", "F8", "F8"},
    {"EEG_Fz_AVG", "Fz", "Fz"},
    {"EEG FP1-CLE", "Fp1", "Fp1"},
    {"POL C4", "C4", "C4"},
    {"POL T3-Ref", "T3", "T7"},
    {"EEG C3 - P3 ref", "C3-P3", "C3-P3"},
    {"Fp1 -F7", "Fp1-F7", "Fp1-F7"},
    {"POL E", "POL E", "POL E"},
    {"EEG REF", "EEG REF", "EEG REF"},
    {"C4REF", "C4REF", "C4REF"},
    {"C4-", "C4-", "C4-"},
    {"REF", "REF", "REF"},
    {"C3 C4", "C3 C4", "C3 C4"},
};

static void check_plain(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    char *old = bl_channel_normalise(ctx, plain[i].from, false),
         *modern = bl_channel_normalise(ctx, plain[i].from, true);
    assert_string_equal(old, plain[i].to);
    assert_string_equal(modern, plain[i].modern);
    char *again = bl_channel_normalise(ctx, modern, true);
    assert_string_equal(again, modern); /* once is enough */
    bl_free(ctx, old);
    bl_free(ctx, modern);
    bl_free(ctx, again);
  }
  check_free(ctx);
}

static void check_eegbci(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("channels");
  size_t n = (size_t)golden_get(g, "electrodes")->v[0];
  assert_int_equal(n, 64);
  for (size_t i = 0; i < n; i++) {
    char key[32], old[32];
    snprintf(key, sizeof key, "electrode.%zu", i);
    const char *text = golden_text(g, key), *to = strchr(text, ' ');
    snprintf(old, sizeof old, "%.*s", (int)(to - text), text);
    char *name = bl_channel_normalise(ctx, old, false);
    assert_string_equal(name, to + 1);
    assert_int_equal(bl_channel_type_of(old), BL_CHANNEL_EEG);
    bl_free(ctx, name);
  }
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_types),
      cmocka_unit_test(check_plain),
      cmocka_unit_test(check_eegbci),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
