"""Models that answer requests."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import BadExperiment
from zookit.core.messages import counted, printable
from zookit.inference.border import looks_inverted
from zookit.inference.explanation import Explainer
from zookit.inference.image_files import check_channels
from zookit.inference.image_notes import ImageNotes
from zookit.inference.predict import Predictor
from zookit.inference.rebuild import check_ended, check_has_weights, rebuild_model
from zookit.modeling.tensorflow_import import importing_keras
from zookit.runs.run import RunRecord
from zookit.serve.batcher import Batcher
from zookit.serve.drawing import SIDE
from zookit.terminal import waiting

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    Labels = npt.NDArray[np.int64]
    Maps = npt.NDArray[np.float32]
    Pixels = npt.NDArray[np.uint8]

_EXPLAINED = 16
"""The most images to explain at a time; one can take as long as a hundred predictions and more."""
_INVERT = "invert=true"
_INVERT_ON_PAGE = '"Invert dark and light"'


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model with its queue.

    `predict` takes images, uint8 (N, H, W, C), and returns probabilities, float32 (N, classes).
    `explain` takes images and labels, int64 (N,), and returns where the model looked, float32
    (N, H, W), 0 to 1.
    """

    run: RunRecord
    predict: Batcher
    explain: Batcher

    @property
    def name(self) -> str:
        """The name in addresses: that of the run's folder, or of the installed model."""
        return self.run.name

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of its images."""
        return self.run.environment.data.image_shape

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of the labels."""
        return self.run.environment.data.class_names

    @property
    def title(self) -> str:
        """What the model is, such as `cnn on mnist`."""
        experiment = self.run.experiment
        return f"{experiment.architecture.short_name} on {experiment.dataset.short_name}"

    @property
    def drawn(self) -> bool:
        """Whether its images are of the size of MNIST's, so that a drawing can become one."""
        return self.shape == (SIDE, SIDE, 1)

    @property
    def dark_on_light(self) -> bool:
        """Whether its training images are dark on light, so that black borders look inverted."""
        border = self.run.environment.data.border
        return border is not None and bool(looks_inverted(np.zeros(1), border)[0])

    @property
    def accuracy(self) -> float | None:
        """The accuracy on the test images, 0 to 1; None if the run did not finish."""
        return dict(self.run.metrics).get("accuracy")

    def notes(self, *, invert: bool, page: bool) -> ImageNotes:
        """Return the collector of notes about one picture, for the page or for other clients."""
        border = self.run.environment.data.border
        return ImageNotes(self.shape, border, invert, _INVERT_ON_PAGE if page else _INVERT)

    def stop(self) -> None:
        """Finish what waits."""
        self.predict.stop()
        self.explain.stop()


class _Explaining:
    """Explains predictions; what that needs is made for the first of them."""

    def __init__(self, model: "keras.Model") -> None:
        self._model = model
        self._explainer: Explainer | None = None

    def __call__(self, images: "Pixels", labels: "Labels") -> "Maps":
        if self._explainer is None:
            self._explainer = Explainer(self._model)
        return self._explainer(images, labels)


def check_runs(runs: Sequence[RunRecord]) -> None:
    """Check all that can be checked before TensorFlow starts.

    Raises BadRun if a run has not ended or has lost its weights, and BadExperiment if a run's
    images are of a kind that no image file has, if a run is named twice, or if two runs have the
    same name.
    """
    for run in runs:
        check_ended(run)
        check_has_weights(run)
        check_channels(run)
    folders = [run.folder.resolve() for run in runs]
    folder, count = Counter(folders).most_common(1)[0]
    if count > 1:
        shown = runs[folders.index(folder)].shown
        times = "twice" if count == 2 else f"{count} times"
        raise BadExperiment(f"{shown} is named {times}. Name it once.")
    name, count = Counter(run.name for run in runs).most_common(1)[0]
    if count > 1:
        same = [run.shown for run in runs if run.name == name]
        raise BadExperiment(
            f"{counted(count, 'model')} have the name {printable(name)!r}: {', '.join(same)}. The "
            "name is part of the address, so serve one of them, or copy one to a folder of another "
            "name."
        )


def load_models(runs: Sequence[RunRecord]) -> list[ServedModel]:
    """Rebuild the models and let each predict once, so that no request waits for that.

    Raises BadRun if one cannot be rebuilt.
    """
    with importing_keras() as importing, waiting("starting TensorFlow", quiet=False):
        importing.start()
        importing.wait()
        return [_load(run) for run in runs]


def _load(run: RunRecord) -> ServedModel:
    model = rebuild_model(run)
    predictor = Predictor(model)
    for size in {1, predictor.batch_size}:
        predictor(np.zeros((size, *run.environment.data.image_shape), np.uint8))
    return ServedModel(
        run,
        Batcher(f"predicting with {run.name}", predictor, predictor.batch_size),
        Batcher(f"explaining {run.name}", _Explaining(model), _EXPLAINED),
    )
