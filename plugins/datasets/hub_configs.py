"""The configurations and splits of a repository on a hub, by its card or by the names of files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from zookit.core import DataError
from zookit.core.data import usual_split
from zookit.plugins.datasets.hosted_names import named
from zookit.plugins.datasets.hub_index import HubFile, Index

CONVERTED = "refs/convert/parquet"
"""The branch for which the hub converts most data sets to Parquet."""
_SHARD = re.compile(r"[-_.]?\d+(-of-\d+)?(-[0-9a-f]+)?$")
"""Such as in `train-00000-of-00002`."""
_LONGEST_PATTERN = 500

Splits = Mapping[str, Sequence[HubFile]]


def choose_config(index: Index, config: str | None, where: str) -> tuple[str, Splits]:
    """Return the name of a configuration, and the Parquet files of its splits.

    Args:
        index: what the repository contains.
        config: the name; None if there is one only, or a default one.
        where: the repository, for messages.

    Raises:
        DataError: there are no Parquet files, no such configuration, or not all that the card names
            for it. The message names the choices.
    """
    if not index.files:
        kinds = f" It has files that end in {named(index.others)}." if index.others else ""
        raise DataError(
            f"{where} has no Parquet files, and a script of the data set is never run.{kinds} If "
            f"the hub has converted it, write revision={CONVERTED}."
        )
    configs = {name: splits for name, splits in _configs(index).items() if any(splits.values())}
    if config is None:
        config = _default(index, list(configs))
    if config is None:
        raise DataError(
            f"{where} has several configurations: {named(list(configs))}. Write "
            f"config={next(iter(configs), 'NAME')}."
        )
    if config not in configs:
        raise DataError(
            f"{where} has no configuration {config!r}. Choose one of {named(list(configs))}."
        )
    for split, pattern in _unmatched(index, config):
        raise DataError(
            f"{where}: the card names {pattern!r} for the {split} split, which matches none of its "
            "Parquet files. Choose another configuration with config=NAME or, if the hub has "
            f"converted the data set, write revision={CONVERTED}."
        )
    return config, configs[config]


def _default(index: Index, names: Sequence[str]) -> str | None:
    declared = [each.get("config_name") for each in _declared(index) if each.get("default")]
    usual = [*declared, *(["default"] if "default" in names else [])]
    if len(names) == 1:
        return names[0]
    return next((str(each) for each in usual if each in names), None)


def _configs(index: Index) -> dict[str, dict[str, list[HubFile]]]:
    declared = {
        str(each.get("config_name", "default")): _matching(index.files, each)
        for each in _declared(index)
        if each.get("data_files")
    }
    return declared if any(any(each.values()) for each in declared.values()) else _by_path(index)


def _declared(index: Index) -> list[Mapping[str, Any]]:
    configs = index.card.get("configs")
    return [each for each in configs if isinstance(each, dict)] if isinstance(configs, list) else []


def _matching(files: Sequence[HubFile], config: Mapping[str, Any]) -> dict[str, list[HubFile]]:
    """Return the files of each split, as a configuration in a card names them by patterns."""
    splits: dict[str, dict[HubFile, None]] = {}  # each file once, in order
    for name, pattern in _patterns(config):
        splits.setdefault(name, {}).update(dict.fromkeys(matching(files, pattern)))
    return {name: list(found) for name, found in splits.items()}


def _unmatched(index: Index, config: str) -> Iterator[tuple[str, str]]:
    """Yield the splits and the patterns in a card for which there are no files, if others have."""
    for each in _declared(index):
        if each.get("data_files") and str(each.get("config_name", "default")) == config:
            patterns = [*_patterns(each)]
            missing = [each for each in patterns if not matching(index.files, each[1])]
            yield from missing if len(missing) < len(patterns) else ()


def _patterns(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of a split and a pattern. One that is not given a name is for training."""
    prefix = str(config.get("data_dir") or "").strip("/")
    data_files = config["data_files"]
    for each in data_files if isinstance(data_files, list) else [data_files]:
        split = str(each.get("split", "train")) if isinstance(each, dict) else "train"
        paths = each.get("path", ()) if isinstance(each, dict) else each
        for path in paths if isinstance(paths, list) else [paths]:
            if isinstance(path, str):
                pattern = path.removeprefix("./")
                yield split, f"{prefix}/{pattern}" if prefix else pattern


def matching(files: Sequence[HubFile], pattern: str) -> list[HubFile]:
    """Return the files whose paths match a pattern, which a stranger may have written.

    As on the hub, it may have `*`, `?` and `[...]`, and `**` between slashes for any folders. The
    time is proportional to the lengths of the pattern and of the paths.
    """
    exact = [each for each in files if each.path == pattern]
    parts = pattern.split("/")
    if (
        exact
        or len(pattern) > _LONGEST_PATTERN
        or any(len(part) > 2 and "**" in part for part in parts)
    ):
        return exact
    begin = re.split(r"[*?[]", pattern, maxsplit=1)[0]
    return [
        each
        for each in files
        if each.path.startswith(begin) and _matches(each.path.split("/"), parts)
    ]


def _matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Return whether the parts of a path match those of a pattern."""
    reached = {0}  # how many parts of the path the pattern may have matched so far
    for each in pattern:
        if each == "**":
            reached = set(range(min(reached, default=len(path) + 1), len(path) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(path) and fnmatchcase(path[at], each)}
    return len(path) in reached


def _by_path(index: Index) -> dict[str, dict[str, list[HubFile]]]:
    """Return the configurations by the paths: `[data/]train-00000-of-00002`, `CONFIG/train/0000`.

    A file whose name says nothing is for training.
    """
    configs: dict[str, dict[str, list[HubFile]]] = {}
    for file in index.files:
        path = PurePosixPath(file.path)
        folders = [each for each in path.parent.parts if each != "data"]
        name = _SHARD.sub("", path.stem)
        if folders and usual_split(folders[-1]) and not usual_split(name):
            name = folders.pop()
        config = "/".join(folders) or "default"
        configs.setdefault(config, {}).setdefault(name or "train", []).append(file)
    return configs
