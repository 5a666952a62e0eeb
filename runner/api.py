"""The public functions of zookit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from zookit.arguments import (
    IMAGES_AND_LABELS,
    components_of,
    instances_of,
    missing_of_data,
    model_name_of,
    path_of,
    run_name_of,
)
from zookit.core import (
    Architecture,
    BadParameter,
    Callback,
    Component,
    Dataset,
    DatasetInfo,
    Splits,
    TrainingKeywords,
    warn,
)
from zookit.core.errors import quoted
from zookit.core.source import DataOrigin, DataRequest
from zookit.leaderboard.leaderboard import Leaderboard, leaderboard, leaderboard_of
from zookit.remote.read_anywhere import read_anywhere
from zookit.run_object import Listeners, Run, open_folder
from zookit.runs.listing import list_summaries
from zookit.runs.models import open_model as read_model
from zookit.runs.naming import LATEST, read_runs, warn_if_changed
from zookit.runs.run import EXPERIMENT
from zookit.terminal import messages_shown

if TYPE_CHECKING:
    from zookit.training.composition import Composition
    from zookit.training.session import View


@dataclass(frozen=True, eq=False, repr=False)
class LoadedData:
    """A data set's images, and what is known about them.

    `origin` is "full", "local" or "sample"; `hash` is the SHA-256 of the images and labels.
    """

    name: str
    info: DatasetInfo
    splits: Splits
    origin: DataOrigin
    hash: str

    def __repr__(self) -> str:
        """Return the name, the origin and the sizes in one line."""
        sizes = ", ".join(f"{len(s):,} {name}" for name, s in self.splits.by_name().items())
        shape = " x ".join(map(str, self.info.image_shape))
        return f"<{self.name} ({self.origin}): {sizes} images {shape}>"

    if not TYPE_CHECKING:  # so that checkers refuse what does not exist

        def __getattr__(self, name: str) -> None:
            raise missing_of_data(name)

        def __iter__(self) -> None:
            raise TypeError(f"a loaded data set is no tuple. {IMAGES_AND_LABELS}")

        def __getitem__(self, name: object) -> None:
            raise TypeError(f"a loaded data set has no [{name!r}]. {IMAGES_AND_LABELS}")

    def _repr_html_(self) -> str:
        from zookit.core.contact_sheet import sheet_of
        from zookit.core.html import paragraph

        sheet = sheet_of(self.splits.by_name(), self.info.class_names)
        return f"{paragraph(repr(self)[1:-1])}{sheet}"


def run(
    dataset: str | Dataset,
    architecture: str | Architecture,
    callbacks: str | Callback | Iterable[str | Callback] = (),
    *,
    listeners: Listeners = (),
    runs_dir: str | Path = "runs",
    quiet: bool = False,
    **settings: Unpack[TrainingKeywords],
) -> Run:
    """Train an architecture on a data set and evaluate it, as `zookit run` does.

    Args:
        dataset: a name, words such as `"image_folder:path=photos"`, or an instance.
        architecture: a name, words or an instance.
        callbacks: one callback or several.
        listeners: one listener or several, in addition to those in ZOOKIT_WITH.
        runs_dir: the folder to create the run in.
        quiet: show only warnings.
        **settings: epochs, batch_size, optimizer, ...: see `zookit.core.TrainingKeywords`.

    Returns:
        The run. Its `status` is "interrupted" after Ctrl-C.

    Raises:
        ZookitError: the run cannot be started, or its training fails. The message says what to do.
    """
    from zookit.training.resolve import compose
    from zookit.training.session import View

    with messages_shown(quiet):
        composition = compose(
            dataset,
            architecture,
            components_of(callbacks, "callbacks"),
            settings,
            path_of(runs_dir, "runs_dir"),
        )
        for component in composition.unregistered():
            warn(
                f"{type(component).__name__} is not registered under an entry point, so this run "
                "can only be rebuilt with an instance of it: zookit.open_run(..., "
                f"instances=[{type(component).__name__}(...)])."
            )
        return train(composition, listeners=listeners, runs_dir=runs_dir, view=View(quiet))


def train(
    composition: "Composition",
    *,
    listeners: Listeners,
    runs_dir: str | Path,
    view: "View",
) -> Run:
    """Train a composition, shown as `view` asks for. Raises ZookitError."""
    from zookit.training import session  # brings NumPy in, which composing does not need
    from zookit.training.listeners import select_listeners

    attached = select_listeners(components_of(listeners, "listeners"))
    result = session.train(composition, path_of(runs_dir, "runs_dir"), attached, view=view)
    return open_folder(result.folder, composition.unregistered())


def open_run(
    run: str | Path, runs_dir: str | Path = "runs", *, instances: Sequence[Component] = ()
) -> Run:
    """Open a run, and warn if its files contradict each other.

    Args:
        run: the run's folder, the start of its name or of its hash in `runs_dir`, "latest", the
            name of an installed model, or the address of a run that was pushed.
        runs_dir: the folder that holds the runs.
        instances: the components of the run that no entry point names.

    Raises:
        BadRun: there is no such run, more than one, or it is damaged.
    """
    opened = find_and_open(run, runs_dir, instances)
    with messages_shown(quiet=False):
        warn_if_changed(opened)
    return opened


def open_model(name: str) -> Run:
    """Open an installed model, which is a run that nothing changes.

    Args:
        name: the model's name, or `distribution/name`.

    Raises:
        UnknownName: no model of that name is installed, or it is blocked.
        AmbiguousName: several packages have a model of that name.
        BrokenPlugin: the package is damaged, is not installed as files, or does not have a run
            that this version of zookit can read.
    """
    return Run(**vars(read_model(model_name_of(name))))


def find_and_open(
    run: str | Path, runs_dir: str | Path, instances: Sequence[Component] = ()
) -> Run:
    """Open a run as `open_run` does, but without a warning; resuming it raises an error instead."""
    record = read_anywhere(run_name_of(run), path_of(runs_dir, "runs_dir"))
    return Run(**vars(record), instances=instances_of(instances))


def list_runs(runs_dir: str | Path = "runs") -> list[Run]:
    """Return all runs in a folder, oldest first; warn about those that cannot be read.

    Raises BadRun if the folder itself cannot be read.
    """
    with messages_shown(quiet=False):
        return [Run(**vars(record)) for record in read_runs(path_of(runs_dir, "runs_dir"))]


def resume(
    run: str | Path,
    epochs: int | None = None,
    *,
    listeners: Listeners = (),
    runs_dir: str | Path = "runs",
    quiet: bool = False,
    allow_writes: bool = False,
) -> Run:
    """Continue a run that was stopped, or train a finished one further.

    `run` is chosen as by `open_run`; for the rest see `Run.resume`.
    """
    opened = find_and_open(run, runs_dir)
    return opened.resume(epochs, listeners=listeners, quiet=quiet, allow_writes=allow_writes)


def compare(runs: Iterable[Run] | str | Path = "runs", by: str = "accuracy") -> Leaderboard:
    """Return the leaderboard of runs, or of all runs in a folder.

    Args:
        runs: the runs, or the folder that holds them.
        by: what ranks them: "accuracy", "loss", or a metric that they measured.

    Raises:
        BadRun: the folder cannot be read.
        BadParameter: `runs` are not runs, or none of them has measured `by`.
    """
    if isinstance(runs, str | Path):
        if str(runs) == LATEST or (Path(runs) / EXPERIMENT).is_file():
            raise BadParameter(
                f"compare: {str(runs)!r} is a run, expected a folder of runs or a list of runs. "
                f"Write zookit.compare([zookit.open_run({str(runs)!r})])."
            )
        return compare_folder(runs, by)
    return leaderboard(_runs_of(runs), by)


def compare_folder(runs_dir: str | Path, by: str) -> Leaderboard:
    """Return the leaderboard of all runs in a folder; it reads a run when it is asked for it."""
    with messages_shown(quiet=False):
        runs = list_summaries(path_of(runs_dir, "runs_dir"))
    return leaderboard_of(runs, by, open_folder)


def _runs_of(given: object) -> list[Run]:
    """Return runs as a list. Raises BadParameter for anything else."""
    found = list(given) if isinstance(given, Iterable) else []
    if isinstance(given, Iterable) and all(isinstance(each, Run) for each in found):
        return found
    if isinstance(given, Run):
        advice = "To rank a single run: zookit.compare([run])"
    elif found and all(isinstance(each, str | Path) for each in found):
        advice = "To open runs: zookit.compare([zookit.open_run(name) for name in names])"
    else:
        advice = "To open a run: zookit.open_run(NAME)"
    raise BadParameter(
        f"compare: runs must be a list of runs, or one folder of runs, got {quoted(given)}. "
        f"{advice}"
    )


def load_data(dataset: str | Dataset, data: DataRequest = "auto") -> LoadedData:
    """Load a data set, memory-mapped; download and prepare it first if necessary.

    Args:
        dataset: a name, words or an instance.
        data: "full", "sample", or "auto" for the full set if it is available.

    Returns:
        The images by split: `splits.train`, `splits.test` and, if the data set has one,
        `splits.validation`. The sample numbers its images differently from the full set. The arrays
        are read-only; `images.copy()` is not.

    Raises:
        BadParameter: `data` is something else.
        DataError: the data is not available or damaged.
        ZookitError: there is no such data set, or its parameters are not valid.
    """
    from zookit.data.prepared import prepare_named
    from zookit.data.source import data_request
    from zookit.terminal import bar

    with messages_shown(quiet=False):
        built, prepared = prepare_named(dataset, data_request(data, "load_data"), bar)
    return LoadedData(
        built.spec.words, built.component.info, prepared.splits, prepared.origin, prepared.hash
    )
