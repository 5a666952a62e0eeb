"""Images inside a page, as PNG in data URIs."""

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def data_uri(pixels: "npt.NDArray[np.uint8]") -> str:
    """Return the data URI of an image, uint8 (H, W, C).

    If C is not a number of channels that PNG has, only the first channel is shown.
    """
    height, width, channels = pixels.shape
    mode = _MODES.get(channels, "L")
    shown = pixels[:, :, : len(mode)]
    image = Image.frombytes(mode, (width, height), shown.tobytes())
    png = io.BytesIO()
    image.save(png, "PNG")
    return f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
