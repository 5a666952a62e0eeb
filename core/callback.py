"""What a callback is: a Keras callback, chosen by name and declared by its parameters."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Callback(Component, ABC):
    """Base of callbacks."""

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

        What it has to tell the person goes through `zookit.core.say`.
        """
