"""What a traced training step contains as constants."""

from typing import TYPE_CHECKING, Any

from zookit.modeling.trainable import layers_of

if TYPE_CHECKING:
    import keras

_PLAIN = (bool, int, float, str, type(None))


class StepConstants:
    """Which layers and variables are trained, and the public attributes of layers and optimizer.

    Of the attributes, only plain values and functions count, such as the rate of a dropout, an
    activation or the weight decay. The learning rate is a variable, which the step reads. Of
    variables, the regularizer and the constraint count too.
    """

    def __init__(self, model: "keras.Model") -> None:
        parts = [*layers_of(model)[1:], model.optimizer]
        self._flagged = [*layers_of(model), *model.variables]
        self._variables = model.variables
        self._attributes = [
            (vars(part), name)
            for part in parts
            for name, value in vars(part).items()
            if not name.startswith("_") and (isinstance(value, _PLAIN) or callable(value))
        ]
        self._values = self._current()

    @property
    def changed(self) -> bool:
        """Whether any of them is not what it was."""
        return self._values != self._current()

    def _current(self) -> list[Any]:
        found = [attributes.get(name) for attributes, name in self._attributes]
        # An array may have replaced a plain value; comparing arrays gives no single answer.
        comparable = [value if isinstance(value, _PLAIN) else id(value) for value in found]
        rules = [
            id(rule) for each in self._variables for rule in (each.regularizer, each.constraint)
        ]
        return [*comparable, *rules, *[part.trainable for part in self._flagged]]
