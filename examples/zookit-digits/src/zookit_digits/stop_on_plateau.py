"""The callback `stop_on_plateau`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge
from zookit.core import Callback, Doc, Example, TrainingFailed, say

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class StopOnPlateau(Callback):
    """Stops training when a logged value has stopped improving.

    Lower is better for a value whose name ends in `loss`, higher for any other value.
    """

    patience: Annotated[
        int, Ge(1), Doc("Epochs without improvement after which training stops.")
    ] = 3
    min_delta: Annotated[float, Ge(0), Doc("Smallest change that counts as an improvement.")] = 0.0
    monitor: Annotated[str, Doc("The logged value to monitor, such as val_loss.")] = "loss"

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
        """Return a Keras callback for one training."""
        import keras  # not at module level: TensorFlow takes seconds to import

        component = self
        sign = 1.0 if self.monitor.endswith("loss") else -1.0

        class Monitor(keras.callbacks.Callback):
            """Keeps the best value, with the sign changed if higher is better, and a counter."""

            def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
                del logs
                self._best: float | None = None
                self._waited = 0

            def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
                logs = logs or {}
                if component.monitor not in logs:
                    raise TrainingFailed(
                        f"stop_on_plateau: {component.monitor!r} is not logged. Logged: "
                        f"{', '.join(logs)}. Values that begin with val_ need a validation split."
                    )
                value = sign * float(logs[component.monitor])
                if self._best is None or value < self._best - component.min_delta:
                    self._best, self._waited = value, 0
                    return
                self._waited += 1
                if self._waited >= component.patience:
                    say(
                        f"stop_on_plateau: {component.monitor} has not improved on "
                        f"{sign * self._best:.4f}; stopping after epoch {epoch + 1}."
                    )
                    self.model.stop_training = True

            # These two methods make a resumed run exact.
            def get_state(self) -> dict[str, Any]:
                return {"best": self._best, "waited": self._waited}

            def set_state(self, state: dict[str, Any]) -> None:
                self._best, self._waited = state["best"], state["waited"]

        return Monitor()
