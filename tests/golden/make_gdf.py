"""gdf: the samples of tests/data/formats/mne-testing-test_1ch.gdf, as MNE reads them."""
import os

from golden import HERE, Golden, f32

import mne


def main():
    g = Golden("gdf", """
        mne.io.read_raw_gdf of mne-testing-test_1ch.gdf (GDF 2.10, one channel of float32, 150 Hz), taken back from V to
        the file's mV.""")
    raw = mne.io.read_raw_gdf(os.path.join(HERE, "..", "data", "formats", "mne-testing-test_1ch.gdf"), preload=True)
    assert raw.info["sfreq"] == 150.0
    g.array("test_1ch", f32(raw.get_data()[0] * 1e3), 1e-6, 1e-9, " f32")
    g.close()


main()
