"""The callback `stop_on_plateau`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge
from zookit.core import Callback, Doc, Example, TrainingFailed, say

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class StopOnPlateau(Callback):
    """Stops training once a logged value has stopped getting better.

    Better is lower for a value whose name ends in `loss`, and higher for any other.
    """

    patience: Annotated[int, Ge(1), Doc("Epochs in a row that are no better than the best.")] = 3
    min_delta: Annotated[float, Ge(0), Doc("By how much more than this one must be better.")] = 0.0
    monitor: Annotated[str, Doc("The logged value to watch, such as val_loss.")] = "loss"

    examples = (
        Example({"loss": (1.0, 0.5, 0.5, 0.6, 0.1)}, epochs=4, parameters={"patience": 2}),
        Example({"loss": (1.0, 0.5, 0.5, 0.4, 0.4)}, parameters={"patience": 2}),
        Example(
            {"loss": (1.0, 0.75, 0.5, 0.25)},
            epochs=3,
            parameters={"patience": 2, "min_delta": 0.5},
        ),
        Example(
            {"accuracy": (0.5, 0.75, 0.75, 1.0)},
            epochs=3,
            parameters={"patience": 1, "monitor": "accuracy"},
        ),
    )

    def build(self) -> "keras.callbacks.Callback":
        """A Keras callback that watches one training."""
        import keras  # not at module level: TensorFlow takes seconds to import

        chosen = self
        sign = 1.0 if self.monitor.endswith("loss") else -1.0

        class Watch(keras.callbacks.Callback):
            """Remembers the best value, its sign turned so that lower is better, and since when."""

            def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
                del logs
                self._best: float | None = None
                self._waited = 0

            def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
                logs = logs or {}
                if chosen.monitor not in logs:
                    raise TrainingFailed(
                        f"stop_on_plateau: {chosen.monitor!r} is never logged. Logged are: "
                        f"{', '.join(logs)} (values that begin with val_ need a validation split)."
                    )
                value = sign * float(logs[chosen.monitor])
                if self._best is None or value < self._best - chosen.min_delta:
                    self._best, self._waited = value, 0
                    return
                self._waited += 1
                if self._waited >= chosen.patience:
                    say(
                        f"stop_on_plateau: {chosen.monitor} was no better than "
                        f"{sign * self._best:.4f} up to epoch {epoch + 1}; stopping."
                    )
                    self.model.stop_training = True

            # With these two a training that is resumed goes on exactly where it was.
            def get_state(self) -> dict[str, Any]:
                return {"best": self._best, "waited": self._waited}

            def set_state(self, state: dict[str, Any]) -> None:
                self._best, self._waited = state["best"], state["waited"]

        return Watch()
