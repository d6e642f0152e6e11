/* sound_files.h: sound files for tests, written by libsndfile or by hand. */
#ifndef BL_SOUND_FILES_H
#define BL_SOUND_FILES_H

#include <math.h>
#include <sndfile.h>

#include "baleen/random.h"
#include "baleen/recording.h"
#include "edf_builder.h"

static inline float noise(size_t i, size_t c)
{
  bl_rng r = bl_rng_make(5, "sound", i * 8 + c);
  return (float)(0.4 * sin(0.031 * (double)(i + 40 * c)) + 0.2 * bl_rng_between(&r, -1, 1));
}

static inline const char *write_sound(const char *name, int format, int n_channels, int rate, size_t n)
{
  const char *path = check_tmp_path(name);
  SF_INFO info = {.format = format, .channels = n_channels, .samplerate = rate};
  SNDFILE *f = sf_open(path, SFM_WRITE, &info);
  if (!f) fail_msg("%s: %s", name, sf_strerror(NULL));
  for (size_t i = 0; i < n; i++) {
    float v[8];
    for (int c = 0; c < n_channels; c++) v[c] = noise(i, (size_t)c);
    if (sf_writef_float(f, v, 1) != 1) fail_msg("%s: %s", name, sf_strerror(f));
  }
  sf_close(f);
  return path;
}

static inline void put32(unsigned char *p, uint32_t x)
{
  for (int i = 0; i < 4; i++) p[i] = (unsigned char)(x >> 8 * i);
}

enum { WAV_N = 500 };
/* A WAV file of 500 16-bit samples whose data chunk says `says` bytes; `bits` 32 makes them floats. */
static inline const char *write_wav(const char *name, uint32_t says, unsigned bits, const void *samples, size_t n_bytes)
{
  unsigned char v[44 + 4 * WAV_N] = "RIFF....WAVEfmt ";
  put32(v + 4, 36 + (uint32_t)n_bytes);
  put32(v + 16, 16);
  v[20] = bits == 32 ? 3 : 1;
  v[22] = 1;
  put32(v + 24, 8000);
  put32(v + 28, 8000 * bits / 8);
  v[32] = (unsigned char)(bits / 8);
  v[34] = (unsigned char)bits;
  memcpy(v + 36, "data", 4);
  put32(v + 40, says);
  memcpy(v + 44, samples, n_bytes);
  const char *path = check_tmp_path(name);
  write_bytes(path, v, 44 + n_bytes);
  return path;
}

#endif
