"""Images in data URIs."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from zookit.inference.data_uri import data_uri


@pytest.mark.parametrize(("channels", "shown"), [(1, 1), (3, 3), (4, 4), (2, 1), (5, 1)])
def test_pixels_are_kept_and_odd_channels_are_left_out(channels: int, shown: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, channels), np.uint8)
    uri = data_uri(pixels)
    assert uri.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        assert np.array_equal(np.asarray(image).reshape(4, 6, -1), pixels[..., :shown])
