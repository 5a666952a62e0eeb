"""What a model's user should know about its limits, from the run that trained it."""

import math
from collections.abc import Iterator

import numpy as np

from zookit.core.messages import counted
from zookit.inference.scores import Scores
from zookit.runs.run import RunRecord

_FEW_EPOCHS = 3
_GAP = 0.05
"""The difference between the accuracies on training and test images that is overfitting."""
_FEW_IMAGES = 20
_WEAK = 0.5
"""The recall below which a class is named."""
_NAMED = 5


def limits_of(run: RunRecord, scores: Scores | None) -> Iterator[str]:
    """Yield one sentence or two for each limit of a finished run.

    `scores` are those on the test split.
    """
    data = run.environment.data
    trained = counted(data.sizes.get("train", 0), "image")
    if data.origin == "sample":
        yield (
            f"It is trained on {trained} of the sample that comes with the data set's package. On "
            "the full data set, the same training reaches more."
        )
    yield from _of_training(run)
    if scores is not None:
        yield from _of_scores(run, scores)
    yield (
        "It answers with one of its classes for any picture, also for one that shows none of them. "
        "The probabilities are not calibrated."
    )
    if not run.experiment.augmentations:
        yield (
            "It is trained without augmentation, so it has seen no turned, mirrored, scaled or "
            "brightened images beyond those in the data."
        )
    yield (
        "It is tested on images of the same source as those it is trained on. Images of another "
        "camera, size, background or time may be harder."
    )


def _of_training(run: RunRecord) -> Iterator[str]:
    epochs, history = run.epochs, run.history
    if epochs < _FEW_EPOCHS:
        yield f"It is trained for {counted(epochs, 'epoch')} only."
    watched = "val_loss" if "val_loss" in history else "loss"
    losses = history.get(watched, ())
    if len(losses) > 1 and losses[-1] == min(losses):
        kind = "validation" if watched == "val_loss" else "training"
        yield (
            f"The {kind} loss was lowest in the last epoch, so a longer training may reach more."
        )
    if "val_loss" not in history:
        yield "No images validated the training, so no epoch or setting was chosen by them."
    accuracy = history.get("accuracy", ())
    tested = run.metrics.get("accuracy") if "accuracy" in run.metrics else None
    if accuracy and tested is not None and accuracy[-1] - tested > _GAP:
        yield (
            f"It overfits: the accuracy is {accuracy[-1]:.2%} on the training images and "
            f"{tested:.2%} on the test images."
        )


def _of_scores(run: RunRecord, scores: Scores) -> Iterator[str]:
    images = int(scores.support.sum())
    error = 1.96 * math.sqrt(scores.accuracy * (1 - scores.accuracy) / images)
    yield (
        f"Its accuracy is measured on {counted(images, 'image')}, so it is known to about "
        f"±{max(error, 1 / images):.1%} (95 % confidence)."
    )
    guessed = float(scores.support.max()) / images
    if scores.accuracy - error <= guessed:
        yield (
            "It is hardly better than always answering with the most frequent class, which is "
            f"right for {guessed:.1%} of the test images."
        )
    names = scores.class_names
    few = [names[at] for at in np.flatnonzero(scores.support < _FEW_IMAGES)]
    if few:
        yield (
            f"The test split has fewer than {_FEW_IMAGES} images of {_listed(few)}, so the figures "
            "of these classes say little."
        )
    weak = [
        f"{names[at]} ({scores.recall[at]:.0%})" for at in np.flatnonzero(scores.recall < _WEAK)
    ]
    if weak:
        yield f"It finds fewer than half of the images of {_listed(weak)}."
    source = run.experiment.initial_weights
    if source:
        yield f"Its training started from {source}, whose limits it may share."


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
