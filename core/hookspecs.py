"""The hooks that listeners implement."""

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import keras

    from zookit.core.result import Result
    from zookit.core.run_context import RunContext

hookspec = pluggy.HookspecMarker("zookit")
hookimpl = pluggy.HookimplMarker("zookit")


class RunHooks:
    """The events of a run. An implementation may omit arguments that it does not need."""

    @hookspec
    def run_started(self, run: "RunContext") -> None:
        """Called when the run folder exists, before training starts."""

    @hookspec
    def keras_callbacks(self, run: "RunContext") -> "Sequence[keras.callbacks.Callback]":  # type: ignore[empty-body]
        """Return Keras callbacks for the training. Called once, after `run_started`.

        If a method of a callback raises an error, zookit warns and no longer calls that callback.
        The batch methods are called once for many batches, unless the listener's `every_batch` is
        True.
        """

    @hookspec
    def epoch_ended(self, epoch: int, values: "Mapping[str, float]", seconds: float) -> None:
        """Called at the end of each epoch.

        Args:
            epoch: the number of the epoch, counted from 1.
            values: the logged values by name.
            seconds: the duration of the epoch.
        """

    @hookspec
    def values_added(self, epoch: int, values: "Mapping[str, float]") -> None:
        """Called after `epoch_ended` if callbacks added values to the logs of the epoch.

        Args:
            epoch: the number of the epoch, counted from 1.
            values: the added values by name.
        """

    @hookspec
    def run_finished(self, result: "Result") -> None:
        """Called when the run is finished or interrupted by Ctrl-C; see `result.status`."""

    @hookspec
    def run_failed(self, result: "Result", error: BaseException) -> None:
        """Called when the run has failed with an error."""
