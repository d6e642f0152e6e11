/* The tables of estimators, metrics and splitters, made from the .def files: included once to declare, once as rows. */
#include "baleen/registry.h"
#include "baleen/estimator.h"
#include "baleen/event_metric.h"
#include "baleen/kernel.h"
#include "baleen/metric.h"
#include "baleen/split.h"

#define BL_ESTIMATOR(name) extern const bl_estimator_class bl_estimator_##name;
#include "estimators.def"
#undef BL_ESTIMATOR
#define BL_KERNEL(name) extern const bl_kernel_class bl_kernel_##name;
#include "kernels.def"
#undef BL_KERNEL
#define BL_METRIC(name) extern const bl_metric_class bl_metric_##name;
#include "metrics.def"
#undef BL_METRIC
#define BL_EVENT_METRIC(name) extern const bl_event_metric_class bl_event_metric_##name;
#include "event_metrics.def"
#undef BL_EVENT_METRIC
#define BL_SPLITTER(name) extern const bl_splitter_class bl_splitter_##name;
#include "splitters.def"
#undef BL_SPLITTER

static const bl_estimator_class *const estimator_table[] = {
#define BL_ESTIMATOR(name) &bl_estimator_##name,
#include "estimators.def"
#undef BL_ESTIMATOR
    NULL};
static const bl_kernel_class *const kernel_table[] = {
#define BL_KERNEL(name) &bl_kernel_##name,
#include "kernels.def"
#undef BL_KERNEL
    NULL};
const char *const bl_kernel_names[] = {
#define BL_KERNEL(name) #name,
#include "kernels.def"
#undef BL_KERNEL
    NULL};
static const bl_metric_class *const metric_table[] = {
#define BL_METRIC(name) &bl_metric_##name,
#include "metrics.def"
#undef BL_METRIC
    NULL};
static const bl_event_metric_class *const event_metric_table[] = {
#define BL_EVENT_METRIC(name) &bl_event_metric_##name,
#include "event_metrics.def"
#undef BL_EVENT_METRIC
    NULL};
static const bl_splitter_class *const splitter_table[] = {
#define BL_SPLITTER(name) &bl_splitter_##name,
#include "splitters.def"
#undef BL_SPLITTER
    NULL};

BL_REGISTRY(kernel, "kernel")
BL_REGISTRY(metric, "metric")
BL_REGISTRY(event_metric, "metric of events")
BL_REGISTRY(splitter, "splitter")

const bl_estimator_class *bl_estimator_at(size_t i)
{
  return i < sizeof estimator_table / sizeof *estimator_table ? estimator_table[i] : NULL;
}

const bl_estimator_class *bl_estimator_find(const char *name)
{
  for (size_t i = 0; estimator_table[i]; i++)
    if (!strcmp(estimator_table[i]->name, name)) return estimator_table[i];
  return NULL;
}
