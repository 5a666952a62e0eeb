"""`zookit sweep`."""

from typing import Any

from zookit.cli.component_options import with_component_options
from zookit.cli.run_argument import RUNS_DIR
from zookit.cli.shared_options import Force
from zookit.cli.sweep_options import (
    FULL,
    AcceptVersions,
    Architectures,
    AsCsv,
    Attach,
    By,
    CallbackSets,
    Datasets,
    DryRun,
    From,
    Launcher,
    Limit,
    Report,
    ReuseRuns,
    RunsDir,
    Search,
    Seeds,
    Vary,
)
from zookit.cli.training_options import (
    AsJson,
    BatchSize,
    ClassWeights,
    Data,
    Epochs,
    Freeze,
    Init,
    Listeners,
    Normalize,
    Precision,
    Quiet,
    Threads,
    Validation,
)


@with_component_options
def sweep(
    datasets: Datasets = None,
    architectures: Architectures = None,
    callbacks: CallbackSets = None,
    seeds: Seeds = None,
    vary: Vary = None,
    search: Search = None,
    file: From = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    components: dict[str, Any] = {},  # noqa: B006 - replaced by the options, and only read
    init: Init = None,
    freeze: Freeze = None,
    validation: Validation = None,
    class_weights: ClassWeights = None,
    normalize: Normalize = None,
    precision: Precision = None,
    threads: Threads = None,
    data: Data = None,
    dry_run: DryRun = None,
    runs_dir: RunsDir = RUNS_DIR,
    attach: Attach = None,
    launcher: Launcher = None,
    accept_versions: AcceptVersions = False,
    reuse: ReuseRuns = None,
    limit: Limit = None,
    listeners: Listeners = None,
    by: By = "accuracy",
    report: Report = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> int:
    """Train all combinations of data sets, architectures, callbacks, seeds and settings.

    Each is an ordinary run. What has been trained before is not trained again, so the same command
    continues a sweep that was interrupted. Options such as --epochs and --metric apply to all runs.
    """
    given = locals() | components
    # Neither --help nor completion needs these.
    from zookit.cli.sweep_request import request_and_options

    request, options = request_and_options(given)
    if dry_run is not None:
        from zookit.cli.sweep_dry_run import check_dry_run, show_dry_run

        check_dry_run(request, options, by=by, report=report, as_csv=as_csv)
        show_dry_run(request, attach or runs_dir, full=dry_run == FULL, as_json=as_json)
        return 0
    from zookit.cli.sweep_result import ResultOptions
    from zookit.cli.sweep_run import run_sweep

    result = ResultOptions(
        by=by, report=report, force=force, quiet=quiet, as_json=as_json, as_csv=as_csv
    )
    return run_sweep(request, options, attach or runs_dir, result)
