/* The option tables of a config's own sections. Those of sources, stages, estimators and the rest lie with their
 * classes. */
#include "config_private.h"

static const char *const auto_word[] = {"auto", NULL};
static const char *const tasks[] = {"auto", "classification", "regression", "anomaly", NULL};

static const char *const nan_words[] = {"keep", "drop", NULL};

const bl_opt bl_stream_opts[] = {
    BL_WORD(
        bl_stream_params, rate_hz, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
        "rate of the stream to take; auto: the one with most channels of those that the stages can be carried out on (that "
        "have what pick names), the faster of equals"),
    BL_OPT_END};

const bl_opt bl_rows_opts[] = {
    BL_TEXTS(
        bl_rows_params, label, "label",
        "column that holds what is to be learnt; or several: of a classifier a column a label, 1 where the row has it, else "
        "0, of a regressor a column a target. Of a table with several targets it is those"),
    BL_TEXT(
        bl_rows_params, label_separator, NULL,
        "what stands between the labels of a row that may have several, such as ';': in the column, and where the events "
        "of several labels cover a window enough; not given: a row has one"),
    BL_TEXT(bl_rows_params, group, "group",
            "column whose rows belong together and never stand on both sides of a split"),
    BL_TEXT(bl_rows_params, block, NULL,
            "column that names each row's block, a session say: groups are cut by it, and blocks are the groups; of a "
            "table without groups the blocks alone"),
    BL_REAL(
        bl_rows_params, block_s, "0", 0, 1e9, "s",
        "above 0: groups, or blocks, are cut into blocks of that much time, and rows across a border are left out; by "
        "the column of times where one is named, else by the time in the recording"),
    BL_TEXT(bl_rows_params, time, NULL,
            "column with each row's time, a number that grows with it (seconds); for block_s and for splitters and "
            "learners that go by time; not given: rows stand in the order of time"),
    BL_TEXT(bl_rows_params, positive, NULL, "class counted as positive; it goes last in the order of classes"),
    BL_TEXTS(bl_rows_params, classes, "[]", "labels to keep; empty: all of them, sorted"),
    BL_ENUM(bl_rows_params, task, "auto", tasks,
            "what is learnt; auto: regression when the last step is a regressor, anomaly when it detects outliers"),
    BL_ENUM(
        bl_rows_params, nan, "keep", nan_words,
        "what becomes of rows with a feature that is NaN: kept with a warning, or left out, in a run (see dropped.csv) and by predict"),
    BL_OPT_END};

const bl_opt bl_evaluate_opts[] = {
    BL_TEXT(bl_evaluate_params, split_file, NULL, "CSV with the columns split,row: the test rows of each fold"),
    BL_TEXT(bl_evaluate_params, fold, "fold", "column with each row's fold, for the splitter 'predefined'"),
    BL_TEXT(bl_evaluate_params, by, NULL, "column by whose values the scores are also given apart"),
    BL_REALS(bl_evaluate_params, by_edges, "[]", -1e300, 1e300, "", "edges of intervals for a `by` column of numbers"),
    BL_BOOL(bl_evaluate_params, allow_leakage, "false",
            "true: rows of one recording may stand on both sides of a split; scores then flatter"),
    BL_WORD(
        bl_evaluate_params, event_threshold, "auto", auto_word, -1e300, 1e300, 0, "",
        "for metrics of events: least probability (or decision) of a row that is part of a detection; auto: the rows "
        "that are predicted to be of the label"),
    BL_REAL(bl_evaluate_params, event_gap_s, "0", 0, 1e9, "s",
            "for metrics of events: detections of a label with less than this between them are one"),
    BL_REAL(bl_evaluate_params, event_min_s, "0", 0, 1e9, "s", "for metrics of events: shorter detections are none"),
    BL_INT(bl_evaluate_params, n_worst, "10", 0, 1000, "", "how many of the strongest mistakes are listed"),
    BL_OPT_END};

const bl_opt bl_report_opts[] = {
    BL_TEXT(bl_report_params, title, NULL, "heading of the report; not given: the config's name"),
    BL_TEXT(bl_report_params, text, NULL, "a paragraph below the heading"),
    BL_TEXTS(bl_report_params, list, "[]", "further columns named in the lists of mistakes"),
    BL_INT(bl_report_params, n_shown, "3", 0, 100, "",
           "how many of each list of mistakes are shown as a picture, with the sound where it is one"),
    BL_TEXT(bl_report_params, published_metric, "accuracy", "metric that the published numbers are of"),
    BL_OPT_END};
