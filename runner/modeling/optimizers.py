"""Keras's optimizers, chosen by words like everything else."""

import inspect
from typing import TYPE_CHECKING, Any

from zookit.core import BadParameter, UnknownName, Words
from zookit.core.errors import did_you_mean, reason_of

if TYPE_CHECKING:
    import keras

# Written out, so that a wrong name is told before the seconds that importing Keras takes.
CLASSES = {
    "adadelta": "Adadelta",
    "adafactor": "Adafactor",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamax": "Adamax",
    "adamw": "AdamW",
    "ftrl": "Ftrl",
    "lamb": "Lamb",
    "lion": "Lion",
    "muon": "Muon",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "sgd": "SGD",
}


def check(text: str, learning_rate: float | None) -> Words:
    """The words of an optimizer, every item with its key.

    Raises BadWords, UnknownName where Keras has no optimizer of that name, and BadParameter where
    a parameter is given twice, the learning rate among them.
    """
    words = Words.parse(text)
    if words.name not in CLASSES:
        raise UnknownName(
            f"no optimizer {words.name!r}.{did_you_mean(words.name, CLASSES)} "
            f"There are: {', '.join(CLASSES)}."
        )
    items = tuple((key or "learning_rate", value) for key, value in words.items)
    keys = [key for key, _ in items]
    for key in keys:
        if keys.count(key) > 1:
            raise BadParameter(f"{words.name}: parameter {key!r} is given twice. Give it once.")
    if learning_rate is not None and "learning_rate" in keys:
        raise BadParameter(
            f"the learning rate is {learning_rate:g} by itself and "
            f"{dict(items)['learning_rate']} in {text!r}. Give one of them."
        )
    return Words(words.name, items)


def build_optimizer(words: Words, learning_rate: float | None) -> "keras.optimizers.Optimizer":
    """The Keras optimizer that the words of `check` choose.

    Raises BadParameter where a parameter is unknown or its value does not fit. Imports Keras.
    """
    import keras

    optimizer = getattr(keras.optimizers, CLASSES[words.name])
    defaults = {
        parameter.name: parameter.default
        for parameter in inspect.signature(optimizer).parameters.values()
        if _is_settable(parameter)
    }
    values: dict[str, Any] = {}
    for key, text in words.items:
        name = str(key)
        if name not in defaults:
            raise BadParameter(
                f"{words.name}: no parameter {name!r}.{did_you_mean(name, defaults)} "
                f"It has: {', '.join(defaults)}."
            )
        values[name] = _value(words, name, text, defaults[name])
    if learning_rate is not None:
        values["learning_rate"] = learning_rate
    if not values.get("learning_rate", 1) > 0:
        raise BadParameter(
            f"{words.name}: parameter 'learning_rate': {values['learning_rate']!r} is not greater "
            "than 0."
        )
    try:
        return optimizer(**values)
    except (ValueError, TypeError) as error:
        raise BadParameter(f"{words.name}: {reason_of(error)} (got from {str(words)!r}).") from None


def _is_settable(parameter: inspect.Parameter) -> bool:
    """Whether words can give it: a number or true/false by its default."""
    return parameter.name != "name" and isinstance(parameter.default, bool | int | float | None)


def _value(words: Words, name: str, text: str, default: Any) -> bool | int | float:
    complaint = f"{words.name}: parameter {name!r}: {text!r} is not"
    if isinstance(default, bool):
        if text.lower() not in ("true", "false"):
            raise BadParameter(f"{complaint} true or false (got from {str(words)!r}).")
        return text.lower() == "true"
    try:
        number = float(text)
    except ValueError:
        raise BadParameter(f"{complaint} a number (got from {str(words)!r}).") from None
    if number - number != 0:
        raise BadParameter(f"{complaint} a finite number (got from {str(words)!r}).")
    whole = text.lstrip("+-").isdigit() and not isinstance(default, float)
    return int(text) if whole else number
