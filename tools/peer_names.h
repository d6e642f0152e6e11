/* peer_names.h: functions of librosa, scipy, MNE and others, and what does their work here: for who looks for
 * power_to_db. */
#ifndef BL_PEER_NAMES_H
#define BL_PEER_NAMES_H

typedef struct bl_peer_name {
  const char *library, *function; /* in small letters */
  const char *here;               /* a list of stages that begins with [, or words */
  const char *see;                /* the name of a plug-in or preset */
} bl_peer_name;

/* Of a name as it may be written, librosa.feature.melspectrogram or melspectrogram, in any letters; the last one of a
 * dotted name counts. NULL: none. */
const bl_peer_name *bl_peer_name_find(const char *name);

#endif
