"""Packages trained entries, and puts those that come with zookit into the tree."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from zoo_entries import ROOT, Entry

from zookit.core import BadRun
from zookit.core.errors import ZookitError
from zookit.registry.names import shared_model_folder
from zookit.runs.listing import list_summaries
from zookit.runs.run import ENVIRONMENT, WEIGHTS, RunRecord, read_run
from zookit.scaffold.card import write_card
from zookit.scaffold.model_package import ModelPackage, requirements_of, write
from zookit.scaffold.package_metadata import PackageMetadata
from zookit.scaffold.published_run import publish

BUNDLED = ROOT / "models"
"""The folders of the models that come with zookit, by the names that they have in its wheel."""
_OWN = "zookit"
_LICENCE = "MIT"
"""The licence of a trained model: it holds no image of its data."""


@dataclass(frozen=True)
class _OwnTerms(PackageMetadata):
    """The terms of a model that is part of zookit; `entry` is its name."""

    entry: str

    def __post_init__(self) -> None:
        """Check nothing: the names of zookit are taken by itself."""

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.entry


def bundle(entry: Entry, runs_dir: Path) -> Path:
    """Write the folder of a model that comes with zookit, from the run of its first seed.

    Returns the folder. Raises BadRun if there is no such run.
    """
    name = shared_model_folder(_OWN, entry.name)
    terms = _OwnTerms(_OWN, version(_OWN), _LICENCE, _description(entry), entry.name)
    target, aside = BUNDLED / name, BUNDLED / f".{name}"
    shutil.rmtree(aside, ignore_errors=True)
    published = publish(run_of(entry, runs_dir), aside)
    _forget_code(published)
    write_card(published, terms, requirements_of(published))
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    return target


def _forget_code(run: RunRecord) -> None:
    """Leave the hashes of the components' code out of `environment.json`.

    The model and the code are released together, and what the model answers is compared with what
    it answered. Each change in the folder of the architecture would cause a warning otherwise.
    """
    path = run.folder / ENVIRONMENT
    values = json.loads(path.read_text(encoding="utf-8"))
    for component in values["components"]:
        component["code"] = ""
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def package(entry: Entry, runs_dir: Path, folder: Path) -> ModelPackage:
    """Write the package of an entry, from the run of its first seed. Raises ZookitError."""
    terms = PackageMetadata(
        f"zookit-{entry.name.replace('_', '-')}",
        version(_OWN),
        _LICENCE,
        _description(entry),
    )
    run = run_of(entry, runs_dir)
    folder.mkdir(parents=True, exist_ok=True)
    return write(run, terms, folder / terms.name)


def run_of(entry: Entry, runs_dir: Path) -> RunRecord:
    """Return the run whose weights are the entry's. Raises BadRun if it is not in the folder."""
    result = entry.result(entry.notes.seeds[0])
    for each in _finished(runs_dir):
        run = read_run(each)
        if result and run.ending and run.ending.files.get(WEIGHTS) == result.weights:
            return run
    raise BadRun(
        f"{runs_dir} has no run with the weights of {entry.name}. Train it again: python "
        f"zoo/zoo.py train --again {entry.name}"
    )


def _finished(runs_dir: Path) -> Sequence[Path]:
    try:
        return [each.folder for each in list_summaries(runs_dir) if each.status == "finished"]
    except ZookitError:  # there is no such folder
        return []


def _description(entry: Entry) -> str:
    result = entry.result(entry.notes.seeds[0])
    accuracy = f", test accuracy {result.accuracy:.4f}" if result else ""
    return f"{entry.experiment.architecture.short_name} for {entry.notes.data}{accuracy}."
