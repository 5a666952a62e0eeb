"""The batches for training, validation and test."""

from collections.abc import Sequence
from dataclasses import dataclass

from zookit.core import BadExperiment, Settings, Splits
from zookit.core.data import hold_out
from zookit.core.messages import option
from zookit.training.batches import Batches, balanced_weights


@dataclass(frozen=True, eq=False)
class Feeds:
    """The batches of a run, by purpose."""

    train: Batches
    validation: Batches | None
    test: Batches

    def sizes(self) -> dict[str, int]:
        """Return the number of images by purpose."""
        feeds = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: batches.size for name, batches in feeds.items() if batches is not None}


def make_feeds(splits: Splits, settings: Settings, class_names: Sequence[str]) -> Feeds:
    """Return the batches that the settings ask for.

    Raises BadExperiment if a validation split is asked for and the data set has its own, and
    DataError if a class has a single image to be split.
    """
    indices = None
    validation = None
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
        validation = Batches(splits.train, settings.batch_size, indices=held_out)
    labels = splits.train.labels if indices is None else splits.train.labels[indices]
    weights = balanced_weights(labels, len(class_names)) if settings.class_weights else None
    train = Batches(
        splits.train, settings.batch_size, indices=indices, seed=settings.seed, weights=weights
    )
    return Feeds(train, validation, Batches(splits.test, settings.batch_size))
