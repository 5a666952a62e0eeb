"""The pictures that callbacks left in a run's folder, decoded and encoded again.

A run may come from somebody else. Only regular PNG and JPEG files of limited size are read, and
what comes into the page is what zookit itself encodes.
"""

import base64
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from zookit.core.data.images import without_warnings
from zookit.core.errors import reason_of
from zookit.core.messages import counted, printable
from zookit.core.reading import read_bounded
from zookit.core.run_files import FILES, epoch_of, is_real_folder
from zookit.inference.picture import is_small
from zookit.runs.callback_files import entries

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
_MOST_NAMES, _MOST_OF_NAME = 8, 6
"""How many names are shown, and how many epochs of each: the newest ones."""
_MOST_TRIED = 20
"""The most files of a name that are decoded, if some cannot be shown."""
_MOST_ENTRIES = 10_000
"""The most entries of a folder that are looked at."""
_MOST_FILE_BYTES, _MOST_PIXELS = 8_000_000, 16_000_000
_LONGEST_SIDE = 1200
"""Larger pictures are scaled down, in pixels."""
_MOST_PAGE_BYTES = 24_000_000
"""The most bytes of all pictures of a page together."""
_LISTED, _LONGEST = 10, 100
"""The most files left out that are listed, and the longest name, in characters."""


@dataclass(frozen=True)
class Picture:
    """A picture of one epoch, as a data URI."""

    epoch: int
    alternative: str
    address: str
    is_small: bool


@dataclass(frozen=True)
class PictureGroup:
    """The pictures of one name, the newest epoch first, of so many files."""

    name: str
    pictures: list[Picture]
    count: int


@dataclass(frozen=True)
class Pictures:
    """The pictures of a run, and one line for each file that is not shown."""

    groups: list[PictureGroup]
    left_out: list[str]


def pictures_of(run: Path) -> Pictures:
    """Return the pictures that callbacks left in a run's folder."""
    found = _Found()
    folder = run / FILES
    if os.path.lexists(folder) and not is_real_folder(folder):
        found.leave_out(folder, "it is not a folder")
    for at, each in enumerate(_entries(folder, found)):
        if at == _MOST_NAMES:
            found.leave_out(folder, f"only {_MOST_NAMES} names are shown")
            break
        found.add_group(each)
    if found.more:
        found.lines.append(f"and {counted(found.more, 'more file')}")
    return Pictures(found.groups, found.lines)


class _Found:
    def __init__(self) -> None:
        self.groups: list[PictureGroup] = []
        self.lines: list[str] = []
        self.more = 0
        self._bytes = 0

    def leave_out(self, path: Path, reason: str) -> None:
        if len(self.lines) == _LISTED:
            self.more += 1
            return
        name = path.name if path.name == FILES else f"{path.parent.name}/{path.name}"
        self.lines.append(f"{printable(name)[:_LONGEST]}: {printable(reason)[:_LONGEST]}")

    def add_group(self, folder: Path) -> None:
        if not is_real_folder(folder):
            self.leave_out(folder, "it is not a folder")
            return
        files = list(self._files(folder))
        files.sort(key=lambda each: (-each[0], each[1].name))
        pictures: list[Picture] = []
        for epoch, path in files[:_MOST_TRIED]:
            if len(pictures) == _MOST_OF_NAME:
                break
            picture = self._picture(epoch, path)
            if picture is not None:
                pictures.append(picture)
        if pictures:
            name = printable(folder.name)[:_LONGEST]
            self.groups.append(PictureGroup(name, pictures, len(files)))

    def _files(self, folder: Path) -> Iterator[tuple[int, Path]]:
        for path in _entries(folder, self):
            epoch = epoch_of(path.name)
            if epoch is None or path.suffix.lower() not in _FORMATS:
                self.leave_out(path, "it is not the PNG or JPEG file of an epoch")
            else:
                yield epoch, path

    def _picture(self, epoch: int, path: Path) -> Picture | None:
        try:
            address, size = _encoded(path)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - Pillow's decoders raise many types
            strerror = error.strerror if isinstance(error, OSError) else None
            self.leave_out(path, strerror or reason_of(error))
            return None
        self._bytes += len(address)
        if self._bytes > _MOST_PAGE_BYTES:
            self.leave_out(path, "the page has as many bytes of pictures as it may")
            return None
        name = printable(path.parent.name)[:_LONGEST]
        return Picture(epoch, f"{name}, epoch {epoch}", address, is_small(*size))


def _entries(folder: Path, found: _Found) -> list[Path]:
    try:
        return entries(folder, _MOST_ENTRIES)
    except OSError as error:
        found.leave_out(folder, f"it cannot be read: {error.strerror or reason_of(error)}")
        return []


def _encoded(path: Path) -> tuple[str, tuple[int, int]]:
    """Return a picture as a data URI, and its size in pixels. Raises what Pillow does."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise ValueError("it is not a regular file")
    content = read_bounded(path, _MOST_FILE_BYTES)
    kind = _FORMATS[path.suffix.lower()]
    with without_warnings(), Image.open(io.BytesIO(content), formats=(kind,)) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise ValueError(f"it has more than {_MOST_PIXELS:,} pixels")
        transparent = image.has_transparency_data
        shown = image.convert("RGBA" if transparent else "RGB")
    shown.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    bare = Image.frombytes(shown.mode, shown.size, shown.tobytes())  # without metadata
    encoded = io.BytesIO()
    bare.save(encoded, kind, quality=85)
    text = base64.b64encode(encoded.getvalue()).decode()
    return f"data:image/{kind.lower()};base64,{text}", shown.size
