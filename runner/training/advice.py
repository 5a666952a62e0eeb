"""Warnings about an experiment or its result that a beginner might not see in the numbers.

Each is one line: what is wrong, the numbers that show it, and what to type.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from zookit.core import (
    Evaluation,
    Experiment,
    Result,
    Settings,
)
from zookit.core.experiment import DEFAULT_LOSS
from zookit.core.messages import counted, option
from zookit.training.feeds import Feeds

_MOST_VALIDATION = 0.5
"""The largest usual fraction of the training images to hold out."""
_FEW_PER_CLASS = 2
"""The number of images of each class that say something about it."""
_IMBALANCE = 10
"""How many times more images one class may have than another."""
_GAP = 0.05
"""The difference between the accuracies on the training and the test images that is overfitting."""
_STANDARD_ERRORS = 3
"""The difference must also be as many standard errors of the test accuracy."""
_LEAST_FALL, _NEAR_GUESSING = 0.005, 0.9
"""The fraction by which a loss near that of guessing must have fallen, and how near that is."""
_SLOWEST = 1e-4
"""A learning rate below this is too low rather than too high."""
_RISE = 0.1
"""The fraction by which the validation loss must have risen."""
_SINCE = 2
"""The number of epochs that must have passed since the best one."""


def advice_before(feeds: Feeds, settings: Settings, class_names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the training images."""
    size, batch_size = feeds.train.size, settings.batch_size
    if batch_size > size:
        yield (
            f"the batch size {batch_size} is larger than the training split of "
            f"{counted(size, 'image')}, so an epoch is a single step. Use a smaller one, such as "
            f"{option('--batch-size ', 'batch_size=')}{min(32, max(1, size // 10))}."
        )
    counts = np.bincount(feeds.train.labels, minlength=len(class_names))
    least, most = int(counts.argmin()), int(counts.argmax())
    if not counts[least]:
        yield (
            f"no training image is of class {class_names[least]!r}, so the model cannot learn it. "
            "Add images of it to the data."
        )
    elif counts[most] > _IMBALANCE * counts[least] and not settings.class_weights:
        yield (
            f"class {class_names[most]!r} has {counted(int(counts[most]), 'training image')}, but "
            f"{class_names[least]!r} has {counts[least]:,}, so the accuracy says little about the "
            "rare class. To weight the classes equally: "
            f"{option('--class-weights', 'class_weights=True')}"
        )
    if settings.validation > _MOST_VALIDATION:
        yield (
            f"of the training images, {settings.validation:.0%} are held out for validation, and "
            f"only {counted(size, 'image')} are trained on. Usual is "
            f"{option('--validation 0.1', 'validation=0.1')}."
        )
    yield from _held_out_advice(feeds, class_names)


def _held_out_advice(feeds: Feeds, class_names: Sequence[str]) -> Iterator[str]:
    """Yield which accuracy will say little, because of the images that it is measured on."""
    for name, batches in (("validation", feeds.validation), ("test", feeds.test)):
        if batches is None:
            continue
        lacking = np.setdiff1d(feeds.train.labels, batches.labels)
        if len(lacking):
            yield (
                f"no {name} image is of class {class_names[lacking[0]]!r}, so the {name} accuracy "
                f"says nothing about it. Add images of it to the {name} split."
            )
        elif batches.size < _FEW_PER_CLASS * len(class_names):
            yield (
                f"the {name} split has only {counted(batches.size, 'image')}, so the {name} "
                "accuracy says little. Use more images."
            )


def advice_after(result: Result, class_names: Sequence[str]) -> Iterator[str]:
    """Yield the most important thing that is wrong with a finished run's result, if any."""
    if result.evaluation is None:
        return
    found = (
        _no_better_than_guessing(result, result.evaluation, class_names)
        or _diverged(result.experiment, result.history, _guessing(result, class_names))
        or _not_falling(result.experiment, result.history, _guessing(result, class_names))
        or _validation_worse(result.experiment, result.history)
        or _overfitted(result)
    )
    if found:
        yield found


def _guessing(result: Result, class_names: Sequence[str]) -> float:
    """Return the loss of a model that guesses; NaN if the loss is not crossentropy.

    For crossentropy it is the same whatever the labels are, smoothed and mixed ones too.
    """
    loss = result.experiment.loss
    known = loss is None or loss.name == DEFAULT_LOSS.name
    return math.log(len(class_names)) if known else math.nan


