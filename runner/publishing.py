"""The public function that writes a run as a Python package."""

from pathlib import Path

from zookit.api import open_run
from zookit.arguments import path_of
from zookit.run_object import Run
from zookit.terminal import messages_shown


def package(
    run: str | Path | Run,
    name: str,
    *,
    license: str,  # noqa: A002 - what pyproject.toml calls it
    version: str = "0.1.0",
    description: str = "",
    to: str | Path | None = None,
    runs_dir: str | Path = "runs",
    force: bool = False,
) -> Path:
    """Write a trained model as a Python package, as `zookit package` does; return its wheel.

    Args:
        run: a finished run, or its name as `zookit.open_run` takes it.
        name: the package's name, such as "my-digits"; the model is then called "my_digits".
        license: an SPDX expression, such as "MIT".
        version: a version by PEP 440.
        description: one line; by default it says what was trained on what.
        to: the folder of the project; by default it is named after the package, in the current
            folder. The wheel is in its folder `dist`.
        runs_dir: the folder that holds the runs.
        force: replace a package that was changed after zookit wrote it.

    Raises:
        BadParameter: name, version, license or description is not valid, or the name is taken.
        BadRun: there is no such run, it is not finished or damaged, it needs code that no package
            contains, or it names places of this machine.
        FolderError: the folder cannot be written, or has something else in it.
    """
    from zookit.scaffold.model_package import usual_description, write  # draws curves
    from zookit.scaffold.package_metadata import PackageMetadata

    with messages_shown(quiet=False):
        found = run if isinstance(run, Run) else open_run(run, runs_dir)
        metadata = PackageMetadata(name, version, license, description or usual_description(found))
        return write(found, metadata, None if to is None else path_of(to, "to"), force=force).wheel
