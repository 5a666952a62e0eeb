"""What a learning-rate range test found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core.messages import option

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

_DECAY = 0.95
_BELOW_LOWEST = 10
_CERTAIN = 2
"""The loss has fallen if the average has by this many standard deviations of the first losses."""


class MovingAverage:
    """The exponential moving average of losses with decay 0.95.

    It is corrected for its start at zero, as Adam's averages are (Kingma and Ba, 2014,
    https://arxiv.org/abs/1412.6980, section 3).
    """

    def __init__(self) -> None:
        self._sum = 0.0
        self._weight = 0.0

    def add(self, loss: float) -> float:
        """Add a loss and return the average."""
        self._sum = _DECAY * self._sum + (1 - _DECAY) * loss
        self._weight = _DECAY * self._weight + (1 - _DECAY)
        return self._sum / self._weight


@dataclass(frozen=True, eq=False, repr=False)
class RangeTest:
    """The loss of a training whose learning rate grew from step to step.

    `rates`, float64 (N,), are the learning rates of the steps, ascending, and `losses`, float64
    (N,), the mean loss of each step's batch before its update. `diverged` is true if the test ended
    early, because the loss became far too high or was not finite. `guessing` is the loss of a model
    that always answers with the frequencies of the classes; None if that is not known.
    """

    rates: "Numbers"
    losses: "Numbers"
    diverged: bool = False
    guessing: float | None = None

    @property
    def smoothed(self) -> "Numbers":
        """The moving average of the losses, float64 (N,); see `MovingAverage`."""
        average = MovingAverage()
        return np.array([average.add(loss) for loss in self.losses.tolist()])

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
        """Why the curve suggests no learning rate, and what to do; empty if it suggests one."""
        at = self._lowest
        lowest = self.smoothed[at]
        noise = float(self.losses[: self._start].std())
        if at < self._start or self.first - lowest <= _CERTAIN * noise:
            return (
                "the loss did not fall at any of these learning rates. Try others with "
                f"{option('--lowest and --highest', 'lowest and highest')}, or more "
                f"{option('--steps', 'steps')}."
            )
        if self.guessing is not None and lowest >= self.guessing:
            return (
                f"the loss fell to {lowest:.2f} at the lowest, which is no better than guessing: "
                f"a model that has learned only how frequent the classes are has a loss of "
                f"{self.guessing:.2f}. Check the data, its scale and the architecture, or try more "
                f"{option('--steps', 'steps')}."
            )
        if at == len(self.rates) - 1 and not self.diverged:
            return (
                "the loss still fell at the highest of these learning rates. Try higher ones with "
                f"{option('--highest', 'highest')}."
            )
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
            "diverged": self.diverged,
            "lowest": self.lowest,
            "suggestion": self.suggestion,
            "problem": self.problem or None,
        }

    def __repr__(self) -> str:
        """Return the suggestion in one line."""
        rate = self.suggestion
        found = "no suggestion" if rate is None else f"suggestion {rate:g}"
        return f"<{type(self).__name__}: {found}, {self.rates[0]:g} to {self.rates[-1]:g}>"
