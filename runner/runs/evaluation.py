"""The predictions on the test split, saved so that a report needs neither data nor model."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import Evaluation
from zookit.core.messages import counted
from zookit.runs.arrays import load_of_end, reading, save_arrays
from zookit.runs.run import EVALUATION, RunRecord, damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

_KINDS = {
    "labels": ("int64", 1),
    "predicted": ("int64", 1),
    "probability": ("float32", 1),
    "mistakes_at": ("int64", 1),
    "mistakes": ("uint8", 4),
}


def save_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Write an evaluation, and flush it to the disk."""
    import numpy as np

    arrays = {name: getattr(evaluation, name) for name in _KINDS}
    save_arrays(path, {name: np.ascontiguousarray(each) for name, each in arrays.items()})


def load_evaluation(run: RunRecord) -> Evaluation | None:
    """Return the predictions of a run's model on its test split; None unless the run finished.

    Raises BadRun if the file is damaged or missing.
    """
    if run.ending is None or run.ending.status != "finished":
        return None
    with reading(run):
        return _checked(run, load_of_end(run, EVALUATION))


def _checked(run: RunRecord, arrays: "dict[str, Array]") -> Evaluation:
    """Return the predictions of these arrays. Raises BadRun if they are not those of the run."""
    path = run.folder / EVALUATION
    if {name: (str(each.dtype), each.ndim) for name, each in arrays.items()} != _KINDS:
        raise damaged(path, "it does not contain the arrays of an evaluation")
    found = Evaluation(**arrays)
    count, classes = len(found.labels), len(run.environment.data.class_names)
    if not count == len(found.predicted) == len(found.probability):
        raise damaged(path, "its arrays have different lengths")
    if not count or len(found.mistakes) != len(found.mistakes_at):
        raise damaged(path, "images are missing")
    if not ((found.probability >= 0) & (found.probability <= 1.001)).all():  # or not a number
        raise damaged(path, "a probability is not between 0 and 1")
    channels = run.environment.data.image_shape[2]
    if found.mistakes.shape[3] != channels or 0 in found.mistakes.shape[1:3]:
        raise damaged(path, f"its images are empty or do not have {counted(channels, 'channel')}")
    for name, most in (("labels", classes), ("predicted", classes), ("mistakes_at", count)):
        values = arrays[name]
        if values.size and not 0 <= values.min() <= values.max() < most:
            raise damaged(path, f"one of {name} is not between 0 and {most - 1}")
    return found
