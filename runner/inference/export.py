"""Writes a run's model in a format that other programs load, and checks what was written."""

import errno
import inspect
import io
import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import Architecture, BadParameter, BadRun, Exporter, ZookitError
from zookit.core.calling import call_declared
from zookit.core.errors import typed_reason_of
from zookit.core.messages import option
from zookit.modeling.trainable import layers_of
from zookit.registry import Built
from zookit.registry.blame import advice_for, describe
from zookit.registry.built import warn_of_old_names
from zookit.registry.frames import line_in, lines_of

if TYPE_CHECKING:
    import keras

    from zookit.runs.run import RunRecord

_IMAGES = 4
_TOLERANCE = 1e-3
"""The largest difference of a probability. Rounding differs between runtimes, by about 1e-6."""
_CAUSES = {
    r"^((?:Custom|Flex) ops: .*)$": "{}",
    r"No Op registered for (\w+)": "it has no operation {}",
    r"error: loc\(callsite\(fused\[\"(\w+):": "it has no operation {}, or not with these shapes",
}
"""Patterns of converters' errors, and what they mean."""
_FORMAT = 1
"""The version of the description that an exported model carries."""
_COLOURS = {1: "grey", 3: "RGB"}
_LONGEST_REASON = 300
"""Characters of a converter's error that a message quotes."""


class WrongExport(ZookitError):
    """An exported model, loaded again, predicts otherwise."""


class ExporterFailed(ZookitError):
    """The code of an exporter raised an error, which is not about the architecture."""


def default_path(run: "RunRecord", exporter: Exporter) -> Path:
    """Return a path in the current folder, named after the run.

    It is not in the run's folder, which only the run writes and `resume` changes later.
    """
    return Path(f"{run.name}{exporter.suffix}")


def check_path(path: Path, to: Built[Exporter]) -> None:
    """Raise BadParameter if a path does not have the suffix of the format."""
    exporter = to.component
    if not exporter.is_folder and path.suffix != exporter.suffix:
        raise BadParameter(
            f"{path} does not end in {exporter.suffix}, the suffix of the format "
            f"{to.spec.short_name}. {_hint()}."
        )


def _hint() -> str:
    return f"Choose another path with {option('--output', 'path')}"


def export(
    run: "RunRecord",
    to: Built[Exporter],
    path: Path,
    architecture: Architecture | None = None,
    *,
    force: bool = False,
) -> None:
    """Write a run's model to a file or a folder.

    The model takes raw images, uint8 (N, height, width, channels) for any N, and computes in
    float32, whatever the precision of the training. `architecture` is the instance that the run was
    trained with, if no entry point names its class. With `force`, a file that zookit did not write
    is replaced.

    Raises:
        BadParameter: the path does not have the suffix of the format.
        FolderError: the path cannot be written, or exists and zookit did not write it.
        BadRun: the model cannot be rebuilt, or its weights are not finite.
        ZookitError: the format does not support a layer of the architecture, or the exported
            model, loaded again, predicts otherwise.
    """
    import numpy as np  # neither --help nor completion gets here

    from zookit.core.data.writing import output_written
    from zookit.inference.rebuild import rebuild_model

    warn_of_old_names(to)
    check_path(path, to)
    with output_written(path, _hint(), force=force) as aside:
        model = rebuild_model(run, architecture, float32=True)
        if not all(np.isfinite(each.numpy()).all() for each in model.weights):
            raise BadRun(
                f"{run.shown} has NaN or infinite weights: the training diverged. "
                f"Train again with a lower {option('--learning-rate', 'learning_rate')}."
            )
        data, author = run.environment.data, run.experiment.architecture.name
        info = model_info(data.class_names, data.image_shape, run.name)
        write_checked(model, to, aside, info, run.shown, author)


def write_checked(
    model: "keras.Model",
    to: Built[Exporter],
    path: Path,
    info: Mapping[str, Any],
    subject: str,
    architecture: str,
) -> None:
    """Write a model with its description, and check that it predicts the same when it is loaded.

    `subject` and `architecture` are named in messages. Raises ZookitError as `export`, and OSError
    if the path cannot be written.
    """
    from zookit.modeling.runtime import keras_configured

    name = to.spec.short_name
    try:
        with keras_configured("float32"), _output_suppressed():
            given = _predicting(model)
            call_declared(to.component.export, model=given, path=path, info=info)
            difference = _largest_difference(model, to.component, path)
    except ZookitError:
        raise
    except Exception as error:  # converters raise many types
        if _is_about_output(error, path):
            raise
        raise _failed(error, to, subject, architecture) from error
    if not difference <= _TOLERANCE:  # it may be NaN
        raise WrongExport(
            f"{subject} cannot be exported to {name}: the exported model's probabilities differ by "
            f"{difference:.2g} from those of the model. {_authors(to, architecture)}"
        )


