"""Where a run would find the files of a data set."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from zookit.core import BadParameter, DataError, Dataset, ZookitError
from zookit.core.parameters import create
from zookit.data.prepared import find_prepared
from zookit.data.source import places
from zookit.registry import Entry

_STATES = {
    "data_dir": "named",
    "prepared": "prepared",
    "system": "system",
    "downloads": "downloaded",
    "sample": "sample",
}


def data_availability(dataset: type[Dataset], name: str, owner: str) -> dict[str, str]:
    """Return the `state` of a data set's files and, for files of the full set, their `folder`.

    Neither reads the files nor uses the network. The states are: named (all files, in
    ZOOKIT_DATA_DIR), local (other files, in ZOOKIT_DATA_DIR), prepared, system, downloaded, sample
    (only the sample), absent.
    """

    def prepared(source_hash: str) -> Path | None:
        try:
            return find_prepared(create(dataset, {}), name, owner, source_hash)
        except BadParameter:  # a parameter must be given
            return None

    try:
        for place in places(dataset, prepared):
            if place.kind == "data_dir" and not place.complete:
                return {"state": "local", "folder": str(place.folder)}
            if place.kind == "sample":
                return {"state": "sample"}
            if place.complete:
                return {"state": _STATES[place.kind], "folder": str(place.folder)}
    except DataError:  # ZOOKIT_DATA_DIR is not a folder, which is a finding by itself
        pass
    return {"state": "absent"}


def is_here(entry: Entry[Any]) -> bool:
    """Return False for a data set whose files are not on this machine, True for anything else."""
    with suppress(ZookitError):  # of a broken plugin
        loaded = entry.load()
        if issubclass(loaded, Dataset) and loaded.files:
            return data_availability(loaded, entry.name, entry.owner)["state"] != "absent"
    return True
