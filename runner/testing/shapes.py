"""The image shapes that an architecture is tried with."""

import math
from functools import cache

from zookit.core import Architecture, ImageShapeRefused
from zookit.testing.check import require
from zookit.testing.subprocess_checks import image_shapes
from zookit.testing.target import Batch, Target

Shape = tuple[int, int, int]

_SHAPES: tuple[Shape, ...] = ((28, 28, 1), (32, 32, 3), (64, 48, 3))
"""Tried in addition to those of the installed data sets."""
_SECONDS = 20
"""How long another author's data set may take to say its image shape."""


def accepted_shapes(target: Target) -> tuple[Shape, ...]:
    """Return the image shapes that it accepts, of those of the installed data sets and others."""
    architecture: Architecture = target.component
    shapes = _shapes(target.batch)
    accepted = tuple(shape for shape in shapes if _accepts(architecture, shape))
    require(accepted, f"it refuses every image shape: {', '.join(map(str, shapes))}")
    return accepted


def _accepts(architecture: Architecture, shape: Shape) -> bool:
    try:
        architecture.check(shape)
    except ImageShapeRefused:
        return False
    return True


def smallest_shape(target: Target) -> Shape:
    """Return the smallest image shape that is tried and that it accepts."""
    return min(accepted_shapes(target), key=math.prod)


@cache
def _shapes(batch: Batch) -> tuple[Shape, ...]:
    return tuple(sorted({*_SHAPES, *image_shapes(batch, _SECONDS)}))
