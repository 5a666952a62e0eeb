"""What a model's user should know about its limits, from the run that trained it."""

import math
from collections.abc import Iterator

import numpy as np

from zookit.core.messages import counted, listed
from zookit.inference.scores import Scores
from zookit.runs.run import RunRecord

_FEW_EPOCHS = 3
_GAP = 0.05
"""The difference between the accuracies on training and test images that is overfitting."""
_FEW_IMAGES = 20
_WEAK = 0.5
"""The recall below which a class is named."""
_NAMED = 5
_DEVIATIONS = 1.96
"""The half width of the interval that has 95 % of a normal distribution."""


def limits_of(run: RunRecord, scores: Scores) -> Iterator[str]:
    """Yield one sentence or two for each limit of a finished run.

    `scores` are those on the test split.
    """
    data = run.environment.data
    trained = counted(data.sizes.get("train", 0), "image")
    if data.origin == "sample":
        yield (
            f"It was trained on {trained} of the sample that comes with the data set's package. On "
            "the full data set, the same training usually reaches a higher accuracy."
        )
    yield from _of_training(run)
    yield from _of_scores(scores)
    yield "It returns one of its classes for every image, even for one that shows none of them."
    if not run.experiment.augmentations:
        yield (
            "It was trained without augmentation, so it may fail on images that are rotated, "
            "mirrored, scaled or brighter than those in the data."
        )
    yield (
        "The test images come from the same source as the training images. Expect a lower accuracy "
        "on images from another camera, size, background or time."
    )


def _of_training(run: RunRecord) -> Iterator[str]:
    epochs, history = run.epochs, run.history
    if epochs < _FEW_EPOCHS:
        yield f"It was trained for only {counted(epochs, 'epoch')}."
    watched = "val_loss" if "val_loss" in history else "loss"
    losses = history.get(watched, ())
    if len(losses) > 1 and losses[-1] == min(losses):
        kind = "validation" if watched == "val_loss" else "training"
        yield (
            f"The {kind} loss was lowest in the last epoch, so a longer training may reach more."
        )
    if "val_loss" not in history:
        yield "No validation images were held out."
    accuracy, tested = history.get("accuracy", ()), run.metrics.get("accuracy")
    reached = accuracy[run.weights_epoch - 1] if accuracy else 0.0
    if tested is not None and reached - tested > _GAP:
        yield (
            f"It overfits: the accuracy is {reached:.2%} on the training images and {tested:.2%} "
            "on the test images."
        )
    source = run.experiment.initial_weights
    if source:
        yield f"Its training started from {source}, whose limits it may share."


def _of_scores(scores: Scores) -> Iterator[str]:
    images = int(scores.support.sum())
    low, high = _interval(scores.accuracy, images)
    yield (
        f"Measured on {counted(images, 'image')}, its accuracy is between {low:.1%} and {high:.1%} "
        "(95 % confidence interval, Wilson)."
    )
    yield (
        f"On these images, the calibration error of its probabilities is "
        f"{scores.calibration.error:.4f}. On others it may be larger."
    )
    guessed = float(scores.support.max()) / images
    if low <= guessed:
        yield (
            "It is hardly better than always answering with the most frequent class, which is "
            f"right for {guessed:.1%} of the test images."
        )
    names = scores.class_names
    few = [names[at] for at in np.flatnonzero(scores.support < _FEW_IMAGES)]
    if few:
        yield (
            f"The test split has fewer than {_FEW_IMAGES} images of {listed(few, _NAMED)}, so the "
            "figures of these classes say little."
        )
    weak = [
        f"{names[at]} ({scores.recall[at]:.0%})" for at in np.flatnonzero(scores.recall < _WEAK)
    ]
    if weak:
        yield f"It finds fewer than half of the images of {listed(weak, _NAMED)}."


def _interval(accuracy: float, images: int) -> tuple[float, float]:
    """Return the bounds of the 95 % confidence interval of an accuracy.

    This is Wilson's interval, which holds for few images and for an accuracy of 1 as well: Brown,
    Cai, DasGupta 2001, Interval Estimation for a Binomial Proportion.
    """
    squared = _DEVIATIONS**2 / images
    centre = (accuracy + squared / 2) / (1 + squared)
    spread = math.sqrt(accuracy * (1 - accuracy) / images + squared / images / 4)
    half = _DEVIATIONS * spread / (1 + squared)
    return max(0.0, centre - half), min(1.0, centre + half)
