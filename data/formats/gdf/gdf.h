/* gdf.h: what the parts of the GDF reader share. Private to data/.
 *
 * Format: A. Schloegl, "GDF - A general data format for biosignals" (arXiv:cs/0608052 and its later versions), 1.x and
 * 2.x; little-endian throughout. A fixed header of 256 bytes, 256 for each channel field by field (all labels, then all
 * transducers ...), from 2.10 on an optional third part of tagged texts, records, a table of events.
 *
 * Stored whole numbers outside [digital minimum, digital maximum] mean "overflow" there and become NaN; so do a float's
 * own NaN and infinity stay as they are. */
#ifndef BALEEN_GDF_H
#define BALEEN_GDF_H

#include "baleen/recording.h"
#include "samples.h"
#include "window.h"

enum { BL_GDF_MAX_CHANNELS = 4096 };

typedef struct bl_gdf_channel {
  char label[40]; /* as UTF-8, trimmed */
  char unit[24];
  bl_scale scale;
  double pmin, pmax; /* NAN when unusable */
  bl_sample_type type;
  uint64_t offset, spr; /* bytes from the start of a record; samples per record */
  bool unusable;
} bl_gdf_channel;

typedef struct bl_gdf {
  bl_window file;
  uint64_t n_bytes;     /* of the file */
  unsigned char *bytes; /* the first n_loaded of them: the headers */
  uint64_t n_loaded;
  double version;
  bool ends_early; /* before the records that its header announces: what is left is no table of events */
  uint64_t header_bytes, record_bytes, n_records;
  double record_s;
  size_t n_channels;
  bl_gdf_channel *channels;
  double *breaks_s; /* where the recording was interrupted, ascending */
  size_t n_breaks, cap_breaks;
  size_t *stream_channels, *stream_first; /* the streams' channels, one stream behind the other; index into it */
} bl_gdf;

/* Reads the headers. BL_E_FORMAT names byte and field. */
bl_status bl_gdf_header(bl_ctx *ctx, bl_recording *rec, bl_gdf *g) BL_MUST_CHECK;
/* Offset in the file of field `width` bytes wide that lies `before` bytes per channel behind the fixed header. */
static inline uint64_t bl_gdf_field_at(const bl_gdf *g, size_t before, size_t width, size_t channel)
{
  return 256 + (uint64_t)before * g->n_channels + (uint64_t)width * channel;
}
/* Reads the table of events behind the records into rec->annotations and breaks_s; after the streams were made. */
bl_status bl_gdf_events(bl_ctx *ctx, bl_recording *rec, bl_gdf *g) BL_MUST_CHECK;

uint64_t bl_gdf_u(const unsigned char *p, size_t n); /* little-endian */
double bl_gdf_f64(const unsigned char *p);

/* The whole of it over a file in memory, which must outlive rec; sets rec->impl. For the reader and the fuzzer. */
bl_status bl_gdf_open_bytes(bl_ctx *ctx, bl_recording *rec, const unsigned char *bytes, uint64_t n) BL_MUST_CHECK;
extern const bl_reader_class bl_reader_gdf;

#endif
