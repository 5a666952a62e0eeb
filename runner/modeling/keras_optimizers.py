"""Keras's optimizers, each a component with the parameters of its Keras class."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Gt

from zookit.core import BadParameter, Component, Doc, reason_of
from zookit.core.parameters import plain_values

if TYPE_CHECKING:
    import keras

_Beta1 = Annotated[float, Doc("Decay of the running mean of the gradients.")]
_Beta2 = Annotated[float, Doc("Decay of the running mean of the squared gradients.")]
_Epsilon = Annotated[float, Doc("Small constant that avoids a division by zero.")]
_Amsgrad = Annotated[bool, Doc("Use the AMSGrad variant.")]
_Momentum = Annotated[float, Doc("Fraction of the previous update that is added to the next.")]
_Nesterov = Annotated[bool, Doc("Use Nesterov momentum.")]
_Accumulator = Annotated[float, Doc("Start value of the sums of squared gradients.")]
_Rho = Annotated[float, Doc("Decay of the running mean of the squared gradients.")]


@dataclass(frozen=True)
class Optimizer(Component):
    """Base of optimizers: the parameters that all Keras optimizers have."""

    keras_class: ClassVar[str]
    """The name of the class in `keras.optimizers`."""

    learning_rate: Annotated[
        float | None, Gt(0), Doc("Learning rate; Keras's own for this optimizer if not given.")
    ] = None
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

    def build(self) -> "keras.optimizers.Optimizer":
        """Return a new Keras optimizer. Imports Keras.

        Raises BadParameter if Keras refuses a value.
        """
        import keras

        try:
            return getattr(keras.optimizers, self.keras_class)(**plain_values(self))
        except (ValueError, TypeError) as error:
            name = type(self).__name__.lower()
            raise BadParameter(f"{name}: {reason_of(error)}") from None


@dataclass(frozen=True)
class Adadelta(Optimizer):
    """Learning rates adapt to a window of recent gradients."""

    keras_class = "Adadelta"

    rho: _Rho = 0.95
    epsilon: _Epsilon = 1e-7


@dataclass(frozen=True)
class Adafactor(Optimizer):
    """Adam with less memory: the squared gradients are kept as sums of rows and columns."""

    keras_class = "Adafactor"

    beta_2_decay: Annotated[float, Doc("Exponent of the decay of squared gradients.")] = -0.8
    epsilon_1: Annotated[float, Doc("Small constant added to squared gradients.")] = 1e-30
    epsilon_2: Annotated[float, Doc("Smallest scale of a variable.")] = 1e-3
    clip_threshold: Annotated[float, Doc("Largest root mean square of an update.")] = 1.0
    relative_step: Annotated[
        bool, Doc("Lower the learning rate to 1 / sqrt(step) once that is smaller.")
    ] = True


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Each weight's learning rate falls with the sum of its squared gradients."""

    keras_class = "Adagrad"

    initial_accumulator_value: _Accumulator = 0.1
    epsilon: _Epsilon = 1e-7


@dataclass(frozen=True)
class Adam(Optimizer):
    """Learning rates adapt to running means of the gradients and of their squares."""

    keras_class = "Adam"

    beta_1: _Beta1 = 0.9
    beta_2: _Beta2 = 0.999
    epsilon: _Epsilon = 1e-7
    amsgrad: _Amsgrad = False


