"""From names, words or instances to components that fit together. Imports no TensorFlow."""

import hashlib
import inspect
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from zookit.core import (
    Architecture,
    BadExperiment,
    Callback,
    Component,
    ComponentSpec,
    Dataset,
    Experiment,
    Settings,
    UnknownName,
    Words,
)
from zookit.core.experiment import Augmentation
from zookit.core.parameters import create
from zookit.modeling.optimizers import check
from zookit.registry import Components, default


@dataclass(frozen=True, eq=False)
class Composition:
    """An experiment with its components at hand.

    `owners` has `distribution==version` by full name, and for a component made by hand the hash of
    its source.
    """

    experiment: Experiment
    dataset: Dataset
    architecture: Architecture
    callbacks: tuple[Callback, ...]
    owners: Mapping[str, str]


def compose(
    dataset: str | Words | ComponentSpec | Dataset,
    architecture: str | Words | ComponentSpec | Architecture,
    callbacks: Sequence[str | Words | ComponentSpec | Callback] = (),
    settings: Mapping[str, Any] | Settings | None = None,
) -> Composition:
    """Look the components up, check all parameters and whether everything fits.

    Raises:
        ZookitError: of the kind that says what is wrong.
    """
    checked = (
        settings if isinstance(settings, Settings) else create(Settings, settings or {}, "run")
    )
    owners: dict[str, str] = {}
    built_dataset, data_name = _built(default.datasets, dataset, owners)
    built_architecture, architecture_name = _built(default.architectures, architecture, owners)
    built = [_built(default.callbacks, callback, owners) for callback in callbacks]
    names = [chosen.name for _, chosen in built]
    for name in names:
        if names.count(name) > 1 and ComponentSpec(name).rebuildable:
            raise BadExperiment(f"callback {name!r} is named twice. Name it once.")
    checked = _normal_form(checked)
    own_rule = type(built_architecture).normalize is not Architecture.normalize
    if not checked.normalize and own_rule:
        raise BadExperiment(
            f"{architecture_name.name} was made for pixels brought to its own range, so normalize "
            "cannot be off. Leave --no-normalize out."
        )
    built_architecture.check(built_dataset.info.image_shape)
    experiment = Experiment(
        data_name, architecture_name, tuple(chosen for _, chosen in built), checked
    )
    return Composition(
        experiment,
        built_dataset,
        built_architecture,
        tuple(callback for callback, _ in built),
        owners,
    )


def compose_file(path: Path, settings: Mapping[str, Any]) -> Composition:
    """The composition of an experiment's TOML file.

    `settings` are those that were also given by hand; each must agree with the file.

    Raises:
        BadExperiment: the file cannot be read, or a setting contradicts it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadExperiment(
            f"{path} cannot be read: {reason}. Name an experiment.toml, as a run's folder has one."
        ) from None
    experiment = Experiment.from_toml(text, str(path))
    by_hand = _normal_form(create(Settings, settings, "run"))
    in_file = _normal_form(experiment.settings)
    for name in settings:
        said, filed = getattr(by_hand, name), getattr(in_file, name)
        if said != filed:
            raise BadExperiment(
                f"{name} is {said!r} by option and {filed!r} in {path}. Leave the option out, or "
                "change the file."
            )
    return compose(
        experiment.dataset, experiment.architecture, experiment.callbacks, experiment.settings
    )


def _built(group: Components[Any], given: Any, owners: dict[str, str]) -> tuple[Any, ComponentSpec]:
    try:
        built = group.build(given)
    except UnknownName as error:
        raise UnknownName(f"{error}{_elsewhere(group, given)}") from None
    owners[built.spec.name] = built.owner or _made_by(built.component)
    return built.component, built.spec


def _elsewhere(group: Components[Any], given: str | Words | ComponentSpec | Component) -> str:
    if isinstance(given, Component):
        return ""
    name = Words.parse(given).name if isinstance(given, str) else given.name
    for other in default.components():
        if other.kind != group.kind and name in other:
            return (
                f" {name!r} is the name of one of the {other.kind.plural}; the order is "
                "DATASET ARCHITECTURE [CALLBACK]..."
            )
    return ""


def _normal_form(settings: Settings) -> Settings:
    """The same settings, written in one way, so that equal experiments are equal."""
    optimizer = check(settings.optimizer, settings.learning_rate)
    # The model applies them in this order, whatever order they were named in.
    augment = tuple(each for each in get_args(Augmentation) if each in settings.augment)
    return replace(settings, optimizer=str(optimizer), augment=augment)


def _made_by(component: Component) -> str:
    """What tells components made by hand apart: their source, where it can be had."""
    try:
        source = inspect.getsource(type(component))
    except (OSError, TypeError):
        source = uuid.uuid4().hex  # never equal to another
    return f"made by hand, source {hashlib.sha256(source.encode()).hexdigest()[:16]}"
