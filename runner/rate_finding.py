"""The public function that finds a learning rate."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from zookit.arguments import path_of
from zookit.core import Architecture, BadParameter, Dataset, TrainingKeywords
from zookit.terminal import messages_shown
from zookit.training.range_test import RangeTest
from zookit.training.rate_range import RateRange

if TYPE_CHECKING:
    from zookit.training.composition import Composition

NOT_TAKEN = ("learning_rate", "metrics", "epochs")
"""The options of a training that mean nothing to a range test."""


class RateCurve(RangeTest):
    """What `find_rate` found. A notebook shows it as a picture.

    `rates` and `losses`, float64 (N,), are the learning rate and the loss of each step; `smoothed`,
    float64 (N,), is the moving average of the losses. `suggestion` is a learning rate to train
    with, or None if `problem` says why there is none.
    """

    def _repr_png_(self) -> bytes:
        from zookit.report.rate_plot import draw_rates

        return draw_rates(self, repr(self)[1:-1])


def find_rate(
    dataset: str | Dataset,
    architecture: str | Architecture,
    *,
    lowest: float = RateRange.lowest,
    highest: float = RateRange.highest,
    steps: int = RateRange.steps,
    quiet: bool = False,
    runs_dir: str | Path = "runs",
    **settings: Unpack[TrainingKeywords],
) -> RateCurve:
    """Train for a few hundred steps at increasing learning rates, as `zookit find-rate` does.

    Nothing is written. The same seed gives the same curve.

    Args:
        dataset: a name, words or an instance.
        architecture: a name, words or an instance.
        lowest: the learning rate of the first step, above 0.
        highest: the learning rate of the last step. The test ends before it if the loss diverges.
        steps: the number of training steps, at least 20.
        quiet: show only warnings.
        runs_dir: the folder of the run that `init` may name.
        **settings: batch_size, optimizer, ...: see `zookit.core.TrainingKeywords`; all but
            `learning_rate`, `metrics` and `epochs`.

    Raises:
        ZookitError: the training cannot be started, or fails. The message says what to do.
    """
    from zookit.training.resolve import compose

    for name in NOT_TAKEN:
        if name in settings:
            raise BadParameter(f"find_rate has no use for {name!r}. Remove it.")
    with messages_shown(quiet):
        tried = RateRange(lowest, highest, steps)
        composition = compose(dataset, architecture, (), settings, path_of(runs_dir, "runs_dir"))
        return rate_curve(composition, tried, quiet=quiet)


def rate_curve(composition: "Composition", tried: RateRange, *, quiet: bool) -> RateCurve:
    """Return the curve of a composition; see `find_rate`."""
    from zookit.training.find_rate import find_rate as test_range  # brings NumPy in

    return RateCurve(**vars(test_range(composition, tried, quiet=quiet)))
