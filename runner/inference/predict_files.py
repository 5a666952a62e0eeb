"""Predicts image files, block by block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from zookit.core import DataError
from zookit.core.messages import listed, printable
from zookit.core.progress import Progress, silent
from zookit.inference.explanation import Explainer, Explanation
from zookit.inference.image_files import (
    EXPECTED,
    check_channels,
    find_image_files,
    is_one_file,
    load_image_files,
    notes_for,
    read_images,
)
from zookit.inference.predict import Predictor, batch_size
from zookit.inference.rebuild import check_ended, rebuild_model
from zookit.modeling.tensorflow_import import importing_keras
from zookit.terminal import waiting

if TYPE_CHECKING:
    from zookit.inference.predict import Pixels, Probabilities
    from zookit.runs.run import RunRecord

_LISTED = 3


@dataclass(frozen=True, eq=False)
class PredictedFiles:
    """Some image files, and what a model predicts.

    `images`, uint8 (N, H, W, C), are as the model gets them, and `probabilities`, float32
    (N, classes), those of all classes. `explanation` is about the first images, or None.
    """

    files: list[Path]
    images: "Pixels"
    probabilities: "Probabilities"
    explanation: Explanation | None


def predict_files(
    run: "RunRecord",
    paths: Iterable[Path],
    *,
    invert: bool = False,
    explain: int = 0,
    explaining: Progress = silent,
) -> Iterator[PredictedFiles]:
    """Predict image files, and the image files in folders.

    Files that are not images are skipped with a warning, unless a single file is given. Memory
    holds one block at a time. What was done to the images is logged.

    Args:
        run: a run that has ended.
        paths: files and folders.
        invert: swap dark and light.
        explain: for how many images, the first ones, to find where the model looked.
        explaining: reports that.

    Raises:
        BadExperiment: the run was trained on images that have neither 1 nor 3 channels.
        DataError: no file is an image, or a folder cannot be read.
        BadRun: the model cannot be rebuilt.
    """
    check_ended(run)  # before files are read
    check_channels(run)
    named, notes = list(paths), notes_for(run, invert=invert)
    if is_one_file(named):
        blocks = iter([(named, load_image_files(named, notes))])  # the error is about this file
    else:
        blocks = read_images(find_image_files(named), batch_size(notes.shape), notes)
    first = next(blocks, None)
    if first is None:
        names = listed([printable(each) for each in named], _LISTED)
        raise DataError(f"no image can be read from {names}. {EXPECTED}")
    with importing_keras() as importing, waiting("starting TensorFlow", quiet=False):
        importing.start()
        importing.wait()
        predictor = Predictor(rebuild_model(run))
    explainer = Explainer(predictor.model) if explain else None
    for files, images in chain([first], blocks):
        probabilities = predictor(images)
        explanation = None
        if explainer is not None and explain:
            labels = probabilities[:explain].argmax(1)
            with explaining("explaining", len(labels), "images") as advance:
                explanation = explainer.explanation(images[:explain], labels, advance)
            explain -= len(labels)
        yield PredictedFiles(files, images, probabilities, explanation)
    notes.report()
