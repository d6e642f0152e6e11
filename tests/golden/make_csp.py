"""csp: mne.decoding.CSP on a seeded mixture of three sources, and a three-class case."""
from golden import Golden, f32, rows_positive

import mne
import numpy as np


def mixture(seed, classes, n_epochs, n_channels, n_samples):
    """Epochs [epoch][channel][sample]: class k makes source k strong; all channels noisy, so of full rank."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(n_channels, 3))
    y = np.arange(n_epochs) % classes
    x = np.empty((n_epochs, n_channels, n_samples))
    for i in range(n_epochs):
        amp = np.array([1.0, 0.7, 0.5]) * rng.uniform(0.8, 1.25, 3)
        amp[y[i]] *= 2.5
        x[i] = mix @ (rng.normal(size=(3, n_samples)) * amp[:, None]) + 0.6 * rng.normal(size=(n_channels, n_samples))
    return 1e-5 * x, y  # volts


def scaled(filters, class_covs):
    """mne multiplies class covariances by T / (T - 1), T samples; ours are the plain means, so rescale to
    w (C0 + C1) w' = 1 (two classes) or w mean(Ck) w' = 1 (more; equal counts of epochs here)."""
    c = class_covs.sum(axis=0) if len(class_covs) == 2 else class_covs.mean(axis=0)
    return filters / np.sqrt(np.einsum("ij,jk,ik->i", filters, c, filters))[:, None]


def main():
    g = Golden("csp", """
        mne.decoding.CSP. Epochs of C channels and T samples come in as their uncentred covariance X X' / T: NAME.cov
        [epoch][C * C], the full matrix by rows, float32 (V^2). Results are of these rounded matrices: epochs with
        exactly that covariance (its Cholesky factor times sqrt(C), C samples) were given to mne. y: class of each
        epoch. two: 40 epochs x 6 channels x 200 samples, 2 classes. three: 45 x 6 x 150, 3 classes (Pham's joint
        diagonalisation). Cases: plain (4 components, order mutual_info: |lambda - 0.5| descending), alternate
        (component_order), trace (norm_trace: class covariances over their trace), epoch (cov_est epoch: the same
        numbers), zscore (log False). mne's class covariances carry a factor T / (T - 1) that rows of covariance
        cannot know; filters here are rescaled by the one factor that makes W (C0 + C1) W' = I with C the plain class
        means (three classes: w mean(C) w' = 1). .filters [all 6][C]: rows in component order; all 6, whatever
        n_components is. .patterns [6][C] = rows of pinv(filters)'; sign rule: in each row of patterns the entry of
        largest magnitude is positive, the row of filters is flipped along. .features [epoch][4]: log of mean power of
        the filtered epoch (two.zscore: mean power z-scored by training mean and sd, ddof 0). two.plain.eigenvalues:
        of eigh(C0, C0 + C1) in component order.""", seed=51)
    for data, classes, n, t in (("two", 2, 40, 200), ("three", 3, 45, 150)):
        x, y = mixture(51 + classes, classes, n, 6, t)
        cov = f32(np.einsum("ijk,ilk->ijl", x, x) / t)
        g.input(data + ".cov", cov.reshape(n, 36))
        g.input(data + ".y", y)
        x = np.linalg.cholesky(cov) * np.sqrt(6)
        for case, kw in (("plain", {}), ("alternate", {"component_order": "alternate"}),
                         ("trace", {"norm_trace": True}),
                         ("epoch", {"cov_est": "epoch"}), ("zscore", {"log": False})):
            if data == "three" and case == "alternate":
                continue
            kw = {"n_components": 4, "norm_trace": False, **kw}
            m = mne.decoding.CSP(reg=None, rank="full", **kw).fit(x, y)
            means = np.array([cov[y == k].mean(axis=0) for k in range(classes)])
            if kw["norm_trace"]:
                means /= np.trace(means, axis1=1, axis2=2)[:, None, None]
            filters = scaled(m.filters_, means)
            gain = filters[:, :1] / m.filters_[:, :1]
            if not np.ptp(gain) < 1e-9 * gain.max():
                raise SystemExit("csp %s %s: rescaling changed more than one common factor" % (data, case))
            power = np.einsum("ij,njk,ik->ni", filters[:4], cov, filters[:4])
            if kw.get("log") is False:
                features = (power - power.mean(axis=0)) / power.std(axis=0)
                same = m.transform(x)[:, :4]
            else:
                features = np.log(power)
                same = m.transform(x)[:, :4] + 2 * np.log(gain[0, 0])
            if not np.max(np.abs(features - same)) < 1e-9:
                raise SystemExit("csp %s %s: features are not mne's" % (data, case))
            patterns, filters = rows_positive(np.linalg.pinv(filters).T, filters)
            name = "%s.%s." % (data, case)
            tol = (1e-6, 1e-7) if data == "two" else (1e-4, 1e-5)
            g.array(name + "filters", filters, tol[0], tol[1] * np.abs(filters).max())
            g.array(name + "patterns", patterns, tol[0], tol[1] * np.abs(patterns).max())
            g.array(name + "features", features, tol[0], 10 * tol[1])
        if data == "two":
            c0, c1 = (cov[y == k].mean(axis=0) for k in (0, 1))
            from scipy.linalg import eigh
            w = eigh(c0, c0 + c1, eigvals_only=True)
            g.array("two.plain.eigenvalues", w[np.argsort(np.abs(w - 0.5))[::-1]], 1e-9, 1e-12)
    g.close()


main()
