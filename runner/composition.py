"""From names, words or instances to components that fit together. Imports no TensorFlow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zookit.core import (
    Architecture,
    BadExperiment,
    BadParameter,
    Callback,
    Chosen,
    Component,
    Dataset,
    Experiment,
    Settings,
    UnknownName,
    Words,
)
from zookit.core.parameters import create
from zookit.optimizers import check_name
from zookit.registry import Group, default


@dataclass(frozen=True, eq=False)
class Composition:
    """An experiment with its components at hand.

    `owners` has `distribution==version` by full name, for every component that has one.
    """

    experiment: Experiment
    dataset: Dataset
    architecture: Architecture
    callbacks: tuple[Callback, ...]
    owners: Mapping[str, str]


def compose(
    dataset: str | Words | Chosen | Dataset,
    architecture: str | Words | Chosen | Architecture,
    callbacks: Sequence[str | Words | Chosen | Callback] = (),
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
        if names.count(name) > 1 and Chosen(name).rebuildable:
            raise BadExperiment(f"callback {name!r} is named twice. Name it once.")
    _check_settings(checked, built_architecture, architecture_name)
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
    by_hand = create(Settings, settings, "run")
    for name in settings:
        said, filed = getattr(by_hand, name), getattr(experiment.settings, name)
        if said != filed:
            raise BadExperiment(
                f"{name} is {said!r} by option and {filed!r} in {path}. Leave the option out, or "
                "change the file."
            )
    return compose(
        experiment.dataset, experiment.architecture, experiment.callbacks, experiment.settings
    )


def _built(group: Group[Any], given: Any, owners: dict[str, str]) -> tuple[Any, Chosen]:
    try:
        component, chosen, owner = group.build(given)
    except UnknownName as error:
        raise UnknownName(f"{error}{_elsewhere(group, given)}") from None
    if owner is not None:
        owners[chosen.name] = owner
    return component, chosen


def _elsewhere(group: Group[Any], given: str | Words | Chosen | Component) -> str:
    if isinstance(given, Component):
        return ""
    name = Words.parse(given).name if isinstance(given, str) else given.name
    for other in default.groups():
        if other.kind != group.kind and name in other:
            return (
                f" {name!r} is the name of one of the {other.kind.plural}; the order is "
                "DATASET ARCHITECTURE [CALLBACK]..."
            )
    return ""


def _check_settings(settings: Settings, architecture: Architecture, chosen: Chosen) -> None:
    words = Words.parse(settings.optimizer)
    check_name(words)
    if settings.learning_rate is not None and "learning_rate" in dict(words.items):
        raise BadParameter(
            f"the learning rate is {settings.learning_rate:g} by itself and "
            f"{dict(words.items)['learning_rate']} in {settings.optimizer!r}. Give one of them."
        )
    own_rule = type(architecture).normalize is not Architecture.normalize
    if not settings.normalize and own_rule:
        raise BadExperiment(
            f"{chosen.name} was made for pixels brought to its own range, so normalize cannot be "
            "off. Leave --no-normalize out."
        )
