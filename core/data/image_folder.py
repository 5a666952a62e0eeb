"""Read images from class folders: `FOLDER/CLASS/IMAGE`."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.files import Entry, RealFolders, image_entries_below
from zookit.core.data.images import decode, without_warnings
from zookit.core.data.junk import is_junk_or_hidden
from zookit.core.data.scratch import empty_images
from zookit.core.data.split import subset
from zookit.core.data.threads import in_threads
from zookit.core.dataset import Split
from zookit.core.errors import DataError, nearest_name
from zookit.core.progress import Progress, silent

if TYPE_CHECKING:
    import numpy.typing as npt

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
_LOOKED_AT = 100
_DEEPEST = 5
_MOST_CLASSES = 100
"""Bounds of the search for another folder, which only a message needs."""


def class_folders(folder: Path) -> tuple[str, ...]:
    """Return the sorted names of the class folders.

    Folders that the user did not put there are left out: hidden ones, and those that operating
    systems, sync tools and network storage create, such as `__MACOSX`, `@eaDir` and `$RECYCLE.BIN`.

    Raises DataError if the folder does not exist or has fewer than two class folders.
    """
    names = [each.name for each in folders_in(folder)]
    if len(names) < 2:
        found = f"only one class folder, {names[0]!r}" if names else "no class folders"
        near = next(image_folders_near(folder), None)
        instead = f"Did you mean {near}?" if near else "Put the images of each class into its own."
        raise DataError(f"{folder} has {found}. Expected at least two. {instead}")
    return tuple(names)


def image_folders_near(folder: Path) -> Iterator[Path]:
    """Yield folders with images in class folders, near one that has none: above, below, beside it.

    The path is that of the folder with a part added, removed or replaced.
    """
    with suppress(OSError, DataError):
        if _has_images(folder):
            yield from (each for each in (folder.parent,) if _has_classes(each))
        below = folder
        for _ in range(_DEEPEST):
            if not below.is_dir() or len(inside := folders_in(below)) != 1:
                break
            below = inside[0]
            if _has_classes(below):
                yield below
        if not folder.is_dir():
            beside = {each.name: each for each in folders_in(folder.parent)}
            nearest = nearest_name(folder.stem, beside)
            if nearest and _has_classes(beside[nearest]):
                yield folder.with_name(nearest)


def image_folders_in(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder that have images in class folders."""
    with suppress(OSError, DataError):
        yield from (each for each in folders_in(folder) if _has_classes(each))


def _has_classes(folder: Path) -> bool:
    inside = folders_in(folder)
    return 1 < len(inside) <= _MOST_CLASSES and all(map(_has_images, inside))


def _has_images(folder: Path) -> bool:
    """Return whether one of the first files of a folder has the suffix of an image."""
    return folder.is_dir() and any(
        each.suffix.lower() in _SUFFIXES for each in islice(folder.iterdir(), _LOOKED_AT)
    )


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder that the user put there, sorted by name. Raises DataError."""
    if not folder.is_dir():
        is_archive = folder.suffix.lower() in (".zip", ".tar", ".gz", ".tgz", ".rar", ".7z")
        kind = "is a file" if folder.exists() else "does not exist"
        near = next(image_folders_near(folder), None)
        instead = " Unpack it first." if is_archive else f" Did you mean {near}?" if near else ""
        raise DataError(
            f"{folder} {kind}. Expected a folder with one folder of images per class.{instead}"
        )
    try:
        return sorted((each for each in folder.iterdir() if _is_own_folder(each)), key=_name)
    except OSError as error:
        raise DataError(f"cannot read {folder}: {error.strerror or error}.") from None


def read_class_folders(
    folder: Path,
    class_names: tuple[str, ...],
    shape: tuple[int, int, int],
    progress: Progress = silent,
) -> tuple[Split, tuple[str, ...]]:
    """Read all images below class folders, on all processors.

    A file that is not a readable image is left out, and what the user did not put there is ignored
    (see `class_folders`). Links are followed, but each real folder is read once. The images are
    stored on disk (see `zookit.core.data.empty_images`), so they may be larger than memory.

    Args:
        folder: the folder that contains the class folders.
        class_names: the names of the class folders, in the order of the labels.
        shape: height, width and channels (1 or 3) that each image is scaled to by
            `zookit.core.data.read_image`.
        progress: reports the number of images read, usually `source.progress`.

    Returns:
        The split, sorted by class and path, and one line for each file or folder that was left
        out.

    Raises:
        DataError: a class folder is missing or has no readable image, or there is too little space.
    """
    entries, labels = _listed(folder, class_names)
    images = empty_images((len(entries), *shape))

    def read(at: int) -> str:
        entry = entries[at]
        if entry.kind == "unreadable":
            return f"{entry.path} {entry.detail}"
        try:
            images[at] = decode(entry.path, shape)
        except DataError as error:
            return f"{entry.path} {error}"
        return ""

    reasons = []
    with (
        without_warnings(),
        progress(f"reading {folder.name}", len(entries), "images") as advance,
        in_threads(read, range(len(entries))) as decoded,
    ):
        for reason in decoded:
            reasons.append(reason)
            advance(1)
    split = Split(images, labels)
    if any(reasons):
        split = subset(split, np.flatnonzero([not reason for reason in reasons]))
    for label, name in enumerate(class_names):
        if not (split.labels == label).any():
            own = (reason for reason, each in zip(reasons, labels, strict=True) if each == label)
            raise _no_image(folder / name, next(own, "it is empty"))
    return split, tuple(reason for reason in reasons if reason)


def _no_image(folder: Path, reason: str) -> DataError:
    return DataError(
        f"{folder} has no readable image ({reason}). Put PNG, JPEG, GIF, BMP or WebP images there, "
        "or move the folder elsewhere."
    )


def _is_own_folder(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith("__") and not is_junk_or_hidden(path.name)


def _name(path: Path) -> str:
    return path.name


def _listed(
    folder: Path, class_names: tuple[str, ...]
) -> "tuple[list[Entry], npt.NDArray[np.int64]]":
    """Return the files of each class, and what cannot be read of it, with the labels."""
    entries: list[Entry] = []
    labels: list[int] = []
    class_roots = [folder / name for name in class_names]
    known = RealFolders([folder, *class_roots])  # a link from one class to another adds nothing
    for label, root in enumerate(class_roots):
        if not root.is_dir():
            raise DataError(f"{folder} has no class folder {root.name!r}.")
        entries += (each for each in image_entries_below(root, known) if each.kind != "again")
        labels += [label] * (len(entries) - len(labels))
    return entries, np.array(labels, np.int64)
