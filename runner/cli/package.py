"""`zookit package`."""

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.core import BadParameter
from zookit.core.messages import printable, warn

if TYPE_CHECKING:
    from zookit.runs.run import RunRecord


Name = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="The package's name, such as my-digits. The model is then called my_digits.",
    ),
]
Version = Annotated[
    str | None, typer.Option(metavar="VERSION", help="The version. [default: 0.1.0]")
]
Licence = Annotated[
    str | None,
    typer.Option(
        "--licence", "--license", metavar="SPDX", help="The licence, such as MIT or CC-BY-4.0."
    ),
]
Description = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="One line. [default: what was trained on what]"),
]
To = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="FOLDER",
        help="The folder to write. [default: named after the package, in the current folder]",
        show_default=False,
    ),
]
ReplaceChanged = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Replace a package that was changed after zookit wrote it.",
        show_default=False,
    ),
]


def package(
    name: RunName,
    distribution: Name = None,
    version: Version = None,
    licence: Licence = None,
    description: Description = None,
    to: To = None,
    force: ReplaceChanged = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Write a trained model as a Python package: a wheel, and the project that it is built from.

    The package contains data only: the run's files, and a card that says how good the model is and
    how it was trained. At a terminal, you are asked for what is not given.
    """
    # --help does not need these.
    from zookit.api import open_run
    from zookit.scaffold.model_package import usual_description, write
    from zookit.scaffold.model_terms import Terms
    from zookit.scaffold.published_run import check_publishable
    from zookit.terminal import waiting

    run = open_run(name, runs_dir)
    check_publishable(run)  # before anything is asked
    terms = Terms(
        name=_answer("name", distribution, _usual_name(run), required=True),
        version=_answer("version", version, "0.1.0"),
        licence=_answer("licence", licence, "MIT", required=True),
        description=_answer("description", description, usual_description(run)),
    )
    with waiting("writing the package", quiet=False):
        made = write(run, terms, to, force=force)
    size = made.wheel.stat().st_size
    print(f"wrote {printable(made.folder)} with the wheel {made.wheel.name} ({size:,} bytes)")
    print("\nNext:")
    for line in (
        f"pip install {printable(shlex.quote(str(made.wheel)))}",
        f"zookit predict {terms.model} photo.png",
        f"zookit show {terms.model}",
    ):
        print(f"  {line}")


def _answer(term: str, given: str | None, usual: str, *, required: bool = False) -> str:
    """Return one of the terms; if it is not given, ask at a terminal, or take the usual one.

    Raises BadParameter if it is not valid, or is required and nobody can be asked.
    """
    from zookit.scaffold.model_terms import CHECKS

    if given is not None:
        return CHECKS[term](given)
    if sys.stdin.isatty() and sys.stderr.isatty():
        return _asked(term, None if term == "licence" else usual)
    if required:
        raise BadParameter(f"--{term} is missing. Write --{term} {usual}, for example.")
    return CHECKS[term](usual)


def _asked(term: str, usual: str | None) -> str:
    """Ask for one of the terms until the answer is valid. Enter means the usual one, if any."""
    from zookit.scaffold.model_terms import CHECKS

    while True:
        try:
            return CHECKS[term](str(typer.prompt(term, default=usual, err=True)))
        except BadParameter as error:
            warn(str(error))


def _usual_name(run: "RunRecord") -> str:
    """Return the name to propose. Without `my-`, it might be that of a model of zookit."""
    parts = ("my", run.experiment.dataset.short_name, run.experiment.architecture.short_name)
    return re.sub("[^a-z0-9]+", "-", "-".join(parts).lower())