def _no_better_than_guessing(
    result: Result, evaluation: Evaluation, class_names: Sequence[str]
) -> str:
    labels, predicted = evaluation.labels, evaluation.predicted
    counts = np.bincount(labels, minlength=len(class_names))
    share = counts.max() / len(labels)
    accuracy = result.metrics["accuracy"]
    if share == 1 or accuracy > share + math.sqrt(share * (1 - share) / len(labels)):
        return ""
    answers, learned = np.unique(predicted), result.history["accuracy"][-1]
    if len(answers) > 1 and learned - share > _GAP:
        return (
            f"the accuracy on the training images is {learned:.4f}, and that on the test images "
            f"({accuracy:.4f}) is no better than by always answering the most frequent class "
            f"({share:.4f}): the model overfits, or the test images are of another kind."
            f"{_way_to_see(result)}"
        )
    only = f" It answers {class_names[answers[0]]!r} for every image." if len(answers) == 1 else ""
    longer = result.history["loss"][-1] < _guessing(result, class_names)
    return (
        f"the model has not learned to tell the classes apart: test accuracy {accuracy:.4f}, and "
        f"{share:.4f} by always answering the most frequent class.{only} "
        f"{_other_rate(result.experiment)}{', or more epochs' if longer else ''}."
    )


def _diverged(
    experiment: Experiment, history: Mapping[str, Sequence[float]], guessing: float
) -> str:
    losses = history["loss"]
    best, last = min(losses), losses[-1]
    if last > 2 * guessing:
        worse = f"the training loss is {last:.4g}, and that of guessing is {guessing:.4g}"
        if not experiment.settings.normalize:
            return (
                f"{worse}: the pixels are not divided by 255, which makes a network very sure, "
                f"and wrong, for long. Leave out {option('--no-normalize', 'normalize=False')}."
            )
    elif last > 1.5 * best and last > best + _RISE:
        epoch = losses.index(best) + 1
        worse = f"the training loss has risen from {best:.4g} in epoch {epoch} to {last:.4g}"
    else:
        return ""
    return f"{worse}: the training diverges. {_other_rate(experiment)}."


def _not_falling(
    experiment: Experiment, history: Mapping[str, Sequence[float]], guessing: float
) -> str:
    losses = history["loss"]
    first, last = losses[0], losses[-1]
    near = last >= max((1 - _LEAST_FALL) * first, _NEAR_GUESSING * guessing)
    if len(losses) == 1 or math.isnan(guessing) or not near:
        return ""
    return (
        f"the training loss does not fall: it was {first:.4f} in epoch 1 and is {last:.4f}, and "
        f"that of guessing is {guessing:.4f}. {_other_rate(experiment)}."
    )


def _other_rate(experiment: Experiment) -> str:
    rate = experiment.optimizer.parameters.get("learning_rate")
    name = option("--learning-rate ", "learning_rate=")
    if rate is None:
        return f"Try another learning rate, such as {name}0.0001"
    if rate < _SLOWEST:
        return f"Try a learning rate higher than {rate:g}, such as {name}0.001"
    lower = min(rate / 10, 0.001)
    return f"Try a learning rate lower than {rate:g}, such as {name}{lower:g}"


def _validation_worse(experiment: Experiment, history: Mapping[str, Sequence[float]]) -> str:
    losses = history.get("val_loss", ())
    stopping = any(each.short_name == "early_stopping" for each in experiment.callbacks)
    if not losses or stopping:
        return ""
    best = min(losses)
    epoch = losses.index(best) + 1
    if losses[-1] <= (1 + _RISE) * best or len(losses) - epoch < _SINCE:
        return ""
    return (
        f"the validation loss was best in epoch {epoch} ({best:.4f}) and is {losses[-1]:.4f} now: "
        "the model overfits. To stop in time and keep the best weights, add "
        "early_stopping:3,restore_best_weights=true"
    )


def _overfitted(result: Result) -> str:
    if "val_loss" in result.history or result.evaluation is None:
        return ""
    trained, tested = result.history["accuracy"][-1], result.metrics["accuracy"]
    error = math.sqrt(tested * (1 - tested) / len(result.evaluation.labels))
    if not trained - tested > max(_GAP, _STANDARD_ERRORS * error):
        return ""
    if result.experiment.optimizer.parameters.get("use_ema"):
        return (
            f"the test accuracy ({tested:.4f}) is that of the averaged weights, and well below "
            f"that in training ({trained:.4f}). Use a lower ema_momentum, or more epochs."
        )
    return (
        f"the accuracy on the training images ({trained:.4f}) is well above that on the test "
        f"images ({tested:.4f}): the model overfits.{_way_to_see(result)}"
    )


def _way_to_see(result: Result) -> str:
    if "val_loss" in result.history:
        return ""
    return f" To see when that begins: {option('--validation 0.1', 'validation=0.1')}"
