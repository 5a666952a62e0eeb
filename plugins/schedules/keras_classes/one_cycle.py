"""The one-cycle schedule."""

import math
from typing import Any

import keras


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """The rate rises from `start` to `top` along half a cosine, and falls along another to `end`.

    The top is reached after `rising` steps, the end at the last of `steps`.
    """

    def __init__(self, start: float, top: float, end: float, rising: float, steps: int) -> None:
        super().__init__()
        self.start = start
        self.top = top
        self.end = end
        self.rising = rising
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step, counted from 0."""
        step = keras.ops.cast(step, "float32")
        up = _between(self.start, self.top, step / max(self.rising, 1.0))
        down = (step - self.rising) / max(self.steps - 1 - self.rising, 1.0)
        return keras.ops.where(step < self.rising, up, _between(self.top, self.end, down))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        names = ("start", "top", "end", "rising", "steps")
        return {name: getattr(self, name) for name in names}


def _between(first: float, last: float, share: Any) -> Any:
    """Return the value at a share of the way, 0 to 1, along half a cosine."""
    share = keras.ops.clip(share, 0.0, 1.0)
    return last + (first - last) * (1 + keras.ops.cos(share * math.pi)) / 2
