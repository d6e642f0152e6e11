"""template: OpenCV's scores of template matching, and the same by a plain double loop.

The scores were computed once by OpenCV 4.6.0 (cv2.matchTemplate, TM_CCOEFF_NORMED, one thread); this script cuts them
down to what the test needs and refuses them where a double loop differs by more than 1e-6. BALEEN_SHARED_GOLDEN names
the folder that holds template/ (default: ../shared/golden beside the checkout)."""
import os

from golden import ROOT, Golden

import numpy as np

base = os.environ.get("BALEEN_SHARED_GOLDEN") or os.path.join(ROOT, "..", "shared", "golden")
ROW, COL, ROWS, COLS = 40, 50, 56, 60


def load(name):
    return np.load(os.path.join(base, "template", name + ".npy"))


def cut(name, template):
    h, w = template.shape
    return load(name)[ROW:ROW + ROWS - h + 1, COL:COL + COLS - w + 1]


def loop_of_products(image, template, squared):
    h, w = template.shape
    t = template.astype(float)
    out = np.empty((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            i = image[y:y + h, x:x + w].astype(float)
            top = ((t - i) ** 2).sum() if squared else (t * i).sum()
            out[y, x] = min(1, top / np.sqrt((t ** 2).sum() * (i ** 2).sum()))  # OpenCV's cap
    return out


def loop(image, template):
    h, w = template.shape
    t = template.astype(float) - template.mean(dtype=float)
    out = np.empty((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            i = image[y:y + h, x:x + w].astype(float)
            i = i - i.mean()
            out[y, x] = (t * i).sum() / np.sqrt((t ** 2).sum() * (i ** 2).sum())
    return out


def main():
    g = Golden("template", """template_match against OpenCV 4.6.0, TM_CCOEFF_NORMED: a part of a dB spectrogram scaled to 0..1,
        [bin][frame], a template cut from it and the same as a mask of 0 and 1; scores [place][frame], at the top left.
        tm_ccorr_normed_a, tm_sqdiff_normed_a: of template_a by the other two methods, from the double loop, which OpenCV's
        single precision follows to 1e-5.""")
    image = load("image")[ROW:ROW + ROWS, COL:COL + COLS]
    g.input("image", image)
    for name, scores in (("template_a", "ccoeff_normed_a"), ("template_mask", "ccoeff_normed_mask")):
        template = load(name)
        h, w = template.shape
        want = load(scores)[ROW:ROW + ROWS - h + 1, COL:COL + COLS - w + 1]
        exact = loop(image, template)
        assert np.abs(exact - want).max() < 1e-6, np.abs(exact - want).max()
        g.input(name, template)
        g.array(scores, want, 0, 1e-5)
        g.array(scores + ".loop", exact, 0, 2e-7)
    template = load("template_a")
    for scores, squared in (("tm_ccorr_normed_a", False), ("tm_sqdiff_normed_a", True)):
        want = cut(scores, template)
        exact = loop_of_products(image, template, squared)
        assert np.abs(exact - want).max() < 1e-5, np.abs(exact - want).max()
        g.array(scores, exact, 0, 2e-7)
    g.close()


main()
