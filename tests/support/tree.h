/* tree.h: folders of small files for a test, and small WAV files. */
#ifndef BL_TEST_TREE_H
#define BL_TEST_TREE_H

#include <stddef.h>

/* The folder that all of this lies in; a name that glob patterns would take for one. */
const char *tree_root(void);
/* Writes a file below it, making the folders in between. */
void tree_put(const char *name, const void *bytes, size_t n);
void tree_text(const char *name, const char *text);
/* A WAV file of float32 samples [frame][channel]. */
void tree_wav(const char *name, double rate_hz, size_t channels, size_t frames, const float *v);
/* A symbolic link. */
void tree_link(const char *name, const char *to);
/* Removes everything. */
void tree_done(void);

#endif
