"""What a listener is: pluggy implementations of the hooks of a run's life, as methods."""

from dataclasses import dataclass

from zookit.core.component import Component


@dataclass(frozen=True)
class Listener(Component):
    """Base of listeners: implement any of `zookit.core.hookspecs.RunHooks`, marked `@hookimpl`.

    A listener that fails is reported and never costs the run.
    """
