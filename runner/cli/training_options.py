"""The options of the commands that train, and what they show."""

import math
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import values_of, words_of
from zookit.cli.json_output import json_option, print_json
from zookit.cli.run_argument import RUNS_DIR, run_names
from zookit.core import Settings, ZookitError
from zookit.core.declaration import Parameter, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zookit.run_object import Run
    from zookit.runs.run import RunRecord
    from zookit.training.session import View

OPTIONS = {parameter.name: parameter for parameter in parameters(Settings)}
"""The settings, by name."""


def _option(name: str, metavar: str | None = None, flag: str | None = None) -> Any:
    """Return the command-line option of a training option, with its declared meaning and default.

    Its value stays text; it is validated with the other words.
    """
    option: Parameter = OPTIONS[name]
    return typer.Option(
        flag or f"--{name.replace('_', '-')}",
        help=f"{option.meaning} {f'[default: {option.default}]' if option.default else ''}",
        metavar=metavar,
        show_default=False,
        autocompletion=values_of(option),
    )


def option_for(name: str) -> str:
    """Return the option that takes a component of this name; empty if it is a word by itself."""
    from zookit.registry import default

    return next((group.kind.option for group in default.components() if name in group), "")


def given_options(given: "Mapping[str, Any]") -> dict[str, Any]:
    """Return what the options for settings, `--freeze` and `--init` are given, by keyword."""
    names = (*OPTIONS, "freeze", "init")
    return {name: given[name] for name in names if given.get(name) is not None}


Epochs = Annotated[str | None, _option("epochs", "N")]
BatchSize = Annotated[str | None, _option("batch_size", "N")]
Seed = Annotated[str | None, _option("seed", "N")]
Validation = Annotated[str | None, _option("validation", "FRACTION")]
ClassWeights = Annotated[
    bool | None, _option("class_weights", flag="--class-weights/--no-class-weights")
]
Normalize = Annotated[bool | None, _option("normalize", flag="--normalize/--no-normalize")]
Precision = Annotated[str | None, _option("precision", OPTIONS["precision"].type)]
Threads = Annotated[str | None, _option("threads", "N")]
Freeze = Annotated[
    str | None,
    typer.Option(
        help="Part of the model that is not trained: body, which is all but the head.",
        metavar="PART",
        show_default=False,
        autocompletion=lambda: ["body"],
    ),
]
Init = Annotated[
    str | None,
    typer.Option(
        help="Start from the weights of a run or a model: those of the body, and of the head if "
        "it is for the same classes.",
        metavar="RUN",
        show_default=False,
        autocompletion=run_names,
    ),
]
Data = Annotated[str | None, _option("data", OPTIONS["data"].type)]
Listeners = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="LISTENER",
        help="A listener, such as tensorboard. Can be repeated. ZOOKIT_WITH has the same effect.",
        autocompletion=words_of("listeners"),
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show only the result and warnings.")]
AsJson = Annotated[bool, json_option("Print the result as JSON, and progress on stderr.")]


class Interrupted(ZookitError):
    """A training was interrupted by Ctrl-C or by a signal."""


@contextmanager
def training_view(*, quiet: bool, as_json: bool) -> "Iterator[View]":
    """Yield the view of training on a console; with JSON, on stderr."""
    # Neither --help nor completion needs these.
    from zookit.tables import output
    from zookit.terminal import messages_shown
    from zookit.training.session import View

    with messages_shown(quiet):
        yield View(quiet, output(stderr=as_json))


def show_trained(run: "Run", *, quiet: bool, as_json: bool) -> int:
    """Print the result of a run, unless its view has shown it, and return the exit code.

    Raises Interrupted if the run was interrupted.
    """
    from zookit.tables import output
    from zookit.training.progress import show_result

    if as_json:
        print_json(_plain(run))
    elif quiet:
        console = output()
        if run.status == "finished" and run.epochs < run.experiment.settings.epochs:
            console.print(_ended_early(run))
        show_result(console, run)
    check_uninterrupted(run)
    return 0


def _ended_early(run: "Run") -> str:
    who = (run.ending and run.ending.stopped_by) or "a callback"
    return f"{who} ended the training after epoch {run.epochs} of {run.experiment.settings.epochs}"


def check_uninterrupted(run: "RunRecord") -> None:
    """Raise Interrupted, with the command that continues the run, if the run was interrupted."""
    from zookit.runs.naming import LATEST, find_run
    from zookit.runs.resume_command import resume_command

    if run.status != "interrupted":
        return
    runs_dir = run.folder.parent
    name = LATEST if find_run(LATEST, runs_dir) == run.folder else run.name
    options: list[str] = []
    if runs_dir.resolve() != RUNS_DIR.resolve():
        here = Path.cwd()
        inside = runs_dir.is_relative_to(here)
        options += ["--runs-dir", str(runs_dir.relative_to(here) if inside else runs_dir)]
    command = resume_command(run, *options, name=name)
    raise Interrupted(f"interrupted. To continue: {command}")


def _plain(run: "Run") -> dict[str, Any]:
    return {
        "format": 1,
        "status": run.status,
        "folder": str(run.folder),
        "experiment": run.experiment.plain(),
        "history": {
            name: [None if math.isnan(each) else each for each in values]
            for name, values in run.history.items()
        },
        "seconds": list(run.seconds),
        "test": dict(run.metrics),
        "environment": run.environment.plain(),
    }
