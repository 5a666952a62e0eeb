"""Evaluates a model on a test split."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from zookit.core import Architecture, Dataset, Evaluation, Split, warn
from zookit.core.source import DataRequest, SplitName
from zookit.data.source import data_request
from zookit.inference.evaluation_data import (
    EvaluationData,
    check_names_data,
    load_evaluation_data,
)
from zookit.inference.predict import Predictor, batch_size
from zookit.inference.rebuild import check_ended, check_has_weights, rebuild_model
from zookit.inference.scores import Scores
from zookit.modeling.tensorflow_import import importing_keras
from zookit.runs.metrics import accuracies_differ
from zookit.runs.run import RunRecord
from zookit.terminal import waiting

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt
    import tensorflow as tf

_MISTAKES = 25
_SIDE = 128
"""The largest height and width in pixels of the image of a mistake."""
S = TypeVar("S", bound=np.generic)


def evaluate_run(
    run: RunRecord,
    on: str | Dataset | None = None,
    request: DataRequest | None = None,
    architecture: Architecture | None = None,
) -> Scores:
    """Return a run's scores on test images. The arguments are those of `load_predictor_and_data`.

    Warns if the accuracy on the images that the run was tested on is not the recorded one.
    """
    check_names_data(on)
    if request is not None:
        request = data_request(request, "evaluate")
    predictor, data = load_predictor_and_data(run, on, request, architecture)
    with waiting("evaluating", quiet=False):
        evaluation = evaluate(predictor, data.split)
    recorded = run.metrics.get("accuracy")
    if data.facts.own and recorded is not None:
        _warn_if_differs(run, recorded, evaluation)
    return Scores.of(evaluation, run.environment.data.class_names, data.facts)


def _warn_if_differs(run: RunRecord, recorded: float, evaluation: Evaluation) -> None:
    """Warn if an accuracy is not the recorded one."""
    accuracy = float(np.mean(evaluation.predicted == evaluation.labels))
    if accuracies_differ(accuracy, recorded, len(evaluation.labels)):
        warn(
            f"the test accuracy is {accuracy:.4f}, but {run.name} recorded {recorded:.4f} for the "
            "same images and weights. Code, a device or metrics.json has changed since, or the "
            "architecture computes at random."
        )


def load_predictor_and_data(
    run: RunRecord,
    on: str | Dataset | None = None,
    request: DataRequest | None = None,
    architecture: Architecture | None = None,
    *,
    split: SplitName = "test",
) -> tuple[Predictor, EvaluationData]:
    """Rebuild a run's model and load images, while Keras is imported in another thread.

    Args:
        run: a run that has ended.
        on: the data set; by default the one that the run was trained on.
        request: full, sample or auto; by default the one recorded for the run's own data set, and
            auto for any other.
        architecture: the instance that the run was trained with, if no entry point names its class.
        split: the split with the images.

    Raises:
        BadExperiment: the data set does not fit the model.
        BadParameter: the data set does not have the split.
        DataError: the data set cannot be loaded.
        BadRun: the model cannot be rebuilt.
    """
    check_ended(run)  # before Keras is imported and data prepared
    check_has_weights(run)
    with importing_keras() as importing:
        data = load_evaluation_data(run, on, request, split=split, found=importing.start)
        with waiting("starting TensorFlow", quiet=False):
            importing.wait()
            return Predictor(rebuild_model(run, architecture)), data


def evaluate(predictor: Predictor, split: Split) -> Evaluation:
    """Predict all images of a split. Raises BadRun if the weights are not finite."""
    predictions = _Predictions(split)
    for part in _parts(len(split), predictor.batch_size):
        predictions.add(part, predictor(split.images[part]))
    return predictions.evaluation()


class SplitEvaluator:
    """Evaluates a compiled model on splits; what it traces for that is used for all of them."""

    def __init__(self, model: "keras.Model") -> None:
        self._model = model
        self._traced: tf.types.experimental.ConcreteFunction | None = None

    def __call__(
        self, split: Split, check: Callable[[], None] = lambda: None
    ) -> tuple[dict[str, float], Evaluation]:
        """Return what `evaluate_split` returns."""
        from zookit.modeling.one_form import further_metrics  # imports Keras

        metrics = further_metrics(self._model)
        shape = tuple(self._model.input_shape[1:])
        run = self._traced = self._traced or self._trace(shape, metrics)
        predictions = _Predictions(split)
        total_loss = 0.0
        for metric in metrics:
            metric.reset_state()
        for part in _parts(len(split), batch_size(shape)):
            check()
            images, labels = np.ascontiguousarray(split.images[part]), predictions.labels[part]
            probabilities, loss = run(images, labels)
            predictions.add(part, probabilities.numpy())
            total_loss += float(loss) * len(labels)
        evaluation = predictions.evaluation()
        accuracy = float(np.mean(evaluation.predicted == evaluation.labels))
        values = {"loss": total_loss / len(split), "accuracy": accuracy}
        return values | {each.name: float(each.result()) for each in metrics}, evaluation

    def _trace(
        self, shape: tuple[int, ...], metrics: "Sequence[keras.metrics.Metric]"
    ) -> "tf.types.experimental.ConcreteFunction":
        import tensorflow as tf

        from zookit.modeling.one_form import all_classes  # imports Keras

        def step(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            outputs = self._model(images, training=False)
            for metric in metrics:
                metric.update_state(labels, outputs)
            loss = self._model.compute_loss(images, labels, outputs, training=False)
            return all_classes(outputs), loss

        # Traced once. TensorFlow would warn about retracing after the fifth model in a process.
        return tf.function(step, autograph=False).get_concrete_function(
            tf.TensorSpec((None, *shape), tf.uint8), tf.TensorSpec((None,), tf.int64)
        )

    def graphs(self) -> "list[tf.Graph]":
        """Return the graph, if it has been traced."""
        return [] if self._traced is None else [self._traced.graph]


def evaluate_split(
    model: "keras.Model", split: Split, check: Callable[[], None] = lambda: None
) -> tuple[dict[str, float], Evaluation]:
    """Return loss, accuracy and further metrics of a compiled model on a split, and predictions.

    Both come from one pass over the images. The loss is the mean over the images plus the
    regularization losses, as `model.evaluate` computes it; it is not finite if the weights are
    not. The values differ from those of `model.evaluate` only in the last bits.

    Args:
        model: a model compiled with the loss of its head.
        split: at least one image.
        check: called before each batch; an exception that it raises ends the evaluation.
    """
    return SplitEvaluator(model)(split, check)


class _Predictions:
    """The predicted classes of a split, collected batch by batch."""

    def __init__(self, split: Split) -> None:
        self.labels = np.asarray(split.labels, np.int64)
        self._split = split
        self._predicted = np.empty(len(split), np.int64)
        self._probability = np.empty(len(split), np.float32)

    def add(self, part: slice, probabilities: "npt.NDArray[np.float32]") -> None:
        """Add a batch of probabilities, (N, classes)."""
        self._predicted[part] = probabilities.argmax(1)
        self._probability[part] = probabilities.max(1)

    def evaluation(self) -> Evaluation:
        """Return the evaluation, once all batches have been added."""
        wrong = np.flatnonzero(self._predicted != self.labels)
        order = np.argsort(-self._probability[wrong], kind="stable")
        surest = wrong[order][:_MISTAKES]
        images = self._split.images
        mistakes = np.empty((0, 1, 1, images.shape[3]), np.uint8)
        if len(surest):
            mistakes = np.stack([reduced(images[at : at + 1])[0] for at in surest])
        return Evaluation(self.labels, self._predicted, self._probability, surest, mistakes)


def reduced(images: "npt.NDArray[S]") -> "npt.NDArray[S]":
    """Return images (N, H, W, ...) with both sides at most 128, by leaving out rows and columns."""
    down, across = (math.ceil(side / _SIDE) for side in images.shape[1:3])
    return images[:, ::down, ::across]


def _parts(count: int, size: int) -> list[slice]:
    return [slice(at, min(at + size, count)) for at in range(0, count, size)]