@dataclass(frozen=True)
class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the mean of squares."""

    keras_class = "Adamax"

    beta_1: _Beta1 = 0.9
    beta_2: Annotated[float, Doc("Decay of the largest recent gradient.")] = 0.999
    epsilon: _Epsilon = 1e-7


@dataclass(frozen=True)
class AdamW(Optimizer):
    """Adam with weight decay that does not depend on the gradients."""

    keras_class = "AdamW"

    weight_decay: Annotated[float, Doc("Decay of the weights at each step.")] = 0.004
    beta_1: _Beta1 = 0.9
    beta_2: _Beta2 = 0.999
    epsilon: _Epsilon = 1e-7
    amsgrad: _Amsgrad = False


@dataclass(frozen=True)
class Ftrl(Optimizer):
    """Follow the regularized leader: for large, sparse, shallow models."""

    keras_class = "Ftrl"

    learning_rate_power: Annotated[
        float, Doc("How the learning rate falls over time; at most 0, 0 keeps it fixed.")
    ] = -0.5
    initial_accumulator_value: _Accumulator = 0.1
    l1_regularization_strength: Annotated[float, Doc("L1 penalty on the weights.")] = 0.0
    l2_regularization_strength: Annotated[float, Doc("L2 penalty on the weights.")] = 0.0
    l2_shrinkage_regularization_strength: Annotated[
        float, Doc("L2 penalty on the size of the gradients' effect.")
    ] = 0.0
    beta: Annotated[float, Doc("Added to the square root of the sums of squared gradients.")] = 0.0


@dataclass(frozen=True)
class Lamb(Optimizer):
    """Adam with a learning rate for each layer, for very large batches."""

    keras_class = "Lamb"

    beta_1: _Beta1 = 0.9
    beta_2: _Beta2 = 0.999
    epsilon: _Epsilon = 1e-7


@dataclass(frozen=True)
class Lion(Optimizer):
    """Steps of equal size in the direction of the sign of a momentum."""

    keras_class = "Lion"

    beta_1: Annotated[float, Doc("Share of the momentum in the direction of a step.")] = 0.9
    beta_2: Annotated[float, Doc("Decay of the momentum.")] = 0.99


@dataclass(frozen=True)
class Muon(Optimizer):
    """Orthogonalized momentum for matrices, AdamW for all other weights."""

    keras_class = "Muon"

    weight_decay: Annotated[float, Doc("Decay of the weights at each step.")] = 0.004
    adam_beta_1: _Beta1 = 0.9
    adam_beta_2: _Beta2 = 0.999
    adam_weight_decay: Annotated[float, Doc("Decay of the weights that AdamW trains.")] = 0.004
    epsilon: _Epsilon = 1e-7
    exclude_layers: Annotated[
        tuple[str, ...] | None, Doc("Patterns of the names of layers that AdamW trains.")
    ] = None
    exclude_embeddings: Annotated[bool, Doc("Train embeddings with AdamW.")] = True
    muon_a: Annotated[float, Doc("First coefficient of the Newton-Schulz iteration.")] = 3.4445
    muon_b: Annotated[float, Doc("Second coefficient of the Newton-Schulz iteration.")] = -4.775
    muon_c: Annotated[float, Doc("Third coefficient of the Newton-Schulz iteration.")] = 2.0315
    adam_lr_ratio: Annotated[float, Doc("AdamW's learning rate relative to Muon's.")] = 1.0
    momentum: _Momentum = 0.95
    ns_steps: Annotated[int, Doc("Newton-Schulz iterations in each step.")] = 5
    nesterov: _Nesterov = True
    rms_rate: Annotated[
        float, Doc("Scale of the updates, which brings them to the size of AdamW's.")
    ] = 0.2


@dataclass(frozen=True)
class Nadam(Optimizer):
    """Adam with Nesterov momentum."""

    keras_class = "Nadam"

    beta_1: _Beta1 = 0.9
    beta_2: _Beta2 = 0.999
    epsilon: _Epsilon = 1e-7


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Gradients divided by the root of the running mean of their squares."""

    keras_class = "RMSprop"

    rho: _Rho = 0.9
    momentum: _Momentum = 0.0
    epsilon: _Epsilon = 1e-7
    centered: Annotated[bool, Doc("Divide by the variance of the gradients instead.")] = False


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, with optional momentum."""

    keras_class = "SGD"

    momentum: _Momentum = 0.0
    nesterov: _Nesterov = False
