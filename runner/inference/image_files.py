"""Reads image files as input of a model, a block at a time."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL.Image import Image

from zookit.core import BadExperiment, BadParameter, DataError, warn
from zookit.core.data.files import image_entries_below
from zookit.core.data.images import pixels_of, upright_image, without_warnings
from zookit.core.data.threads import in_threads
from zookit.core.errors import quoted
from zookit.core.messages import printable, with_article
from zookit.core.processor_count import processors
from zookit.inference.image_notes import ImageNotes, Note
from zookit.inference.rebuild import check_ended
from zookit.modeling.pixels import as_pixels, warn_if_dim
from zookit.runs.run import RunRecord

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

EXPECTED = "Pass PNG, JPEG, GIF, BMP or WebP files, or folders that contain them."
"""The end of errors about files."""
_FILES_PER_TASK = 32
"""The most files that a thread reads in one task; reading a small one takes less than a task."""


def is_one_file(paths: Sequence[Path]) -> bool:
    """Return whether the paths name a single file, so that all that is reported is about it."""
    return len(paths) == 1 and not _is_folder(paths[0])


def find_image_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files among the paths, and all files below the folders, in a stable order.

    Hidden files in folders are left out, and those of operating systems and sync tools. Links are
    followed, but each real folder is read once. A subfolder that cannot be read is skipped with a
    warning. Raises DataError if a folder itself cannot be read.
    """
    for path in paths:
        if not _is_folder(path):
            yield path
            continue
        for entry in image_entries_below(path):
            if entry.kind == "file":
                yield entry.path
            elif entry.kind == "unreadable":
                warn(f"{printable(entry.path)} {entry.detail}, so it is skipped.")


def read_images(
    files: Iterable[Path],
    block_size: int,
    notes: ImageNotes,
) -> "Iterator[tuple[list[Path], Pixels]]":
    """Yield the files and their images, uint8 (N, H, W, C), in blocks.

    A file that cannot be read is skipped with a warning.

    Args:
        files: the files.
        block_size: the maximum number of images in a block.
        notes: collects what was done; it has the shape of the images, see
            `zookit.core.data.read_image`, and whether dark and light are swapped.
    """
    remaining = iter(files)
    while block := list(islice(remaining, block_size)):
        images = np.empty((len(block), *notes.shape), np.uint8)
        errors = _read(block, images, notes)
        for file, error in zip(block, errors, strict=True):
            if error:
                warn(f"{printable(file)} {error}, so it is skipped.")
        read = [at for at, error in enumerate(errors) if not error]
        if read:
            images = images if len(read) == len(block) else images[read]
            yield [block[at] for at in read], images


def check_channels(run: RunRecord) -> None:
    """Raise BadExperiment if the run's images have channels that no image file has."""
    shape = run.environment.data.image_shape
    if shape[2] not in (1, 3):
        raise BadExperiment(
            f"{run.name} was trained on images of {' x '.join(map(str, shape))}, but image files "
            "have 1 or 3 channels. Predict arrays in Python instead: zookit.open_run(...).predict"
        )


def notes_for(run: RunRecord, *, invert: bool) -> ImageNotes:
    """Return the collector of notes about files that a run's model gets."""
    data = run.environment.data
    return ImageNotes(data.image_shape, data.border, invert)


def images_for(run: RunRecord, images: Any, *, invert: bool) -> "Pixels":
    """Return images as the model of a run gets them, uint8 (N, H, W, C).

    Args:
        run: a run that has ended.
        images: an array of raw pixels, or image files and folders of them.
        invert: swap dark and light.

    Raises:
        BadParameter: `images` is neither, or the array has another shape or other values.
        BadExperiment: the run's images have channels that no image file has.
        DataError: a file cannot be read.
        BadRun: the run has not ended.
    """
    check_ended(run)  # before files are read
    if not hasattr(images, "shape"):
        return load_images_of(run, images, invert=invert)
    pixels = as_pixels(images, run.environment.data.image_shape)
    warn_if_dim(pixels)
    return 255 - pixels if invert else pixels


