"""Recognize folders of splits, such as `train` and `test`, beside which there are no classes."""

import re
from pathlib import Path
from typing import get_args

from zookit.core.data.image_folder import folders_in
from zookit.core.data.junk import is_junk_or_hidden
from zookit.core.errors import DataError, did_you_mean
from zookit.core.messages import warn_once
from zookit.core.source import SplitName

_Named = dict[SplitName, list[Path]]

_USUAL_NAMES: dict[str, SplitName] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "validate", "valid", "val", "development", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "tests", "evaluation", "eval", "holdout"), "test"),
}
_ENDINGS = re.compile(r"(set|split|data|images|imgs|[0-9]{4})+$")
"""Such as in `test_set` and `val2017`."""
_ORDER: tuple[SplitName, ...] = get_args(SplitName)


def split_folders(folder: Path) -> dict[SplitName, Path]:
    """Return the folders of the splits in a folder: train, and validation or test or both.

    Empty if the folder has class folders instead; a warning says if these look like splits of other
    names. The usual names are known, such as `training`, `val`, `test_set` and `seg_test`, in any
    case. Raises DataError if the folder has only one split, two folders of one split, or another
    folder beside them, or if the splits have different class folders.
    """
    named: _Named = {}
    others = []
    for each in folders_in(folder):
        split = _split_of(each)
        if split:
            named.setdefault(split, []).append(each)
        else:
            others.append(each)
    if not _are_splits(named, others):
        _warn_of_nested(folder)
        return {}
    _check_complete(folder, named, others)
    if others:
        raise DataError(
            f"{folder} has {_names(named)}, which are splits, and beside them "
            f"{others[0].name!r}, which is neither train, validation nor test. Rename it to one "
            "of these, or move it elsewhere."
        )
    found = {split: named[split][0] for split in _ORDER if split in named}
    for each in found.values():
        _check_classes(each, found["train"])
    return found


def _warn_of_nested(folder: Path) -> None:
    """Warn if all class folders contain the same folders and no files, as those of splits do."""
    outer = folders_in(folder)
    if len(outer) < 2 or not all(map(_has_classes, outer)):
        return
    inner = [{each.name for each in folders_in(each)} for each in outer]
    common = sorted(set.intersection(*inner))
    if len(common) < 2:
        return
    outside, inside = (
        " and ".join(map(repr, two)) for two in ([each.name for each in outer[:2]], common[:2])
    )
    are_splits = any(_usual(name.casefold()) for name in common)
    warn_once(  # each run asks for the splits several times
        f"the classes are {outside}, and the images of their folders, such as {inside}, are put "
        f"together. If {inside} are {'splits' if are_splits else 'the classes'}, "
        f"{'put them around the classes' if are_splits else 'name the outer folders'}: "
        "train/CLASS/IMAGE and test/CLASS/IMAGE."
    )


def _split_of(folder: Path) -> SplitName | None:
    # A class, as bullet_train may be, has images.
    return usual_split(folder.name) if _has_classes(folder) else _usual(folder.name)


def usual_split(name: str) -> SplitName | None:
    """Return the split that a name means, such as `training`, `val2017` and `seg_test`, or None."""
    found = [_usual(word) for word in re.split(r"[\W\d_]+", name)]  # seg_train, test_64
    return _usual(name) or next((each for each in reversed(found) if each), None)


def _usual(name: str) -> SplitName | None:
    return _USUAL_NAMES.get(_ENDINGS.sub("", re.sub(r"[\W_]", "", name.casefold())))


def _are_splits(named: _Named, others: list[Path]) -> bool:
    if "train" in named and len(named) > 1:
        return True
    # A class may have such a name, as train beside tram.
    found = [folder for folders in named.values() for folder in folders]
    return bool(found) and (not others or any(map(_has_classes, found)))


def _has_classes(folder: Path) -> bool:
    """Return whether a folder has folders and no files, so that it is a split and not a class."""
    try:
        files = any(
            each.is_file() and not is_junk_or_hidden(each.name) for each in folder.iterdir()
        )
    except OSError:
        return False
    return not files and len(folders_in(folder)) > 1


def _check_complete(folder: Path, named: _Named, others: list[Path]) -> None:
    for split, folders in named.items():
        if len(folders) > 1:
            raise DataError(
                f"{folder} has {folders[0].name!r} and {folders[1].name!r}, which both look like "
                f"the {split} split. Merge them, or move one of them elsewhere."
            )
    if "train" in named and len(named) > 1:
        return
    lacking, hint = "'train'", ""
    if "train" in named:
        lacking = "'test' or 'validation'"
        hint = f" To hold out a part of the training images, pass {named['train'][0]}."
    if len(others) == 1:
        hint = f" If {others[0].name!r} is one of these, give it that name.{hint}"
    raise DataError(
        f"{folder} has {_names(named)} but no {lacking}. Expected 'train' and 'test' (or "
        f"'validation'), each with the class folders, or only the class folders.{hint}"
    )


def _check_classes(folder: Path, training: Path) -> None:
    """Raise DataError unless a split has the class folders of the training split."""
    names, expected = ([each.name for each in folders_in(each)] for each in (folder, training))
    if not names:
        raise DataError(
            f"{folder} has no class folders, so the classes of its images are not known. To use "
            f"{training} alone, and hold out a part of it for testing, write path={training}."
        )
    unknown = next((each for each in names if each not in expected), None)
    if unknown is not None:
        raise DataError(
            f"{folder} has the class folder {unknown!r}, but {training} does not. Give both the "
            f"same name, or add training images of that class.{did_you_mean(unknown, expected)}"
        )
    missing = next((each for each in expected if each not in names), None)
    if missing is not None:
        raise DataError(
            f"{folder} has no class folder {missing!r}, but {training} has. Move some images of "
            "that class there."
        )


def _names(named: _Named) -> str:
    return " and ".join(repr(folder.name) for folders in named.values() for folder in folders)
