"""frogs: several labels a row (data/sets/tables/frogs.csv), each fold's scores of scikit-learn on the folds of LeaveOneGroupOut."""
from golden import Golden, f32, source

import csv

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler

g = Golden("frogs", """
    x: the 22 columns as float32; y: MultiLabelBinarizer of the labels cut at ';'; folds: LeaveOneGroupOut by the fifth of its species that a row is from. Rows:
    folds; columns: f1_macro, f1_samples, accuracy of all labels.""")
with open(source("tables", "frogs.csv"), newline="") as f:
    rows = list(csv.reader(f))[1:]
x = f32([[float(v) for v in r[:22]] for r in rows])
binarizer = MultiLabelBinarizer()
y = binarizer.fit_transform([r[23].split(";") for r in rows])
groups = np.array([r[22] for r in rows])
for name, one in (("ovr", OneVsRestClassifier(LogisticRegression(solver="newton-cg", tol=1e-8))),
                  ("knn", KNeighborsClassifier(algorithm="brute"))):
    r = cross_validate(make_pipeline(StandardScaler(), one), x, y, cv=LeaveOneGroupOut(), groups=groups,
                       scoring=("f1_macro", "f1_samples", "accuracy"))
    for s in ("f1_macro", "f1_samples", "accuracy"):
        g.array("%s.%s" % (name, s), r["test_" + s], 1e-9)
g.text("first_label", binarizer.classes_[0])
g.close()
