"""analytic: scipy.signal.hilbert without padding, of even and odd lengths."""
from golden import Golden, np
from scipy.signal import hilbert

g = Golden("analytic", "x: white noise of n values; h: the imaginary part of scipy.signal.hilbert(x).", seed=9)
rng = np.random.default_rng(9)
for n in (1, 2, 3, 4, 7, 100, 101):
    x = rng.normal(size=n)
    g.input("x%d" % n, x)
    g.array("h%d" % n, hilbert(x).imag, 0, 1e-13)
g.close()
