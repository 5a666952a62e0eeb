"""What was done to image files so that a model can read them, and what looks wrong with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageStat

from zookit.core import say, warn
from zookit.core.messages import option, printable
from zookit.inference.border import border_brightness, looks_inverted

if TYPE_CHECKING:
    import numpy.typing as npt

_CUT = 0.1
"""A picture is noted if more than this fraction of it is cut off."""
_ENLARGED = 2
_REDUCED = 8
"""A picture is noted if its side is enlarged, or reduced, by more than this."""
_COLOURED = 8
"""The mean difference of the channels above which a picture has colours, 0 to 255."""

Note = tuple[str, str]
"""The kind of a note, and its text."""


@dataclass
class ImageNotes:
    """Collects what was done to files, and reports each kind once, with the number of files.

    Args:
        shape: height, width and channels that the model takes.
        border: the usual brightness of the border of the training images, if it is known.
        invert: whether dark and light are swapped.
        how_to_invert: how a note names that; empty for the option of `zookit predict`.
    """

    shape: tuple[int, int, int]
    border: tuple[int, int] | None = None
    invert: bool = False
    how_to_invert: str = ""
    _found: dict[str, tuple[Path, str, int]] = field(default_factory=dict)

    def looking_at(self, notes: list[Note]) -> Callable[[Image.Image], None]:
        """Return a function that adds the notes about an opened image; safe for use in threads."""

        def look(image: Image.Image) -> None:
            notes.extend(_notes_of(image, self.shape))

        return look

    def add(
        self,
        files: Sequence[Path],
        notes: Sequence[list[Note]],
        pixels: "npt.NDArray[np.uint8]",
        errors: Sequence[str],
    ) -> None:
        """Add files with their notes and with what the model gets, uint8 (N, H, W, C).

        Files with an error do not count.
        """
        self.check_borders(notes, pixels)
        for file, each, error in zip(files, notes, errors, strict=True):
            for kind, text in each if not error else ():
                first, example, count = self._found.get(kind, (file, text, 0))
                self._found[kind] = first, example, count + 1

    def check_borders(self, notes: Sequence[list[Note]], pixels: "npt.NDArray[np.uint8]") -> None:
        """Add to the notes of those images, uint8 (N, H, W, C), that look inverted."""
        if self.border is None:
            return
        brightness = border_brightness(pixels)
        for at in np.flatnonzero(looks_inverted(brightness, self.border)).tolist():
            notes[at].append(("inverted", self._inverted(brightness[at], self.border)))

    def report(self) -> None:
        """Log what was found. What probably needs an action is a warning."""
        for kind, (file, text, count) in self._found.items():
            more = f" and {count - 1:,} more" if count > 1 else ""
            (warn if kind in ("inverted", "enlarged") else say)(f"{printable(file)}{more}: {text}.")
        self._found.clear()

    def _inverted(self, brightness: float, usual: tuple[int, int]) -> str:
        low, high = usual
        light = "darker" if brightness < low else "lighter"
        advice = "leave out" if self.invert else "try"
        shown = f"{low}" if low == high else f"{low} to {high}"
        return (
            f"its border is much {light} ({brightness:.0f} of 255) than that of the images that "
            f"the run was trained on ({shown}), as if dark and light were swapped; {advice} "
            f"{self.how_to_invert or option('--invert', 'invert=True')}"
        )


def _notes_of(image: Image.Image, shape: tuple[int, int, int]) -> list[Note]:
    notes: list[Note] = []
    height, width, channels = shape
    if _is_animated(image):
        notes.append(("animated", "it is an animation, of which the first frame is used"))
    if image.has_transparency_data and _is_transparent(image):
        notes.append(("transparent", "transparent parts became white"))
    if channels == 1 and _is_coloured(image):
        notes.append(("colour", "its colours became grey, because the model takes grey images"))
    if image.size == (width, height):
        return notes
    scale = max(width / image.width, height / image.height)
    used = round(width / scale), round(height / scale)
    kept = used[0] * used[1] / (image.width * image.height)
    whole, part = f"{image.width} x {image.height}", f"{used[0]} x {used[1]}"
    if kept < 1 - _CUT:
        notes.append(("cut", f"only the central {part} of its {whole} pixels are used"))
    if scale > _ENLARGED:
        notes.append(
            ("enlarged", f"its {part} pixels were enlarged to {width} x {height}, so it is blurred")
        )
    elif scale < 1 / _REDUCED:
        notes.append(("reduced", f"its {part} pixels were reduced to {width} x {height}"))
    return notes


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 - a damaged second frame, which does not matter
        return False


def _is_transparent(image: Image.Image) -> bool:
    alpha = _few_pixels(image).convert("RGBA").getchannel("A")
    return alpha.tobytes().strip(b"\xff") != b""


def _is_coloured(image: Image.Image) -> bool:
    if image.mode in ("1", "L", "LA", "La") or image.mode.startswith(("I", "F")):
        return False
    red, green, blue = _few_pixels(image).convert("RGB").split()
    channels = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
    return any(ImageStat.Stat(each).mean[0] > _COLOURED for each in channels)


def _few_pixels(image: Image.Image) -> Image.Image:
    """Return evenly spaced pixels of the image, which is faster than converting it as a whole."""
    return image.resize((64, 64), Image.Resampling.NEAREST)
