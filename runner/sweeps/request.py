"""What a sweep is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zookit.core import Choice, Range

DATASET, ARCHITECTURE, CALLBACKS, SEED = "dataset", "architecture", "callbacks", "seed"
"""The names of what varies besides settings and parameters."""


@dataclass(frozen=True)
class SweepRequest:
    """All that decides which experiments a sweep trains; a plain value of words.

    Args:
        datasets: the words of the data sets.
        architectures: the words of the architectures.
        callbacks: sets of callbacks, each as the words of its callbacks.
        seeds: the seeds that each combination is trained with.
        vary: the settings and the parameters that vary, such as `learning_rate` and `dense.units`.
        options: the options of all cells, by the keywords of `zookit.run`, as words; a list of
            words where a run can have several components.
        exclude: what is left out. A combination that has all values of one of these is not trained.
        search: the words of the search.
    """

    datasets: tuple[str, ...]
    architectures: tuple[str, ...]
    callbacks: tuple[tuple[str, ...], ...] = ((),)
    seeds: tuple[int, ...] = (0,)
    vary: tuple[Choice | Range, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    exclude: tuple[Mapping[str, str], ...] = ()
    search: str = "grid"

    @classmethod
    def from_toml(cls, text: str, origin: str = "sweep.toml") -> "SweepRequest":
        """Read a request from TOML text. Raises BadSweep."""
        raise NotImplementedError

    def to_toml(self) -> str:
        """Return the request as TOML text, which `from_toml` reads."""
        raise NotImplementedError
