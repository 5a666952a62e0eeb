"""A limit for the weights of a model that is built for weights that exist already.

A run's files may claim any size: images of 65,536 x 65,536 pixels, layers of a billion units.
"""

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from zookit.core import BadRun
from zookit.modeling.one_training import one_build

_TIMES, _MORE, _MORE_ARRAYS = 4, 2**24, 1000
"""An architecture may build a larger model and use a part of it."""


@contextmanager
def weights_limited(sizes: Collection[int]) -> Iterator[None]:
    """Raise BadRun before layers create far more weights than a file with arrays of `sizes` has.

    Both the numbers and the arrays count. Other threads do not build a model in the meantime.
    """
    import keras

    numbers = sum(sizes)
    most, most_arrays = _TIMES * numbers + _MORE, _TIMES * len(sizes) + _MORE_ARRAYS
    add_weight = keras.layers.Layer.add_weight
    created = arrays = 0

    def counted(layer: Any, shape: Any = None, *args: Any, **keywords: Any) -> Any:
        nonlocal created, arrays
        arrays += 1
        with suppress(TypeError):  # not a shape, which Keras reports
            created += math.prod(() if shape is None else shape)
        if created > most or arrays > most_arrays:
            raise BadRun(
                f"the run's experiment and data need {created:,} weights or more in {arrays:,} "
                f"arrays, but its file of weights has {numbers:,} in {len(sizes):,}. One of the "
                "files was changed."
            )
        return add_weight(layer, shape, *args, **keywords)

    with one_build:
        keras.layers.Layer.add_weight = counted
        try:
            yield
        finally:
            keras.layers.Layer.add_weight = add_weight
