/* psg.c: see psg.h. */
#include "psg.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "tree.h"

enum { SIGNALS = PSG_EEG + 1 + PSG_AUX + 1, TAL = 40 };

typedef struct field {
  char label[17], unit[9];
  int spr;
} field;

static void describe(field v[SIGNALS])
{
  static const char *const eeg[] = {"EEG C3", "EEG C4", "EEG O1"};
  for (int i = 0; i < SIGNALS; i++) v[i] = (field){.label = "", .unit = "uV", .spr = PSG_EEG_HZ};
  for (int i = 0; i < PSG_EEG; i++) snprintf(v[i].label, sizeof v[i].label, "%s", eeg[i]);
  snprintf(v[PSG_EEG].label, sizeof v[0].label, "ECG");
  v[PSG_EEG].spr = PSG_ECG_HZ;
  for (int i = 0; i < PSG_AUX; i++) {
    snprintf(v[PSG_EEG + 1 + i].label, sizeof v[0].label, "Aux%d", i);
    v[PSG_EEG + 1 + i].spr = 1;
  }
  v[SIGNALS - 1] = (field){.label = "EDF Annotations", .unit = "", .spr = TAL};
}

static void put_header(FILE *f, const field v[SIGNALS], size_t n)
{
  fprintf(f, "%-8s%-80s%-80s%-8s%-8s%-8d%-44s%-8zu%-8d%-4d", "0", "X X X X", "Startdate X X X X", "01.01.20",
          "00.00.00", 256 * (SIGNALS + 1), "EDF+D", n, 1, (int)SIGNALS);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-16s", v[i].label);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-80s", "");
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-8s", v[i].unit);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-8d", i == SIGNALS - 1 ? -1 : -100);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-8d", i == SIGNALS - 1 ? 1 : 100);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-8d", -32768);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-8d", 32767);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-80s", "");
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-8d", v[i].spr);
  for (int i = 0; i < SIGNALS; i++) fprintf(f, "%-32s", "");
}

/* Noise (Knuth's congruence) about a slow wave. */
static int16_t sample(size_t record, int signal, int i, uint32_t *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  int loud = record % 10 == 4 ? 3 : 1, wave = (i * (signal + 3) + (int)record * 7) % 200 - 100;
  return (int16_t)(loud * ((int)(*seed >> 20) - 2048) + 20 * wave);
}

static void put_record(FILE *f, const field v[SIGNALS], size_t k, size_t start_s)
{
  uint32_t seed = 77 + (uint32_t)k * 2654435761u;
  for (int s = 0; s + 1 < SIGNALS; s++)
    for (int i = 0; i < v[s].spr; i++) {
      unsigned x = (unsigned)(uint16_t)sample(k, s, i, &seed);
      fputc((int)(x & 0xff), f);
      fputc((int)(x >> 8), f);
    }
  char tal[2 * TAL + 1] = "";
  int n = snprintf(tal, sizeof tal, "+%zu\x14\x14", start_s) + 1;
  snprintf(tal + n, sizeof tal - (size_t)n,
           "+%zu.3\x15"
           "0.5\x14%s\x14",
           start_s, k % 3 ? "go" : "stop");
  fwrite(tal, 1, sizeof tal - 1, f);
}

void psg_put(const char *name, size_t n, const size_t *gap, size_t n_gaps)
{
  char path[700];
  field v[SIGNALS];
  size_t lost = 0;
  snprintf(path, sizeof path, "%s/%s", tree_root(), name);
  FILE *f = fopen(path, "wb");
  if (!f) fail_msg("cannot write %s", path);
  describe(v);
  put_header(f, v, n);
  for (size_t k = 0; k < n; k++) {
    put_record(f, v, k, k + lost);
    for (size_t i = 0; i < n_gaps; i++) lost += gap[i] == k;
  }
  if (fclose(f)) fail_msg("cannot write %s", path);
}
