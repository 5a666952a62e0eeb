"""Turns names, words or instances into components that fit together. Imports no TensorFlow."""

import hashlib
import inspect
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
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
    Settings,
    UnknownName,
    Words,
    did_you_mean,
)
from zookit.core.errors import quoted
from zookit.core.experiment import DEFAULT_LOSS, DEFAULT_OPTIMIZER, INITIAL_WEIGHTS
from zookit.core.input_files import with_input_files
from zookit.core.old_names import current_name, current_names
from zookit.core.parameters import create, plain_values
from zookit.data.fetching import fetched
from zookit.registry import Built, Components, Registry, default
from zookit.registry.built import warn_of_old_names
from zookit.registry.kind import Row
from zookit.runs.initial_weights import InitialWeights
from zookit.runs.inputs import copies, hash_inputs, spec_with_copies
from zookit.runs.plugin_files import plugin_files
from zookit.runs.rebuilding import rebuilding
from zookit.runs.run import RunRecord
from zookit.runs.runs_dir import RUNS_DIR
from zookit.training.compatibility import (
    check_averaging,
    check_columns,
    check_component_values,
    check_frozen,
    check_named_once,
    check_rate,
    with_rate,
)
from zookit.training.composition import Composition
from zookit.training.initial_weights import read_source, recorded_weights, with_weights
from zookit.training.old_columns import with_new_columns
from zookit.training.options import Chosen, split_options

DatasetLike = str | Words | ComponentSpec | Dataset
ArchitectureLike = str | Words | ComponentSpec | Architecture
CallbackLike = str | Words | ComponentSpec | Callback


def compose(
    dataset: DatasetLike,
    architecture: ArchitectureLike,
    callbacks: Sequence[CallbackLike] = (),
    options: Mapping[str, Any] | None = None,
    runs_dir: Path = RUNS_DIR,
) -> Composition:
    """Look the components up and check their parameters and that they fit together.

    `options` are those of `zookit.run`, see `zookit.core.TrainingKeywords`; `runs_dir` has the run
    that `init` may name. Raises ZookitError, of the class that describes the problem.
    """
    given = split_options(options or {})
    chosen: Chosen = {
        Registry.datasets: [dataset],
        Registry.architectures: [architecture],
        Registry.callbacks: list(callbacks),
        **given.chosen,
    }
    settings = create(Settings, given.settings, "run")
    initial = None if given.init is None else read_source(given.init, runs_dir)
    return compose_chosen(chosen, settings, given.rate, given.frozen, initial=initial)


def compose_experiment(
    experiment: Experiment,
    instances: Sequence[Component] = (),
    folder: Path | None = None,
    *,
    repeated: bool = False,
    runs_dir: Path = RUNS_DIR,
    initial: InitialWeights | None = None,
) -> Composition:
    """Look up the components of a recorded experiment.

    `instances` stand for the components that no entry point names. `folder` has copies of the input
    files; without it they are read from where they were, and the run to start from is found in
    `runs_dir`, unless `initial` has its weights. If the experiment is `repeated`, metrics have the
    recorded names in the logs. Raises ZookitError.
    """
    kinds = {kind.slot: kind for kind in Registry.kinds() if kind.recorded}
    chosen: Chosen = {}
    for slot, spec in experiment.slots().items():
        name = slot.partition(".")[0]
        if name not in kinds:
            raise BadExperiment(
                f"the experiment has {name!r}, which is no kind of plugin here."
                f"{did_you_mean(name, kinds)} Install the package that adds it, or upgrade zookit."
            )
        found: ComponentSpec | Component = spec
        if not spec.registered:
            files = {} if folder is None else copies(folder, experiment, slot)
            found = with_input_files(find_instance(spec, instances), files)
        elif folder is not None:
            found = spec_with_copies(folder, experiment, slot)
        chosen.setdefault(kinds[name], []).append(found)
    verified = {} if folder is None else experiment.input_files  # by `copies`
    composition = compose_chosen(
        chosen,
        experiment.settings,
        frozen=experiment.frozen,
        verified=verified,
        repeated=repeated,
        initial=initial or recorded_weights(experiment, folder, runs_dir),
    )
    _check_inputs(experiment, composition)
    return composition


def _check_inputs(recorded: Experiment, composition: Composition) -> None:
    """Raise BadExperiment if an input file is not the one that an experiment records."""
    if not recorded.input_files:
        return  # written by hand, or by a version that did not record them
    before = {
        f"{slot}.{current_name(type(part), key)}": value
        for slot, part in composition.parts.items()
        for key, value in recorded.inputs_of(slot).items()
    }
    if INITIAL_WEIGHTS in recorded.input_files:
        before[INITIAL_WEIGHTS] = recorded.input_files[INITIAL_WEIGHTS]
    found = composition.experiment.input_files
    for key in {**before, **found}:
        then, now = before.get(key), found.get(key)
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
    with rebuilding(record):
        composition = compose_experiment(recorded, instances, record.folder, repeated=True)
    # A distribution may spell its name differently now.
    pairs = zip(recorded.components(), composition.experiment.components(), strict=True)
    owners = {then.name: composition.owners[now.name] for then, now in pairs}
    return replace(composition, experiment=recorded, owners=owners)


def instance_of_run(
    run: RunRecord, spec: ComponentSpec, instances: Sequence[Component]
) -> Component | None:
    """Return the instance of a run's component; None if a name stands for it. Raises BadRun."""
    try:
        return None if spec.registered else find_instance(spec, instances)
    except UnknownName as error:
        raise BadRun(f"{run.shown} cannot be rebuilt: {error}") from None


