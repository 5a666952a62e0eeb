"""Whether data can be trained on, and is that of a run to resume."""

import math

from zookit.core import BadExperiment, BadRun, BrokenPlugin, DatasetInfo, WrongHash
from zookit.data.prepared import Prepared
from zookit.runs.environment import LARGEST_IMAGE
from zookit.runs.run import ENVIRONMENT, RunRecord, damaged
from zookit.training.composition import Composition
from zookit.training.monitoring import check_callbacks

_FEWEST_CLASSES = 2


def check_before_data(composition: Composition) -> None:
    """Check all that is known before the data is loaded and TensorFlow is imported.

    Raises BadExperiment or BrokenPlugin.
    """
    check_image_size(composition.dataset.info)
    check_class_count(composition)
    check_callbacks(composition)


def check_class_count(composition: Composition) -> None:
    """Raise BrokenPlugin if there are too few classes to learn something."""
    count = len(composition.dataset.info.class_names)
    if count < _FEWEST_CLASSES:
        raise BrokenPlugin(
            f"{composition.experiment.dataset.short_name} has {count} class, expected at least "
            "two. Report this to the plugin's author."
        )


def check_image_size(info: DatasetInfo) -> None:
    """Raise BadExperiment if the images are larger than those that a run can have."""
    values = math.prod(info.image_shape)
    if values > LARGEST_IMAGE:
        raise BadExperiment(
            f"an image has {values:,} values, expected at most {LARGEST_IMAGE:,}. Use smaller "
            "images."
        )


def check_expected_data(prepared: Prepared, expected: str | None) -> None:
    """Raise WrongHash if the prepared data does not have the hash that is expected, if any."""
    if expected not in (None, prepared.hash):
        raise WrongHash(
            f"the data found here has the hash {prepared.hash[:16]} ({prepared.origin}), expected "
            f"{str(expected)[:16]}. Provide the same files as on the machine that started this."
        )


def check_same_data(record: RunRecord, prepared: Prepared, info: DatasetInfo) -> None:
    """Raise BadRun if the prepared data is not what the run was trained on."""
    then = record.environment.data
    recorded = (then.image_shape, len(then.class_names))
    if prepared.hash == then.hash and recorded != (info.image_shape, len(info.class_names)):
        raise damaged(
            record.folder / ENVIRONMENT,
            f"it has images {then.image_shape} of {len(then.class_names)} classes, but the data "
            f"has {info.image_shape} of {len(info.class_names)}",
        )
    if prepared.hash != then.hash:
        raise BadRun(
            f"{record.shown} was trained on data with the hash {then.hash[:16]} ({then.origin}), "
            f"but the data found now has {prepared.hash[:16]} ({prepared.origin}). Restore that "
            "data, or run the experiment again."
        )
