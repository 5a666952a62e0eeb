"""Turns names, words or instances into components that fit together. Imports no TensorFlow."""

import hashlib
import inspect
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zookit.core import (
    Architecture,
    BadExperiment,
    BadRun,
    Callback,
    Component,
    ComponentSpec,
    Dataset,
    Experiment,
    Preference,
    Settings,
    TrainingOptions,
    UnknownName,
    Words,
    ZookitError,
)
from zookit.core.data.checks import check_info
from zookit.core.errors import quoted
from zookit.core.input_files import input_files, with_input_files
from zookit.core.messages import option
from zookit.core.parameters import create, plain_values
from zookit.modeling.augmentations import Augmentation, create_augmentations
from zookit.modeling.keras_optimizers import Optimizer
from zookit.modeling.optimizers import create_optimizer
from zookit.registry import Built, Components, default
from zookit.registry.blame import check_returned, describe, plugins_blamed
from zookit.runs.inputs import copies, hash_inputs, spec_with_copies
from zookit.runs.run import RunRecord

DatasetLike = str | Words | ComponentSpec | Dataset
ArchitectureLike = str | Words | ComponentSpec | Architecture
CallbackLike = str | Words | ComponentSpec | Callback


@dataclass(frozen=True, eq=False)
class Composition:
    """An experiment with its components.

    `owners` has `distribution==version` by full name, and for a component that is not registered
    the hash of its source code.
    """

    experiment: Experiment
    dataset: Dataset
    architecture: Architecture
    optimizer: Optimizer
    augmentations: tuple[Augmentation, ...]
    callbacks: tuple[Callback, ...]
    owners: Mapping[str, str]

    def components(self) -> tuple[Component, ...]:
        """Return all components, in the order of the experiment's."""
        single = (self.dataset, self.architecture, self.optimizer)
        return (*single, *self.augmentations, *self.callbacks)

    def input_paths(self) -> dict[str, Path]:
        """Return the paths of the components' input files, by the experiment's keys for them."""
        slots = zip(self.experiment.slots(), self.components(), strict=True)
        return {
            f"{slot}.{name}": path
            for slot, component in slots
            for name, path in input_files(component).items()
        }

    def unregistered(self) -> tuple[Component, ...]:
        """Return the components that no entry point names."""
        pairs = zip(self.experiment.components(), self.components(), strict=True)
        return tuple(component for spec, component in pairs if not spec.registered)


def compose(
    dataset: DatasetLike,
    architecture: ArchitectureLike,
    callbacks: Sequence[CallbackLike] = (),
    options: Mapping[str, Any] | TrainingOptions | None = None,
) -> Composition:
    """Look the components up and check their parameters and that they fit together.

    Raises ZookitError, of the class that describes the problem.
    """
    given = (
        options
        if isinstance(options, TrainingOptions)
        else create(TrainingOptions, options or {}, "run")
    )
    return _compose(
        dataset,
        architecture,
        callbacks,
        create_optimizer(given.optimizer, given.learning_rate),
        create_augmentations(given.augment),
        given.settings(),
        verified={},
    )


def compose_experiment(
    experiment: Experiment, instances: Sequence[Component] = (), folder: Path | None = None
) -> Composition:
    """Look up the components of a recorded experiment.

    `instances` stand for the components that no entry point names. `folder` has copies of the input
    files; without it they are read from where they were. Raises ZookitError.
    """
    for name in ("schedule", "loss", "metrics", "initial_weights", "frozen"):
        if getattr(experiment, name):
            raise BadExperiment(
                f"the experiment has {name}, which this version of zookit does not support. "
                "Upgrade zookit: pip install --upgrade zookit"
            )

    def found(slot: str) -> ComponentSpec | Component:
        spec = experiment.slots()[slot]
        if spec.registered:
            return spec if folder is None else spec_with_copies(folder, experiment, slot)
        files = {} if folder is None else copies(folder, experiment, slot)
        return with_input_files(find_instance(spec, instances), files)

    composition = _compose(
        found("dataset"),
        found("architecture"),
        [found(f"callbacks.{at}") for at in range(len(experiment.callbacks))],
        create_optimizer(experiment.optimizer),
        create_augmentations([each.short_name for each in experiment.augmentations]),
        experiment.settings,
        verified={} if folder is None else experiment.input_files,  # by `copies`
    )
    _check_inputs(experiment, composition.experiment)
    return composition


def _check_inputs(recorded: Experiment, found: Experiment) -> None:
    """Raise BadExperiment if an input file is not the one that an experiment records."""
    if not recorded.input_files:
        return  # written by hand, or by a version that did not record them
    for key in {**recorded.input_files, **found.input_files}:
        then, now = recorded.input_files.get(key), found.input_files.get(key)
        if then != now:
            raise BadExperiment(
                f"{key} is not the file that the experiment records: its SHA-256 is "
                f"{quoted(now)}, expected {quoted(then)}. Restore the file, or remove "
                "[input_files] from the experiment to use the new one."
            )


