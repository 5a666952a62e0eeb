"""The layers of the architecture `residual`."""

import keras
import pytest

from zookit_digits.residual import Residual


@pytest.mark.parametrize("shape", [(1, 1, 1), (8, 8, 1), (31, 17, 3)])
def test_there_is_one_feature_for_each_of_the_last_filters(shape: tuple[int, ...]) -> None:
    features = Residual(filters=(4, 6), blocks=2).features(keras.Input(shape))
    assert features.shape == (None, 6)


def test_every_block_adds_two_convolutions_to_its_input() -> None:
    images = keras.Input((8, 8, 4))
    one, three = (
        keras.Model(images, Residual(filters=(4,), blocks=blocks).features(images))
        for blocks in (1, 3)
    )
    added = three.count_params() - one.count_params()
    # A convolution of 3 x 3 from 4 maps to 4, and four numbers per map of its normalization.
    assert added == 2 * 2 * (3 * 3 * 4 * 4 + 4 * 4)
