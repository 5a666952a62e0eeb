"""What a model answers to fixed images, recorded when it was trained.

Code may change while its version stays the same, as in every editable installation. A rebuilt model
that answers otherwise is not the model that was trained.
"""

import hashlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadRun
from zookit.runs.arrays import assign, load_of_end
from zookit.runs.environment import Environment
from zookit.runs.environment_diff import environment_diff
from zookit.runs.plugin_files import copy_hint, file_in_owner
from zookit.runs.run import WEIGHTS, RunRecord

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    Outputs = npt.NDArray[np.float32]

PROBE = "probe.safetensors"
_OUTPUTS = "outputs"
_IMAGES = 8
_MOST_BYTES = 8_000_000
"""Bytes of all images: fewer than eight if they are large, none if one is larger than this."""
_TOLERANCE = {"float32": 2e-5, "mixed_bfloat16": 5e-2}
"""The relative difference of probabilities that is rounding. Measured on a CPU between single
calls, compiled calls, XLA and other batch sizes: 6e-7, with bfloat16 3e-3."""
_ELSEWHERE = 20
"""The factor for other versions of TensorFlow and other devices, which round in other places."""
_LEAST = 1e-30
_REINSTALL = "Install what it was trained with, or run the experiment again."


def probe_images(shape: tuple[int, int, int]) -> "npt.NDArray[np.uint8]":
    """Return the fixed images, uint8 (N, H, W, C): noise, from dark to bright.

    With noise of one brightness, a well-trained model may be certain of each image, and its outputs
    would not show small changes.
    """
    count = min(_IMAGES, _MOST_BYTES // math.prod(shape))
    # Unlike NumPy's generators, this gives the same bytes in every version.
    noise = hashlib.shake_256(b"zookit").digest(count * math.prod(shape))
    images = np.frombuffer(noise, np.uint8).reshape(count, *shape).astype(np.uint16)
    levels = np.arange(1, count + 1, dtype=np.uint16).reshape(-1, 1, 1, 1)
    return (images * levels // count).astype(np.uint8)


def outputs_to_record(model: "keras.Model") -> "dict[str, Outputs]":
    """Return what to write into a run.

    Nothing if the model answers differently each time, or takes images that are too large.
    """
    images = probe_images(_shape(model))
    if not len(images):
        return {}
    try:
        outputs = _outputs(model, images)
        again = _outputs(model, images[-2:])
    except Exception:  # noqa: BLE001 - the end of a run must be written, whatever its layers do
        return {}
    return {} if _differ(outputs[-2:], again, _TOLERANCE["float32"]) else {_OUTPUTS: outputs}


def check_outputs(run: RunRecord, model: "keras.Model", now: Environment) -> None:
    """Raise BadRun if a model with the run's weights answers otherwise than the trained one.

    Does nothing for runs that recorded no outputs.

    Args:
        run: a run that has ended.
        model: the rebuilt model.
        now: the run's environment, with versions, architecture and devices as they are now.
    """
    images = probe_images(_shape(model))
    if run.ending is None or PROBE not in run.ending.files or not len(images):
        return
    then, outputs = load_of_end(run, PROBE), _outputs(model, images)
    recorded = then.get(_OUTPUTS)
    tolerance = _TOLERANCE[run.environment.runtime.precision]
    runtime = run.environment.runtime
    if (run.environment.versions, runtime.devices) != (now.versions, now.runtime.devices):
        tolerance *= _ELSEWHERE
    if (
        recorded is not None
        and recorded.shape == outputs.shape
        and not _differ(recorded, outputs, tolerance)
    ):
        return
    name = run.experiment.architecture.name
    owner = run.environment.owners().get(name, "")
    changes = "; ".join(environment_diff(run.environment, now))
    file = file_in_owner(owner)
    copy = copy_hint(run.folder, file) if file else ""
    advice = f"Run the experiment again, or {copy}" if copy else _REINSTALL
    raise BadRun(
        f"{run.shown} cannot be rebuilt: {name} gives other outputs than when it was trained. "
        f"Changed since: {changes or f'code of {owner}, or what it reads'}. "
        f"{advice}"
    )


def check_final_outputs(run: RunRecord, model: "keras.Model", now: Environment) -> None:
    """Give a model the run's final weights, and raise BadRun if it answers otherwise than then.

    Does nothing for a run that has no final weights. The arguments are those of `check_outputs`.
    """
    if run.ending is not None and WEIGHTS in run.ending.files and (run.folder / WEIGHTS).exists():
        assign("", model.weights, load_of_end(run, WEIGHTS), run.folder / WEIGHTS)
        check_outputs(run, model, now)


def _shape(model: "keras.Model") -> tuple[int, int, int]:
    height, width, channels = model.input_shape[1:]
    return height, width, channels


def _outputs(model: "keras.Model", images: "npt.NDArray[np.uint8]") -> "Outputs":
    return np.asarray(model(images, training=False), np.float32)


def _differ(then: "Outputs", now: "Outputs", tolerance: float) -> bool:
    """Return whether probabilities differ by more than rounding.

    The rarer of an event and its opposite counts, relative to its logarithm: exponentials multiply
    the error of large numbers.
    """
    before, after = (np.maximum(each.astype(np.float64), _LEAST) for each in (then, now))
    rare = np.maximum(np.minimum(before, 1 - before), _LEAST)
    # Near 1, float32 itself has steps of 6e-8.
    allowed = tolerance * rare * (1 - np.log(rare)) + 3e-7 * (before > 0.5)
    near: Any = np.abs(before - after) <= allowed
    return not bool((near | (np.isnan(then) & np.isnan(now))).all())
