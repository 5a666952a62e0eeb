"""`zookit find-rate`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import words_of
from zookit.cli.component_options import (
    chosen_components,
    component_kinds,
    with_component_options,
)
from zookit.cli.json_output import print_json
from zookit.cli.run_argument import RUNS_DIR, RunsDir
from zookit.cli.shared_options import Force
from zookit.cli.training_options import (
    AsJson,
    BatchSize,
    ClassWeights,
    Data,
    Freeze,
    Init,
    Normalize,
    Precision,
    Quiet,
    Seed,
    Threads,
    Validation,
    given_options,
)
from zookit.core import say, warn
from zookit.core.messages import printable
from zookit.training.rate_range import RateRange

if TYPE_CHECKING:
    from zookit.rate_finding import RateCurve
    from zookit.training.composition import Composition

_ROWS = 21
"""The most rows of the printed curve."""
_BAR = 40
"""The characters of the bar for the loss at the start."""
_Dataset = Annotated[
    str,
    typer.Argument(metavar="DATASET", help="The data set.", autocompletion=words_of("datasets")),
]
_Architecture = Annotated[
    str,
    typer.Argument(
        metavar="ARCHITECTURE",
        help="The architecture.",
        autocompletion=words_of("architectures"),
    ),
]
_Lowest = Annotated[
    float, typer.Option(metavar="RATE", help="The learning rate of the first step.")
]
_Highest = Annotated[
    float, typer.Option(metavar="RATE", help="The learning rate of the last step.")
]
_Steps = Annotated[int, typer.Option(metavar="N", help="The number of training steps.")]
_Plot = Annotated[
    Path | None,
    typer.Option(metavar="FILE.png", help="Also draw the curve in an image.", show_default=False),
]


@partial(with_component_options, without=("learning_rate", "metrics"))
def find_rate(
    dataset: _Dataset,
    architecture: _Architecture,
    lowest: _Lowest = RateRange.lowest,
    highest: _Highest = RateRange.highest,
    steps: _Steps = RateRange.steps,
    plot: _Plot = None,
    batch_size: BatchSize = None,
    components: dict[str, Any] = {},  # noqa: B006 - replaced by the options, and only read
    init: Init = None,
    freeze: Freeze = None,
    seed: Seed = None,
    validation: Validation = None,
    class_weights: ClassWeights = None,
    normalize: Normalize = None,
    precision: Precision = None,
    threads: Threads = None,
    data: Data = None,
    runs_dir: RunsDir = RUNS_DIR,
    force: Force = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Find a learning rate: train for a few hundred steps at increasing rates, and show the loss.

    The suggestion is a tenth of the rate at which the smoothed loss is lowest. Nothing is saved.
    """
    given = locals()
    # Neither --help nor completion needs these.
    from zookit.preview import check_sheet, write_sheet
    from zookit.rate_finding import rate_curve
    from zookit.report.rate_plot import draw_rates
    from zookit.runs.resume_command import command_with_files
    from zookit.terminal import messages_shown

    if plot is not None:
        check_sheet(plot, force=force)  # before any work
    options = given_options(given) | components
    with messages_shown(quiet):
        tried, composition = composed(given | components)
        curve = rate_curve(composition, tried, quiet=quiet)
    if curve.problem:
        warn(curve.problem)
    if as_json:
        print_json({"format": 1, **curve.plain()})
    elif not quiet:
        _print_curve(curve)
    if curve.suggestion is not None and not as_json:
        if init is not None and runs_dir != RUNS_DIR:
            options["runs_dir"] = runs_dir
        rate = f"{curve.suggestion:g}"
        words = ("run", dataset, architecture, *_options({**options, "learning_rate": rate}))
        command = command_with_files(composition.owners.values(), *words)
        print(f"suggested learning rate: {rate}\nTo train with it: {printable(command)}")
    if plot is not None:  # last, so that an error does not take the result away
        write_sheet(plot, draw_rates(curve, f"{architecture} on {dataset}"), force=force)
        say(f"curve written to {printable(plot)}")


def composed(given: dict[str, Any]) -> "tuple[RateRange, Composition]":
    """Return the rates and the components that the parameters of `find_rate` name.

    Raises ZookitError.
    """
    from zookit.rate_finding import checked
    from zookit.training.resolve import compose

    options = given_options(given) | chosen_components(given)
    tried = checked({name: given[name] for name in ("lowest", "highest", "steps")}, options)
    words = given["dataset"], given["architecture"]
    return tried, compose(*words, (), options, given["runs_dir"])


def _options(given: dict[str, Any]) -> Iterator[str]:
    """Yield the options of `zookit run` that mean the same as these values."""
    kinds = {kind.keyword: kind.option for kind in component_kinds()}
    for name, value in given.items():
        option = kinds.get(name, f"--{name.replace('_', '-')}")
        if isinstance(value, bool):
            yield option if value else f"--no-{option.removeprefix('--')}"
            continue
        for each in value if isinstance(value, list) else [value]:
            yield from (option, str(each))


def _print_curve(curve: "RateCurve") -> None:
    """Print some points of the curve, evenly spaced, as a table with bars."""
    from zookit.tables import output, table

    smoothed = curve.smoothed
    count = len(smoothed)
    points = sorted({round(at * (count - 1) / (_ROWS - 1)) for at in range(_ROWS)})
    rows = [
        (f"{curve.rates[at]:.1e}", f"{smoothed[at]:.4f}", _bar(smoothed[at] / curve.first))
        for at in points
    ]
    numbers = ("learning rate", "smoothed loss")
    output().print(table((*numbers, ""), rows, numbers=numbers))


def _bar(part: float) -> str:
    """Return the bar for a loss as a part of that at the start; > says that it is cut off."""
    length = round(_BAR * part)
    return "#" * length if length <= _BAR else f"{'#' * _BAR}>"
