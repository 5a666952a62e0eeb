"""A copy of the encoded images of a data set of TensorFlow Datasets, which needs no TensorFlow."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np

from zookit.core import DataError, DataUnavailable
from zookit.core.data import Progress, written_aside

_DESCRIPTION = "description.json"
_FORMAT = 2
_PROGRAM = "zookit.plugins.datasets.tfds_preparation"


def make_copy(folder: Path, request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Prepare a data set in another process, and copy its images to the folder of `copy_of`.

    Returns the description of the copy. Raises DataError, as the process says, and OSError.
    """
    with written_aside(folder / "copy") as aside:
        aside.mkdir()
        label = f"preparing {request['name']}"
        with progress(label, None, "images") as advance:
            found = _prepared({**request, "folder": str(aside)}, advance)
        source = mark_of_source(found["name"], found["version"])
        described = {"format": _FORMAT, "source": source, **found}
        (aside / _DESCRIPTION).write_text(json.dumps(described), encoding="utf-8")
        target = copy_of(folder, found["name"], found["version"], request)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # incomplete, or made under another name
            target.rename(aside.with_name("replaced"))  # removed with its parent
        aside.rename(target)
    return found


def _prepared(request: Mapping[str, Any], advance: Any) -> dict[str, Any]:
    # The same packages as here, including those in folders that a program has added to its path.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-m", _PROGRAM, json.dumps(request)]
    with (
        TemporaryFile() as log,
        subprocess.Popen(  # noqa: S603 - no shell, and this Python
            command, stdout=subprocess.PIPE, stderr=log, env=environment
        ) as process,
    ):
        try:
            assert process.stdout is not None
            found = _reported(process.stdout, advance)
        except BaseException:
            process.kill()
            raise
        if found is not None:
            return found
        code = process.wait()
        log.seek(0)
        last = log.read().decode(errors="replace").strip().splitlines()[-1:]
        raise DataError(
            f"{request['name']}: the process that prepares it ended with exit code {code}: "
            f"{''.join(last)}"
        )


def _reported(lines: IO[bytes], advance: Any) -> dict[str, Any] | None:
    """Return the description that the process reports. Raises DataError if it reports an error."""
    done = 0
    for line in lines:
        found = json.loads(line)
        if "error" in found:
            raise DataError(found["error"])
        if "description" in found:
            described: dict[str, Any] = found["description"]
            return described
        advance(found["images"] - done)
        done = found["images"]
    return None


def copy_of(folder: Path, name: str, version: str, request: Mapping[str, Any]) -> Path:
    """Return the folder of a copy: of a configuration, a version, and a choice of its content."""
    chosen = {**request["splits"], "image": request["image"], "label": request["label"]}
    choice = ",".join(f"{key}={value}" for key, value in chosen.items() if value is not None)
    config = name.partition("/")[2] or "default"
    return folder / config / version / (choice.replace("/", "-") or "usual")


def describe_copy(copy: Path) -> dict[str, Any] | None:
    """Return the description of a copy; None if there is no complete one."""
    try:
        found = json.loads((copy / _DESCRIPTION).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DataUnavailable(f"{copy} is damaged ({error}). Remove the folder.") from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        return None
    return found if all((copy / f"{each}.npy").is_file() for each in found["sizes"]) else None


def is_outdated(copy: Path, name: str, version: str) -> bool:
    """Return whether another data set is prepared now than the one that was copied.

    A copy of what is no longer prepared on this machine is not.
    """
    mark, found = mark_of_source(name, version), describe_copy(copy)
    return mark != "" and (found is None or mark != found["source"])


def mark_of_source(name: str, version: str) -> str:
    """Return a hash of what is prepared, by the sizes and times of files; empty if nothing is."""
    try:
        found = [(each.name, each.stat()) for each in (_prepared_folder(name) / version).iterdir()]
    except OSError:
        return ""
    states = sorted((file, status.st_size, status.st_mtime_ns) for file, status in found)
    return hashlib.sha256(json.dumps(states).encode()).hexdigest()


def _prepared_folder(name: str) -> Path:
    """Return the folder in which TensorFlow Datasets has the versions of a data set."""
    root = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return Path(root).expanduser() / name


def examples(copy: Path, split: str) -> Iterator[tuple[bytes, int]]:
    """Yield the bytes and the label of each image of a split. Raises DataError."""
    try:
        index = np.load(copy / f"{split}.npy", mmap_mode="r")  # often, the first row is enough
        with (copy / f"{split}.images").open("rb") as file:
            for size, label in index:
                content = file.read(size)
                if len(content) < size:
                    raise DataError(f"{copy} is damaged: {split}.images is too short.")
                yield content, int(label)
    except (OSError, ValueError) as error:
        raise DataError(f"{copy} is damaged ({error}). Remove the folder.") from None


def remember(folder: Path, name: str, library: str, found: Mapping[str, Any]) -> None:
    """Note which configuration and version a version of the library means by a name."""
    note = [found["name"], found["version"], _versions(found["name"])]
    with written_aside(_note(folder, name, library)) as aside:
        aside.write_text(json.dumps(note), encoding="utf-8")


def remembered(folder: Path, name: str, library: str) -> tuple[str, str] | None:
    """Return what was noted; None if nothing was, or if other versions are prepared now."""
    with contextlib.suppress(OSError, ValueError):
        note = json.loads(_note(folder, name, library).read_text(encoding="utf-8"))
        full_name, version, versions = note
        return (full_name, version) if _versions(full_name) in ([], versions) else None
    return None


def _versions(name: str) -> list[str]:
    folder = _prepared_folder(name)
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def _note(folder: Path, name: str, library: str) -> Path:
    return folder / f"at-{library}-{name.replace('/', '-').replace(':', '-')}"
