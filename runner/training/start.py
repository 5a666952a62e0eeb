"""Gives a new model the weights of a trained one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from zookit.core import BadExperiment, DatasetInfo, reason_of, warn
from zookit.modeling.model import build_model
from zookit.modeling.trainable import layers_of
from zookit.modeling.weight_limit import weights_limited
from zookit.registry.code import code_hash
from zookit.runs.initial_weights import HEAD, HEAD_ARRAYS, InitialWeights
from zookit.training.composition import Composition
from zookit.training.initial_weights import (
    architecture_of,
    parameter_differences,
    shape_words,
    taken_weights,
    words_of_model,
)

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class Start:
    """Gives a new model the initial weights of a composition.

    `structure` is that of the model which they are of, if its parameters differ.
    """

    composition: Composition
    initial: InitialWeights
    structure: "list[tuple[Any, ...]] | None" = None

    @classmethod
    def of(cls, composition: Composition) -> Self | None:
        """Return the start of a composition, and warn of its source; None if it has none.

        It may build a model, so random numbers are to be seeded later. Raises BadExperiment.
        """
        initial = composition.initial
        if initial is None:
            return None
        for each in initial.warnings:
            warn(each)
        _warn_of_code(composition, initial)
        if not any(parameter_differences(composition, initial)):
            return cls(composition, initial)
        return cls(composition, initial, _structure_of(composition, initial))

    def give(self, model: "keras.Model") -> None:
        """Set the weights of a new model, and warn if they are used in another way than before.

        Raises BadExperiment if they do not fit, and sets none.

        The architecture's `pretrained` is not called: all that it loads would be replaced.
        """
        arrays, weights = self.initial.ordered(), list(model.weights)
        body = len(weights) - HEAD_ARRAYS
        count = len(weights) if HEAD in self.initial.parts else body
        if len(arrays) != count:
            raise self._misfit(f"it has {len(arrays)} arrays of weights, expected {count}")
        for array, variable in zip(arrays, weights, strict=False):
            if array.shape != tuple(variable.shape) or array.dtype.name != variable.dtype:
                raise self._misfit(
                    f"its array for {variable.path} has the shape {array.shape}, expected "
                    f"{tuple(variable.shape)}"
                )
        if self.structure is not None and self.structure != _structure(model)[:body]:
            raise self._misfit("its layers differ")
        for array, variable in zip(arrays, weights, strict=False):
            variable.assign(array)
        differences = self._differences()
        if differences:
            warn(
                f"the weights of {self.initial.name} are used in another way than they were "
                f"trained: {differences}."
            )

    def _differences(self) -> str:
        taken = taken_weights(self.composition)
        return "" if taken is None else "; ".join(taken.differences)

    def _misfit(self, reason: str) -> BadExperiment:
        initial, differences = self.initial, self._differences()
        why = f" ({differences})" if differences else ""
        name = self.composition.experiment.architecture.short_name
        words = words_of_model(name, initial.model)
        shape = shape_words(initial.model.image_shape)
        return BadExperiment(
            f"the weights of {initial.name} do not fit this model: {reason}{why}. To start from "
            f"them, train {words} on images of {shape}."
        )


def _warn_of_code(composition: Composition, initial: InitialWeights) -> None:
    """Warn if the architecture's code is not that with which the weights were trained."""
    then, owner = initial.code, composition.owners[composition.experiment.architecture.name]
    if then is None:
        return
    if then.owner != owner:
        warn(f"{initial.name} was trained with {then.name} of {then.owner}, which is {owner} now.")
        return
    now = code_hash(type(composition.architecture))
    if then.code and now and then.code != now:
        warn(
            f"the code of {then.name} ({then.owner}) has changed since {initial.name} was trained."
        )


def _structure_of(composition: Composition, initial: InitialWeights) -> "list[tuple[Any, ...]]":
    """Return the structure of the body that initial weights are of. Raises BadExperiment."""
    model = initial.model
    info = DatasetInfo(model.image_shape, model.class_names, {})
    sizes = [each.size for each in initial.arrays.values()]
    try:
        with weights_limited(sizes):
            built = build_model(info, architecture_of(composition, initial), model.normalize)
    except Exception as error:
        raise BadExperiment(
            f"the model of {initial.name} cannot be built, so its weights cannot be compared: "
            f"{reason_of(error)}. Choose another run to start from."
        ) from error
    return _structure(built)[:-HEAD_ARRAYS]


def _structure(model: "keras.Model") -> "list[tuple[Any, ...]]":
    """Return the layer's class, name and shape of each of a model's weights."""
    owners = {
        id(variable): type(layer).__qualname__
        for layer in layers_of(model)  # the innermost layer comes last
        for variable in layer.weights
    }
    return [(owners[id(each)], each.name, tuple(each.shape)) for each in model.weights]