def find_instance(spec: ComponentSpec, instances: Sequence[Component]) -> Component:
    """Return the instance that the spec of an unregistered component stands for.

    Raises UnknownName if it is not among `instances`.
    """
    for instance in instances:
        kind = type(instance)
        same_class = spec.name == f"{kind.__module__}:{kind.__qualname__}"
        if same_class and plain_values(instance) == current_names(
            kind, spec.parameters, spec.short_name
        ):
            return instance
    class_name = re.split(r"[.:]", spec.name)[-1]
    parameters = ", ".join(f"{name}={value!r}" for name, value in spec.parameters.items())
    raise UnknownName(
        f"{spec.name} is not registered under an entry point, so an instance of it is needed: "
        f"zookit.open_run(RUN, instances=[{class_name}({parameters})])."
    )


def compose_chosen(
    chosen: Chosen,
    settings: Settings,
    rate: Any = None,
    frozen: tuple[str, ...] = (),
    verified: Mapping[str, str] | None = None,
    *,
    repeated: bool = False,
    initial: InitialWeights | None = None,
    hashing: Callable[[Mapping[str, Path]], Mapping[str, str]] = hash_inputs,
    fetching: Callable[[Built[Dataset]], Built[Dataset]] = fetched,
) -> Composition:
    """Look up components, and check them and that they fit together.

    `rate` is the learning rate, if it is given as a number by itself, `frozen` the parts of the
    model that are not trained, and `verified` has the SHA-256 of input files that need no hashing.
    `repeated` is as in `compose_experiment`, and `initial` has the weights to start from, if any.
    `chosen` may have components that are built already,
    `hashing` may remember the files that it has hashed, and `fetching` the data sets that it has
    fetched. Raises ZookitError.
    """
    built = {kind: [build(default.of(kind), each) for each in chosen[kind]] for kind in chosen}
    if not repeated:
        built = with_new_columns(built)
    warn_of_old_names(*(each for found in built.values() for each in found))
    if Registry.optimizers not in built:
        built[Registry.optimizers] = [default.optimizers.build(DEFAULT_OPTIMIZER)]
    if rate is not None:
        built[Registry.optimizers] = [with_rate(built[Registry.optimizers][0], rate)]
    if [each.spec.changed() for each in built.get(Registry.losses, ())] == [DEFAULT_LOSS.plain()]:
        del built[Registry.losses]  # the model's own, which it equals but for the last bits
    # Last, because it may take long: other words may be wrong.
    built[Registry.datasets] = [fetching(each) for each in built[Registry.datasets]]
    check_named_once(built)
    check_columns(built.get(Registry.metrics, ()))
    experiment = replace(_experiment(built, settings), frozen=frozen)
    places: dict[str, Built[Any]] = {
        f"{kind.slot}.{at}" if kind.several else kind.slot: each
        for kind, found in built.items()
        for at, each in enumerate(found)
    }
    composition = Composition(
        experiment,
        {slot: places[slot].component for slot in experiment.slots()},
        {each.spec.name: each.owner or _source_of(each.component) for each in places.values()},
    )
    plugin_files(composition.components())  # each name stands for one file
    check_component_values(composition)
    check_rate(composition)
    check_averaging(composition)
    check_frozen(composition)
    paths, known = composition.input_paths(), verified or {}
    hashes = hashing({key: path for key, path in paths.items() if key not in known})
    input_files = {key: known[key] if key in known else hashes[key] for key in paths}
    composition = replace(composition, experiment=replace(experiment, input_files=input_files))
    return composition if initial is None else with_weights(composition, initial)


def _experiment(built: Mapping[Row, Sequence[Built[Any]]], settings: Settings) -> Experiment:
    known = {field.name for field in fields(Experiment)}
    own: dict[str, Any] = {}
    others: dict[str, ComponentSpec | tuple[ComponentSpec, ...]] = {}
    for kind, found in built.items():
        specs = tuple(each.spec for each in found)
        if kind.slot in known:
            own[kind.slot] = specs if kind.several else specs[0]
        elif specs:
            others[kind.slot] = specs if kind.several else specs[0]
    return Experiment(**own, others=others, settings=settings)


def build(group: Components[Any], given: Any) -> Built[Any]:
    """Build a component, unless it is built already. An error names a kind that has the name."""
    if isinstance(given, Built):
        return given
    try:
        return group.build(given)
    except UnknownName as error:
        error.message += _other_kind(group, given)
        if group.kind is Registry.schedules:
            error.message += " A learning rate may also be a number, such as 0.001."
        raise


def _other_kind(group: Components[Any], given: str | Words | ComponentSpec | Component) -> str:
    """Return a hint if the name belongs to another kind of component."""
    if isinstance(given, Component):
        return ""
    name = given.partition(":")[0] if isinstance(given, str) else given.name
    for other in default.components():
        if other.kind != group.kind and name in other:
            return f" {name!r} is one of the {other.kind.plural}; {other.kind.usage(name)}"
    return ""


def _source_of(component: Component) -> str:
    """Return the hash of the source code, which distinguishes unregistered components."""
    try:
        source = inspect.getsource(type(component))
    except (OSError, TypeError):
        source = uuid.uuid4().hex  # never equal to another
    return f"not registered, source {hashlib.sha256(source.encode()).hexdigest()[:16]}"
