"""qda, naive Bayes of counts, calibrated_classifier: scikit-learn's, on rows of linear_data.txt (made by make_linear_models.py) and on counts."""
import numpy as np
from golden import Golden
from make_search import arrays
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB

DATA = arrays()
g = Golden("classifiers", """
    CASE.model learns from rows CASE.data: of linear_data.txt, or `counts`, Poisson draws of 60 x 8 about a mean of each
    class and column (counts.x, .y, weights .w: whole numbers). CASE.predict, .proba, and of qda .decision: of the first
    20 of these rows. Probabilities of calibrated.* with sigmoid: as far as BFGS came.""", seed=47)
rng = np.random.default_rng(47)
y = np.arange(60) * 7 % 3
x = rng.poisson(rng.uniform(0.2, 4, (3, 8))[y]).astype(float)
w = rng.integers(0, 4, 60).astype(float)
for name, v in (("x", x), ("y", y), ("w", w)):
    g.input("counts." + name, v)
    DATA["counts." + name] = v


def case(name, where, text, model, weighted=False, rtol=1e-6, atol=1e-9):
    x, y = DATA[where + ".x"], DATA[where + ".y"].ravel()
    model.fit(x, y, **({"sample_weight": DATA[where + ".w"].ravel()} if weighted else {}))
    g.text(name + ".model", text)
    g.text(name + ".data", where + (" weighted" if weighted else ""))
    g.array(name + ".predict", model.predict(x[:20]))
    g.array(name + ".proba", model.predict_proba(x[:20]), rtol, atol)
    if hasattr(model, "decision_function"):
        g.array(name + ".decision", model.decision_function(x[:20]), 1e-7, 1e-7)


case("qda", "iris", "qda", QuadraticDiscriminantAnalysis())
case("qda.two", "cancer", "{qda: {reg_param: 0.2, priors: [0.3, 0.7]}}", QuadraticDiscriminantAnalysis(reg_param=0.2, priors=[0.3, 0.7]))
case("qda.wine", "wine", "{qda: {reg_param: 0.01}}", QuadraticDiscriminantAnalysis(reg_param=0.01))
case("multinomial", "counts", "multinomial_nb", MultinomialNB())
case("multinomial.options", "counts", "{multinomial_nb: {alpha: 0.1, fit_prior: false}}", MultinomialNB(alpha=0.1, fit_prior=False), True)
case("multinomial.prior", "counts", "{multinomial_nb: {class_prior: [0.2, 0.3, 0.5]}}", MultinomialNB(class_prior=[0.2, 0.3, 0.5]))
case("bernoulli", "counts", "bernoulli_nb", BernoulliNB(), True)
case("bernoulli.options", "iris", "{bernoulli_nb: {binarize: 3, alpha: 0.5, fit_prior: false}}",
     BernoulliNB(binarize=3, alpha=0.5, fit_prior=False))
case("complement", "counts", "complement_nb", ComplementNB())
case("complement.norm", "counts", "{complement_nb: {norm: true, alpha: 2}}", ComplementNB(norm=True, alpha=2), True)
for name, where, text, one, kw in (
        ("sigmoid", "iris", "lda", LinearDiscriminantAnalysis(), {}),
        ("sigmoid.two", "cancer", "gaussian_nb", GaussianNB(), {"cv": 3}),
        ("sigmoid.one", "wine", "lda", LinearDiscriminantAnalysis(), {"ensemble": False}),
        ("isotonic", "iris", "gaussian_nb", GaussianNB(), {"method": "isotonic"}),
        ("isotonic.two", "cancer", "lda", LinearDiscriminantAnalysis(), {"method": "isotonic", "ensemble": False})):
    options = "".join(", %s: %s" % (k, str(v).lower()) for k, v in kw.items())
    model = CalibratedClassifierCV(one, **{**kw, "cv": StratifiedKFold(kw.get("cv", 5))})
    case("calibrated." + name, where, "{calibrated_classifier: {estimator: %s%s}}" % (text, options), model, False,
         *((1e-3, 1e-4) if "sigmoid" in name else (1e-6, 1e-9)))
g.close()
