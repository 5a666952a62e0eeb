"""The package that `zookit package` writes: a wheel with a trained model, and its project."""

import re
from dataclasses import dataclass
from pathlib import Path

import tomli_w
from packaging.version import InvalidVersion, Version

from zookit.core import BadRun, FolderError
from zookit.core.data.writing import check_output, note_output, output_written
from zookit.core.errors import quoted
from zookit.core.messages import option, printable, warn
from zookit.core.reading import read_bounded
from zookit.registry.model_card import CARD
from zookit.registry.names import canonical_name
from zookit.runs.run import RunRecord
from zookit.scaffold.card import write_card
from zookit.scaffold.package_metadata import GROUP, PackageMetadata
from zookit.scaffold.published_run import publish
from zookit.scaffold.wheel import BACKEND, BUILDER, build_wheel

_PROJECT, _IGNORED, _DIST = "pyproject.toml", ".gitignore", "dist"
_SHOWN = 3
"""The most files that a message names."""
_MARK = "# Written by 'zookit package'."
_OWNER = re.compile(r"([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])==(\S+)")
_OF_PYPI = 100_000_000
"""The largest file that PyPI accepts, in bytes: https://docs.pypi.org/project-management/storage-limits/"""
_LARGEST = 2_000_000_000
"""The most bytes of a model: a ZIP file over 2 GiB is not read everywhere."""


@dataclass(frozen=True)
class ModelPackage:
    """A model package that was written: its project, and its wheel."""

    folder: Path
    wheel: Path


def write(
    run: RunRecord, metadata: PackageMetadata, folder: Path | None = None, *, force: bool = False
) -> ModelPackage:
    """Write the project of a run's model, with its wheel in the project's folder `dist`.

    The same run and metadata give the same bytes on the same machine with the same hatchling.

    Args:
        run: a finished run.
        metadata: the package's name, version, licence and description.
        folder: the project's folder; by default it is named after the package, in the current
            folder. A project that zookit wrote is replaced if nobody has changed it since.
        force: replace the project even if somebody has changed its files.

    Raises:
        BadRun: the run cannot be published; see `zookit.scaffold.published_run.publish`.
        FolderError: the folder cannot be written, or has something else in it.
    """
    folder = Path(metadata.name) if folder is None else folder.expanduser()
    hint = f"Choose another folder with {option('--to', 'to=')}"
    if _is_project(folder):
        if force:
            _check_parts(folder, metadata.model, hint)
            note_output(folder)
        else:
            hint += f", or replace it with {option('--force', 'force=True')}"
    check_output(folder, hint, force=force)  # before any work
    with output_written(folder, hint, force=force) as aside:
        published = publish(run, aside / metadata.model)
        check_size(published.folder)
        requirements = requirements_of(published)
        write_card(published, metadata, requirements, run.experiment.dataset)
        (aside / _PROJECT).write_text(_project(metadata, requirements), encoding="utf-8")
        (aside / _IGNORED).write_text(f"{_DIST}/\n", encoding="utf-8")
        wheel = build_wheel(aside)
    return ModelPackage(folder, folder / _DIST / wheel.name)


def requirements_of(run: RunRecord) -> tuple[str, ...]:
    """Return the packages of a run's components, and zookit, at least in the run's versions."""
    return tuple(sorted({_requirement(run, owner) for owner in run.environment.packages()}))


def usual_description(run: RunRecord) -> str:
    """Return a description of a run's model: what was trained on what, and its test accuracy."""
    experiment, metrics = run.experiment, run.metrics
    reached = f", test accuracy {metrics['accuracy']:.4f}" if "accuracy" in metrics else ""
    return f"{experiment.architecture.short_name} on {experiment.dataset.short_name}{reached}"


def _requirement(run: RunRecord, owner: str) -> str:
    found = _OWNER.fullmatch(owner)
    try:
        assert found is not None
        return f"{canonical_name(found[1])}>={Version(found[2]).public}"
    except (AssertionError, InvalidVersion):
        raise BadRun(
            f"{run.shown} has a component of {quoted(owner)}, expected DISTRIBUTION==VERSION. Run "
            "the experiment again."
        ) from None


def _project(metadata: PackageMetadata, requirements: tuple[str, ...]) -> str:
    tables = {
        "build-system": {"requires": [f"{BUILDER}>=1.27"], "build-backend": BACKEND},
        "project": {
            "name": metadata.name,
            "version": metadata.version,
            "description": metadata.description,
            "readme": f"{metadata.model}/{CARD}",
            "license": metadata.license,
            "requires-python": ">=3.11",
            "keywords": ["image classification", "keras", "model", "zookit"],
            "dependencies": list(requirements),
            "entry-points": {GROUP: {metadata.model: metadata.model}},
        },
        # The model's files belong to the wheel, whatever a .gitignore around the project says.
        "tool": {"hatch": {"build": {"ignore-vcs": True, "only-include": [metadata.model]}}},
    }
    return f"{_MARK}\n\n{tomli_w.dumps(tables)}"


def _is_project(folder: Path) -> bool:
    """Return whether a folder is a project that `write` once wrote."""
    try:
        return read_bounded(folder / _PROJECT, 100_000).startswith(_MARK.encode())
    except OSError:
        return False


def _check_parts(folder: Path, model: str, hint: str) -> None:
    """Raise FolderError if a project has files of somebody else, which would be lost."""
    own = (_PROJECT, _IGNORED, _DIST, model)
    others = sorted(path.name for path in folder.iterdir() if path.name not in own)
    if others:
        shown = ", ".join(map(printable, others[:_SHOWN])) + ", ..." * (len(others) > _SHOWN)
        raise FolderError(
            f"{folder} has files that zookit did not write: {shown}. Move them away. {hint}."
        )


def check_size(folder: Path) -> None:
    """Raise BadRun if a model's folder is too large for a wheel; warn if it is for PyPI."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > _LARGEST:
        raise BadRun(
            f"the files of {folder.name} have {size:,} bytes, expected at most {_LARGEST:,} in a "
            "wheel. Train a smaller architecture."
        )
    if size > _OF_PYPI:
        warn(
            f"the files of {folder.name} have {size:,} bytes; PyPI accepts files of up to "
            f"{_OF_PYPI:,}, unless you ask for more."
        )
