"""Pages of images with captions, as PNG. Imports Pillow."""

import io

from PIL import Image, ImageDraw, ImageFont

GAP = 8
"""The usual space between the parts of a page, in pixels."""
_SIZE = 13
_SMALL = 64
_PAPER, _INK = "white", "#1a1a1a"


class Page:
    """A white page of a width and a height in pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self._image = Image.new("RGB", (width, height), _PAPER)
        self._pen = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(_SIZE)

    def text(self, left: int, top: int, text: str, width: int, *, bold: bool = False) -> None:
        """Write a line of text; what exceeds the width is cut off, with three dots."""
        shown = text
        while len(shown) > 1 and self._font.getlength(shown) > width:
            shown = f"{shown.rstrip('…')[:-1]}…"
        stroke = 0.3 if bold else 0
        self._pen.text((left, top), shown, _INK, self._font, stroke_width=stroke)

    def paste(self, left: int, top: int, image: Image.Image) -> None:
        """Put an image on the page."""
        self._image.paste(image, (left, top))

    def png(self) -> bytes:
        """Return the page."""
        png = io.BytesIO()
        self._image.save(png, "PNG", optimize=True)
        return png.getvalue()


def enlarged(image: Image.Image, side: int) -> Image.Image:
    """Return an image scaled so that its longer side has so many pixels."""
    scale = side / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    nearest, smooth = Image.Resampling.NEAREST, Image.Resampling.LANCZOS
    return image.resize(size, nearest if is_small(*image.size) else smooth)


def is_small(width: int, height: int) -> bool:
    """Whether an image has so few pixels that it is enlarged without smoothing."""
    return max(width, height) < _SMALL
