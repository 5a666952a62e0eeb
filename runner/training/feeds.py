"""The batches for training, validation and test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import BadExperiment, DataError, Settings, Splits, warn
from zookit.core.data import hold_out
from zookit.core.messages import counted, option
from zookit.training.batches import Batches, balanced_weights

if TYPE_CHECKING:
    from zookit.core.data.split import Indices


@dataclass(frozen=True, eq=False)
class Feeds:
    """The batches of a run, by purpose.

    `left_out` is the number of images that are not used for validation, because a copy of each is
    trained on.
    """

    train: Batches
    validation: Batches | None
    test: Batches
    left_out: int = 0

    def sizes(self) -> dict[str, int]:
        """Return the number of images by purpose."""
        feeds = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: batches.size for name, batches in feeds.items() if batches is not None}


def make_feeds(
    splits: Splits,
    settings: Settings,
    class_names: Sequence[str],
    copies: Sequence[Sequence[int]] = (),
) -> Feeds:
    """Return the batches that the settings ask for.

    `copies` are the indices of training images that are equal. Raises BadExperiment if a validation
    split is asked for and the data set has its own, and DataError if a class has a single image to
    be split, or all images held out have copies.
    """
    indices = None
    validation = None
    left_out = 0
    if splits.validation is not None:
        validation = Batches(splits.validation, settings.batch_size)
    if settings.validation:
        if splits.validation is not None:
            raise BadExperiment(
                "the data set has a validation split of its own. Remove "
                f"{option('--validation', 'validation')}."
            )
        labels = splits.train.labels
        indices, held_out = hold_out(labels, settings.validation, settings.seed, class_names)
        unseen = _without_copies(held_out, indices, copies)
        left_out = len(held_out) - len(unseen)
        validation = Batches(splits.train, settings.batch_size, indices=unseen)
    labels = splits.train.labels if indices is None else splits.train.labels[indices]
    weights = balanced_weights(labels, len(class_names)) if settings.class_weights else None
    train = Batches(
        splits.train, settings.batch_size, indices=indices, seed=settings.seed, weights=weights
    )
    return Feeds(train, validation, Batches(splits.test, settings.batch_size), left_out)


def _without_copies(
    held_out: "Indices", trained: "Indices", copies: Sequence[Sequence[int]]
) -> "Indices":
    """Return the images held out that are not trained on too; warn if there are others."""
    is_trained = np.zeros(len(held_out) + len(trained), bool)
    is_trained[trained] = True
    also_trained = [each for each in map(list, copies) if is_trained[each].any()]
    if not also_trained:
        return held_out
    unseen = np.setdiff1d(held_out, np.concatenate(also_trained))
    if not len(unseen):
        raise DataError(
            "each image held out for validation is also trained on, pixel by pixel. Remove the "
            "copies from the data."
        )
    if len(unseen) < len(held_out):
        warn(
            f"{counted(len(held_out) - len(unseen), 'image')} of the validation split left out, "
            "because the training split has the same pixels."
        )
    return unseen
