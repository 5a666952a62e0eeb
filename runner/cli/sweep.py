"""`zookit sweep`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from zookit.cli.completion import words_of
from zookit.cli.component_options import with_component_options
from zookit.cli.options_once import OptionsOnce
from zookit.cli.run_argument import RUNS_DIR
from zookit.cli.shared_options import Force
from zookit.cli.sweep_completion import callback_sets, varied
from zookit.cli.training_options import (
    AsJson,
    BatchSize,
    ClassWeights,
    Data,
    Epochs,
    Freeze,
    Listeners,
    Normalize,
    Precision,
    Quiet,
    Threads,
    Validation,
)
from zookit.core import BadParameter
from zookit.core.errors import did_you_mean, quoted

_DRY_RUN = "--dry-run"
_PLAN, _FULL = "plan", "full"


class SweepCommand(OptionsOnce):
    """The command, in which `--dry-run` may have a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments. Raises BadParameter."""
        parsed: list[str] = []
        for each in args:
            if parsed and parsed[-1] == f"{_DRY_RUN}={_PLAN}" and each == _FULL:
                parsed[-1] = f"{_DRY_RUN}={_FULL}"
            else:
                parsed.append(f"{_DRY_RUN}={_PLAN}" if each == _DRY_RUN else each)
        return super().parse_args(ctx, parsed)


@with_component_options
def sweep(
    datasets: Annotated[
        list[str] | None,
        typer.Option(
            "--dataset",
            "-d",
            metavar="DATASET",
            help="A data set. Can be repeated.",
            autocompletion=words_of("datasets"),
        ),
    ] = None,
    architectures: Annotated[
        list[str] | None,
        typer.Option(
            "--architecture",
            "-a",
            metavar="ARCHITECTURE",
            help="An architecture. Can be repeated.",
            autocompletion=words_of("architectures"),
        ),
    ] = None,
    callbacks: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'CALLBACK ...'",
            help="A set of callbacks, '' for none. Repeat it to compare several sets.",
            autocompletion=callback_sets,
        ),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(
            metavar="N|SEED,SEED",
            help="How many seeds, counted from 0, or a list of seeds. [default: 1]",
            show_default=False,
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=V1,V2",
            help="Values of a setting or of a parameter, such as learning_rate=0.1,0.01 or "
            "dense.units=64,128; or a range, such as learning_rate=0.0001..0.1:log. Can be "
            "repeated.",
            autocompletion=varied,
        ),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS",
            help="Which combinations are tried: grid (all), random:trials=50, optuna:trials=50. "
            "[default: grid]",
            show_default=False,
            autocompletion=words_of("searches"),
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Read what to train from a sweep.toml."),
    ] = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    components: dict[str, Any] = {},  # noqa: B006 - replaced by the options, and only read
    freeze: Freeze = None,
    validation: Validation = None,
    class_weights: ClassWeights = None,
    normalize: Normalize = None,
    precision: Precision = None,
    threads: Threads = None,
    data: Data = None,
    dry_run: Annotated[
        str | None,
        typer.Option(
            _DRY_RUN,
            metavar=f"[{_FULL}]",
            help="Show the combinations and what does not fit, and train nothing; "
            f"{_DRY_RUN}={_FULL} also counts the parameters of the models.",
            autocompletion=lambda: [_FULL],
        ),
    ] = None,
    runs_dir: Annotated[
        Path, typer.Option(help="The folder of the runs. What it has is not trained again.")
    ] = RUNS_DIR,
    attach: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Continue the last sweep of a folder, with all its options."
        ),
    ] = None,
    launcher: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS",
            help="Where the runs are trained. [default: local]",
            show_default=False,
            autocompletion=words_of("launchers"),
        ),
    ] = None,
    accept_versions: Annotated[
        bool,
        typer.Option("--accept-versions", help="Take runs of other versions of the components."),
    ] = False,
    reuse: Annotated[
        Literal["exact", "any"],
        typer.Option(help="any also takes runs with another number of threads."),
    ] = "exact",
    limit: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1, help="How long one run may take."),
    ] = None,
    listeners: Listeners = None,
    by: Annotated[
        str,
        typer.Option(help="What ranks the runs: accuracy, loss, or a metric.", metavar="METRIC"),
    ] = "accuracy",
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write an HTML page with heat maps of the results."),
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, with a row for each combination.")
    ] = False,
) -> int:
    """Train all combinations of data sets, architectures, callbacks, seeds and settings.

    Each is an ordinary run. What has been trained before is not trained again, so the same command
    continues a sweep that was interrupted. Options such as --epochs and --metric apply to all runs.
    """
    given = locals() | components
    # Neither --help nor completion needs these.
    from zookit.cli.sweep_request import asks, request_of

    if attach is not None and asks(given):
        raise BadParameter(
            f"got both --attach {attach} and {', '.join(asks(given))}. --attach continues the last "
            "sweep of the folder as it was asked for. Remove the other options, or --attach."
        )
    if dry_run not in (None, _PLAN, _FULL):
        raise BadParameter(
            f"{_DRY_RUN} must be {_FULL}, or have no value, got {quoted(dry_run)}."
            f"{did_you_mean(str(dry_run), [_FULL])}"
        )
    from zookit.sweeps.kept import Reuse
    from zookit.sweeps.sweep import SweepOptions, read_request

    if attach is not None:
        request, before = read_request(attach)
    else:
        request, before = request_of(given), SweepOptions()
    if dry_run is not None:
        from zookit.cli.sweep_dry_run import show_dry_run

        show_dry_run(request, full=dry_run == _FULL, as_json=as_json)
        return 0
    from zookit.cli.sweep_result import ResultOptions
    from zookit.cli.sweep_run import run_sweep

    options = SweepOptions(
        launcher=launcher or before.launcher,
        listeners=tuple(listeners or before.listeners),
        limit=limit or before.limit,
        reuse=Reuse(
            versions=accept_versions or before.reuse.versions,
            threads=reuse == "any" or before.reuse.threads,
        ),
    )
    result = ResultOptions(
        by=by, report=report, force=force, quiet=quiet, as_json=as_json, as_csv=as_csv
    )
    return run_sweep(request, options, attach or runs_dir, result)
