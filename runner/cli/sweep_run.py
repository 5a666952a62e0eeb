"""Runs a sweep for `zookit sweep`."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zookit.cli.sweep_result import ResultOptions, check_result_options, show_result
from zookit.cli.training_options import Interrupted
from zookit.core import say, warn
from zookit.core.messages import counted, listed
from zookit.core.progress import silent
from zookit.core.search import point_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zookit.sweeps.options import SweepOptions
    from zookit.sweeps.request import SweepRequest
    from zookit.sweeps.sweep import Sweep


def run_sweep(
    request: "SweepRequest",
    options: "SweepOptions",
    runs_dir: Path,
    result: ResultOptions,
) -> int:
    """Train what is missing of a sweep, show the result, and return the exit code.

    Raises:
        Interrupted: after Ctrl-C. The cells that trained have written a checkpoint.
        TrainingFailed: cells failed; all others are trained.
        ZookitError: the sweep cannot be planned, or cannot go on.
    """
    # Neither --help nor completion needs these.
    from zookit.sweeps.sweep import plan
    from zookit.sweeps.view import View
    from zookit.tables import output
    from zookit.terminal import bar, messages_shown

    check_result_options(result, request)
    quiet = result.quiet
    with messages_shown(quiet):
        with _cells_counted(quiet) as done:
            sweep = plan(request, options, runs_dir, silent if quiet else bar, done)
        learns = sweep.trials.learns
        if not learns:
            _tell_left_out(sweep)
        console = output(stderr=result.as_data)
        with View(sweep, console, quiet=quiet or not (sweep.missing or learns)) as view:
            _train(sweep, view.changed, runs_dir)
        if learns:  # what is left out is not known before
            _tell_left_out(sweep)
        show_result(sweep, runs_dir, result)
    return 0


def _tell_left_out(sweep: "Sweep") -> None:
    """Warn of the combinations that are not trained, once for each reason."""
    from zookit.sweeps.kept import advice_on

    reasons: dict[str, list[str]] = {}
    for each in sweep.misfits:
        reasons.setdefault(each.reason, []).append(point_words(each.values))
    for reason, names in reasons.items():
        warn(f"left out: {listed(names, 1)}: {reason}")
    for line in advice_on(sweep.trials.differing, sweep.options.reuse):
        warn(line)
    if sweep.same:
        say(f"{counted(sweep.same, 'combination')} left out: the same as others.")


def _train(sweep: "Sweep", changed: "Callable[..., None]", runs_dir: Path) -> None:
    try:
        sweep.start(changed)
        for _ in sweep.ended():
            pass
    except KeyboardInterrupt:
        from zookit.cli.sweep_result import attach_command

        say("stopping: the cells that train write a checkpoint. Ctrl-C again does not wait for it.")
        sweep.stop()
        sweep.close()
        raise Interrupted(f"interrupted. To continue: {attach_command(sweep, runs_dir)}") from None
    except BaseException:
        sweep.close()
        raise
    sweep.close()


@contextmanager
def _cells_counted(quiet: bool) -> "Iterator[Callable[[], None]]":
    """Yield a function to call for each cell that is planned, which shows their number."""
    from rich.console import Console as Plain  # noqa: TID251 - no text of others is shown

    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    count = 0
    with Plain(stderr=True).status("planning ...") as status:

        def done() -> None:
            nonlocal count
            count += 1
            if count % 100 == 0:
                status.update(f"planning {counted(count, 'cell')} ...")

        yield done
