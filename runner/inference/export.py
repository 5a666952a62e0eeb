"""Writes a run's model in the formats that other programs load, through Keras's own export."""

import io
import logging
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zookit.core import (
    Architecture,
    BadParameter,
    BadRun,
    NotInstalled,
    UnknownName,
    ZookitError,
)
from zookit.core.errors import did_you_mean

if TYPE_CHECKING:
    import keras

    from zookit.runs.run import RunRecord

Format = Literal["keras", "saved_model", "onnx", "litert"]

_SUFFIXES: dict[Format, str] = {
    "keras": ".keras",
    "saved_model": ".saved_model",
    "onnx": ".onnx",
    "litert": ".tflite",
}
_LONGEST_REASON = 300
"""Characters of a converter's error that a message quotes."""


def default_path(run: "RunRecord", to: Format) -> Path:
    """Return a path in the current folder, named after the run.

    It is not in the run's folder, which only the run writes and `resume` changes later. Raises
    UnknownName if there is no such format.
    """
    return Path(f"{run.name}{_suffix(to)}")


def export(
    run: "RunRecord",
    to: Format,
    path: Path,
    architecture: Architecture | None = None,
    *,
    force: bool = False,
) -> None:
    """Write a run's model to a file, or to a folder for saved_model.

    The model takes raw images, uint8 (N, height, width, channels) for any N, and computes in
    float32, whatever the precision of the training. `architecture` is the instance that the run was
    trained with, if no entry point names its class. With `force`, a file that zookit did not write
    is replaced.

    Raises:
        UnknownName: there is no such format.
        NotInstalled: the format needs a package that is not installed.
        BadParameter: the path does not have the suffix of the format.
        FolderError: the path cannot be written, or exists and zookit did not write it.
        BadRun: the model cannot be rebuilt, or its weights are not finite.
        ZookitError: the format does not support a layer of the architecture.
    """
    import numpy as np  # neither --help nor completion gets here

    from zookit.core.data.writing import output_written
    from zookit.inference.rebuild import rebuild_model
    from zookit.modeling.runtime import keras_configured

    suffix = _suffix(to)
    _check_packages(to)
    if to != "saved_model" and path.suffix != suffix:
        raise BadParameter(
            f"{path} does not end in {suffix}, the suffix of the format {to}. Choose "
            "another path with --output."
        )
    hint = "Choose another path with --output, or replace it with --force."
    with output_written(path, hint, force=force) as aside:
        model = rebuild_model(run, architecture, float32=True)
        if not all(np.isfinite(each.numpy()).all() for each in model.weights):
            raise BadRun(
                f"{run.folder} has NaN or infinite weights: the training diverged. "
                "Train again with a lower --learning-rate."
            )
        try:
            with keras_configured("float32"), _output_suppressed():
                _write(model, to, aside)
        except OSError:
            raise
        except Exception as error:  # converters raise many types
            raise ZookitError(
                f"{run.folder} cannot be exported to {to}, which does not support a layer of "
                f"{run.experiment.architecture.name} ({_reason(error)}). Choose another format, or "
                "report this to the architecture's author."
            ) from error


def _suffix(to: Format) -> str:
    if to not in _SUFFIXES:
        raise UnknownName(
            f"no format named {to!r}.{did_you_mean(to, _SUFFIXES)} Available: "
            f"{', '.join(_SUFFIXES)}."
        )
    return _SUFFIXES[to]


def _check_packages(to: Format) -> None:
    if to == "onnx" and not all(find_spec(each) for each in ("tf2onnx", "onnx")):
        raise NotInstalled(
            "--to onnx needs packages that are not installed. Install them: pip install "
            "'zookit[export]'"
        )


def _write(model: "keras.Model", to: Format, path: Path) -> None:
    """Write the model, and check that the file can be loaded."""
    import keras

    if to == "keras":
        model.save(path)
        keras.saving.load_model(path, compile=False, safe_mode=True)
    elif to == "saved_model":
        model.export(path, format="tf_saved_model", verbose=False)
    elif to == "onnx":
        from onnx import checker

        # Keras refuses to export a model that was never called.
        model(keras.ops.zeros((1, *model.input_shape[1:]), "uint8"))
        model.export(path, format="onnx", verbose=False)
        checker.check_model(path)  # tf2onnx only logs operations that ONNX does not have
    else:
        import tensorflow as tf

        # By default Keras also allows operations that need TensorFlow's own interpreter.
        only = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
        model.export(path, format="litert", verbose=False, target_spec=only)


@contextmanager
def _output_suppressed() -> Iterator[None]:
    """Keep the output, log lines and warnings of converters off the terminal.

    That includes what C++ code writes to file descriptor 2. The error that is raised has the
    reason.
    """
    from zookit.modeling.tensorflow_import import descriptor_2_in  # kept out of `--help`

    disabled = logging.root.manager.disable
    with (
        tempfile.TemporaryFile() as notes,
        redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
        descriptor_2_in(notes),
    ):
        warnings.simplefilter("ignore")
        logging.disable()
        try:
            yield
        finally:
            logging.disable(disabled)


def _reason(error: Exception) -> str:
    """Return the part of a converter's error that gives the cause; it may contain a whole model."""
    text = str(error)
    operations = re.search(r"^(?:Custom|Flex) ops: .*$", text, re.MULTILINE)
    if operations:
        return operations[0]
    _, _, cause = text.rpartition("Exception encountered: ")
    reason = " ".join(cause.split()) or type(error).__name__
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}..."
