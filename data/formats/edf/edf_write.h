/* edf_write.h: writing EDF+ and BDF+, record by record. Private to data/.
 *
 * The writer is our own, as the reader is. EDFlib 1.23 would cut annotations at 40 bytes, keep one for each record and
 * annotation signal, round record durations to 10 microseconds and physical limits to 5 decimals, and write no gaps:
 * what must come through untouched would not. Its verdict on what is written here is a test, and bl_edf_verdict() gives
 * it. */
#ifndef BALEEN_EDF_WRITE_H
#define BALEEN_EDF_WRITE_H

#include "baleen/recording.h"
#include "file.h"

/* A signal's header, ASCII, each text at most as long as its field. */
typedef struct bl_edf_out_signal {
  char label[17], transducer[81], unit[9], pmin[9], pmax[9], dmin[9], dmax[9], prefilter[81];
  uint64_t spr; /* samples per record */
} bl_edf_out_signal;

/* Records first .. first + n - 1 follow each other from start_s on. */
typedef struct bl_edf_out_run {
  double start_s;
  uint64_t first, n;
} bl_edf_out_run;

/* Lent for as long as the file is being written. */
typedef struct bl_edf_out_spec {
  bool bdf;
  char patient[81];   /* "code sex birthdate name" */
  char recording[81]; /* "code technician equipment"; the Startdate is put before it */
  bool has_start;
  char start[40]; /* of the first sample, as bl_recording has it; its fraction goes into the time stamps */
  double record_s;
  char record_text[9]; /* the same as it stands in the header */
  uint64_t n_records;
  const bl_edf_out_signal *signals;
  size_t n_signals;           /* without annotations */
  const bl_edf_out_run *runs; /* more than one: EDF+D */
  size_t n_runs;
  const bl_annotations *annotations; /* by onset, which counts from the first sample */
} bl_edf_out_spec;

typedef struct bl_edf_out {
  const bl_edf_out_spec *spec;
  bl_out file;
  double fraction_s;            /* of the start's second */
  size_t tal_bytes, data_bytes; /* of a record: lists, samples */
  unsigned char *tal;
  uint64_t record;        /* the next one */
  size_t run, annotation; /* the run it lies in; the next annotation to be written */
  uint64_t *latest;       /* record that each annotation must be in at the latest; NULL: its own one or any behind it */
} bl_edf_out;

/* Opens the file and writes its header. BL_E_RANGE when there is nothing to write, or more than the format can say. */
bl_status bl_edf_out_open(bl_ctx *ctx, const char *path, const bl_edf_out_spec *spec, bl_edf_out *out) BL_MUST_CHECK;
/* The samples of the next record, signal by signal, little-endian, 2 bytes each (BDF 3). */
bl_status bl_edf_out_record(bl_ctx *ctx, bl_edf_out *o, const unsigned char *samples) BL_MUST_CHECK;
/* Opens what was written strictly, and only then gives it its name. */
bl_status bl_edf_out_done(bl_ctx *ctx, bl_edf_out *o) BL_MUST_CHECK;
/* Gives up; fine on a zeroed or done handle. */
void bl_edf_out_drop(bl_ctx *ctx, bl_edf_out *o);

/* The shortest decimal of at most 8 characters nearest to x, without exponent; the value it stands for. NAN when there
 * is none ("123456789"). */
double bl_edf_number(double x, char text[9]);
/* A number as the bits of a BDF's Status, from 0 to `most`: whole to a thousandth, which scales of other formats may
 * have cost. */
bool bl_edf_bits(double x, unsigned most, uint32_t *bits);
/* UTF-8 as ASCII: letters without their marks, micro as u, degree as deg, ohm as Ohm; what is left becomes '_'. At most
 * n - 1 bytes go to `to`. True when nothing had to be changed. */
bool bl_edf_ascii(const char *from, char *to, size_t n);
/* The same for the label of a signal of samples, which must not be that of annotations ("EDF_Annotations"). */
bool bl_edf_label(const char *from, char to[17]);

#endif
