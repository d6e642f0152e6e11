/* precomputed: a row holds its values with all rows of the data, in their order, so that a fold of them finds its own
 * columns by the numbers of its rows */
#include "baleen/kernel.h"

const bl_kernel_class bl_kernel_precomputed = {
    .name = "precomputed",
    .summary = "rows are kernel values already: one column for each row of the data",
    .source = "scikit-learn SVC(kernel='precomputed')",
    .tags = BL_KERNEL_GIVEN};
