"""erp_means: means in windows of time after the event, of mne.Epochs with and without baseline."""
from golden import Golden, f32

import mne
import numpy as np

RATE = 160.0
WINDOWS = [(-0.2, 0.0), (0.08, 0.12), (0.1031, 0.2469), (0.25, 0.5), (0.1, 0.105)]


def main():
    g = Golden("erp_means", """
        input [640][3]: 4 s of three channels at 160 Hz, noise and slow waves, frame by frame. onsets: of events, in s,
        not at whole samples. windows [5][2]: from and to, in s after the event. plain, baseline [epochs][3 x 5]: by channel,
        then window, mne.Epochs(tmin=-0.2, tmax=0.5).crop(from, to).get_data().mean(-1), without and with baseline
        (None, 0).""", seed=11)
    rng = np.random.RandomState(11)
    t = np.arange(640) / RATE
    x = f32(np.array([20 * np.sin(2 * np.pi * (1.3 + k) * t + k) + rng.normal(3 * k, 5, 640) for k in range(3)]))
    onsets = np.array([0.3, 0.7712, 1.2345, 2.0031, 2.71, 3.4])
    raw = mne.io.RawArray(x, mne.create_info(["Fz", "Cz", "Pz"], RATE, "eeg"))
    events = np.column_stack([np.rint(onsets * RATE), np.zeros(6), np.ones(6)]).astype(int)
    g.input("input", x.T)
    g.input("onsets", onsets)
    g.input("windows", np.array(WINDOWS))
    for name, baseline in (("plain", None), ("baseline", (None, 0))):
        e = mne.Epochs(raw, events, tmin=-0.2, tmax=0.5, baseline=baseline, preload=True)
        assert len(e) == 6
        means = np.stack([e.copy().crop(a, b).get_data().mean(-1) for a, b in WINDOWS], axis=-1)
        g.array(name, means.reshape(6, 15), 0, 1e-5)
    g.close()


main()
