"""The images of the data set `digits`."""

import numpy as np
from sklearn.datasets import load_digits
from zookit.core.data import Source

from zookit_digits.digits import Digits


def test_the_pixels_are_those_of_scikit_learn() -> None:
    splits = Digits().load(Source("full", None, None, "generated"))
    images = np.concatenate([splits.train.images, splits.test.images])[..., 0]
    assert images.max() == 255
    assert np.array_equal(np.rint(images / 255 * 16), load_digits().images)
    assert len(np.unique(images, axis=0)) == 1797
