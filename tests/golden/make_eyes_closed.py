"""eyes_closed: relative alpha power over the back of the head, eyes open (run 1) and closed (run 2)."""
from golden import Golden, source

import mne
import numpy as np
from scipy.signal import welch


def main():
    g = Golden("eyes_closed", """
        PhysioNet eegmmidb S001, runs 1 (eyes open) and 2 (eyes closed), channels O1, Oz, O2, 160 Hz, raw signal in
        uV. Windows of 2 s without overlap, window k from sample 320 k (30 a run). Welch: scipy, periodic Hann,
        nperseg 160, overlap 80, mean removed from each segment, density (1 Hz bins). alpha.runN [window][channel]:
        sum of bins 8 <= f <= 13 over the sum of bins 2 <= f <= 40. absolute.runN: sum of bins 8..13 times 1 Hz, uV^2.
        psd.runN.w0 [channel][bin]: density of window 0. mean.runN [channel]: mean of alpha over windows. whole.runN:
        alpha of the whole run at once (nperseg 320, overlap 160). auroc [channel]: of alpha as score for closed eyes
        over the 60 windows.""")
    score = []
    for run in (1, 2):
        raw = mne.io.read_raw_edf(source("eegmmidb-s001", "S001R%02d.edf" % run), preload=True)
        mne.datasets.eegbci.standardize(raw)
        x = raw.get_data(picks=["O1", "Oz", "O2"]) * 1e6
        n = x.shape[1] // 320
        f, p = welch(x[:, :n * 320].reshape(3, n, 320), fs=160.0, nperseg=160)
        alpha, wide = (f >= 8) & (f <= 13), (f >= 2) & (f <= 40)
        rel = (p[..., alpha].sum(axis=-1) / p[..., wide].sum(axis=-1)).T
        score.append(rel)
        name = "run%d" % run
        g.array("alpha." + name, rel, 1e-5, 1e-6)
        g.array("absolute." + name, p[..., alpha].sum(axis=-1).T, 1e-5, 1e-4)
        g.array("psd.%s.w0" % name, p[:, 0], 1e-4, 1e-5)
        g.array("mean." + name, rel.mean(axis=0), 1e-5, 1e-6)
        f, p = welch(x, fs=160.0, nperseg=320)
        alpha, wide = (f >= 8) & (f <= 13), (f >= 2) & (f <= 40)
        g.array("whole." + name, p[:, alpha].sum(axis=1) / p[:, wide].sum(axis=1), 1e-5, 1e-6)
    from sklearn.metrics import roc_auc_score
    t = np.r_[np.zeros(len(score[0])), np.ones(len(score[1]))]
    g.array("auroc", [roc_auc_score(t, np.r_[score[0][:, c], score[1][:, c]]) for c in range(3)], 0, 2e-3)
    g.close()


main()
