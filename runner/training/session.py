"""Trains a composition: data, runtime, model, run folder, loop.

A new run and a resumed one go through the same stages; they differ in where the run's folder,
environment and checkpoint come from.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from zookit.console import Console
from zookit.core import (
    Component,
    FolderError,
    Result,
    RunContext,
    Settings,
    say,
    warn,
)
from zookit.core.messages import option
from zookit.core.parameters import create
from zookit.data.source import no_choice_of_data
from zookit.runs.checkpoint import Checkpoint, load_checkpoint
from zookit.runs.environment import Environment, Runtime
from zookit.runs.inputs import copy_inputs
from zookit.runs.lock import locked
from zookit.runs.naming import run_folders
from zookit.runs.order import stamped
from zookit.runs.plugin_files import copy_plugin_files
from zookit.runs.probe import check_final_outputs
from zookit.runs.rebuilding import check_files
from zookit.runs.run import RunRecord, read_run
from zookit.runs.writer import FolderWriter, check_runs_dir, make_folder, removed_on_error
from zookit.tables import output
from zookit.training.advice import advice_before
from zookit.training.checkpoint_schedule import CheckpointSchedule
from zookit.training.checkpointing import Checkpointing
from zookit.training.compatibility import check_extension
from zookit.training.completeness import check_unchanged, why_complete
from zookit.training.composition import Composition
from zookit.training.data_checks import (
    check_before_data,
    check_class_count,
    check_expected_data,
    check_same_data,
)
from zookit.training.destinations import check_destinations
from zookit.training.feeds import Feeds
from zookit.training.fit import fit
from zookit.training.listeners import AttachedListener, Listeners
from zookit.training.loop import Loop
from zookit.training.monitoring import advice_on_modes, check_callbacks
from zookit.training.network import Network, build_network
from zookit.training.preparation import prepare_data, started_runtime
from zookit.training.progress import Display
from zookit.training.resolve import recompose
from zookit.training.run_environment import make_context, make_environment, resumed_environment
from zookit.training.state import State


@dataclass(frozen=True)
class View:
    """What the user sees during training: everything on a console, or only warnings."""

    quiet: bool = False
    console: Console | None = None

    def listeners(self) -> list[AttachedListener]:
        """Return the listener that shows the training, if it is to be shown."""
        if self.quiet:
            return []
        return [AttachedListener.attach(Display(self.console or output()), "the display")]


def train(
    composition: Composition,
    runs_dir: Path,
    listeners: Sequence[AttachedListener] = (),
    *,
    view: View,
    replay: Runtime | None = None,
    data_hash: str | None = None,
) -> Result:
    """Train and evaluate a composition, in a run folder of its own.

    `replay` is the runtime of a run that is repeated, `data_hash` that of the data it must be
    trained on. Raises ZookitError if the data, the folder or the training fails; what has been
    trained is then in the folder.
    """
    check_before_data(composition)
    _check_folders(composition, runs_dir)
    runs_dir = runs_dir.absolute()  # code of a plugin may change the current folder
    schedule = CheckpointSchedule()  # reads a variable, which may be wrong
    all_listeners = Listeners([_folder_writer(None), *view.listeners(), *listeners])
    with nullcontext() if replay is None else no_choice_of_data():
        prepared, feeds = prepare_data(composition, quiet=view.quiet)
    check_expected_data(prepared, data_hash)
    check_callbacks(composition, validation=feeds.validation is not None)
    for line in _advice(composition, feeds):
        warn(line)
    with ExitStack() as held:
        runtime = held.enter_context(started_runtime(composition, replay))
        network = build_network(composition, prepared, feeds, runtime, all_listeners, replay)
        now = datetime.now(UTC)
        environment = stamped(
            make_environment(composition, network, prepared, feeds, listeners),
            run_folders(runs_dir)[0][-1:],  # the others come before it
            now,
        )
        folder = make_folder(runs_dir, environment.identity, now)
        paths, recorded = composition.input_paths(), composition.experiment.input_files
        with removed_on_error(folder):
            copy_inputs(paths, {key: recorded[key] for key in paths}, folder)
            if composition.initial is not None:
                composition.initial.save(folder)
            copy_plugin_files(composition.components(), folder)
        held.enter_context(locked(folder))
        run = make_context(network, environment, folder)
        return fit(_loop(run, environment, network, feeds, all_listeners, schedule, None))


def resume(
    record: RunRecord,
    listeners: Sequence[AttachedListener] = (),
    *,
    epochs: int | None = None,
    view: View,
    instances: Sequence[Component] = (),
    allow_writes: bool = False,
) -> Result | None:
    """Continue a run in its folder, up to its own number of epochs or to `epochs`.

    On the same machine with the same packages, the result equals that of a run that was never
    stopped, to the last bit. `instances` are the components that no entry point names. Returns None
    if the run is already complete.

    Raises ZookitError if the run is damaged or cannot be rebuilt, a file with its components
    was edited, its data is not available, another process is writing it, or it has more epochs
    already; and FolderError if it writes outside its folder, unless `allow_writes`.
    """
    if epochs is not None:
        epochs = create(Settings, {"epochs": epochs}, "resume").epochs
    with locked(record.folder):
        record = read_run(record.folder)  # it may have changed before it was locked
        check_unchanged(record)
        checkpoint = load_checkpoint(record)
        complete = why_complete(record, checkpoint, epochs)
        if complete:
            say(f"{record.name} is already complete: {complete}")
            return None
        if checkpoint is None:
            report = warn if record.epochs else say
            report(f"{record.name} has no checkpoint, so it starts from the beginning.")
        experiment = record.experiment
        if epochs is not None:
            experiment = experiment.with_settings(epochs=epochs)
        composition = recompose(record, experiment, instances)
        check_files(record, composition.owners, epochs)
        check_destinations(composition, record.folder, allowed=allow_writes)
        check_extension(record, composition)
        return _continue(record, checkpoint, composition, listeners, view)


def _continue(
    record: RunRecord,
    checkpoint: Checkpoint | None,
    composition: Composition,
    listeners: Sequence[AttachedListener],
    view: View,
) -> Result:
    check_class_count(composition)
    schedule = CheckpointSchedule()
    all_listeners = Listeners([_folder_writer(checkpoint), *view.listeners(), *listeners])
    with no_choice_of_data():
        prepared, feeds = prepare_data(composition, quiet=view.quiet)
    check_same_data(record, prepared, composition.dataset.info)
    replay = record.environment.runtime
    with started_runtime(composition, replay) as runtime:
        network = build_network(
            composition, prepared, feeds, runtime, all_listeners, replay, checkpoint
        )
        now = make_environment(composition, network, prepared, feeds, listeners)
        if checkpoint is not None:  # otherwise it trains from its first weights
            check_final_outputs(record, network.model, now)
        environment = resumed_environment(record, composition.experiment, now, checkpoint)
        run = make_context(network, environment, record.folder)
        loop = _loop(run, environment, network, feeds, all_listeners, schedule, checkpoint)
        return fit(loop)


def _check_folders(composition: Composition, runs_dir: Path) -> None:
    check_runs_dir(runs_dir)
    folder = composition.dataset.folder
    if folder is not None and runs_dir.resolve().is_relative_to(folder.resolve()):
        raise FolderError(
            f"the runs folder {runs_dir} is inside the data folder {folder}, so runs would be read "
            f"as data. Choose another folder with {option('--runs-dir', 'runs_dir')}."
        )


def _advice(composition: Composition, feeds: Feeds) -> Iterator[str]:
    experiment = composition.experiment
    names = [spec.short_name for spec in experiment.callbacks]
    yield from advice_on_modes(names, composition.callbacks, composition.metrics)
    yield from advice_before(feeds, experiment.settings, composition.dataset.info.class_names)


def _folder_writer(checkpoint: Checkpoint | None) -> AttachedListener:
    position = checkpoint and checkpoint.position
    writer = FolderWriter(position.logged(), position.seconds) if position else FolderWriter()
    return AttachedListener.attach(writer, "the run's folder", essential=True)


def _loop(
    run: RunContext,
    environment: Environment,
    network: Network,
    feeds: Feeds,
    listeners: Listeners,
    schedule: CheckpointSchedule,
    checkpoint: Checkpoint | None,
) -> Loop:
    state = State.of(checkpoint)
    network.run_files.folder = run.folder
    checkpointing = Checkpointing(
        folder=run.folder,
        identity_without_epochs=environment.identity_without_epochs,
        model=network.model,
        callbacks=network.callbacks,
        names=[spec.short_name for spec in run.experiment.callbacks],
        state=state,
        schedule=schedule,
        resumed=checkpoint,
    )
    return Loop(
        run=run,
        program=network.program,
        feeds=feeds,
        callbacks=network.callbacks,
        listeners=listeners,
        checkpointing=checkpointing,
        state=state,
        freezing=network.freezing,
        run_files=network.run_files,
    )
