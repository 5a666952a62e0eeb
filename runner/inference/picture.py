"""Pages of images with captions, as PNG. Imports Pillow."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

GAP = 8
"""The usual space between the parts of a page, in pixels."""
_SIZE = 13
_SMALL = 64
_NO_CHARACTER = "\U0010ffff"
_PAPER, _INK = "white", "#1a1a1a"


class Page:
    """A white page of a width and a height in pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self._image = Image.new("RGB", (width, height), _PAPER)
        self._pen = ImageDraw.Draw(self._image)
        from matplotlib import get_data_path  # the functions below do not need it

        more_scripts = Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
        self._fonts = ImageFont.load_default(_SIZE), ImageFont.truetype(more_scripts, _SIZE)

    def text(self, left: int, top: int, text: str, width: int, *, bold: bool = False) -> None:
        r"""Write a line of text; what exceeds the width is cut off, with three dots.

        Characters that no font has are escaped, such as `\u65e5`.
        """
        font = next((each for each in self._fonts if not _missing(each, text)), self._fonts[-1])
        shown = escaped(text, _missing(font, text))
        while len(shown) > 1 and font.getlength(shown) > width:
            shown = f"{shown.rstrip('…')[:-1]}…"
        stroke = 0.3 if bold else 0
        self._pen.text((left, top), shown, _INK, font, stroke_width=stroke)

    def paste(self, left: int, top: int, image: Image.Image) -> None:
        """Put an image on the page."""
        self._image.paste(image, (left, top))

    def png(self) -> bytes:
        """Return the page."""
        png = io.BytesIO()
        self._image.save(png, "PNG", optimize=True)
        return png.getvalue()


def escaped(text: str, characters: set[str]) -> str:
    """Return a text with some characters as Python escapes them."""
    return "".join(
        each.encode("unicode_escape").decode() if each in characters else each for each in text
    )


def _missing(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, text: str) -> set[str]:
    """Return the characters of a text that a font draws as it draws one that does not exist."""
    box = bytes(font.getmask(_NO_CHARACTER))
    return {each for each in set(text) if bytes(font.getmask(each)) == box}


def enlarged(image: Image.Image, side: int) -> Image.Image:
    """Return an image scaled so that its longer side has so many pixels."""
    scale = side / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    nearest, smooth = Image.Resampling.NEAREST, Image.Resampling.LANCZOS
    return image.resize(size, nearest if is_small(*image.size) else smooth)


def is_small(width: int, height: int) -> bool:
    """Whether an image has so few pixels that it is enlarged without smoothing."""
    return max(width, height) < _SMALL
