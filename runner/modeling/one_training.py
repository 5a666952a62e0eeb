"""One training at a time in a process, because trainings share the global random generators.

Python, NumPy and TensorFlow have one random generator for all threads. A second training that drew
from it at the same time would change the initial weights of the first. So would any other thread of
the user's program, if Keras drew its seeds from that generator.
"""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from threading import Lock, RLock, get_ident
from typing import Any

import numpy as np

from zookit.core import ZookitError, say

one_build = RLock()
"""Held while a model is built. Any thread may build one, also during a training."""


class _Training:
    """The training that runs in this process, if any."""

    lock = Lock()
    thread: int | None = None
    seeds: frozenset[int] = frozenset()
    """The seeds of trainings since TensorFlow last forgot its kernels."""


class _OwnSeeds:
    """Stands for the module `random` in Keras: gives one thread seeds of its own."""

    def __init__(self, seed: int) -> None:
        self._thread = get_ident()
        self._generator = random.Random(seed)  # noqa: S311 - no cryptography

    def __getattr__(self, name: str) -> Any:
        return getattr(self._generator if get_ident() == self._thread else random, name)


def seed_training(seed: int, *, keep_kernels: bool = False) -> None:
    """Seed all random numbers of the training that this thread runs within `one_training`.

    The layers that it creates get seeds which no other thread can change. TensorFlow then forgets
    its kernels, some of which have a random state, and prepares each program again. With
    `keep_kernels` it does so only if it may have kernels with a state of this seed.
    """
    import keras

    keep_kernels = keep_kernels and seed not in _Training.seeds
    with _kernels_kept() if keep_kernels else nullcontext():
        keras.utils.set_random_seed(seed)
    _Training.seeds = (_Training.seeds if keep_kernels else frozenset()) | {seed}
    _draw_seeds_from(_OwnSeeds(seed))


@contextmanager
def _kernels_kept() -> Iterator[None]:
    """Let `tf.random.set_seed` keep the kernels, if this version of TensorFlow can."""
    import tensorflow as tf

    forgetting = tf.random.set_seed

    def keeping(seed: int) -> None:
        try:
            from tensorflow.python.eager import context

            eager = vars(context.context())
        except (ImportError, AttributeError):
            eager = {}
        if not {"_seed", "_rng"} <= eager.keys():
            forgetting(seed)
            return
        eager["_seed"], eager["_rng"] = seed, random.Random(seed)  # noqa: S311 - no cryptography

    tf.random.set_seed = keeping
    try:
        yield
    finally:
        tf.random.set_seed = forgetting


@contextmanager
def one_training() -> Iterator[None]:
    """Wait until no other thread of this process trains, and keep others waiting.

    Restores all random generators at the end, so that the caller's own random numbers do not depend
    on the training. Raises ZookitError within a training of the same thread.
    """
    if _Training.thread == get_ident():
        raise ZookitError(
            "a training cannot start within another one, such as in a callback or a listener. "
            "Start it after the other has ended, or in a process of its own."
        )
    if not _Training.lock.acquire(blocking=False):
        say("another training runs in this process; this one starts when it has ended.")
        _Training.lock.acquire()
    _Training.thread = get_ident()
    try:
        with _generators_restored():
            yield
    finally:
        _Training.thread = None
        _Training.lock.release()


@contextmanager
def _generators_restored() -> Iterator[None]:
    with ExitStack() as restored:
        restored.callback(random.setstate, random.getstate())
        restored.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002 - global
        restored.callback(_draw_seeds_from, random)
        # Another version of Keras or TensorFlow may lack the names. Then only this is lost.
        for restore in (_restore_keras, _restore_tensorflow):
            with suppress(ImportError, AttributeError, TypeError):
                restore(restored)
        yield


def _draw_seeds_from(generator: Any) -> None:
    """Let Keras draw the seeds of layers and initializers from this instead of `random`."""
    with suppress(ImportError):
        from keras.src.random import seed_generator  # Keras has no public name for it

        if hasattr(seed_generator, "python_random"):
            seed_generator.python_random = generator


def _restore_keras(later: ExitStack) -> None:
    from keras.src.backend.common import global_state
    from keras.src.random import seed_generator
    from keras.src.utils import rng_utils

    for name in (rng_utils.GLOBAL_RANDOM_SEED, seed_generator.GLOBAL_SEED_GENERATOR):
        value = global_state.get_global_attribute(name)
        later.callback(global_state.set_global_attribute, name, value)


def _restore_tensorflow(later: ExitStack) -> None:
    from tensorflow.python.eager import context

    # TensorFlow can only be seeded again, which would not continue. `_rng` comes with a seed.
    eager = vars(context.context())
    later.callback(eager.update, {name: eager[name] for name in ("_seed", "_rng") if name in eager})
