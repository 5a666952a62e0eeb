"""A checkpoint: all that a training needs to go on as if it had never stopped, in one file.

One file, moved into place whole, so that no crash can leave parts of two states.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge

from zookit.core import BadRun
from zookit.kept.arrays import load_arrays, save_arrays
from zookit.kept.run import CHECKPOINT, Finite, KeptRun, checked, damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

MODEL, OPTIMIZER, METRICS, _STATE = "model/", "optimizer/", "metrics/", "state/"
"""What the names of the arrays begin with."""
_ARRAY = "__array__"


@dataclass(frozen=True)
class Position:
    """How far a training has come.

    `identity` is that of the experiment but for its number of epochs. `epochs` are whole ones,
    `steps` those of the next one, which took `elapsed` seconds; `stopped` says that a callback has
    ended the training. `history` and `seconds` have one value an epoch, `states` one a callback:
    None where it offers none.
    """

    identity: str
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
    """Write it. Raises TypeError where a callback's state is neither plain nor an array."""
    arrays = dict(checkpoint.arrays)
    position = {**vars(checkpoint.position)}
    position["states"] = [_without_arrays(each, arrays) for each in position["states"]]
    save_arrays(path, arrays, json.dumps(position))


def load_checkpoint(run: KeptRun) -> Checkpoint | None:
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
    if position.identity != identity_but_for_epochs(run):
        raise BadRun(
            f"{path} belongs to another experiment than {run.folder / 'experiment.toml'}. One of "
            "them was changed or is another run's; take it from a copy of this run."
        )
    _check_history(run, path, position)
    try:
        states = tuple(_with_arrays(each, arrays) for each in position.states)
    except KeyError as error:
        raise damaged(path, f"it has no array {error}") from None
    own = {name: each for name, each in arrays.items() if not name.startswith(_STATE)}
    return Checkpoint(Position(**{**vars(position), "states": states}), own)


def identity_but_for_epochs(run: KeptRun) -> str:
    """The identity that a run and the same one with more epochs share."""
    environment = run.environment
    return run.experiment.with_epochs(1).identity(environment.data.hash, environment.owners())


def _check_history(run: KeptRun, path: Path, position: Position) -> None:
    lengths = {len(position.seconds), *map(len, position.history.values())}
    if lengths != {position.epochs}:
        raise damaged(path, f"it knows of {sorted(lengths)} epochs, expected {position.epochs}")
    begun = {name: values[: position.epochs] for name, values in run.history.items()}
    if position.epochs and begun != dict(position.history):
        raise damaged(
            run.folder / "history.csv",
            f"its first {position.epochs} epochs are not those that {path.name} knows of",
        )


def _without_arrays(value: Any, arrays: "dict[str, Array]") -> Any:
    """A state as JSON has it, its arrays put aside by name."""
    import numpy as np

    if isinstance(value, np.ndarray):
        name = f"{_STATE}{len(arrays):04d}"
        arrays[name] = np.asarray(value, order="C")
        return {_ARRAY: name}
    if isinstance(value, Mapping):
        return {key: _without_arrays(each, arrays) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_arrays(each, arrays) for each in value]
    return value


def _with_arrays(value: Any, arrays: "Mapping[str, Array]") -> Any:
    if isinstance(value, dict):
        if value.keys() == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: _with_arrays(each, arrays) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_arrays(each, arrays) for each in value]
    return value
