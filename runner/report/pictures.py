"""Images in a page, as PNG in data URIs."""

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def data_uri(pixels: "npt.NDArray[np.uint8]") -> str:
    """Pixels, uint8 (h, w, C), as the address of an image.

    Of a number of channels that no PNG has the first is shown.
    """
    height, width, channels = pixels.shape
    mode = _MODES.get(channels, "L")
    shown = pixels[:, :, : len(mode)]
    picture = Image.frombytes(mode, (width, height), shown.tobytes())
    png = io.BytesIO()
    picture.save(png, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
