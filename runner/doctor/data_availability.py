"""Where a data set's files are, found out without the network and without reading them."""

import os
from pathlib import Path

from zookit.core import Dataset
from zookit.data.cache_contents import kept
from zookit.data.source import downloads_folder


def presence(dataset: type[Dataset], name: str) -> dict[str, str]:
    """Where `--data full` would take them: a `state`, and where it is one, a `folder`.

    The states, in the order in which a run looks: named (all files, in ZOOKIT_DATA_DIR), local
    (other files, in ZOOKIT_DATA_DIR), prepared, system, downloaded, sample (only that is here),
    absent.
    """
    data_dir = os.environ.get("ZOOKIT_DATA_DIR")
    if data_dir:
        named = Path(data_dir).expanduser().absolute() / dataset.home
        if named.is_dir():
            return _at("named" if _has_all(dataset, named) else "local", named)
    prepared = _prepared(name)
    if prepared is not None:
        return _at("prepared", prepared)
    for system in dataset.system:
        if _has_all(dataset, Path(system).expanduser()):
            return _at("system", Path(system).expanduser())
    if _has_all(dataset, downloads_folder() / dataset.home):
        return _at("downloaded", downloads_folder() / dataset.home)
    has_sample = dataset.sample is not None and dataset.sample.is_dir()
    return {"state": "sample" if has_sample else "absent"}


def _prepared(name: str) -> Path | None:
    try:
        found = [each for each in kept() if each.kind == "prepared"]
    except OSError:  # another process is just clearing it
        return None
    return next((each.folder for each in found if each.title == f"{name} (full)"), None)


def _has_all(dataset: type[Dataset], folder: Path) -> bool:
    return all(any((folder / name).is_file() for name in file.names()) for file in dataset.files)


def _at(state: str, folder: Path) -> dict[str, str]:
    return {"state": state, "folder": str(folder)}
