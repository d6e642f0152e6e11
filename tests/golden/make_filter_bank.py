"""filter_bank: six bands of covariances with band powers beside them: mne's CSP and a scaler in a ColumnTransformer."""
from golden import Golden, f32

import mne
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

BANDS, CHANNELS, POWERS = 6, 4, 8
TRIANGLE = CHANNELS * (CHANNELS + 1) // 2


def matrices(rows):
    """Upper triangles by rows to full matrices."""
    upper = np.triu_indices(CHANNELS)
    c = np.empty((len(rows), CHANNELS, CHANNELS))
    c[:, upper[0], upper[1]] = c[:, upper[1], upper[0]] = rows
    return c


class RowCSP(BaseEstimator, TransformerMixin):
    """mne.decoding.CSP on rows of covariance: epochs of exactly that covariance are given to it. Its class covariances
    carry a factor T / (T - 1), T samples of the class, that rows cannot know: taken out of the features again. Classes
    have the same number of rows."""

    def epochs(self, rows):
        return np.linalg.cholesky(matrices(rows)) * np.sqrt(CHANNELS)

    def fit(self, rows, y):
        self.samples_ = CHANNELS * len(rows) // 2
        self.csp_ = mne.decoding.CSP(n_components=2, reg=None, rank="full", norm_trace=False).fit(self.epochs(rows), y)
        return self

    def transform(self, rows):
        return self.csp_.transform(self.epochs(rows)) + np.log(self.samples_ / (self.samples_ - 1))


def main():
    g = Golden("filter_bank", """
        rows [60][68], float32: for each of 6 bands the upper triangle, by rows, of the uncentred covariance of 4 channels
        and 100 samples (10 columns), then 8 band powers of another scale. y: class, 0 or 1. The first 40 rows are learnt
        from, the last 20 asked. features [20][20]: of sklearn's ColumnTransformer of six mne.decoding.CSP (2 components,
        log, rank full) and a StandardScaler on the powers; proba [20][2]: of LinearDiscriminantAnalysis behind it.""",
               seed=61)
    rng = np.random.default_rng(61)
    n, t = 60, 100
    y = np.arange(n) % 2
    rows = []
    for band in range(BANDS):
        mix = rng.normal(size=(CHANNELS, 2))
        amp = rng.uniform(0.8, 1.25, (n, 2))
        amp[np.arange(n), y] *= 1 + 0.2 * band  # later bands tell more
        x = np.einsum("cs,nst->nct", mix, rng.normal(size=(n, 2, t)) * amp[:, :, None])
        x += 0.8 * rng.normal(size=x.shape)
        cov = np.einsum("nct,ndt->ncd", x, x) / t
        rows.append(cov[:, np.triu_indices(CHANNELS)[0], np.triu_indices(CHANNELS)[1]])
    rows.append(1000 + 50 * rng.normal(size=(n, POWERS)) + 30 * y[:, None])
    rows = f32(np.hstack(rows))
    parts = [("b%d" % b, RowCSP(), slice(b * TRIANGLE, (b + 1) * TRIANGLE)) for b in range(BANDS)]
    parts.append(("power", StandardScaler(), slice(BANDS * TRIANGLE, None)))
    bank = ColumnTransformer(parts)
    train = bank.fit_transform(rows[:40].astype(float), y[:40])
    ask = bank.transform(rows[40:].astype(float))
    g.input("rows", rows)
    g.input("y", y)
    g.array("features", ask, 1e-5, 1e-5)
    g.array("proba", LinearDiscriminantAnalysis().fit(train, y[:40]).predict_proba(ask), 1e-4, 1e-5)
    g.close()


main()
