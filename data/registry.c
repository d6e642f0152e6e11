/* The tables of readers and sources, made from the .def files: included once to declare, once as rows. */
#include "baleen/registry.h"
#include "baleen/recording.h"
#include "baleen/source.h"

#define BL_WRITER(name)
#define BL_READER(name) extern const bl_reader_class bl_reader_##name;
#include "formats.def"
#undef BL_READER
#define BL_SOURCE(name) extern const bl_source_class bl_source_##name;
#include "sources.def"
#undef BL_SOURCE

static const bl_reader_class *const reader_table[] = {
#define BL_READER(name) &bl_reader_##name,
#include "formats.def"
#undef BL_READER
    NULL};
static const bl_source_class *const source_table[] = {
#define BL_SOURCE(name) &bl_source_##name,
#include "sources.def"
#undef BL_SOURCE
    NULL};
#undef BL_WRITER

BL_REGISTRY(source, "source")

const bl_reader_class *bl_reader_at(size_t i)
{
  return i < sizeof reader_table / sizeof *reader_table ? reader_table[i] : NULL;
}
