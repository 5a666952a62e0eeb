"""A checkpoint: everything needed to resume training exactly, in one file.

The file is written aside and then moved into place, so a crash cannot leave a mix of two states.
"""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge

from zookit.core import BadRun, reason_of
from zookit.core.errors import quoted
from zookit.core.messages import counted
from zookit.core.reading import DEEPEST, parse_json
from zookit.data.hashes import sha256_of_file
from zookit.runs.arrays import load_arrays, save_arrays
from zookit.runs.run import CHECKPOINT, Finite, RunRecord, checked, damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

MODEL, OPTIMIZER, METRICS = "model/", "optimizer/", "metrics/"
AUGMENTATIONS, STATE = "augmentations/", "state/"
"""Prefixes of the names of the arrays."""
_ARRAY = "__array__"
_DEEPEST = DEEPEST - 4
"""The deepest nesting of a callback's state, which is in lists and tables itself."""
_WIDEST = 8
"""The largest number that the file can hold, in bytes."""


@dataclass(frozen=True)
class Position:
    """The progress of training at a checkpoint.

    `identity_without_epochs` is the environment's. Training has completed `epochs` whole epochs and
    `steps` steps of the next one, which took `elapsed` seconds; `stopped` is true if a callback
    ended it, and `stopped_by` is its name, if that is known. `history` and `seconds` have one value
    per epoch, `states` one for each callback: None if it has no state. `history` has None where a
    callback logged no value. `trainable` says which layers and variables were trained; runs of
    earlier versions do not have it.
    """

    identity_without_epochs: str
    epochs: Annotated[int, Ge(0)]
    steps: Annotated[int, Ge(0)]
    stopped: bool
    elapsed: Annotated[Finite, Ge(0)]
    history: Mapping[str, tuple[Finite | None, ...]]
    seconds: tuple[Annotated[Finite, Ge(0)], ...]
    states: tuple[Any, ...]
    trainable: tuple[bool, ...] = ()
    stopped_by: str = ""

    def logged(self) -> dict[str, tuple[float, ...]]:
        """Return the history, with NaN where a callback logged no value."""
        return {
            name: tuple(math.nan if each is None else each for each in values)
            for name, values in self.history.items()
        }


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
    if not os.path.lexists(path):
        return None
    arrays, text = load_arrays(path)
    try:
        found = parse_json(text)
    except ValueError as error:
        raise damaged(path, f"its text is not JSON ({reason_of(error)})") from None
    position = checked(path, found, Position)
    if position.identity_without_epochs != run.environment.identity_without_epochs:
        raise BadRun(
            f"{path} and {run.folder / 'experiment.toml'} belong to different experiments. Restore "
            "them from a copy of this run."
        )
    _check_history(run, path, position)
    _check_progress(run, path, position)
    _check_arrays(run, path, position, arrays)
    if len(position.states) != len(run.experiment.callbacks):
        raise damaged(path, f"it has states for {counted(len(position.states), 'callback')}")
    try:
        states = tuple(with_arrays(each, arrays) for each in position.states)
    except (KeyError, TypeError) as error:
        raise damaged(path, f"a callback's state is not valid ({reason_of(error)})") from None
    expected = "" if run.ending is None else run.ending.files.get(CHECKPOINT, "")
    if expected and sha256_of_file(path) != expected:
        raise damaged(path, "it does not match metrics.json")
    own = {name: each for name, each in arrays.items() if not name.startswith(STATE)}
    return Checkpoint(replace(position, states=states), own)


def _check_history(run: RunRecord, path: Path, position: Position) -> None:
    lengths = {len(position.seconds), *map(len, position.history.values())}
    if lengths != {position.epochs} or bool(position.history) != bool(position.epochs):
        raise damaged(
            path, f"it has values for {sorted(lengths)} epochs, expected {position.epochs}"
        )
    for name, values in position.history.items():
        # A metric may be NaN in all epochs, but history.csv has its name then.
        unknown = name not in run.history and run.epochs >= position.epochs
        if unknown and all(each is None for each in values):
            raise damaged(path, f"its history has no value of {quoted(name)}")
    # history.csv may have more epochs or, after a power failure, fewer.
    both = min(position.epochs, run.epochs)
    if _begun(run.history, both) != _begun(position.history, both):
        raise damaged(
            run.folder / "history.csv",
            f"it differs from {path.name} within the first {counted(both, 'epoch')}",
        )


