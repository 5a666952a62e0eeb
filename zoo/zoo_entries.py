"""The entries of the zoo: an experiment, and what it reached, in a TOML file each."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Annotated, Any, ClassVar

import tomli_w
from annotated_types import Ge, Le, Len
from pydantic import ConfigDict, TypeAdapter, ValidationError

from zookit.core import BadExperiment, Experiment, UnknownName, did_you_mean
from zookit.core.data.writing import written_aside
from zookit.core.errors import reason_of
from zookit.core.reading import parse_toml, read_text_bounded

ROOT = Path(__file__).resolve().parent
ENTRIES = ROOT / "entries"
_LARGEST = 1_000_000
"""The largest file of an entry, in bytes."""

Share = Annotated[float, Ge(0), Le(1)]
Sha256 = Annotated[str, Len(64, 64)]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one seed reached: accuracies on test and validation images, and the weights' SHA-256.

    `seconds` is the time of all epochs.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    seed: Annotated[int, Ge(0)]
    accuracy: Share
    val_accuracy: Share | None = None
    seconds: Annotated[float, Ge(0)]
    weights: Sha256


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What produced the results: versions, processor and data.

    `data` is the SHA-256 of the images and labels. `parameters` counts those of the model, `size`
    is that of its weights' file in bytes.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    zookit: str
    tensorflow: str
    keras: str
    numpy: str
    python: str
    processor: str
    data: Sha256
    parameters: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published accuracy on the whole test set, where it stands, and what differs there."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    accuracy: Share
    source: str
    differs: str


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """The outcome of training the recipe of a seed again: the SHA-256 of the weights then."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    seed: Annotated[int, Ge(0)]
    weights: Sha256
    accuracy: Share
    seconds: Annotated[float, Ge(0)]
    date: str
    versions: str


@dataclass(frozen=True, kw_only=True)
class Notes:
    """The table `notes` of an entry.

    `data` names the data set on the page and groups the entries. `estimate` is roughly how
    many seconds one seed takes. A bundled entry is a model that comes with zookit.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    data: str
    seeds: Annotated[tuple[int, ...], Len(1)]
    estimate: Annotated[float, Ge(0)]
    bundled: bool = False
    published: Published | None = None
    results: tuple[Result, ...] = ()
    origin: Origin | None = None
    repetition: Repetition | None = None


_NOTES = TypeAdapter(Notes)


@dataclass(frozen=True)
class Entry:
    """An entry: its name, its file, its experiment with the seed 0, and its notes."""

    name: str
    path: Path
    experiment: Experiment
    notes: Notes

    @property
    def missing(self) -> tuple[int, ...]:
        """The seeds without a result."""
        return tuple(each for each in self.notes.seeds if self.result(each) is None)

    def result(self, seed: int) -> Result | None:
        """Return what a seed reached, if it is known."""
        return next((each for each in self.notes.results if each.seed == seed), None)

    @property
    def seconds(self) -> float:
        """How long one seed trains: the mean of those that were, or else the estimate."""
        measured = [each.seconds for each in self.notes.results]
        return mean(measured) if measured else self.notes.estimate

    def with_result(self, result: Result, origin: Origin) -> "Entry":
        """Return the entry with one more result, those of other seeds as they are.

        Raises BadExperiment if those have another origin.
        """
        self.check_origin(result.seed, asdict(origin))
        others = [each for each in self.notes.results if each.seed != result.seed]
        results = tuple(sorted((*others, result), key=lambda each: each.seed))
        return replace(self, notes=replace(self.notes, results=results, origin=origin))

    def check_origin(self, seed: int, origin: Mapping[str, object]) -> None:
        """Raise BadExperiment if other seeds have another origin than this one.

        `origin` has what is known of that of this seed, by the names of `Origin`.
        """
        before = self.notes.origin
        if before is None or all(each.seed == seed for each in self.notes.results):
            return
        differing = [name for name, value in origin.items() if getattr(before, name) != value]
        if differing:
            raise BadExperiment(
                f"{self.name}: seed {seed} has {_words(origin, differing)}, the other seeds have "
                f"{_words(asdict(before), differing)}. Train all seeds again: "
                f"python zoo/zoo.py train --again {self.name}"
            )

    def write(self) -> None:
        """Write the notes to the file; the experiment stays as it is."""
        tables = parse_toml(read_text_bounded(self.path, _LARGEST))
        tables["notes"] = _without_empty(asdict(self.notes))
        with written_aside(self.path) as aside:
            aside.write_text(tomli_w.dumps(tables), encoding="utf-8")


def _words(origin: Mapping[str, object], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {origin[name]}" for name in names)


def _without_empty(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table in the form of TOML, which has no None, without what is empty."""
    plain: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            plain[key] = _without_empty(value)
        elif isinstance(value, tuple):
            plain[key] = [
                _without_empty(each) if isinstance(each, dict) else each for each in value
            ]
        elif value is not None and value is not False:
            plain[key] = value
    return {key: value for key, value in plain.items() if value != []}


def read_entry(path: Path) -> Entry:
    """Read an entry. Raises BadExperiment, which names the file and what is wrong."""
    try:
        text = read_text_bounded(path, _LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise BadExperiment(f"{path} cannot be read: {reason_of(error)}.") from None
    experiment = Experiment.from_toml(text, str(path))
    try:
        notes = _NOTES.validate_python(parse_toml(text).get("notes", {}))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(map(str, ("notes", *detail["loc"])))
        raise BadExperiment(f"{path}: {where}: {detail['msg']}.") from None
    return Entry(path.stem, path, experiment, notes)


def read_entries(names: Sequence[str] = (), folder: Path = ENTRIES) -> list[Entry]:
    """Return the entries of these names, or all, by data and name.

    Raises UnknownName and BadExperiment.
    """
    paths = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    for name in names:
        if name not in paths:
            raise UnknownName(
                f"the zoo has no entry {name!r}.{did_you_mean(name, paths)} Entries: "
                f"{', '.join(paths) or 'none'}."
            )
    entries = [read_entry(paths[name]) for name in dict.fromkeys(names or paths)]
    return sorted(entries, key=lambda each: (each.notes.data, each.name))


def located(experiment: Experiment) -> Experiment:
    """Return the experiment with the folder of its images in ZOOKIT_DATA_DIR.

    A recipe names such a folder by a relative path, which is the same on every machine.
    Raises BadExperiment if the variable is not set.
    """
    path = experiment.dataset.parameters.get("path")
    if path is None or Path(path).is_absolute():
        return experiment
    root = os.environ.get("ZOOKIT_DATA_DIR")
    if not root:
        raise BadExperiment(
            f"the recipe reads the folder {path}. Set ZOOKIT_DATA_DIR to the folder that contains "
            "it."
        )
    parameters = {**experiment.dataset.parameters, "path": str(Path(root).absolute() / path)}
    dataset, *others = experiment.components()
    return experiment.with_components([replace(dataset, parameters=parameters), *others])
