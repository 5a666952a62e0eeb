"""Pictures in class folders: `FOLDER/CLASS/PICTURE`, the folder's name being the class's."""

from pathlib import Path

import numpy as np

from zookit.core.data.files import pictures_below
from zookit.core.data.images import decode, without_warnings
from zookit.core.data.scratch import empty_images
from zookit.core.data.split import subset
from zookit.core.data.threads import in_threads
from zookit.core.dataset import Split
from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent


def class_folders(folder: Path) -> tuple[str, ...]:
    """The names of the class folders, sorted; hidden ones and `__MACOSX` and its like left out.

    Raises DataError where the folder is missing or has fewer than two.
    """
    if not folder.is_dir():
        kind = "is a file" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {kind}; expected a folder with one folder of pictures a class.")
    try:
        names = sorted(each.name for each in folder.iterdir() if _is_class(each))
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}.") from None
    if len(names) < 2:
        found = f"only {names[0]!r}" if names else "none"
        raise DataError(
            f"{folder} has {found} of the at least two class folders expected; put each class's "
            "pictures into a folder of its own there."
        )
    return tuple(names)


def read_class_folders(
    folder: Path,
    class_names: tuple[str, ...],
    shape: tuple[int, int, int],
    progress: Progress = silent,
) -> tuple[Split, tuple[str, ...]]:
    """Every picture below the class folders, sorted by class and path, and what was left out.

    Pictures are brought to `shape` by `zookit.core.data.read_image`, on all cores, into an array of
    `zookit.core.data.empty_images`: memory need not hold them. A file that is no picture is left
    out and named with the reason.

    Raises DataError where a class folder is missing or without a readable picture, or where there
    is no room for all of them.
    """
    paths, labels = [], []
    for label, name in enumerate(class_names):
        found = _pictures(folder / name)
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
        progress(f"decoding {folder.name}", len(paths), "images") as advance,
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
            own = (reason for reason, of in zip(reasons, labels, strict=True) if of == label)
            why = next(own, "it is empty")
            raise DataError(
                f"{folder / name} has no readable picture ({why}); put pictures there, or remove "
                "the folder."
            )
    return split, left_out


def _is_class(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith((".", "__"))


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(f"{folder.parent} has no class folder {folder.name!r}.")
    return list(pictures_below(folder))
