"""Arrays in a run's folder, as safetensors: numbers and text, nothing that is executed."""

import errno
import hashlib
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import BadRun, reason_of
from zookit.core.errors import quoted
from zookit.core.reading import open_regular
from zookit.data.hashes import sha256_of_file
from zookit.runs.resume_command import resume_command, resume_command_in
from zookit.runs.run import (
    EVALUATION,
    FORMAT,
    METRICS,
    RunRecord,
    damaged,
    read_run,
    unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import keras
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Variables = list[keras.Variable]


_LARGEST_EVALUATION = 2**30
"""The predictions of 50 million images, in bytes."""
_LARGEST_HEADER = 2**25
"""The names and shapes of the arrays and, in a checkpoint, the history and states, in bytes."""


def save_arrays(path: Path, arrays: "Mapping[str, Array]", text: str = "") -> None:
    """Write arrays and an optional text, and flush them to the disk."""
    from safetensors.numpy import save

    about = {"format": str(FORMAT)}
    # safetensors does not keep the order of more keys: equal weights would give unequal files.
    if text:
        about |= {"text": text, "sha256": digest(arrays, text)}
    with path.open("wb") as file:
        file.write(save(dict(arrays), about))
        file.flush()
        os.fsync(file.fileno())


def digest(arrays: "Mapping[str, Array]", text: str) -> str:
    """Return the SHA-256 of a text and of arrays with their names."""
    hashed = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        hashed.update(f"{name} {array.dtype} {array.shape}".encode())
        hashed.update(array.tobytes())
    return hashed.hexdigest()


def load_arrays(path: Path) -> "tuple[dict[str, Array], str]":
    """Return the arrays and the text. Raises BadRun if the file is missing or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        _check_size(path)
        with safe_open(path, framework="np") as file:
            about = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except FileNotFoundError:
        raise BadRun(
            f"{path} is missing. Restore it from a copy of the run, or run: "
            f"{resume_command_in(path.parent)}"
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None
    except SafetensorError:  # whose messages are about its own code
        raise damaged(path, "it is cut off, or not a safetensors file") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise damaged(path, reason_of(error)) from None
    if about.get("format") != str(FORMAT):
        raise BadRun(
            f"{path}: format is {quoted(about.get('format'))}; this version of zookit reads "
            f"{str(FORMAT)!r}."
        )
    text = about.get("text", "")
    if text and about.get("sha256") != digest(arrays, text):
        raise damaged(path, "its content has changed")
    return arrays, text


def _check_size(path: Path) -> None:
    """Raise OSError or ValueError if the path is not a regular file or too large to be read.

    A file may be much larger than what it takes on the disk, and name as many arrays as fit in it.
    """
    with open_regular(path) as file:
        size, header = os.fstat(file.fileno()).st_size, int.from_bytes(file.read(8), "little")
    largest = _LARGEST_EVALUATION if path.name == EVALUATION else _memory()
    if size > largest:
        raise OSError(errno.EFBIG, f"it has {size:,} bytes, expected at most {largest:,}")
    if header > _LARGEST_HEADER:
        raise ValueError(f"the names of its arrays would take {header:,} bytes")


def _memory() -> int:
    """Return half the memory of this machine in bytes: a model is in it at least twice."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError):
        return sys.maxsize  # Windows


def reading(run: RunRecord) -> AbstractContextManager[None]:
    """Return a context that reads files of the run, and reports those of a model as a package's."""
    return nullcontext() if run.installed is None else run.installed.reading()


def load_of_end(run: RunRecord, name: str) -> "dict[str, Array]":
    """Return the arrays of a file that was written at the end of the run.

    Raises BadRun if the file is damaged or was replaced since, and BrokenPlugin if that of an
    installed model is not the one that was installed.
    """
    path = run.folder / name
    expected = "" if run.ending is None else run.ending.files.get(name, "")
    known = "" if run.installed is None else run.installed.checked_hash(name)
    with reading(run):
        arrays, _ = load_arrays(path)
    if expected and (known or sha256_of_file(path)) == expected:
        return arrays
    if run.installed is not None:
        raise run.installed.mistake(f"is damaged: {name} does not match {METRICS}")
    current = read_run(run.folder).ending
    if current is None or current.files.get(name, "") != expected:
        raise BadRun(
            f"{run.folder} was resumed after it was read. To read it again: run = run.refresh()"
        )
    raise BadRun(
        f"{path} does not match {METRICS}: it was changed, or belongs to another run. Restore it "
        f"from a copy of this run, or delete it and run: {resume_command(run)}"
    )


def numbered(kind: str, variables: "Variables") -> "dict[str, Array]":
    """Return the variables' values by position.

    Keras's paths cannot be keys: they change when a model is built again in the same process.
    """
    import numpy as np

    return {
        f"{kind}{at:04d}": np.asarray(each.numpy(), order="C") for at, each in enumerate(variables)
    }


def assign(kind: str, variables: "Variables", arrays: "Mapping[str, Array]", path: Path) -> None:
    """Set the variables to the values that `numbered` returned. Raises BadRun and sets none."""
    own = {name: array for name, array in arrays.items() if name.startswith(kind)}
    names = [f"{kind}{at:04d}" for at in range(len(variables))]
    if own.keys() != set(names):
        raise _unfit(path, f"it has {len(own)} of the model's {len(names)} arrays")
    for name, variable in zip(names, variables, strict=True):
        array, expected = own[name], _kind_of(variable)
        if (array.shape, array.dtype) != expected:
            raise _unfit(
                path,
                f"array {name} has dtype {array.dtype} and shape {array.shape}, but the model's "
                f"{variable.path} has {expected[1]} and {expected[0]}",
            )
    for name, variable in zip(names, variables, strict=True):
        variable.assign(own[name])


def _kind_of(variable: "keras.Variable") -> "tuple[tuple[int, ...], np.dtype[Any]]":
    import numpy as np

    return tuple(variable.shape), np.dtype(variable.dtype)


def _unfit(path: Path, reason: str) -> BadRun:
    return BadRun(
        f"{path} does not fit the model of its experiment: {reason}. The file, experiment.toml or "
        "the architecture's package was changed. Install the version that environment.json names."
    )
