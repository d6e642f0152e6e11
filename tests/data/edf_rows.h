/* edf_rows.h: what real EDF files do wrong, one thing a file, with what the tolerant reader makes of it; and what
 * EDFlib says of each. Shared by the tests of the reader, of its strict mode and of repair. */
#ifndef BL_TEST_EDF_ROWS_H
#define BL_TEST_EDF_ROWS_H

#include "baleen/recording.h"
#include "edf_builder.h"

/* ---- one thing wrong at a time ----------------------------------------------------------------------------------- */

/* clang-format off */
#define TWO .n = 2, .n_records = 3, .sig = {{.label = "Fp1"}, {.label = "Fp2", .pmin = "-100", .pmax = "170.5"}}
#define ONE(...) .n = 2, .n_records = 3, .sig = {{__VA_ARGS__}, {.label = "other"}}
static const struct row {
  const char *name;
  edf_spec e;
  const char *note;   /* part of the note that must be there; NULL: there may be none */
  const char *format, *start; /* NULL: not looked at; start "": unknown */
  uint64_t frames;
  double rate;
} rows[] = {
  {"a date for a version", {.version = "01.02.03", TWO}, "byte 0: version is not '0'", "EDF", NULL, 30, 10},
  {"plain", {TWO}, NULL, "EDF", "2009-08-12T16:15:00", 30, 10},
  {"bdf", {.bdf = true, TWO}, NULL, "BDF", "2009-08-12T16:15:00", 30, 10},
  {"bdf_status", {.bdf = true, .n = 2, .n_records = 2, .sig = {{.label = "A1"}, {.label = "Status", .unit = "Boolean", .pmin = "0", .pmax = "1"}}}, NULL, "BDF", NULL, 20, 10},
  {"edf+ without annotations", {.reserved = "EDF+C", TWO}, "byte 192: reserved field says EDF+", "EDF+C", NULL, 30, 10},
  {"fractional duration", {.duration = "0.390625", TWO}, NULL, "EDF", NULL, 30, 25.6},
  {"decimal comma in duration", {.duration = "0,5", TWO}, "byte 244: number has a decimal comma", NULL, NULL, 30, 20},
  {"decimal comma in limits", {ONE(.pmin = "-12,5", .pmax = "13,75")}, "number of signal 1 'EEG' has a decimal comma", NULL, NULL, 30, 10},
  {"duration 0 with samples", {.duration = "0", TWO}, "byte 244: record duration makes no sense", NULL, NULL, 30, 10},
  {"duration negative", {.duration = "-1", TWO}, "byte 244: record duration makes no sense", NULL, NULL, 30, 10},
  {"duration nan", {.duration = "nan", TWO}, "byte 244: record duration makes no sense", NULL, NULL, 30, 10},
  {"records -1", {.records = "-1", TWO}, "byte 236: number of records says unknown", NULL, NULL, 30, 10},
  {"records with a point", {.records = "3.0", TWO}, "byte 236: number has a point or an exponent", NULL, NULL, 30, 10},
  {"records with an exponent", {.records = "3e0", TWO}, "byte 236: number has a point or an exponent", NULL, NULL, 30, 10},
  {"signals with a point", {.n_signals = "2.0", TWO}, "byte 252: number has a point", NULL, NULL, 30, 10},
  {"header bytes with a point", {.header_bytes = "768.0", TWO}, "byte 184: number has a point", NULL, NULL, 30, 10},
  {"samples with a point", {ONE(.spr = "10.0")}, "byte 688: number of signal 1 'EEG' has a point", NULL, NULL, 30, 10},
  {"samples with an exponent", {ONE(.spr = "10e0")}, "byte 688: number of signal 1 'EEG' has a point", NULL, NULL, 30, 10},
  {"duration with an exponent", {.duration = "1e0", TWO}, "byte 244: number has an exponent", NULL, NULL, 30, 10},
  {"digital limit with a point", {ONE(.dmax = "2047.5")}, "number of signal 1 'EEG' has a point or an exponent", NULL, NULL, 30, 10},
  {"digital limit with an exponent", {ONE(.dmax = "3.2767e4")}, "number of signal 1 'EEG' has a point or an exponent", NULL, NULL, 30, 10},
  {"control character in a label", {ONE(.label = "C\x07" "3")}, "byte 256: text of signal 1 'C 3' holds control characters", NULL, NULL, 30, 10},
  {"control character in a transducer", {ONE(.transducer = "Ag\x01" "AgCl")}, "byte 288: text of signal 1 'EEG' holds control characters", NULL, NULL, 30, 10},
  {"latin-1 in a prefilter", {ONE(.prefilter = "50\xb5s")}, "text of signal 1 'EEG' holds bytes beyond ASCII", NULL, NULL, 30, 10},
  {"tabulator in the patient field", {.patient = "X\tX", TWO}, "byte 8: text holds control characters", NULL, NULL, 30, 10},
  {"records no number", {.records = "many", TWO}, "byte 236: number of records makes no sense", NULL, NULL, 30, 10},
  {"records 0 though they are there", {.records = "0", TWO}, "byte 236: number of records is 0 though", NULL, NULL, 30, 10},
  {"records too many", {.records = "1e300", TWO}, "the file ends early", NULL, NULL, 30, 10},
  {"last record cut", {.more = -7, TWO}, "the header says 3 records of 40 bytes, 2 are whole and were kept, 33 bytes", NULL, NULL, 20, 10},
  {"bytes behind the end", {.more = 5, TWO}, "byte 888: 5 bytes follow the last record", NULL, NULL, 30, 10},
  {"a whole record behind the end", {.records = "2", TWO}, "byte 848: 40 bytes follow the last record", NULL, NULL, 20, 10},
  {"digital limits equal", {ONE(.dmin = "0", .dmax = "0")}, "byte 496: digital minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"digital limit no number", {ONE(.dmin = "-")}, "byte 496: digital minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"physical limits equal", {ONE(.pmin = "5", .pmax = "5")}, "byte 464: physical minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"physical limit no number", {ONE(.pmax = "1.2.3")}, "byte 464: physical minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"inverted polarity", {ONE(.pmin = "317.2", .pmax = "-290.1")}, "inverted polarity", NULL, NULL, 30, 10},
  {"digital limits swapped", {ONE(.dmin = "2047", .dmax = "-2048")}, "digital minimum of signal 1 'EEG' is above the maximum", NULL, NULL, 30, 10},
  {"digital limits beyond 16 bits", {ONE(.dmin = "-40000", .dmax = "32767")}, "cannot be stored", NULL, NULL, 30, 10},
  {"latin-1 label", {ONE(.label = "\xc4ther")}, "byte 256: text of signal 1 '\xc3\x84ther' holds bytes beyond ASCII", NULL, NULL, 30, 10},
  {"NUL padding", {ONE(.label = "Cz~~~~~~~~~~~~~~")}, "byte 256: field of signal 1 'Cz' is padded with NUL", NULL, NULL, 30, 10},
  {"NUL padded numbers", {.duration = "1~~~~~~~", TWO}, "byte 244: field is padded with NUL", NULL, NULL, 30, 10},
  {"time with colons", {.time = "10:11:12", TWO}, "byte 176: start has other separators", NULL, "2009-08-12T10:11:12", 30, 10},
  {"seconds 75", {.time = "10.11.75", TWO}, "byte 176: start time is no time of day", NULL, "", 30, 10},
  {"date 99.99.99", {.date = "99.99.99", TWO}, "byte 168: start date is no date", NULL, "", 30, 10},
  {"29 February of no leap year", {.date = "29.02.01", TWO}, "byte 168: start date is no date", NULL, "", 30, 10},
  {"29 February of a leap year", {.date = "29.02.00", TWO}, NULL, NULL, "2000-02-29T16:15:00", 30, 10},
  {"year 85", {.date = "01.01.85", TWO}, NULL, NULL, "1985-01-01T16:15:00", 30, 10},
  {"year 84", {.date = "01.01.84", TWO}, NULL, NULL, "2084-01-01T16:15:00", 30, 10},
  {"Startdate of EDF+ wins", {.reserved = "EDF+C", .recording = "Startdate 02-MAR-1951 X X X", .date = "02.03.51", TWO}, "byte 88: recording field its Startdate differs", NULL, "1951-03-02T16:15:00", 30, 10},
  {"Startdate past the short form", {.reserved = "EDF+C", .recording = "Startdate 02-MAR-2087 X X X", .date = "02.03.yy", TWO}, "says EDF+", NULL, "2087-03-02T16:15:00", 30, 10},
  {"Startdate is nothing in plain EDF", {.recording = "Startdate 02-MAR-1951 X X X", TWO}, NULL, NULL, "2009-08-12T16:15:00", 30, 10},
  {"header size wrong", {.header_bytes = "256", TWO}, "byte 184: header size disagrees", NULL, NULL, 30, 10},
  {"no unit", {ONE(.unit = "")}, "byte 448: unit of signal 1 'EEG' is missing", NULL, NULL, 30, 10},
  {"signal without samples", {.n = 2, .n_records = 3, .sig = {{.label = "empty", .spr = "0"}, {.label = "other"}}}, "samples per record of signal 1 'empty' is 0", NULL, NULL, 30, 10},
  {"duplicate labels", {.n = 2, .n_records = 3, .sig = {{.label = "T8-P8"}, {.label = "T8-P8"}}}, "label of signal 1 'T8-P8' occurs more than once", NULL, NULL, 30, 10},
  {"annotation signal in plain EDF", {.n = 2, .n_records = 1, .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "20"}}, .tal = {"+0||~"}}, "does not say EDF+", "EDF", NULL, 10, 10},
};
/* clang-format on */

