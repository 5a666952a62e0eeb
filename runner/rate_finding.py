"""The public function that finds a learning rate."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, Unpack

from zookit.arguments import path_of
from zookit.core import Architecture, BadParameter, Dataset, Settings, TrainingKeywords
from zookit.core.errors import quoted
from zookit.core.messages import option
from zookit.core.parameters import create
from zookit.terminal import messages_shown
from zookit.training.range_test import RangeTest
from zookit.training.rate_range import RateRange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zookit.training.composition import Composition

NOT_TAKEN = ("learning_rate", "metrics", "epochs", "callbacks")
"""The options of a training that mean nothing to a range test."""


class RateCurve(RangeTest):
    """What `find_rate` found. A notebook shows it as a picture.

    `rates` and `losses`, float64 (N,), are the learning rate and the loss of each step; `smoothed`,
    float64 (N,), is the moving average of the losses. `guessing` is the loss of answering with the
    frequencies of the classes, None if it is not known. `suggestion` is a learning rate to train
    with, or None if `problem` says why there is none.
    """

    def _repr_png_(self) -> bytes:
        from zookit.report.rate_plot import draw_rates

        return draw_rates(self, repr(self)[1:-1])


def find_rate(
    dataset: str | Dataset,
    architecture: str | Architecture,
    *others: Never,
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
        *others: none; in particular, a range test takes no callbacks.
        lowest: the learning rate of the first step, above 0.
        highest: the learning rate of the last step. The test ends before it if the loss diverges.
        steps: the number of training steps, 20 to 100,000.
        quiet: show only warnings.
        runs_dir: the folder of the run that `init` may name.
        **settings: batch_size, optimizer, ...: see `zookit.core.TrainingKeywords`; all but
            `learning_rate`, `metrics` and `epochs`.

    Raises:
        ZookitError: the training cannot be started, or fails. The message says what to do.
    """
    from zookit.training.resolve import compose

    if others:
        raise BadParameter(
            "find_rate takes a data set and an architecture, but no callbacks; options are named, "
            f"as in steps=400. Got {quoted(others[0])} as well."
        )
    with messages_shown(quiet):
        tried = checked({"lowest": lowest, "highest": highest, "steps": steps}, settings)
        composition = compose(dataset, architecture, (), settings, path_of(runs_dir, "runs_dir"))
        return rate_curve(composition, tried, quiet=quiet)


def checked(tried: "Mapping[str, Any]", settings: "Mapping[str, Any]") -> RateRange:
    """Return the rates to try, and check the options of the training.

    Raises BadParameter if a value is wrong, or a range test has no such option.
    """
    from zookit.training.options import split_options

    where = option("find-rate", "find_rate")
    for name in NOT_TAKEN:
        if name in settings:
            raise BadParameter(f"{where} has no use for {name!r}. Remove it.")
    create(Settings, split_options(settings, where, without=NOT_TAKEN).settings, where)
    return create(RateRange, tried, where)


def rate_curve(composition: "Composition", tried: RateRange, *, quiet: bool) -> RateCurve:
    """Return the curve of a composition; see `find_rate`."""
    from zookit.training.find_rate import find_rate as test_range  # brings NumPy in

    return RateCurve(**vars(test_range(composition, tried, quiet=quiet)))
