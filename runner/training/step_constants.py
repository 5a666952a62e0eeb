"""What a traced training step contains as constants."""

from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from zookit.modeling.trainable import layers_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import keras

_PLAIN = (bool, int, float, str, type(None))


class StepConstants:
    """Which layers and variables are trained, and the public attributes of layers and optimizer.

    Of the attributes, only plain values and functions count, such as the rate of a dropout, an
    activation or the weight decay. The learning rate is a variable, which the step reads. Of
    variables, the regularizer and the constraint count too.
    """

    def __init__(self, model: "keras.Model") -> None:
        layers = layers_of(model)
        self._found: list[tuple[Callable[[Any], Any], Any, Any]] = []
        for part in (*layers[1:], model.optimizer):
            names = [name for name, value in vars(part).items() if _is_constant(name, value)]
            if names:
                self._add(itemgetter(*names), vars(part))
        for layer in layers:
            self._add(attrgetter("trainable"), layer)
        for variable in model.variables:
            self._add(attrgetter("trainable", "regularizer", "constraint"), variable)

    def _add(self, getter: "Callable[[Any], Any]", part: Any) -> None:
        self._found.append((getter, part, getter(part)))

    @property
    def changed(self) -> bool:
        """Whether any of them is not what it was. Asked before each execution, so it is quick."""
        try:
            # Tuples are equal at once where their items are the same objects.
            return any(getter(part) != values for getter, part, values in self._found)
        except Exception:  # noqa: BLE001 - one was deleted, or cannot be compared, as an array
            return True


def _is_constant(name: str, value: Any) -> bool:
    return not name.startswith("_") and (isinstance(value, _PLAIN) or callable(value))
