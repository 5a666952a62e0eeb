"""The weights of a trained model that a run starts from, and the run's copy of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Len

from zookit.core import BadRun, Experiment, FolderError, reason_of
from zookit.core.experiment import INITIAL_WEIGHTS
from zookit.core.messages import option
from zookit.core.reading import parse_json
from zookit.runs.arrays import digest, load_arrays, save_arrays
from zookit.runs.environment import InstalledComponent, Side
from zookit.runs.inputs import INPUTS
from zookit.runs.run import checked, damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

BODY, HEAD = "body", "head"
"""The parts of a model, and the beginnings of the names of their arrays."""
HEAD_ARRAYS = 2
"""Kernel and bias of the head, which is the last layer: the last arrays of a model."""
_FILE = "weights.safetensors"


@dataclass(frozen=True)
class TrainedModel:
    """The model that weights come from.

    `architecture` is the full name; `parameters` has the SHA-256 of an input file in place of its
    path. `normalize` is the setting.
    """

    architecture: str
    parameters: Mapping[str, Any]
    image_shape: tuple[Side, Side, Side]
    class_names: Annotated[tuple[str, ...], Len(2)]
    normalize: bool


@dataclass(frozen=True, eq=False)
class InitialWeights:
    """The weights to start from.

    Args:
        name: the name of the run or model that they come from.
        location: the run's folder, or the model's full name.
        model: the model that they come from.
        arrays: the weights: those of the body, and of the head if it is taken.
        warnings: what the user should know about the run or model.
        installed: the architecture of that model as it was installed, None if it is not known.
    """

    name: str
    location: str
    model: TrainedModel
    arrays: "Mapping[str, Array]"
    warnings: tuple[str, ...] = ()
    installed: InstalledComponent | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the model that are taken."""
        return (BODY, HEAD) if any(name.startswith(HEAD) for name in self.arrays) else (BODY,)

    def ordered(self) -> "list[Array]":
        """Return the arrays in the order of a model's weights."""
        return [self.arrays[name] for name in sorted(self.arrays, key=_order)]

    def for_classes(self, class_names: tuple[str, ...]) -> "InitialWeights":
        """Return them without those of the head, unless it is for the same classes."""
        return self if class_names == self.model.class_names else self._body

    @cached_property
    def _body(self) -> "InitialWeights":
        body = {name: each for name, each in self.arrays.items() if name.startswith(BODY)}
        return replace(self, arrays=body)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the weights and the model that they come from, without the name."""
        return digest(self.arrays, self._text)

    @property
    def _text(self) -> str:
        return json.dumps(vars(self.model), sort_keys=True)

    def save(self, folder: Path) -> None:
        """Copy them into a new run's folder. Raises FolderError."""
        path = path_of_copy(folder)
        try:
            path.parent.mkdir(parents=True)
            save_arrays(path, self.arrays, self._text)
        except OSError as error:
            raise unwritable_copy(path, error) from error


def named_by_part(weights: "Mapping[str, Array]") -> "dict[str, Array]":
    """Return the arrays of a run's file, with the part of the model in their names.

    Raises ValueError if there are none of a head.
    """
    names = sorted(weights, key=_order)
    if len(names) < HEAD_ARRAYS:
        raise ValueError("it has no weights of a head")
    parts = [BODY] * (len(names) - HEAD_ARRAYS) + [HEAD] * HEAD_ARRAYS
    return {f"{part}/{name}": weights[name] for name, part in zip(names, parts, strict=True)}


def unwritable_copy(path: Path, error: OSError) -> FolderError:
    """Return the error for a copy of weights that cannot be written to a folder of runs."""
    return FolderError(
        f"{path} cannot be written: {error.strerror or reason_of(error)}. Free some disk space, or "
        f"choose another folder with {option('--runs-dir', 'runs_dir')}."
    )


def path_of_copy(folder: Path) -> Path:
    """Return the path of a run's copy, in its folder."""
    return folder / INPUTS / INITIAL_WEIGHTS / _FILE


def read_copy(folder: Path, experiment: Experiment) -> InitialWeights:
    """Return the weights that a run started from.

    Raises BadRun if its copy is missing, damaged, or not the one that the run was trained with.
    """
    path = path_of_copy(folder)
    arrays, text = load_arrays(path)
    try:
        found = parse_json(text)
    except ValueError as error:
        raise damaged(path, f"its text is not JSON ({reason_of(error)})") from None
    model = checked(path, found, TrainedModel)
    weights = InitialWeights(experiment.initial_weights, str(folder), model, arrays)
    if weights.sha256 != experiment.input_files[INITIAL_WEIGHTS]:
        raise BadRun(
            f"{path}, the run's copy of its initial weights, was changed. Restore it from a copy "
            "of the run, or run the experiment again."
        )
    return weights


def _order(name: str) -> tuple[str, int, str]:
    """Return the key by which the arrays of a part are sorted: their numbers may grow longer."""
    part, slash, _ = name.partition("/")
    return part * bool(slash), len(name), name
