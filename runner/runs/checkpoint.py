"""A checkpoint: everything needed to resume training exactly, in one file.

The file is written aside and then moved into place, so a crash cannot leave a mix of two states.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge

from zookit.core import BadRun, reason_of
from zookit.core.errors import quoted
from zookit.core.messages import counted
from zookit.runs.arrays import load_arrays, save_arrays
from zookit.runs.run import CHECKPOINT, Finite, RunRecord, checked, damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

MODEL, OPTIMIZER, METRICS, STATE = "model/", "optimizer/", "metrics/", "state/"
"""Prefixes of the names of the arrays."""
_ARRAY = "__array__"
_WIDEST = 8
"""The largest number that the file can hold, in bytes."""


@dataclass(frozen=True)
class Position:
    """The progress of training at a checkpoint.

    `identity_without_epochs` is the environment's. Training has completed `epochs` whole epochs and
    `steps` steps of the next one, which took `elapsed` seconds; `stopped` is true if a callback
    ended it. `history` and `seconds` have one value per epoch, `states` one for each callback: None
    if it has no state.
    """

    identity_without_epochs: str
    epochs: Annotated[int, Ge(0)]
    steps: Annotated[int, Ge(0)]
    stopped: bool
    elapsed: Annotated[Finite, Ge(0)]
    history: Mapping[str, tuple[Finite, ...]]
    seconds: tuple[Finite, ...]
    states: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A position in the training, with the values of all variables."""

    position: Position
    arrays: "Mapping[str, Array]" = field(default_factory=dict)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint whose callback states come from `without_arrays`."""
    save_arrays(path, checkpoint.arrays, json.dumps(vars(checkpoint.position)))


def load_checkpoint(run: RunRecord) -> Checkpoint | None:
    """Return the checkpoint of a run, or None if there is none.

    Raises BadRun if the checkpoint is damaged, or it or the history belongs to another experiment.
    """
    path = run.folder / CHECKPOINT
    if not path.exists():
        return None
    arrays, text = load_arrays(path)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise damaged(path, "its text is not JSON") from None
    position = checked(path, found, Position)
    if position.identity_without_epochs != run.environment.identity_without_epochs:
        raise BadRun(
            f"{path} and {run.folder / 'experiment.toml'} belong to different experiments. Restore "
            "them from a copy of this run."
        )
    _check_history(run, path, position)
    if len(position.states) != len(run.experiment.callbacks):
        raise damaged(path, f"it has states for {len(position.states)} callbacks")
    try:
        states = tuple(with_arrays(each, arrays) for each in position.states)
    except (KeyError, TypeError, RecursionError) as error:
        raise damaged(path, f"a callback's state is not valid ({reason_of(error)})") from None
    own = {name: each for name, each in arrays.items() if not name.startswith(STATE)}
    return Checkpoint(replace(position, states=states), own)


def _check_history(run: RunRecord, path: Path, position: Position) -> None:
    lengths = {len(position.seconds), *map(len, position.history.values())}
    if lengths != {position.epochs}:
        raise damaged(
            path, f"it has values for {sorted(lengths)} epochs, expected {position.epochs}"
        )
    # history.csv may have more epochs or, after a power failure, fewer.
    both = min(position.epochs, run.epochs)
    begun = {name: values[:both] for name, values in run.history.items()}
    if both and begun != {name: values[:both] for name, values in position.history.items()}:
        raise damaged(
            run.folder / "history.csv",
            f"it differs from {path.name} within the first {counted(both, 'epoch')}",
        )


def without_arrays(value: Any, arrays: "dict[str, Array]") -> Any:
    """Return a callback's state as JSON values; its arrays are added to `arrays`.

    Raises TypeError if the state holds anything but plain values and arrays of numbers.
    """
    import numpy as np

    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.itemsize <= _WIDEST:
        name = f"{STATE}{len(arrays):04d}"
        arrays[name] = np.asarray(value, value.dtype.newbyteorder("="), order="C")
        return {_ARRAY: name}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: without_arrays(each, arrays) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_arrays(each, arrays) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"it contains {quoted(value)}, expected plain values and arrays of numbers")


def with_arrays(value: Any, arrays: "Mapping[str, Array]") -> Any:
    """Return the state that was given to `without_arrays`. Raises KeyError or TypeError."""
    if isinstance(value, dict):
        if value.keys() == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: with_arrays(each, arrays) for key, each in value.items()}
    if isinstance(value, list):
        return [with_arrays(each, arrays) for each in value]
    return value
