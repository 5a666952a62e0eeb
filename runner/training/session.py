"""Training a composition, anew or from where a kept run stands: data, engine, model, folder."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from rich.console import Console

from zookit.core import (
    BadExperiment,
    BadParameter,
    BadRun,
    BrokenPlugin,
    Experiment,
    FolderError,
    Result,
    RunContext,
    Settings,
    ZookitError,
    say,
    warn,
)
from zookit.core.data import hold_out, silent
from zookit.core.parameters import create
from zookit.data.prepared import Prepared, prepare
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.runtime import engine, memory_told, versions
from zookit.modeling.tensorflow_import import importing_keras
from zookit.runs.checkpoint import Checkpoint, load_checkpoint
from zookit.runs.environment import Engine, Environment, Resumption
from zookit.runs.environment_diff import differences
from zookit.runs.lock import locked
from zookit.runs.run import CHECKPOINT, EVALUATION, WEIGHTS, RunRecord, read_run
from zookit.runs.writer import FolderWriter, check_runs_dir, make_folder
from zookit.terminal import bar, waiting
from zookit.training.batches import Batches, balanced_weights
from zookit.training.checkpoint_schedule import Pace
from zookit.training.listeners import Listeners, Listening
from zookit.training.loop import Feeds, Training, built
from zookit.training.multi_step import FusedSteps, steps_at_once
from zookit.training.progress import Display
from zookit.training.resolve import Composition, compose
from zookit.training.summary import components, composed, data

_FEWEST_CLASSES = 2


def train(
    composition: Composition,
    runs_dir: Path,
    listening: Sequence[Listening] = (),
    *,
    quiet: bool = False,
    console: Console | None = None,
    alone: bool = False,
    replay: Engine | None = None,
) -> Result:
    """Train, evaluate and keep a composition.

    `listening` are those that listen beside the run's folder and the display; `alone` says that
    nothing else in this process uses TensorFlow; `replay` is the engine of a run that is repeated.

    Raises ZookitError where the data, the folder or the training fail; what there is of the run
    has then been kept.
    """
    check_runs_dir(runs_dir)
    pictures = composition.dataset.folder
    if pictures is not None and runs_dir.resolve().is_relative_to(pictures.resolve()):
        raise FolderError(
            f"runs would be kept in {runs_dir}, among the data in {pictures}, and then be read as "
            "data. Name another folder with --runs-dir."
        )
    showing = _display(console, quiet=quiet)
    began = _New(runs_dir, replay)
    return _trained(composition, began, [*showing, *listening], quiet=quiet, alone=alone)


def resume(
    run: RunRecord,
    listening: Sequence[Listening] = (),
    *,
    epochs: int | None = None,
    quiet: bool = False,
    console: Console | None = None,
    alone: bool = False,
) -> Result | None:
    """Go on with a kept run, in its folder, to its own number of epochs or another.

    The end is that of a run that was never stopped, to the last bit, where machine, packages and
    settings are the same. None where nothing is left to do, which is said.

    Raises ZookitError: the run cannot be rebuilt or is damaged, its data is not to be had, another
    process is writing it, or it has more epochs already.
    """
    if epochs is not None:
        epochs = create(Settings, {"epochs": epochs}, "resume").epochs
    with locked(run.folder):
        for leftover in run.folder.glob(".*.aside"):  # of a process that was killed
            with suppress(OSError):
                leftover.unlink()
        run = read_run(run.folder)  # it may have gone on until the lock was ours
        check_unchanged(run)
        checkpoint = load_checkpoint(run)
        nothing = _nothing_left(run, checkpoint, epochs)
        if nothing:
            say(f"{run.name} {nothing}")
            return None
        if checkpoint is None:
            tell = warn if run.epochs else say
            tell(f"{run.name} has no checkpoint, so it begins anew.")
        experiment = run.experiment if epochs is None else run.experiment.with_epochs(epochs)
        showing = _display(console, quiet=quiet)
        began = _Resumed(run, checkpoint, experiment.settings.epochs)
        return _trained(
            recomposed(run, experiment), began, [*showing, *listening], quiet=quiet, alone=alone
        )


def recomposed(run: RunRecord, experiment: Experiment | None = None) -> Composition:
    """A kept run's experiment, or another of its, with the components. Raises BadRun.

    The experiment stays as it is: what a later version of a package takes besides is not in it.
    """
    chosen = experiment or run.experiment
    try:
        made = compose(chosen.dataset, chosen.architecture, chosen.callbacks, chosen.settings)
        # A distribution may write its name otherwise now.
        pairs = zip(chosen.components(), made.experiment.components(), strict=True)
        owners = {then.name: made.owners[now.name] for then, now in pairs}
        return replace(made, experiment=chosen, owners=owners)
    except ZookitError as error:
        raise BadRun(f"{run.folder} cannot be rebuilt: {error}") from error


def check_unchanged(run: RunRecord) -> None:
    """Raise BadRun where its files are not those of one run."""
    if run.contradiction:
        raise BadRun(
            f"{run.folder}: {run.contradiction} To run a changed experiment: zookit run --from "
            "experiment.toml."
        )


def _nothing_left(run: RunRecord, checkpoint: Checkpoint | None, epochs: int | None) -> str:
    """Why nothing is left to do, where that is so."""
    done = 0 if checkpoint is None else checkpoint.position.epochs
    begun = checkpoint is not None and checkpoint.position.steps > 0
    if epochs is not None and epochs < done + begun:
        next_one = f" and a part of epoch {done + 1}" if begun else ""
        lost = f" ({run.epochs - done} more are not in its checkpoint)" if run.epochs > done else ""
        raise BadParameter(
            f"{run.name} has {done} epochs{next_one} already{lost}, more than --epochs {epochs}. "
            f"Ask for at least {done + begun}."
        )
    if run.ending is None or run.ending.status != "finished":
        return ""
    if checkpoint is None:
        raise BadRun(
            f"{run.folder} has no {CHECKPOINT}, so it cannot be gone on with. Take the file from a "
            "copy of the run, or run the experiment again."
        )
    if not all((run.folder / name).exists() for name in (WEIGHTS, EVALUATION)):
        return ""  # they are made anew
    if checkpoint.position.stopped:
        return f"needs nothing: a callback ended it after epoch {done}, and would do so again."
    if (epochs or run.experiment.settings.epochs) <= done:
        return f"needs nothing: it is finished, with {done} epochs. More of them: --epochs N."
    return ""


@dataclass(frozen=True, eq=False)
class _New:
    """A run that begins, in a folder that is made for it."""

    runs_dir: Path
    replay: Engine | None
    checkpoint: Checkpoint | None = None

    def check(self, prepared: Prepared) -> None:
        """Any data will do."""

    def writer(self) -> FolderWriter:
        return FolderWriter()

    def owners(self, composition: Composition) -> Mapping[str, str]:
        return composition.owners

    def environment(self, now: Environment) -> Environment:
        return now

    def folder(self, held: ExitStack, identity: str) -> Path:
        folder = make_folder(self.runs_dir, identity, datetime.now().astimezone())
        held.enter_context(locked(folder))
        return folder


@dataclass(frozen=True, eq=False)
class _Resumed:
    """A kept run that goes on, in its own folder, which is locked already."""

    run: RunRecord
    checkpoint: Checkpoint | None
    epochs: int

    @property
    def replay(self) -> Engine:
        return self.run.environment.engine

    def check(self, prepared: Prepared) -> None:
        """Raise BadRun where the data is other data now."""
        known = self.run.environment.data
        if prepared.hash != known.hash:
            raise BadRun(
                f"{self.run.folder} was trained on data with the hash {known.hash[:16]} "
                f"({known.origin}), but what is here has {prepared.hash[:16]} ({prepared.origin}). "
                "Bring that data back, or run the experiment again."
            )

    def writer(self) -> FolderWriter:
        if self.checkpoint is None:
            return FolderWriter()
        return FolderWriter(self.checkpoint.position.history, self.checkpoint.position.seconds)

    def owners(self, composition: Composition) -> Mapping[str, str]:
        """As they were at the beginning, so that the identity stays what it was."""
        del composition
        return self.run.environment.owners()

    def environment(self, now: Environment) -> Environment:
        """What the run began with, and that it goes on; warns where something is different now."""
        then = self.run.environment
        other = differences(then, now)
        if other:
            warn(
                f"{self.run.name} began otherwise ({'; '.join(other)}), so its end may differ from "
                "that of a run that was never stopped."
            )
        position = None if self.checkpoint is None else self.checkpoint.position
        at = (0, 0) if position is None else (position.epochs, position.steps)
        return replace(
            then,
            identity=self.run.identity(epochs=self.epochs),
            group=self.run.identity(epochs=self.epochs, seed=0),
            resumed=(*then.resumed, Resumption(*at, other)),
        )

    def folder(self, held: ExitStack, identity: str) -> Path:
        del held, identity
        return self.run.folder


def _display(console: Console | None, *, quiet: bool) -> list[Listening]:
    return [] if quiet else [Listening.to(Display(console or Console()), "the display")]


def _trained(
    composition: Composition,
    began: _New | _Resumed,
    listening: Sequence[Listening],
    *,
    quiet: bool,
    alone: bool,
) -> Result:
    pace = Pace()  # a variable that says no number is told first
    settings = composition.experiment.settings
    info = composition.dataset.info
    if len(info.class_names) < _FEWEST_CLASSES:
        raise BrokenPlugin(
            f"{composition.experiment.dataset.short_name} has {len(info.class_names)} class, "
            "expected two or more to tell apart. Tell that package's author."
        )
    writer = Listening.to(began.writer(), "the run's folder", essential=True)
    listeners = Listeners([writer, *listening])
    preference = composition.architecture.preference(info.image_shape, settings.batch_size)
    with importing_keras() as importing:
        prepared = prepare(
            composition.dataset,
            settings.data,
            composition.experiment.dataset.short_name,
            composition.owners.get(composition.experiment.dataset.name, ""),
            silent if quiet else bar,
            found=importing.start,
        )
        with waiting("starting TensorFlow", quiet=quiet):
            importing.wait()
    began.check(prepared)
    feeds = _feeds(prepared, settings, info.class_names)
    with ExitStack() as running:
        started = running.enter_context(
            engine(settings, preference, alone=alone, replay=began.replay)
        )
        running.enter_context(memory_told())
        experiment = _resolved(composition.experiment, prepared, started)
        model = build_model(info, composition.architecture, experiment.settings)
        compile_model(model, info, experiment.settings)
        # On a CPU Keras's own choice is no XLA.
        xla = started.xla or (began.replay is None and model.jit_compile)
        steps = _steps(composition, listeners, feeds.train, began, xla=xla)
        fused = FusedSteps(model, feeds.train, steps, xla=xla)
        if began.checkpoint is None:
            composition.architecture.pretrained(model)
        callbacks = built(composition.callbacks)  # one that cannot be leaves no folder behind
        owners = began.owners(composition)
        now = Environment(
            experiment.identity(prepared.hash, owners),
            experiment.group(prepared.hash, owners),
            experiment.with_epochs(1).identity(prepared.hash, owners),
            versions(),
            components(composition),
            tuple(one.full_name for one in listening if one.full_name),
            replace(started, xla=xla, steps_per_execution=steps),
            data(prepared, info, feeds.sizes()),
        )
        environment = began.environment(now)
        run = RunContext(
            experiment,
            began.folder(running, environment.identity),
            composed(composition, prepared.origin, feeds.sizes(), model, now.engine),
            environment.plain(),
        )
        return Training(
            run,
            environment.training,
            callbacks,
            model,
            feeds,
            fused,
            listeners,
            pace,
            began.checkpoint,
        ).result()


def _steps(
    composition: Composition,
    listeners: Listeners,
    train: Batches,
    began: _New | _Resumed,
    *,
    xla: bool,
) -> int:
    """Steps in one execution; so many that a checkpoint within an epoch lies between two."""
    import keras

    every_batch = listeners.every_batch or any(
        callback.every_batch for callback in composition.callbacks
    )
    # Where a program has told Keras to go through so many steps only, it means single ones.
    if every_batch or keras.config.max_steps_per_epoch() is not None:
        return 1
    if began.replay is None:
        return steps_at_once(train, xla=xla)
    most = max(1, min(began.replay.steps_per_execution, train.whole))
    done = 0 if began.checkpoint is None else began.checkpoint.position.steps
    return max(steps for steps in range(1, most + 1) if done % steps == 0)


def _feeds(prepared: Prepared, settings: Settings, names: Sequence[str]) -> Feeds:
    splits = prepared.splits
    chosen = None
    validation = None
    if splits.validation is not None:
        validation = Batches(splits.validation, settings.batch_size)
    if settings.validation:
        if splits.validation is not None:
            raise BadExperiment(
                "the data set has a validation split of its own; leave --validation out."
            )
        chosen, held = hold_out(splits.train.labels, settings.validation, settings.seed, names)
        validation = Batches(splits.train, settings.batch_size, chosen=held)
    labels = splits.train.labels if chosen is None else splits.train.labels[chosen]
    weights = balanced_weights(labels, len(names)) if settings.class_weights else None
    train = Batches(
        splits.train, settings.batch_size, chosen=chosen, seed=settings.seed, weights=weights
    )
    return Feeds(train, validation, Batches(splits.test, settings.batch_size))


def _resolved(experiment: Experiment, prepared: Prepared, started: Engine) -> Experiment:
    """The experiment with what auto has come to, so that a repetition takes the same."""
    data: Literal["full", "sample"] = "sample" if prepared.origin == "sample" else "full"
    settings = replace(experiment.settings, data=data, precision=started.precision)
    return replace(experiment, settings=settings)
