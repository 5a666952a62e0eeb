"""What a learning-rate range test found."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

_DECAY = 0.95
_DIVERGED = 4
"""The test has shown enough once the smoothed loss is this many times the lowest one."""
_BELOW_LOWEST = 10
_FALLEN = 0.98
"""The loss has fallen if the lowest smoothed one is below this fraction of the first ones."""


@dataclass(frozen=True, eq=False, repr=False)
class RangeTest:
    """The loss of a training whose learning rate grew from step to step.

    `rates`, float64 (N,), are the learning rates of the steps, ascending, and `losses`, float64
    (N,), the mean loss of each step's batch before its update. The last ones may be missing: the
    test ends when the loss diverges.
    """

    rates: "Numbers"
    losses: "Numbers"

    @property
    def smoothed(self) -> "Numbers":
        """The exponential moving average of the losses with decay 0.95, float64 (N,).

        It is corrected for its start at zero, as Adam's averages are (Kingma and Ba, 2014,
        https://arxiv.org/abs/1412.6980, section 3).
        """
        return smooth(self.losses)

    @property
    def first(self) -> float:
        """The mean of the first tenth of the losses, at rates that hardly change the weights."""
        return float(self.losses[: self._start].mean())

    @property
    def lowest(self) -> float:
        """The learning rate at the lowest smoothed loss."""
        return float(self.rates[self._lowest])

    @property
    def suggestion(self) -> float | None:
        """A tenth of the learning rate at the lowest smoothed loss, to two digits.

        At that rate itself the training is close to diverging. (The rule is fastai's `minimum`:
        Howard and Gugger, 2020, https://arxiv.org/abs/2002.04688.) None if `problem` says why there
        is no such rate.
        """
        return None if self.problem else float(f"{self.lowest / _BELOW_LOWEST:.1e}")

    @property
    def problem(self) -> str:
        """Why the curve suggests no learning rate; empty if it does."""
        at = self._lowest
        if at < self._start or self.smoothed[at] > _FALLEN * self.first:
            return "the loss did not fall at any of these rates"
        if at == len(self.rates) - 1:
            return "the loss still fell at the highest of these rates"
        return ""

    @property
    def _start(self) -> int:
        return max(1, len(self.losses) // 10)

    @property
    def _lowest(self) -> int:
        return int(np.argmin(self.smoothed))

    def plain(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return {
            "rates": self.rates.tolist(),
            "losses": self.losses.tolist(),
            "smoothed": self.smoothed.tolist(),
            "lowest": self.lowest,
            "suggestion": self.suggestion,
        }

    def __repr__(self) -> str:
        """Return the suggestion in one line."""
        found = self.problem if self.suggestion is None else f"suggestion {self.suggestion:g}"
        return f"<{type(self).__name__}: {found}, {self.rates[0]:g} to {self.rates[-1]:g}>"


def smooth(losses: "Numbers") -> "Numbers":
    """Return the moving average of losses, float64 (N,); see `RangeTest.smoothed`."""
    averages = np.empty(len(losses))
    average = 0.0
    for at, loss in enumerate(losses.tolist()):
        average = _DECAY * average + (1 - _DECAY) * loss
        averages[at] = average / (1 - _DECAY ** (at + 1))
    return averages


def has_diverged(losses: list[float]) -> bool:
    """Return whether the last loss is not finite, or the smoothed one is far above the lowest."""
    if not math.isfinite(losses[-1]):
        return True
    smoothed = smooth(np.array(losses))
    return bool(smoothed[-1] > _DIVERGED * smoothed.min())
