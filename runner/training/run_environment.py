"""The environment of a run, new or resumed, and what its listeners receive."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from zookit.core import Augmentation, Component, ComponentSpec, Experiment, Metric, RunContext, warn
from zookit.core.old_names import former_names_of, renames_of
from zookit.data.prepared import Prepared
from zookit.inference.border import usual_border
from zookit.modeling.description import describe
from zookit.modeling.runtime import versions
from zookit.registry.blame import entry_of
from zookit.registry.code import code_hash
from zookit.runs.checkpoint import Checkpoint
from zookit.runs.environment import (
    Data,
    Environment,
    InstalledComponent,
    Resumption,
    identity_without_epochs,
)
from zookit.runs.environment_diff import environment_diff
from zookit.runs.run import RunRecord
from zookit.training.composition import Composition
from zookit.training.feeds import Feeds
from zookit.training.initial_weights import taken_weights
from zookit.training.listeners import AttachedListener
from zookit.training.network import Network


def make_environment(
    composition: Composition,
    network: Network,
    prepared: Prepared,
    feeds: Feeds,
    listeners: Sequence[AttachedListener],
) -> Environment:
    """Return the environment of a new run."""
    experiment, info, owners = network.experiment, composition.dataset.info, composition.owners
    return Environment(
        identity=experiment.identity(prepared.hash, owners),
        group=experiment.group().identity(prepared.hash, owners),
        identity_without_epochs=identity_without_epochs(experiment, prepared.hash, owners),
        versions=versions(),
        components=tuple(
            _installed(spec, component, owners[spec.name])
            for spec, component in zip(
                experiment.components(), composition.components(), strict=True
            )
        ),
        listeners=tuple(each.full_name for each in listeners if each.full_name),
        runtime=network.runtime,
        data=Data(
            prepared.origin,
            prepared.hash,
            info.image_shape,
            info.class_names,
            feeds.sizes(),
            prepared.splits.left_out,
            usual_border(prepared.splits.train.images),
            {**prepared.duplicates, **({"validation": feeds.left_out} if feeds.left_out else {})},
        ),
        parameters=network.freezing.parameters(),
        initial_weights=taken_weights(composition),
    )


def resumed_environment(
    record: RunRecord, experiment: Experiment, now: Environment, checkpoint: Checkpoint | None
) -> Environment:
    """Return the run's environment with this resumption; warn if the two environments differ."""
    then = record.environment
    differences = environment_diff(then, now)
    if differences:
        warn(
            f"{record.name} was started in another environment ({'; '.join(differences)}), so the "
            "result may differ from that of an uninterrupted run."
        )
    at = (checkpoint.position.epochs, checkpoint.position.steps) if checkpoint else (0, 0)
    resumptions = (*then.resumptions, Resumption(*at, differences))
    return replace(then, resumptions=resumptions).of(experiment)


def make_context(network: Network, environment: Environment, folder: Path) -> RunContext:
    """Return the context that listeners receive when the run starts."""
    # Runs of earlier versions do not have them.
    parameters = environment.parameters or network.freezing.parameters()
    summary: Mapping[str, str] = describe(
        network.experiment,
        replace(environment, runtime=network.runtime, parameters=parameters),
        learning_rate=float(network.model.optimizer.learning_rate),
    )
    return RunContext(network.experiment, folder, summary, environment.plain())


def _installed(spec: ComponentSpec, component: Component, owner: str) -> InstalledComponent:
    kind: type = type(component)
    entry = entry_of(component)
    return InstalledComponent(
        spec.name,
        owner,
        defaulted=tuple(sorted(spec.defaulted)),
        code=code_hash(kind) if spec.registered else "",
        renamed=renames_of(kind),
        formerly=former_names_of(kind),
        now="" if entry is None or entry.full_name == spec.name else entry.full_name,
        higher_is_better=component.higher_is_better if isinstance(component, Metric) else None,
        mixes_labels=isinstance(component, Augmentation) and component.mixes_labels,
    )
