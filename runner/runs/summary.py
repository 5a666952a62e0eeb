"""What listing and comparing need of a run: a few plain values, instead of its whole folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zookit.core import Experiment
from zookit.runs.environment import Data, InstalledComponent
from zookit.runs.run import RunRecord, RunStatus


@dataclass(frozen=True, eq=False, slots=True)
class Recipe:
    """What runs of one experiment with different seeds and threads have in common.

    `experiment` is without seed and threads. `components` is where its components came from,
    `logged` has the names of the values in the history. Many runs share one recipe.
    """

    experiment: Experiment
    components: tuple[InstalledComponent, ...]
    data: Data
    logged: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class RunSummary:
    """A run in the folder `parent`, summarized.

    `training_accuracy` and `validation_accuracy` are the last values of the history, `seconds` the
    duration of all epochs. `last_epoch` and `test` are those of the run's `Ending`, and empty
    before the run has ended. `identity` and `group` are those that the run recorded.
    """

    parent: Path
    name: str
    recipe: Recipe
    status: RunStatus
    epochs: int
    seconds: float
    training_accuracy: float | None
    validation_accuracy: float | None
    seed: int
    threads: int | None
    started: str
    identity: str
    group: str
    last_epoch: Mapping[str, float]
    test: Mapping[str, float]

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.parent / self.name

    @property
    def experiment(self) -> Experiment:
        """The whole experiment, with seed and threads."""
        return self.recipe.experiment.with_settings(seed=self.seed, threads=self.threads)

    @property
    def owners(self) -> dict[str, str]:
        """Each component's owner by its full name."""
        return {each.name: each.owner for each in self.recipe.components}


@dataclass(frozen=True, eq=False, slots=True)
class CheckedSummary:
    """A summary, and whether the run's files belong together.

    `contradiction` is that of `RunRecord`. `cell` is computed from the files, see `cell_of`.
    `original` is true if the recorded identity is that of the experiment in the folder, so that
    the run may stand for it.
    """

    run: RunSummary
    contradiction: str
    cell: str
    original: bool


def cell_of(experiment: Experiment, data_hash: str) -> str:
    """Return the identity of an experiment on its data, whoever owns its components.

    Experiments that differ in the owners' versions or in threads share it; those that differ in
    the seed do not.
    """
    return experiment.with_settings(threads=None).identity(data_hash, {})


def summary_of(record: RunRecord) -> RunSummary:
    """Return the summary of a run that was read.

    That of an installed model has the model's folder as `parent`, which no other model has.
    """
    experiment, environment, ending = record.experiment, record.environment, record.ending
    last = {name: values[-1] for name, values in record.history.items() if values}
    return RunSummary(
        parent=record.folder.parent if record.installed is None else record.folder,
        name=record.name,
        recipe=Recipe(
            experiment.group(), environment.components, environment.data, tuple(record.history)
        ),
        status=record.status,
        epochs=record.epochs,
        seconds=sum(record.seconds),
        training_accuracy=last.get("accuracy"),
        validation_accuracy=last.get("val_accuracy"),
        seed=experiment.settings.seed,
        threads=experiment.settings.threads,
        started=environment.started,
        identity=environment.identity,
        group=environment.group,
        last_epoch={} if ending is None else ending.last_epoch,
        test={} if ending is None else ending.test,
    )


def checked_summary_of(record: RunRecord) -> CheckedSummary:
    """Return the summary of a run that was read, and whether its files belong together."""
    experiment, environment = record.experiment, record.environment
    contradiction = record.contradiction
    return CheckedSummary(
        run=summary_of(record),
        contradiction=contradiction,
        cell=cell_of(experiment, environment.data.hash),
        original=not contradiction and record.identity(experiment) == environment.identity,
    )
