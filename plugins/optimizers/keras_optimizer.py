"""What all optimizers of Keras have in common."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Ge, Gt, Le, Lt

from zookit.core import Doc, Optimizer

if TYPE_CHECKING:
    import keras

Beta = Annotated[float, Ge(0), Lt(1)]
"""The share of the old value in a running mean; with 1, the mean would never change."""
Epsilon = Annotated[float, Ge(0), Doc("Small constant that avoids a division by zero.")]
Momentum = Annotated[
    float, Ge(0), Le(1), Doc("Fraction of the previous update that is added to the next.")
]

_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


@dataclass(frozen=True)
class KerasOptimizer(Optimizer):
    """Base of Keras's optimizers: the parameters that all of them have.

    The bounds refuse what Keras refuses, what it ignores, and what leads to NaN.
    """

    keras_class: ClassVar[str]
    """The name of the class in `keras.optimizers`."""

    weight_decay: Annotated[float | None, Ge(0), Doc("Decay of the weights at each step.")] = None
    clipnorm: Annotated[float | None, Gt(0), Doc("Largest norm of each variable's gradient.")] = (
        None
    )
    clipvalue: Annotated[float | None, Gt(0), Doc("Largest absolute value in a gradient.")] = None
    global_clipnorm: Annotated[
        float | None, Gt(0), Doc("Largest norm of all gradients taken together.")
    ] = None
    use_ema: Annotated[bool, Doc("Keep an exponential moving average of the weights.")] = False
    ema_momentum: Annotated[float, Ge(0), Le(1), Doc("Decay of that average.")] = 0.99
    ema_overwrite_frequency: Annotated[
        int | None, Ge(1), Doc("Steps between overwriting the weights with their average.")
    ] = None
    loss_scale_factor: Annotated[
        float | None, Gt(0), Doc("Factor for the loss, divided out of the gradients.")
    ] = None
    gradient_accumulation_steps: Annotated[
        int | None, Ge(2), Doc("Steps whose gradients are averaged into one update.")
    ] = None

    def __post_init__(self) -> None:
        """Raise ValueError for parameters that exclude each other or have no effect."""
        clips = [name for name in _CLIPS if getattr(self, name) is not None]
        if len(clips) > 1:
            raise ValueError(f"{' and '.join(clips)} exclude each other. Write only one of them")
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name.startswith("ema_") and not self.use_ema and value != each.default:
                raise ValueError(
                    f"{each.name} has no effect without use_ema. Write "
                    f"use_ema=true,{each.name}={value}"
                )

    @property
    def averages_weights(self) -> bool:
        """The value of `use_ema`."""
        return self.use_ema

    def build(
        self, learning_rate: "float | keras.optimizers.schedules.LearningRateSchedule | None"
    ) -> "keras.optimizers.Optimizer":
        """Return the Keras optimizer with these parameters."""
        import keras

        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["learning_rate"] = learning_rate
        given = {name: value for name, value in values.items() if value is not None}
        return getattr(keras.optimizers, self.keras_class)(**given)
