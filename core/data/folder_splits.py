"""Recognize folders of splits, such as `train` and `test`, beside which there are no classes."""

import re
from pathlib import Path

from zookit.core.data.image_folder import folders_in
from zookit.core.data.junk import is_junk_or_hidden
from zookit.core.errors import DataError
from zookit.core.source import SplitName

_Named = dict[SplitName, list[Path]]

_USUAL_NAMES: dict[str, SplitName] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "validate", "valid", "val", "development", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "tests", "evaluation", "eval", "holdout"), "test"),
}
_ENDINGS = re.compile(r"(set|split|data|images|imgs|[0-9]{4})+$")
"""Such as in `test_set` and `val2017`."""
_ORDER: tuple[SplitName, ...] = ("train", "validation", "test")


def split_folders(folder: Path) -> dict[SplitName, Path]:
    """Return the folders of the splits in a folder: train, and validation or test or both.

    Empty if the folder has class folders instead. The usual names are known, such as `training`,
    `val` and `test_set`, in any case. Raises DataError if the folder has only one split, two
    folders of one split, or another folder beside them.
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
        return {}
    _check_complete(folder, named)
    if others:
        raise DataError(
            f"{folder} has {_names(named)}, which are splits, and beside them "
            f"{others[0].name!r}, which is neither train, validation nor test. Rename it to one "
            "of these, or move it elsewhere."
        )
    return {split: named[split][0] for split in _ORDER if split in named}


def _split_of(folder: Path) -> SplitName | None:
    name = folder.name.casefold()
    split = _USUAL_NAMES.get(_ENDINGS.sub("", re.sub(r"[\W_]", "", name)))
    # In a name such as seg_train, only if it is no class, as bullet_train may be.
    last = _USUAL_NAMES.get(re.split(r"[\W_]", name)[-1])
    return split or (last if last and _has_classes(folder) else None)


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


def _check_complete(folder: Path, named: _Named) -> None:
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
    raise DataError(
        f"{folder} has {_names(named)} but no {lacking}. Expected 'train' and 'test' (or "
        f"'validation'), each with the class folders, or only the class folders.{hint}"
    )


def _names(named: _Named) -> str:
    return " and ".join(repr(folder.name) for folders in named.values() for folder in folders)
