"""The configurations and splits of a repository on a hub, by its card or by the names of files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from zookit.core import DataError
from zookit.core.data import usual_split
from zookit.plugins.datasets.hosted_splits import named
from zookit.plugins.datasets.hub_index import HubFile, Index

CONVERTED = "refs/convert/parquet"
"""The branch for which the hub converts most data sets to Parquet."""
_SHARD = re.compile(r"[-_.]?\d+(-of-\d+)?(-[0-9a-f]+)?$")
"""Such as in `train-00000-of-00002`."""

Splits = Mapping[str, Sequence[HubFile]]


def choose_config(index: Index, config: str | None, where: str) -> tuple[str, Splits]:
    """Return the name of a configuration, and the Parquet files of its splits.

    Args:
        index: what the repository contains.
        config: the name; None if there is one only, or a default one.
        where: the repository, for messages.

    Raises:
        DataError: there are no Parquet files, or no such configuration. The message names the
            choices.
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
    prefix = str(config.get("data_dir", "")).strip("/")
    splits: dict[str, list[HubFile]] = {}
    for name, pattern in _patterns(config["data_files"]):
        expression = re.compile(_expression(f"{prefix}/{pattern}" if prefix else pattern))
        found = splits.setdefault(name, [])
        found += (each for each in files if expression.fullmatch(each.path) and each not in found)
    return splits


def _patterns(data_files: Any) -> Iterator[tuple[str, str]]:
    """Yield the name of a split and a pattern. One that is not given a name is for training."""
    for each in data_files if isinstance(data_files, list) else [data_files]:
        split = str(each.get("split", "train")) if isinstance(each, dict) else "train"
        paths = each.get("path", ()) if isinstance(each, dict) else each
        for path in paths if isinstance(paths, list) else [paths]:
            if isinstance(path, str):
                yield split, path.removeprefix("./")


def _expression(pattern: str) -> str:
    """Return the regular expression for a pattern, in which ** stands for folders too."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meanings = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meanings.get(part, re.escape(part)) for part in parts)


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
