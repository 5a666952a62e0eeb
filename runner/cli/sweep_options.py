"""The options of `zookit sweep`, and how they are parsed."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from zookit.cli.completion import words_of
from zookit.cli.json_output import json_option
from zookit.cli.options_once import OptionsOnce
from zookit.cli.sweep_completion import callback_sets, varied

DRY_RUN = "--dry-run"
PLAN, FULL = "plan", "full"
"""What the dry run shows: the cells, or also the parameters of their models."""


class SweepCommand(OptionsOnce):
    """The command, in which `--dry-run` may have a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments. Raises BadParameter."""
        parsed: list[str] = []
        end = args.index("--") if "--" in args else len(args)
        for each in args[:end]:
            if parsed and parsed[-1] == f"{DRY_RUN}={PLAN}" and each == FULL:
                parsed[-1] = f"{DRY_RUN}={FULL}"
            else:
                parsed.append(f"{DRY_RUN}={PLAN}" if each == DRY_RUN else each)
        return super().parse_args(ctx, parsed + args[end:])


Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        "-d",
        metavar="DATASET",
        help="A data set. Can be repeated.",
        autocompletion=words_of("datasets"),
    ),
]
Architectures = Annotated[
    list[str] | None,
    typer.Option(
        "--architecture",
        "-a",
        metavar="ARCHITECTURE",
        help="An architecture. Can be repeated.",
        autocompletion=words_of("architectures"),
    ),
]
CallbackSets = Annotated[
    list[str] | None,
    typer.Option(
        metavar="'CALLBACK ...'",
        help="A set of callbacks, '' for none. Repeat it to compare several sets.",
        autocompletion=callback_sets,
    ),
]
Seeds = Annotated[
    str | None,
    typer.Option(
        metavar="N|SEED,SEED",
        help="How many seeds, counted from 0, or a list of seeds. [default: 1]",
        show_default=False,
    ),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=V1,V2",
        help="Values of a setting or of a parameter, such as learning_rate=0.1,0.01 or "
        "dense.units=64,128; or a range, such as learning_rate=0.0001..0.1:log. Can be "
        "repeated.",
        autocompletion=varied,
    ),
]
Search = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        help="Which combinations are tried: grid (all), random:trials=50, optuna:trials=50. "
        "[default: grid]",
        show_default=False,
        autocompletion=words_of("searches"),
    ),
]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="Read what to train from a sweep.toml."),
]
DryRun = Annotated[
    str | None,
    typer.Option(
        DRY_RUN,
        metavar=f"[{FULL}]",
        help="Show the combinations and what does not fit, and train nothing; "
        f"{DRY_RUN}={FULL} also counts the parameters of the models.",
        autocompletion=lambda: [FULL],
    ),
]
RunsDir = Annotated[
    Path, typer.Option(help="The folder of the runs. What it has is not trained again.")
]
Attach = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Continue the last sweep of a folder, with all its options."
    ),
]
Launcher = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        help="Where the runs are trained. [default: local]",
        show_default=False,
        autocompletion=words_of("launchers"),
    ),
]
AcceptVersions = Annotated[
    bool,
    typer.Option("--accept-versions", help="Take runs of other versions of the components."),
]
ReuseRuns = Annotated[
    Literal["exact", "any"] | None,
    typer.Option(
        help="any also takes runs with another number of threads. [default: exact]",
        show_default=False,
    ),
]
Limit = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=1, help="How long one run may take."),
]
By = Annotated[
    str,
    typer.Option(help="What ranks the runs: accuracy, loss, or a metric.", metavar="METRIC"),
]
Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write an HTML page with heat maps of the results."),
]
AsCsv = Annotated[bool, json_option("Print CSV, with a row for each combination.", "--csv")]
