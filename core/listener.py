"""What a listener is: pluggy implementations of the hooks of a run's life, as methods."""

from dataclasses import dataclass

from zookit.core.component import Component


@dataclass(frozen=True)
class Listener(Component):
    """Base of listeners: implement any of `zookit.core.hookspecs.RunHooks`, marked `@hookimpl`.

    A listener that fails is reported with its owner and never costs the run.
    """

    @property
    def every_batch(self) -> bool:
        """Whether the Keras callbacks it offers must be called after every single batch."""
        return False

    def build(self) -> object:
        """What listens to one run: an object with the hooks as methods.

        The listener itself unless overridden. Return a fresh object where something must be
        remembered from one hook to the next, since a component is frozen.
        """
        return self
