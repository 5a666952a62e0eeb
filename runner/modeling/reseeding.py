"""Notices code that seeds the global random generators during a training."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from zookit.core import Component, warn
from zookit.core.messages import option
from zookit.registry.blame import Culprit, culprit

_LIBRARIES = ("keras", "tensorflow", "numpy", "random", "contextlib")


@contextmanager
def reseeding_noticed(*components: Component) -> Iterator[None]:
    """Warn of the first component that seeds Python's, NumPy's or TensorFlow's random numbers.

    With `keras.utils.set_random_seed(0)` in an architecture, runs of all seeds begin with the same
    weights.

    Args:
        *components: components that may be no plugins, but classes of the user.
    """
    import numpy as np
    import tensorflow as tf

    warned: set[str] = set()

    def noticing(seed: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(seed)
        def call(*arguments: Any, **named: Any) -> Any:
            found = _caller(components)
            if found is not None and not warned:
                warned.add(found.plugin)
                warn(
                    f"{found.plugin} seeds the random numbers, so {option('--seed', 'seed')} does "
                    f"not decide what follows. That call must be removed. {found.advice}"
                )
            return seed(*arguments, **named)

        return call

    with ExitStack() as restored:
        for module, name in ((random, "seed"), (np.random, "seed"), (tf.random, "set_seed")):
            seed = getattr(module, name)
            restored.callback(setattr, module, name, seed)
            setattr(module, name, noticing(seed))
        yield


def _caller(components: tuple[Component, ...]) -> Culprit | None:
    """Return the component that calls, None if it is zookit itself or another program."""
    frame, called = sys._getframe(2), []  # noqa: SLF001 - documented, and as fast as needed
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.partition(".")[0] not in _LIBRARIES:
            called.append((frame, frame.f_lineno))
        frame = frame.f_back  # type: ignore[assignment]
    return culprit(called[:1], components)
