"""Listeners: components that are notified of the events of a run."""

from dataclasses import dataclass

from zookit.core.component import Component


@dataclass(frozen=True)
class Listener(Component):
    """Base class of listeners. Implement at least one of the hooks, marked with `@hookimpl`.

    They are `run_started(run)`, `keras_callbacks(run)`, `epoch_ended(epoch, values, seconds)`,
    `values_added(epoch, values)`, `run_finished(result)` and `run_failed(result, error)`.

        @dataclass(frozen=True)
        class Reporter(Listener):
            '''Reports the folder of each finished run.'''

            @hookimpl
            def run_finished(self, result: Result) -> None:
                say(f"finished: {result.folder}")

    If a hook raises an error, zookit warns with the listener's name, and the run continues.
    """

    @property
    def every_batch(self) -> bool:
        """Whether its Keras callbacks are called for every batch; see `Callback.every_batch`."""
        return False

    def build(self) -> object:
        """Return an object that has the hooks as methods; by default the listener itself.

        A component is frozen. To remember something between hooks, return a new object here.
        """
        return self