def _is_about_output(error: Exception, path: Path) -> bool:
    """Return whether the system refused to write the output: other files are the exporter's."""
    if not isinstance(error, OSError) or error.errno in (None, errno.ENOENT):
        return False
    return error.filename is None or Path(error.filename).is_relative_to(path.parent)


def _failed(error: Exception, to: Built[Exporter], subject: str, architecture: str) -> ZookitError:
    """Return the error of an export, which says whether the architecture or the exporter caused it.

    Where neither is certain, it names both.
    """
    cause, name = _cause(error), to.spec.short_name
    if cause and not to.component.holds_any_model:
        return ZookitError(
            f"{subject} cannot be exported to {name}, which does not support a layer of "
            f"{architecture} ({cause}). Choose another format, or report this to the "
            "architecture's author."
        )
    failed = f"{subject} cannot be exported to {name}: {describe(to.component)} failed"
    own = line_in(lines_of(error)[:1], type(to.component).__module__)
    if own or isinstance(error, OSError):
        return ExporterFailed(f"{failed}: {_reason(error)}. {advice_for(to.component)}")
    return ZookitError(
        f"{failed} with {architecture}: {_reason(error)}. {_authors(to, architecture)}"
    )


def _authors(to: Built[Exporter], architecture: str) -> str:
    return (
        "Choose another format, or report this to the authors of the architecture "
        f"{architecture} and of the exporter {to.spec.name}."
    )


def _predicting(model: "keras.Model") -> "keras.Model":
    """Return the model, or one that calls it with training=False if that is not its default.

    Keras's layers for preprocessing, such as RandomFlip and Resizing, have training=True as their
    default, and the layers that follow take it from them.
    """
    import keras

    parameters = (
        inspect.signature(layer.call).parameters.get("training") for layer in layers_of(model)
    )
    if not any(each is not None and each.default is True for each in parameters):
        return model
    images = keras.Input(model.input_shape[1:], dtype="uint8", name="images")
    return keras.Model(images, model(images, training=False))


def _largest_difference(model: "keras.Model", exporter: Exporter, path: Path) -> float:
    """Return how far the probabilities of what was written differ, for random images.

    Without the runtime of the format, the difference is 0.
    """
    import numpy as np

    predict = call_declared(exporter.load, path=path)
    if predict is None:
        return 0.0
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (_IMAGES, *model.input_shape[1:]), np.uint8)
    images[0], images[1] = 0, 255
    found = np.asarray(predict(images))
    return float(np.abs(found - model(images, training=False).numpy()).max())


def model_info(
    class_names: Sequence[str], image_shape: tuple[int, int, int], run_name: str
) -> dict[str, Any]:
    """Return what an exported model carries: its classes, and what goes in and comes out."""
    two, channels = len(class_names) == 2, image_shape[2]
    return {
        "format": _FORMAT,
        "class_names": list(class_names),
        "input": {
            "dtype": "uint8",
            "shape": [None, *image_shape],
            "meaning": "raw images: number, height, width, channels "
            f"({_COLOURS.get(channels, f'{channels} values')}), 0 to 255, not normalized",
        },
        "output": {
            "dtype": "float32",
            "shape": [None, 1 if two else len(class_names)],
            "meaning": "the probability of the second class"
            if two
            else "the probability of each class, in the order of class_names",
        },
        "run": run_name,
    }


@contextmanager
def _output_suppressed() -> Iterator[None]:
    """Keep the output, log lines and warnings of converters off the terminal.

    That includes what C++ code writes to file descriptor 2. The error that is raised has the
    reason.
    """
    # Kept out of `--help`.
    from zookit.modeling.tensorflow_import import descriptor_2_in, notes_file

    disabled = logging.root.manager.disable
    with (
        notes_file() as notes,
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


def _cause(error: Exception) -> str | None:
    """Return what a converter's error means, if that is known: the format lacks an operation."""
    for pattern, meaning in _CAUSES.items():
        found = re.search(pattern, str(error), re.MULTILINE)
        if found:
            return meaning.format(found[1])
    return None


def _reason(error: Exception) -> str:
    """Return the part of an error that gives the cause; it may contain a whole model."""
    _, mark, cause = str(error).rpartition("Exception encountered: ")
    cause = " ".join(cause.split())
    reason = f"{type(error).__name__}: {cause}" if mark else typed_reason_of(error)
    short = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}..."
    return short.removesuffix(".")
