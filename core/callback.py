"""Callbacks: Keras callbacks that are selected by name."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from zookit.core.calling import offers
from zookit.core.component import Component

if TYPE_CHECKING:
    import keras

_FIRST_TO_UNFREEZE = 2
"""Without a frozen epoch before it, nothing would have to be frozen."""


@dataclass(frozen=True)
class Example:
    """How a callback should act on given logs. `zookit check` verifies it.

        Example({"loss": (0.9, 0.5, 0.3)}, epochs=2, parameters={"threshold": 0.5})

    Args:
        logs: for each logged name, one value per epoch.
        epochs: the epoch, counted from 1, after which the callback stops training; None if training
            continues to the end of the logs.
        learning_rate: the learning rate at the end, if it starts at 1; None to skip this check.
        parameters: parameters of the callback; the others have their defaults.
    """

    logs: Mapping[str, Sequence[float]]
    epochs: int | None = None
    learning_rate: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unfreezing:
    """The epoch from which the layers frozen by `--freeze` are trained.

    Args:
        epoch: the epoch, counted from 1, from which it is trained; at least 2.
        batch_norm: whether batch normalization is trained too. Otherwise it keeps its statistics,
            its scale and its shift.

    Raises:
        ValueError: the epoch is not a whole number of at least 2.
    """

    epoch: int
    batch_norm: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for an epoch in which nothing can be unfrozen."""
        if type(self.epoch) is not int or self.epoch < _FIRST_TO_UNFREEZE:
            raise ValueError(
                f"Unfreezing: epoch is {self.epoch!r}, expected a whole number of at least "
                f"{_FIRST_TO_UNFREEZE}"
            )


@dataclass(frozen=True)
class Callback(Component, ABC):
    """Base class of callbacks.

    The component declares the parameters; `build` returns the Keras callback.

        @dataclass(frozen=True)
        class StopAfter(Callback):
            '''Stops training after some epochs.'''

            epochs: Annotated[int, Gt(0), Doc("Epochs to train.")] = 3

            def build(self) -> "keras.callbacks.Callback":
                from my_package.keras_classes import StopAfter

                return StopAfter(self.epochs)

    Here `my_package/keras_classes.py` has a subclass of `keras.callbacks.Callback`.
    """

    adds: ClassVar[tuple[str, ...] | None] = None
    """Names of the values that the callback adds to the logs of an epoch; None if not declared."""
    examples: ClassVar[tuple[Example, ...]] = ()
    """Examples of what the callback does."""

    @property
    def monitors(self) -> tuple[str, ...]:
        """Names of the logged values that the callback needs, such as `("val_loss",)`.

        If one of them is never logged, the run is refused before training.
        """
        return ()

    @property
    def sets_learning_rate(self) -> bool:
        """Whether the callback changes the learning rate.

        Keras allows that only without a schedule. The run is then refused before training.
        """
        return False

    @property
    def needs_averages(self) -> bool:
        """Whether the callback uses averages of the weights.

        With an optimizer that keeps none, see `Optimizer.averages_weights`, the run is refused
        before training.
        """
        return False

    @property
    def unfreezing(self) -> Unfreezing | None:
        """When zookit trains again what `--freeze` froze; None if this callback has no part in it.

        zookit does that, and starts the optimizer again, before it calls `on_epoch_begin` of the
        callbacks. Without `--freeze`, or with fewer epochs, the run is refused before training.
        """
        return None

    @property
    def every_batch(self) -> bool:
        """Whether the batch methods must be called for every batch.

        By default they are called once for many batches, which is much faster. Their argument
        `batch` is then the index of the last of these batches, or higher in the last call of an
        epoch.
        """
        return False

    @abstractmethod
    @offers("run")
    def build(self, *args: Any, **kwargs: Any) -> "keras.callbacks.Callback":
        """Return a new Keras callback for one training.

        Define it as `build(self)` or, if the callback needs to know its run, as
        `build(self, run: CallbackRun)`. Import Keras here, not at module level. Use
        `zookit.core.say` for messages to the user.

        To make a resumed run exact, give the Keras callback two methods:

        - `get_state()` returns what it remembers between epochs, as a dictionary of plain values
          (None, bool, int, float, str, lists and dictionaries of these) and NumPy arrays of
          numbers. A callback without a state returns an empty dictionary.
        - `set_state(state)` restores it. It is called after `on_train_begin`.

        Without these methods, resuming a run warns that the result may differ.
        """
