/* psg.h: a small polysomnogram, EDF+D: three EEG channels of 200 Hz, an ECG of 400 Hz, and five channels of 1 Hz beside
 * them, in records of a second. */
#ifndef BL_TEST_PSG_H
#define BL_TEST_PSG_H

#include <stddef.h>

enum { PSG_EEG_HZ = 200, PSG_ECG_HZ = 400, PSG_EEG = 3, PSG_AUX = 5 };

/* Writes n records to name below tree_root(). Behind record gap[i] a second is lost, n_gaps times. Record k has an event
 * at k + 0.3 s, "go" or, of every third, "stop". The fifth second of each ten is three times as loud. */
void psg_put(const char *name, size_t n, const size_t *gap, size_t n_gaps);

#endif
