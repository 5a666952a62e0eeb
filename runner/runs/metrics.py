"""What a run measured: further metrics, and whether two accuracies are the same."""

from collections.abc import Sequence

from zookit.core import Experiment
from zookit.runs.environment import InstalledComponent

_ROUNDING, _FEW = 0.002, 2.5
"""The difference of an accuracy, and the number of predictions, that rounding may change."""


def directions(experiment: Experiment, components: Sequence[InstalledComponent]) -> dict[str, bool]:
    """Return the names that the metrics are logged under, and whether a higher value is better.

    `components` is where those of the experiment came from, in their order.
    """
    pairs = zip(experiment.slots().items(), components, strict=False)
    return {
        spec.identifier: installed.higher_is_better is not False
        for (slot, spec), installed in pairs
        if slot.startswith("metrics.")
    }


def accuracies_differ(one: float, other: float, images: int) -> bool:
    """Return whether two accuracies on the same images differ by more than rounding; NaN does not.

    Rounding may change single predictions.
    """
    return abs(one - other) > max(_ROUNDING, _FEW / images)
