"""Callbacks, each wrong in one way; ENTRIES names the checks that each must fail."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from zookit.core import Callback, Doc, Example

FALLING = {"loss": (0.9, 0.5, 0.4, 0.3)}


@dataclass(frozen=True)
class Right(Callback):
    """Halves the learning rate after each epoch and stops after a few; nothing is wrong."""

    epochs: Annotated[int, Doc("Epochs.")] = 3

    examples = (Example(FALLING, epochs=3, learning_rate=0.125),)

    def build(self) -> Any:
        import keras

        epochs = self.epochs

        class Stop(keras.callbacks.Callback):  # type: ignore[misc]
            seen = 0

            def on_train_begin(self, logs: Any = None) -> None:
                self.seen = 0

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                self.seen += 1
                optimizer = self.model.optimizer
                optimizer.learning_rate = float(optimizer.learning_rate) / 2
                self.model.stop_training = self.seen >= epochs

            def get_state(self) -> dict[str, Any]:
                return {"seen": self.seen}

            def set_state(self, state: dict[str, Any]) -> None:
                self.seen = state["seen"]

        return Stop()


@dataclass(frozen=True)
class NoCallback(Callback):
    """Builds something that is not a callback."""

    def build(self) -> Any:
        return object()


@dataclass(frozen=True)
class Misspelt(Right):
    """Builds a callback with a method that Keras never calls."""

    def build(self) -> Any:
        built = super().build()
        kind = type("Misspelt", (type(built),), {"on_epoch_ends": lambda self, epoch, logs: None})
        return kind()


@cache
def one_callback() -> Any:
    import keras

    return keras.callbacks.Callback()


@dataclass(frozen=True)
class TheSameOne(Callback):
    """Builds the same callback for all trainings."""

    def build(self) -> Any:
        return one_callback()


@dataclass(frozen=True)
class StopsLate(Right):
    """Has an example in which it stops too late."""

    examples = (Example(FALLING, epochs=2),)


@dataclass(frozen=True)
class IgnoresParameter(Right):
    """Has an example with a parameter that it ignores."""

    examples = (Example(FALLING, epochs=2, parameters={"epochs": 2}),)

    def build(self) -> Any:
        return Right().build()


@dataclass(frozen=True)
class OtherRate(Right):
    """Has an example with the wrong learning rate."""

    examples = (Example(FALLING, epochs=3, learning_rate=0.5),)


@dataclass(frozen=True)
class Forgets(Right):
    """Ignores the state that it receives."""

    def build(self) -> Any:
        built = super().build()
        built.set_state = lambda state: None
        return built


@dataclass(frozen=True)
class NotPlain(Right):
    """Has a state that cannot be saved."""

    def build(self) -> Any:
        built = super().build()
        built.get_state = lambda: {"seen": {1, 2}}
        return built


@dataclass(frozen=True)
class GivesOnly(Callback):
    """Has get_state but no set_state."""

    def build(self) -> Any:
        import keras

        built = keras.callbacks.Callback()
        built.get_state = dict
        return built


@dataclass(frozen=True)
class Fails(Callback):
    """Needs a value that no training logs."""

    def build(self) -> Any:
        import keras

        return keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs["nothing"])


@dataclass(frozen=True)
class Untyped(Right):
    """Has an attribute that was meant as a parameter."""

    patience = 5


ENTRIES = {
    "right": (Right, ()),
    "no_callback": (NoCallback, ("builds fresh keras callbacks", "works during training")),
    "misspelt": (Misspelt, ("builds fresh keras callbacks",)),
    "the_same_one": (TheSameOne, ("builds fresh keras callbacks",)),
    "stops_late": (StopsLate, ("acts as its examples say",)),
    "ignores_parameter": (IgnoresParameter, ("acts as its examples say",)),
    "other_rate": (OtherRate, ("acts as its examples say",)),
    "forgets": (Forgets, ("state makes the round trip",)),
    "not_plain": (NotPlain, ("state makes the round trip",)),
    "gives_only": (GivesOnly, ("state makes the round trip",)),
    "untyped": (Untyped, ("every attribute has a type",)),
    "fails": (Fails, ("works during training",)),
}
