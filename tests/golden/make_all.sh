#!/bin/sh
# Writes every golden file anew, with Debian's own Python (numpy 1.24, scipy 1.10, scikit-learn 1.2.1, mne 1.3.0).
# They read data/sets and nothing else.
# Any arguments are the scripts to run; without, all of them.
set -eu
cd "$(dirname "$0")"
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MNE_LOGGING_LEVEL=ERROR PYTHONDONTWRITEBYTECODE=1
PYTHON=${PYTHON:-/usr/bin/python3}
if [ $# -eq 0 ]; then set -- make_*.py; fi
for script in "$@"; do "$PYTHON" -W ignore "$script"; done
