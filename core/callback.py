"""What a callback is: a Keras callback, chosen by name and declared by its parameters."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Example:
    """What a callback does in a training that goes as told; `zookit check` holds it to that.

    With `parameters`, in a training that logs `logs` (for each name one value an epoch), training
    ends after epoch `epochs`, counted from 1, or goes through all of them where that is None. An
    optimizer's `learning_rate` that began at 1 is then what is said here, where it is said.
    """

    logs: Mapping[str, Sequence[float]]
    epochs: int | None = None
    learning_rate: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Callback(Component, ABC):
    """Base of callbacks."""

    examples: ClassVar[tuple[Example, ...]] = ()
    """What it does, in trainings made up for the purpose."""

    @property
    def every_batch(self) -> bool:
        """Whether its batch methods must be called after every single batch.

        Unless one must, many batches pass between two calls, which is much faster; a call's `batch`
        is then the index of the last of them, or beyond it in the last call of an epoch.
        """
        return False

    @abstractmethod
    def build(self) -> "keras.callbacks.Callback":
        """A fresh Keras callback for one training. Import Keras here, not at module level.

        What it has to tell the person goes through `zookit.core.say`. One that remembers something
        from epoch to epoch has two methods more: `get_state()`, which returns it as a dictionary of
        plain values (None, bool, int, float, str, lists and dictionaries of these) and NumPy
        arrays of numbers, and `set_state(state)`, called after `on_train_begin`, which goes on from
        there. One that remembers nothing returns an empty one: where a run is resumed, a callback
        without the two is named in a warning, since nobody knows whether the end is then exact.
        """
