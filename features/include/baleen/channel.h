/* channel.h: what a channel's name tells: its type, and the plain form of the name.
 *
 * Recordings carry free text as labels; EDF+ asks for "EEG Fp1", clinics write "EEG FP1-REF", PhysioNet "Fp1.". The
 * rules below use the name alone, so that the same file gives the same answer everywhere; what they do not know is
 * BL_CHANNEL_MISC, never a guess. */
#ifndef BALEEN_CHANNEL_H
#define BALEEN_CHANNEL_H

#include "baleen/memory.h"

#define BL_CHANNEL_TYPE_LIST(X)                                                                                        \
  X(EEG, "eeg")                                                                                                        \
  X(EOG, "eog")                                                                                                        \
  X(ECG, "ecg")                                                                                                        \
  X(EMG, "emg")                                                                                                        \
  X(SEEG, "seeg")                                                                                                      \
  X(ECOG, "ecog")                                                                                                      \
  X(RESP, "resp")                                                                                                      \
  X(STIM, "stim")                                                                                                      \
  X(AUDIO, "audio")                                                                                                    \
  X(MISC, "misc")

typedef enum bl_channel_type {
#define BL_CHANNEL_CODE(code, name) BL_CHANNEL_##code,
  BL_CHANNEL_TYPE_LIST(BL_CHANNEL_CODE)
#undef BL_CHANNEL_CODE
      BL_N_CHANNEL_TYPES
} bl_channel_type;

/* The type that a name tells; letters compared without case unless said. The first rule that holds decides:
 * 1. one of its words (runs of letters) is a type's:
 *      eog: EOG HEOG VEOG LOC ROC          ecg: ECG EKG           emg: EMG CHIN
 *      resp: RESP RESPIRATION AIRFLOW THORAX ABDOMEN              seeg: SEEG    ecog: ECOG
 *      stim: STI STIM STATUS TRIG TRIGGER MARKER EVENT
 *      audio: AUDIO MIC MICROPHONE HYDROPHONE, or the whole name is mono, left, right or, in small letters, ch<number>
 * 2. E1 or E2 against a mastoid or an ear lobe ("E1-M2") is eog (AASM)
 * 3. its first word is EEG: eeg
 * 4. without what bl_channel_normalise() takes off, it is an electrode of the 10-5 system, or two ("Fp1-F7"): eeg
 * 5. else misc. */
bl_channel_type bl_channel_type_of(const char *name);
const char *bl_channel_type_name(bl_channel_type type);
/* BL_N_CHANNEL_TYPES when there is none of this name. */
bl_channel_type bl_channel_type_find(const char *name);

/* The plain form of a name, to be freed by the caller:
 * 1. blanks around it, and dots at its end, go
 * 2. if what is left, once "EEG" or "POL" with the blank, '-' or '_' behind it is taken off the front, and a reference
 *    (REF LE CLE AR CAR AV AVE AVG, in any case) with the '-', '_' or blank before it off the end, is an electrode of
 *    the
 *    10-5 system, or two joined by '-', blanks around it or not, then that is the name, written as in that system: "EEG
 *    FP1-REF" is "Fp1", "EEG F3 - REF" is "F3", "POL C4" is "C4", "Fcz." is "FCz", "FP1-F7" is "Fp1-F7"
 * 3. with `modern`, electrodes T3, T4, T5, T6 become T7, T8, P7, P8 (names of 1991 and later)
 * A name that is none of these stays as it is after 1. NULL, without an error text, when memory ran out. */
char *bl_channel_normalise(bl_ctx *ctx, const char *name, bool modern);

/* Where the electrode that the name means (as above, modern) stands on a head: metres in the frame whose x axis goes
 * through the points before the ears to the right and whose y axis goes through the nasion to the front, z up (MNE's head
 * frame). The places are those of MNE's montage standard_1005: the 10-5 system on the template head of R. Oostenveld.
 * *known is false, and at[] unchanged, for any other name, such as two joined. BL_E_NOMEM alone. */
bl_status bl_channel_position(bl_ctx *ctx, const char *name, double at[3], bool *known) BL_MUST_CHECK;

#endif