def load_images_of(
    run: RunRecord, files: str | Path | Iterable[str | Path], *, invert: bool
) -> "Pixels":
    """Return the images of files and folders, uint8 (N, H, W, C), in the shape of a run's images.

    Raises BadParameter if `files` are no paths, BadExperiment as `check_channels`, and DataError if
    a file cannot be read.
    """
    check_channels(run)
    if not isinstance(files, str | Path | Iterable):
        raise BadParameter(
            f"images must be one array, or paths of image files, got {quoted(files)}."
        )
    paths = [files] if isinstance(files, str | Path) else list(files)
    for path in paths:
        if not isinstance(path, str | Path):
            advice = "To predict several arrays: numpy.stack(images)"
            if isinstance(path, list | tuple):
                advice = "To convert lists of pixels: numpy.array(images, 'uint8')"
            raise BadParameter(
                f"images must be one array or a list of paths, got a list that contains "
                f"{with_article(type(path).__name__)}. {advice}"
            )
    return load_image_files(map(Path, paths), notes_for(run, invert=invert))


def load_image_files(paths: Iterable[Path], notes: ImageNotes) -> "Pixels":
    """Return the images of all files among and below the paths, uint8 (N, H, W, C).

    Raises DataError if there is no file, or one that cannot be read.
    """
    files = list(find_image_files(paths))
    if not files:
        raise DataError(f"no image files found. {EXPECTED}")
    images = np.empty((len(files), *notes.shape), np.uint8)
    for file, error in zip(files, _read(files, images, notes), strict=True):
        if error:
            raise DataError(f"{printable(file)} {error}. {EXPECTED}")
    notes.report()
    return images


def prepare_image(opened: Image, notes: ImageNotes) -> "tuple[Pixels, list[str]]":
    """Return what a model gets of an opened image, uint8 (H, W, C), and what `notes` say about it.

    `opened` is upright, as `zookit.core.data.images.upright_image` yields it.
    """
    found: list[Note] = []
    notes.looking_at(found)(opened)
    pixels = pixels_of(opened, notes.shape)
    if notes.invert:
        pixels = 255 - pixels
    notes.check_borders([found], pixels[None])
    return pixels, [text for _, text in found]


def _read(block: Sequence[Path], images: "Pixels", notes: ImageNotes) -> list[str]:
    """Read the files into `images`, and return the error of each, empty if there is none."""
    found: list[list[Note]] = [[] for _ in block]

    def read(part: range) -> list[str]:
        return [_read_one(block[at], images[at], notes.looking_at(found[at])) for at in part]

    size = min(_FILES_PER_TASK, math.ceil(len(block) / processors()))
    parts = [range(at, min(at + size, len(block))) for at in range(0, len(block), size)]
    with without_warnings(), in_threads(read, parts) as done:
        errors = [error for part in done for error in part]
    if notes.invert:
        np.subtract(255, images, out=images)
    notes.add(block, found, images, errors)
    return errors


def _read_one(file: Path, image: "Pixels", look: Callable[[Image], None]) -> str:
    # Checked first, because opening a pipe would wait for a writer.
    if not os.path.isfile(file):  # noqa: PTH113 - unlike Path.is_file it never raises
        return _why_no_file(file)
    try:
        with upright_image(file) as opened:
            look(opened)
            image[...] = pixels_of(opened, image.shape)
    except DataError as error:
        return str(error)
    return ""


def _is_folder(path: Path) -> bool:
    # Unlike Path.is_dir this never raises; an error is reported when the file is read.
    return os.path.isdir(path)  # noqa: PTH112


def _why_no_file(file: Path) -> str:
    if os.path.exists(file):  # noqa: PTH110
        return "is not a file"
    is_address = str(file).startswith(("http:", "https:"))
    return "is an address; the image must be downloaded first" if is_address else "does not exist"
