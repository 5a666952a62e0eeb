"""Read images from class folders: `FOLDER/CLASS/IMAGE`."""

from pathlib import Path

import numpy as np

from zookit.core.data.files import image_files_below
from zookit.core.data.images import decode, without_warnings
from zookit.core.data.scratch import empty_images
from zookit.core.data.split import subset
from zookit.core.data.threads import in_threads
from zookit.core.dataset import Split
from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent


def class_folders(folder: Path) -> tuple[str, ...]:
    """Return the sorted names of the class folders, without hidden folders and `__MACOSX`.

    Raises DataError if the folder does not exist or has fewer than two class folders.
    """
    if not folder.is_dir():
        kind = "is a file" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {kind}. Expected a folder with one folder of images per class.")
    try:
        names = sorted(each.name for each in folder.iterdir() if _is_class(each))
    except OSError as error:
        raise DataError(f"cannot read {folder}: {error.strerror or error}.") from None
    if len(names) < 2:
        found = f"only one class folder, {names[0]!r}" if names else "no class folders"
        raise DataError(
            f"{folder} has {found}. Expected at least two: put the images of each class into a "
            "folder of their own."
        )
    return tuple(names)


def read_class_folders(
    folder: Path,
    class_names: tuple[str, ...],
    shape: tuple[int, int, int],
    progress: Progress = silent,
) -> tuple[Split, tuple[str, ...]]:
    """Read all images below class folders, on all processors.

    A file that is not a readable image is left out. The images are stored on disk (see
    `zookit.core.data.empty_images`), so they may be larger than memory.

    Args:
        folder: the folder that contains the class folders.
        class_names: the names of the class folders, in the order of the labels.
        shape: height, width and channels (1 or 3) that each image is scaled to by
            `zookit.core.data.read_image`.
        progress: reports the number of images read, usually `source.progress`.

    Returns:
        The split, sorted by class and path, and one line for each file that was left out.

    Raises:
        DataError: a class folder is missing or has no readable image, or there is too little space.
    """
    paths, labels = [], []
    for label, name in enumerate(class_names):
        found = _image_files(folder / name)
        paths += found
        labels += [label] * len(found)
    images = empty_images((len(paths), *shape))

    def read(at: int) -> str:
        try:
            images[at] = decode(paths[at], shape)
        except DataError as error:
            return f"{paths[at]} {error}"
        return ""

    reasons = []
    with (
        without_warnings(),
        progress(f"reading {folder.name}", len(paths), "images") as advance,
        in_threads(read, range(len(paths))) as decoded,
    ):
        for reason in decoded:
            reasons.append(reason)
            advance(1)
    split = Split(images, np.array(labels, np.int64))
    if any(reasons):
        split = subset(split, np.flatnonzero([not reason for reason in reasons]))
    left_out = tuple(reason for reason in reasons if reason)
    for label, name in enumerate(class_names):
        if not (split.labels == label).any():
            own = (reason for reason, each in zip(reasons, labels, strict=True) if each == label)
            why = next(own, "it is empty")
            raise DataError(
                f"{folder / name} has no readable image ({why}). Put images there, or remove the "
                "folder."
            )
    return split, left_out


def _is_class(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith((".", "__"))


def _image_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(f"{folder.parent} has no class folder {folder.name!r}.")
    return list(image_files_below(folder))
