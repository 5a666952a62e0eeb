"""The test images that a run is evaluated on: those of its own data set, or of another."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from zookit.core import (
    BadExperiment,
    BadParameter,
    ComponentSpec,
    DataError,
    Dataset,
    DatasetInfo,
    Split,
    option,
    warn,
)
from zookit.core.messages import listed
from zookit.core.source import DataRequest, SplitName
from zookit.data.dataset_info import checked_info
from zookit.data.fetching import fetched
from zookit.data.prepared import prepare
from zookit.data.split_choice import ChosenSplit, choose_split
from zookit.inference.scores import EvaluatedData
from zookit.registry import default
from zookit.registry.built import warn_of_old_names
from zookit.runs.inputs import spec_with_copies
from zookit.runs.rebuilding import rebuilding
from zookit.runs.resume_command import command_with_files
from zookit.runs.run import RunRecord
from zookit.terminal import bar

_SHOWN_NAMES = 3


@dataclass(frozen=True, eq=False)
class EvaluationData:
    """A split of a data set, by default the test split, and what the data is."""

    facts: EvaluatedData
    chosen: ChosenSplit

    @property
    def split(self) -> Split:
        """The images and labels of the chosen split."""
        return self.chosen.split


def load_evaluation_data(
    run: RunRecord,
    on: str | Dataset | None,
    request: DataRequest | None,
    *,
    split: SplitName = "test",
    found: Callable[[], None] = lambda: None,
) -> EvaluationData:
    """Load a split of a data set that fits the run's model.

    Warns if the data is not what the run was trained on, or its class names differ.

    Args:
        run: the run.
        on: the data set; by default the one that the run was trained on.
        request: full, sample or auto; by default the one recorded for the run's own data set, and
            auto for any other.
        split: the split.
        found: called once, before the images are loaded.

    Raises:
        BadExperiment: the data set has another image shape or number of classes.
        BadParameter: the data set does not have the split.
        DataError: the data set cannot be loaded. The advice is about evaluating.
    """
    if on is None:
        own_spec = spec_with_copies(run.folder, run.experiment, "dataset")
        with rebuilding(run, "dataset"):
            built = default.datasets.build(own_spec)
    else:
        built = default.datasets.build(on)
    warn_of_old_names(built)
    built = fetched(built)
    dataset, name = built.component, built.spec.short_name
    is_own = on is None or built.spec == run.experiment.dataset
    with _place_of_moved_data(run, dataset, moved=is_own):
        _check_fit(run, name, checked_info(dataset))
    usual = run.experiment.settings.data if is_own else "auto"
    prepared = prepare(dataset, request or usual, name, built.owner or "", bar, found=found)
    recorded = run.environment.data
    own = prepared.hash == recorded.hash
    if is_own and not own:
        warn(
            f"{name} is not the data that {run.name} was trained on: it is {prepared.origin} data "
            f"with the hash {prepared.hash[:8]}, but the run recorded {recorded.origin} data with "
            f"the hash {recorded.hash[:8]}. Neither its images nor results on them are the run's."
        )
    chosen = choose_split(prepared.splits, split, prepared.origin, name)
    _warn_of_other_names(run, name, dataset.info.class_names)
    size = len(chosen.split)
    facts = EvaluatedData(built.spec.words, prepared.origin, prepared.hash, own, size)
    return EvaluationData(facts, chosen)


@contextmanager
def _place_of_moved_data(run: RunRecord, dataset: Dataset, *, moved: bool) -> Iterator[None]:
    """Say what to do if the folder that a run was trained on is no longer where it was."""
    try:
        yield
    except DataError as error:
        if moved and dataset.folder is not None and not dataset.folder.exists():
            words = _words_for_another_folder(run.experiment.dataset, dataset.folder)
            owners = run.environment.owners().values()
            subject = str(run.folder) if run.installed is None else run.name
            command = command_with_files(owners, "evaluate", subject, "--on", words)
            error.message += f" {run.name} was trained on it. If you have moved it, move it back."
            here = option(command, f"evaluate({words!r})")
            error.advice = f"Or name the new folder: {here}"
        raise


def _words_for_another_folder(spec: ComponentSpec, folder: Path) -> str:
    """Return the words of a data set with FOLDER in place of the path of the folder it reads."""
    parameters = {
        name: "FOLDER" if isinstance(value, str) and _leads_to(value, folder) else value
        for name, value in spec.parameters.items()
    }
    return replace(spec, parameters=parameters).short_words


def _leads_to(path: str, folder: Path) -> bool:
    return Path(path).expanduser().absolute() == folder.expanduser().absolute()


def check_names_data(on: object) -> None:
    """Raise BadParameter if what to evaluate on is a split, or arrays with images."""
    if isinstance(on, str) and on in get_args(SplitName) and on not in default.datasets:
        own = option("zookit evaluate RUN", "run.evaluate()")
        raise BadParameter(
            f"{on!r} is a split, expected a data set. The test split of the run's own data set is "
            f"the default: {own}"
        )
    if hasattr(on, "shape") or hasattr(on, "element_spec"):
        raise BadParameter(
            f"got images of type {type(on).__name__}, expected a data set by name or as an "
            "instance. For images and labels: run.model().evaluate(images, labels)"
        )


def _check_fit(run: RunRecord, name: str, info: DatasetInfo) -> None:
    recorded = run.environment.data
    actual = _form(info.image_shape, info.class_names)
    expected = _form(recorded.image_shape, recorded.class_names)
    if actual != expected:
        raise BadExperiment(
            f"{name} has images of {actual}, but {run.name} was trained on {expected}. Choose a "
            "data set that fits."
        )


def _warn_of_other_names(run: RunRecord, name: str, class_names: Sequence[str]) -> None:
    recorded = run.environment.data.class_names
    pairs = zip(class_names, recorded, strict=True)
    differ = [f"{other!r} for {own!r}" for other, own in pairs if other != own]
    if differ:
        warn(
            f"the class names of {name} differ from those of {run.name}: "
            f"{listed(differ, _SHOWN_NAMES)}. Classes are matched by index."
        )


def _form(shape: Sequence[int], class_names: Sequence[str]) -> str:
    return f"{' x '.join(map(str, shape))} in {len(class_names)} classes"
