"""A kept run's model in the formats that other programs load, through Keras's own export."""

import io
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from zookit.core import BadParameter, BadRun, FolderError, NotInstalled, ZookitError
from zookit.core.errors import reason_of
from zookit.inference.formats import ENDINGS, Format
from zookit.modeling.tensorflow_import import descriptor_2_in

if TYPE_CHECKING:
    import keras

    from zookit.runs.run import RunRecord

_LONGEST = 300
"""Of what a converter says in an error."""


def default_path(run: "RunRecord", to: Format) -> Path:
    """Where a run's model goes by itself: in the current folder, named for the run.

    Not in the run's folder, where only the run writes, and which `resume` changes later.
    """
    return Path(f"{run.name}{ENDINGS[to]}")


def export(run: "RunRecord", to: Format, path: Path) -> None:
    """Write a run's model to a path where nothing is yet: a file, of a saved_model a folder.

    It takes raw pixels, uint8 (N, height, width, channels) with any N, and computes in float32,
    whatever the run trained in. Raises NotInstalled where the format needs a package that is not,
    BadParameter for a path of another ending, FolderError where it cannot be written or something
    is there already, BadRun as `rebuild_model`, and ZookitError where the format cannot hold the
    architecture's layers.
    """
    import numpy as np

    from zookit.inference.rebuild import rebuild_model
    from zookit.modeling.runtime import keras_configured

    _check_packages(to)
    if to != "saved_model" and path.suffix != ENDINGS[to]:
        raise BadParameter(
            f"{path} does not end in {ENDINGS[to]}, which is the ending of what --to {to} writes. "
            "Name another path with --output."
        )
    with _written_aside(path) as aside:
        model = rebuild_model(run, float32=True)
        if not all(np.isfinite(each.numpy()).all() for each in model.weights):
            raise BadRun(
                f"{run.folder} has weights that are not finite, as after a training that failed. "
                "Train again with a lower --learning-rate."
            )
        try:
            with keras_configured("float32"), _chatter_held_back():
                _write(model, to, aside)
        except OSError:
            raise
        except Exception as error:
            raise ZookitError(
                f"{run.folder} cannot be exported to {to}: {run.experiment.architecture.name} has "
                f"layers that {to} cannot hold ({_short(error)}). Take another format, or tell the "
                "author of that architecture."
            ) from error


def _check_packages(to: Format) -> None:
    if to == "onnx" and not all(find_spec(each) for each in ("tf2onnx", "onnx")):
        raise NotInstalled(
            "--to onnx needs packages that are not installed. Install them: pip install "
            "'zookit[export]'"
        )


def _write(model: "keras.Model", to: Format, path: Path) -> None:
    """Write it, and see to it that what is written can be loaded."""
    import keras

    if to == "keras":
        model.save(path)
        keras.saving.load_model(path, compile=False, safe_mode=True)
    elif to == "saved_model":
        model.export(path, format="tf_saved_model", verbose=False)
    elif to == "onnx":
        from onnx import checker

        model(keras.ops.zeros((1, *model.input_shape[1:]), "uint8"))  # or Keras takes it for unmade
        model.export(path, format="onnx", verbose=False)
        checker.check_model(path)  # tf2onnx only logs that it knows no ONNX for an operation
    else:
        import tensorflow as tf

        # By itself Keras also allows operations that are only in TensorFlow's own interpreter.
        only = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
        model.export(path, format="litert", verbose=False, target_spec=only)


@contextmanager
def _written_aside(path: Path) -> Iterator[Path]:
    """A path to write to, of the same name, moved into place at the end; gone on any error."""
    try:
        _check_free(path)
        with tempfile.TemporaryDirectory(
            dir=path.parent, prefix=".zookit-", ignore_cleanup_errors=True
        ) as folder:
            aside = Path(folder, path.name)
            yield aside
            _check_free(path)
            aside.rename(path)
    except OSError as error:
        raise FolderError(
            f"{path} cannot be written: {error.strerror or reason_of(error)}. Name another path "
            "with --output."
        ) from error


def _check_free(path: Path) -> None:
    if os.path.lexists(path):
        raise FolderError(
            f"{path} is there already. Name another path with --output, or take it away first."
        )


@contextmanager
def _chatter_held_back() -> Iterator[None]:
    """Keep what converters print, log, warn of and write to file descriptor 2 off the terminal.

    All that a person needs of it stands in the error that is raised.
    """
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


def _short(error: Exception) -> str:
    """What a converter's error comes down to. They hold whole models and calls."""
    text = str(error)
    operations = re.search(r"^(?:Custom|Flex) ops: .*$", text, re.MULTILINE)
    if operations:
        return operations[0]
    _, _, cause = text.rpartition("Exception encountered: ")
    said = " ".join(cause.split()) or type(error).__name__
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
