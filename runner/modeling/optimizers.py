"""Optimizers by name."""

from typing import Any

from zookit.core import (
    BadParameter,
    BadWords,
    ComponentSpec,
    UnknownName,
    Words,
    did_you_mean,
)
from zookit.core.declaration import parameters
from zookit.core.errors import Correction
from zookit.core.parameters import create, plain_values
from zookit.modeling import keras_optimizers
from zookit.modeling.built_in import OWNER, built_in
from zookit.modeling.keras_optimizers import Optimizer
from zookit.registry import Built

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "adadelta": keras_optimizers.Adadelta,
    "adafactor": keras_optimizers.Adafactor,
    "adagrad": keras_optimizers.Adagrad,
    "adam": keras_optimizers.Adam,
    "adamax": keras_optimizers.Adamax,
    "adamw": keras_optimizers.AdamW,
    "ftrl": keras_optimizers.Ftrl,
    "lamb": keras_optimizers.Lamb,
    "lion": keras_optimizers.Lion,
    "muon": keras_optimizers.Muon,
    "nadam": keras_optimizers.Nadam,
    "rmsprop": keras_optimizers.RMSprop,
    "sgd": keras_optimizers.SGD,
}


def create_optimizer(
    given: str | Words | ComponentSpec, learning_rate: float | None = None
) -> Built[Optimizer]:
    """Return an optimizer with its spec, which has the full name and all parameters.

    Args:
        given: words, such as `"sgd:momentum=0.9"`, or a spec.
        learning_rate: the learning rate, if `given` does not have one.

    Raises:
        BadWords: the text is not of the form NAME[:ITEM,ITEM...].
        UnknownName: there is no optimizer of that name.
        BadParameter: a parameter is not valid, or the learning rate is given twice.
    """
    if isinstance(given, str):
        return _from_text(given, learning_rate)
    words = given
    name = words.name.removeprefix(f"{OWNER}/")
    if name not in OPTIMIZERS:
        raise UnknownName(
            f"no optimizer named {words.name!r}.",
            f"{did_you_mean(name, OPTIMIZERS)} Available: {', '.join(OPTIMIZERS)}.".lstrip(),
        )
    kind = OPTIMIZERS[name]
    values: Words | dict[str, Any] = words if isinstance(words, Words) else dict(words.parameters)
    optimizer = create(kind, values, name)
    if learning_rate is not None:
        if optimizer.learning_rate is not None:
            raise BadParameter(
                f"the learning rate is given twice: {learning_rate:g} by itself and "
                f"{optimizer.learning_rate:g} as a parameter of {name}. Pass it once."
            )
        optimizer = create(kind, {**plain_values(optimizer), "learning_rate": learning_rate}, name)
    return built_in(name, optimizer)


def _from_text(text: str, learning_rate: float | None) -> Built[Optimizer]:
    try:
        return create_optimizer(Words.parse(text), learning_rate)
    except (BadWords, UnknownName, BadParameter) as error:
        from zookit.registry.corrections import corrected  # only for errors

        unknown = getattr(error, "unknown", "")
        owners = [n for n, kind in OPTIMIZERS.items() if unknown in kind.__dataclass_fields__]
        elsewhere = isinstance(error, BadParameter) and error.belongs_to(owners)
        if not elsewhere and error.correction is None:
            instead = corrected(
                text,
                OPTIMIZERS,
                lambda words: create_optimizer(Words.parse(words), learning_rate),
                lambda name: [each.name for each in parameters(OPTIMIZERS[name])],
            )
            error.correction = Correction(text, instead) if instead else None
        raise
