"""The hooks of a run's life. A leaf: it imports pluggy alone."""

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
    """What a listener may implement; each may take fewer arguments than it is offered."""

    @hookspec
    def run_started(self, run: "RunContext") -> None:
        """The run is composed and its folder exists; training is about to begin."""

    @hookspec
    def keras_callbacks(self, run: "RunContext") -> "Sequence[keras.callbacks.Callback]":  # type: ignore[empty-body]
        """Keras callbacks to train with, asked for once, after run_started.

        Each of their methods is guarded: one that raises is reported, and the callback passed over
        from then on. Their batch methods are called once for many batches unless the listener's
        `every_batch` says otherwise.
        """

    @hookspec
    def epoch_ended(self, epoch: int, values: "Mapping[str, float]", seconds: float) -> None:
        """An epoch, counted from 1, has ended with these values, `seconds` after it began."""

    @hookspec
    def run_finished(self, result: "Result") -> None:
        """The run has ended as it should, or by a person's Ctrl-C: `result.status` says which."""

    @hookspec
    def run_failed(self, result: "Result", error: BaseException) -> None:
        """The run has ended with an error; `result` is what there is of it."""