def _begun(
    history: Mapping[str, Sequence[float | None]], epochs: int
) -> dict[str, list[float | None]]:
    """Return the values of the first epochs, to be compared; None where there is no value."""
    begun = {
        name: [None if each is None or math.isnan(each) else each for each in values[:epochs]]
        for name, values in history.items()
    }
    # A callback may log a value in later epochs only.
    return {
        name: values for name, values in begun.items() if any(each is not None for each in values)
    }


def _check_progress(run: RunRecord, path: Path, position: Position) -> None:
    """Raise BadRun if the run cannot have been at this position."""
    requested = run.experiment.settings.epochs
    if position.epochs + bool(position.steps) > requested:
        raise damaged(
            path,
            f"it has {counted(position.epochs, 'epoch')} and {counted(position.steps, 'step')}, "
            f"but the experiment has {requested}",
        )
    batches = run.environment.data.sizes.get("train", 0) // run.experiment.settings.batch_size + 1
    # The last execution of an epoch may have had fewer steps than it was counted for.
    if position.steps > batches + run.environment.runtime.steps_per_execution:
        raise damaged(path, f"it has {position.steps} steps of an epoch of {batches}")
    done = (position.epochs, position.steps)
    later = run.ending is not None and position.epochs > run.epochs
    if later or (run.status == "finished" and done != (run.epochs, 0)):
        raise damaged(
            path,
            f"it has {counted(position.epochs, 'epoch')} and {counted(position.steps, 'step')}, "
            f"but the run {run.status} after {run.epochs}",
        )


def _check_arrays(
    run: RunRecord, path: Path, position: Position, arrays: "Mapping[str, Array]"
) -> None:
    """Raise BadRun unless there are arrays of a model, its optimizer and nothing unknown."""
    import numpy as np

    kinds = {name.partition("/")[0] + "/" for name in arrays}
    known = {MODEL, OPTIMIZER, AUGMENTATIONS, STATE} | ({METRICS} if position.steps else set())
    if not {MODEL, OPTIMIZER} <= kinds <= known:
        raise damaged(path, f"it has arrays of {', '.join(sorted(kinds)) or 'nothing'}")
    for name, array in arrays.items():
        # A run that was stopped may have diverged; resuming it reports that.
        if run.status == "finished" and not name.startswith(STATE) and not np.isfinite(array).all():
            raise damaged(path, f"its array {name} has values that are not finite")


def without_arrays(value: Any, arrays: "dict[str, Array]", depth: int = _DEEPEST) -> Any:
    """Return a callback's state as JSON values; its arrays are added to `arrays`.

    Raises TypeError if the state holds anything but plain values and arrays of numbers, or lists
    and dictionaries nested more than `depth` deep.
    """
    import numpy as np

    if not depth:
        raise TypeError(f"it is nested more than {_DEEPEST} deep")
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.itemsize <= _WIDEST:
        name = f"{STATE}{len(arrays):04d}"
        arrays[name] = np.asarray(value, value.dtype.newbyteorder("="), order="C")
        return {_ARRAY: name}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: without_arrays(each, arrays, depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_arrays(each, arrays, depth - 1) for each in value]
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


def check_state(saved: Any, current: Any) -> None:
    """Raise ValueError if a saved state cannot be one of a callback that has the state `current`.

    It lacks a name, or has text or a list where the callback has a number. What is None in one of
    the two may be anything in the other.
    """
    if not isinstance(saved, Mapping) or not isinstance(current, Mapping):
        raise ValueError(f"it is {quoted(saved)}, expected a dictionary")  # noqa: TRY004
    for name, value in current.items():
        if name not in saved:
            raise ValueError(f"{name} is missing")
        if saved[name] is None or value is None:
            continue
        expected = _kind_of(value)
        if _kind_of(saved[name]) is not expected:
            raise ValueError(f"{name} is {quoted(saved[name])}, expected {expected.__name__}")


def _kind_of(value: Any) -> type:
    import numpy as np

    if isinstance(value, bool | int | float | np.generic):
        return float
    kinds = (str, list, tuple, Mapping, np.ndarray)
    kind = next((each for each in kinds if isinstance(value, each)), type(value))
    return list if kind is tuple else kind
