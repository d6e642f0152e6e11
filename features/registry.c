/* The tables of stages, summaries and segmentations, made from the .def files: included once to declare, once as
 * rows. */
#include "baleen/registry.h"
#include "baleen/segment.h"
#include "baleen/stage.h"
#include "baleen/summary.h"

#define BL_STAGE(name) extern const bl_stage_class bl_stage_##name;
#include "stages.def"
#undef BL_STAGE
#define BL_SUMMARY(name) extern const bl_summary_class bl_summary_##name;
#include "summaries.def"
#undef BL_SUMMARY
#define BL_SEGMENT(name) extern const bl_segment_class bl_segment_##name;
#include "segments.def"
#undef BL_SEGMENT

static const bl_stage_class *const stage_table[] = {
#define BL_STAGE(name) &bl_stage_##name,
#include "stages.def"
#undef BL_STAGE
    NULL};
static const bl_summary_class *const summary_table[] = {
#define BL_SUMMARY(name) &bl_summary_##name,
#include "summaries.def"
#undef BL_SUMMARY
    NULL};
static const bl_segment_class *const segment_table[] = {
#define BL_SEGMENT(name) &bl_segment_##name,
#include "segments.def"
#undef BL_SEGMENT
    NULL};

BL_REGISTRY(stage, "stage")
BL_REGISTRY(summary, "summary")
BL_REGISTRY(segment, "segmentation")
