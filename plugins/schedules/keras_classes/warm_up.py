"""A schedule after a warm-up."""

from typing import Any

import keras


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """The rate rises in a straight line for some steps, then another schedule begins.

    The first step has a rate above 0, or nothing would be learned from it; the last one of the
    warm-up has the whole `rate`.
    """

    def __init__(
        self, after: keras.optimizers.schedules.LearningRateSchedule, rate: float, steps: int
    ) -> None:
        super().__init__()
        self.after = after
        self.rate = rate
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step, counted from 0."""
        step = keras.ops.cast(step, "float32")
        rising = self.rate * (step + 1) / self.steps
        return keras.ops.where(step < self.steps, rising, self.after(step - self.steps))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        after = keras.optimizers.schedules.serialize(self.after)
        return {"after": after, "rate": self.rate, "steps": self.steps}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "WarmUp":
        """Return the schedule of a configuration."""
        after = keras.optimizers.schedules.deserialize(config["after"])
        return cls(after, config["rate"], config["steps"])