/* ---- time ---------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define PLUS(kind) .reserved = kind, .n = 2, .n_records = 4, \
  .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "30"}}
static const struct times {
  const char *name;
  edf_spec e;
  size_t n_runs;
  bl_stretch runs[3];
  const char *note, *start;
} times[] = {
  {"contiguous", {PLUS("EDF+C"), .tal = {"+0||~", "+1||~", "+2||~", "+3||~"}}, 1, {{0, 0, 40}}, NULL, "2009-08-12T16:15:00"},
  {"gap", {PLUS("EDF+D"), .tal = {"+0||~", "+1||~", "+10.5||~", "+11.5||~"}}, 2, {{0, 0, 20}, {10.5, 20, 20}}, NULL, NULL},
  {"two gaps", {PLUS("EDF+D"), .tal = {"+5||~", "+7||~", "+8||~", "+100||~"}}, 3, {{0, 0, 10}, {2, 10, 20}, {95, 30, 10}}, NULL, "2009-08-12T16:15:05"},
  {"gap though contiguous", {PLUS("EDF+C"), .tal = {"+0||~", "+1||~", "+4||~", "+5||~"}}, 2, {{0, 0, 20}, {4, 20, 20}}, "gives a record a time behind a gap", NULL},
  {"fraction of the start", {PLUS("EDF+C"), .tal = {"+0.25||~", "+1.25||~", "+2.25||~", "+3.25||~"}}, 1, {{0, 0, 40}}, NULL, "2009-08-12T16:15:00.250"},
  {"microseconds of the start", {PLUS("EDF+C"), .tal = {"+0.250004||~", "+1.250004||~", "+2.250004||~", "+3.250004||~"}}, 1, {{0, 0, 40}}, NULL, "2009-08-12T16:15:00.250004"},
  {"start over midnight", {PLUS("EDF+C"), .date = "31.12.99", .time = "23.59.59", .tal = {"+1.5||~", "+2.5||~", "+3.5||~", "+4.5||~"}}, 1, {{0, 0, 40}}, "outside the first second", "2000-01-01T00:00:00.500"},
  {"rounded to a millisecond", {PLUS("EDF+D"), .tal = {"+0||~", "+1.001||~", "+2||~", "+3.001||~"}}, 1, {{0, 0, 40}}, NULL, NULL},
  {"backwards", {PLUS("EDF+D"), .tal = {"+0||~", "+1||~", "+0.5||~", "+2.5||~"}}, 2, {{0, 0, 30}, {4, 30, 10}}, "before the end of the one before", NULL},
  {"one too early", {PLUS("EDF+D"), .tal = {"+0||~", "+1||~", "+0||~", "+3||~"}}, 1, {{0, 0, 40}}, "that those of the next records contradict", NULL},
  {"one too late", {PLUS("EDF+D"), .tal = {"+0||~", "+1||~+3.5|x|~", "+9||~", "+3||~"}}, 1, {{0, 0, 40}}, "that those of the next records contradict", NULL},
  {"first too late", {PLUS("EDF+D"), .tal = {"+7||~", "+1.5||~", "+2.5||~", "+3.5||~"}}, 1, {{0, 0, 40}}, "byte 788: annotation of signal 2 'EDF Annotations' gives a record a time that those", "2009-08-12T16:15:00.500"},
  {"first without time", {PLUS("EDF+C"), .tal = {"", "+1.25||~", "+2.25||~", "+3.25||~"}}, 1, {{0, 0, 40}}, "that gives a record its time is missing", "2009-08-12T16:15:00.250"},
  {"small gaps add up", {PLUS("EDF+D"), .tal = {"+0||~", "+1.04||~", "+2.08||~", "+3.12||~"}}, 2, {{0, 0, 20}, {2.08, 20, 20}}, NULL, NULL},
  {"a little beside", {PLUS("EDF+C"), .tal = {"+0||~", "+1.001||~", "+2||~", "+3.001||~"}}, 1, {{0, 0, 40}}, "a little beside the end", NULL},
  {"no empty text", {PLUS("EDF+C"), .tal = {"+0||~", "+1|~", "+2||~", "+3||~"}}, 1, {{0, 0, 40}}, "byte 868: annotation of signal 2 'EDF Annotations' has an onset and no text", NULL},
  {"one without time", {PLUS("EDF+C"), .tal = {"+0||~", "", "+2||~", "+3||~"}}, 1, {{0, 0, 40}}, "that gives a record its time is missing", NULL},
};
/* clang-format on */

