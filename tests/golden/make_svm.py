"""Support vector machines and kernel ridge: scikit-learn's SVC, NuSVC, SVR, NuSVR, OneClassSVM (libsvm) and KernelRidge."""
from golden import Golden, table

import numpy as np
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import chi2_kernel, laplacian_kernel
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM

g = Golden("svm", """
    Fitted at tol 1e-8 on the bundled tables (features as float32), every `every`-th row for learning, decisions of each
    11th row of the table. Case NAME: .flow our config, .data, .every; .decision [rows or rows x classes], .n_support a
    class, .intercept, .objective (of two classes: 1/2 a'Qa + p'a), .gamma. scikit-learn's own solver
    keeps kernel values as float32, and stops at 1e-8 in the gradient: decisions agree to 1e-4 of the larger ones.
    gram.KERNEL: values of the first 12 rows of wine with the first 12 of them, gamma auto (chi2: 1).""")
cases = []


def data(name):
    x, label = table("tables", name + ".csv")
    seen = list(dict.fromkeys(label))  # classes are numbered as they appear, which is how the test reads them
    return x, (label.astype(float) if name == "diabetes" else np.array([seen.index(v) for v in label]))


def kernel_of(m, x):
    gamma = getattr(m, "_gamma", 0)
    if m.kernel == "linear":
        return x @ x.T
    if m.kernel == "poly":
        return (gamma * (x @ x.T) + m.coef0) ** m.degree
    if m.kernel == "sigmoid":
        return np.tanh(gamma * (x @ x.T) + m.coef0)
    d = ((x[:, None] - x[None]) ** 2).sum(-1)
    return np.exp(-gamma * d)


def objective(m):
    """Of one dual problem, from its coefficients: the linear term is -sum |a| of svc, and 0 of nu and one class."""
    a = m.dual_coef_[0]
    q = 0.5 * a @ kernel_of(m, m.support_vectors_) @ a
    return q - np.abs(a).sum() if isinstance(m, SVC) else q


def case(name, flow, set_name, every, m, rtol=1e-4, atol=1e-5):
    x, y = data(set_name)
    lx, ly = x[::every], y[::every]
    m.fit(lx, ly)
    ask = x[::11]
    d = m.decision_function(ask) if hasattr(m, "decision_function") else m.predict(ask)
    g.text(name + ".flow", flow)
    g.text(name + ".data", set_name)
    g.array(name + ".every", every)
    g.array(name + ".decision", d, rtol, atol * max(1, np.abs(d).max()))
    if hasattr(m, "intercept_"):
        g.array(name + ".intercept", m.intercept_, 1e-3, 1e-4 * max(1, np.abs(d).max()))
        n = m.n_support_ if hasattr(m, "n_support_") else [len(m.support_)]
        g.array(name + ".n_support", n, 0, 1 + 0.02 * np.sum(n))
        if m.dual_coef_.shape[0] == 1 and not isinstance(m, (SVR, NuSVR)):
            g.array(name + ".objective", objective(m), 1e-6, 1e-9)
        if m.kernel != "linear":
            g.array(name + ".gamma", m._gamma, 1e-12, 0)
    cases.append(name)


t = {"tol": 1e-8, "cache_size": 1000}
case("iris.rbf", "svc", "iris", 2, SVC(decision_function_shape="ovr", **t))
case("iris.linear", "{svc: {kernel: linear, C: 0.5}}", "iris", 2, SVC(kernel="linear", C=0.5, **t))
case("iris.poly", "{svc: {kernel: poly, degree: 2, coef0: 1, gamma: auto}}", "iris", 2,
     SVC(kernel="poly", degree=2, coef0=1, gamma="auto", **t))
case("iris.sigmoid", "{svc: {kernel: sigmoid, gamma: 0.01, coef0: -0.5}}", "iris", 2,
     SVC(kernel="sigmoid", gamma=0.01, coef0=-0.5, **t))
case("iris.tiny", "{svc: {C: 1e-6}}", "iris", 2, SVC(C=1e-6, **t))
case("iris.huge", "{svc: {C: 1e6}}", "iris", 2, SVC(C=1e6, **t), rtol=1e-3, atol=1e-3)
case("wine.rbf", "{svc: {C: 10}}", "wine", 1, SVC(C=10, **t))
case("cancer.rbf", "svc", "breast_cancer", 1, SVC(**t))
case("cancer.balanced", "{svc: {gamma: 1e-4, class_weight: balanced}}", "breast_cancer", 2,
     SVC(gamma=1e-4, class_weight="balanced", **t))
case("digits.rbf", "{svc: {C: 5}}", "digits", 3, SVC(C=5, **t))
case("digits.nu", "{nu_svc: {nu: 0.1}}", "digits", 6, NuSVC(nu=0.1, **t))
case("iris.nu", "{nu_svc: {nu: 0.3, kernel: linear}}", "iris", 2, NuSVC(nu=0.3, kernel="linear", **t))
case("cancer.nu", "{nu_svc: {nu: 0.2}}", "breast_cancer", 2, NuSVC(nu=0.2, **t))
case("diabetes.svr", "{svr: {C: 100, epsilon: 5}}", "diabetes", 1, SVR(C=100, epsilon=5, **t))
case("diabetes.linear", "{svr: {kernel: linear, C: 10}}", "diabetes", 2, SVR(kernel="linear", C=10, **t))
case("diabetes.nu", "{nu_svr: {C: 50, nu: 0.3}}", "diabetes", 1, NuSVR(C=50, nu=0.3, **t))
case("cancer.one", "{one_class_svm: {nu: 0.1}}", "breast_cancer", 1, OneClassSVM(nu=0.1, **t))
case("digits.one", "one_class_svm", "digits", 3, OneClassSVM(**t))
case("diabetes.ridge", "{kernel_ridge: {kernel: rbf, alpha: 0.1, gamma: 2}}", "diabetes", 1,
     KernelRidge(kernel="rbf", alpha=0.1, gamma=2), rtol=1e-6, atol=1e-8)
case("diabetes.ridge.poly", "{kernel_ridge: {kernel: poly, degree: 2}}", "diabetes", 2,
     KernelRidge(kernel="poly", degree=2), rtol=1e-6, atol=1e-8)
case("wine.ridge.laplacian", "{kernel_ridge: {kernel: laplacian}}", "wine", 2,
     KernelRidge(kernel="laplacian"), rtol=1e-6, atol=1e-8)
case("wine.ridge.chi2", "{kernel_ridge: {kernel: chi2, gamma: 0.01}}", "wine", 2,
     KernelRidge(kernel="chi2", gamma=0.01), rtol=1e-6, atol=1e-8)
w, _ = data("wine")
w = w[:12]
s = {"linear": w @ w.T, "poly": (w @ w.T / 13 + 0) ** 3, "rbf": np.exp(-((w[:, None] - w) ** 2).sum(-1) / 13),
     "sigmoid": np.tanh(w @ w.T / 13), "laplacian": laplacian_kernel(w), "chi2": chi2_kernel(w)}
for name, v in s.items():
    g.array("gram." + name, v, 1e-10, 1e-14)
g.text("cases", " ".join(cases))
g.close()
