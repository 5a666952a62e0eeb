"""`zookit find-rate`."""

import shlex
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import words_of
from zookit.cli.component_options import component_kinds, with_component_options
from zookit.cli.json_output import print_json
from zookit.cli.run_argument import RUNS_DIR, RunsDir
from zookit.cli.shared_options import Force
from zookit.cli.training_options import (
    OPTIONS,
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
)
from zookit.core import warn
from zookit.core.messages import printable

if TYPE_CHECKING:
    from zookit.rate_finding import RateCurve

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
_Plot = Annotated[
    Path | None,
    typer.Option(metavar="FILE.png", help="Also draw the curve in an image.", show_default=False),
]
_SETTINGS = (*OPTIONS, "freeze", "init")


@partial(with_component_options, without=("learning_rate", "metrics"))
def find_rate(
    dataset: _Dataset,
    architecture: _Architecture,
    lowest: Annotated[
        float, typer.Option(metavar="RATE", help="The learning rate of the first step.")
    ] = 1e-6,
    highest: Annotated[
        float, typer.Option(metavar="RATE", help="The learning rate of the last step.")
    ] = 10.0,
    steps: Annotated[int, typer.Option(metavar="N", help="The number of training steps.")] = 400,
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
    """Find a learning rate: train for some hundred steps at ever higher rates, and see the loss.

    The suggestion is a tenth of the rate at which the smoothed loss is lowest. Nothing is saved.
    """
    given = locals()
    # Neither --help nor completion needs these.
    from zookit.preview import check_sheet, write_sheet
    from zookit.rate_finding import rate_curve
    from zookit.report.rate_plot import draw_rates
    from zookit.terminal import messages_shown
    from zookit.training.resolve import compose

    if plot is not None:
        check_sheet(plot, force=force)  # before any work
    options = {name: given[name] for name in _SETTINGS if given.get(name) is not None} | components
    with messages_shown(quiet):
        composition = compose(dataset, architecture, (), options, runs_dir)
        curve = rate_curve(composition, lowest=lowest, highest=highest, steps=steps, quiet=quiet)
    if plot is not None:
        write_sheet(plot, draw_rates(curve, f"{architecture} on {dataset}"), force=force)
    if curve.problem:
        warn(f"{curve.problem}, so there is no suggestion. {_advice(curve)}")
    if as_json:
        print_json({"format": 1, **curve.plain()})
        return
    if not quiet:
        _print_curve(curve)
    if plot is not None:
        print(f"curve written to {printable(plot)}")
    if curve.suggestion is not None:
        _print_suggestion((dataset, architecture), options, f"{curve.suggestion:g}")


def _print_suggestion(words: Sequence[str], options: dict[str, Any], rate: str) -> None:
    command = shlex.join(["zookit", "run", *words, *_options({**options, "learning_rate": rate})])
    print(f"suggested learning rate: {rate}\nTo train with it: {printable(command)}")


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


def _advice(curve: "RateCurve") -> str:
    if curve.lowest == curve.rates[-1]:
        return "Try higher rates with --highest."
    return "Try other rates with --lowest and --highest, or more --steps."


def _print_curve(curve: "RateCurve") -> None:
    """Print some points of the curve, evenly spaced, as a table with bars."""
    from zookit.tables import output, table

    smoothed = curve.smoothed
    count = len(smoothed)
    points = sorted({round(at * (count - 1) / (_ROWS - 1)) for at in range(_ROWS)})
    rows = [
        (
            f"{curve.rates[at]:.1e}",
            f"{smoothed[at]:.4f}",
            "#" * min(round(_BAR * smoothed[at] / curve.first), _BAR),
        )
        for at in points
    ]
    numbers = ("learning rate", "smoothed loss")
    output().print(table((*numbers, ""), rows, numbers=numbers))