/* ---- annotations ------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct tal {
  const char *name, *tal, *note; /* of the one record, behind its time stamp */
  size_t n;
  bl_annotation want[3];
} tals[] = {
  {"none", "", NULL, 0, {{.label = ""}}},
  {"one", "+0.75|Lights off|~", NULL, 1, {{.onset_s = 0.75, .label = "Lights off"}}},
  {"with duration", "+0.5^0.125|K-complex|~", NULL, 1, {{.onset_s = 0.5, .duration_s = 0.125, .label = "K-complex"}}},
  {"several texts", "+0.5^2|a|b|~", NULL, 2, {{.onset_s = 0.5, .duration_s = 2, .label = "a"}, {.onset_s = 0.5, .duration_s = 2, .label = "b"}}},
  {"several lists, out of order", "+0.9|late|~+0.1|early|~", NULL, 2, {{.onset_s = 0.1, .label = "early"}, {.onset_s = 0.9, .label = "late"}}},
  {"before the start", "-3.5|before|~", NULL, 1, {{.onset_s = -3.5, .label = "before"}}},
  {"of a channel", "+0.5|Spindle@@C3-A2|~", NULL, 1, {{.onset_s = 0.5, .label = "Spindle", .channel = "C3-A2"}}},
  {"an empty list", "+0.5||~+0.6|x|~", NULL, 1, {{.onset_s = 0.6, .label = "x"}}},
  {"utf-8", "+0.5|H\xc3\xb6he|~", NULL, 1, {{.onset_s = 0.5, .label = "H\xc3\xb6he"}}},
  {"latin-1", "+0.5|H\xf6he|~", "is no UTF-8; read as Latin-1", 1, {{.onset_s = 0.5, .label = "H\xc3\xb6he"}}},
  {"mark in the label", "+0.5|a@@b@@C3|~+0.6|c@@d@@|~", NULL, 2, {{.onset_s = 0.5, .label = "a@@b", .channel = "C3"}, {.onset_s = 0.6, .label = "c@@d"}}},
  {"comma in an onset", "+0,5|x|~", "decimal comma, or with a point without digits", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"comma in a duration", "+0.5^1,5|x|~", "decimal comma, or with a point", 1, {{.onset_s = 0.5, .duration_s = 1.5, .label = "x"}}},
  {"point at the end", "+1.|x|~", "a point without digits on both sides", 1, {{.onset_s = 1, .label = "x"}}},
  {"point at the end of a duration", "+1^2.|x|~", "a point without digits on both sides", 1, {{.onset_s = 1, .duration_s = 2, .label = "x"}}},
  {"point first", "+.5|x|~", "a point without digits on both sides", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"NULs between lists", "~+0.5|x|~", "begins behind more than one NUL", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"no text", "+0.5|~+0.6|x|~", "has an onset and no text", 1, {{.onset_s = 0.6, .label = "x"}}},
  {"control character", "+0.5|a\x01" "b|~", NULL, 1, {{.onset_s = 0.5, .label = "a b"}}},
  {"tabulator", "+0.5|a\tb|~", NULL, 1, {{.onset_s = 0.5, .label = "a b"}}},
  {"exponent", "+5e-1|x|~", "is none", 0, {{.label = ""}}},
  {"no sign", "0.5|x|~", "onset without sign", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"signed duration", "+0.5^+2|x|~", "duration with a sign", 1, {{.onset_s = 0.5, .duration_s = 2, .label = "x"}}},
  {"negative duration", "+0.5^-2|x|~", "duration with a sign", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"empty duration", "+0.5^|x|~", "its mark without one", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"text not ended", "+0.5|x~", "does not end as it should", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"no onset", "hello|x|~+0.5|y|~", "byte 793: annotation of signal 2 'EDF Annotations' is none", 1, {{.onset_s = 0.5, .label = "y"}}},
  {"onset infinite", "+inf|x|~", "is none", 0, {{.label = ""}}},
  {"onset out of this world", "+99999999999|x|~", "is none", 0, {{.label = ""}}},
  {"no separator", "+0.5 x~", "is none", 0, {{.label = ""}}},
};
/* clang-format on */

/* A file of one record that holds the row's lists behind its time stamp; tal is room for its text. */
static inline edf_spec edf_of_tal(const struct tal *t, char *tal, size_t room)
{
  snprintf(tal, room, "+0||~%s", t->tal);
  return (edf_spec){.reserved = "EDF+C",
                    .n = 2,
                    .n_records = 1,
                    .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "60"}},
                    .tal = {tal}};
}

#endif
