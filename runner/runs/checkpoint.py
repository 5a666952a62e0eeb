"""A checkpoint: all that a training needs to go on as if it had never stopped, in one file.

One file, moved into place whole, so that no crash can leave parts of two states.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge

from zookit.core import BadRun, reason_of
from zookit.core.errors import quoted
from zookit.runs.arrays import load_arrays, save_arrays
from zookit.runs.run import CHECKPOINT, Finite, RunRecord, checked, damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

MODEL, OPTIMIZER, METRICS, STATE = "model/", "optimizer/", "metrics/", "state/"
"""What the names of the arrays begin with."""
_ARRAY = "__array__"
_WIDEST = 8
"""Bytes of a number that the file can hold."""


@dataclass(frozen=True)
class Position:
    """How far a training has come.

    `training` is the environment's. `epochs` are whole ones,
    `steps` those of the next one, which took `elapsed` seconds; `stopped` says that a callback has
    ended the training. `history` and `seconds` have one value an epoch, `states` one a callback:
    None where it offers none.
    """

    training: str
    epochs: Annotated[int, Ge(0)]
    steps: Annotated[int, Ge(0)]
    stopped: bool
    elapsed: Annotated[Finite, Ge(0)]
    history: Mapping[str, tuple[Finite, ...]]
    seconds: tuple[Finite, ...]
    states: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A position, and the values of all variables there."""

    position: Position
    arrays: "Mapping[str, Array]" = field(default_factory=dict)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write it. The callbacks' states are those of `without_arrays`."""
    save_arrays(path, checkpoint.arrays, json.dumps(vars(checkpoint.position)))


def load_checkpoint(run: RunRecord) -> Checkpoint | None:
    """The checkpoint of a run; None where there is none.

    Raises BadRun where it is damaged or belongs to another experiment, or the history does not.
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
    if position.training != run.environment.training:
        raise BadRun(
            f"{path} belongs to another experiment than {run.folder / 'experiment.toml'}. One of "
            "them was changed or is another run's; take it from a copy of this run."
        )
    _check_history(run, path, position)
    if len(position.states) != len(run.experiment.callbacks):
        raise damaged(path, f"it has the states of {len(position.states)} callbacks")
    try:
        states = tuple(with_arrays(each, arrays) for each in position.states)
    except (KeyError, TypeError, RecursionError) as error:
        raise damaged(path, f"a callback's state does not fit ({reason_of(error)})") from None
    own = {name: each for name, each in arrays.items() if not name.startswith(STATE)}
    return Checkpoint(replace(position, states=states), own)


def _check_history(run: RunRecord, path: Path, position: Position) -> None:
    lengths = {len(position.seconds), *map(len, position.history.values())}
    if lengths != {position.epochs}:
        raise damaged(path, f"it knows of {sorted(lengths)} epochs, expected {position.epochs}")
    # It may have more epochs, or after a power failure fewer.
    both = min(position.epochs, run.epochs)
    begun = {name: values[:both] for name, values in run.history.items()}
    if both and begun != {name: values[:both] for name, values in position.history.items()}:
        raise damaged(
            run.folder / "history.csv",
            f"its first {both} epochs are not those that {path.name} knows of",
        )


def without_arrays(value: Any, arrays: "dict[str, Array]") -> Any:
    """A callback's state as JSON has it; its arrays are put into `arrays` by a name of theirs.

    Raises TypeError where it is neither plain nor an array of numbers.
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
    raise TypeError(f"it holds {quoted(value)}, which is neither plain nor an array of numbers")


def with_arrays(value: Any, arrays: "Mapping[str, Array]") -> Any:
    """The state that `without_arrays` took. Raises KeyError or TypeError where it did not."""
    if isinstance(value, dict):
        if value.keys() == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: with_arrays(each, arrays) for key, each in value.items()}
    if isinstance(value, list):
        return [with_arrays(each, arrays) for each in value]
    return value