def recompose(
    record: RunRecord, experiment: Experiment | None = None, instances: Sequence[Component] = ()
) -> Composition:
    """Look up the components of a run's experiment, or of a variation of it.

    The experiment stays as recorded: parameters that later versions add are not in it. Raises
    BadRun.
    """
    recorded = experiment or record.experiment
    try:
        composition = compose_experiment(recorded, instances, record.folder)
    except ZookitError as error:
        raise BadRun(f"{record.folder} cannot be rebuilt: {error}") from error
    # A distribution may spell its name differently now.
    pairs = zip(recorded.components(), composition.experiment.components(), strict=True)
    owners = {then.name: composition.owners[now.name] for then, now in pairs}
    return replace(composition, experiment=recorded, owners=owners)


def find_instance(spec: ComponentSpec, instances: Sequence[Component]) -> Component:
    """Return the instance that the spec of an unregistered component stands for.

    Raises UnknownName if it is not among `instances`.
    """
    for instance in instances:
        kind = type(instance)
        same_class = spec.name == f"{kind.__module__}:{kind.__qualname__}"
        if same_class and plain_values(instance) == spec.parameters:
            return instance
    class_name = re.split(r"[.:]", spec.name)[-1]
    parameters = ", ".join(f"{name}={value!r}" for name, value in spec.parameters.items())
    raise UnknownName(
        f"{spec.name} is not registered under an entry point, so an instance of it is needed: "
        f"zookit.open_run(RUN, instances=[{class_name}({parameters})])."
    )


def _compose(
    dataset: Any,
    architecture: Any,
    callbacks: Sequence[Any],
    optimizer: Built[Optimizer],
    augmentations: Sequence[Built[Augmentation]],
    settings: Settings,
    verified: Mapping[str, str],
) -> Composition:
    """Build the components. `verified` has the SHA-256 of input files that need no hashing."""
    built_dataset = _build(default.datasets, dataset)
    built_architecture = _build(default.architectures, architecture)
    built_callbacks = [_build(default.callbacks, callback) for callback in callbacks]
    _check_named_once([each.spec for each in built_callbacks])
    _check_component_values(built_dataset.component, built_architecture.component, settings)
    own_rule = type(built_architecture.component).normalize is not Architecture.normalize
    if not settings.normalize and own_rule:
        raise BadExperiment(
            f"{built_architecture.spec.name} scales pixels by a rule of its own, which cannot be "
            f"turned off. Remove {option('--no-normalize', 'normalize=False')}."
        )
    experiment = Experiment(
        built_dataset.spec,
        built_architecture.spec,
        tuple(each.spec for each in built_callbacks),
        optimizer.spec,
        tuple(each.spec for each in augmentations),
        settings=settings,
    )
    everything: list[Built[Any]] = [built_dataset, built_architecture, *built_callbacks]
    everything += [optimizer, *augmentations]
    composition = Composition(
        experiment,
        built_dataset.component,
        built_architecture.component,
        optimizer.component,
        tuple(each.component for each in augmentations),
        tuple(each.component for each in built_callbacks),
        {each.spec.name: each.owner or _source_of(each.component) for each in everything},
    )
    paths = composition.input_paths()
    hashes = hash_inputs({key: path for key, path in paths.items() if key not in verified})
    input_files = {key: verified[key] if key in verified else hashes[key] for key in paths}
    return replace(composition, experiment=replace(experiment, input_files=input_files))


def _check_component_values(
    dataset: Dataset, architecture: Architecture, settings: Settings
) -> None:
    """Raise a ZookitError if they do not fit, or return what their contracts do not allow."""
    with plugins_blamed(default, dataset, architecture):
        info = dataset.info
        check_info(describe(dataset, default), info)
        if dataset.folder is not None:
            check_returned(dataset, "folder", dataset.folder, Path, "pathlib.Path", default)
        architecture.check(info.image_shape)
        preference = architecture.preference(info.image_shape, settings.batch_size)
        check_returned(
            architecture, "preference", preference, Preference, "zookit.core.Preference", default
        )


def _build(group: Components[Any], given: Any) -> Built[Any]:
    try:
        return group.build(given)
    except UnknownName as error:
        error.message += _other_kind(group, given)
        raise


def _check_named_once(specs: Sequence[ComponentSpec]) -> None:
    names = [spec.name for spec in specs]
    for spec in specs:
        if names.count(spec.name) > 1 and spec.registered:
            raise BadExperiment(f"callback {spec.name!r} is given twice. Pass it once.")


def _other_kind(group: Components[Any], given: str | Words | ComponentSpec | Component) -> str:
    """Return a hint if the name belongs to another kind of component."""
    if isinstance(given, Component):
        return ""
    name = Words.parse(given).name if isinstance(given, str) else given.name
    for other in default.components():
        if other.kind != group.kind and name in other:
            return (
                f" {name!r} is one of the {other.kind.plural}; the order is DATASET ARCHITECTURE "
                "[CALLBACK]..."
            )
    return ""


def _source_of(component: Component) -> str:
    """Return the hash of the source code, which distinguishes unregistered components."""
    try:
        source = inspect.getsource(type(component))
    except (OSError, TypeError):
        source = uuid.uuid4().hex  # never equal to another
    return f"not registered, source {hashlib.sha256(source.encode()).hexdigest()[:16]}"
