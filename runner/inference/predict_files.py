"""Predicts image files, block by block."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from zookit.core import DataError
from zookit.core.messages import printable
from zookit.inference.image_files import check_channels, find_image_files, read_images
from zookit.inference.predict import Predictor, batch_size
from zookit.inference.rebuild import check_ended, rebuild_model
from zookit.modeling.tensorflow_import import importing_keras
from zookit.terminal import waiting

if TYPE_CHECKING:
    from zookit.inference.predict import Probabilities
    from zookit.runs.run import RunRecord

_LISTED = 3


def predict_files(
    run: "RunRecord", paths: Iterable[Path], *, invert: bool = False
) -> "Iterator[tuple[list[Path], Probabilities]]":
    """Predict image files, and the image files in folders.

    Files that are not images are skipped with a warning. Memory holds one block at a time.

    Args:
        run: a run that has ended.
        paths: files and folders.
        invert: swap dark and light.

    Yields:
        Some files, with the probabilities of all classes, float32 (N, classes).

    Raises:
        BadExperiment: the run was trained on images that have neither 1 nor 3 channels.
        DataError: no file is an image, or a folder cannot be read.
        BadRun: the model cannot be rebuilt.
    """
    check_ended(run)  # before files are read
    named, shape = list(paths), run.environment.data.image_shape
    check_channels(run)
    notes = notes_for(run, invert=invert)
    files = find_image_files(named)
    if len(named) == 1 and not named[0].is_dir():
        first, blocks = ..., ...
    blocks = read_images(find_image_files(named), batch_size(shape), notes)
    first = next(blocks, None)
    if first is None:
        more = ", ..." if len(named) > _LISTED else ""
        raise DataError(
            f"no image can be read from {', '.join(map(printable, named[:_LISTED]))}{more}. Pass "
            "PNG, JPEG, GIF, BMP or WebP files, or folders that contain them."
        )
    with importing_keras() as importing, waiting("starting TensorFlow", quiet=False):
        importing.start()
        importing.wait()
        predictor = Predictor(rebuild_model(run))
    for files, images in chain([first], blocks):
        yield files, predictor(images)
