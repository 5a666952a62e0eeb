"""The matrix products of an epoch of the dense network, with NumPy."""

import os
import sys

epochs, steps, threads = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if threads != "all":
    # NumPy reads these when it is imported, one for each library that it may use.
    for name in ("OPENBLAS", "MKL", "OMP", "VECLIB_MAXIMUM"):
        os.environ[f"{name}_NUM_THREADS"] = threads

import numpy as np  # noqa: E402
from clock import Clock  # noqa: E402

BATCH, PIXELS, UNITS, CLASSES = 32, 784, 128, 10

draw = np.random.default_rng(0)
images = draw.random((steps, BATCH, PIXELS), np.float32)
first = draw.random((PIXELS, UNITS), np.float32) / PIXELS
second = draw.random((UNITS, CLASSES), np.float32) / UNITS
hidden, upstream = (np.empty((BATCH, UNITS), np.float32) for _ in range(2))
outputs = np.empty((BATCH, CLASSES), np.float32)
of_first, of_second = np.empty_like(first), np.empty_like(second)

clock = Clock()
for _ in range(epochs):
    clock.start()
    for batch in images:
        np.matmul(batch, first, out=hidden)
        np.matmul(hidden, second, out=outputs)
        # The outputs replace the gradient of the loss, which has the same shape.
        np.matmul(hidden.T, outputs, out=of_second)
        np.matmul(outputs, second.T, out=upstream)
        np.matmul(batch.T, upstream, out=of_first)
    clock.lap()
clock.report()
