"""What all optimizers of Keras have in common."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, ClassVar

from zookit.core import Doc, Optimizer

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class KerasOptimizer(Optimizer):
    """Base of Keras's optimizers: the parameters that all of them have."""

    keras_class: ClassVar[str]
    """The name of the class in `keras.optimizers`."""

    weight_decay: Annotated[float | None, Doc("Decay of the weights at each step.")] = None
    clipnorm: Annotated[float | None, Doc("Largest norm of each variable's gradient.")] = None
    clipvalue: Annotated[float | None, Doc("Largest absolute value in a gradient.")] = None
    global_clipnorm: Annotated[
        float | None, Doc("Largest norm of all gradients taken together.")
    ] = None
    use_ema: Annotated[bool, Doc("Keep an exponential moving average of the weights.")] = False
    ema_momentum: Annotated[float, Doc("Decay of that average.")] = 0.99
    ema_overwrite_frequency: Annotated[
        int | None, Doc("Steps between overwriting the weights with their average.")
    ] = None
    loss_scale_factor: Annotated[
        float | None, Doc("Factor for the loss, divided out of the gradients.")
    ] = None
    gradient_accumulation_steps: Annotated[
        int | None, Doc("Steps whose gradients are averaged into one update.")
    ] = None

    def build(
        self, learning_rate: "float | keras.optimizers.schedules.LearningRateSchedule | None"
    ) -> "keras.optimizers.Optimizer":
        """Return the Keras optimizer with these parameters."""
        import keras

        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["learning_rate"] = learning_rate
        given = {name: value for name, value in values.items() if value is not None}
        return getattr(keras.optimizers, self.keras_class)(**given)
